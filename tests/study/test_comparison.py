"""A saved comparison comes back to the last bit, and a damaged one says what is wrong."""

import json
import pickle
import pydoc

import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.comparison import Comparison
from genvsdisc.study.schema import TABLES

NASTY = [
    "",
    "NA",
    "nan",
    'say "no"',
    "a,b;c\td",
    "two\nlines",
    "cr\r",
    "crlf\r\n",
    " padded ",
    "水",
    "ماء",
    "\x00",
    "1e5",
    "True",
]


def classes(labels, rows=1):
    return pd.DataFrame({"label": labels, "rows": rows, "used": [True] * len(labels), "note": ""})


def same(left, right):
    assert left.meta == right.meta
    for name in TABLES:
        pd.testing.assert_frame_equal(left.tables[name], right.tables[name], check_exact=True)


def round_trip(tables, tmp_path, meta=None):
    comparison = Comparison(tables, meta)
    loaded = Comparison.load(comparison.save(tmp_path / "saved"))
    same(comparison, loaded)
    return loaded


def test_any_text_comes_back(tmp_path):
    assert round_trip({"classes": classes(NASTY)}, tmp_path).classes.label.tolist() == NASTY


def test_missing_counts_and_text_come_back(tmp_path):
    table = pd.DataFrame(
        {"model": ["a", "b"], "family": "other", "form": ["linear", None], "n_parameters": pd.array([3, None], "Int64")}
        | {"status": "ok", "error": [None, np.nan], "tuned": "", "warnings": ""}
    )
    loaded = round_trip({"models": table}, tmp_path).models
    assert loaded.n_parameters.dtype == "Int64"
    assert loaded.n_parameters.isna().tolist() == [False, True]
    assert loaded.form.tolist() == ["linear", ""]
    assert loaded.error.tolist() == ["", ""]


def test_tables_not_given_are_empty_with_their_columns_and_types(tmp_path):
    loaded = round_trip({}, tmp_path)
    assert loaded.scores.columns.tolist() == ["model", "repeat", "fold", "loss", "value", "n_train", "n_test"]
    assert loaded.scores.value.dtype == float
    assert loaded.scores.repeat.dtype == int


def test_meta_comes_back_with_numpy_values_as_plain_ones(tmp_path):
    meta = {"name": "水 <b>", "n_rows": np.int64(7), "design": {"rope": np.float64(0.01)}, "left_out": ["a\nb"]}
    assert round_trip({}, tmp_path, meta).meta == meta


def test_labels_that_are_numbers_become_text():
    assert Comparison({"classes": classes([0, 1])}).classes.label.tolist() == ["0", "1"]


def test_the_same_comparison_writes_the_same_bytes(tmp_path):
    comparison = Comparison({"classes": classes(NASTY)}, {"name": "x"})
    first, second = comparison.save(tmp_path / "a"), comparison.save(tmp_path / "b")
    files = sorted(path.name for path in first.iterdir())
    assert files == sorted([*(f"{name}.csv" for name in TABLES), "meta.json"])
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_saving_again_replaces_the_tables_and_leaves_other_files(tmp_path):
    Comparison({"classes": classes(["old", "old too"])}).save(tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    Comparison({"classes": classes(["new"])}).save(tmp_path)
    assert Comparison.load(tmp_path).classes.label.tolist() == ["new"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_interrupted_save_leaves_no_folder(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("genvsdisc.study.comparison.write_csv", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Comparison({}).save(tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_second_save_leaves_the_first(tmp_path, monkeypatch):
    Comparison({"classes": classes(["first"])}).save(tmp_path / "saved")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("genvsdisc.study.comparison.write_csv", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Comparison({}).save(tmp_path / "saved")
    monkeypatch.undo()
    assert Comparison.load(tmp_path / "saved").classes.label.tolist() == ["first"]
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_no_folder_and_no_comparison_say_so(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(FileNotFoundError, match=r"holds no saved comparison: it has no meta\.json"):
            Comparison.load(folder)


def test_a_lacking_table_is_named(tmp_path):
    (Comparison({}).save(tmp_path) / "scores.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"not a whole comparison: scores\.csv is missing"):
        Comparison.load(tmp_path)


@pytest.mark.parametrize("text", ['"label","rows"\n', '"label","rows","used","note"\n"a","x","True",""\n', ""])
def test_a_damaged_table_is_named(tmp_path, text):
    (Comparison({}).save(tmp_path) / "classes.csv").write_text(text)
    with pytest.raises(ValueError, match=r"classes\.csv is not what Comparison\.save writes"):
        Comparison.load(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"tables": {}}', '{"tables": {}, "meta": 3}', '{"tables": 3, "meta": {}}']
)
def test_a_damaged_meta_is_named(tmp_path, text):
    (Comparison({}).save(tmp_path) / "meta.json").write_text(text)
    with pytest.raises(ValueError, match=r"meta\.json is not what Comparison\.save writes"):
        Comparison.load(tmp_path)


def test_a_folder_of_another_version_is_refused_by_the_tables_that_differ(tmp_path):
    file = Comparison({}).save(tmp_path) / "meta.json"
    saved = json.loads(file.read_text())
    lacking = {name: columns for name, columns in saved["tables"].items() if name != "leaks"}
    changed = saved["tables"] | {"scores": "model loss value:float"}
    for tables, names in [(lacking, "leaks"), (changed, "scores"), ({}, r"assumptions, boundaries, .*, \.\.\.")]:
        file.write_text(json.dumps(saved | {"tables": tables}))
        with pytest.raises(ValueError, match=rf"another version of genvsdisc, whose tables differ .* in {names}; run"):
            Comparison.load(tmp_path)


def test_unknown_tables_columns_and_kinds_are_refused():
    with pytest.raises(ValueError, match="unknown table 'score'; a comparison has models, failures"):
        Comparison({"score": pd.DataFrame()})
    with pytest.raises(
        ValueError, match="table 'classes' must have the columns label, rows, used, note; differs in extra"
    ):
        Comparison({"classes": classes(["a"]).assign(extra=1)})
    with pytest.raises(ValueError, match=r"column classes\.rows must hold int values"):
        Comparison({"classes": classes(["a"], rows="many")})


def test_attributes_are_the_tables_and_nothing_else():
    comparison = Comparison({"classes": classes(["a"])}, {"verdict": "Cannot tell."})
    for name in TABLES:
        assert getattr(comparison, name) is comparison.tables[name]
    assert comparison.verdict == "Cannot tell."
    assert "learning_curves" in dir(comparison)
    with pytest.raises(AttributeError, match="no attribute 'curves'"):
        _ = comparison.curves
    with pytest.raises(AttributeError, match="table 'scores' is given to Comparison"):
        comparison.scores = pd.DataFrame()
    assert pickle.loads(pickle.dumps(comparison)).classes.equals(comparison.classes)


def test_help_lists_every_table_with_its_columns():
    text = " ".join(pydoc.plain(pydoc.render_doc(Comparison)).replace("|", " ").split())
    for name, table in TABLES.items():
        start = text.index(f" {name} {table.__doc__.split()[0]} ")
        shown = text[start : text.index(".", text.index("Columns: ", start))]
        positions = [shown.index(f" {column}", shown.index("Columns:")) for column in table.kinds]
        assert positions == sorted(positions), name
    assert "n_parameters (count), loss, mean (float)" in text
