"""Rows with gaps completed: by an iterative imputer, and by the conditional means of one Gaussian."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - importing it enables the imputer
from sklearn.impute import IterativeImputer

from genvsdisc.study.fits.weighted_fits import copies, stand_for_copies

NEAREST = 30
"""Columns that an iterative imputer predicts a column from, at most."""


def rows_completed(
    training: NDArray, counts: NDArray, judged: NDArray, masks: NDArray, blocks: Sequence[range], seed: int
) -> tuple[NDArray, NDArray]:
    """Rows (n_shares, n_judges, n_encoded) completed by an iterative imputer, and by conditional means."""
    if stand_for_copies(counts):  # the imputer takes no weights
        rows = copies(counts)
        training, counts = training[rows], np.ones(len(rows))
    nearest = NEAREST if training.shape[1] > NEAREST + 1 else None
    imputer = IterativeImputer(random_state=seed, n_nearest_features=nearest, keep_empty_features=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        whole = imputer.fit_transform(training)
        holed = np.stack([np.where(of_blocks(mask, blocks), np.nan, judged) for mask in masks])
        filled = imputer.transform(holed.reshape(-1, judged.shape[1])).reshape(holed.shape)
    center = np.average(whole, axis=0, weights=counts)
    covariance = np.cov(whole.T, bias=True, aweights=counts).reshape(len(center), len(center))
    covariance += np.diag(1e-4 * np.diag(covariance) + 1e-12)  # of the order of the ridge that the imputer learns with
    conditional = np.stack([_conditional_means(part, center, covariance) for part in holed])
    return filled, conditional


def _conditional_means(rows: NDArray, center: NDArray, covariance: NDArray) -> NDArray:
    """Rows with the Gaussian means of their missing entries given the others."""
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    z = (rows - center) / scale
    missing = np.isnan(z)
    for row, holes in zip(z, missing, strict=True):
        if holes.any():
            seen = ~holes
            row[holes] = correlation[np.ix_(holes, seen)] @ np.linalg.solve(correlation[np.ix_(seen, seen)], row[seen])
    return np.where(missing, center + z * scale, rows)


def of_blocks(mask: NDArray, blocks: Sequence[range]) -> NDArray:
    """Mask of encoded entries, from one of the table's."""
    if blocks[-1].stop == len(blocks):  # one of each
        return mask
    return np.repeat(mask, [len(block) for block in blocks], axis=1)
