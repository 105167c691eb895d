"""A clean table in random disguises: the same numbers, kinds and classes come back, or a note names the column."""

import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from genvsdisc.datasets import read_table
from genvsdisc.features.dtypes import as_numbers
from genvsdisc.features.kinds import column_kinds

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp1252")
FOOTERS = (None, {"income": "Total"}, {"color": "Total", "count": "400", "tree": "80"}, {"color": "Source: the office"})
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d %b %Y", "%Y-%m-%dT%H:%M:%S")
MARKS = ("", "NA", "?", "-", ".", "*", "n/a", "#N/A", "missing", "None", "n/d", "-nan", "1.#QNAN")
DIVIDERS = {".": ("", ",", " ", "'", "\u00a0"), ",": ("", ".", " ", "'", "\u00a0")}
TRUTHS = (("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), ("1", "0"), ("x", ""))


def clean_table(seed):
    """Numbers with two decimals, large ones, whole ones, dates and words; labels that are none of them."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 30))
    y = np.array(["oak", "pine", "yew"])[np.arange(n) % 3]
    X = pd.DataFrame(
        {
            "height": rng.integers(-9000, 9000, n) / 100,
            "income": (10 ** rng.uniform(3, 9, n)).astype(int) / 100,
            "count": rng.integers(0, 9, n),
            "when": pd.Timestamp("1999-11-30") + pd.to_timedelta(rng.integers(0, 4000, n), unit="D"),
            "color": rng.choice(["red", "gr\u00fcn", "sky blue"], n),
            "share": rng.integers(0, 1000, n) / 10,
            "member": np.arange(n) % 5 < 2,
        }
    )
    X.loc[0, "when"] = pd.Timestamp("2003-01-31")  # tells the day from the month
    X.loc[1, "income"] = 1234567.89  # tells the decimal mark
    return X, y


def written(value, decimal, thousands, places, minus="-{}"):
    whole, _, rest = f"{abs(value):,.{places}f}".partition(".")
    text = whole.replace(",", thousands) + (decimal + rest if rest else "")
    return minus.format(text) if value < 0 else text


@st.composite
def disguises(draw):
    decimal = draw(st.sampled_from(".,"))
    delimiter = draw(st.sampled_from(",;\t|"))
    return {
        "seed": draw(st.integers(0, 10**6)),
        "decimal": decimal,
        "delimiter": delimiter,
        "thousands": draw(st.sampled_from(DIVIDERS[decimal])),
        "money": draw(st.sampled_from(("{}", "${}", "{} \u20ac", "USD {}", "{} kr"))),
        "quoting": draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))),
        "encoding": draw(st.sampled_from(ENCODINGS)),
        "newline": draw(st.sampled_from(("\n", "\r\n", "\r"))),
        "blanks": draw(st.booleans()),
        "mark": draw(st.sampled_from(MARKS)),
        "date": draw(st.sampled_from(DATES)),
        "footer": draw(st.sampled_from(FOOTERS)),
        "units": draw(st.booleans()),
        "title": draw(st.booleans()),
        "order": draw(st.permutations(range(8))),
        "minus": draw(st.sampled_from(("-{}", "\u2013{}", "({})", "- {}", "{}-"))),
        "percent": draw(st.sampled_from(("{}", "{}%", "{} %"))),
        "truth": draw(st.sampled_from(TRUTHS)),
        "index": draw(st.sampled_from((None, 0, 1))),
        "again": draw(st.booleans()),
        "trailing": draw(st.booleans()),
        "blank_row": draw(st.booleans()),
        "comments": draw(st.booleans()),
        "packed": draw(st.booleans()),
    }


def around(names, rows, how):
    """What offices put around the rows of a table: units, names once more, blank rows, a footer, numbers of rows."""
    if how["units"]:
        units = {"height": "cm", "income": "per year", "count": "pieces", "when": "day"}
        rows.insert(0, [units.get(name, "") for name in names])
    if how["again"] and how["index"] is None:  # the names once more, as where files were put together
        rows.insert(6, names)
    if how["blank_row"]:
        rows.insert(9, [""] * len(names))
    if how["footer"]:
        rows.append([how["footer"].get(name, "") for name in names])
    if how["index"] is not None:
        numbers = iter(range(how["index"], len(rows) + how["index"]))
        rows = [[str(next(numbers)) if row[names.index("tree")] else "", *row] for row in rows]
        names = ["", *names]
    if how["trailing"]:
        rows, names = [[*row, ""] for row in rows], [*names, ""]
    if how["blanks"]:
        rows = [[f" {cell}  " for cell in row] for row in rows]
        names = [f"{name} " for name in names]
    return names, rows


def disguised(X, y, gaps, how):
    cells = {
        "height": [written(v, how["decimal"], "", 2, how["minus"]) for v in X["height"]],
        "income": [how["money"].format(written(v, how["decimal"], how["thousands"], 2)) for v in X["income"]],
        "count": [str(v) for v in X["count"]],
        "when": [v.strftime(how["date"]) for v in X["when"]],
        "color": X["color"].tolist(),
        "share": [how["percent"].format(written(v, how["decimal"], "", 1)) for v in X["share"]],
        "member": [how["truth"][0 if v else 1] for v in X["member"]],
        "tree": y.tolist(),
    }
    for name, rows in gaps.items():
        for row in rows:
            cells[name][row] = how["mark"]
    names = [list(cells)[place] for place in how["order"]]
    rows = [[cells[name][row] for name in names] for row in range(len(y))]
    names, rows = around(names, rows, how)
    out = io.StringIO(newline="")
    if how["comments"]:
        out.write(f"# exported{how['newline']}# by the office{how['newline']}")
    elif how["title"]:
        out.write("Trees of the park" + how["newline"])
    csv.writer(out, delimiter=how["delimiter"], quoting=how["quoting"], lineterminator=how["newline"]).writerows(
        [names, *rows]
    )
    raw = out.getvalue().encode(how["encoding"])
    return gzip.compress(raw, mtime=0) if how["packed"] else raw


@pytest.mark.slow
@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(how=disguises())
def test_the_same_table_comes_back(tmp_path, how):
    X, y = clean_table(how["seed"])
    gaps = {"height": [3, 5], "count": [2]}
    path = tmp_path / "trees.csv"
    path.write_bytes(disguised(X, y, gaps, how))
    data = read_table(path, "tree")
    assert data.y.tolist() == y.tolist()
    index = ["Unnamed: 0"] if how["index"] is not None else []
    assert sorted(data.X.columns) == sorted([*X.columns, *index])
    for name, rows in gaps.items():
        X[name] = X[name].astype(float)
        X.loc[rows, name] = np.nan
    for name in ("height", "income", "count", "when", "share"):
        np.testing.assert_array_equal(as_numbers(data.X[name]), as_numbers(X[name]), err_msg=str(data.notes))
    assert data.X["color"].tolist() == X["color"].tolist()
    kinds, expected = column_kinds(data.X), {name: column.kind for name, column in column_kinds(X).items()}
    assert {n: c.kind for n, c in kinds.items()} == expected | dict.fromkeys(index, "identifier")
    if how["truth"][1]:
        assert (data.X["member"].astype(str) == data.X["member"].astype(str).iloc[0]).equals(X["member"])
    if how["mark"] in ("?", "-", ".", "*", "missing", "None", "n/d"):
        assert any("'height'" in note and f"{how['mark']!r} (2 entries)" in note for note in data.notes)
    if how["money"] != "{}" or how["thousands"]:
        assert any("'income'" in note for note in data.notes)


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), decimal=st.sampled_from(".,"), delimiter=st.sampled_from(",;\t"))
def test_what_cannot_be_told_is_a_guess_with_a_note(tmp_path, seed, decimal, delimiter):
    """Thousands without decimals: "1,234" may be either, and the note that says so names the column."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1000, 10**6, 30)
    cells = [written(value, ".", "," if decimal == "." else ".", 0) for value in values]
    path = tmp_path / "open.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("n", "y"), *zip(cells, "ab" * 15, strict=True)])
    data = read_table(path, "y")
    exact = np.array_equal(data.X["n"], values)
    thousandths = np.array_equal(data.X["n"], values / 1000)
    assert exact or thousandths
    guessed = any("'n'" in note and "which is a guess" in note for note in data.notes)
    assert guessed or (decimal == "," and thousandths)  # 1.234 is as Python writes it
