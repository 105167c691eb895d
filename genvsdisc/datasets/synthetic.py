"""Small tables drawn from laws whose posterior is known in closed form."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, softmax
from sklearn.utils import check_random_state

from genvsdisc.datasets.dataset import Dataset

_CORNERS = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])  # two of class 0, two of class 1


def make_gaussian_pair(
    n_samples: int = 200, n_features: int = 2, *, distance: float = 2.0, shared: bool = True, random_state: Any = None
) -> Dataset:
    r"""Draw two Gaussian classes, equally likely, at a given Mahalanobis distance.

    The means are :math:`\mp\frac{\Delta}{2} e_1`. With ``shared=True`` both covariances are the identity, the
    canonical form of Efron (1975), and the Bayes error is :math:`\Phi(-\Delta/2)`. With ``shared=False`` they are
    :math:`I + 0.6 J` and :math:`I - 0.6 J`, J the identity with its columns reversed: correlations of opposite sign,
    whose average is the identity, under which the means are :math:`\Delta` apart.

    Parameters
    ----------
    n_samples : int, default=200
        Number of rows, as evenly split between the classes as can be.
    n_features : int, default=2
        Number of columns.
    distance : float, default=2.0
        Mahalanobis distance :math:`\Delta` between the means, not negative.
    shared : bool, default=True
        Whether the classes share their covariance.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw.

    Returns
    -------
    dataset : Dataset
        Columns x1, x2, ..., labels 0 and 1, and the exact posterior.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    References
    ----------
    B. Efron, "The efficiency of logistic regression compared to normal discriminant analysis", JASA 70 (1975) 892-898.

    Examples
    --------
    >>> from genvsdisc.datasets import make_gaussian_pair
    >>> data = make_gaussian_pair(100, distance=2.0, random_state=0)
    >>> data.posterior([[0.0, 5.0], [1.0, 0.0]]).round(4)
    array([[0.5   , 0.5   ],
           [0.1192, 0.8808]])
    """
    if n_samples < 2 or n_features < 1:
        raise ValueError(f"n_samples must be at least 2 and n_features at least 1, got {n_samples} and {n_features}")
    if not 0 <= distance < np.inf:
        raise ValueError(f"distance must be a finite number, not negative, got {distance}")
    rng = check_random_state(random_state)
    codes = rng.permutation(np.arange(n_samples) % 2)
    means, covariances = _pair_parameters(n_features, distance, shared)
    factors = np.linalg.cholesky(covariances)
    rows = means[codes] + np.einsum("nij,nj->ni", factors[codes], rng.standard_normal((n_samples, n_features)))
    posterior = partial(_pair_posterior, distance=distance, shared=shared)
    draw = partial(make_gaussian_pair, n_features=n_features, distance=distance, shared=shared)
    return _dataset("gaussian_pair", rows, codes, "Two Gaussian classes", "make_gaussian_pair", posterior, draw)


def make_xor(n_samples: int = 200, *, noise: float = 0.0, random_state: Any = None) -> Dataset:
    """Draw the exclusive-or problem: four corners of a square, opposite ones in the same class.

    Parameters
    ----------
    n_samples : int, default=200
        Number of rows, as evenly split between the corners (0, 0), (1, 1), (0, 1), (1, 0) as can be; the first two are
        class 0.
    noise : float, default=0.0
        Standard deviation of the Gaussian noise added to each coordinate, not negative.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw.

    Returns
    -------
    dataset : Dataset
        Columns x1 and x2, labels 0 and 1, and the exact posterior; without noise it is its limit, the class of the
        nearest corner.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> from genvsdisc.datasets import make_xor
    >>> data = make_xor(4, random_state=0)
    >>> data.posterior([[0, 1], [1, 1], [0.5, 0.5]])
    array([[0. , 1. ],
           [1. , 0. ],
           [0.5, 0.5]])
    """
    if n_samples < 4:
        raise ValueError(f"n_samples must be at least 4, a row for each corner, got {n_samples}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise must be a finite standard deviation, not negative, got {noise}")
    rng = check_random_state(random_state)
    corners = rng.permutation(np.arange(n_samples) % 4)
    rows = _CORNERS[corners] + noise * rng.standard_normal((n_samples, 2))
    posterior, draw = partial(_xor_posterior, noise=noise), partial(make_xor, noise=noise)
    return _dataset("xor", rows, corners // 2, "Exclusive or", "make_xor", posterior, draw)


def make_naive_bayes_toy() -> Dataset:
    """Make the 13 rows on which naive Bayes puts (1, 1) in the class that never had it.

    Class C1 has the row (1, 1); class C2 has (1, 0), (0, 1) and (0, 0), four times each. Naive Bayes gives
    ``P(C1 | (1, 1)) = (1/13) / (1/13 + (12/13)(1/9)) = 3/7`` by maximum likelihood (``alpha=0``), and
    ``(1/13)(4/9) / ((1/13)(4/9) + (12/13)(25/196)) = 0.2250287`` with the default ``alpha=1``, Laplace's rule.

    Returns
    -------
    dataset : Dataset
        Columns x1 and x2, labels C1 and C2. The posterior takes the 13 rows as the population, so it is 1 for C1 at
        (1, 1); it is NaN off the four corners.

    Examples
    --------
    >>> from genvsdisc.datasets import make_naive_bayes_toy
    >>> toy = make_naive_bayes_toy()
    >>> len(toy.X), toy.posterior([[1, 1], [0, 1]]).tolist()
    (13, [[1.0, 0.0], [0.0, 1.0]])
    """
    rows = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [1, 4, 4, 4], axis=0)
    labels = np.repeat(["C1", "C2"], [1, 12])
    title = "Thirteen rows for naive Bayes"
    return _dataset("naive_bayes_toy", rows, labels, title, "make_naive_bayes_toy", _toy_posterior)


def _dataset(
    name: str, rows: NDArray, labels: NDArray, title: str, maker: str, posterior: Any, draw: Any = None
) -> Dataset:
    X = pd.DataFrame(rows, columns=[f"x{j}" for j in range(1, rows.shape[1] + 1)])
    card = {"title": title, "source": f"genvsdisc.datasets.{maker}", "licence": "BSD-3-Clause", "target": "class"}
    return Dataset(name, X, pd.Series(labels, name="class"), card, posterior, draw=draw)


def _pair_parameters(n_features: int, distance: float, shared: bool) -> tuple[NDArray, NDArray]:
    """Means (2, d) and covariances (2, d, d)."""
    means = np.zeros((2, n_features))
    means[:, 0] = -distance / 2, distance / 2
    tilt = 0.0 if shared else 0.6 * np.eye(n_features)[:, ::-1]
    return means, np.stack([np.eye(n_features) + tilt, np.eye(n_features) - tilt])


def _pair_posterior(X: ArrayLike, distance: float, shared: bool) -> NDArray:
    rows = np.asarray(X, dtype=float)
    means, covariances = _pair_parameters(rows.shape[1], distance, shared)
    deviations = rows - means[:, None, :]  # (2, n, d)
    squares = np.einsum("knd,kde,kne->nk", deviations, np.linalg.inv(covariances), deviations)
    return softmax(-0.5 * (squares + np.linalg.slogdet(covariances)[1]), axis=1)


def _xor_posterior(X: ArrayLike, noise: float) -> NDArray:
    rows = np.asarray(X, dtype=float)
    squares = ((rows[:, None, :] - _CORNERS) ** 2).sum(axis=2)
    squares -= squares.min(axis=1, keepdims=True)
    scores = -squares / (2 * noise**2) if noise else np.where(squares == 0, 0.0, -np.inf)
    with np.errstate(divide="ignore"):  # no corner of a class is near: log 0
        return softmax(logsumexp(scores.reshape(-1, 2, 2), axis=2), axis=1)


def _toy_posterior(X: ArrayLike) -> NDArray:
    rows = np.asarray(X)
    both = (rows == 1).all(axis=1, keepdims=True)
    corner = np.isin(rows, [0, 1]).all(axis=1, keepdims=True)
    return np.where(corner, np.hstack([both, ~both]), np.nan)
