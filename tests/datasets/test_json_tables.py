"""JSON documents that are tables, in the ways that pandas, services of the web and people write them."""

import json

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import read_table

RNG = np.random.default_rng(3)
N = 40
TABLE = pd.DataFrame({
    "x": RNG.normal(size=N).round(3), "k": RNG.integers(0, 9, N), "town": [("Ulm", "Rom")[i % 2] for i in range(N)],
    "y": [("a", "b")[i % 3 == 0] for i in range(N)],
})  # fmt: skip
RECORDS = TABLE.to_dict("records")


@pytest.fixture
def read(tmp_path):
    def read(document, target="y", name="table.json"):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return read_table(path, target)

    return read


@pytest.mark.parametrize(
    "document",
    [
        RECORDS,
        json.dumps(RECORDS, indent=2),
        "\ufeff" + json.dumps(RECORDS),
        TABLE.to_dict("list"),
        *(TABLE.to_json(orient=orient) for orient in ("records", "columns", "split", "table")),
        [list(TABLE), *TABLE.to_numpy(object).tolist()],
        {"status": "ok", "count": N, "results": RECORDS},
        {"data": TABLE.to_dict("list")},
        [{"k": row["k"], "y": row["y"], "town": row["town"], "x": row["x"]} for row in RECORDS],
    ],
    ids=lambda document: str(document)[:30],
)
@pytest.mark.parametrize("name", ["table.json", "table.txt"])
def test_the_same_rows_come_back(read, document, name):
    data = read(document, name=name)
    np.testing.assert_allclose(data.X["x"], TABLE["x"], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(data.X["k"], TABLE["k"])
    assert data.X["town"].tolist() == TABLE["town"].tolist()
    assert data.y.tolist() == TABLE["y"].tolist()


def test_a_field_that_is_left_out_or_null_is_missing(read):
    records = [{**row, "x": None} if i == 3 else row for i, row in enumerate(RECORDS)]
    records[5] = {name: value for name, value in RECORDS[5].items() if name != "x"}
    data = read(records)
    assert np.flatnonzero(data.X["x"].isna()).tolist() == [3, 5]


def test_objects_within_become_columns_with_a_dotted_name(read):
    data = read([{"y": row["y"], "at": {"town": row["town"], "place": {"x": row["x"]}}} for row in RECORDS])
    assert sorted(data.X) == ["at.place.x", "at.town"]
    np.testing.assert_array_equal(data.X["at.place.x"], TABLE["x"])


def test_lists_without_names_are_numbered(read):
    data = read(TABLE.to_numpy(object).tolist(), None)
    assert [*data.X, data.y.name] == ["column 1", "column 2", "column 3", "column 4"]
    assert len(data.X) == N
    assert any("is read as a row" in note for note in data.notes)


def test_the_entry_that_is_the_table_is_told(read):
    assert "The table is the entry 'rows' of the JSON document." in read({"n": N, "rows": RECORDS}).notes


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"a": 1, "b": {"c": 2}}, "is JSON, but no table: a list of objects"),
        ({"train": RECORDS, "test": RECORDS}, r"is JSON with 2 tables \('train', 'test'\): write one out"),
        ([1, 2, 3], "is JSON, but no table"),
        ([[1, 2], [3]], "is JSON, but no table"),
        ([], "is JSON, but no table"),
        ('[{"x": 1, "y": 2, "x": 3}]', "'x' stands more than once"),
        ('[{"x": 1, "y": "a"},\n {"x": 2, "y', "cannot read 'table.json' as JSON: "),
        ("[" * 100_000 + "]" * 100_000, "cannot read 'table.json' as JSON: "),
        ([{"x": [1, 2], "y": "a"}, {"x": [3], "y": "b"}], "column 'x' holds lists"),
    ],
    ids=lambda given: str(given)[:30],
)
def test_what_is_no_table_is_one_line(read, document, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(document)
    assert "\n" not in str(caught.value)


ROWS = [{"x": i, "y": i % 2} for i in range(20)]


@pytest.mark.parametrize(
    ("document", "entry"),
    [
        ({"status": "ok", "data": {"items": ROWS, "next": None}}, "data.items"),
        ({"hits": {"total": 20, "hits": {"rows": {"all": ROWS}}}}, "hits.hits.rows.all"),
        ({"meta": {"view": {"name": "t"}}, "data": {"table": {"x": list(range(20)), "y": [0, 1] * 10}}}, "data.table"),
    ],
)
def test_an_answer_of_an_interface_holds_its_table_some_objects_deeper(tmp_path, document, entry):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document, indent=1))
    data = read_table(path, "y")
    assert (data.X["x"].tolist(), data.y.tolist()) == (list(range(20)), [0, 1] * 10)
    assert data.notes == (f"The table is the entry {entry!r} of the JSON document.",)


def test_rows_by_their_own_names_and_by_numbers_of_pandas(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps({f"id {i}": row for i, row in enumerate(ROWS)}))
    data = read_table(path, "y")
    assert data.X["Unnamed: 0"].tolist() == [f"id {i}" for i in range(20)]
    assert (data.X["x"].tolist(), data.y.tolist()) == (list(range(20)), [0, 1] * 10)
    pd.DataFrame(ROWS).to_json(path, orient="index")
    data = read_table(path, "y")
    assert (list(data.X), data.X["x"].tolist(), data.notes) == (["x"], list(range(20)), ())


def test_a_document_or_lines_whatever_the_suffix(tmp_path):
    lines = "\n".join(map(json.dumps, ROWS))
    for suffix in ("json", "jsonl", "ndjson", "txt"):
        for text in (lines, json.dumps(ROWS), json.dumps(ROWS, indent=2)):
            path = tmp_path / f"t.{suffix}"
            path.write_text(text)
            assert read_table(path, "y").X["x"].tolist() == list(range(20)), (suffix, text[:30])


def test_halves_of_letters_are_told_and_whole_ones_and_backslashes_stay(tmp_path):
    words = ['"\\ud83d"', '"\\ud83d\\ude00"', '"c:\\\\ud83d"', '"\\ude00 \\uD83D"']
    rows = ",".join(f'{{"w":{words[i % 4]},"y":{i % 2}}}' for i in range(20))
    for name, text in (("t.json", f"[{rows}]"), ("t.jsonl", rows.replace("},{", "}\n{"))):
        path = tmp_path / name
        path.write_text(text)
        data = read_table(path, "y")
        assert data.X["w"].tolist()[:4] == ["\ufffd", "\U0001f600", "c:\\ud83d", "\ufffd \ufffd"]
        assert data.notes[0] == "15 half letters (such as \\ud83d alone) read as \ufffd."


def test_an_empty_object_is_a_missing_entry(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"a": {} if i == 3 else {"b": i}, "y": i % 2} for i in range(20)]))
    data = read_table(path, "y")
    assert data.X["a.b"].dropna().tolist() == [i for i in range(20) if i != 3]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([{"a": {"b": 1}, "a.b": 2, "y": i % 2} for i in range(9)], "column names must differ; 'a.b' stands more than"),
        ({"results": ROWS, "errors": [{"code": 1}]}, r"is JSON with 2 tables \('results', 'errors'\): write one out"),
        ([{"x": i, "y": [i % 2]} for i in range(9)], r"the target 'y' holds lists, such as \[0\]"),
        ([{}] * 5, "'t.json' has no columns"),
        ({}, "'t.json' has no columns"),
    ],
)
def test_what_is_no_table_is_told_in_one_line(tmp_path, document, message):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=message):
        read_table(path, "y")
