import numpy as np
import pandas as pd
import pytest

from genvsdisc.features.kinds import as_numbers, is_number
from genvsdisc.study.statistics import levels as module
from genvsdisc.study.statistics.levels import finer_than, levels_of, levels_of_columns


def test_levels_are_ranks_with_missing_last():
    codes, n_levels = levels_of(pd.Series([2.5, np.nan, -1.0, 2.5]))
    assert codes.tolist() == [1, 2, 0, 1]
    assert n_levels == 3


def many_kinds(n=200, seed=0):
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=(n, 6))
    normal[:, 2:4] = normal[:, 2:4].round(1)
    normal[rng.random(normal.shape) < np.array([0, 0.3, 0, 0.1, 0, 1])] = np.nan
    few = rng.integers(0, 40, size=(n, 3))
    table = pd.DataFrame(normal, columns=[f"x{j}" for j in range(6)]).assign(
        few=few[:, 0],
        small=few[:, 1].astype("uint8"),
        nullable=pd.array(few[:, 2], dtype="Int64"),
        arrow=pd.array(few[:, 2] / 7, dtype="float64[pyarrow]"),
        words=np.array(["a", "b", None], dtype=object)[few[:, 0] % 3],
        day=pd.Timestamp("2020-01-01") + pd.to_timedelta(few[:, 1], unit="D"),
        truth=few[:, 1] > 20,
        kind=pd.Categorical(few[:, 0].astype(str)),
    )
    table.loc[3, "nullable"] = pd.NA
    return table


def one_by_one(values, most):
    """Levels of a column by NumPy's and pandas' own functions."""
    if not is_number(values):
        return pd.factorize(values, use_na_sentinel=False)[0]
    numbers = as_numbers(values)
    seen = ~np.isnan(numbers)
    if most is not None and len(np.unique(numbers[seen])) > most:
        edges = np.unique(np.quantile(numbers[seen], np.linspace(0, 1, most + 1)[1:-1]))
        numbers = np.where(seen, np.searchsorted(edges, numbers, side="right"), np.nan)
    return np.unique(numbers, return_inverse=True)[1]


@pytest.mark.parametrize("most", [None, 32, 5])
@pytest.mark.parametrize("cells", [1, 500, module.MOST_IN_BLOCK])
def test_columns_have_the_levels_of_each_together_and_alone(most, cells, monkeypatch):
    monkeypatch.setattr(module, "MOST_IN_BLOCK", cells)
    table = many_kinds()
    levels, n_levels = levels_of_columns(table, most)
    for place, name in enumerate(table.columns):
        expected = one_by_one(table[name], most)
        np.testing.assert_array_equal(levels[:, place], expected, err_msg=name)
        np.testing.assert_array_equal(levels_of(table[name], most)[0], expected, err_msg=name)
        assert n_levels[place] == expected.max() + 1


@pytest.mark.parametrize("most", [1, 19, 39, 500])
@pytest.mark.parametrize("cells", [1, 500])
def test_columns_of_many_numbers_are_told_from_others(most, cells, monkeypatch):
    monkeypatch.setattr(module, "MOST_IN_BLOCK", cells)
    table = many_kinds()
    expected = [is_number(table[name]) and table[name].nunique() > most for name in table.columns]
    assert finer_than(table, most).tolist() == expected


def test_no_columns_have_no_levels():
    levels, n_levels = levels_of_columns(pd.DataFrame(index=range(5)))
    assert levels.shape == (5, 0)
    assert n_levels.tolist() == []
