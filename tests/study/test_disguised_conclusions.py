"""A table as an office writes it is compared as the clean table is: the same rows, columns, labels and answer."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.datasets import read_table
from genvsdisc.study.table import prepare

N = 120


def hearts():
    """Numbers with gaps, a column of words, two classes: as the table of heart diseases is."""
    rng = np.random.default_rng(4)
    sick = rng.random(N) < 0.45
    table = pd.DataFrame(
        {
            "age": rng.integers(29, 78, N) + 5 * sick,
            "pressure": (rng.normal(131, 17, N) + 6 * sick).round(1),
            "cholesterol": (rng.normal(1246, 51, N) + 9 * sick).round(2),
            "oldpeak": (rng.gamma(1.2, 0.7, N) + 0.9 * sick).round(1),
            "pain": np.where(rng.random(N) < 0.2 + 0.5 * sick, "asympt", rng.choice(["angina", "other"], N)),
            "ill": np.where(sick, "yes", "no"),
        }
    )
    return table, rng.choice(N, 20, replace=False)


def cells(decimal=".", thousands="", missing=""):
    """The table as words, with gaps in the numbers."""
    table, gaps = hearts()
    words = table.astype(str)
    for name, places in (("pressure", 1), ("cholesterol", 2), ("oldpeak", 1)):
        plain = [f"{value:,.{places}f}" for value in table[name]]
        swap = str.maketrans({",": thousands, ".": decimal})
        words[name] = [word.translate(swap) for word in plain]
    words.loc[gaps, "oldpeak"] = missing
    return words


def clean(folder):
    cells().to_csv(folder / "clean.csv", index=False)
    return read_table(folder / "clean.csv", "ill")


def with_row(words, place, row):
    return pd.concat([words.iloc[:place], pd.DataFrame([row]), words.iloc[place:]]).fillna("")


DISGUISES = {
    "f03 decimal commas": (lambda: cells(",", "."), {"sep": ";"}),
    "f05 totals": (lambda: with_row(cells(), N, {"age": "Total", "cholesterol": "149520.0"}), {}),
    "b02 units": (lambda: with_row(cells(), 0, {"age": "years", "pressure": "mm Hg", "cholesterol": "mg/dl"}), {}),
    "f06 blanks": (lambda: cells() + "  ", {}),
    "b01 dash": (lambda: cells(missing="-"), {}),
    "b01 question mark": (lambda: cells(missing="?"), {}),
    "b01 n/a": (lambda: cells(missing="n/a"), {}),
    "b03 thousands": (lambda: cells(thousands=","), {"quoting": 1}),
    "b03 francs": (lambda: cells(thousands="'").assign(cholesterol=lambda t: "CHF " + t["cholesterol"]), {"sep": "\t"}),
    "u05 order": (lambda: cells()[["ill", "pain", "oldpeak", "cholesterol", "pressure", "age"]], {}),
    "f24 UTF-16": (lambda: cells(",", "\u00a0"), {"sep": "\t", "encoding": "utf-16"}),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_the_rows_compared_are_those_of_the_clean_table(tmp_path, name):
    words, options = DISGUISES[name]
    words().to_csv(tmp_path / "office.csv", index=False, **options)
    office, expected = read_table(tmp_path / "office.csv", "ill"), clean(tmp_path)
    one, other = (prepare(data.X, data.y, n_splits=5) for data in (office, expected))
    pd.testing.assert_frame_equal(one.X[list(other.X)], other.X)
    assert len(one.X) == N
    assert one.kinds == other.kinds
    assert one.y.tolist() == other.y.tolist()


@pytest.mark.slow
def test_b01_a_mark_for_missing_changes_no_verdict(tmp_path):
    """With the marks as levels of a lumped category the answer was that of another table."""
    answers = []
    for missing in ("", "-", "?"):
        cells(missing=missing).to_csv(tmp_path / "hearts.csv", index=False)
        data = read_table(tmp_path / "hearts.csv", "ill")
        roster = [model for model in gd.default_models(data.X) if model.form == "linear"]
        design = gd.Design(n_splits=3, n_repeats=1, n_draws=2)
        answers.append(gd.compare(data.X, data.y, roster, design=design).meta["verdict_card"]["sentence"])
    assert answers == answers[:1] * 3
