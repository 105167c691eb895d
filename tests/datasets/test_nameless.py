"""Tables without a line of names, as the archives hold them: the first line is a row, and it is told."""

import numpy as np
import openpyxl
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.datasets.nameless import first_line_is_a_row
from genvsdisc.datasets.rows import read_rows

RNG = np.random.default_rng(11)
N = 60
MEASURED = RNG.normal(5, 2, (N, 3)).round(1)
SPECIES = [("setosa", "versicolor", "virginica")[i % 3] for i in range(N)]
ROWS = [[*map(str, row), species] for row, species in zip(MEASURED, SPECIES, strict=True)]


def text(rows, delimiter=","):
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.fixture
def read(tmp_path):
    def read(content, target=None, name="flowers.data"):
        path = tmp_path / name
        path.write_text(content)
        return read_table(path, target)

    return read


def adult(i):
    """As in the table of adults: numbers, many words, and marks for what is missing."""
    return [
        str(17 + i * 7 % 60), f" {('State-gov', 'Private', '?')[i % 3]}", f" {(77516 + 3571 * i) % 300000}",
        f" {('Bachelors', 'HS-grad')[i % 2]}", f" {i % 40}", f" {('<=50K', '>50K')[i % 2]}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "delimiter", "kind"),
    [
        (ROWS, ",", "measurements and a word"),
        (ROWS, ";", "another delimiter"),
        (ROWS, "\t", "tabs"),
        ([[row[3], *row[:3]] for row in ROWS], ",", "the class first"),
        ([[str(i), *row] for i, row in enumerate(ROWS, start=1)], ",", "numbers of rows first"),
        ([["?", *row[1:]] if i in (0, 7) else row for i, row in enumerate(ROWS)], ",", "a gap in the first row"),
        ([[cell.replace(".", ",") for cell in row] for row in ROWS], ";", "decimal commas"),
        ([[*row[:3], str(i % 2)] for i, row in enumerate(ROWS)], ",", "numbers alone"),
        ([["0", "0", str(i * i % 5), str(i % 2)] for i in range(N)], ",", "the same number twice in the first line"),
        ([["xbo"[i % 3], "xbo"[i // 2 % 3], "xbo"[i // 5 % 3], "positive"] for i in range(N)], ",", "words alone"),
        ([["ham" if i % 3 else "spam", f"Go until {i} o'clock"] for i in range(N)], "\t", "a label and a text"),
        ([adult(i) for i in range(N)], ",", "numbers, words and gaps"),
    ],
)  # fmt: skip
def test_f20_the_first_line_is_a_row_where_it_looks_like_one(read, rows, delimiter, kind):
    del kind
    if rows[0][-1] == "positive":
        rows = [[*row[:3], ("positive", "negative")[i % 4 == 3]] for i, row in enumerate(rows)]
    data = read(text(rows, delimiter), "column 1" if rows[0][0] in ("setosa", "spam") else None)
    assert len(data.X) == N
    assert {*data.X, data.y.name} == {f"column {j + 1}" for j in range(len(rows[0]))}
    place = int(str(data.y.name).removeprefix("column ")) - 1
    assert [*map(str, data.y)] == [row[place].strip() for row in rows]
    told = [note for note in data.notes if "looks like data and not like names: it is read as a row" in note]
    assert len(told) == 1
    assert not any("put a line of names above" in note for note in data.notes)


def test_numbers_of_the_first_row_are_read(read):
    data = read(text(ROWS))
    np.testing.assert_array_equal(data.X["column 1"], MEASURED[:, 0])


@pytest.mark.parametrize(
    ("names", "rows", "kind"),
    [
        (["length", "width", "height", "species"], ROWS, "words above numbers"),
        (["400.5", "401.1", "401.8", "class"], ROWS, "wavelengths"),
        (["0", "1", "2", "3"], ROWS, "places, as pandas writes an array"),
        (["", "0", "1", "2", "class"], [[str(i), *row] for i, row in enumerate(ROWS)], "places and an index"),
        (["150", "4", "setosa", "versicolor"], ROWS, "as scikit-learn keeps the table of irises"),
        (["1990", "2000", "2010", "region"], ROWS, "years"),
        (["2.5", "3.5", "4.5", "5.5", "6.5", "7.5", "y"], [[*row[:3], *row] for row in ROWS], "an axis in range"),
        (["y", "b", "class"], [["yn"[i % 2], "ab"[i % 2], "no"] for i in range(N)], "letters that are values too"),
        (["party", "budget", "class"], [["yn"[i % 2], "yn"[i // 2 % 2], "yn"[i // 3 % 2]] for i in range(N)], "words"),
    ],
)  # fmt: skip
def test_names_stay_names(names, rows, kind):
    del kind
    assert not first_line_is_a_row(names, rows)


def test_names_that_a_user_gives_are_names(read):
    rows = [[*row[:3], str(i % 2)] for i, row in enumerate(ROWS)]
    data = read(text([["4.5", "5.5", "5.1", "1"], *rows]), "1")
    assert [*data.X] == ["4.5", "5.5", "5.1"]
    assert len(data.X) == N


def test_a_few_rows_tell_nothing():
    assert not first_line_is_a_row(ROWS[0], ROWS[1:5])
    assert first_line_is_a_row(ROWS[0], ROWS[1:])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_remarks_above_a_table_without_names(tmp_path, end):
    path = tmp_path / "flowers.data"
    path.write_bytes(("# measured by hand\n" + text(ROWS)).replace("\n", end).encode())
    data = read_table(path)
    np.testing.assert_array_equal(data.X["column 1"], MEASURED[:, 0])
    assert len(data.X) == N
    assert any("begins with '#'" in note for note in data.notes)
    assert any("is read as a row" in note for note in data.notes)


def test_a_workbook_without_names(tmp_path):
    book = openpyxl.Workbook()
    for row in MEASURED.tolist():
        book.active.append([*row, SPECIES[book.active.max_row % 3]])
    book.save(tmp_path / "flowers.xlsx")
    data = read_table(tmp_path / "flowers.xlsx")
    assert len(data.X) == N
    np.testing.assert_array_equal(data.X["column 2"], MEASURED[:, 1])
    assert any("is read as a row" in note for note in data.notes)


def test_several_files_without_names(tmp_path):
    (tmp_path / "a.data").write_text(text(ROWS[:30]))
    (tmp_path / "b.data").write_text(text(ROWS[30:]))
    data = read_table([tmp_path / "a.data", tmp_path / "b.data"])
    np.testing.assert_array_equal(data.X["column 1"], MEASURED[:, 0])


@pytest.mark.parametrize("first", [0, 3])
def test_new_rows_without_names_are_known_by_their_places(tmp_path, first):
    """One row is enough where the names of training were places; a class that stood first is left out of the count."""
    known = [f"column {j + 1}" for j in range(4) if j != first]
    (tmp_path / "new.data").write_text("5.1,3.5,1.4\n")
    table, notes = read_rows(tmp_path / "new.data", known=known)
    assert table.to_dict("list") == dict(zip(known, [[5.1], [3.5], [1.4]], strict=True))
    assert "is read as a row" in notes[0]
    (tmp_path / "named.csv").write_text(",".join(known) + "\n5.1,3.5,1.4\n")
    assert read_rows(tmp_path / "named.csv", known=known)[0].to_dict("list") == table.to_dict("list")


@pytest.mark.parametrize("n", [2, 3, 4, 30])
def test_rows_to_test_on_are_rows_however_few(tmp_path, n):
    """Of four lines alone none tells whether the first is a row; the names of the rows of training do."""
    lines = [f"{5 + i % 7 / 10},{3 + i % 5 / 10},{'ab'[i % 2]}" for i in range(30)]
    (tmp_path / "old.csv").write_text("\n".join(lines))
    (tmp_path / "new.csv").write_text("\n".join(lines[:n]))
    old = read_table(tmp_path / "old.csv")
    new = read_table(tmp_path / "new.csv", "column 3", like=old.X)
    assert new.X.equals(old.X[:n])
    assert new.y.equals(old.y[:n])
