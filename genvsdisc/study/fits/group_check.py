"""Would the answer change? The linear pair with whole groups held out, for columns that look like groups."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.models import Model, default_models
from genvsdisc.study.fits.group_splits import GroupDraws
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.splits import RowDraws
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.leak import GROUP, ORDER
from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.table import PreparedTable

N_SPLITS = 5
MOST_CHECKED_ROWS = 5000
"""Rows that are fitted; of larger tables, groups at random until they have as many."""
MOST_CHECKS = 2
"""Columns that are checked, the most alike first."""


def check_groups(table: PreparedTable, leaks: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Say of the groups that were found whether whole ones held out change the answer.

    The linear pair (shared Gaussian and logistic), without the column in question, is judged by five random folds and
    by five folds of whole groups, or of blocks of successive rows: 20 fits.

    Parameters
    ----------
    table : PreparedTable
    leaks : DataFrame
        The table `leaks`, from `leak_table`.
    seed : int
        Shuffles the folds.

    Returns
    -------
    leaks : DataFrame
        The same rows, with both errors and both differences in the message of each that was checked.
    """
    leaks = leaks.copy()
    for place in leaks.index[leaks["kind"].isin([GROUP, ORDER])][:MOST_CHECKS]:
        column, message = (str(leaks.loc[place, name]) for name in ("column", "message"))
        names = [name for name in table.X.columns if str(name) != column]
        if names:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                errors = fold_errors(table, names, Sampling("groups", _units(table, column), column), seed)
            called = f"folds of whole '{column}'" if column else "folds of successive rows"
            leaks.loc[place, "message"] = f"{message} {_sentence(errors, called)}"
    return leaks


def _units(table: PreparedTable, column: str) -> NDArray[np.intp]:
    """Groups by a column, or blocks of about sqrt(n) successive rows."""
    if not column:
        return np.arange(len(table.codes)) // max(1, round(np.sqrt(len(table.codes))))
    values = next(table.X[name] for name in table.X.columns if str(name) == column)
    return np.asarray(pd.factorize(values, use_na_sentinel=False)[0], dtype=np.intp)


def fold_errors(
    table: PreparedTable, names: list[Any], sampling: Sampling, seed: int
) -> dict[str, tuple[float, float]]:
    """0-1 error of the linear pair on these columns: model -> by random folds, by folds of whole groups.

    Gaps are filled with the mean of all rows, which is enough to compare two ways of splitting, and cheap.

    Raises
    ------
    ValueError
        If no folds of whole groups leave every class to learn from.
    """
    rng = np.random.RandomState(seed)
    rows = _some_groups(sampling.codes, rng)
    encoder = TableEncoder({name: table.columns[name] for name in names})
    encoded = encoder.fit_transform(table.X.iloc[rows][names])
    X, sampling = SimpleImputer(keep_empty_features=True).fit_transform(encoded), sampling.take(rows)
    classes, codes = np.unique(table.codes[rows], return_inverse=True)
    n_splits = max(2, min(N_SPLITS, int(np.bincount(codes).min()), int(sampling.codes.max()) + 1))
    both = [scheme.folds(n_splits, 1, rng) for scheme in (RowDraws(codes, sampling), GroupDraws(codes, sampling))]
    pair = [model for model in default_models() if model.name in ("shared Gaussian", "logistic")]
    known = np.arange(len(classes))
    by_rows, by_groups = both
    weights = None if table.weights is None else table.weights[rows]
    return {
        model.name: (
            _error(model, X, codes, known, *by_rows, weights),
            _error(model, X, codes, known, *by_groups, weights),
        )
        for model in pair
    }


def _error(
    model: Model, X: NDArray, codes: NDArray, classes: NDArray, draws: NDArray, tests: list[NDArray],
    weights: NDArray | None,
) -> float:  # fmt: skip
    predicted = refit_probabilities(
        model.estimator, X, codes, draws, tests, classes=classes, random_state=0, sample_weight=weights
    )
    losses = [pointwise_losses(p, codes[rows], "zero_one") for p, rows in zip(predicted, tests, strict=True)]
    return mean(np.concatenate(losses), weights, np.concatenate(tests))


def _some_groups(units: NDArray, rng: np.random.RandomState) -> NDArray:
    """Rows of groups in random order, until there are MOST_CHECKED_ROWS."""
    sizes = np.bincount(units)
    order = rng.permutation(len(sizes))
    chosen = order[: int(np.searchsorted(np.cumsum(sizes[order]), MOST_CHECKED_ROWS)) + 1]
    return np.flatnonzero(np.isin(units, chosen))


def _sentence(errors: Mapping[str, tuple[float, float]], called: str) -> str:
    (random_1, whole_1), (random_2, whole_2) = errors["shared Gaussian"], errors["logistic"]
    return (
        f"By {called}: 0-1 error of the shared Gaussian {whole_1:.1%} instead of {random_1:.1%}, of the logistic "
        f"{whole_2:.1%} instead of {random_2:.1%}; their difference {_points(whole_1 - whole_2)} instead of "
        f"{_points(random_1 - random_2)} percentage points."
    )


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}".replace("-", "\u2212")
