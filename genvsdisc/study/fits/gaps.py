"""Loss where entries are missing at prediction: at random, or a whole column.

Each model learns from the complete training rows of a draw. Of the rows that judge, entries are deleted; all models see
the same gaps. A classifier that takes gaps judges what is left, which for a generative one is the exact marginal; for
the others the column's mean stands in, or what an iterative imputer learned from the training rows, or the mean of the
missing entries given the others under one Gaussian for all training rows, to which the rounds of such an imputer lead.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.study.fits.drawn_rows import different_rows
from genvsdisc.study.fits.frame_codes import FrameCodes
from genvsdisc.study.fits.gap_completion import of_blocks, rows_completed
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.gap_sizes import columns_taken, rows_judged
from genvsdisc.study.statistics.dials import CONDITIONAL, GAPS, ITERATIVE, WITHOUT
from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses
from genvsdisc.study.statistics.training_rows import TrainedRows

GAP_STAGE = "gaps at prediction"
GAP_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class GapRows:
    """Which entries are missing, and what may stand in for them, the same for all models.

    Attributes
    ----------
    size : int
        Index of the training size.
    judges : list of integer arrays
        Rows that judge each draw.
    masks : list of boolean arrays of shape (n_shares, n_judges, n_columns)
        Entries deleted at each share but 0; an entry deleted at one is deleted at every higher one.
    columns : ndarray of shape (n_taken,)
        Columns of the table of which each is taken away.
    names : tuple of str
        Their names.
    blocks : tuple of range
        Encoded columns of each column of the table.
    imputed, conditional : list of ndarray of shape (n_shares, n_judges, n_encoded), or empty
        Complete encoded rows, by the iterative imputer and by conditional means.
    coded_blocks : tuple of range, default=()
        Columns of each column of the table where levels stay codes.
    """

    size: int
    judges: list[NDArray]
    masks: list[NDArray]
    columns: NDArray
    names: tuple[str, ...]
    blocks: tuple[range, ...]
    imputed: list[NDArray]
    conditional: list[NDArray]
    coded_blocks: tuple[range, ...] = ()

    def first(self, n_draws: int) -> GapRows:
        """Keep some draws."""
        cut = slice(n_draws)
        return GapRows(
            self.size, self.judges[cut], self.masks[cut], self.columns, self.names, self.blocks, self.imputed[cut],
            self.conditional[cut], self.coded_blocks,
        )  # fmt: skip


def gap_rows(
    matrix: NDArray,
    codes: NDArray,
    names: Sequence[Any],
    blocks: Sequence[range],
    weights: NDArray,
    tests: Sequence[NDArray],
    *,
    size: int = -1,
    shares: Sequence[float] = GAP_SHARES,
    impute: bool = True,
    taken: Sequence[int] | None = None,
    sample_weight: NDArray | None = None,
    random_state: int = 0,
) -> GapRows:
    """Delete entries of the rows that judge each draw, and complete them.

    Parameters
    ----------
    matrix : ndarray of shape (n, n_encoded)
        Rows as numbers, NaN where the table itself has gaps.
    codes : ndarray of shape (n,)
    names : sequence of length n_columns
    blocks : sequence of range
        Encoded columns of each column.
    weights : ndarray of shape (n_draws, n)
        Training sets.
    tests : sequence of integer arrays
    size : int, default=-1
        Index of the training size, for the record.
    shares : sequence of float, default=GAP_SHARES
    impute : bool, default=True
        Whether rows are completed by an iterative imputer and by conditional means too.
    taken : sequence of int, default=None
        Columns of which each is taken away; None for all, or of many those whose classes differ most
        (`genvsdisc.study.gap_sizes.columns_taken`).
    sample_weight : ndarray of shape (n,), default=None
        How much each row counts in what stands in for missing entries.
    random_state : int, default=0

    Notes
    -----
    Equal rows lose the same entries, in whatever order the rows stand: a row of weight 2 is the row twice.
    """
    columns = _telling(matrix, codes, blocks) if taken is None else np.asarray(taken, dtype=int)
    judges = [_some(rows, rows_judged(len(tests), len(shares) + len(columns), matrix.shape[1])) for rows in tests]
    masks, imputed, conditional = [], [], []
    places, n_different = different_rows(matrix)
    row_weights = np.ones(len(matrix)) if sample_weight is None else sample_weight
    for d, (w, rows) in enumerate(zip(weights, judges, strict=True)):
        chance = np.random.default_rng([random_state, d]).random((n_different, len(blocks)))[places[rows]]
        masks.append(np.stack([chance < share for share in shares[1:]]))
        if impute:
            one, two = rows_completed(matrix[w > 0], row_weights[w > 0], matrix[rows], masks[-1], blocks, random_state)
            imputed.append(one)
            conditional.append(two)
    column_names = tuple(str(names[j]) for j in columns)
    return GapRows(size, judges, masks, columns, column_names, tuple(blocks), imputed, conditional)


def gap_losses(
    estimator: Any,
    X: Any,
    codes: NDArray,
    y: NDArray,
    weights: NDArray,
    gaps: GapRows,
    *,
    classes: NDArray,
    losses: Sequence[str],
    exact: bool,
    takes_gaps: bool,
    shares: Sequence[float] = GAP_SHARES,
    units: NDArray | None = None,
    sample_weight: NDArray | None = None,
    random_state: int | None = None,
) -> dict[str, DialLosses]:
    """Fit to each draw and judge its rows with gaps.

    Parameters
    ----------
    estimator : classifier
        Takes rows like `X`.
    X : ndarray or DataFrame of shape (n, n_encoded) or (n, n_columns)
        Encoded rows, or the table itself.
    codes, y : ndarray of shape (n,)
        Classes and labels.
    weights : ndarray of shape (n_draws, n)
    gaps : GapRows
    classes, losses, units, sample_weight, random_state
        As elsewhere.
    exact : bool
        Whether the classifier integrates missing entries out: nothing then needs to stand in for them.
    takes_gaps : bool
        Whether it takes them at all.
    shares : sequence of float, default=GAP_SHARES

    Returns
    -------
    dials : dict of dial to DialLosses
        ``gaps`` and, for each column taken away, ``without name``; if rows were completed, ``gaps, iterative imputer``
        and ``gaps, conditional mean``, where an exact classifier has the same losses as in ``gaps``, and another one
        none if it does not take the encoded rows, which are what was completed.
    """
    table = FrameCodes(X)
    values = table.values
    n_draws, n_shares = len(gaps.judges), len(shares) - 1
    row_weights = np.ones(len(values)) if sample_weight is None else sample_weight
    means = None if takes_gaps else [table.centers(w * row_weights) for w in weights]
    width = values.shape[1]
    coded = width != gaps.blocks[-1].stop or table.words.any()
    as_given = tuple(range(j, j + 1) for j in range(len(gaps.blocks)))
    layouts = (gaps.coded_blocks, as_given) if coded else (gaps.blocks,)
    blocks = next((layout for layout in layouts if layout and layout[-1].stop == width), None)
    if blocks is None:
        raise ValueError(f"the classifier sees {width} columns, which are not those of the encoded table")
    ways = [] if exact or coded else [part for part in (gaps.imputed, gaps.conditional) if part]
    parts: list[NDArray] = []
    for d, rows in enumerate(gaps.judges):
        complete = values[rows]
        masked = [np.where(of_blocks(mask, blocks), np.nan, complete) for mask in gaps.masks[d]]
        holed = [*masked, *(_without(complete, blocks[j]) for j in gaps.columns)]
        parts.append(complete)
        parts += [each if means is None else np.where(np.isnan(each), means[d], each) for each in holed]
        parts += [filled for way in ways for filled in way[d]]
    every = len(parts) // n_draws
    ends = np.cumsum([0, *(len(part) for part in parts)])[::every]
    evaluate = [np.arange(start, end) for start, end in pairwise(ends.tolist())]
    predicted = refit_probabilities(
        estimator,
        X,
        y,
        weights,
        evaluate,
        classes=classes,
        random_state=random_state,
        judged=table.decoded(np.concatenate(parts)),
        sample_weight=sample_weight,
    )
    by_part = [np.split(p, every) for p in predicted]
    units = np.arange(len(codes)) if units is None else units
    counted = (units, sample_weight, None, TrainedRows(weights[None], units, sample_weight))

    def along(parts: Sequence[int], at: Sequence[float]) -> DialLosses:
        of_value = [[split[part] for split in by_part] for part in parts]
        curves = {loss: CurveLosses.of(of_value, gaps.judges, codes, loss, *counted) for loss in losses}
        return DialLosses(tuple(at), gaps.size, curves)

    with_gaps = along(range(n_shares + 1), shares)
    dials = {GAPS: with_gaps}
    first = 1 + n_shares + len(gaps.columns)
    for w, name in enumerate((ITERATIVE, CONDITIONAL) if gaps.imputed and (ways or exact) else ()):
        start = first + w * n_shares
        dials[name] = along([0, *range(start, start + n_shares)], shares) if ways else with_gaps
    for j, name in enumerate(gaps.names):
        dials[f"{WITHOUT}{name}"] = along([0, 1 + n_shares + j], (0.0, 1.0))
    return dials


def _without(rows: NDArray, block: range) -> NDArray:
    """Rows that lack some columns that follow one another."""
    lacking = rows.copy()
    lacking[:, block.start : block.stop] = np.nan
    return lacking


def _telling(matrix: NDArray, codes: NDArray, blocks: Sequence[range]) -> NDArray:
    """Columns of which the class means lie farthest apart, in the order of the table; all where they are few."""
    most = columns_taken(len(blocks), matrix.shape[1])
    if len(blocks) == most:
        return np.arange(len(blocks))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a class without an entry of a column
        means = np.stack([np.nanmean(matrix[codes == k], axis=0) for k in np.unique(codes)])
        apart = np.nan_to_num(np.nanstd(means, axis=0) / (np.nanstd(matrix, axis=0) + 1e-300))
    by_column = np.array([apart[block.start : block.stop].max() for block in blocks])
    return np.sort(np.argsort(-by_column, kind="stable")[:most])


def _some(rows: NDArray, most: int) -> NDArray:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]
