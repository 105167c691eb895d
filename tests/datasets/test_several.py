"""Several files as one table."""

import gzip

import pandas as pd
import pytest

from genvsdisc.datasets import read_table


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return [folder / f"{name}.csv" for name in files]


def test_rows_stand_one_after_the_other_and_a_note_says_how_many_each_has(tmp_path):
    paths = write(tmp_path, a="x,w,y\n1,u,p\n2,v,q\n", b="y,w,x\nq,u,3.5\n")
    data = read_table(paths, "y")
    assert data.X.to_dict("list") == {"x": [1.0, 2.0, 3.5], "w": ["u", "v", "u"]}
    assert data.y.tolist() == ["p", "q", "q"]
    assert data.name == "a and 1 more"
    assert data.notes == ("2 files are one table: a.csv (2 rows), b.csv (1 row).",)


def test_the_parts_of_a_table_are_the_table(tmp_path):
    rows = [f"{i / 7:.3f},{'n/a' if i == 50 else i % 9},{'ab'[i % 2]}" for i in range(60)]
    paths = write(tmp_path, whole="\n".join(["x,k,y", *rows]), head="\n".join(["x,k,y", *rows[:30]]),
                  tail="\n".join(["x,k,y", *rows[30:]]))  # fmt: skip
    whole, parts = read_table(paths[0], "y"), read_table(paths[1:], "y")
    pd.testing.assert_frame_equal(whole.X, parts.X)
    assert whole.y.tolist() == parts.y.tolist()
    alone = read_table([paths[0]], "y")
    assert (alone.name, alone.X.equals(whole.X)) == ("whole", True)


def test_the_first_file_decides_on_the_target_and_an_empty_column_on_nothing(tmp_path):
    paths = write(tmp_path, a="x,z,y\n1,,p\n2,,q\n", b="x,y,z\n1,p,2020-01-05\n3,q,2021-02-07\n")
    data = read_table(paths)
    assert data.y.name == "y"
    assert data.X["z"].dtype.kind == "M"
    assert data.X["z"].isna().tolist() == [True, True, False, False]
    assert "a.csv: No target was named: the last column, 'y', is taken." in data.notes


def test_formats_may_differ(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n1,p\n2,q\n"))
    (tmp_path / "b.jsonl").write_text('{"x": 3, "y": "p"}\n{"x": 4, "y": "q"}\n')
    pd.DataFrame({"x": [5, 6], "y": ["p", "q"]}).to_parquet(tmp_path / "c.parquet")
    paths = [tmp_path / name for name in ("a.csv.gz", "b.jsonl", "c.parquet")]
    assert read_table(paths, "y").X["x"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("x,y\n1,p\n", "z,y\n1,p\n", "'b.csv' lacks the column 'x', which 'a.csv' has"),
        ("x,y\n1,p\n", "x,z,y\n1,2,p\n", "'b.csv' has the column 'z', which 'a.csv' lacks"),
        ("x,y\n1,p\n", "x,t\n1,p\n", "'b.csv' has no column named 'y'"),
        ("x,y\n1,p\n", "", "'b.csv' is empty"),
    ],
)
def test_other_columns_are_refused(tmp_path, a, b, message):
    with pytest.raises(ValueError, match=message):
        read_table(write(tmp_path, a=a, b=b), "y")


def test_a_file_given_twice_is_refused(tmp_path):
    (path,) = write(tmp_path, a="x,y\n1,p\n2,q\n")
    with pytest.raises(ValueError, match=r"'a\.csv' is given twice"):
        read_table([path, tmp_path / "." / "a.csv"], "y")
    with pytest.raises(ValueError, match="no file is given"):
        read_table([], "y")


def test_f03_files_of_two_countries_are_each_read_by_their_own_mark(tmp_path):
    numbers = [(f"{i}.{100 + i}", f"{i / 8}") for i in range(1, 40)]
    point = "".join(f"{a},{b},{'pq'[i % 2]}\n" for i, (a, b) in enumerate(numbers))
    comma = point.replace(",", ";").replace(".", ",")
    data = read_table(write(tmp_path, a="a,b,y\n" + point, b="a;b;y\n" + comma), "y")
    for name, column in (("a", 0), ("b", 1)):
        assert data.X[name].tolist() == [float(row[column]) for row in numbers] * 2
    assert "The files have different decimal marks: each is read by its own." in data.notes
