"""What was left out, lumped or guessed is told; many of a kind in one sentence."""

import numpy as np
import pandas as pd

from genvsdisc.features.kinds import Column
from genvsdisc.study.left_out import left_out_sentences
from genvsdisc.study.table import prepare

NOBODY = pd.Series(dtype=int)


def test_one_row_and_many():
    assert left_out_sentences(1, 0, {}, NOBODY, {}) == ("1 row without a label is left out.",)
    assert left_out_sentences(2, 0, {}, NOBODY, {}) == ("2 rows without a label are left out.",)
    assert left_out_sentences(0, 3, {}, NOBODY, {}) == ("3 rows of weight 0 are left out.",)


def test_classes_of_one_reason_are_told_together_from_the_fourth_on():
    counts = pd.Series({f"c{i}": i for i in range(1, 12)})
    why = "fewer than 12 rows, one for each fold"
    assert left_out_sentences(0, 0, {"c1": why, "c2": why}, counts, {}) == (
        f"Class c1 (1 row) is left out: {why}.", f"Class c2 (2 rows) is left out: {why}.",
    )  # fmt: skip
    (told,) = left_out_sentences(0, 0, dict.fromkeys(counts.index, why), counts, {})
    assert told.startswith(f"11 classes are left out, each for one reason ({why}): c1 (1 row), c2 (2 rows), ")
    assert told.endswith("c8 (8 rows) and 3 more.")


def test_f18_lumped_levels_and_odd_ones_are_told_with_the_columns_name():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"town": rng.choice([f"town {i}" for i in range(30)], 300), "flag": ["x", None] * 150})
    X["mark"] = ["red", "green", "-"] * 100
    told = prepare(X, np.arange(300) % 2, n_splits=5).left_out
    assert "Column 'town': 30 levels: the 20 most frequent kept, the others as one." in told
    assert "Column 'flag': present or not: the one value is 'x'." in told
    assert "Column 'mark': '-' (100 entries) is a level: leave it empty if it marks missing entries." in told


def test_columns_of_a_kind_are_told_together_from_the_fourth_on():
    columns = {f"n{i}": Column("identifier", note="numbers the rows") for i in range(10)}
    columns |= {f"f{i}": Column("binary", ("x",), note="present or not: the one value is 'x'") for i in range(9)}
    columns |= {f"t{i}": Column("categorical", lumped=True, note="30 levels: the 20 most; odd") for i in range(4)}
    told = left_out_sentences(0, 0, {}, NOBODY, columns)
    assert told[0].startswith("10 columns are left out, for they name the rows: 'n0', 'n1', ")
    assert told[0].endswith("'n7' and 2 more.")
    assert told[1].startswith("4 columns have more than 20 levels, of which the most frequent are kept")
    assert told[2].startswith("9 columns have one value or none, and say present or not: 'f0', ")
    assert told[3] == "Column 't0': odd."


def test_how_a_column_was_read_is_told_once():
    X = pd.DataFrame({"x": [f"{i},5" for i in range(40)], "half": [str(i) for i in range(30)] + ["low", "high"] * 5})
    told = prepare(X, np.arange(40) % 2, n_splits=5).left_out
    assert sum("'x'" in each for each in told) == 1
    assert sum("numbers in 75% of the entries" in each for each in told) == 1
