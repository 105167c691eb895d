"""Rows drawn from a fitted generative model, beside the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from genvsdisc.features.dtypes import as_numbers
from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.study.evidence import final_step
from genvsdisc.study.statistics.parameters import seen_columns
from genvsdisc.study.statistics.predictive import predictive_rows
from genvsdisc.study.table import PreparedTable

MOST_JUDGED_ROWS, MOST_JUDGED_COLUMNS, MOST_PAIRED = 400, 30, 5
MANY_SETS, FEW_SETS, FEWEST_SETS = 999, 399, 199
_MANY_CELLS = 4000  # of the real rows, up to which there are many sets
_DRAWN_CELLS = 5e7  # of all columns that the model draws: beyond as many there are fewest sets
_AT_ONCE = 2**25  # cells that are drawn together: of 7,000 columns all sets would take gigabytes
_SHOWN_ROWS, _SHOWN_COLUMNS = 60, 3
_NUMBERS = ("continuous", "count")


def predictive_tables(
    fitted: Any, table: PreparedTable, columns: Sequence[Any], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Discrepancies of the columns of numbers, and rows to look at; None for a model that cannot draw rows.

    Columns stand before pairs, and what tells the rows of the model from the real ones best before the rest.

    Parameters
    ----------
    fitted : classifier
        Fitted to rows of the table.
    table : PreparedTable
    columns : sequence
        Names of the columns of ``table.X``.
    seed : int
    """
    classifier = final_step(fitted)
    if not hasattr(classifier, "sample") or not hasattr(classifier, "class_prior_"):
        return None
    rng = np.random.default_rng(seed)
    rows = np.arange(len(table.codes))
    if len(rows) > MOST_JUDGED_ROWS:
        rows = np.sort(rng.permutation(rows)[:MOST_JUDGED_ROWS])
    drawn_from = table.take(rows)
    in_front = isinstance(fitted, Pipeline) and len(fitted.steps) > 1
    X = fitted[:-1].transform(drawn_from.X) if in_front else drawn_from.X
    names = [str(name) for name in seen_columns(fitted, columns)]
    numbers = {str(name) for name, column in table.columns.items() if column.kind in _NUMBERS}
    places = [j for j, name in enumerate(names) if name in numbers][:MOST_JUDGED_COLUMNS]
    if not places or X.shape[1] != len(names):
        return None
    real, codes = _numbers(X, places), drawn_from.codes
    n_sets = MANY_SETS if real.size <= _MANY_CELLS else FEW_SETS
    n_cells = len(X) * (len(places) if _draws_some(classifier, places, X.shape[1]) else X.shape[1])
    n_sets = n_sets if n_sets * n_cells <= _DRAWN_CELLS else FEWEST_SETS
    originals, copies = _originals(np.column_stack([drawn_from.sampling.units(len(codes)), codes, real]))
    drawn = _drawn(classifier, drawn_from.y[originals], places, n_sets, rng, X.shape[1])[:, copies]
    drawn[:, np.isnan(real)] = np.nan
    drawn_names = [names[j] for j in places]
    discrepancies = pd.DataFrame(
        predictive_rows(
            real, drawn, codes, drawn_names, independent=_independent(classifier), shared=_shared(classifier),
            most_paired=MOST_PAIRED, counts=_counts(classifier, places),
        )
    )  # fmt: skip
    ranked = discrepancies.assign(pair=discrepancies.other != "", height=-discrepancies.depth)
    order = ranked.sort_values(["pair", "pvalue", "height"], kind="stable").index
    discrepancies = discrepancies.loc[order].drop(columns="depth").reset_index(drop=True)
    return discrepancies, _shown(discrepancies, real, drawn[0], drawn_from.y, drawn_names, rng)


def _originals(rows: NDArray) -> tuple[NDArray, NDArray]:
    """Index of the first of equal rows, and for each row its place among them.

    A row that counts three times stands there three times: one draw of the model, three times, is what is like it. Rows
    that only happen to be equal differ in their unit, the first column.
    """
    places, _ = different_rows(rows)
    _, firsts, inverse = np.unique(places, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    return firsts[order], np.argsort(order)[inverse]


def _drawn(
    classifier: Any, labels: NDArray, places: list[int], n_sets: int, rng: np.random.Generator, n_columns: int
) -> NDArray:
    """Sets of rows (n_sets, n, d) with these labels, in some of the columns that the classifier draws."""
    sets = np.empty((n_sets, len(labels), len(places)))
    alone = _draws_some(classifier, places, n_columns)
    for label in np.unique(labels):
        mask = labels == label
        count = int(mask.sum())
        step = max(1, _AT_ONCE // (count * (len(places) if alone else n_columns)))
        for first in range(0, n_sets, step):
            some = min(step, n_sets - first)
            drawn = {"y": label, "random_state": int(rng.integers(2**31))}
            if alone:
                rows, _ = classifier.sample(some * count, columns=places, **drawn)
                numbers = _numbers(rows, list(range(len(places))))
            else:
                numbers = _numbers(classifier.sample(some * count, **drawn)[0], places)
            sets[first : first + some, mask] = numbers.reshape(some, count, len(places))
    return sets


def _draws_some(classifier: Any, places: list[int], n_columns: int) -> bool:
    """Whether the columns that are judged are drawn without the others: a classifier of others draws all."""
    return len(places) < n_columns and isinstance(classifier, GenerativeClassifier)


def _numbers(X: Any, places: list[int]) -> NDArray:
    """Columns of numbers, of a matrix or of a frame that holds words too."""
    if isinstance(X, pd.DataFrame):
        return np.column_stack([as_numbers(X.iloc[:, place]) for place in places])
    return np.asarray(np.asarray(X)[:, places], dtype=float)


def _independent(classifier: Any) -> bool:
    return getattr(classifier, "structure", "diagonal") != "full"


def _shared(classifier: Any) -> bool:
    return getattr(classifier, "covariance", None) == "shared" or bool(getattr(classifier, "shared_variance", False))


def _counts(classifier: Any, places: list[int]) -> NDArray:
    """Columns that the classifier takes for Poisson counts."""
    given = getattr(classifier, "distributions_", ("gaussian",) * (max(places) + 1))
    return np.array([given[j] == "poisson" for j in places])


def _shown(
    ranked: pd.DataFrame, real: NDArray, drawn: NDArray, labels: NDArray, names: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Some real and some drawn rows, in the columns that tell the two apart best."""
    single = ranked[ranked.other == ""].sort_values("pvalue", kind="stable")
    chosen = [names.index(name) for name in single.column[:_SHOWN_COLUMNS]]
    some = np.sort(rng.permutation(len(labels))[:_SHOWN_ROWS])
    parts = [
        pd.DataFrame({"source": source, "row": some, "label": labels[some], "column": names[j], "value": rows[some, j]})
        for source, rows in (("data", real), ("model", drawn))
        for j in chosen
    ]
    return pd.concat(parts, ignore_index=True)


def different_rows(matrix: NDArray) -> tuple[NDArray[np.intp], int]:
    """Place of each row of numbers among the different ones, sorted by their bytes, and how many these are.

    Examples
    --------
    >>> import numpy as np
    >>> places, n_different = different_rows(np.array([[1.0, np.nan], [0.0, 2.0], [1.0, np.nan], [-0.0, 2.0]]))
    >>> bool(places[0] == places[2] != places[1] == places[3]), n_different
    (True, 2)
    """
    whole = np.ascontiguousarray(
        np.where(np.isnan(matrix), np.nan, matrix + 0.0), dtype=np.float64
    )  # one NaN, one zero
    different, places = np.unique(whole.view(np.dtype((np.void, whole.itemsize * whole.shape[1]))), return_inverse=True)
    return places.ravel(), len(different)
