"""Which table, and which of its columns."""

import io
import sys
from pathlib import Path

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


SPLIT = "x,part,y\n" + "1,train,p\n2,Test,q\n3,no,q\n4,1,p\n" * 3


def test_rows_set_apart_by_a_column(calls, run, tmp_path):
    (tmp_path / "t.csv").write_text(SPLIT)
    status, _, err = run("report", "t.csv", "--target", "y", "--test-column", "part")
    assert status == 0
    (call,) = calls
    assert (call.X["x"].tolist(), call.y.tolist()) == ([1, 3] * 3, ["p", "q"] * 3)
    assert (call.X_test["x"].tolist(), call.y_test.tolist()) == ([2, 4] * 3, ["q", "p"] * 3)
    assert list(call.X) == ["x"]
    assert "6 rows are set apart by 'part' to test on." in err


def test_a_file_to_test_on_and_weights(calls, run, tmp_path):
    (tmp_path / "t.csv").write_text("x,n,y\n" + "1,2,p\n2,1,q\n" * 5)
    (tmp_path / "new.csv").write_text("x,y,n\n5,q,1\n6,,1\n7,p,1\n")
    words = ["--target", "y", "--test", "new.csv", "--weights", "n", "--columns", "x", "--costs", "fp=1,fn=3"]
    status, _, err = run("report", "t.csv", *words)
    assert status == 0
    (call,) = calls
    assert (call.X_test["x"].tolist(), call.y_test.tolist()) == ([5, 7], ["q", "p"])
    assert (call.sample_weight, list(call.X), call.costs) == ("n", ["x", "n"], {"fp": 1.0, "fn": 3.0})
    assert "note: new.csv: 1 row without a value of 'y' left out." in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--test-column", "prt"], "--test-column: the table has no column 'prt'; did you mean 'part'?"),
        (["--test-column", "x"], "--test-column 'x' holds '2' in row 1: it must say test, yes, true, 1"),
        (["--test-column", "y"], "--test-column names 'y', which is the target"),
        (["--test-column", "part", "--test", "t.csv"], "--test and --test-column are two sets of rows"),
        (["--test", "nothing.csv"], "no such file: 'nothing.csv'"),
        (["--test", "other.csv"], "--test: 'other.csv' has no column named 'y'"),
        (["--costs", "fp=1"], "--costs 'fp=1' lacks fn"),
    ],
)
def test_what_cannot_be_tested_on(calls, run, tmp_path, words, message):
    (tmp_path / "t.csv").write_text(SPLIT)
    (tmp_path / "other.csv").write_text("x,z\n1,p\n2,q\n")
    status, out, err = run("report", "t.csv", "--target", "y", *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert files_under(tmp_path) == ["other.csv", "t.csv"]
    assert calls == []


def test_rows_without_a_label_of_the_table_and_of_a_file_are_handed_on_together(calls, run):
    rows = "".join(f"{k},{'ab'[k % 2]}\n" for k in range(1, 21))
    Path("old.csv").write_text(f"x,y\n{rows}71,\n72,\n")
    Path("new.csv").write_text('y,x\nb,"81"\n,82\n')
    assert run("report", "old.csv", "--target", "y", "--unlabeled", "new.csv")[0] == 0
    assert run("report", "old.csv", "--target", "y")[0] == 0
    assert [call.unlabeled["x"].astype(float).tolist() for call in calls] == [[71, 72, 81, 82], [71, 72]]
    status, _, err = run("report", "old.csv", "--target", "y", "--unlabeled", "none.csv")
    assert status == 2
    assert "none.csv" in err


def test_files_beside_the_table_are_read_as_it_is(calls, run):
    """Of thousands and of days that stand first these rows alone tell nothing."""
    rows = "".join(f"{k}.{100 + k},25;{k}/{1 + k % 12}/2021;{'ab'[k % 2]}\n" for k in range(1, 25))
    Path("old.csv").write_text(f"price;since;y\n{rows}5.025,5;3/4/2021;\n")
    Path("new.csv").write_text("price;since;y\n1.234;3/4/2021;a\n5.678;5/6/2021;b\n")
    words = ["--target", "y", "--test", "new.csv", "--unlabeled", "new.csv"]
    assert run("report", "old.csv", *words)[0] == 0
    (call,) = calls
    since = [pd.Timestamp("2021-04-03"), pd.Timestamp("2021-06-05")]
    assert (call.X_test["price"].tolist(), call.X_test["since"].tolist()) == ([1234, 5678], since)
    assert call.unlabeled["price"].tolist() == [5025.5, 1234, 5678]
    assert call.unlabeled["since"].tolist() == [since[0], *since]


def test_f24_every_file_of_rows_is_in_the_encoding_that_is_asked_for(calls, run):
    """Words that a guess reads otherwise: one Polish letter, as Western Europe writes its own."""
    rows = "".join(f"{k},{'³ód' if k % 3 else 'dom'},{'ab'[k % 2]}\n" for k in range(24)).replace("³", "ł")
    for name in ("old.csv", "new.csv"):
        Path(name).write_bytes(f"x,słowo,y\n{rows}".encode("cp1250"))
    words = ["old.csv", "--target", "y", "--test", "new.csv", "--unlabeled", "new.csv", "--encoding", "Windows-1250"]
    status, _, err = run("report", *words)
    assert (status, "encoding" in err) == (0, False)
    (call,) = calls
    for table in (call.X, call.X_test, call.unlabeled):
        assert set(table["słowo"]) == {"łód", "dom"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["t.csv", "--encoding", "nonsense"], "no encoding of text is named 'nonsense'; such are utf-8, cp1252"),
        (["t.csv", "--encoding", "windows1252"], "did you mean cp1252"),
        (["t.csv", "--encoding", "hex"], "no encoding of text is named 'hex'"),
        (
            ["t.csv", "--encoding", "ascii"],
            "'t.csv' is not in ascii: line 2 holds b'\\xc3', which stands for nothing there",
        ),
        (["t.csv", "--encoding", "cp1253"], "'t.csv' is not in cp1253: line 4 holds b'\\xaa', which"),
        (["wine", "--encoding", "cp1252"], "--encoding is what files are in, and 'wine' is a table's name"),
        (["--encoding", "cp1252"], "--encoding is what files are in, and 'pokemon_style' is a table's name"),
    ],
)
def test_an_encoding_that_is_none_of_the_file(calls, run, words, message):
    Path("t.csv").write_text("x,y\n1,é\n2,b\n3,ê\n", encoding="utf-8")
    status, out, err = run("report", *words)
    assert (status, out, err.count("\n"), calls) == (2, "", 1, [])
    assert message in err
