"""Which table, and which of its columns."""

import io
import sys

import pandas as pd
import pytest
from stand_ins import files_under

from genvsdisc.cli.tables import with_columns
from genvsdisc.datasets import Dataset

X = pd.DataFrame({"a": [1, 2], "b,c": [3, 4], "who": [5, 6], " d": [7, 8]})
DATA = Dataset("t", X, pd.Series(["p", "q"], name="y"), notes=("Column 'a': '1' is read as 1.", "Other."))


@pytest.mark.parametrize(
    ("columns", "drop", "kept", "left"),
    [
        (None, None, (), ["a", "b,c", "who", " d"]),
        ('"b,c", a', None, (), ["a", "b,c"]),
        ("a,a", None, ("who",), ["a", "who"]),
        (None, 'a, "b,c"', (), ["who", " d"]),
        ("a,who", "who", (), ["a"]),
    ],
)
def test_columns_that_are_asked_for(columns, drop, kept, left):
    found = with_columns(DATA, columns, drop, kept)
    assert list(found.X) == left
    assert ("Column 'a': '1' is read as 1." in found.notes) == ("a" in left)
    assert "Other." in found.notes
    assert sum("Left out as asked" in note for note in found.notes) == (len(left) < 4)


@pytest.mark.parametrize(
    ("columns", "drop", "message"),
    [
        ("b", None, "--columns: the table has no column 'b'; "),
        ("A", None, "the table has no column 'A'; did you mean 'a'?"),
        (None, "whoo", "--drop: the table has no column 'whoo'; did you mean 'who'?"),
        ("zzzz", None, "there are 'a', 'b,c', 'who', ' d', 'y'"),
        ("a,y", None, "--columns names 'y', which is the target"),
        (None, "y", "--drop names 'y', which is the target"),
        (None, "who", "--drop names 'who', which another option uses"),
        ("a", "a", "leave no column to learn from"),
        (" , ", None, "--columns names no column"),
        ("", None, "--columns names no column"),
    ],
)
def test_columns_that_are_not_there(columns, drop, message):
    with pytest.raises(ValueError, match=r"\w") as error:
        with_columns(DATA, columns, drop, ("who",))
    assert message in str(error.value)


def test_several_files_are_one_table(calls, run, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("x,y\n" + "1,p\n2,q\n" * 3)
    status, _, err = run("report", "a.csv", "b.csv", "--target", "y")
    assert status == 0
    assert "note: 2 files are one table: a.csv (6 rows), b.csv (6 rows)." in err
    assert len(calls[0].X) == 12
    assert "reports/a-and-1-more/index.html" in files_under(tmp_path)
    status, _, err = run("report", "a.csv", "iris")
    assert (status, err.count("\n")) == (2, 1)
    assert "'iris' is a table's name: several tables are files" in err


def test_standard_input(calls, run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x,y\n" + b"1,p\n2,q\n" * 3)))
    assert run("report", "-", "--target", "y")[0] == 0
    assert (calls[0].name, len(calls[0].X)) == ("stdin", 6)
