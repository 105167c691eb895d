"""Figures: each draws its table, knows no display, leaves matplotlib alone, and gives the same small SVG each time."""

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree

import example
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import Affine2D

from genvsdisc import figures
from genvsdisc.figures.paths import STRAIGHT, circle, path_data
from genvsdisc.figures.style import end_labels, shortened
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
    "plot_continuum": one("hybrid", loss="log_loss", dial="shared Gaussian to logistic"),
    "plot_predictive": one("predictive_rows", model="naive Bayes"),
    "plot_decision_curves": pd.DataFrame(
        {
            "model": ["always", "always", "LDA", "LDA"],
            "family": ["baseline", "baseline", "generative", "generative"],
            "threshold": [0.1, 0.5, 0.1, 0.5],
            "net_benefit": [0.3, -0.1, 0.32, 0.2],
        }
    ),
    "plot_conditions": pd.DataFrame(
        {
            "generative": "LDA",
            "discriminative": "logistic regression",
            "loss": "log_loss",
            "dial": ["gaps", "gaps", "rows", "rows"],
            "label": ["entries missing", "entries missing", "training rows", "training rows"],
            "value": [0.0, 0.5, 10.0, 100.0],
            "place": [0.0, 1.0, 0.0, 1.0],
            "text": ["0%", "50%", "10", "100"],
            "leader": ["generative", "discriminative", "generative", "generative"],
            "certain": [True, False, True, True],
            "here": [True, False, False, True],
            "estimate": [0.5, 0.5, np.nan, np.nan],
            "lower": [0.2, 0.2, np.nan, np.nan],
            "upper": [0.7, 0.7, np.nan, np.nan],
        }
    ),
    "plot_search": one("search", loss="brier", model="logistic regression"),
    "plot_traces": one("traces", model="logistic regression"),
    "plot_reliability": one("reliability", model="naive Bayes"),
    "plot_classes": one("ellipses", model="naive Bayes"),
    "plot_boundaries": one("boundaries", model="naive Bayes"),
    "plot_confusion": one("confusion", model="naive Bayes"),
}
_MAP = PANELS["plot_conditions"]
MORE = {"plot_conditions": pd.concat([_MAP, _MAP.assign(generative="naive Bayes")])}  # it draws no table as it stands
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


@pytest.mark.parametrize(
    "name", sorted(set(figures.__all__) - {"plot_costs", "plot_reliability", "plot_decision_curves"})
)
def test_a_table_of_too_much_is_refused_with_the_remedy(name):
    whole = MORE.get(name)
    if whole is None:
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


@pytest.mark.parametrize("name", ["plot_scores", "plot_differences", "plot_costs", "plot_decomposition"])
def test_e05_names_of_rows_do_not_cross_the_spine_in_plain_matplotlib(name):
    """In the default style, without the page's sheet."""
    with matplotlib.rc_context(matplotlib.rcParamsDefault):
        figure = Figure()
        axes = getattr(figures, name)(PANELS[name], ax=figure.subplots())
        figure.canvas.draw()
        left = axes.spines["left"].get_window_extent().x0
        extents = [text.get_window_extent() for text in axes.texts]
    assert any(extent.x0 < left < extent.x1 for extent in extents)
    assert not axes.spines["left"].get_visible()
    assert min(extent.x0 for extent in extents) > 0


def test_importing_figures_starts_no_display_and_no_pyplot():
    code = "import sys, genvsdisc.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# What a panel shows ------------------------------------------------------------------------------------------------


def curves(steps, **shared):
    """A pair of learning curves at 10, 100 and 1,000 rows."""
    frames = [
        pd.DataFrame({"model": f"the {family}", "family": family, "form": "linear", "loss": "log_loss", "mean": means})
        for family, means in zip(("generative", "discriminative"), steps, strict=True)
    ]
    table = pd.concat(frames, ignore_index=True).assign(n_train=[10, 100, 1000] * 2, **shared)
    return table.assign(lower=table["mean"] * 0.98, upper=table["mean"] * 1.02)


def read(label):
    """The number that a tick's label stands for."""
    digits, _, power = label.replace("\u202f", "").replace("10⁻", "1·10⁻").replace("·1·", "·").partition("·10⁻")
    return float(digits) * 10.0 ** -int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")) or 0)


def crossing(estimate):
    return {"estimate": estimate, "lower": estimate / 2, "upper": estimate * 2}


@pytest.mark.parametrize("first", [(16.0, 3.0), (1.06, 1e6), (1e300, 2.0)])
def test_d06_learning_curves_end_at_the_cap_and_a_triangle_marks_what_is_above(first):
    table = curves([[first[0], 0.9, 0.6], [first[1], 0.8, 0.55]])
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), guess=0.7, cap=1.05)
    assert ax.get_ylim()[1] == pytest.approx(1.05)
    assert ax.get_ylim()[0] < 0.55
    marks = [line.get_xydata().tolist() for line in ax.lines if line.get_marker() == "^"]
    assert marks == [[[10, 1.05]], [[10, 1.05]]]


@pytest.mark.parametrize(("last", "n_names"), [([3.0, 2.0], 2), ([np.nan, 2.0], 1), ([np.nan, np.nan], 0)])
def test_curves_that_end_above_the_cap_are_named_at_the_edge(last, n_names):
    table = curves([[0.9, 1.0, last[0]], [0.8, 1.0, last[1]]])
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), cap=1.05)
    assert len([text for text in ax.texts if text.get_text() in ("generative", "discriminative")]) == n_names
    assert ax.get_ylim()[1] == pytest.approx(1.05) or n_names == 0


@pytest.mark.parametrize("cap", [None, 20.0])
def test_curves_below_the_cap_are_drawn_whole(cap):
    table = curves([[16.0, 0.9, 0.6], [3.0, 0.8, 0.55]])
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), cap=cap)
    assert ax.get_ylim()[1] > 16
    assert not [line for line in ax.lines if line.get_marker() == "^"]


@pytest.mark.parametrize("estimate", [12.0, 31.6, 500.0])
def test_a_crossing_above_the_cap_comes_into_view(estimate):
    table = curves([[16.0, 1.0, 0.6], [8.0, 1.2, 0.55]])
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), cap=1.05, crossing=crossing(estimate))
    level = np.interp(np.log(estimate), np.log([10, 100, 1000]), [8.0, 1.0, 0.55])
    assert ax.get_ylim()[1] > 0.99 * level
    assert any(text.get_text() == f"cross at {estimate:.0f}" for text in ax.texts)


@pytest.mark.parametrize(("lowest", "drawn"), [(0.6, True), (0.01, False)])
def test_guessing_is_drawn_where_curves_come_near_it(lowest, drawn):
    table = curves([[lowest * 1.1, lowest, lowest], [lowest, lowest, lowest]])
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), guess=0.7)
    assert ("guessing" in [text.get_text() for text in ax.texts]) == drawn


@pytest.mark.parametrize("values", [[2.6, 3.3, 2.2], [0.03, 0.3, 3.0], [1500.0, 15.0, 0.0002], [1.0, 1.05, 1.1]])
def test_d05_ticks_of_a_logarithmic_axis_are_what_they_stand_at(values):
    table = one("traces", model="logistic regression").iloc[:3].assign(epoch=[1, 2, 3], loss=values)
    ax = figures.plot_traces(table, ax=Figure().add_subplot())
    low, high = ax.get_ylim()
    seen = [(at, ax.yaxis.get_major_formatter()(at)) for at in ax.get_yticks() if low <= at <= high]
    labels = [label for _, label in seen]
    assert len(labels) == len(set(labels))
    np.testing.assert_allclose([read(label) for label in labels], [at for at, _ in seen], rtol=0.005)


@pytest.mark.parametrize(
    "names",
    [
        ["build wind float", "build wind non-float"],
        ["a" * 40, "a" * 40 + "b"],
        ["x", "y"],
        ["Iris-setosa", "Iris-virginica"],
    ],
)
def test_d04_names_that_differ_are_shortened_to_names_that_differ(names):
    cut = shortened(names, 12)
    assert len(set(cut)) == len(names)
    assert all(name == text for name, text in zip(names, cut, strict=True) if len(name) <= 12)


@pytest.mark.parametrize(
    "labels", [["s-setosa", "virginica"], ["build wind float", "build wind non-float", "headlamps"]]
)
@pytest.mark.parametrize("size", [(200, 204), (300, 306)])
def test_d04_names_of_classes_stand_inside_the_frame_and_apart(labels, size):
    n = len(labels)
    table = pd.DataFrame({"model": "LDA", "label": labels, "mean_x": [0.0, 0.02, 0.04][:n], "mean_y": 0.0})
    table = table.assign(cov_xx=1e-4, cov_xy=0.0, cov_yy=1e-4)
    figure = Figure(figsize=(size[0] / 72, size[1] / 72))
    ax = figure.add_axes((0.2, 0.2, 0.75, 0.7))
    figures.plot_classes(table, ax=ax, extent=(0.0, 1.0, 0.0, 1.0))
    frame = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert len(boxes) == n
    for box in boxes:
        assert frame.x0 - 4 <= box.x0
        assert box.x1 <= frame.x1 + 4
        assert frame.y0 <= box.y0
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_a_bar_beyond_the_scale_says_where_it_ends():
    table = PANELS["plot_decomposition"].assign(expected=[0.3] * 6 + [0.876])
    ax = figures.plot_decomposition(table, ax=Figure().add_subplot(), cap=0.6)
    assert ax.get_xlim()[1] == 0.6
    assert [text.get_text() for text in ax.texts if "→" in text.get_text()] == ["87.6% →"]


def test_names_at_the_ends_of_lines_stay_on_the_panel():
    ax = Figure(figsize=(4, 3)).add_subplot()
    ax.plot([0, 1], [0, 1])
    end_labels(ax, {"a": 1.0, "b": 1.0, "c": 0.99, "d": 0.0})
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert heights[-1] <= 1
    assert min(np.diff(heights)) > 0.03


def test_names_of_several_lines_at_the_ends_of_curves_do_not_overlap():
    figure = Figure(figsize=(312 / 72, 210 / 72))
    ax = figure.add_subplot()
    ax.plot([0, 1], [0, 1])
    end_labels(ax, {"naive Bayes,\nshared\nvariance": 0.5, "shared\nGaussian": 0.5, "logistic": 0.49})
    figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 0.5 for below, above in pairwise(boxes))


def test_names_of_calibrated_models_stand_over_the_square_and_not_on_the_curves():
    curve = {"family": "generative", "forecast": [0.0, 0.5, 1.0], "observed": [0.0, 0.9, 1.0]}
    table = pd.concat([pd.DataFrame(curve | {"model": name}) for name in ("one", "two", "three")])
    figure = Figure(figsize=(5, 5))
    ax = figures.plot_reliability(table, figure.add_axes((0.1, 0.1, 0.6, 0.6)), title="Linear")
    figure.canvas.draw()
    legend, square = ax.get_legend().get_window_extent(), ax.get_window_extent()
    titles = [text for text in ax.get_children() if getattr(text, "get_text", lambda: "")() == "Linear"]
    assert legend.y0 >= square.y1 - 1
    assert titles[0].get_window_extent().y0 >= legend.y1 - 2


@pytest.mark.parametrize("n_classes", [2, 8, 26])
def test_a_heat_map_draws_the_shares_and_numbers_those_of_few_classes(n_classes):
    confusion = example.comparison([f"c{i}" for i in range(n_classes)]).confusion.query("model == 'naive Bayes'")
    ax = figures.plot_confusion(confusion, ax=Figure().add_subplot())
    shown = confusion[confusion.share >= 0.005]
    drawn = np.ma.compressed(ax.collections[0].get_array())
    np.testing.assert_allclose(np.sort(drawn), np.sort(100 * shown.share))
    assert len(ax.texts) == (len(shown) if n_classes <= 10 else 0)


def test_reliability_curves_of_several_models_are_told_apart_by_name():
    table = COMPARISON.reliability.query("model in ['naive Bayes', 'logistic regression']")
    ax = figures.plot_reliability(table, ax=Figure().add_subplot(), title="A form")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["naive Bayes", "logistic regression"]


@pytest.mark.parametrize("absent", ["a", "b", "c"])
def test_a_class_has_its_color_on_every_panel_whichever_classes_a_model_predicts(absent):
    marks = {"a": "A", "b": "B", "c": "C"}
    grid = pd.DataFrame({"x": [0.0, 1.0, 0.0, 1.0], "y": [0.0, 0.0, 1.0, 1.0], "probability": 0.9, "model": "LDA"})

    def colors(labels):
        ax = figures.plot_boundaries(grid.assign(label=labels), ax=Figure().add_subplot(), marks=marks)
        image = ax.images[0].get_array().reshape(4, 4)
        return {label: tuple(color[:3]) for label, color in zip(labels, image, strict=True)}

    some = [label for label in "abca" if label != absent]
    some += [some[0]] * (4 - len(some))
    whole = colors(list("abca"))
    assert colors(some) == {label: whole[label] for label in some}


def test_models_without_a_partner_are_named_by_themselves():
    rows = [{"model": f"tree {k}", "family": "discriminative", "loss": "brier", "n_train": n, "mean": 0.3 - 0.1 * k / n,
             "lower": 0.2, "upper": 0.4, "form": ""} for k in range(2) for n in (10, 20)]  # fmt: skip
    crowded = figures.plot_learning_curves(pd.DataFrame(rows))
    assert {text.get_text() for text in crowded.texts} == {"tree 0", "tree 1"}
    alone = figures.plot_learning_curves(pd.DataFrame(rows[:2]), by_model=True)
    assert [text.get_text() for text in alone.texts] == ["tree 0"]
    assert [text.get_text() for text in figures.plot_learning_curves(pd.DataFrame(rows[:2])).texts] == [
        "discriminative"
    ]


# Short path data stands for the same points ------------------------------------------------------------------


def points_of(data):
    """Points of path data with M, L, l, H, h, V, v and z, as a browser reads them."""
    at, points, start = (0.0, 0.0), [], (0.0, 0.0)
    for letter, rest in re.findall(r"([MLlHhVvz])([^A-Za-z]*)", data):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        steps = [(x,) for x in numbers] if letter in "HhVv" else list(zip(numbers[::2], numbers[1::2], strict=True))
        for step in steps:
            x, y = at
            if letter in "ML":
                at = step
            elif letter == "l":
                at = (x + step[0], y + step[1])
            elif letter in "Hh":
                at = (step[0] + (x if letter == "h" else 0), y)
            else:
                at = (x, step[0] + (y if letter == "v" else 0))
            start = at if letter == "M" else start
            points.append(at)
        if letter == "z":
            at = start
    return np.array(points)


def away(points, line):
    """Distance of each point from a line of several parts."""
    starts, along = line[:-1], np.diff(line, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - starts) * along).sum(axis=2) / length, 0, 1)
    return np.hypot(*np.moveaxis(points[:, None] - starts - share[..., None] * along, 2, 0)).min(axis=1)


@pytest.mark.parametrize("spread", [0.1, 1.0, 30.0, 900.0])
def test_path_data_is_short_and_passes_by_every_point(spread):
    rng = np.random.default_rng(0)
    points = (rng.normal(scale=spread, size=(400, 2)) * rng.integers(0, 2, (400, 2))).cumsum(axis=0)
    long = "M " + " L ".join(f"{x:.6f} {y:.6f}" for x, y in points) + " z"
    short = path_data(long, (10.0, -5.0))
    drawn = points_of(short) - [10.0, -5.0]
    assert away(points, drawn).max() < STRAIGHT + 0.08  # tenths of a pixel
    assert np.hypot(*(drawn[:, None] - points).T).min(axis=0).max() < 0.08  # and no drift over 400 steps
    assert len(short) < 0.6 * len(long)


def test_points_on_a_line_are_left_out_and_dots_are_not():
    assert path_data("M 0 0 L 1 0 L 2 0 L 3 0.01 L 3 7 L 3 9 L 0 0 z") == "M0 0H3V9L0 0z"
    assert path_data("M 1 2 L 1 2 M 5 2 L 5 2") == "M1 2H1M5 2H5"
    assert path_data("M 1 1 Q 2 2 3 1 L 4 1 L 5 1") == "M1 1Q2 2 3 1H5"
    assert path_data("M 0 0 L 5 0 L 2 0 L 9 0") == "M0 0H9"  # what is drawn twice
    assert path_data("M 0 0 L 9 0 L 5 0") == "M0 0H9H5"


def test_only_a_circle_is_written_as_one():
    whole = MarkerStyle("o").get_path().transformed(Affine2D().scale(5))
    for path, expected in ((whole, 5.0), (whole.transformed(Affine2D().scale(1, 0.5)), None)):
        words = []
        for corners, code in path.iter_segments():
            words.append(
                {1: "M", 4: "C", 79: "z"}[code] + ("" if code == 79 else " ".join(f"{v:.4f}" for v in corners))
            )
        assert circle("".join(words)) == expected


def test_what_is_cut_stands_in_one_frame_and_texts_of_one_look_in_one_group():
    def plot(ax):
        ax.plot([0, 1, 2], [0, 9, 0], marker="o")
        ax.fill_between([0, 1, 2], [0, 1, 0], [1, 9, 1], alpha=0.2)
        ax.text(1, 1, "one\ntwo")
        ax.set_ylim(0, 2)
        return ax

    whole, cut = (ElementTree.fromstring(svg(plot, clip=clip)) for clip in (False, True))
    space = "{http://www.w3.org/2000/svg}"
    assert not whole.findall(f".//{space}clipPath")
    frames = cut.findall(f".//{space}g[@clip-path]")
    assert len(frames) == 1
    assert {e.tag for frame in frames for e in frame.iter()} == {f"{space}g", f"{space}path"}
    assert {"one", "two"} <= set(texts(svg(plot)))
    assert all(e.get("x") and e.get("y") for e in whole.iter(f"{space}text") if e.text in ("one", "two"))
    looks = [g.get("class") for g in whole.findall(f"{space}g")]
    assert len(looks) == len(set(looks))


def test_values_of_a_dial_do_not_run_into_each_other():
    places = [0.0, 0.5, 0.93, 0.97, 1.0]
    table = pd.DataFrame({"place": places, "value": places, "text": [f"{100 * each:.0f}%" for each in places]})
    told = {name: _MAP[name].iloc[0] for name in ("generative", "discriminative", "loss", "dial", "label")}
    fields = {"leader": "generative", "certain": True, "here": False}
    ends = {"estimate": np.nan, "lower": np.nan, "upper": np.nan}
    ax = figures.plot_conditions(table.assign(**told, **fields, **ends))
    assert {text.get_text() for text in ax.texts if "%" in text.get_text()} == {"0%", "50%", "100%"}


def on_a_panel(plot, table, size, margins, **options):
    """Draw as a section does, and give the figure and the boxes of its texts."""
    (width, height), (top, right, bottom, left) = size, margins
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    ax = plot(table, ax=figure.add_axes(box), **options)
    figure.canvas.draw()
    return figure.bbox, [text.get_window_extent() for text in ax.texts if text.get_text()]


def test_the_map_of_conditions_writes_its_dials_over_their_rows_and_no_two_texts_meet():
    labels = ["training rows", "labels flipped", "entries missing, mean fills in"]
    rows = [
        {"dial": str(i), "label": label, "value": place, "place": place, "text": "10 000", "here": place == 1.0}
        for i, label in enumerate(labels)
        for place in (0.0, 0.05, 0.12, 0.3, 0.95, 1.0)
    ]
    fixed = {"generative": "LDA", "discriminative": "logit", "loss": "zero_one", "leader": "generative"}
    ends = {"certain": True, "estimate": np.nan, "lower": np.nan, "upper": np.nan}
    table = pd.DataFrame(rows).assign(**fixed, **ends)
    frame, boxes = on_a_panel(figures.plot_conditions, table, (440, 12 + 60 * 3), (6, 12, 6, 12))
    assert len(boxes) == 3 + 3 * 4
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_names_of_decision_curves_stand_on_the_panel():
    table = pd.concat(
        [
            PANELS["plot_decision_curves"],
            PANELS["plot_decision_curves"].query("model == 'LDA'").assign(model="RandomForestClassifier"),
        ]
    )
    frame, boxes = on_a_panel(figures.plot_decision_curves, table, (440, 260), (12, 136, 38, 46))
    assert len(boxes) == 3
    assert all(box.x1 <= frame.x1 for box in boxes)


def test_shares_on_a_logarithmic_axis_are_percent():
    table = curves([[0.6, 0.2, 0.01], [0.6, 0.1, 0.005]]).assign(loss="zero_one")
    ax = figures.plot_learning_curves(table, ax=Figure().add_subplot(), cap=0.5)
    assert ax.get_yscale() == "log"
    assert all(ax.yaxis.get_major_formatter()(at).endswith("%") for at in ax.get_yticks())


@pytest.mark.parametrize("largest", [1.0, 15_000.0, -1.5e7])
def test_the_label_beside_long_numbers_stays_in_the_picture(largest):
    """Long numbers push the label of the axis to the left, and the axes make room."""

    def plot(ax):
        ax.plot([0, 1], [0.0, largest])
        ax.ticklabel_format(style="plain")
        ax.set_ylabel("amount")
        return ax

    root = ElementTree.fromstring(svg(plot, size=(200, 200)))
    label = next(each for each in root.iter("{http://www.w3.org/2000/svg}text") if each.text == "amount")
    assert float(label.get("x")) > 7.5  # height of letters of 10.5 px, which stand upright here


def test_panels_of_models_that_never_err_warn_of_nothing():
    rows = PANELS["plot_decomposition"]
    numbers = rows.select_dtypes("float").columns
    figures.plot_decomposition(rows.assign(**dict.fromkeys(numbers, 0.0)), ax=Figure().add_subplot())
    level = PANELS["plot_robustness"].assign(mean=0.0, se=0.0)
    figures.plot_robustness(level, ax=Figure().add_subplot(), beside=level)
