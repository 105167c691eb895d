"""Lines of sums, of means and remarks are no rows, whatever column their word stands in; rows stay rows."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.datasets.summary_words import statistic_of

RNG = np.random.default_rng(0)
N = 40
TABLE = pd.DataFrame(
    {
        "name": [f"{town}{i}" for i in range(8) for town in ("Ulm", "Rom", "Bern", "Wien", "Oslo")],
        "x": RNG.integers(1, 1000, N) / 10,
        "z": RNG.integers(0, 50, N),
        "y": np.arange(N) % 2,
    }
)
NUMBERS = TABLE[["x", "z", "y"]]


@pytest.fixture
def read(tmp_path):
    def read(table, *lines, target="y", columns=("name", "x", "z", "y")):
        path = tmp_path / "table.csv"
        path.write_text(table[list(columns)].to_csv(index=False) + "".join(f"{line}\n" for line in lines), "utf-8")
        return read_table(path, target)

    return read


def line(word, values, label=None):
    cells = [f"{value:.15g}" for value in values]
    return ",".join([word, *(cells if label is None else [*cells[:-1], label])])


SUMS, MEANS = NUMBERS.sum().round(1), NUMBERS.mean().round(2)


@pytest.mark.parametrize(
    "lines",
    [
        ["Total,4000,80,80"],
        ["Total,4000,,"],
        [line("Sum", SUMS)],
        [line("Grand total:", SUMS)],
        [line("Gesamtergebnis", SUMS)],
        [line("Всего", SUMS), line("Среднее", MEANS)],
        [line("合計", SUMS, "")],
        [line("Moyenne", MEANS)],
        [line("Mean", MEANS)],
        [line("mean", MEANS, "")],
        [line("Total (n = 40)", SUMS)],
        [
            line("count", NUMBERS.count()),
            line("mean", NUMBERS.mean()),
            line("std", NUMBERS.std()),
            line("min", NUMBERS.min()),
            line("median", NUMBERS.median()),
            line("max", NUMBERS.max()),
        ],
        ["n=40"],
        ["", "Source: World Bank"],
        ["", "Source: World Bank, 2020"],
        ["", "Quelle: Amt, 2020, Tabelle 3, Seite 7, letzte Zeile"],
        ["", "(40 rows)"],
        ["Total,4000,80,80", "", "Note: preliminary"],
        ["", "* preliminary figures", "** as of May, 2020"],
    ],
)
def test_b02_f05_sums_means_and_remarks_below_are_no_rows(read, lines):
    data = read(TABLE, *lines)
    pd.testing.assert_frame_equal(data.X, TABLE[["name", "x", "z"]], check_dtype=False)
    assert data.y.tolist() == TABLE["y"].tolist()
    assert data.unlabeled is None
    assert sum("left out" in note for note in data.notes) >= 1


@pytest.mark.parametrize("columns", ["y x z", "x z y", "y name x z", "x y z name"])
@pytest.mark.parametrize("label", ["", "20"])
def test_b02_the_word_may_stand_in_any_column(read, columns, label):
    columns = columns.split()
    table = TABLE.assign(y=np.where(TABLE["y"] == 1, "yes", "no"))
    cells = {"name": "", "x": f"{SUMS['x']:.1f}", "z": str(int(SUMS["z"])), "y": label}
    data = read(table, ",".join({**cells, columns[0]: "Total"}[name] for name in columns), columns=columns)
    assert data.y.tolist() == table["y"].tolist()
    for name in {"x", "z"} & set(columns):
        assert data.X[name].tolist() == table[name].tolist()


@pytest.mark.parametrize("name", ["Subtotal", "Total {}", "{} Total", "{} Ergebnis", "2021 Total"])
@pytest.mark.parametrize("labelled", [True, False])
def test_b02_sums_in_the_middle_are_no_rows(tmp_path, name, labelled):
    lines = ["name,x,z,y"]
    for town, part in TABLE.groupby(np.arange(N) // 8):
        lines += part.to_csv(index=False, header=False).splitlines()
        sums = part[["x", "z", "y"]].sum().round(1)
        lines.append(line(name.format(f"Town {town}"), sums, None if labelled else ""))
    path = tmp_path / "parts.csv"
    path.write_text("\n".join([*lines, line("Grand Total", SUMS)]))
    data = read_table(path, "y")
    assert data.X["x"].tolist() == TABLE["x"].tolist()
    assert any(note.startswith("6 rows ('") and "look like lines of sums" in note for note in data.notes)


@pytest.mark.parametrize(
    ("last", "label"),
    [
        ("Max", "1"),
        ("Max", ""),
        ("N", "0"),
        ("Total", "1"),
        ("All", "1"),
        ("Mean", "0"),
        ("Sumatra", "1"),
        ("Key", "1"),
    ],
)
def test_rows_whose_name_or_class_is_such_a_word_stay(read, last, label):
    data = read(TABLE, f"{last},50.5,9,{label}")
    unlabeled = 0 if data.unlabeled is None else len(data.unlabeled)
    assert len(data.y) + unlabeled == N + 1


def test_levels_and_classes_that_are_such_words_stay(read):
    table = TABLE.assign(name=["part", "total"] * 20, y=["Total" if label else "partial" for label in TABLE["y"]])
    data = read(table)
    assert data.y.tolist() == table["y"].tolist()
    assert data.notes == ()


def test_b02_a_level_that_is_such_a_word_hides_no_line_of_sums(read):
    """The "std" of half of the cars of UCI's autos left every line of sums among the rows."""
    table = TABLE.assign(name=["std", "turbo"] * 20)
    data = read(table, line("Total", SUMS))
    assert data.X["x"].tolist() == table["x"].tolist()
    assert data.X["name"].tolist() == table["name"].tolist()


@pytest.mark.parametrize("classes", [[-1, 0, 1], [1, 2, 3], [2019, 2020, 2021]])
def test_b02_sums_of_classes_that_are_numbers(tmp_path, classes):
    """A workbook heads them "3 Total": they were classes of one row, and all labels text."""
    table = TABLE[["x", "z"]].assign(y=np.sort(np.resize(classes, N)))[["y", "x", "z"]]
    lines = ["y,x,z"]
    for label, part in table.groupby("y"):
        lines += [
            *part.to_csv(index=False, header=False).splitlines(),
            f"{label} Total,{part.x.sum():.1f},{part.z.sum()}",
        ]
    path = tmp_path / "parts.csv"
    path.write_text("\n".join([*lines, f"Grand Total,{table.x.sum():.1f},{table.z.sum()}"]))
    data = read_table(path, "y")
    assert data.y.tolist() == table["y"].tolist()
    assert data.X["x"].tolist() == table["x"].tolist()


def test_a_last_row_of_a_class_of_its_own_stays(read):
    assert len(read(TABLE, "Ulm9,3.5,4,7").y) == N + 1
    assert len(read(TABLE, "Zug,,,1").y) == N + 1


@pytest.mark.parametrize(
    ("word", "found"),
    [("TOTAL", ("sum", True)), ("** Summe **", ("sum", True)), ("Ø", ("mean", True)), ("n", ("count", False)),
     ("Total recall", ("sum", False)), ("totally", ("", False)), ("", ("", False)), ("7 Total", ("sum", False)),
     ("7 all", ("", False))],
)  # fmt: skip
def test_words_for_statistics(word, found):
    assert statistic_of(word) == found


@pytest.mark.parametrize(
    "remark", ["Source: Office of Things, 2021", "Quelle: Amt, Berlin", "Note: not final, see p. 7"]
)
def test_b02_a_remark_that_commas_divide_into_every_column_is_no_class(tmp_path, remark):
    rows = [f"{i % 7}.5,{'yes' if i % 2 else 'no'}" for i in range(40)]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(["x,y", *rows, "", remark]), encoding="utf-8")
    data = read_table(path, "y")
    assert (len(data.y), sorted(data.y.unique())) == (40, ["no", "yes"])
    assert any("looks like a remark: it is left out" in note for note in data.notes)


def test_b02_a_last_row_of_words_with_a_colon_stays_a_row(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("\n".join(["x,y", *["Note: a,yes", "Note: b,no"] * 20, "Note: c,yes"]), encoding="utf-8")
    assert len(read_table(path, "y").y) == 41
