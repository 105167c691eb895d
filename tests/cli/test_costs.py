"""`--costs` as words and as a file."""

import csv

import pandas as pd
import pytest

from genvsdisc.cli.costs import asked_costs

TWO, THREE = pd.Series(["ill", "well", "ill"], name="y"), pd.Series([2, 0, 1], name="y")


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "named.csv").write_text("true,well,ill\nwell,0,1\nill,10,0\n")
    (tmp_path / "short.csv").write_text("well,ill\nwell,0,1\nill,10,0\n")
    (tmp_path / "plain.csv").write_text("0,10\n1,0\n")
    (tmp_path / "three.csv").write_text("true,0,1,2\n2,9,8,0\n0,0,1,2\n1,3,0,4\n")
    (tmp_path / "word.csv").write_text("0,much\n1,0\n")
    (tmp_path / "wrong.csv").write_text("true,wel,ill\nwell,0,1\nill,10,0\n")
    (tmp_path / "twice.csv").write_text("true,ill,ill\nwell,0,1\nill,10,0\n")
    (tmp_path / "cut.csv").write_text("true;ill;well\nwell;1,5;0\nill\n")
    (tmp_path / "large.csv").write_text("1,2,3\n4,5,6\n")


def test_costs_of_two_kinds_of_error():
    assert asked_costs("fp=1, fn=10", TWO) == {"fp": 1.0, "fn": 10.0}
    assert asked_costs("FN=10,FP=1", TWO) == {"fp": 1.0, "fn": 10.0}
    assert asked_costs(None, TWO) is None


@pytest.mark.parametrize("words", ["named.csv", "short.csv", "plain.csv", "0,10;1,0"])
def test_a_matrix_with_or_without_names(words):
    costs = asked_costs(words, TWO)
    assert costs.loc["ill", "well"] == 10
    assert costs.to_numpy().tolist() == [[0, 10], [1, 0]]


def test_rows_in_any_order_and_labels_that_are_numbers():
    costs = asked_costs("three.csv", THREE)
    assert costs.to_numpy().tolist() == [[0, 1, 2], [3, 0, 4], [9, 8, 0]]
    assert list(costs.index) == [0, 1, 2]


@pytest.mark.parametrize(
    "content",
    [
        "true;S\xfcd;Nord\nS\xfcd;0;1,5\nNord;10;0\n".encode("cp1252"),
        "true\tS\xfcd\tNord\nS\xfcd\t0\t1,5\nNord\t10\t0\n".encode("utf-16"),
        'true,"S\xfcd",Nord\n"S\xfcd",0,1.5\nNord,10,0\n'.encode("utf-8-sig"),
        'true,Nord,"Ost;West",S\xfcd\n"Ost;West",9,0,9\nS\xfcd,1.5,9,0\nNord,0,9,10\n'.encode(),
    ],
)
def test_files_as_people_have_them_and_classes_that_the_table_has_not(tmp_path, content):
    (tmp_path / "given.csv").write_bytes(content)
    costs = asked_costs("given.csv", pd.Series(["S\xfcd", "Nord"]))
    assert costs.loc["Nord", "S\xfcd"] == 10
    assert costs.to_numpy().tolist() == [[0, 10], [1.5, 0]]


HOSTILE = [
    ("a, b", "c;d"), ("a;b", "c;d"), ("a;b", "c\td"), ('x "q"', "y"), ("new\nline", "z"), ("a\u2028b", "c\x85d"),
    ("=1+1", "<script>"), ("A", "a"), ("fp", "fn"), ("007", "7"), ("1,5", "2,5"),
]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("names", HOSTILE)
def test_names_of_classes_are_any_text_whatever_divides_the_cells(tmp_path, names, delimiter):
    with (tmp_path / "given.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [["true", *names], [names[0], 0, 1.5], [names[1], 10, 0]]
        csv.writer(file, delimiter=delimiter).writerows(rows)
    costs = asked_costs("given.csv", pd.Series(names))
    assert [costs.loc[names[0], names[1]], costs.loc[names[1], names[0]]] == [1.5, 10]


@pytest.mark.parametrize(
    ("classes", "names"),
    [((False, True), "false,true"), ((False, True), "FALSE,TRUE"), ((1, 2), "1.0,2.0"), ((1.0, 2.5), "1;2,5")],
)
def test_a_class_may_be_written_as_its_table_writes_it_or_as_it_is_read(tmp_path, classes, names):
    mark = ";" if ";" in names else ","
    first, second = names.split(mark)
    lines = [["true", second, first], [second, "0", "10"], [first, "1", "0"]]
    (tmp_path / "given.csv").write_text("\n".join(mark.join(line) for line in lines))
    costs = asked_costs("given.csv", pd.Series(classes))
    assert costs.to_numpy().tolist() == [[0, 1], [10, 0]]
    assert list(costs.index) == list(classes)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("fp=1", "--costs 'fp=1' lacks fn; write fp=1,fn=10"),
        ("fp=1,fm=2", "'fm=2' is neither fp=NUMBER nor fn=NUMBER"),
        ("fp=1,fp=2", "'fp=2' is neither fp=NUMBER nor fn=NUMBER, each once"),
        ("fp=x,fn=1", "fp must be a number, got 'x'"),
        ("0,1", "holds 1 rows of 2; it needs 2 of 2 numbers"),
        ("large.csv", "holds 2 rows of 3; it needs 2 of 2 numbers, or these with the classes (ill, well)"),
        ("word.csv", "true ill, said well must be a number, got 'much'"),
        ("wrong.csv", "no class is named 'wel'; did you mean 'well'"),
        ("twice.csv", "the class 'ill' stands twice"),
        ("cut.csv", "true ill, said ill must be a number, got ''"),
    ],
)
def test_what_are_no_costs(words, message):
    with pytest.raises(ValueError, match=r"\w") as error:
        asked_costs(words, TWO)
    assert message in str(error.value)


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        asked_costs("nothing.csv", TWO)
