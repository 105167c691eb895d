"""A fitted hyperparameter search, judged: which candidates are not worse than the best for practical purposes."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    LeaveOneOut,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
)
from sklearn.utils.validation import check_is_fitted

from genvsdisc.study.statistics.paired_tests import judge

_PARTITIONS = (KFold, StratifiedKFold, GroupKFold, StratifiedGroupKFold, LeaveOneOut, LeaveOneGroupOut)


def search_verdict(
    search: Any,
    *,
    rope: float = 0.01,
    level: float = 0.95,
    metric: str | None = None,
    test_fraction: float | None = None,
) -> pd.DataFrame:
    """Judge the candidates of a fitted search against the best one.

    Every candidate is compared with ``search.best_index_`` (or the highest mean, where the search was not to refit) by
    the corrected resampled t test and the Bayesian correlated t test on the scores of the same splits. The best is best
    on these very scores, so differences flatter it: "as good" can be trusted more than "worse".

    Parameters
    ----------
    search : fitted GridSearchCV or RandomizedSearchCV
        Its scores: larger is better, as scikit-learn has it (``neg_log_loss`` is minus the log loss).
    rope : float, default=0.01
        Differences of the score from -rope to rope count as none.
    level : float, default=0.95
        Probability that a verdict needs, and confidence of the intervals.
    metric : str, default=None
        Score to judge by, in a search with several; None for the one it refits by.
    test_fraction : float, default=None
        ``n_test / (n_train + n_test)``; None reads it off ``search.cv``.

    Returns
    -------
    verdict : DataFrame
        A row for each candidate, the likeliest to be practically as good first, the best at the top. Columns
        candidate (index in ``cv_results_``), params, score (mean over the splits), rank (by score), difference
        (candidate minus best: negative means worse), lower, upper, pvalue (two-sided), p_worse (difference below
        -rope), p_equal, p_better, verdict: "best", "as good" (p_equal + p_better >= level), "worse" (p_worse >= level),
        "cannot tell", or "failed" (no score on some split).

    Raises
    ------
    ValueError
        If the metric must be named, the test fraction cannot be read off ``search.cv``, or splits differ between
        candidates (successive halving).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [1e-4, 1.0]}, cv=10).fit(X, y)
    >>> search_verdict(search)[["params", "verdict"]]
            params verdict
    0   {'C': 1.0}    best
    1  {'C': 0.0001}   worse
    """
    if not hasattr(search, "estimator") or not hasattr(search, "cv"):
        raise TypeError(f"search must be a fitted GridSearchCV or RandomizedSearchCV, got {type(search).__name__}")
    check_is_fitted(search, "cv_results_")
    results = search.cv_results_
    if "n_resources" in results:
        raise ValueError("search_verdict compares candidates on the same splits; a halving search gives each its own")
    name, best = _metric_and_best(search, metric)
    scores = np.stack([results[f"split{i}_test_{name}"] for i in range(search.n_splits_)], axis=1)
    mean = scores.mean(axis=1)
    fraction = _test_fraction(search) if test_fraction is None else test_fraction
    rows = [judge(d, test_fraction=fraction, rope=rope, level=level) for d in scores - scores[best]]
    table = pd.DataFrame(rows, columns=["difference", "lower", "upper", "pvalue", "p_worse", "p_equal", "p_better"])
    table.insert(0, "candidate", np.arange(len(mean)))
    table.insert(1, "params", list(results["params"]))
    table.insert(2, "score", mean)
    table.insert(3, "rank", pd.Series(mean).rank(ascending=False, method="min").astype("Int64"))
    table["verdict"] = _verdicts(table, best, level)
    as_good = (table["p_equal"] + table["p_better"]).where(table["candidate"] != best, np.inf)
    order = pd.DataFrame({"as_good": as_good, "score": mean}).sort_values(["as_good", "score"], ascending=False).index
    return table.loc[order].reset_index(drop=True)


def _verdicts(table: pd.DataFrame, best: int, level: float) -> NDArray:
    cases = [
        (table["candidate"] == best, "best"),
        (table["score"].isna(), "failed"),
        (table["p_equal"] + table["p_better"] >= level, "as good"),
        (table["p_worse"] >= level, "worse"),
    ]
    return np.select([case for case, _ in cases], [verdict for _, verdict in cases], default="cannot tell")


def _metric_and_best(search: Any, metric: str | None) -> tuple[str, int]:
    """Name of the score to judge by, and the candidate that is best by it: the search's own choice if it has one."""
    results = search.cv_results_
    known = [key.removeprefix("mean_test_") for key in results if key.startswith("mean_test_")]
    chosen = known[0] if len(known) == 1 else search.refit
    name = chosen if metric is None else metric
    if metric is None and name not in known:
        raise ValueError(f"the search has several scores: give metric, one of {', '.join(known)}")
    if name not in known:
        raise ValueError(f"metric must be one of {', '.join(known)}, got {name!r}")
    if np.isnan(results[f"mean_test_{name}"]).all():
        raise ValueError(f"no candidate has a {name} on every split; see search.cv_results_")
    if name == chosen and hasattr(search, "best_index_"):
        return name, int(search.best_index_)
    return name, int(np.nanargmax(results[f"mean_test_{name}"]))


def _shuffled_share(cv: Any) -> float | None:
    """Held-out share of the rows that a shuffle split uses; None where it depends on how many rows there are."""
    test, train = cv.test_size, cv.train_size
    if test is None and train is None:
        return float(cv._default_test_size)
    if test is None or train is None:
        given, other = (test, False) if train is None else (train, True)
        return None if isinstance(given, Integral) else (1 - float(given) if other else float(given))
    if isinstance(test, Integral) != isinstance(train, Integral):
        return None
    return float(test / (test + train))


def _test_fraction(search: Any) -> float:
    """Share of the rows that a split holds out: known for partitions, repeated or not, and for splits in a list."""
    cv = search.cv
    if cv is None or isinstance(cv, (Integral, *_PARTITIONS)):
        return 1 / search.n_splits_
    if isinstance(cv, RepeatedKFold | RepeatedStratifiedKFold):
        return cv.n_repeats / search.n_splits_
    if isinstance(cv, list | tuple):
        return float(np.mean([len(test) / (len(train) + len(test)) for train, test in cv]))
    if isinstance(cv, ShuffleSplit | StratifiedShuffleSplit) and (share := _shuffled_share(cv)) is not None:
        return share
    raise ValueError(
        f"the held-out share cannot be read off cv={cv!r}; give test_fraction = n_test / (n_train + n_test)"
    )
