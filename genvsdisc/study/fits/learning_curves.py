"""Fits along nested draws of the rows."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.statistics.failures import reason


def curve_probabilities(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    weights: NDArray,
    test_rows: list[NDArray],
    *,
    classes: NDArray,
    random_state: int | None = None,
    sample_weight: NDArray | None = None,
    n_jobs: int | None = None,
) -> tuple[list[list[NDArray] | None], dict[int, str]]:
    """Fit along nested draws; a size at which the model cannot be fitted is not the end of the curve.

    Parameters
    ----------
    estimator, X, y, classes, random_state, sample_weight, n_jobs
        As for `refit_probabilities`; the same `random_state` at every size.
    weights : ndarray of shape (n_sizes, n_draws, n_samples)
        Nested draws, from `nested_draws`.
    test_rows : list of n_draws integer arrays
        Rows that each draw holds out.

    Returns
    -------
    probabilities : list of n_sizes lists of n_draws ndarrays, or None for a size that could not be fitted
    errors : dict
        Index of a size -> why it could not be fitted.

    Raises
    ------
    Exception
        If no size can be fitted: the error of the largest, of whatever type the classifier raises.
    """
    probabilities: list[list[NDArray] | None] = []
    errors: dict[int, str] = {}
    for s, of_size in enumerate(weights):
        try:
            fits = refit_probabilities(
                estimator,
                X,
                y,
                of_size,
                test_rows,
                classes=classes,
                random_state=random_state,
                sample_weight=sample_weight,
                n_jobs=n_jobs,
            )
        except Exception as error:  # classifiers of others raise any (LightGBMError is no ValueError)
            if len(errors) == len(weights) - 1:
                raise
            errors[s] = str(error) if isinstance(error, ValueError) else reason(error)
            probabilities.append(None)
        else:
            probabilities.append(fits)
    return probabilities, errors
