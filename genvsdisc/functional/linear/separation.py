"""Whether a linear function separates the classes, so that the likelihood of softmax regression has no maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

_MOST_ENTRIES = 20_000_000  # of the constraints of a linear program


def margins(X: NDArray, codes: NDArray, theta: NDArray, present: NDArray) -> NDArray:
    """Logit of each row's class less the largest of the other present classes, (n,).

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Class of each row.
    theta : ndarray of shape (C, d + 1)
        Coefficients, the intercept last.
    present : ndarray of bool, shape (K,)
        Classes that have weight.
    """
    logits = theta[:, :-1] @ X.T + theta[:, -1:]
    logits = np.concatenate([np.zeros_like(logits), logits]) if len(logits) == 1 else logits
    logits = np.where(present[:, None], logits, -np.inf)
    true_class = (codes, np.arange(len(codes)))
    largest = logits[true_class]
    logits[true_class] = -np.inf
    return np.asarray(largest - logits.max(axis=0))


def is_quasi_separated(X: NDArray, codes: NDArray) -> bool:
    r"""Return True if some coefficients give no row a negative margin and at least one a positive one.

    Exactly then, with full rank or not, the likelihood has no maximum (Albert & Anderson 1984). The linear program
    maximizes the sum of the margins :math:`(\beta_{y_i} - \beta_k)' x_i \ge 0` over coefficients between -1 and 1 of
    scaled columns (Konis 2007). Returns False where the program would have more than 20 million entries.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows of positive weight.
    codes : ndarray of shape (n,)
        Class of each row.

    References
    ----------
    Albert, A., Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression models.
        Biometrika 71.
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression models.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [1.0], [2.0]])
    >>> is_quasi_separated(X, np.array([0, 0, 1, 1])), is_quasi_separated(X, np.array([0, 1, 1, 0]))
    (True, False)
    """
    classes, codes = np.unique(codes, return_inverse=True)
    rows = np.append(X, np.ones((len(X), 1)), axis=1)
    rows /= np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1)
    if rows.size * (2 * (len(classes) - 1) if len(classes) > 2 else 1) > _MOST_ENTRIES:
        return False
    constraints = _margin_matrix(rows, codes, len(classes))
    total = np.asarray(constraints.sum(axis=0)).ravel()
    program = linprog(-total, A_ub=-constraints, b_ub=np.zeros(constraints.shape[0]), bounds=(-1, 1), method="highs")
    return bool(program.status == 0 and program.fun is not None and program.fun < -1e-5)


def _margin_matrix(rows: NDArray, codes: NDArray, n_classes: int) -> Any:
    """Matrix that takes the coefficients of all classes (of the second of two) to the margins over each other class."""
    if n_classes == 2:
        return rows * (2.0 * codes - 1)[:, None]
    n, width = rows.shape
    others = np.arange(n_classes - 1)[None, :] + (np.arange(n_classes - 1)[None, :] >= codes[:, None])
    true_columns = (codes[:, None] * width + np.arange(width))[:, None, :].repeat(n_classes - 1, axis=1)
    other_columns = others[:, :, None] * width + np.arange(width)
    columns = np.concatenate([true_columns, other_columns], axis=2)
    values = np.concatenate([rows, -rows], axis=1)[:, None, :].repeat(n_classes - 1, axis=1)
    indptr = np.arange(n * (n_classes - 1) + 1) * 2 * width
    return csr_array((values.ravel(), columns.ravel(), indptr), shape=(n * (n_classes - 1), n_classes * width))
