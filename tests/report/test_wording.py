"""What the page says of its own numbers: of how many rows, in words read once, and beside whose name."""

import re
from pathlib import Path

import example
import pandas as pd
import pytest
from parsed import parsed

from genvsdisc import report
from genvsdisc.figures import plot_robustness
from genvsdisc.report.dialed import map_pair
from genvsdisc.report.isolation import written
from genvsdisc.report.sections import SECTIONS
from genvsdisc.study.comparison import Comparison

pytestmark = pytest.mark.usefixtures("undrawn")
STYLE = (Path(report.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")


def section(key, comparison=None):
    return written(next(each for each in SECTIONS if each.key == key), comparison or example.full())


def flat(blocks):
    for block in blocks:
        yield block
        yield from flat(getattr(block, "blocks", ()))
        yield from flat(getattr(block, "tables", ()))


def test_d08_a_score_of_the_first_repeat_says_so():
    fold = next(block for block in section("calibration").blocks if block.kind == "fold")
    assert "first repeat, so a score may differ from the leaderboard" in fold.summary
    figure = next(block for block in section("calibration").blocks if block.kind == "figure")
    assert "(first repeat)" in figure.caption
    confusion = next(block for block in section("models").blocks if block.kind == "figure")
    assert "of the first repeat" in " ".join(confusion.caption.split())


@pytest.mark.slow
@pytest.mark.parametrize("key", ["calibration", "models"])
@pytest.mark.parametrize("labels", [("normal", "water"), ("a", "b", "c"), tuple("abcdefgh")])
def test_d08_a_score_of_the_first_repeat_says_so_of_any_number_of_classes(key, labels):
    figures = [block for block in flat(section(key, example.comparison(labels)).blocks) if block.kind == "figure"]
    assert figures
    assert any("first repeat" in " ".join(figure.caption.split()) for figure in figures)


@pytest.mark.slow
@pytest.mark.parametrize("labels", [("a", "b", "c"), tuple("abcdefgh")])
def test_d14_no_column_of_calibration_has_the_name_of_another_thing_however_many_classes(labels):
    blocks = flat(section("calibration", example.comparison(labels)).blocks)
    tables = [block for block in blocks if block.kind == "table"]
    assert tables
    assert not [row for each in tables for row in each.rows if "majority" in row[0].text]
    assert "Calibration" not in [name for each in tables for name in each.head[1:]]


def test_d14_the_majority_class_has_no_calibration_and_no_two_columns_share_a_name():
    tables = [block for block in flat(section("calibration").blocks) if block.kind == "table"]
    assert len(tables) >= 3
    assert not [row for each in tables for row in each.rows if "majority" in row[0].text]
    heads = [name for each in tables for name in each.head[1:]]
    assert "Miscalibration" in heads
    assert "Calibration" not in heads
    temperatures = [
        row[each.head.index("Temperature")].text for each in tables if "Temperature" in each.head for row in each.rows
    ]
    assert temperatures
    assert all(float(text.replace("\u00a0", "").replace(" ", "")) < 100 for text in temperatures)


@pytest.mark.parametrize("name", ["full", "nasty", "bare"])
def test_d15_words_are_read_once(name):
    text = parsed(report.page(getattr(example, name)())).all("body")[0].text
    assert not re.search(r"came true|surer|nats a row|errs least|\b1 (?:columns|rows|models|pairs|classes)\b", text)


def test_d16_heads_stand_over_their_cells():
    (rule,) = re.findall(r"([^{}]*td\+td\.t[^{}]*)\{padding-left", STYLE)
    assert {each.strip() for each in rule.split(",")} == {"td+td.t", "th+td.t", "th+th.t", "th+.n", "td+.n"}


def test_d16_the_choice_of_the_two_columns_is_said():
    captions = [block.caption for block in section("generative-view").blocks if block.kind == "figure"]
    assert any("whose class means differ most" in caption for caption in captions)


def test_d16_panels_of_one_pair_share_their_scale():
    rows = example.full().robustness
    pair = rows[(rows.loss == "zero_one") & rows.model.isin([rows.model.iloc[0], rows.model.iloc[-1]])]
    sizes = sorted(pair.n_train.unique())
    limits = {plot_robustness(pair[pair.n_train == n], beside=pair).get_ylim() for n in sizes}
    assert len(sizes) == 2
    assert len(limits) == 1


def test_a_model_of_one_forecast_has_no_curve_and_is_named():
    made = example.full()
    curves = made.reliability
    lone = str(curves[curves.family != "baseline"].model.iloc[0])
    kept = curves[(curves.model != lone) | ~curves.duplicated("model")]
    figure = next(
        block
        for block in section("calibration", Comparison(made.tables | {"reliability": kept}, made.meta)).blocks
        if block.kind == "figure"
    )
    assert f"{lone} forecasts one probability only" in figure.caption
    assert not [panel for panel in figure.panels if f"{lone} at" in panel.alt]


def test_a_difference_of_cross_validation_is_no_share():
    tables = [block for block in flat(section("test-set").blocks) if block.kind == "table" and block.head[0] == "Pair"]
    cells = [row[tables[0].head.index("Cross-validated")].text for row in tables[0].rows]
    assert all(cell.endswith("pp") for cell in cells)
    assert cells[0].startswith("+")


def test_dials_of_which_the_same_is_said_share_a_heading():
    rows = [
        {"dial": dial, "loss": "log_loss", "generative_weight": a, "mean": 1.0 + a, "se": 0.1, "to_generative": -1.0,
         "to_generative_lower": -2.0, "to_generative_upper": upper, "to_discriminative": 0.0,
         "to_discriminative_lower": 0.0, "to_discriminative_upper": 0.0}
        for dial, upper in (("LDA to logit", -0.5), ("NB to logit", -0.5), ("QDA to logit", 0.5))
        for a in (0.0, 0.5, 1.0)
    ]  # fmt: skip
    shown = section("continuum", Comparison({"hybrid": pd.DataFrame(rows)}))
    assert shown.finding == (
        "LDA to logit and NB to logit: nothing between beats the discriminative end; QDA to logit: the ends and all "
        "between cannot be told apart"
    )


def test_the_map_says_who_is_ahead_by_more_than_noise_under_which_conditions():
    comparison = example.full()
    crossings = comparison.condition_crossings
    steady = crossings.assign(estimate=float("nan"), lower=float("nan"), upper=float("nan"))

    def heading(leaders):
        found = Comparison(comparison.tables | {"condition_crossings": steady.assign(leaders=leaders)}, comparison.meta)
        return section("conditions", found).finding

    assert "the condition decides on" in heading(steady.leaders)
    one, other = map_pair(crossings, "zero_one")
    assert heading("undecided; undecided; undecided").endswith(
        f"none of 5 dials puts {one} or {other} ahead by more than noise"
    )
    assert heading(steady.generative + "; undecided; undecided").endswith(
        f"{one} is ahead of {other} by more than noise under some conditions, never behind"
    )
    assert heading(steady.generative).endswith(f"no condition tried takes the lead from {one} ({one} against {other})")


def test_a_way_that_was_not_measured_for_a_model_has_no_row():
    comparison = example.full()
    conditions = comparison.conditions
    gone = conditions[~((conditions.dial == "unlabeled rows") & (conditions.family == "generative"))]
    assert len(gone) < len(conditions)
    crossings = comparison.condition_crossings[comparison.condition_crossings.dial != "unlabeled rows"]
    tables = {"conditions": gone.reset_index(drop=True), "condition_crossings": crossings.reset_index(drop=True)}
    found = Comparison(comparison.tables | tables, comparison.meta)
    rows = [row for each in flat(section("conditions", found).blocks) if each.kind == "table" for row in each.rows]
    assert not [row for row in rows if row[0].note == "all rows" and all(cell.text == "–" for cell in row[1:])]
