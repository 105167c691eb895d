"""What a fit of linear classifiers has to warn of: divergence, separation, a descent that ran out of iterations."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.discriminative.logistic.problem import LinearFit, LinearProblem


def warn_of_linear_fit(estimator: Any, problem: LinearProblem, fit: LinearFit) -> None:
    """Say what went wrong, once for the whole stack and each replicate in one warning only.

    Parameters
    ----------
    estimator : LogisticClassifier
        Its optimizer, learning rate and most iterations are named.
    problem : LinearProblem
        What was minimized.
    fit : LinearFit
        What was found.
    """
    rate = f"learning_rate={estimator.learning_rate!r}"
    _warn(
        fit.diverged,
        f"{estimator.optimizer} diverged with {rate}: lower it, or use 'auto'; the last finite coefficients are kept",
    )
    separated = np.zeros(len(fit.coef), dtype=bool)
    if not problem.reg_lambda and problem.loss == "cross_entropy":
        several = problem.present.sum(axis=1) > 1
        separated = (fit.receding | problem.separated_by(fit.coef, fit.intercept)) & several
    _warn(
        separated & ~fit.diverged,
        "the classes can be separated perfectly and there is no penalty, so the likelihood has no maximum and the "
        "coefficients grow without bound: set reg_lambda > 0",
    )
    _warn(
        ~(fit.converged | separated | fit.diverged),
        f"{estimator.optimizer} with {rate} did not converge in max_iter={estimator.max_iter} iterations: raise "
        "max_iter or tol, scale the features (standardize=True), or use optimizer='newton'",
    )


def _warn(where: NDArray, message: str) -> None:
    if where.any():
        among = f" ({where.sum()} of {len(where)} replicates)" if len(where) > 1 else ""
        warnings.warn(f"LogisticClassifier: {message}{among}", ConvergenceWarning, stacklevel=5)
