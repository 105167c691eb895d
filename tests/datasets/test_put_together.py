"""Tables whose lines were put together from several, or whose words were typed in several ways."""

import random

import pandas as pd
import pytest

from genvsdisc.cli.tables import asked_unlabeled
from genvsdisc.datasets import read_table
from genvsdisc.features.cells import read_cells
from genvsdisc.features.kinds import column_kinds

DRAWN = random.Random(3)
ROWS = [(f"{DRAWN.gauss(50, 9):.1f}", str(DRAWN.randrange(99)), "ab"[k % 2], "pq"[k // 2 % 2]) for k in range(60)]
NAMES = ("len", "wid", "kind", "y")


@pytest.fixture
def read(tmp_path):
    def read(text, target="y"):
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8")
        return read_table(path, target)

    return read


def lines(*rows):
    return "".join(",".join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "heads",
    [
        [("cm", "mm", "text", "class")],
        [("[cm]", "[mm]", "-", "-")],
        [("float", "int", "string", "category"), ("cm", "mm", "text", "class")],
    ],
)
def test_b02_f05_files_put_together_each_with_names_and_units(read, heads):
    parts = [row for start in range(0, 60, 6) for row in (NAMES, *heads, *ROWS[start : start + 6])]
    data = read(lines(*parts))
    assert data.X["len"].tolist() == [float(row[0]) for row in ROWS]
    assert data.X["wid"].tolist() == [int(row[1]) for row in ROWS]
    assert data.y.tolist() == [row[3] for row in ROWS]
    assert any("repeat the names" in note for note in data.notes)
    assert any("9 more rows like it below repeated names left out" in note for note in data.notes)


def test_a_row_like_the_first_stays_where_that_is_a_row(read):
    parts = [row for start in range(0, 60, 6) for row in (NAMES, ("50.0", "7", "a", "p"), *ROWS[start : start + 6])]
    assert len(read(lines(*parts)).y) == 70


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("1", "1.0", "how a number is written"),
        ("1", "01", "how a number is written"),
        ("2", "+2", "how a number is written"),
        ("A", "\uff21", "signs that look alike or are not seen"),
        ("18-30", "18\u201330", "signs that look alike or are not seen"),
        ("ab", "a\u200bb", "signs that look alike or are not seen"),
        ("A", "\u0410", "signs that look alike or are not seen"),
        ("don't", "don\u2019t", "signs that look alike or are not seen"),
        ("New York", "New\u00a0York", "blanks"),
    ],
)
def test_b13_labels_and_levels_that_look_like_one_are_told(read, one, other, what):
    words = [one, other, "third"]
    notes = read("x,y\n" + "".join(f"{k * 37 % 41},{words[k % 3]}\n" for k in range(60))).notes
    assert sum(f"Labels that differ in {what} only are two classes" in note for note in notes) == 1
    column = column_kinds(read("x,y\n" + "".join(f"{words[k % 3]},{'pq'[k // 3 % 2]}\n" for k in range(60))).X)["x"]
    assert column.note.endswith(f"differ in {what} only")


def test_b13_words_that_differ_in_more_are_not_told(read):
    words = ["1", "1.5", "-1", "a", "b", "\u0436"]
    assert not [
        note for note in read(lines(("x", "y"), *((str(k), words[k % 6]) for k in range(60)))).notes if "differ" in note
    ]


@pytest.mark.parametrize("empty", ["dark green", ""])
def test_f29_words_with_blanks_between_columns_of_fixed_width_are_refused(read, empty):
    words = ["dark red", "light blue", "green"] if empty else ["red", "", "blue"]
    text = "len   wid kind        y\n"
    text += "".join(f"{k + 10.5:<6}{b:4}{words[k % 3]:12}{y}\n" for k, (_, b, _, y) in enumerate(ROWS))
    with pytest.raises(ValueError, match=r"20 of its 60 lines, the first line [34], have fewer fields"):
        read(text)


def test_f29_a_line_or_two_that_blanks_do_not_fill_is_told(read):
    text = "len wid kind y\n" + "".join(" ".join(row) + "\n" for row in ROWS) + "(60 rows)\n"
    assert len(read(text).y) == 60


@pytest.mark.parametrize("form", ["/Date({})/", "/Date({}+0200)/", "\\/Date({})\\/"])
def test_f17_dates_as_net_writes_them_in_json(read, form):
    seconds = [1_600_000_000 + 86_400 * k for k in range(60)]
    data = read(lines(("x", "y"), *((form.format(1000 * s), "pq"[k % 2]) for k, s in enumerate(seconds))))
    assert data.X["x"].astype("datetime64[s]").astype("int64").tolist() == seconds


@pytest.mark.parametrize("zero", ["$ -", "$-", " $ -   ", "- €", "€ -", "EUR -"])
def test_f19_a_dash_at_a_currency_is_zero(zero):
    sign = zero.strip(" -")
    cells = [zero if k % 3 == 0 else f"{sign} {k},000.50" for k in range(1, 61)]
    read = read_cells(pd.Series(cells)).column
    assert read is not None
    assert read.tolist() == [0 if k % 3 == 0 else 1000 * k + 0.5 for k in range(1, 61)]


@pytest.mark.parametrize(("trained", "now"), [("{} kg", "{}000 g"), ("{}", "{}0 mm"), ("${}", "{} €")])
def test_f19_rows_of_another_file_in_another_unit_are_told(tmp_path, trained, now):
    for name, form in (("a.csv", trained), ("b.csv", now), ("c.csv", trained)):
        rows = "".join(f"{form.format(20 + k)},{k % 7},{'pq'[k % 2]}\n" for k in range(40))
        (tmp_path / name).write_text(f"mass,x,y\n{rows}", encoding="utf-8")
    first = read_table(tmp_path / "a.csv", "y").X
    told = [note for note in read_table(tmp_path / "b.csv", "y", like=first).notes if "in training" in note]
    assert len(told) == 1
    assert told[0].startswith("Column 'mass': its numbers")
    assert not [note for note in read_table(tmp_path / "c.csv", "y", like=first).notes if "in training" in note]
    dataset = read_table(tmp_path / "a.csv", "y")
    notes = [asked_unlabeled(tmp_path / name, dataset)[1] for name in ("b.csv", "c.csv")]
    assert [sum("in training" in note for note in each) for each in notes] == [1, 0]
