"""How text was read goes with a table from a file: rows of other files are read as its own were."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.features.cells import CellFormat
from genvsdisc.features.date_text import DateFormat
from genvsdisc.features.kept_formats import keep_formats, kept_formats
from genvsdisc.features.number_text import NumberFormat
from genvsdisc.study.table import prepare

FORMATS = {
    "price": CellFormat(NumberFormat(",", "EUR", scaled=True), lenient=True),
    "since": CellFormat(DateFormat("month")),
    "born": CellFormat(DateFormat("")),
    "took": CellFormat(None),
}


@pytest.fixture
def read(tmp_path):
    """Days stand first and commas divide decimals, as only some of the rows tell."""
    rows = [f"{1 + i % 9}.{100 + i},{i % 10}5;{1 + i % 28}/{1 + i % 12}/2021;{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "old.csv").write_text("\n".join(["price;since;y", *rows]))
    return read_table(tmp_path / "old.csv", "y")


def test_formats_go_with_parts_of_a_table_and_through_parquet(tmp_path):
    table = pd.DataFrame({name: [1.0, 2.0] for name in (*FORMATS, "n")})
    keep_formats(table, FORMATS)
    assert kept_formats(table) == FORMATS
    part = table[np.array([True, False])].reset_index(drop=True)[["n", "since"]]
    assert kept_formats(part) == {"since": FORMATS["since"]}
    table.to_parquet(tmp_path / "table.parquet")
    assert kept_formats(pd.read_parquet(tmp_path / "table.parquet")) == FORMATS
    assert kept_formats(pd.DataFrame({"n": [1]})) == {}


def test_rows_of_another_file_are_read_as_those_of_the_first(read, tmp_path):
    """1.234 is 1234, and the third of April: by themselves they would be 1.234 and the fourth of March."""
    (tmp_path / "new.csv").write_text("price;since;y\n1.234;3/4/2021;a\n5.678;5/6/2021;b\n")
    alike = read_table(tmp_path / "new.csv", "y", like=read.X)
    assert alike.X["price"].tolist() == [1234, 5678]
    assert alike.X["since"].tolist() == [pd.Timestamp("2021-04-03"), pd.Timestamp("2021-06-05")]
    assert not any("1.234" in note or "2021" in note for note in alike.notes)
    alone = read_table(tmp_path / "new.csv", "y")
    assert alone.X["price"].tolist() == [1.234, 5.678]
    reader = prepare(read.X, read.y, n_splits=2).reader
    assert reader.written == ["price", "since"]
    text = pd.DataFrame({"price": ["1.234"], "since": ["3/4/2021"]})
    assert reader.transform(text).iloc[0].tolist() == [1234.0, pd.Timestamp("2021-04-03")]


def test_what_the_first_file_does_not_tell_is_told_by_the_other(tmp_path):
    """Dates of ISO say nothing of the order of days and months."""
    rows = [f"2021-{1 + i % 12}-{1 + i % 28};{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "old.csv").write_text("\n".join(["since;y", *rows]))
    (tmp_path / "new.csv").write_text("since;y\n4/13/2021;a\n3/4/2021;b\n")
    old = read_table(tmp_path / "old.csv", "y")
    found = read_table(tmp_path / "new.csv", "y", like=old.X).X["since"].tolist()
    assert found == [pd.Timestamp("2021-04-13"), pd.Timestamp("2021-03-04")]
