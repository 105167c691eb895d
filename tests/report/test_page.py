"""The page: self-contained, the same each time, whole whatever the tables hold, and text stays text."""

import hashlib
import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import example
import numpy as np
import pandas as pd
import pytest
from parsed import parsed, pictures

from genvsdisc import report
from genvsdisc.report.isolation import written
from genvsdisc.report.render import _of_use
from genvsdisc.report.sections import SECTIONS
from genvsdisc.study.comparison import Comparison

NAMES = [
    "Verdict",
    "Leaderboard",
    "Costs",
    "Test set",
    "Pairs",
    "Bias, variance, noise",
    "Learning curves",
    "What decides it",
    "Calibration",
    "Search",
    "Robustness",
    "Between the families",
    "The generative view",
    "Rows of the model",
    "Each model",
    "Data and method",
]


def section(key, comparison):
    """A section by its key, its parts made."""
    return written(next(chapter for chapter in SECTIONS if chapter.key == key), comparison)


def section_names(html):
    return [link.text for link in parsed(html).all("nav")[0].all("a")]


def rendered_elsewhere(hash_seed):
    """The page as another process writes it."""
    code = (
        "import example, sys; from genvsdisc.report import page; sys.stdout.buffer.write(page(example.full()).encode())"
    )
    path = os.pathsep.join([str(Path(example.__file__).parent), str(Path(report.__file__).parents[2])])
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": path, "TZ": "Asia/Tokyo"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment).stdout


# What the page is made of ----------------------------------------------------------------------------------------


def test_nothing_runs_and_nothing_is_fetched(page):
    root = parsed(page)
    assert root.all("script", "iframe", "object", "embed", "base", "form", "link") == []
    for element in root.all(
        *{element.tag for element in root.all("html")[0].all("*")} | {"img", "svg", "a", "td", "p"}
    ):
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
    assert {image.attributes["src"].partition(",")[0] for image in root.all("img")} <= {"data:image/svg+xml"}
    assert {link.attributes["href"][0] for link in root.all("a")} == {"#"}
    assert not re.search(r"@import|url\(", root.all("style")[0].text)


def test_the_policy_covers_the_style_and_forbids_the_rest(page):
    root = parsed(page)
    policy = next(m.attributes["content"] for m in root.all("meta") if "http-equiv" in m.attributes)
    digest = b64encode(hashlib.sha256(root.all("style")[0].text.encode()).digest()).decode()
    assert policy.split("; ")[:3] == ["default-src 'none'", f"style-src 'sha256-{digest}'", "img-src data:"]
    assert "unsafe" not in policy


def test_nothing_fails_where_the_tables_are_good(page):
    assert [div.text for div in parsed(page).all("div") if div.attributes.get("class") == "failure"] == []


def test_headings_ids_and_links(page):
    root = parsed(page)
    assert page.startswith("<!doctype html>")
    assert root.all("html")[0].attributes["lang"] == "en"
    assert len(root.all("h1")) == 1
    ids = [
        e.attributes["id"]
        for e in root.all("main", "section", "h1", "h2", "div", "figure", "table")
        if "id" in e.attributes
    ]
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"][1:] for link in root.all("a")} <= set(ids)


def test_tables_are_real_tables(page):
    for table in parsed(page).all("table"):
        assert table.all("caption")[0].text
        columns = len(table.all("thead")[0].all("th"))
        assert {th.attributes["scope"] for th in table.all("thead")[0].all("th")} == {"col"}
        for row in table.all("tbody")[0].all("tr"):
            assert row.all("th")[0].attributes["scope"] == "row"
            assert sum(int(cell.attributes.get("colspan", 1)) for cell in row.all("th", "td")) == columns


def test_every_figure_says_what_is_seen_and_has_its_table(page):
    for figure in parsed(page).all("figure"):
        assert figure.all("figcaption")[0].text
        for image in figure.all("img"):
            assert re.search(r"\d", image.attributes["alt"])
        beside = figure.all("table") or figure.parent.all("table")
        assert beside


def test_pictures_are_small_svg_for_light_and_dark(page):
    for picture in pictures(page):
        root = ElementTree.fromstring(picture)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        tags = {element.tag.partition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "style", "g", "path", "circle", "marker", "text", "clipPath", "rect", "image"}
        assert "prefers-color-scheme:dark" in root[0].text
        names = {element.get("id") for element in root.iter() if element.get("id")}
        assert set(re.findall(r"['(]#(\w+)", picture)) == names
        assert not re.search(r"#[0-9a-f]{6}(?!.*</style>)", picture.partition("</style>")[2])


@pytest.mark.parametrize("name", ["full", "nasty"])
def test_eight_models_fit_in_300_kilobytes(name, request):
    html = request.getfixturevalue(name)
    assert len(html.encode()) < 300_000
    assert len(parsed(html).all("img")) > 30


def test_pictures_do_not_grow_with_the_grid_or_the_scatter():
    comparison = example.full()
    fine = [comparison.boundaries.assign(x=comparison.boundaries.x + shift) for shift in (0.0, 0.5, 1.0, 1.5)]
    tables = comparison.tables | {"boundaries": pd.concat(fine), "scatter": pd.concat([comparison.scatter] * 5)}
    small, large = (
        sum(
            len(panel.svg)
            for block in section("generative-view", each).blocks
            for panel in getattr(block, "panels", ())
        )
        for each in (comparison, Comparison(tables, comparison.meta))
    )
    assert large < 1.1 * small


# The same each time ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(full):
    assert rendered_elsewhere("1") == full.encode()


@pytest.mark.usefixtures("undrawn")
def test_a_loaded_comparison_gives_the_same_page(tmp_path):
    assert report.page(Comparison.load(example.nasty().save(tmp_path))) == report.page(example.nasty())


@pytest.mark.usefixtures("undrawn")
def test_timings_are_not_on_the_page():
    comparison = example.full()
    slower = comparison.tables | {"timings": comparison.timings.assign(seconds=1e9)}
    assert report.page(Comparison(slower, comparison.meta)) == report.page(comparison)


def test_matplotlib_stays_as_it_was():
    import matplotlib

    before, backend = dict(matplotlib.rcParams), matplotlib.get_backend()
    report.page(example.bare())
    assert dict(matplotlib.rcParams) == before
    assert matplotlib.get_backend() == backend


# Text stays text -------------------------------------------------------------------------------------------------


def test_text_from_the_data_is_text(nasty):
    assert "<script" not in nasty
    assert "<b>bold" not in nasty
    seen = " ".join(parsed(nasty).text.split())
    for label in [
        *example.NASTY,
        "naive <script>alert('m')</script> Bayes",
        "多数\n派",
        "</title><script>alert(1)</script>",
    ]:
        assert " ".join(label.split()) in seen
    assert "{{ 7*7 }}" in seen


@pytest.mark.usefixtures("undrawn")
def test_options_stay_in_one_piece_and_other_hyphens_are_left_alone():
    note = "a--b and --x<y: --budget 15 would have room (or --n-repeats=3), -- said <--time>."
    comparison = example.bare()
    html = report.page(Comparison(comparison.tables, comparison.meta | {"notes": [note]}))
    box = next(div for div in parsed(html).all("div") if div.attributes.get("class") == "warnings")
    assert note in [item.text for item in box.all("li")]
    whole = [span.text for item in box.all("li") for span in item.all("span")]
    assert whole == ["--x", "--budget", "--n-repeats", "--time"]


def test_text_in_pictures_is_text(nasty):
    drawn = {text for picture in pictures(nasty) for text in ElementTree.fromstring(picture).itertext()}
    assert {"<b>bold</b>", 'quote " here', "naive <script>alert('m')</script> Bayes"} <= drawn


def test_control_characters_and_lone_surrogates_do_not_break_the_page():
    comparison = example.bare()
    summary = comparison.summary.replace({"model": {"naive Bayes": "naive\x00\x1b Bayes"}})
    meta = {"name": "\x08\x0c", "verdict": "half a letter: \ud83d, and words turned \u202e\u2067 round"}
    html = report.page(Comparison(comparison.tables | {"summary": summary}, meta))
    html.encode()
    assert not set(html) & {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127, 0x202E, 0x2067)}


# Whatever the tables hold ----------------------------------------------------------------------------------------


def test_sections_stand_in_reading_order(full):
    assert section_names(full) == NAMES
    assert len(SECTIONS) == len(NAMES)


def test_sections_are_files_of_their_own_that_know_no_other_section():
    folder = Path(report.__file__).parent / "sections"
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {chapter.draft.__name__ for chapter in SECTIONS} == {f"{name}_section" for name in names}
    for name in names:
        assert "genvsdisc.report.sections" not in (folder / f"{name}.py").read_text()


def test_sections_without_tables_are_left_out(bare):
    assert section_names(bare) == ["Verdict", "Leaderboard", "Pairs", "Each model", "Data and method"]


def test_an_empty_comparison_still_is_a_page():
    html = report.page(Comparison({}))
    assert section_names(html) == ["Verdict", "Data and method"]
    assert "carries no verdict" in html


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", sorted(set(example.full().tables) - {"timings"}))
def test_any_one_table_may_be_empty(name):
    comparison = example.full()
    rest = {key: table for key, table in comparison.tables.items() if key != name}
    assert "</html>" in report.page(Comparison(rest, comparison.meta))
    assert "</html>" in report.page(Comparison({name: comparison.tables[name]}))


@pytest.mark.usefixtures("undrawn")
def test_a_panel_of_noisy_labels_shows_one_pair(monkeypatch):
    monkeypatch.setattr("genvsdisc.report.sections.robustness._OPEN", 4)
    comparison = example.full()
    curves = comparison.robustness
    second = curves[curves.model == "naive Bayes"].assign(model="other Bayes", form="linear")
    tables = comparison.tables | {"robustness": pd.concat([curves, second])}
    (figure,) = section("robustness", Comparison(tables, comparison.meta)).blocks
    panels = figure.panels
    said = [panel.alt for panel in panels if "other Bayes" in panel.alt]
    assert len(said) == 2
    assert len(panels) == 8
    assert all(panel.alt.count("goes from") == 2 for panel in panels)


@pytest.mark.usefixtures("undrawn")
def test_columns_that_are_never_normal_are_named_beside_the_cost_of_normality():
    comparison = example.full()
    columns = comparison.columns.iloc[:3].assign(
        column=["height", "flag", "place"], kind=["continuous", "binary", "categorical"], used=True
    )

    def said(**changed):
        tables = comparison.tables | {"columns": columns, **changed}
        html = report.page(Comparison(tables, comparison.meta))
        return "the Gaussians also see flag (binary) and place (categorical) as zeros and ones" in html

    assert said()
    assert not said(columns=columns.assign(used=[True, False, False]))
    assert not said(assumptions=comparison.assumptions.assign(cost=np.nan))


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("count", "drawn"), [(8, False), (9, False), (9, True)])
def test_classes_too_many_to_draw_are_said(count, drawn):
    comparison = example.comparison([f"type {i}" for i in range(count)])
    absent = {} if drawn else {name: comparison.tables[name].iloc[:0] for name in ("boundaries", "ellipses", "scatter")}
    html = report.page(Comparison(comparison.tables | absent, comparison.meta))
    said = "is not drawn: there are 9 classes, and more than 8 cannot be told apart." in html
    assert said == (count == 9 and not drawn)


def test_failed_models_are_listed_with_the_error(full):
    board = next(section for section in parsed(full).all("section") if section.attributes["id"] == "leaderboard")
    row = board.all("tbody")[0].all("tr")[-1]
    assert row.all("th")[0].text.endswith("multilayer perceptron")
    assert row.all("td")[0].text.strip() == "failed: fold 3: class 'water' has 1 row, the <b>covariance</b> needs 2"


def test_long_tables_say_what_they_leave_out(nasty):
    assert "96 more rows in parameters.csv." in nasty


def test_the_leaderboard_rounds_to_its_interval(full):
    board = next(section for section in parsed(full).all("section") if section.attributes["id"] == "leaderboard")
    cells = [cell.text for cell in board.all("tbody")[0].all("tr")[0].all("td")]
    assert cells[0] == "20.2%17.1 to 23.3"


# Files -----------------------------------------------------------------------------------------------------------


def test_a_page_goes_to_a_file_or_into_a_folder(tmp_path, bare):
    comparison = example.bare()
    assert comparison.to_html(tmp_path) == tmp_path / "index.html"
    assert comparison.to_html(tmp_path / "new" / "page.html").read_bytes() == bare.encode()
    assert (tmp_path / "index.html").read_bytes() == bare.encode()


def test_an_interrupted_write_leaves_the_old_page(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        example.bare().to_html(tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("index.html", "old")]


def test_e02_a_notebook_sees_verdict_families_and_leaderboard():
    html = example.nasty()._repr_html_()
    for family in ("generative", "discriminative"):
        assert f'aria-label="{family}"' in html
    assert "<script" not in html
    root = parsed(html)
    assert root.all("p")[0].text == "With 640 training rows the discriminative fit is ahead."
    assert "Logistic regression errs on 20.3% of new rows" in root.text
    assert len(root.all("tbody")[0].all("tr")) == 8
    assert "result.to_html(path)" in root.text


@pytest.mark.parametrize("kind", ["bare", "full", "nasty"])
def test_e02_what_to_look_at_next_is_there(kind):
    """Neighbours: a small comparison without draws or curves; each attribute that is named holds something."""
    comparison = getattr(example, kind)()
    shown = parsed(comparison._repr_html_()).text
    named = {name for name in ("differences", "crossings", "decomposition") if f"result.{name}" in shown}
    assert named == {name for name in ("differences", "crossings", "decomposition") if len(getattr(comparison, name))}
    assert (kind == "bare") == ("decomposition" not in named)


def test_e02_a_cell_where_no_model_could_be_fitted_says_why_of_each():
    """Neighbour: a comparison without one result, of which the card had nothing to draw."""
    whole = example.bare()
    tables = {name: table.iloc[:0] if name != "models" else table for name, table in whole.tables.items()}
    tables["models"] = whole.models.assign(status="failed", error="it raised ValueError: singular")
    shown = parsed(Comparison(tables, whole.meta)._repr_html_()).text
    assert shown.count("failed: it raised ValueError: singular") == len(whole.models) == 8
    assert "None of the 8 models could be fitted" in shown


def test_rules_for_classes_that_no_element_has_are_left_out():
    css = "p,.key .a,.b{margin:0}@media print{.b{top:0}.key .a{top:1px}}[x=b]{top:2px}.b,.c d{top:3px}"
    html = '<p class="key other"><i class=a>b</i></p>'
    assert _of_use(css, html) == "p,.key .a{margin:0}@media print{.key .a{top:1px}}[x=b]{top:2px}"
