"""Files of LIBSVM: places as the file counts them, remarks, queries, rows of zeros; and what only looks like one."""

import numpy as np
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.datasets.rows import read_rows


@pytest.fixture
def read(tmp_path):
    def read(text, target=None):
        path = tmp_path / "t.svm"
        path.write_text(text)
        return read_table(path, target)

    return read


def rows(form, n=20):
    return [form.format(y=i % 2, i=i, q=i // 2) for i in range(n)]


@pytest.mark.parametrize("first", [0, 1])
def test_places_are_those_of_the_file(read, first):
    data = read("\n".join(rows(f"{{y}} {first}:{{i}} {first + 2}:2.5")), "label")
    assert list(data.X) == [f"feature {first + k}" for k in range(3)]
    assert data.X.to_numpy().tolist() == [[i, 0, 2.5] for i in range(20)]
    assert data.y.tolist() == [i % 2 for i in range(20)]


def test_remarks_blank_lines_and_rows_of_zeros(read):
    lines = ["# made by hand", "", "1", *rows("{y} 1:{i} 3:2.5 # a remark"), "# the end", "0"]
    for end in ("\n", "\r\n", "\n\n"):
        data = read(end.join(lines), "label")
        assert data.X.to_numpy().tolist() == [[0, 0, 0], *([i, 0, 2.5] for i in range(20)), [0, 0, 0]]
        assert data.y.tolist() == [1, *(i % 2 for i in range(20)), 0]


def test_queries_are_a_column_for_groups(read):
    data = read("\n".join(rows("{y} qid:{q} 1:{i} 2:2.5")), "label")
    assert data.X["qid"].tolist() == [i // 2 for i in range(20)]
    assert data.X["feature 1"].tolist() == list(range(20))
    assert data.notes == (
        "The numbers of queries (qid) are a column: the rows of a query belong together (--groups qid).",
    )


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("{y},2 1:{i} 3:2.5", "is a file of LIBSVM with several labels in a row"),
        ("{y} 3:{i} 1:2.5", "cannot read 't.svm' as a file of LIBSVM: Feature indices"),
        ("{y} 1:{i} 1:2.5", "cannot read 't.svm' as a file of LIBSVM: Feature indices"),
        ("{y} 1:{i} 99999999999999999999:2", "cannot read 't.svm' as a file of LIBSVM: "),
        ("{y} 1:{i} 999999999:2", "999,999,999 columns, which are too many"),
        ("a{y} 1:{i} 3:2", "cannot read 't.svm' as a file of LIBSVM: could not convert string to float: b'a0'"),
        ("{y} 1:{i} 3:", "cannot read 't.svm' as a file of LIBSVM: |one class only"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, form, message):
    with pytest.raises(ValueError, match=message) as error:
        read("\n".join(rows(form)))
    assert "\n" not in str(error.value)


def test_times_of_day_are_no_places(read):
    data = read("start end kind\n" + "\n".join(f"{8 + i % 5}:{10 + i} {20 + i}:45 {'ab'[i % 2]}" for i in range(20)))
    assert data.y.tolist() == ["a", "b"] * 10
    data = read("\n".join(f"{i % 2} 1{i % 10}:30" for i in range(20)), "column 1")
    assert data.X["column 2"].dtype != np.float64


def test_entries_that_a_second_file_has_none_of_are_zero(tmp_path, read):
    """The last places of a9a are in its training rows alone."""
    old = read("\n".join(rows("{y} 1:{i} 3:2.5")), "label")
    path = tmp_path / "new.svm"
    path.write_text("\n".join(rows("{y} 1:{i}", 4)))
    test = read_table(path, "label", like=old.X)
    assert test.X[list(old.X)].to_numpy().tolist() == [[i, 0, 0] for i in range(4)]
    table, _ = read_rows(path, known=list(old.X))
    assert table[list(old.X)].to_numpy().tolist() == [[i, 0, 0] for i in range(4)]
