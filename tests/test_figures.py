"""Figures: each draws its table, knows no display, leaves matplotlib alone, and gives the same small SVG each time."""

import subprocess
import sys
from xml.etree import ElementTree

import example
import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from genvsdisc import figures
from genvsdisc.figures.svg import svg

COMPARISON = example.full()


def one(name, **chosen):
    table = COMPARISON.tables[name]
    for column, value in chosen.items():
        table = table[table[column] == value]
    return table


PANELS = {
    "plot_scores": one("summary", loss="zero_one"),
    "plot_differences": one("differences", loss="zero_one"),
    "plot_costs": one("assumptions"),
    "plot_decomposition": one("decomposition", loss="zero_one", n_train=60),
    "plot_learning_curves": one("learning_curves", loss="log_loss", form="linear"),
    "plot_robustness": one("robustness", loss="log_loss", form="linear", n_train=40),
    "plot_search": one("search", loss="brier", model="logistic regression"),
    "plot_traces": one("traces", model="logistic regression"),
    "plot_reliability": one("reliability", model="naive Bayes"),
    "plot_classes": one("ellipses", model="naive Bayes"),
    "plot_boundaries": one("boundaries", model="naive Bayes"),
    "plot_confusion": one("confusion", model="naive Bayes"),
}
ALL = pytest.mark.parametrize("name", figures.__all__)


def test_every_figure_is_tried():
    assert sorted(PANELS) == sorted(figures.__all__)


@ALL
def test_a_figure_draws_on_the_axes_it_is_given(name):
    ax = Figure().add_subplot()
    assert getattr(figures, name)(PANELS[name], ax=ax) is ax
    assert ax.has_data() or ax.patches


@ALL
def test_a_figure_makes_its_own_axes_and_leaves_settings_and_tables_alone(name):
    before, table = dict(matplotlib.rcParams), PANELS[name].copy()
    ax = getattr(figures, name)(PANELS[name])
    assert isinstance(ax.figure, Figure)
    assert dict(matplotlib.rcParams) == before
    assert PANELS[name].equals(table)


@ALL
def test_the_same_table_gives_the_same_svg(name):
    plot = getattr(figures, name)
    assert svg(plot, PANELS[name]) == svg(plot, PANELS[name])


@pytest.mark.parametrize("name", sorted(set(figures.__all__) - {"plot_costs", "plot_reliability"}))
def test_a_table_of_too_much_is_refused_with_the_remedy(name):
    whole = next(table for table in COMPARISON.tables.values() if list(table) == list(PANELS[name]))
    with pytest.raises(ValueError, match=r"a panel shows one \w+, this table holds \d+: .*; choose one"):
        getattr(figures, name)(whole)


def texts(picture):
    return [element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_a_negative_net_variance_is_drawn_back_from_the_bias():
    row = PANELS["plot_decomposition"].query("model == 'naive Bayes'")
    assert row.net_variance.iloc[0] < 0
    bars = figures.plot_decomposition(row, ax=Figure().add_subplot()).patches
    bias, net = bars[-2].get_bbox(), bars[-1].get_bbox()
    np.testing.assert_allclose([bias.x0, bias.x1], [0, row.bias.iloc[0]])
    np.testing.assert_allclose([net.x0, net.x1], [row.bias.iloc[0], row.expected.iloc[0]])


def test_the_parts_of_a_stacked_bar_reach_the_expected_loss():
    table = example.comparison(known_noise=True).decomposition.query("loss == 'brier' and n_train == 600")
    bars = figures.plot_decomposition(table, ax=Figure().add_subplot()).patches
    tops = [bar.get_bbox().x1 for bar in bars[-len(table) :]]
    np.testing.assert_allclose(tops, table.expected)


def test_of_the_noise_is_drawn_what_is_felt():
    table = example.comparison(known_noise=True).decomposition.query("loss == 'zero_one' and n_train == 600")
    table = table.assign(interaction=-0.6 * table.noise, bias=table.bias + 0.6 * table.noise)
    bars = figures.plot_decomposition(table, ax=Figure().add_subplot()).patches
    np.testing.assert_allclose([bar.get_bbox().x1 for bar in bars[: len(table)]], 0.4 * table.noise)
    np.testing.assert_allclose([bar.get_bbox().x1 for bar in bars[-len(table) :]], table.expected)


def test_panels_beside_each_other_share_a_scale_that_holds_all_bars():
    both = example.comparison(known_noise=True).decomposition.query("loss == 'zero_one'")
    felt = np.where(both.n_train == 60, -0.05, both.noise)  # less than nothing where most predictions are wrong
    both = both.assign(interaction=felt - both.noise, bias=both.bias + both.noise - felt)
    axes = [
        figures.plot_decomposition(part, ax=Figure().add_subplot(), beside=both) for _, part in both.groupby("n_train")
    ]
    scales = [ax.get_xlim() for ax in axes]
    assert scales[0] == scales[1]
    ends = np.array([[bar.get_bbox().x0, bar.get_bbox().x1] for ax in axes for bar in ax.patches])
    assert scales[0][0] <= ends.min() == pytest.approx(-0.05)
    assert scales[0][1] >= ends.max()


def test_a_crossing_is_marked_where_there_is_one_only():
    crossings = COMPARISON.crossings.query("loss == 'log_loss'").set_index("form")
    curves = PANELS["plot_learning_curves"]
    there = svg(figures.plot_learning_curves, curves, crossing=crossings.loc["linear"])
    nowhere = svg(figures.plot_learning_curves, curves, crossing=crossings.loc["quadratic"])
    assert "cross at 87" in texts(there)
    assert not [text for text in texts(nowhere) if "cross" in text]


def test_families_differ_in_color_marker_and_line():
    lines = figures.plot_learning_curves(PANELS["plot_learning_curves"], ax=Figure().add_subplot()).lines
    looks = [(line.get_color(), line.get_marker(), str(line._dash_pattern)) for line in lines]
    assert all(len(set(each)) == 2 for each in zip(*looks, strict=True))
    assert [color for color, _, _ in looks] == ["#0072b2", "#d55e00"]


def test_names_from_the_data_are_drawn_as_they_are_on_one_line():
    table = PANELS["plot_scores"].assign(model=["$x^2$ <b> & 'q'", "two\nlines", *"cdefgh"])
    drawn = texts(svg(figures.plot_scores, table))
    assert "$x^2$ <b> & 'q'" in drawn
    assert "two lines" in drawn


def test_importing_figures_starts_no_display_and_no_pyplot():
    code = "import sys, genvsdisc.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
