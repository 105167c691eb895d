"""read_table: dialects and encodings in, one clear sentence for everything else."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from genvsdisc import TableEncoder
from genvsdisc.datasets import make_pokemon_style, read_table
from genvsdisc.datasets.encodings import REMEDY
from genvsdisc.features.kinds import column_kinds

ROWS = [
    ("größe", "name, full", "y"),
    ("1.5", "Ann; A|B", "a"),
    ("", 'Bo "x"', "b"),
    ("NA", "Cy\nD", "a"),
    ("-2e3", "é", "b"),
]


def written(tmp_path, raw, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def quoted(delimiter):
    def quote(field):
        return '"' + field.replace('"', '""') + '"'

    return "\n".join(delimiter.join(map(quote, row)) for row in ROWS) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_dialect_gives_the_same_table(tmp_path, delimiter, encoding, newline):
    data = read_table(written(tmp_path, quoted(delimiter).replace("\n", newline).encode(encoding)), "y")
    assert data.X.columns.tolist() == ["größe", "name, full"]
    np.testing.assert_array_equal(data.X["größe"], [1.5, np.nan, np.nan, -2000])
    assert data.X["name, full"].str.replace("\r", "").tolist() == [row[1] for row in ROWS[1:]]
    assert data.y.tolist() == ["a", "b", "a", "b"]
    told = [f"The file is not in UTF-8; it was read as Latin-1{REMEDY}"] * (encoding == "latin-1")
    divided = {";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter)
    assert data.notes == (*told, *([f"The columns are divided by {divided}."] if divided else []))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".pq"])
def test_what_was_written_is_read(tmp_path, suffix):
    data = make_pokemon_style(60, missing=0.2, random_state=0)
    table, path = data.to_frame(), tmp_path / f"t{suffix}"
    write = {".csv": table.to_csv, ".tsv": partial(table.to_csv, sep="\t")}.get(suffix, table.to_parquet)
    write(path, index=False)
    back = read_table(path, "type")
    kinds, kinds_back = column_kinds(data.X), column_kinds(back.X)
    assert kinds_back == kinds
    np.testing.assert_array_equal(TableEncoder(kinds).transform(back.X), TableEncoder(kinds).transform(data.X))
    assert back.y.tolist() == data.y.tolist()


def test_tsv_is_divided_by_tabs_whatever_else_it_holds(tmp_path):
    data = read_table(written(tmp_path, b"a,b,c\ty\n1,2,3\tu\n4,5,6\tv\n", "t.tsv"), "y")
    assert data.X.columns.tolist() == ["a,b,c"]


def test_decimal_commas(tmp_path):
    data = read_table(written(tmp_path, b"x;y\n1,5;a\n-2,25;b\n"), "y")
    assert data.X["x"].tolist() == [1.5, -2.25]


def test_only_missing_marks_are_missing(tmp_path):
    data = read_table(written(tmp_path, b"x,w,y\nNA,None,a\nNaN,?,b\n,none,a\n3,nan,b\n"), "y")
    assert data.X["x"].isna().tolist() == [True, True, True, False]
    assert data.X["w"].fillna("").tolist() == ["None", "?", "none", ""]


def test_rows_without_a_label_are_left_out_and_said(tmp_path):
    data = read_table(written(tmp_path, b"x,y\n1,a\n2,\n3,b\n4,NA\n"), "y")
    assert data.X["x"].tolist() == [1, 3]
    assert data.X.index.tolist() == data.y.index.tolist() == [0, 1]
    assert data.notes == (
        "2 rows without a value of 'y' left out; 'NA' (1 entry) counts as a missing label: write it otherwise, or give "
        "missing_labels=() to keep it as a class.",
    )


def test_last_column_is_the_target_by_default(tmp_path):
    data = read_table(written(tmp_path, b"x,why\n1,a\n2,b\n", "wild <name>.csv"))
    assert data.y.name == data.card["target"] == "why"
    assert data.name == "wild <name>"
    assert data.notes == ("No target was named: the last column, 'why', is taken.",)


def test_named_index_of_parquet_is_a_column(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"x": [1, 2], 3: ["a", "b"]}, index=pd.Index([7, 8], name="key")).rename(columns=str).to_parquet(path)
    assert read_table(path, "3").X.columns.tolist() == ["key", "x"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "'table.csv' is empty"),
        (b" \n\n", "'table.csv' is empty"),
        (b"x,y\n", "'table.csv' has column names but no rows"),
        (b"x,y\n\n  \n\n", "'table.csv' has column names but no rows"),
        (b"x,y\nx,y\n1\n", "'table.csv' has column names but no rows"),
        (b"y\na\nb\n", "one column only"),
        (b"x,y\n1,a\n2,b,c\n", "cannot read 'table.csv' as a table: .*Expected 2 fields in line 3, saw 3"),
        (b"x,y\n1,a,c\n1,b,c\n", "its rows have more fields than its first line: name every column there"),
        (b'x,y\n"1,a\n', "cannot read 'table.csv' as a table"),
        (b"PK\3\4\0\0x,y\n", "'table.csv' is compressed, and damaged: File is not a zip file"),
        (b"\x89PNG\r\n\x1a\n,y\n\xff,\xd8\n", "'table.csv' is not a text table"),
        (b"x,y\n1,a\n2,a\n", "the target 'y' has one class only, 'a'"),
        (b"x,y\n1,\n2,NA\n", "the target 'y' has only missing values"),
        (b"Type 1,Type 2,z\na,b,1\n", r"'table.csv' has no column named 'y'; it has 'Type 1', 'Type 2', 'z'"),
        (b"x,Y,yy\n1,a,b\n", "has no column named 'y'; did you mean 'Y' or 'yy'"),
    ],
)
def test_refuses_in_one_sentence(tmp_path, raw, message):
    with pytest.raises(ValueError, match=message):
        read_table(written(tmp_path, raw), "y")


def test_refuses_what_is_not_parquet(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read 't.parquet' as Parquet"):
        read_table(written(tmp_path, b"PAR1 not", "t.parquet"), "y")


def test_refuses_what_is_not_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*nothing\.csv"):
        read_table(tmp_path / "nothing.csv", "y")
    with pytest.raises(IsADirectoryError, match="is a folder, not a table"):
        read_table(tmp_path, "y")


def test_rows_without_a_label_stand_apart_and_are_read_as_the_others(tmp_path):
    path = tmp_path / "prices.csv"
    lines = [f"{k}.{100 + k};{k},5;{'ab'[k % 2]}" for k in range(1, 30)] + ["7.250;1,25;", ";;", "3.000;?;"]
    path.write_text("\n".join(["price;size;kind", *lines]) + "\n")
    found = read_table(path, "kind")
    assert found.X["price"].iloc[0] == 1101
    assert found.unlabeled.to_dict("list") == {
        "price": [7250.0, 3000.0],
        "size": [1.25, pytest.approx(np.nan, nan_ok=True)],
    }
    path.write_text("\n".join(["price;size;kind", *lines[:29], "sum;see below;"]) + "\n")
    assert read_table(path, "kind").unlabeled is None
    path.write_text("\n".join(["price;size;kind", *lines[:29]]) + "\n")
    assert read_table(path, "kind").unlabeled is None


@pytest.mark.parametrize(
    "raw",
    [
        b'"x" "z" "y"\n"1" 1.5 2 "a"\n"2" 2.5 3 "b"\n"10" 3.5 1 "a"\n',  # write.table
        b"x\tz\ty\nMazda RX4\t1.5\t2\ta\nDatsun 710\t2.5\t3\tb\nValiant\t3.5\t1\ta\n",
        b"x,z,y\n1,1.5,2,a\n2,2.5,3,b\n3,3.5,1,a\n",
    ],
)
def test_names_of_rows_that_r_writes_are_a_column_without_a_name(tmp_path, raw):
    data = read_table(written(tmp_path, raw), "y")
    assert data.X[["x", "z"]].to_numpy().tolist() == [[1.5, 2], [2.5, 3], [3.5, 1]]
    assert data.y.tolist() == ["a", "b", "a"]
    assert any("taken for names of rows" in note for note in data.notes)


def test_a_delimiter_at_the_end_of_each_row_names_no_rows(tmp_path):
    data = read_table(written(tmp_path, b"x,z,y\n1.5,2,a,\n2.5,3,b,\n3.5,1,a,\n"), "y")
    assert data.X["x"].tolist() == [1.5, 2.5, 3.5]
