"""Rows of the list of faults that reading a table had, each with its right value and its neighbours."""

import bz2
import gzip
import io
import json
import lzma
import sys
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.features.cells import read_cells
from genvsdisc.features.dtypes import as_numbers
from genvsdisc.features.kinds import column_kinds

N = 100
LABELS = ["yes" if i % 2 else "no" for i in range(N)]


@pytest.fixture
def read(tmp_path):
    def read(content, target="y", name="table.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, target, **options)

    return read


def column(cells, delimiter=",", name="x"):
    """A table of one column and its labels."""
    return f"{name}{delimiter}y\n" + "".join(f"{c}{delimiter}{y}\n" for c, y in zip(cells, LABELS, strict=False))


def kind(data, name="x"):
    return column_kinds(data.X)[name].kind


NUMBERS = [(i * 37 % 101) + 0.5 for i in range(N)]
PLAIN = [str(v) for v in NUMBERS]


@pytest.mark.parametrize("other", ["01.02.2024", "1.234,56", "v1.2", "10.0.0.1", "http://a.b/1.2", "3.5 stars of 5.0"])
def test_f03_decimal_commas_are_judged_a_column(read, other):
    rows = "".join(f"{i % 7},{i};{other};{y}\n" for i, y in zip(range(10, 60), LABELS, strict=False))
    data = read("x;other;y\n" + rows)
    assert data.X["x"].tolist() == [float(f"{i % 7}.{i}") for i in range(10, 60)]
    assert kind(data) == "continuous"
    assert any(note.startswith("Column 'x': ") for note in data.notes)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("write", ["{}", "-{}", "{}%", "{} kg"], ids=["plain", "negative", "percent", "unit"])
def test_b04_each_number_is_read_whichever_mark_it_has(read, delimiter, write):
    cells = [write.format(f"{i},{i % 10}" if i % 2 else f"{i}.{i % 10}") for i in range(N)]
    data = read(column(cells, delimiter))
    exact = [(-1 if write == "-{}" else 1) * float(f"{i}.{i % 10}") for i in range(N)]
    assert data.X["x"].tolist() == exact
    assert any("decimal commas and points stand side by side" in note for note in data.notes)


@pytest.mark.parametrize(("weights", "told"), [(["2.548", "1.170"], True), (["2.548", "1.17"], False)])
def test_f03_three_decimals_beside_columns_of_decimal_commas_are_told_as_a_guess(read, weights, told):
    lines = [f'"{10 + k},5",{weights[k % 2]},{"ab"[k % 3 > 0]}' for k in range(30)]
    data = read("width,weight,y\n" + "\n".join(lines) + "\n", "y")
    assert data.X["width"].tolist() == [10.5 + k for k in range(30)]
    assert any("'weight'" in note and "guess" in note for note in data.notes) == told


def test_b04_decimal_commas_in_tabs_and_beside_points(read):
    cells = [f"{i},{i % 10}" for i in range(N)]
    exact = [float(c.replace(",", ".")) for c in cells]
    assert read(column(cells, "\t"), name="t.tsv").X["x"].tolist() == exact
    mixed = [c.replace(",", ".") if i % 3 else c for i, c in enumerate(cells)]
    data = read(column(mixed, ";"))
    assert data.X["x"].tolist() == exact
    assert "decimal commas and points stand side by side" in data.notes[1]


@pytest.mark.parametrize("footer", ["Total,", "Total", "Sum:,", "n = 100,", "Source: the park,", ","])
def test_f05_b02_a_footer_leaves_the_column_its_numbers(read, footer):
    data = read(column(PLAIN) + footer + "\n")
    assert data.X["x"].tolist() == NUMBERS
    assert kind(data) == "continuous"
    assert footer == "," or any("1 row ('" in note and note.endswith("left out.") for note in data.notes)
    assert data.unlabeled is None or data.unlabeled.empty


def test_f06_b13_blanks_at_both_ends_make_no_classes_levels_or_names(read):
    data = read(" x , color,y \n1,red ,yes \n2, red,yes\n3,blue\t,no\n4,blue, no \n5,red,\u00a0yes\n")
    assert data.X.columns.tolist() == ["x", "color"]
    assert data.y.name == "y"
    assert data.y.tolist() == ["yes", "yes", "no", "no", "yes"]
    assert data.X["color"].tolist() == ["red", "red", "blue", "blue", "red"]


def test_b13_labels_in_two_cases_and_marks_as_labels_are_told(read):
    notes = read("x,y\n1,Yes\n2,yes\n3,no\n4,?\n").notes
    assert "Labels that differ in case only are two classes: 'Yes' and 'yes'." in notes
    assert "Label '?' (1 rows) is a class: leave it empty where the label is missing." in notes


@pytest.mark.parametrize("names", ["x,y,y", "y,x,y", "x,x ,y", "x,y, y"])
def test_f07_b06_u05_a_repeated_name_is_refused(read, names):
    with pytest.raises(ValueError, match=r"'[xy]' stands more than once in 'table.csv': rename one"):
        read(f"{names}\n1,yes,yes\n2,no,no\n")


def test_f07_repeated_names_of_parquet_excel_and_json_lines(tmp_path):
    import pyarrow.parquet as pq

    columns = [pa.array([1, 2]), pa.array(["a", "b"]), pa.array(["a", "b"])]
    pq.write_table(pa.Table.from_arrays(columns, ["x", "y", "y"]), tmp_path / "t.parquet")
    pd.DataFrame([[1, "a", "a"], [2, "b", "b"]], columns=["x", "y", "y"]).to_excel(tmp_path / "t.xlsx", index=False)
    for file in ("t.parquet", "t.xlsx"):
        with pytest.raises(ValueError, match="'y' stands more than once"):
            read_table(tmp_path / file, "y")


@pytest.mark.parametrize(
    ("form", "exact"),
    [
        ("%Y-%m-%d", None),
        ("%d.%m.%Y", None),
        ("%m/%d/%Y", None),
        ("%d/%m/%Y", None),
        ("%Y/%m/%d", None),
        ("%d %B %Y", None),
        ("%b %d, %Y", None),
        ("%d-%b-%y", None),
        ("%Y-%m-%dT%H:%M:%SZ", None),
        ("%d.%m.%Y %H:%M", None),
    ],
)
def test_f17_b08_dates_are_dates(read, form, exact):  # noqa: ARG001
    days = pd.Timestamp("2003-01-31") + pd.to_timedelta([i * 29 % 700 for i in range(N)], unit="D")
    data = read(column([f'"{day.strftime(form)}"' for day in days]))
    np.testing.assert_array_equal(as_numbers(data.X["x"]), (days - pd.Timestamp(0)) / pd.Timedelta(days=1))
    assert kind(data) == "continuous"
    assert any("'x'" in note and "date" in note for note in data.notes)


def test_f17_dates_before_1677_and_of_open_order(read):
    data = read(column([f"{1 + i % 28:02}.{1 + i % 12:02}.{1000 + i}" for i in range(N)]))
    assert data.X["x"].iloc[0] == pd.Timestamp("1000-01-01")
    open_order = read(column([f"{1 + i % 12:02}/{1 + i % 11:02}/2020" for i in range(N)]))
    assert open_order.X["x"].iloc[1] == pd.Timestamp("2020-02-02")
    assert "day and month may stand the other way round" in open_order.notes[0]


@pytest.mark.parametrize("cell", ["30.02.2020", "2020-13-01", "99/99/2020"])
def test_f17_what_is_no_date_is_not_made_one(read, cell):
    data = read(column([f"{1 + i % 28:02}.01.2020" for i in range(90)] + [cell] * 10))
    assert data.X["x"].isna().sum() == 10
    assert f"{cell!r} (10 entries) as missing" in data.notes[0]


@pytest.mark.parametrize(
    "mark",
    ["?", "-", ".", "*", "None", "n/d", "missing", "na", "N.A.", "unknown", "--", "\u2013", "#DIV/0!", "(null)", "\\N"],
)
def test_b01_f18_c11_marks_are_missing_where_the_rest_is_numbers(read, mark):
    marked = [mark if i % 4 == 0 else cell for i, cell in enumerate(PLAIN)]
    data = read(column(marked))
    empty = read(column(["" if cell == mark else cell for cell in marked]))
    np.testing.assert_array_equal(data.X["x"], empty.X["x"])
    assert data.X["x"].isna().sum() == 25
    assert any(note.startswith("Column 'x': ") and "(25 entries) taken as missing" in note for note in data.notes)


@pytest.mark.parametrize("mark", ["#N/A", "n/a", "#NA", "-nan", "1.#QNAN", "-1.#IND", "NULL", "<NA>", "NaN"])
def test_f18_what_pandas_takes_as_missing_is(read, mark):
    data = read(column([mark if i % 4 == 0 else cell for i, cell in enumerate(PLAIN)]))
    assert data.X["x"].isna().sum() == 25
    words = read("w,y\n" + "".join(f"{mark if i % 4 == 0 else 'abc'[i % 3]},{LABELS[i]}\n" for i in range(N)))
    assert words.X["w"].isna().sum() == 25


def test_f18_a_mark_among_words_stays_a_level_and_is_told(read):
    data = read(column(["abc?"[i % 4] for i in range(N)]))
    judged = column_kinds(data.X)["x"]
    assert judged.levels == ("?", "a", "b", "c")
    assert judged.note == "'?' (25 entries) is a level: leave it empty if it marks missing entries"


def test_f18_odd_words_among_numbers_are_missing_and_told_and_many_are_not(read):
    few = read(column([*PLAIN[:95], *["low"] * 5]))
    assert few.X["x"].isna().sum() == 5
    assert few.notes == ("Column 'x': 'low' (5 entries) taken as missing.",)
    many = read(column([*PLAIN[:70], *["low"] * 30]))
    assert kind(many) != "continuous"
    assert "numbers in 70% of the entries, but not 'low' (30 entries)" in column_kinds(many.X)["x"].note


@pytest.mark.parametrize(
    ("write", "factor"),
    [
        ('"{:,.2f}"', 1),
        ("${:.2f}", 1),
        ("{:.2f} \u20ac", 1),
        ("EUR {:.2f}", 1),
        ("{:.2f}%", 1),
        ("({:.2f})", -1),
        ("\u2212{:.2f}", -1),
        ("{:.2f}-", -1),
        ("\u2013{:.2f}", -1),
        ("{:.2f} cm", 1),
        ("{:.2f}kg", 1),
        ("<{:.2f}", 1),
        ("{:.2f}+", 1),
        ("+{:.2f}", 1),
        ("{:.9e}", 1),
        ('"$({:,.2f})"', -1),
    ],
)
def test_f19_b03_numbers_as_people_write_them(read, write, factor):
    values = [round(100 * v * 37 + 0.25, 2) for v in range(1, N + 1)]
    data = read(column([write.format(v) for v in values]))
    np.testing.assert_allclose(data.X["x"], factor * np.array(values), rtol=1e-12)
    assert kind(data) == "continuous"


@pytest.mark.parametrize(
    ("marks", "delimiter"),
    [((".", ","), ";"), ((" ", ","), ";"), (("'", "."), ","), (("\u202f", ","), "\t"), (("\u2019", "."), ",")],
)
def test_f19_b03_thousands_of_every_country(read, marks, delimiter):
    group, decimal = marks
    swap = str.maketrans({",": group, ".": decimal})
    values = [i * 12345.25 for i in range(1, N + 1)]
    data = read(column([f"{v:,.2f}".translate(swap) for v in values], delimiter))
    assert data.X["x"].tolist() == values


def test_f19_prices_without_cents_are_not_negative(read):
    data = read(column([f"{i}.-" if i % 2 else f"{i}.50" for i in range(1, N + 1)]))
    assert data.X["x"].tolist() == [i + 0.5 * (i % 2 == 0) for i in range(1, N + 1)]


def test_f19_zeros_in_front_are_told(read):
    data = read(column([f"{i:05d}" for i in range(8, N + 8)]))
    assert data.X["x"].tolist() == list(range(8, N + 8))
    assert any("Column 'x': numbers with zeros in front ('00008' is read as 8)" in note for note in data.notes)
    assert not any("zeros in front" in note for note in read(column([f"{i % 9}" for i in range(N)])).notes)


def test_f19_numbers_of_two_units_are_words_and_told(read):
    data = read(column([f"{i * 37 % 101} {'cm' if i % 2 else 'in'}" for i in range(N)]))
    judged = column_kinds(data.X)["x"]
    assert judged.kind == "identifier"
    assert "numbers in 50% of the entries, but not" in judged.note
    assert any(note.startswith("Column 'x': numbers in 50%") for note in data.notes)


@pytest.mark.parametrize("cell", ["10.0.{}.{}", "12-34-{}{}", "1.2.{}.{}.5", "{}/{}/7"])
def test_never_silently_an_identifier(read, cell):
    data = read(column([cell.format(i % 9, i) for i in range(N)]))
    judged = column_kinds(data.X)["x"]
    assert judged.kind == "continuous" or "looks like numbers" in judged.note


def test_f20_b07_a_table_without_names_is_told(read):
    rows = "".join(f"{i % 7}.{i},{i % 5}.{i},{i % 3}.5,{LABELS[i]}\n" for i in range(10, 60))
    for first in ("5.1,3.5,1.4,no\n", "5.1,0.2,0.2,no\n"):
        data = read(first + rows, None)
        assert any("looks like data and not like names: it is read as a row" in note for note in data.notes)
        assert len(data.X) == 51
    data = read("1,2,3,no\n" + rows, None)  # as an array of pandas has its places for names
    assert any("is read as names, yet most of them are numbers" in note for note in data.notes)
    with pytest.raises(ValueError, match="its first line looks like data: put a line of names above it"):
        read("5.1,0.2,0.2,no\n5.1,0.2,0.2,no\n5.1,0.2,0.2,yes\n", None)
    assert not any("yet most" in note for note in read("1990,sales,y\n1,2,a\n3,4,b\n").notes)


@pytest.mark.parametrize(
    ("first", "cells"),
    [
        ("5,1;3;no", lambda i: f"{i % 7},{i};{i % 5};{LABELS[i]}"),
        ("-5.1\tred\t2e3\tno", lambda i: f"-{i % 7}.{i}\t{'red' if i % 3 else 'blue'}\t{i}e2\t{LABELS[i]}"),
        ("5.1,?,tall,no", lambda i: f"{i % 7}.{i},{i if i % 4 else '?'},{'tall' if i % 3 else '?'},{LABELS[i]}"),
        ("2024-01-05,$3.50,x,no", lambda i: f"2024-03-{i % 20 + 10},${i}.50,{'x' if i % 3 else 'z'},{LABELS[i]}"),
        ("10:05,3%,no", lambda i: f"11:{i},{i}%,{LABELS[i]}"),
        ("red,big,no", lambda i: f"{'red' if i % 3 else 'blue'},{'big' if i % 4 else 'small'},{LABELS[i]}"),
        ("5.1,no", lambda i: f"{i % 7}.{i},{LABELS[i]}"),
    ],
    ids=["commas", "tabs", "gaps", "dates", "times", "words", "two"],
)
def test_f20_a_first_row_is_a_row_or_told_and_no_row_like_it_is_left_out(read, first, cells):
    data = read("\n".join([first, *map(cells, range(10, 60))]), None)
    is_row = any("looks like data and not like names: it is read as a row" in note for note in data.notes)
    assert is_row or any("is read as names, yet most of them are" in note for note in data.notes)
    assert len(data.X) == 50 + is_row
    assert is_row == (not first.startswith("2024"))  # a date, a sum of money and a letter may head columns


@pytest.mark.parametrize(
    "names",
    ["color,size,y", "blue_,red size,y", "1990,sales,y", "color,no,y", "y1,y2,y"],
)
def test_f20_names_are_not_taken_for_a_row_though_they_are_repeated_below(read, names):
    words = [f"{'red' if i % 3 else 'blue'},{'big' if i % 4 else 'small'},{LABELS[i]}" for i in range(50)]
    data = read("\n".join([names, *words[:25], names, *words[25:]]))
    assert not any("yet most" in note for note in data.notes)
    assert "1 row that repeats the names left out." in data.notes
    assert len(data.X) == 50


def test_f24_windows_1252_where_its_bytes_occur(read):
    data = read("x,y\n1,\u201ca\u201d \u2013 \u20ac\n2,b\n".encode("cp1252"))
    assert data.y.tolist() == ["\u201ca\u201d \u2013 \u20ac", "b"]
    (note,) = data.notes
    assert note.startswith(
        "The file is not in UTF-8; it was read as Windows-1252: where its words look wrong, say which"
    )


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        (
            "cp1251",
            "\u0418\u0432\u0430\u043d \u041c\u043e\u0441\u043a\u0432\u0430 \u041a\u0430\u0437\u0430\u043d\u044c",
        ),
        ("shift-jis", "\u6771\u4eac \u5927\u962a \u540d\u524d"),
        ("cp1252", "\u00e9l\u00e8ve \u0153uvre l\u2019\u00e9t\u00e9"),
        ("utf-16", "\u00fcber \u00e4 \u00f6"),
        ("utf-32", "\u00fcber \u00e4 \u00f6"),
        ("utf-16-le", "eins zwei drei"),
        ("utf-16-be", "eins zwei drei"),
        ("utf-16-be", "\u9ad8\u3055 \u540d\u524d \u7a2e\u985e"),
        ("utf-32-le", "\u00fcber \u9ad8\u3055"),
        ("utf-32-be", "\U0001f600 \u0440\u043e\u0441\u0442"),
    ],
)
def test_f24_other_encodings(read, encoding, words):
    cells = words.split() * 20
    raw = "".join(f"{cell},{label}\n" for cell, label in zip(["word", *cells], ["y", *LABELS], strict=False))
    data = read(raw.encode(encoding))
    assert data.X["word"].tolist() == cells
    assert encoding in ("utf-16", "utf-32") or "it was read as" in data.notes[0]  # a mark leaves nothing to guess


def test_f25_labels_that_read_na_are_told_and_can_be_kept(read):
    table = "x,y\n1,NA\n2,EU\n3,EU\n4,NA\n"
    with pytest.raises(ValueError, match=r"has one class only, 'EU'.*'NA' \(2 entries\) counts as a missing label"):
        read(table)
    assert read(table, missing_labels=()).y.tolist() == ["NA", "EU", "EU", "NA"]
    three = read(table + "5,AS\n6,n/a\n")
    assert (
        "3 rows without a value of 'y' left out; 'NA' (2 entries), 'n/a' (1 entry) count as missing" in three.notes[0]
    )


@pytest.mark.parametrize(
    "table",
    [
        "x z y\n1.5 2 a\n3 4 b\n",
        "  x   z\ty\n  1.5  2   a\n 3     4 b  \n",
        'x z y\n1.5 2 "a"\n3 4 b\n',
        "# made by hand\n# twice\nx,z,y\n1.5,2,a\n# between\n3,4,b\n",
        "#x,z,y\n1.5,2,a\n3,4,b\n",
        "sep=;\nx;z;y\n1.5;2;a\n3;4;b\n",
        '"sep=,"\r\nx,z,y\r\n1.5,2,a\r\n3,4,b\r\n',
        "x;z;y\r1.5;2;a\r3;4;b\r",
        "x,z,y,\n1.5,2,a,\n3,4,b,\n",
        "x,z,y\n1.5,2,a,\n3,4,b,\n",
        "A report of 2020\n\nx,z,y\n1.5,2,a\n3,4,b\n",
        "x,z,y\n\n1.5,2,a\n   \n3,4,b\n\n",
        'x, "z", y\n1.5, "2", "a"\n3, "4", "b"\n',
        'x,"z",y\n1.5,"2","a",\n3,"4\r","b"\n',
        "x,z,y\n1.5,2,a\nx,z,y\n3,4,b\n",
    ],
)
def test_f29_b10_b14_tables_as_programs_write_them(read, table):
    data = read(table)
    assert data.X.to_dict("list") == {"x": [1.5, 3.0], "z": [2, 4]}
    assert data.y.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", lambda raw: pa.compress(raw, "zstd", asbytes=True)),
        (".zip", lambda raw: zipped({"inner.csv": raw})),
        (".zip", lambda raw: zipped({"inner.csv": raw, "__MACOSX/._inner.csv": b"x", "d/.DS_Store": b"x"})),
    ],
)
def test_f29_b09_compressed_files(read, suffix, pack):
    data = read(pack(b"x,y\n1,a\n2,b\n"), name=f"pets.csv{suffix}")
    assert data.X["x"].tolist() == [1, 2]
    assert data.name == "pets"
    assert data.card["source"] == f"pets.csv{suffix}"


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return out.getvalue()


def test_b09_excel_and_json_lines(read, tmp_path):
    table = pd.DataFrame(
        {"x": [1.5, None, 3.0], "when": pd.to_datetime(["2020-01-01", "2020-01-02", None]), "y": ["a ", "b", "a"]}
    )
    table.to_excel(tmp_path / "t.xlsx", index=False)
    lines = "".join(json.dumps(row) + "\n" for row in [{"x": 1.5, "y": "a"}, {"y": "b"}, {"x": 3.0, "y": "a"}])
    (tmp_path / "t.jsonl").write_text(lines)
    for name in ("t.xlsx", "t.jsonl"):
        data = read_table(tmp_path / name, "y")
        np.testing.assert_array_equal(data.X["x"], [1.5, np.nan, 3.0])
        assert data.y.tolist() == ["a", "b", "a"]
    assert column_kinds(read_table(tmp_path / "t.xlsx", "y").X)["when"].kind == "binary"
    with pytest.raises(ValueError, match="line 2"):
        read('{"a": 1, "y": 2}\n[1, 2]\n', name="t.jsonl")


def test_b12_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"x,y\n1,a\n2,b\n"))))
    data = read_table("-", "y")
    assert data.name == "stdin"
    assert data.X["x"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'[{"a": 1}, 2]', "is JSON, but no table"),
        (b"<!DOCTYPE html>\n<table><tr>", r"is HTML: .*pandas\.read_html"),
        (b'<?xml version="1.0"?>\n<a/>', "is XML"),
        (
            b"% iris\n@RELATION iris\n@attribute x numeric\n@data\n1,2\n",
            "line 5 has 2 fields, and there are 1 attributes",
        ),
        (b"SQLite format 3\0\1\2", "is an SQLite database"),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        (b"ARROW1\0\0", "cannot read .* as a file of Feather"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"hello\nworld\n", "one column only; .* divided by comma, semicolon, tab, bar or blanks"),
        (gzip.compress(b"x,y\n1,a\n" * 99, mtime=0)[:-9], "is compressed, and damaged"),
        (zipped({"a.csv": b"x", "b.csv": b"y"}), r"holds 2 files \('a.csv', 'b.csv'\): unpack it"),
        (b'x,y\n1,"a\n2,b\n', "the record that begins in line 2; is a quote not closed"),
    ],
)
def test_b09_b10_what_is_no_table_is_named(read, raw, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(raw)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://raw.example.org/iris.csv", "s3://bucket/t.parquet", "FTP://a/b"])
def test_b11_a_url_is_named_as_it_was_given(url):
    with pytest.raises(ValueError, match=f"'{url}' is a URL: download it first"):
        read_table(url, "y")


def test_b05_the_target_taken_is_named_and_an_empty_last_column_is_not_it(read):
    data = read("x,kind,\n1,a,\n2,b,\n", None)
    assert data.y.name == "kind"
    assert data.notes == (
        "No target was named: the last column, 'kind', is taken.",
        "1 empty column without a name left out.",
    )


def test_b06_a_column_without_a_name_gets_one_and_is_told(read):
    data = read(",x,y\n7,1,a\n9,2,b\n")
    assert data.X.columns.tolist() == ["Unnamed: 0", "x"]
    assert data.notes == ("Column 1 has no name: it is called 'Unnamed: 0'.",)
    assert read(",x,y\n7,1,a\n9,2,b\n5,1,a\n9,2,b\n", "Unnamed: 0").y.tolist() == [7, 9, 5, 9]


def test_a_row_of_units_is_left_out_and_a_first_row_is_not(read):
    rows = "".join(f"{i * i % 97},{i % 7}.5,{LABELS[i]}\n" for i in range(N))
    for units in ("cm,kg,", "cm,,", "cm,kg,class", "[m],(s),-"):
        data = read(f"a,b,y\n{units}\n{rows}")
        assert len(data.y) == N
        assert [column.kind for column in column_kinds(data.X).values()] == ["continuous", "continuous"]
        assert data.notes
    for first in ("?,1.5,yes", "1,2.5,yes", "low,3.5,yes"):
        assert len(read(f"a,b,y\n{first}\n{rows}").y) == N + 1


@pytest.mark.parametrize(
    ("labels", "exact"),
    [
        (["12345678901234567890", "12345678901234567891"], ["12345678901234567890", "12345678901234567891"]),
        (["9007199254740993", "9007199254740992", ""], [9007199254740993, 9007199254740992]),
        (["007", "7"], ["007", "7"]),
        (["1.0", "2.0"], [1, 2]),
        (["2020-01-01", "2021-01-01"], ["2020-01-01", "2021-01-01"]),
        (["01.02.2020", "02.02.2020"], ["01.02.2020", "02.02.2020"]),
        (["inf", "low"], ["inf", "low"]),
        (["1,5", "2,5"], ["1,5", "2,5"]),
        (["True", "False"], [True, False]),
        (["-1", "+1"], [-1, 1]),
        (["None", "some"], ["None", "some"]),
    ],
)
def test_f16_labels_of_a_file_are_as_written(read, labels, exact):
    data = read(
        column(range(6)).split("\n")[0]
        + "\n"
        + "".join(f"{i};{v}\n".replace(";", ",", 1) for i, v in enumerate([f'"{label}"' for label in labels] * 3))
    )
    assert data.y.tolist() == exact * 3


def test_f16_labels_of_parquet_are_as_written(tmp_path):
    days = pd.to_datetime(["2020-01-01", "2021-01-01"]).date
    big = pd.array([9007199254740993, 9007199254740992, None] * 2, dtype="Int64")
    for name, labels, exact in (
        ("date", list(days) * 3, ["2020-01-01", "2021-01-01"] * 3),
        ("big", big, [9007199254740993, 9007199254740992] * 2),
        ("unsigned", np.array([2**63 + 5, 2**63 + 6] * 3, np.uint64), [2**63 + 5, 2**63 + 6] * 3),
    ):
        pd.DataFrame({"x": range(6), "y": labels}).to_parquet(tmp_path / f"{name}.parquet")
        assert read_table(tmp_path / f"{name}.parquet", "y").y.tolist() == exact


def test_a_continuous_target_with_decimal_commas_is_one(read):
    with pytest.raises(ValueError, match="the target 'y' is continuous"):
        read("x;y\n" + "".join(f"{i};{i},5\n" for i in range(N)))


def test_f09_c6_dates_of_parquet_are_days(tmp_path):
    days = pd.Series(pd.Timestamp("1500-03-01") + pd.to_timedelta([i * 37 % 101 for i in range(N)], unit="D"))
    table = pa.table({"date32": pa.array(days.dt.date), "stamp": pa.array(days.astype("M8[ms]")), "y": LABELS})
    import pyarrow.parquet as pq

    pq.write_table(table, tmp_path / "t.parquet")
    X = read_table(tmp_path / "t.parquet", "y").X
    exact = days.to_numpy("M8[D]").astype(int)
    for name in ("date32", "stamp"):
        np.testing.assert_array_equal(as_numbers(X[name]), exact)
        assert column_kinds(X)[name].kind == "continuous"


def test_a_column_that_later_blocks_contradict_is_read_again(read):
    """More than a block: whole numbers, then floats; floats, then a word; text, with numbers among it."""
    n = 60_000
    rows = [f"{i},{i * i % 1000}.5,w{i % 7},{i % 11},{LABELS[i % N]}" for i in range(n)]
    rows[-1] = "1.5,?,3,low,yes"
    data = read("a,b,c,d,y\n" + "\n".join(rows) + "\n")
    assert data.X["a"].iloc[-2:].tolist() == [n - 2, 1.5]
    assert data.X["b"].isna().sum() == 1
    assert data.X["c"].iloc[-1] == "3"
    assert data.X["d"].isna().sum() == 1
    assert len(data.notes) == 2


def test_german_thousands_beside_decimal_commas_are_not_decimals(read):
    rows = "".join(f"{1 + i % 9}.{i * 37 % 1000:03};{i % 7},{i % 5};{LABELS[i]}\n" for i in range(50))
    data = read("price;q;y\n" + rows)
    assert data.X["price"].tolist() == [1000 * (1 + i % 9) + i * 37 % 1000 for i in range(50)]
    points = read("price;q;y\n" + rows.replace(",", "."))
    assert points.X["price"].iloc[1] == 2.037


def test_a_title_a_row_of_units_a_footer_and_decimal_commas_at_once(read):
    rows = "".join(f"{i * 7 % 50},5;{i},25;{LABELS[i]}\n" for i in range(60))
    text = "Messung 1\nh\u00f6he;gewicht;y\ncm;kg;\n" + rows + "Summe;;\n"
    data = read(text.encode("cp1252"))
    assert data.X["h\u00f6he"].tolist() == [i * 7 % 50 + 0.5 for i in range(60)]
    assert data.X["gewicht"].tolist() == [i + 0.25 for i in range(60)]
    assert len(data.notes) == 7
    assert "1 row ('Summe') looks like a line of sums: it is left out." in data.notes


def test_notes_stand_once_and_name_the_column(read):
    data = read("price,d,y\n" + "".join(f"${i}.5,0{1 + i % 9}.13.2020,{LABELS[i]}\n" for i in range(50)))
    assert len(set(data.notes)) == len(data.notes)
    assert any("'price'" in note for note in data.notes)


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_f19_b03_whole_numbers_with_points_between_thousands(tmp_path, delimiter):
    """609 beside 1.170: who keeps a zero at the end would write 609.000, and who drops it 1.17."""
    values = [609, 1170, 5951, 12579, 948, 18424, 1500, 700]
    cells = [f"{value:,}".replace(",", ".") for value in values]
    path = tmp_path / "credit.csv"
    path.write_text(f"amount{delimiter}y\n" + "".join(f"{c}{delimiter}{'ab'[i % 2]}\n" for i, c in enumerate(cells)))
    data = read_table(path, "y")
    assert data.X["amount"].tolist() == values
    assert any("'amount'" in note and "which is a guess" in note for note in data.notes)


@pytest.mark.parametrize(
    "cells",
    [
        ["609.000", "1.170", "5.951", "12.579"],  # a program that keeps zeros
        ["609", "1.17", "5.951", "12.579"],  # one that drops them
        ["609", "1.171", "5.951", "12.579"],  # either
        ["0.609", "1.170", "5.951", "3"],
    ],
)
def test_three_decimals_stay_decimals(tmp_path, cells):
    path = tmp_path / "lengths.tsv"
    path.write_text("length\ty\n" + "".join(f"{cell}\t{'ab'[i % 2]}\n" for i, cell in enumerate(cells)))
    assert read_table(path, "y").X["length"].tolist() == [float(cell) for cell in cells]


def test_points_between_thousands_beside_points_that_are_decimal(tmp_path):
    path = tmp_path / "both.tsv"
    path.write_text(
        "a\tb\ty\n" + "".join(f"{c}\t{0.25 * i}\t{'ab'[i % 2]}\n" for i, c in enumerate(["609", "1.170"] * 3))
    )
    assert read_table(path, "y").X["a"].tolist() == [609, 1.17] * 3


@pytest.mark.parametrize("labels", [("1", "2"), ("-1", "3"), ("1.0", "2.0")])
def test_f07_names_among_the_rows_make_no_words_of_labels_that_are_numbers(tmp_path, labels):
    rows = [f"{k}.5,{labels[k % 2]}" for k in range(20)]
    (tmp_path / "clean.csv").write_text("\n".join(["x,y", *rows]))
    (tmp_path / "joined.csv").write_text("\n".join(["x,y", *rows[:10], "x,y", *rows[10:]]))
    clean, joined = (read_table(tmp_path / name, "y") for name in ("clean.csv", "joined.csv"))
    pd.testing.assert_series_equal(joined.y, clean.y)
    assert "1 row that repeats the names left out." in joined.notes


@pytest.mark.parametrize("header", ["x,,y", ",x,y"])
def test_b06_a_column_without_a_name_may_be_read_again_as_text(tmp_path, header):
    """Numbers with three decimals are looked at once more, for 1.234 may be 1234; that was by name."""
    rows = [f"{k}.125,1.5,{'ab'[k % 2]}" if header[0] == "," else f"1.5,{k}.125,{'ab'[k % 2]}" for k in range(2, 30)]
    (tmp_path / "t.csv").write_text("\n".join([header, *rows, "7,7,a"]))
    data = read_table(tmp_path / "t.csv", "y")
    unnamed = next(name for name in data.X if name.startswith("Unnamed"))
    assert data.X[unnamed].tolist()[:2] == [2.125, 3.125]


def test_b06_a_name_that_another_column_would_get_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("Unnamed: 1,,y\n1,2,a\n2,3,b\n")
    with pytest.raises(ValueError, match="column 2 has no name, and 'Unnamed: 1' is that of another: name it"):
        read_table(tmp_path / "t.csv", "y")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"RDX3\nX\n", "a file of R"),
        (b"\x80\x04\x95", "a pickle, which may run code"),
    ],
)
def test_b09_b10_files_of_other_programs_are_named(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_table(tmp_path / "t.csv", "y")


def test_b10_one_json_object_a_line_is_a_row(tmp_path):
    (tmp_path / "t.csv").write_text('{"x": 1, "y": "a"}\n{"x": 2, "y": "b"}\n')
    assert read_table(tmp_path / "t.csv", "y").X["x"].tolist() == [1, 2]


def test_f29_parquet_whose_pandas_metadata_are_damaged_is_read(tmp_path):
    table = pa.table({"x": [1.5, 2.5], "y": ["a", "b"]}).replace_schema_metadata({b"pandas": b"{broken"})
    pq.write_table(table, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", "y").X["x"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("large", ["1e308", "-1.5e307"])
def test_b17_numbers_near_the_largest_are_read_without_a_warning(tmp_path, large):
    (tmp_path / "t.csv").write_text("x,y\n" + f"1.5,a\n{large},b\n2.25,a\n")
    assert read_table(tmp_path / "t.csv", "y").X["x"].tolist() == [1.5, float(large), 2.25]


@pytest.mark.parametrize(("escapes", "readable"), [(1, True), (200, False)])
def test_f24_a_stray_control_character_makes_no_binary_file(tmp_path, escapes, readable):
    text = "x,n,y\n" + "".join(f"{k},caf\u00e9,{'ab'[k % 2]}\n" for k in range(300)) + "\x1b" * escapes + "1,x,a\n"
    (tmp_path / "t.csv").write_bytes(text.encode("cp1252"))
    if readable:
        assert len(read_table(tmp_path / "t.csv", "y").X) == 301
    else:
        with pytest.raises(ValueError, match="not a text table"):
            read_table(tmp_path / "t.csv", "y")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["950", "1.2K", "15K"], [950, 1200, 15000]),
        (["\u20ac300K", "\u20ac1.2M", "\u20ac0"], [3e5, 1.2e6, 0]),
        (["2,5 Mio", "300 Tsd", "1,75 Mio"], [2.5e6, 3e5, 1.75e6]),
        (["10 k", "25 k", "7 k"], [10, 25, 7]),  # one unit throughout is a unit
        (["300 K", "290", "288 K"], [300, 290, 288]),  # kelvin
        (["12", "12b", "7"], [12, 12, 7]),  # the second flat at 12, no billions
        (["1T", "2", "3T"], [1, 2, 3]),
        (["1.5\u00d710^3", "2x10^-1", "7\u00d710^0"], [1500, 0.2, 7]),
        (['="1.5"', '="-2"', '="30"'], [1.5, -2, 30]),
    ],
)
def test_f19_magnitudes_and_powers_of_ten(words, numbers):
    assert read_cells(pd.Series(words * 4)).column.tolist()[:3] == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("word", "date"),
    [
        ("Friday, 04 September 2020", "2020-09-04"),
        ("Fr. 04.09.2020", "2020-09-04"),
        ("Fri Sep  4 12:30:00 2020", "2020-09-04T12:30"),
        ("Fri Sep 04 12:30:00 UTC 2020", "2020-09-04T12:30"),
        ("2020-09-04 12:30:00 CEST", "2020-09-04T10:30"),
        ("2020/09", "2020-09-01"),
        ("09/2020", "2020-09-01"),
        ("Sep-20", "2020-09-01"),
        ("September 2020", "2020-09-01"),
    ],
)
def test_f17_dates_with_days_of_the_week_zones_or_months_only(word, date):
    assert read_cells(pd.Series([word, None, word, "0000-00-00"])).column.tolist()[0] == pd.Timestamp(date)


def test_f17_dates_that_cannot_be_read_are_told():
    words = pd.Series([f"2020-01-{day:02d} 12:00 Mars/Olympus" for day in range(1, 31)])
    assert "looks like dates" in read_cells(words).note


def test_f06_characters_without_width_and_accents_make_no_classes(read):
    labels = ["\u00e9", "e\u0301", "\ufeffo", "o\u200b", "o\u00a0", "\u00e9\u3000"] * 5
    data = read("x,y\n" + "".join(f"{i}.5,{label}\n" for i, label in enumerate(labels)))
    assert sorted(data.y.unique()) == ["o", "\u00e9"]


def test_f06_labels_that_differ_in_blanks_are_told(read):
    data = read("x,y\n" + "".join(f"{i}.5,{['a b', 'a  b', 'c'][i % 3]}\n" for i in range(30)))
    assert any("differ in blanks only" in note for note in data.notes)


def test_f07_a_name_that_differs_by_what_cannot_be_seen_stands_twice(read):
    with pytest.raises(ValueError, match="'y' stands more than once"):
        read("x,\u200by,y\n1,a,a\n2,b,b\n")


@pytest.mark.parametrize("line", ["X,Y", "---,---", "=====,====="])
def test_b02_names_in_another_case_and_rules_are_no_rows(read, line):
    rows = [f"{i}.5,{'ab'[i % 2]}" for i in range(30)]
    data = read("\n".join(["x,y", *rows[:15], line, *rows[15:]]))
    assert data.X["x"].tolist() == [i + 0.5 for i in range(30)]
    assert sorted(data.y.unique()) == ["a", "b"]
    assert any("left out" in note for note in data.notes)


YES = "s\u00ed"


def test_f24_lines_of_two_encodings_are_read_each_by_its_own(tmp_path):
    rows = [f"{i}.5,{['no', YES][i % 2]}\n".encode("utf-8" if i < 20 else "cp1252") for i in range(40)]
    (tmp_path / "t.csv").write_bytes(b"x,y\n" + b"".join(rows))
    data = read_table(tmp_path / "t.csv", "y")
    assert sorted(data.y.unique()) == ["no", "s\u00ed"]
    assert any("Windows-1252" in note for note in data.notes)
