"""Would the model produce these rows? Discrepancies of columns and of pairs of columns, with p-values.

Each discrepancy is a number of rows and their labels alone, made of residuals that are centered and scaled within each
class. Its law under a fitted model does then not depend on the location and scale that the model was fitted to
(exactly so for normal columns), so that rows drawn from the fitted model have the same law as the real ones would have
under the model: no refit is needed, and the p-values are uniform, where plug-in p-values of other statistics are
too large (Robins, van der Vaart & Ventura 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMN_WORDS = {
    "skew": "is skewed",
    "flat": "is flatter than the model's, as with two humps",
    "peaked": "has heavier tails than the model's",
    "spread": "spreads more in some classes than in others",
    "dispersed": "varies more than counts of one rate do",
    "even": "varies less than counts of one rate do",
}
PAIR_WORDS = {
    "correlation": "go together within the classes",
    "bend": "go together along a bent line",
    "difference": "go together differently in different classes",
}
"""What is found out of the ordinary -> how it is told."""
_SIMPLEST_FIRST = ("dispersed", "even", "skew", "flat", "peaked", "spread")
_FEWEST = 4  # rows of a class for residuals that say something


def column_discrepancies(X: NDArray, codes: NDArray, counts: NDArray | None = None) -> NDArray:
    """Discrepancies (B, d, 6) of the columns of B sets of rows, in the order of `COLUMN_WORDS`.

    Parameters
    ----------
    X : ndarray of shape (B, n, d)
        NaN where missing.
    codes : ndarray of shape (n,)
        Class of each row.
    counts : ndarray of bool, shape (d,), default=None
        Columns that the model takes for Poisson counts, whose variance is their mean; the index of dispersion of others
        is 0.
    """
    residuals, log_spreads = _residuals(X, codes)
    squares = np.square(residuals)
    with np.errstate(invalid="ignore"):
        skew = np.abs(_mean(squares * residuals))
        kurtosis = _mean(squares * squares)
    dispersion = np.zeros_like(skew)
    if counts is not None and counts.any():
        dispersion[:, counts] = _dispersion(X[:, :, counts], codes)
    return np.stack([skew, -kurtosis, kurtosis, log_spreads, dispersion, -dispersion], axis=-1)


def _dispersion(X: NDArray, codes: NDArray) -> NDArray:
    """Mean squares (B, d) of deviations from the mean of the class, in units of that mean."""
    squares = np.full_like(X, np.nan)
    for k in np.unique(codes):
        rows = X[:, codes == k]
        mean = _mean(rows)[:, None]
        squares[:, codes == k] = np.square(rows - mean) / np.where(mean > 0, mean, 1.0)
    return _mean(squares)


def pair_discrepancies(X: NDArray, codes: NDArray, pairs: Sequence[tuple[int, int]]) -> NDArray:
    """Discrepancies (B, n_pairs, 3) of pairs of columns, in the order of `PAIR_WORDS`; as `column_discrepancies`."""
    residuals, _ = _residuals(X, codes)
    columns = np.ascontiguousarray(residuals.transpose(2, 0, 1))
    classes = [codes == k for k in np.unique(codes) if np.sum(codes == k) >= _FEWEST]
    result = np.zeros((len(X), len(pairs), 3))
    for p, (i, j) in enumerate(pairs):
        a, b = columns[i], columns[j]
        product = a * b
        r = np.clip(_mean(product), -0.999999, 0.999999)
        result[:, p, 0] = np.abs(r)
        bends = [_correlation(x * x, y - r[:, None] * x) for x, y in ((a, b), (b, a))]
        result[:, p, 1] = np.maximum(*bends)
        by_class = [np.arctanh(np.clip(_mean(product[:, mask]), -0.999999, 0.999999)) for mask in classes]
        sizes = [np.sqrt(mask.sum()) for mask in classes]
        if len(classes) > 1:
            result[:, p, 2] = np.max(
                [size * np.abs(z - np.arctanh(r)) for size, z in zip(sizes, by_class, strict=True)], axis=0
            )
    return result


def _residuals(X: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Residuals of mean 0 and variance 1 within each class, and how much log spreads differ between classes, (B, d)."""
    residuals = np.zeros_like(X)
    spreads = []
    for k in np.unique(codes):
        mask = codes == k
        rows = X[:, mask]
        count = np.maximum((~np.isnan(rows)).sum(axis=1), 1)
        mean = np.nansum(rows, axis=1) / count
        deviations = rows - mean[:, None]
        scale = np.sqrt(np.nansum(np.square(deviations), axis=1) / count)
        constant = (scale <= 1e-12 * np.maximum(1e-300, np.abs(mean))) | (count < _FEWEST)
        scale = np.where(constant, 1.0, scale)
        residuals[:, mask] = np.where(
            constant[:, None], np.where(np.isnan(rows), np.nan, 0.0), deviations / scale[:, None]
        )
        spreads.append((np.log(scale), np.where(constant, 0, count)))
    counts = np.stack([count for _, count in spreads])
    logs = np.stack([log for log, _ in spreads])
    pooled = (counts * logs).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    return residuals, np.max(np.sqrt(counts) * np.abs(logs - pooled), axis=0)


def _mean(values: NDArray) -> NDArray:
    """Mean over rows, missing ones left out."""
    total = values.sum(axis=1)
    if not np.isnan(total).any():
        return np.asarray(total / max(values.shape[1], 1))
    known = ~np.isnan(values)
    return np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _correlation(x: NDArray, y: NDArray) -> NDArray:
    """Absolute correlations (B,) over rows."""
    x, y = x - _mean(x)[:, None], y - _mean(y)[:, None]
    size = np.sqrt(_mean(x * x) * _mean(y * y))
    return np.abs(_mean(x * y)) / np.where(size > 0, size, 1.0)


def calibrated(real: NDArray, drawn: NDArray) -> tuple[NDArray, NDArray]:
    """P-values of several discrepancies of the same columns at once.

    The least of their tail probabilities, itself judged by what it is among the drawn sets, the real one among them:
    uniform where the real set has the law of the drawn ones.

    Parameters
    ----------
    real : ndarray of shape (m, s)
    drawn : ndarray of shape (B, m, s)

    Returns
    -------
    pvalues : ndarray of shape (m,)
    worst : ndarray of int, shape (m,)
        The discrepancy that is most out of the ordinary; of several the first.
    """
    pool = np.concatenate([real[None], drawn])
    size = len(pool)
    order = np.sort(pool, axis=0)
    tails = np.empty(pool.shape)
    for place in np.ndindex(pool.shape[1:]):
        below = np.searchsorted(order[(slice(None), *place)], pool[(slice(None), *place)], side="left")
        tails[(slice(None), *place)] = (size - below) / size
    # Where several are the least by rank, the one that is farthest out in units of the spread decides.
    center, spread = np.median(pool, axis=0), np.std(pool, axis=0)
    far = (pool - center) / np.where(spread > 0, spread, 1.0)
    least = tails.min(axis=2)
    depth = np.where(tails == least[:, :, None], far, -np.inf).max(axis=2)
    more = (least[1:] < least[0]) | ((least[1:] == least[0]) & (depth[1:] >= depth[0]))
    worst = (tails[0] == least[0][:, None]).argmax(axis=1)  # of several, the simplest to tell
    return (1 + more.sum(axis=0)) / size, worst


def _farthest(real: NDArray, drawn: NDArray) -> NDArray:
    """How far out (m,) the real set is in the most extreme discrepancy, in spreads of the drawn ones.

    It ranks columns whose p-values are all as small as so many drawn sets let them be.
    """
    spread = drawn.std(axis=0)
    return np.max((real - np.median(drawn, axis=0)) / np.where(spread > 0, spread, np.inf), axis=-1)


def predictive_rows(
    X: NDArray,
    drawn: NDArray,
    codes: NDArray,
    names: Sequence[str],
    *,
    independent: bool,
    shared: bool,
    most_paired: int,
    counts: NDArray | None = None,
) -> list[dict[str, Any]]:
    """Rows of the table `predictive` of one model: every column, and pairs of the first `most_paired` columns.

    With `depth`, which is not of the table: of equal p-values, the deepest tells most.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        The real rows.
    drawn : ndarray of shape (B, n, d)
        Rows of the fitted model with the same classes, missing where the real ones are.
    codes : ndarray of shape (n,)
    names : sequence of str
        Of the d columns.
    independent, shared : bool
        Whether the model takes columns as independent within the classes, and spreads as the same in all classes. What
        it assumes counts against it; what it has fitted would not tell anything.
    most_paired : int
        Columns of which all pairs are looked at: those with the smallest p-values of their own, of equal ones the
        deepest.
    counts : ndarray of bool, shape (d,), default=None
        Columns that the model takes for Poisson counts.
    """
    judged = [word for word in _SIMPLEST_FIRST if shared or word != "spread"]
    places = [list(COLUMN_WORDS).index(word) for word in judged]
    values = np.concatenate([column_discrepancies(part, codes, counts) for part in (X[None], drawn)])
    real, modeled = values[0][:, places], values[1:][..., places]
    (pvalues, worst), depths = calibrated(real, modeled), _farthest(real, modeled)
    rows = []
    for name, observed, w, p, depth in zip(names, values[0], worst, pvalues, depths, strict=True):
        of = dict(zip(COLUMN_WORDS, observed, strict=True))
        word = judged[w]
        if word == "skew" and 1.5 * of["skew"] ** 2 < 0.5 * (of["peaked"] - 3):  # far above the line of the gamma laws
            word = "peaked"
        rows.append(_row(name, "", word, of[word], p, depth))
    chosen = np.sort(np.lexsort((-depths, pvalues))[:most_paired])
    pairs = list(combinations(chosen.tolist(), 2))
    if not pairs:
        return rows
    assumed = {"correlation": independent, "bend": True, "difference": shared}
    assumed_kinds = [k for k, word in enumerate(PAIR_WORDS) if assumed[word]]
    both = np.concatenate([pair_discrepancies(part, codes, pairs) for part in (X[None], drawn)])[..., assumed_kinds]
    (pvalues, worst), depths = calibrated(both[0], both[1:]), _farthest(both[0], both[1:])
    words = [list(PAIR_WORDS)[k] for k in assumed_kinds]
    for (i, j), w, p, values, depth in zip(pairs, worst, pvalues, both[0], depths, strict=True):
        rows.append(_row(names[i], names[j], words[w], values[w], p, depth))
    return rows


def _row(column: str, other: str, statistic: str, value: float, pvalue: float, depth: float) -> dict[str, Any]:
    word = PAIR_WORDS[statistic] if other else COLUMN_WORDS[statistic]
    return {
        "column": column,
        "other": other,
        "statistic": statistic,
        "discrepancy": value,
        "pvalue": pvalue,
        "depth": depth,
        "finding": f"{column} and {other} {word}" if other else f"{column} {word}",
    }


def predictive_table(
    parts: Sequence[tuple[str, tuple[pd.DataFrame, pd.DataFrame] | None]],
) -> dict[str, pd.DataFrame]:
    """Tables `predictive` and `predictive_rows` of what each generative model was found to be; none without any."""
    filled = [(name, tables) for name, tables in parts if tables is not None]
    if not filled:
        return {}
    names = ("predictive", "predictive_rows")
    return {
        key: pd.concat([tables[place].assign(model=name) for name, tables in filled], ignore_index=True)
        for place, key in enumerate(names)
    }
