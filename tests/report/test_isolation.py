"""Always a page: what fails is named where it would have stood, and the rest is there."""

import re
from dataclasses import replace
from functools import cache

import example
import numpy as np
import pandas as pd
import pytest
from examples import few
from parsed import parsed

from genvsdisc import figures, report
from genvsdisc.report import isolation, render, sections
from genvsdisc.report.sections import SECTIONS
from genvsdisc.study.comparison import Comparison
from genvsdisc.study.fits.predictions import STAGES as FITTED
from genvsdisc.study.plan import CONDITION_STAGES
from genvsdisc.study.schema import TABLES
from genvsdisc.study.statistics.tables import TABLE_PARTS

STAGES = {  # stage, as a comparison names it -> section in which its failure stands
    "cross-validation": "leaderboard",
    "fit to all rows": "models",
    "learning curve": "learning-curves",
    "learning curve at 20 rows": "learning-curves",
    "bias and variance": "decomposition",
    "label noise": "robustness",
    "gaps at prediction": "conditions",
    "class shares": "conditions",
    "descent paths": "search",
    "decision planes": "generative-view",
    "assumptions": "generative-view",
    "calibration": "calibration",
    "differences": "pairs",
    "crossings": "learning-curves",
    "verdict": "verdict",
}


def failed(comparison, *rows):
    table = pd.DataFrame(rows, columns=["model", "stage", "error", "meaning"])
    return Comparison(comparison.tables | {"failures": table}, comparison.meta)


@cache
def written_whole(chapter):
    return isolation.written(chapter, example.full())


def by_key(html):
    return {section.attributes["id"]: section for section in parsed(html).all("section")}


def notes(element):
    return [div.text for div in element.all("div") if div.attributes.get("class") == "failure"]


def broken(*_, **__):
    raise ZeroDivisionError("a planted <fault>")


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("key", few([chapter.key for chapter in SECTIONS], "verdict", "costs"))
def test_a_section_that_fails_is_named_and_the_others_stand(key, monkeypatch):
    changed = tuple(replace(each, draft=broken) if each.key == key else each for each in SECTIONS)
    monkeypatch.setattr(sections, "SECTIONS", changed)
    found = by_key(report.page(example.full()))
    assert list(found) == [chapter.key for chapter in SECTIONS]
    (note,) = notes(found[key])
    assert "ZeroDivisionError: a planted <fault>" in note
    assert not [other for other, section in found.items() if other != key and notes(section)]


def parts():
    comparison = example.full()
    return [(c.key, i) for c in SECTIONS for i in range(len(c.draft(comparison).parts))]


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("key", "i"), parts())
def test_a_part_that_fails_is_named_and_the_rest_of_its_section_stands(key, i):
    chapter = next(each for each in SECTIONS if each.key == key)
    whole = written_whole(chapter)

    def draft(comparison):
        made = chapter.draft(comparison)
        failing = replace(made.parts[i], make=broken)
        return replace(made, parts=(*made.parts[:i], failing, *made.parts[i + 1 :]))

    section = isolation.written(replace(chapter, draft=draft), example.full())
    named = [block for block in section.blocks if block.kind == "failure"]
    assert [block.error for block in named] == ["ZeroDivisionError: a planted <fault>"]
    assert chapter.draft(example.full()).parts[i].name in named[0].what
    rest = [block for block in section.blocks if block.kind != "failure"]
    assert all(block in whole.blocks for block in rest)
    assert section.finding == whole.finding


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("key", [chapter.key for chapter in SECTIONS])
def test_a_heading_that_fails_leaves_the_evidence(key):
    chapter = next(each for each in SECTIONS if each.key == key)
    whole = written_whole(chapter)
    headless = replace(chapter, draft=lambda comparison: replace(chapter.draft(comparison), finding=broken))
    section = isolation.written(headless, example.full())
    assert section.finding == chapter.name
    assert section.blocks[1:] == whole.blocks


DRAWN = sorted(set(figures.__all__) - {"plot_scores", "plot_differences"})  # those two stand in cells of tables


@pytest.mark.parametrize("name", few(DRAWN, "plot_confusion"))
def test_a_figure_that_fails_is_named_and_its_table_stands(name, monkeypatch):
    def svg(plot, *_, **__):
        return broken() if plot.__name__ == name else "<svg/>"

    monkeypatch.setattr(isolation, "svg", svg)
    html = report.page(example.full())
    failing = [figure for figure in parsed(html).all("figure") if notes(figure)]
    assert failing
    for figure in failing:
        assert all("could not be made" in note and "a planted <fault>" in note for note in notes(figure))
        assert figure.all("table")
    assert len(parsed(html).all("img")) > 10
    assert len(by_key(html)) == len(SECTIONS)


@pytest.mark.usefixtures("undrawn")
def test_a_block_that_cannot_be_written_is_named():
    made = example.full()
    leaderboard = next(each for each in SECTIONS if each.key == "leaderboard")
    section = isolation.written(leaderboard, made)
    bad = replace(section.blocks[0], rows=((None,),))  # no cell at all
    html = render.document("a page", [replace(section, blocks=(bad, *section.blocks[1:]))])
    assert "A table of “Leaderboard” could not be made" in html
    assert "share one scale" in html


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
@pytest.mark.parametrize(("stage", "key"), STAGES.items())
def test_what_failed_in_the_study_stands_in_its_section(stage, key):
    row = ("naive Bayes", stage, "ValueError: no <rows>", "Its curve is missing; the other models' are there.")
    comparison = failed(example.full(), row)
    found = by_key(report.page(comparison))
    assert any(f"naive Bayes, {stage}" in note and "no <rows>" in note for note in notes(found[key]))
    method = [table for table in found["data-and-method"].all("table") if "could not be computed" in table.text]
    assert len(method) == 1
    inside = next(
        fold for fold in found["models"].all("details") if fold.all("summary")[0].text.endswith(" naive Bayes")
    )
    assert any("Its curve is missing" in note for note in notes(inside))


@pytest.mark.parametrize("name", sorted({*FITTED, *TABLE_PARTS, *TABLES} - {"failures"}))
def test_all_that_can_fail_in_the_study_has_a_section_that_says_so(name):
    told = [c.key for c in SECTIONS if any(each.what.startswith("m, ") for each in _absences(name, c))]
    assert told


def _absences(name, chapter):
    failures = pd.DataFrame([("m", name, "ValueError: no", "")], columns=["model", "stage", "error", "meaning"])
    return isolation.failed_stages(failures, chapter.stages)


@pytest.mark.usefixtures("undrawn")
def test_a_section_without_tables_still_says_what_failed():
    comparison = failed(example.bare(), ("", "calibration", "LinAlgError: singular", "No reliability curves."))
    found = by_key(report.page(comparison))
    assert found["calibration"].all("h2")[0].text.endswith("Calibration: not available")
    assert notes(found["calibration"]) == [
        "All models, calibration: failed. LinAlgError: singularNo reliability curves."
    ]
    assert "learning-curves" not in found


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("whole", few([True, False]))
@pytest.mark.parametrize(
    ("note", "key"),
    few(
        [
            ("cascade has no learning curve: --budget 15 would have room for it.", "learning-curves"),
            ("cascade has no bias and variance: --budget 15 would have room for it.", "decomposition"),
            ("cascade has no label noise: --budget 15 would have room for it.", "robustness"),
            ("The search over penalties and learning rates of logistic is left out.", "search"),
        ]
    ),
)
def test_what_the_budget_left_out_stands_where_it_would_have_stood(note, key, whole):
    comparison = example.full() if whole else example.bare()
    found = by_key(report.page(Comparison(comparison.tables, comparison.meta | {"plan": {"notes": [note]}})))
    assert {name for name, section in found.items() if note in section.text} == {"verdict", key, "data-and-method"}
    assert "Left out to keep the budget (1)" in found[key].text


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("whole", few([True, False]))
@pytest.mark.parametrize(
    "note",
    few(
        [
            *(f"No {stage} of cascade: ten draws, --budget 30 would have room for them." for stage in CONDITION_STAGES),
            "Rows with gaps are not completed by an iterative imputer: it takes about 40 processor seconds.",
        ]
    ),
)
def test_notes_of_the_dials_stand_beside_the_map_alone(note, whole):
    comparison = example.full() if whole else example.bare()
    html = report.page(Comparison(comparison.tables, comparison.meta | {"plan": {"condition_notes": [note]}}))
    found = by_key(html)
    assert {name for name, section in found.items() if note in section.text} == {"conditions"}
    assert "Left out to keep the budget (1)" in found["conditions"].text


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("scored", [True, False])
def test_f11_when_all_models_failed_the_page_lists_why(scored):
    whole = example.full()
    models = whole.models.assign(status="failed", error=[f"reason {i}" for i in range(len(whole.models))])
    tables = {"models": models, "columns": whole.columns, "classes": whole.classes}
    if scored:
        tables["summary"] = whole.summary.assign(**dict.fromkeys(["mean", "lower", "upper"], np.nan))
    found = by_key(report.page(Comparison(tables, {})))
    assert "None of the 8 models could be fitted; the leaderboard says why." in found["verdict"].text
    assert "No model could be fitted" in found["leaderboard"].all("h2")[0].text
    rows = found["leaderboard"].all("tbody")[0].all("tr")
    assert sorted(row.all("td")[0].text.strip() for row in rows) == sorted(f"failed: reason {i}" for i in range(8))


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", few(sorted(set(example.full().tables) - {"timings"}), "summary", "scores"))
def test_a_table_of_missing_numbers_is_still_a_page(name):
    comparison = example.full()
    table = comparison.tables[name]
    empty = table.assign(**{column: np.nan for column in table if table[column].dtype == float})
    found = by_key(report.page(Comparison(comparison.tables | {name: empty}, comparison.meta)))
    assert list(found) == [chapter.key for chapter in SECTIONS]


def test_errors_with_markup_are_text():
    comparison = failed(example.bare(), ("<b>model</b>", "calibration", "<script>alert(1)</script>", "</div>"))
    html = report.page(comparison)
    assert "<script" not in html
    assert not re.search(r"<b>model", html)
