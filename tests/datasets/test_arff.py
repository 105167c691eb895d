"""Tables of Weka, OpenML and KEEL."""

import numpy as np
import pandas as pd
import pytest
from scipy.io import arff

from genvsdisc.datasets import read_table
from genvsdisc.features.kinds import column_kinds

RNG = np.random.default_rng(4)
N = 40
X, GRADE, TOWN = RNG.normal(size=N).round(3), RNG.integers(1, 4, N), [("Ulm", "New York")[i % 2] for i in range(N)]
Y = [("no", "yes")[i % 3 == 0] for i in range(N)]
HEAD = """% A remark
@RELATION 'a table'

@ATTRIBUTE 'length of leaf' REAL
@attribute grade {1, 2, 3}
@attribute town {Ulm, 'New York'}
@attribute class {yes,no}
"""
ROWS = [[str(x), str(g), f"'{t}'" if " " in t else t, y] for x, g, t, y in zip(X, GRADE, TOWN, Y, strict=True)]


@pytest.fixture
def read(tmp_path):
    def read(text, target=None, name="table.arff"):
        (tmp_path / name).write_text(text)
        return read_table(tmp_path / name, target)

    return read


def table(rows=ROWS, head=HEAD, between=","):
    return head + "@DATA\n" + "".join(between.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("name", ["table.arff", "table.dat"])
@pytest.mark.parametrize("between", [",", ", ", "\t", " , "])
def test_rows_are_those_that_scipy_reads(read, tmp_path, name, between):
    data = read(table(between=between), name=name)
    assert data.y.name == "class"
    assert data.y.tolist() == Y
    np.testing.assert_array_equal(data.X["length of leaf"], X)
    assert data.X["town"].tolist() == TOWN
    (tmp_path / "plain.arff").write_text(table().replace("'length of leaf'", "leaf").replace("'New York'", "York"))
    known, _ = arff.loadarff(tmp_path / "plain.arff")
    np.testing.assert_array_equal(known["leaf"], data.X["length of leaf"])
    assert [level.decode() for level in known["grade"]] == data.X["grade"].tolist()


def test_values_that_are_listed_are_categories_whatever_they_look_like(read):
    kinds = column_kinds(read(table()).X)
    assert (kinds["length of leaf"].kind, kinds["grade"].kind) == ("continuous", "categorical")


@pytest.mark.parametrize("mark", ["?", " ? ", "<null>"])
def test_missing_entries(read, mark):
    data = read(table([["?", *row[1:]] if i == 2 else [row[0], mark, *row[2:]] if i == 4 else row
                       for i, row in enumerate(ROWS)]))  # fmt: skip
    assert np.flatnonzero(data.X["length of leaf"].isna()).tolist() == [2]
    assert np.flatnonzero(data.X["grade"].isna()).tolist() == [4]


def test_sparse_rows_lack_zeros_and_first_values(read):
    rows = [[f"{{0 {x}, 1 {g}, 3 {y}}}"] for x, g, y in zip(X, GRADE, Y, strict=True)]
    rows[5] = ["{1 2}"]
    data = read(table(rows))
    assert data.X["length of leaf"][5] == 0
    assert set(data.X["town"]) == {"Ulm"}
    assert (data.X["grade"][5], data.y[5]) == ("2", "yes")


def test_the_files_of_keel(read):
    """Ranges of numbers, which attributes go in and which comes out."""
    head = HEAD.replace("REAL", "real [-3.2, 3.2]").replace(
        "class {yes,no}", "class {yes,no}\n@inputs grade\n@outputs class"
    )
    assert read(table(head=head), name="table.dat").X.equals(read(table()).X)


def test_quotes_and_signs_within_a_value(read):
    head = HEAD.replace("{Ulm, 'New York'}", "string")
    rows = [[*row[:2], "'it\\'s, here'" if i % 2 else "\"say 'no'\"", row[3]] for i, row in enumerate(ROWS)]
    assert set(read(table(rows, head)).X["town"]) == {"it's, here", "say 'no'"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table([["1.5", "1", "Ulm"], *ROWS]), r"line 9 has 3 fields, and there are 4 attributes \('length of leaf'"),
        (table([["1.5", "7", "Ulm", "yes"], *ROWS]), "'7' is no value of the attribute 'grade'"),
        (table([["one", "1", "Ulm", "yes"], *ROWS]), "the attribute 'length of leaf' is real: could not convert"),
        (HEAD, "it has no line @data"),
        (table(head=HEAD + "@attribute\n"), "line 8 is no attribute"),
        (table(head=HEAD + "@attribute bag relational\n"), "the attribute bag holds tables"),
        (table([["{9 1}"]]), "line 9 has an attribute 9"),
        (table([]), "has column names but no rows"),
    ],
)
def test_what_is_wrong_is_one_line(read, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)


DECLARED = "@relation t\n@attribute x numeric\n@attribute w {}\n@attribute y {{a,b}}\n@data\n"


def made(tmp_path, kind, rows, head=DECLARED):
    path = tmp_path / "t.arff"
    path.write_bytes((head.format(kind) + "".join(f"{row}\n" for row in rows)).encode())
    return read_table(path, "y")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ('"MM/dd/yyyy"', "%m/%d/%Y"),
        ('"dd/MM/yyyy"', "%d/%m/%Y"),
        ("dd.MM.yy", "%d.%m.%y"),
        ("\"yyyy-MM-dd'T'HH:mm:ss\"", "%Y-%m-%dT%H:%M:%S"),
        ('"yyyyMMdd HH.mm"', "%Y%m%d %H.%M"),
        ('"MMM d, yyyy"', "%b %d, %Y"),
        ("", "%Y-%m-%dT%H:%M:%S"),
    ],
)
def test_dates_are_read_by_the_format_that_is_declared(tmp_path, form, written):
    """Days up to 12 alone do not tell whether they stand first."""
    days = [pd.Timestamp(2020, 1 + i % 9, 1 + i % 11) for i in range(30)]
    rows = [f'{i},"{day.strftime(written)}",{"ab"[i % 2]}' for i, day in enumerate(days)]
    rows[3] = "3,?,b"
    data = made(tmp_path, f"date {form}", rows)
    assert data.X["w"].drop(3).tolist() == [day for i, day in enumerate(days) if i != 3]
    assert pd.isna(data.X["w"][3])
    assert any("a guess" in note for note in data.notes) is False


def test_dates_in_a_format_that_cannot_be_read_are_text(tmp_path):
    data = made(tmp_path, 'date "yyyy-DDD"', [f"{i},2020-0{10 + i},{'ab'[i % 2]}" for i in range(20)])
    assert data.X["w"].tolist() == [f"2020-0{10 + i}" for i in range(20)]


@pytest.mark.parametrize("sign", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c"])
def test_signs_that_python_takes_for_line_ends_are_none(tmp_path, sign):
    data = made(tmp_path, "string", [f"{i},'a{sign}b{i % 3}',{'ab'[i % 2]}" for i in range(20)])
    assert data.X["w"].tolist() == [f"a{sign}b{i % 3}" for i in range(20)]


@pytest.mark.parametrize("row", ["{i},p,{y}", "{{0 {i}, 2 {y}}}"])
def test_weights_of_rows_are_told(tmp_path, row):
    rows = [row.format(i=i, y="ab"[i % 2]) + (", {0.5}" if i % 2 else "") for i in range(1, 21)]
    data = made(tmp_path, "{p,q}", rows)
    assert data.X["x"].tolist() == list(range(1, 21))
    assert data.y.tolist() == ["ab"[i % 2] for i in range(1, 21)]
    assert data.notes == ("10 rows have weights in braces, left out.",)


def test_a_relation_without_a_name_and_remarks_anywhere(tmp_path):
    head = "% made by hand\n@attribute x numeric\n  % inside\n@attribute w {}\n@attribute y {{a,b}}\n@data\n"
    rows = [line for i in range(20) for line in (f"  % row {i}", f"{i},p,{'ab'[i % 2]}")]
    assert made(tmp_path, "{p,q}", rows, head).X["x"].tolist() == list(range(20))


@pytest.mark.parametrize("row", ["{0 1,0 2,2 a}", "{x y}", "{0 1, p}", "{0 1 ,, 2 a}"])
def test_a_sparse_row_that_is_none_is_refused(tmp_path, row):
    with pytest.raises(
        ValueError, match=r"line 7 has other than places, each once, and values|no value of the attribute"
    ):
        made(tmp_path, "{p,q}", ["{0 1,2 a}", row, "{0 1,2 b}"])
