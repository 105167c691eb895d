"""What the page says first, and that it says no more than the numbers do."""

import re
from types import SimpleNamespace

import example
import numpy as np
import pandas as pd
import pytest
from parsed import parsed

from genvsdisc import report
from genvsdisc.report.isolation import written
from genvsdisc.report.numbers import difference_text, strip_on
from genvsdisc.report.sections import SECTIONS
from genvsdisc.report.sections.conditions import _where
from genvsdisc.study.comparison import Comparison

pytestmark = pytest.mark.usefixtures("undrawn")

CARD = {
    "sentence": "The discriminative family probably errs less at 640 rows.",
    "loss": "log_loss",
    "probabilities": {"generative": 0.05, "equal": 0.15, "discriminative": 0.8},
    "points": [
        {"kind": "why", "text": "its variance is smaller."},
        {"kind": "flips", "text": "near 87 rows."},
        {"kind": "use", "text": "logistic regression."},
        {"kind": "settle", "text": "about 2 000 rows."},
        {"kind": "why", "text": "a fifth point"},
    ],
    "warnings": ["No model beats the majority class in 0-1 error by more than chance."],
}


def changed(tables=None, **facts):
    comparison = example.full()
    return Comparison(comparison.tables | (tables or {}), comparison.meta | facts)


def section(key, comparison=None):
    chapter = next(each for each in SECTIONS if each.key == key)
    return written(chapter, comparison or example.full())


def by_key(html):
    return {each.attributes["id"]: each for each in parsed(html).all("section")}


def of_class(element, tag, name):
    return [each for each in element.all(tag) if name in each.attributes.get("class", "").split()]


def blocks(key, kind, comparison=None):
    return [block for block in section(key, comparison).blocks if block.kind == kind]


# The card ---------------------------------------------------------------------------------------------------------


def test_d01_the_card_stands_first_warnings_before_the_bar_and_at_most_four_points():
    found = by_key(report.page(changed(verdict_card=CARD)))["verdict"]
    assert found.all("h2")[0].text.endswith(CARD["sentence"])
    order = [each.attributes.get("class") for each in found.children if not isinstance(each, str)]
    assert order.index("warnings") < order.index("answer") < order.index("more")
    bar = of_class(found, "svg", "bar")[0].all("rect")
    assert [float(rect.attributes["width"]) for rect in bar] == [5, 15, 80]
    key = of_class(found, "div", "answer")[0].text
    for words in ("generative better 5%", "practically equal 15%", "discriminative better 80%", "in log loss"):
        assert words in key
    points = [item.text for item in found.all("ul")[-1].all("li")]
    assert [point.split(":")[0] for point in points] == ["Why", "Where it flips", "What to use", "What would settle it"]


@pytest.mark.slow
@pytest.mark.parametrize("n_points", [0, 3, 7])
@pytest.mark.parametrize(
    "warnings", [(), CARD["warnings"], [*CARD["warnings"], "Column a alone determines the target."]]
)
def test_d01_a_card_has_its_order_whatever_it_holds(n_points, warnings):
    kinds = ["why", "flips", "use", "settle", "why", "use", "settle"]
    points = [{"kind": kind, "text": f"reason {i}."} for i, kind in enumerate(kinds[:n_points])]
    card = CARD | {"points": points, "warnings": list(warnings)}
    found = by_key(report.page(changed(verdict_card=card)))["verdict"]
    order = [each.attributes.get("class") for each in found.children if not isinstance(each, str)]
    assert "warnings" not in order or order.index("warnings") < order.index("answer")
    for warning in warnings:
        assert warning in found.text
    assert sum(f"reason {i}." in found.text for i in range(n_points)) == min(n_points, 4)


def test_the_loss_of_the_card_heads_leaderboard_and_pairs():
    comparison = changed(verdict_card=CARD)
    assert "the lowest log loss" in section("leaderboard", comparison).finding
    assert "by log loss" in section("pairs", comparison).finding
    assert blocks("leaderboard", "table", comparison)[0].head[1] == "log loss"


def test_without_a_card_the_bar_comes_from_the_first_pair():
    (bar,) = blocks("verdict", "probabilities")
    first = example.full().differences.iloc[0]
    assert bar.shares == (first.p_generative, first.p_equal, first.p_discriminative)


def test_probabilities_that_are_not_known_are_not_drawn():
    assert blocks("verdict", "probabilities", changed(verdict_card=CARD | {"probabilities": {}})) == []


def test_a_long_sentence_gives_its_heading_and_its_numbers():
    sentence = (
        "Cannot tell at 640 rows which family has the lower 0-1 error: the two err on 20.3% and 21.9% of new rows"
    )
    found = section("verdict", changed(verdict_card=CARD | {"sentence": sentence}))
    assert found.finding == "Cannot tell at 640 rows which family has the lower 0-1 error."
    assert "The two err on 20.3% and 21.9% of new rows" in [
        block.text for block in found.blocks if block.kind == "text"
    ]


def test_b05_what_was_guessed_or_left_out_is_told_at_the_top():
    leaks = pd.DataFrame(
        [("copy", "price", "determines", 1.0, "Column price alone determines the target.")],
        columns=["kind", "column", "evidence", "value", "message"],
    )
    facts = {
        "left_out": ["Column Name is left out: 800 different values."],
        "notes": [
            "No target was named: the last column, 'Legendary', is taken.",
            "3 rows without a label are dropped.",
        ],
        "plan": {"notes": ["The cascade is fitted once: its price is 40 s."]},
    }
    found = by_key(report.page(changed({"leaks": leaks}, **facts)))
    box = of_class(found["verdict"], "div", "warnings")[0]
    told = ["Column price alone determines the target.", *facts["left_out"], *facts["notes"], *facts["plan"]["notes"]]
    assert [item.text for item in box.all("li")] == told
    assert box.all("details")[0].all("summary")[0].text == "1 more on what was left out or guessed"
    for text in told:
        assert text in found["data-and-method"].text


def test_what_the_budget_left_out_waits_behind_the_fold():
    notes = ["The cascade is fitted once: its price is 40 s.", "No learning curve of the cascade."]
    bare = changed(
        {"leaks": example.full().leaks.head(0)}, plan={"notes": notes}, left_out=[], notes=[], verdict_card={}
    )
    box = of_class(by_key(report.page(bare))["verdict"], "div", "warnings")[0]
    assert box.all("details")[0].all("summary")[0].text == "What was left out to keep the budget (2)"
    assert [item.text for item in box.all("details")[0].all("li")] == notes


def test_the_line_of_provenance_names_table_splits_version_and_command():
    command = "genvsdisc report pokemon.csv --target 'Type 1' --seed 0"
    quiet = [block.text for block in blocks("verdict", "text", changed(command=command)) if block.quiet]
    line = quiet[0]
    for what in (
        "pokemon",
        "target Type 1",
        "700 rows".replace("700", str(example.full().meta["n_rows"])),
        "2 classes",
    ):
        assert what in line
    for what in ("5 folds, drawn twice", "seed 0", "splits 3f1c9a5d2b7e", "genvsdisc 0.1.0"):
        assert what in line
    assert quiet[1] == f"Made by: {command}"


# No more than the numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rope", "others"), [(0.0, 0), (0.01, 2), (0.5, 6)])
def test_u10_the_leaderboard_says_how_many_are_as_good(rope, others):
    comparison = example.full()
    finding = section("leaderboard", changed(design=comparison.meta["design"] | {"rope": rope})).finding
    rows = comparison.summary[(comparison.summary.loss == "zero_one") & comparison.summary["mean"].notna()]
    assert int((rows["mean"] <= rows["mean"].min() + rope).sum()) - 1 == others
    assert ("no other is within" in finding) == (others == 0)
    assert re.search(rf"; {others} others? of 7 (is|are) within", finding) or not others


def test_u10_ties_share_the_least_miscalibration():
    split = example.full().calibration.assign(miscalibration=[0.0081, 0.0079, 0.02, 0.03, 0.04, 0.05, 0.01])
    finding = section("calibration", changed({"calibration": split})).finding
    assert finding.startswith("Gaussian, separate covariances and 1 more have the least miscalibration (0.008")
    level = section("calibration", changed({"calibration": split.assign(miscalibration=0.01)})).finding
    assert "does not tell the models apart" in level


def test_u10_crossings_name_their_loss_and_what_lies_anywhere_is_said():
    assert section("learning-curves").finding.startswith("In 0-1 error, 2 of 3 pairs cross between 20 and 600")
    wide = example.full().crossings.assign(lower=20.0, upper=600.0)
    cells = [
        cell.note
        for row in blocks("learning-curves", "table", changed({"crossings": wide}))[0].rows
        for cell in row[1:]
    ]
    assert sum("anywhere in the range" in note for note in cells) == 6
    none = wide.assign(estimate=np.nan, changes=0)
    assert "no pair crosses" in section("learning-curves", changed({"crossings": none})).finding


def test_u10_noise_that_tells_nobody_apart_is_said():
    curves = example.full().robustness
    assert "bears it better" in section("robustness").finding
    loud = changed({"robustness": curves.assign(increase_se=9.0)})
    assert "no difference beyond two standard errors" in section("robustness", loud).finding


@pytest.mark.parametrize(
    ("loss", "expected"),
    [("zero_one", ("−1.5\u00a0pp", "−3.0 to 0.1")), ("brier", ("−0.015", "−0.030 to 0.001"))],
)
def test_d02_differences_of_shares_are_percentage_points(loss, expected):
    assert difference_text(loss, -0.015, -0.03, 0.001) == expected


def test_d02_no_difference_on_the_page_is_in_percent():
    for key in ("pairs", "robustness"):
        assert "%" not in re.sub(r"Flipping \d+%", "", section(key).finding)
    for block in blocks("pairs", "table"):
        assert not [row[1].text for row in block.rows if "%" in row[1].text]


@pytest.mark.parametrize("basis", ["measured", "extrapolated", "drawn from the law"])
def test_u07_bars_say_what_they_rest_on(basis):
    (figure,) = blocks(
        "decomposition", "figure", changed({"decomposition": example.full().decomposition.assign(basis=basis)})
    )
    assert "training sets that share no row" in figure.caption
    assert ("its variance is extrapolated" in figure.caption) == (basis == "extrapolated")
    assert ("whole tables, drawn from the law" in figure.caption) == (basis == "drawn from the law")


def test_what_tells_pairs_apart_is_measured_in_each_pair():
    names = ["generative", "discriminative", "form", "loss", "n_train", "term", "difference", "se", "lower", "upper"]
    rows = [
        (*pair[:3], loss, n, term, d, 0.01, d - 0.02, d + 0.02)
        for pair in example.PAIRS
        for loss in ("zero_one", "log_loss")
        for n, shift in ((60, 0.05), (600, 0.0))
        for term, d in (("bias", 0.01), ("variance", 0.012 + shift))
    ]
    comparison = changed({"decomposition_differences": pd.DataFrame(rows, columns=names)})
    found = section("decomposition", comparison)
    assert "at 60 training rows" in found.finding  # at 600 nothing is certain
    assert "6.2\u00a0pp more variance" in found.finding
    tables = [block for block in found.blocks if block.kind == "table"]
    assert [len(table.rows) for table in tables] == [3, 3]
    assert tables[0].rows[0][1].text == "+1.0\u00a0pp"
    calm = comparison.decomposition_differences.query("n_train == 600")
    assert "neither bias nor variance" in section("decomposition", changed({"decomposition_differences": calm})).finding


# Intervals in their cells ------------------------------------------------------------------------------------------


def test_intervals_in_cells_share_the_scale_of_their_column():
    (board,) = blocks("leaderboard", "table")
    rows = example.full().summary.query("loss == 'brier' and mean == mean").set_index("model")
    at = board.head.index("Brier score")
    strips = {row[0].text: row[at].strip for row in board.rows if row[0].text in rows.index}
    models = [name for name in strips if rows.family[name] != "baseline"]
    ends = rows.loc[models]
    low, high = ends.lower.min(), ends.upper.max()
    for name in models:
        expected = 100 * (rows.loc[name, ["lower", "mean", "upper"]].astype(float) - low) / (high - low)
        np.testing.assert_allclose([strips[name].lower, strips[name].middle, strips[name].upper], expected, atol=0.06)
    assert strips["majority class"].cut == "right"


@pytest.mark.parametrize(
    ("interval", "cut"),
    [((0.2, 0.3, 0.4), ""), ((-1, 0.3, 0.4), "left"), ((0.2, 0.3, 2), "right"), ((-1, 0, 2), "both")],
)
def test_a_strip_says_where_it_is_cut(interval, cut):
    strip = strip_on(*interval, 0.0, 1.0)
    assert strip.cut == cut
    assert 0 <= strip.lower <= strip.middle <= strip.upper <= 100


@pytest.mark.parametrize(
    ("hopeless", "loss"),
    [
        ("naive Bayes", 30.0),
        ("naive Bayes", 1e6),
        ("Gaussian, separate covariances", 30.0),
        ("logistic regression", 9.0),
    ],
)
def test_d06_one_hopeless_model_does_not_press_the_others_flat(hopeless, loss):
    summary = example.full().summary
    far = summary.model.eq(hopeless) & summary.loss.eq("log_loss")
    assert far.any()
    spoiled = summary.assign(**{name: summary[name].where(~far, loss) for name in ("mean", "lower", "upper")})
    (board,) = blocks("leaderboard", "table", changed({"summary": spoiled}))
    at = board.head.index("log loss")
    middles = {row[0].text: row[at].strip for row in board.rows if len(row) > at}
    assert middles[hopeless].cut == "right"
    usual = [strip.middle for name, strip in middles.items() if name not in (hopeless, "majority class")]
    assert max(usual) - min(usual) > 5


def test_zero_is_marked_where_differences_are_drawn():
    strips = [row[1].strip for row in blocks("pairs", "table")[0].rows]
    assert {strip.zero for strip in strips} == {50.0}
    signs = example.full().differences.query("loss == 'zero_one'").difference
    assert [strip.middle > 50 for strip in strips] == (signs > 0).tolist()
    assert [strip.family for strip in strips] == ["discriminative" if d > 0 else "generative" for d in signs]


# Sections that were wrong ------------------------------------------------------------------------------------------


def test_d03_crossings_are_a_matrix_of_pairs_and_losses():
    (matrix,) = blocks("learning-curves", "table")
    assert matrix.head == ("Pair", "0-1 error", "Log loss", "Brier score")
    assert [[cell.text for cell in row[1:]] for row in matrix.rows] == [
        ["at 87 rows"] * 3,
        ["none"] * 3,
        ["at 143 rows"] * 3,
    ]
    assert matrix.rows[0][1].note == "61 to 140; generative, then discriminative"


@pytest.mark.parametrize(
    ("first", "last", "note"),
    [
        ("QDA", "QDA", "generative ahead"),
        ("QDA", "undecided", "generative ahead with few rows"),
        ("undecided", "QDA", "generative ahead with many rows"),
        ("undecided", "undecided", "generative ahead at some sizes"),
    ],
)
def test_a_lead_without_a_crossing_is_said_where_it_is_clear(first, last, note):
    row = example.full().crossings.iloc[[0]]
    steady = row.assign(
        generative="QDA", estimate=np.nan, changes=0, leaders="QDA", leader_smallest=first, leader_largest=last
    )
    (matrix,) = blocks("learning-curves", "table", changed({"crossings": steady}))
    assert matrix.rows[0][1].note == note


def test_a_lead_at_some_values_of_a_dial_is_not_told_as_one_at_all():
    row = example.full().condition_crossings.iloc[0]
    named = {"estimate": np.nan, "generative": "G", "discriminative": "D"}
    told = [
        _where(SimpleNamespace(**dict(row) | named | {"leaders": leaders})).note
        for leaders in ("G; G", "undecided; G", "undecided")
    ]
    assert told == ["generative ahead", "generative ahead at some values", "no certain lead"]


@pytest.mark.parametrize(
    ("loss", "pair", "told"), [("zero_one", 0, "none"), ("log_loss", 1, "at 55 rows"), ("brier", 2, "none")]
)
def test_d03_a_cell_of_the_matrix_is_of_its_pair_and_loss(loss, pair, told):
    table = example.full().crossings.copy()
    one = (table.generative == example.PAIRS[pair][0]) & (table.loss == loss)
    assert one.sum() == 1
    names = ["estimate", "lower", "upper"]
    table.loc[one, names] = np.nan if told == "none" else [55.0, 50.0, 60.0]
    table.loc[one, "changes"] = int(told != "none")
    table.loc[one, "leader_largest"] = "generative" if told == "none" else "discriminative"
    (before,), (after,) = (
        blocks("learning-curves", "table"),
        blocks("learning-curves", "table", changed({"crossings": table})),
    )
    column = after.head.index({"zero_one": "0-1 error", "log_loss": "Log loss", "brier": "Brier score"}[loss])
    assert after.rows[pair][column].text == told
    others = [
        (old[j].text, new[j].text)
        for i, (old, new) in enumerate(zip(before.rows, after.rows, strict=True))
        for j in range(1, 4)
        if (i, j) != (pair, column)
    ]
    assert all(old == new for old, new in others)


def test_d03_reliability_curves_stand_together_by_form():
    (figure,) = blocks("calibration", "figure")
    assert len(figure.panels) == 3
    assert all(name in figure.panels[0].alt for name in example.PAIRS[0][:2])


def test_d05_captions_tell_what_is_drawn():
    traces = example.full().traces
    captions = [block.caption for block in blocks("search", "figure")]
    assert any("grey: validation rows" in text for text in captions)
    alone = changed({"traces": traces[traces.split == "train"]})
    captions = [block.caption for block in blocks("search", "figure", alone)]
    assert not any("validation rows" in text for text in captions[-1:])
    assert "On the training rows." in captions[-1]


@pytest.mark.parametrize("searched", ["reg_lambda", "learning_rate"])
def test_only_the_setting_that_was_searched_is_promised(searched):
    search = example.full().search
    table = search.assign(learning_rate=search.reg_lambda) if searched == "learning_rate" else search
    table = table.assign(reg_lambda=np.nan) if searched == "learning_rate" else table
    found = section("search", changed({"search": table}))
    word, other = ("λ", "learning rate") if searched == "reg_lambda" else ("learning rate", "λ")
    assert f"{word} = " in found.finding
    assert other not in found.finding
    assert not [figure for figure in found.blocks if figure.caption.startswith(f"Loss against {other}")]


def test_d12_a_search_of_one_model_does_not_speak_of_others():
    search = example.full().search
    one = search[search.model == "logistic regression"]
    assert section("search", changed({"search": one})).finding.startswith(
        "For logistic regression, validation 0-1 error"
    )


def test_the_test_behind_the_p_value_of_normality_is_cited(full):
    method = by_key(full)["data-and-method"].text
    assert "Normality: Henze and Zirkler (1990)" in method
    assert "kurtosis of Mardia" in method


def test_d12_the_generative_view_draws_the_roster_only():
    comparison = example.full()
    roster = comparison.models[comparison.models.model.isin(["naive Bayes", "logistic regression"])]
    figures = blocks("generative-view", "figure", changed({"models": roster}))
    drawn = " ".join(panel.alt for figure in figures for panel in figure.panels if "Cost" not in panel.alt)
    assert "naive Bayes" in drawn
    assert "covariance" not in drawn
    none = comparison.models.assign(model=[f"mine {i}" for i in range(len(comparison.models))])
    assert section("generative-view", changed({"models": none, "assumptions": None})) is None


def test_a_page_that_was_loaded_without_the_rows_of_figures_speaks_of_none():
    full = example.full()
    bare = changed({"predictive_rows": full.predictive_rows.iloc[:0]})
    assert not blocks("predictive", "figure", bare)
    assert any("out of the ordinary" in found.caption for found in blocks("predictive", "table", bare))


def test_d12_costs_that_are_not_known_are_not_drawn():
    checks = example.full().assumptions.assign(cost=np.nan, cost_lower=np.nan, cost_upper=np.nan)
    figures = blocks("generative-view", "figure", changed({"assumptions": checks}))
    assert not [figure for figure in figures if "Cost" in figure.caption]


def test_d04_classes_of_long_names_have_letters_and_a_key():
    comparison = example.comparison(["build wind float", "build wind non-float", "headlamps"])
    for figure in blocks("generative-view", "figure", comparison):
        if "Cost" not in figure.caption:
            assert [word for _, word in figure.swatches] == [
                "A build wind float",
                "B build wind non-float",
                "C headlamps",
            ]
            assert figure.caption.startswith("Predicted") or "Dots: some rows of the table" in figure.caption
    two = blocks("generative-view", "figure", changed({"scatter": example.full().scatter.iloc[:0]}))[0]
    assert two.swatches == ()  # two short names are written on the panels
    assert "Dots" not in two.caption


def test_d07_every_figure_says_how_to_read_it(full):
    for figure in parsed(full).all("figure"):
        assert figure.all("figcaption")[0].text.startswith("Read: ")


def test_d07_the_majority_class_has_no_bar():
    (figure,) = blocks("decomposition", "figure")
    assert not [panel for panel in figure.panels if "majority" in panel.alt]
    assert any("majority class" in row[0].text for row in figure.tables[0].rows)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nasty", "bare"])
def test_d07_d09_figures_and_marks_of_other_pages_have_words(name):
    root = parsed(report.page(getattr(example, name)()))
    assert all(figure.all("figcaption")[0].text.startswith("Read: ") for figure in root.all("figure"))
    assert all(b.attributes.get("aria-label") for b in root.all("b") if b.text in "●■◆▲")
    assert root.all("a")[0].attributes["href"] == "#content"


def test_d09_marks_have_names_and_there_is_a_way_past_the_contents(full):
    root = parsed(full)
    marks = [b for b in root.all("b") if b.text in "●■◆▲"]
    assert len(marks) > 30
    assert all(b.attributes["role"] == "img" and b.attributes["aria-label"] for b in marks)
    assert root.all("a")[0].attributes["href"] == "#content"
    assert [h.text for h in root.all("h2")][1].startswith("2 · Leaderboard ")


@pytest.mark.parametrize(("n_classes", "head"), [(12, "True"), (13, "The dearest answers")])
def test_costs_of_many_classes_are_a_list_of_the_dearest(n_classes, head):
    labels = [f"class {i}" for i in range(n_classes)]
    found = next(each for each in blocks("costs", "table", example.comparison(labels)) if each.head[0] == "True")
    rows = [[cell.text for cell in row] for row in found.rows]
    if head == "True":
        assert len(rows) == 12
        assert rows[-1] == ["class 11", *["4"] * 11, "0"]
    else:
        assert found.caption == head
        assert rows == [["class 12", f"class {i}", "4"] for i in range(12)]
        assert found.hidden == 13 * 12 - 12
        assert found.source == "meta.json"


def test_with_a_test_set_the_card_says_so_too():
    points = [{"kind": "test", "text": "tested on 400 rows."}, *CARD["points"]]
    (items,) = blocks("verdict", "items", changed(verdict_card=CARD | {"points": points}))
    assert [term for term, _ in items.items] == ["Tested:", "Why:", "Where it flips:", "What to use:",
                                                 "What would settle it:"]  # fmt: skip


@pytest.mark.parametrize("n_classes", [13, 26])
def test_many_classes_list_their_worst_confusions(n_classes):
    comparison = example.comparison([f"class {i}" for i in range(n_classes)])
    html = report.page(comparison)
    inside = by_key(html)["models"].all("details")[-1]
    assert "most frequent confusions" in inside.text
    assert len(html.encode()) < 300_000


def test_of_models_that_are_as_good_the_verdict_s_own_is_named_first():
    """Two means that differ by the rounding of a sum: the heading names the model that the verdict names."""
    summary, pairs = example.full().summary, example.full().differences
    pairs = pairs.assign(form="best of each family").groupby("loss").head(1)
    own = pairs.discriminative.iloc[0]
    rival = next(name for name in summary.model if name not in (own, pairs.generative.iloc[0]))
    least = summary["mean"].min() / 2
    tied = summary.assign(
        mean=[{own: least + 1e-16, rival: least}.get(name, mean) for name, mean in zip(summary.model, summary["mean"],
                                                                                      strict=True)]
    )  # fmt: skip
    shown = section("leaderboard", changed({"summary": tied, "differences": pairs}))
    assert shown.finding.startswith(f"{own} and 1 more have the lowest")
    board = next(block for block in shown.blocks if block.kind == "table")
    assert [row[0].text for row in board.rows[:2]] == [own, rival]


def test_the_leaderboard_is_not_led_by_a_model_that_some_folds_only_have_judged():
    summary, scores = (example.full().tables[name] for name in ("summary", "scores"))
    ranked = summary[summary.loss == "zero_one"].sort_values("mean")
    leader, second = ranked.model.iloc[:2]
    assert section("leaderboard").finding.lower().startswith(leader.lower())
    some = changed(tables={"scores": scores[(scores.model != leader) | ((scores.repeat == 0) & (scores.fold < 3))]})
    assert section("leaderboard", some).finding.lower().startswith(f"{second} has the lowest".lower())
    found = blocks("leaderboard", "table", some)[0]
    names = [row[0].text for row in found.rows]
    assert names[0] == second
    assert names.index(leader) == int(ranked["mean"].notna().sum()) - 1  # before those that failed
    assert "3 of 5 folds" in found.rows[names.index(leader)][0].note
    assert "then those that only some folds have judged" in found.caption


def test_nor_are_the_costs():
    decisions, scores = (example.full().tables[name] for name in ("decisions", "scores"))
    ranked = decisions[decisions.family != "baseline"].sort_values("cost")
    leader, second = ranked.model.iloc[:2]
    scores = scores[scores.loss == "zero_one"].assign(loss="cost")
    assert section("costs", changed(tables={"scores": scores})).finding.lower().startswith(leader.lower())
    some = changed(tables={"scores": scores[(scores.model != leader) | (scores.fold < 3)]})
    assert section("costs", some).finding.lower().startswith(f"{second} decides at the lowest cost".lower())
    found = next(each for each in blocks("costs", "table", some) if each.source == "decisions.csv")
    assert found.rows[0][0].text == second
    assert (found.rows[-1][0].text, found.rows[-1][0].note) == (leader, "6 of 10 folds")
