"""Tables have the columns and kinds that the schema says, and come back from a file to the last bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.study.schema import TABLES, conformed, read_csv, write_csv

NASTY = [
    "",
    "NA",
    "nan",
    "None",
    'say "no"',
    "a,b;c\td",
    "two\nlines",
    "cr\r",
    "crlf\r\n",
    " padded ",
    "\x00",
    "1e5",
    "True",
]
KINDS = {
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(NASTY) | st.none(),
    "float": st.floats() | st.none(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "count": st.integers(-(2**53), 2**53) | st.none(),
}


@st.composite
def any_table(draw):
    name = draw(st.sampled_from(list(TABLES)))
    kinds = TABLES[name].kinds
    rows = draw(st.lists(st.tuples(*(KINDS[kind] for kind in kinds.values())), max_size=4))
    columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
    return name, pd.DataFrame(
        {c: pd.Series(list(cells), dtype=object) for c, cells in zip(kinds, columns, strict=True)}
    )


@given(any_table())
def test_any_table_comes_back_to_the_last_bit(tmp_path_factory, named):
    name, given_table = named
    table = conformed(name, given_table)
    file = tmp_path_factory.getbasetemp() / f"{name}.csv"
    write_csv(table, file)
    read = read_csv(name, file)
    pd.testing.assert_frame_equal(read, table, check_exact=True)
    for column in table.select_dtypes("float64"):
        bits = [frame[column].to_numpy()[frame[column].notna()].view(np.int64) for frame in (read, table)]
        np.testing.assert_array_equal(*bits)


def test_columns_are_put_in_order_and_a_missing_table_is_empty():
    table = pd.DataFrame({"value": [1], "parameter": "p", "model": ["m"]}, index=[7])
    assert list(conformed("parameters", table)) == ["model", "parameter", "value"]
    assert conformed("parameters", table).index.tolist() == [0]
    assert conformed("parameters", None).dtypes.astype(str)["value"] == "float64"
    with pytest.raises(
        ValueError, match="'parameters' must have the columns model, parameter, value; differs in extra"
    ):
        conformed("parameters", table.assign(extra=1))


def test_people_read_the_file_with_pandas_alone(tmp_path):
    table = conformed(
        "parameters", pd.DataFrame({"model": ["a, b", "c"], "parameter": "w", "value": [0.1 + 0.2, np.nan]})
    )
    write_csv(table, tmp_path / "parameters.csv")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "parameters.csv"), table)
    assert (tmp_path / "parameters.csv").read_text().splitlines()[1] == '"a, b","w",0.30000000000000004'


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [("rows", "int", 1.5), ("rows", "int", np.nan), ("rows", "int", None), ("used", "bool", "no"), ("used", "bool", 2)],
)
def test_values_that_a_cast_would_change_are_refused(column, kind, value):
    table = pd.DataFrame({"label": ["a"], "rows": 1, "used": True, "note": ""})
    with pytest.raises(ValueError, match=rf"column classes\.{column} must hold {kind} values"):
        conformed("classes", table.assign(**{column: [value]}))
