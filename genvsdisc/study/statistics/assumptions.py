"""Checks of what a Gaussian generative model assumes, each beside what the assumption costs.

A test says whether an assumption is false, which with enough rows it always is; the effect says how false; the cost
says whether it matters: the log loss of a model that makes the assumption minus that of one that drops it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from genvsdisc.study.statistics.assumption_tests import (
    AssumptionTest,
    equal_covariances_test,
    independence_test,
    normality_test,
)
from genvsdisc.study.statistics.differences import paired_splits
from genvsdisc.study.statistics.paired_tests import corrected_ttest
from genvsdisc.study.statistics.words import MINUS
from genvsdisc.study.weights import effective_rows

COSTS = {
    "equal covariances": ("shared", "separate"),
    "normality given the class": ("separate", "quadratic"),
    "independence given the class": ("naive", "separate"),
}
"""Assumption -> key of the model of the default roster that makes it, and of the one that drops it and no other."""
NUMBERS_ONLY = ("normality given the class", "independence given the class")
"""Assumptions that those models differ in alone only where all columns are numbers: indicators are normal to none."""


def priced(
    keys: Mapping[str, str], *, numbers_only: bool, counts: bool = False, gaps: bool = False
) -> dict[str, tuple[str, str]]:
    """Pairs of models that price an assumption: assumption -> names of the simpler and the richer one.

    Parameters
    ----------
    keys : mapping
        Key of a model of the default roster -> its name.
    numbers_only : bool
        Whether all columns of the table are numbers.
    counts : bool, default=False
        Whether naive Bayes takes one for a count: it then differs from a Gaussian in more than independence.
    gaps : bool, default=False
        Whether entries are missing: Gaussians integrate them out, logistic regression is given a mean and an indicator,
        so that the two differ in more than normality.
    """
    mixed = set() if numbers_only else set(NUMBERS_ONLY)
    mixed |= {"independence given the class"} if counts else set()
    mixed |= {"normality given the class"} if gaps else set()
    return {
        assumption: (keys[simpler], keys[richer])
        for assumption, (simpler, richer) in COSTS.items()
        if {simpler, richer} <= set(keys) and assumption not in mixed
    }


TESTS: dict[str, Callable[[ArrayLike, ArrayLike], AssumptionTest]] = {
    "equal covariances": equal_covariances_test,
    "normality given the class": normality_test,
    "independence given the class": independence_test,
}


def assumption_table(
    X: ArrayLike,
    codes: ArrayLike,
    scores: pd.DataFrame,
    *,
    costs: Mapping[str, tuple[str, str]],
    weights: NDArray | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Test every assumption and price it: the table `assumptions`.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The continuous columns; rows with a missing value are left out.
    codes : array-like of shape (n_samples,)
        Class of each row.
    scores : DataFrame
        The table `scores`, with the log loss of the models of `costs` on the same splits.
    costs : mapping assumption -> (simpler, richer)
        Names of the model that makes the assumption and of one that drops it, from `priced`; a pair without scores has
        no cost.
    weights : ndarray of shape (n_samples,), default=None
        How much each row counts: every class is then tested on as many of its rows as its effective number, drawn in
        proportion to their weights.
    level : float, default=0.95
        Confidence of the intervals, and 1 minus the level of the tests in the sentence.

    Returns
    -------
    assumptions : DataFrame
        Columns assumption, statistic, df, pvalue, effect, effect_name, simpler, richer, cost (log loss of the simpler
        minus log loss of the richer model: positive means that the assumption does harm), cost_lower, cost_upper,
        finding. A test that cannot be computed is NaN and the finding says why.
    """
    X, codes = np.asarray(X, dtype=float), np.asarray(codes)
    complete = np.flatnonzero(~np.isnan(X).any(axis=1))
    if weights is not None:
        complete = np.concatenate([in_proportion(complete[codes[complete] == k], weights) for k in np.unique(codes)])
    losses = scores[scores["loss"] == "log_loss"]
    rows = []
    for assumption, test in TESTS.items():
        simpler, richer = costs.get(assumption, ("", ""))
        cost = _cost(losses, simpler, richer, level)
        try:
            result, why = test(X[complete], codes[complete]), ""
        except ValueError as error:
            result, why = AssumptionTest(np.nan, np.nan, np.nan, np.nan, ""), str(error)
        names = (simpler, richer) if np.isfinite(cost[0]) else ("", "")
        rows.append({"assumption": assumption} | vars(result) | dict(zip(("simpler", "richer"), names, strict=True)))
        rows[-1] |= dict(zip(("cost", "cost_lower", "cost_upper"), cost, strict=True))
        rows[-1]["finding"] = _finding(rows[-1], why, level)
    return pd.DataFrame(rows)


def in_proportion(rows: NDArray, weights: NDArray) -> NDArray:
    """Draw of these rows as many as their effective number, in proportion to their weights: systematic sampling.

    Examples
    --------
    >>> import numpy as np
    >>> in_proportion(np.arange(4), np.array([1.0, 1.0, 1.0, 3.0])).tolist()
    [1, 3, 3]
    """
    if not len(rows):
        return rows
    w = weights[rows]
    n_drawn = max(1, int(effective_rows(w) * (1 + 1e-9)))  # ten rows of 0.1 are ten, whatever their sum rounds to
    places = (np.arange(n_drawn) + 0.5) / n_drawn * w.sum()
    return rows[np.searchsorted(np.cumsum(w), places, side="right")]


def _cost(losses: pd.DataFrame, simpler: str, richer: str, level: float) -> tuple[float, float, float]:
    nothing = (np.nan, np.nan, np.nan)
    paired = paired_splits(losses, simpler, richer)
    if len(paired) < 2 or paired["value"].isna().any():
        return nothing
    n_test, n_train = paired["n_test"], paired["n_train"]
    test = corrected_ttest(paired["value"], test_fraction=n_test / (n_test + n_train), level=level)
    return test.mean, test.lower, test.upper


def _finding(row: dict, why: str, level: float) -> str:
    """Say whether it is false, and whether that matters."""
    name = row["assumption"].capitalize()
    if why:
        text = f"{name}: not tested, {why}"
    elif row["pvalue"] <= 1 - level:
        p = "p < 0.001" if row["pvalue"] < 0.001 else f"p = {row['pvalue']:.2g}"
        text = f"{name}: violated ({p}; {row['effect_name']} {row['effect']:.2g})"
    else:
        text = f"{name}: no sign of a violation (p = {row['pvalue']:.2g})"
    if not np.isfinite(row["cost"]):
        return f"{text}."
    against = f"{row['simpler']} against {row['richer']}"
    cost, lower, upper = row["cost"], row["cost_lower"], row["cost_upper"]
    if lower > 0:
        return f"{text}; assuming it costs {cost:.3f} nats of log loss ({_ends(lower, upper)}; {against})."
    if upper < 0:
        return (
            f"{text}; assuming it saves {-cost:.3f} nats of log loss all the same ({_ends(-upper, -lower)}; {against})."
        )
    return (
        f"{text}; assuming it makes no difference to log loss that can be told from noise ({_ends(lower, upper)}; "
        f"{against})."
    )


def _ends(lower: float, upper: float) -> str:
    return f"{lower:.3f} to {upper:.3f}".replace("-", MINUS)
