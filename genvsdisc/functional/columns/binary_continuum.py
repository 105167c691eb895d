r"""The continuum between the likelihoods for binary columns, independent given the class.

A class has the natural parameters :math:`\eta_k` (a log-odds for each column) and a constant :math:`c_k`, so that
:math:`\log p(x, k) = \eta_k x + c_k - \log Z` with :math:`Z = \sum_k \exp(c_k + \sum_j \log(1 + e^{\eta_{kj}}))`. With
the moments :math:`\pi_k` and :math:`p_{kj}` of the generative fit, the minimum is sought of

.. math:: a \Big(\log Z - \sum_k \pi_k (\eta_k p_k + c_k)\Big)
          + (1 - a) \Big(-\sum_i w_i \log p(y_i \mid x_i) + \frac{\lambda}{2} \|\beta\|^2\Big),

which is convex in :math:`(\eta, c)`: of its two parts the first has its minimum at the moments, and the second knows
only what distinguishes the classes. Arrays begin with an axis of R training sets, which all have rows of each class.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, logit, logsumexp, softmax

from genvsdisc.functional.linear.gram import ColumnProducts

_MAX_HALVINGS = 60
_ROUNDING = 1e-13  # of the objective, which no longer tells points apart
_RIDGE = 1e-13  # of the curvature: a step exists where a column says nothing; it moves no minimum


@dataclass(frozen=True)
class BinaryContinuum:
    """The objective for R training sets.

    Parameters
    ----------
    products : ColumnProducts
        Of the rows (n, d), 0 and 1.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
        Those of a training set add up to 1.
    priors : ndarray of shape (R, K)
    means : ndarray of shape (R, K, d)
        Strictly between 0 and 1.
    penalties : ndarray of shape (R, d)
        Of the squared slopes of each column.
    one_log_odds : bool
        Whether the slopes are those of the one log-odds of two classes; else of each class about their mean.
    weight : ndarray of shape (R,)
        a.
    """

    products: ColumnProducts
    codes: NDArray
    weights: NDArray
    priors: NDArray
    means: NDArray
    penalties: NDArray
    one_log_odds: bool
    weight: NDArray

    def take(self, mask: NDArray) -> BinaryContinuum:
        """Keep some of the training sets."""
        names = ("weights", "priors", "means", "penalties", "weight")
        return replace(self, **{name: getattr(self, name)[mask] for name in names})

    @property
    def generative(self) -> NDArray:
        """Parameters (R, K, d + 1) of the generative fit, the constants last."""
        constants = np.log(self.priors) + np.log1p(-self.means).sum(axis=2)
        return np.append(logit(self.means), constants[:, :, None], axis=2)

    @property
    def _between(self) -> NDArray:
        """Matrix (K, K) of the penalty: what all classes have in common is free."""
        K = self.priors.shape[1]
        return (np.eye(K) - 1 / K) * (2.0 if self.one_log_odds else 1.0)

    def value(self, theta: NDArray) -> NDArray:
        """Objective of each training set."""
        moments = np.append(self.means, np.ones((*self.priors.shape, 1)), axis=2)
        joint = logsumexp(_log_masses(theta), axis=1) - np.einsum("rk,rkd,rkd->r", self.priors, moments, theta)
        slopes = theta[:, :, :-1]
        penalty = 0.5 * np.einsum("rkd,rd,kl,rld->r", slopes, self.penalties, self._between, slopes)
        logs = log_softmax(theta @ self.products.columns, axis=1)
        log_likelihoods = logs[:, self.codes, np.arange(len(self.codes))]
        values: NDArray = self.weight * joint + (1 - self.weight) * (penalty - np.vecdot(self.weights, log_likelihoods))
        return values

    def joint(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Gradients (R, K, D) and Hessians (R, K, D, K, D) of the first part."""
        q, p = softmax(_log_masses(theta), axis=1), expit(theta[:, :, :-1])
        one = np.ones((*q.shape, 1))
        expected = q[:, :, None] * np.append(p, one, axis=2)
        gradients = expected - self.priors[:, :, None] * np.append(self.means, one, axis=2)
        hessians = -np.einsum("rkd,rle->rkdle", expected, expected)
        blocks = np.einsum("rkdke->rkde", hessians)
        blocks += np.einsum("rkd,rke->rkde", expected, np.append(p, one, axis=2))
        np.einsum("rkdd->rkd", blocks)[:, :, :-1] += q[:, :, None] * p * (1 - p)
        return gradients, hessians

    def conditional(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Gradients and Hessians of the second part."""
        R, K, D = theta.shape
        columns, between = self.products.columns, self._between
        p = softmax(theta @ columns, axis=1)
        expected = p * self.weights[:, None]
        observed = (self.codes == np.arange(K)[:, None]) * self.weights[:, None]
        gradients = (expected - observed) @ columns.T
        gradients[:, :, :-1] += np.einsum("rd,kl,rld->rkd", self.penalties, between, theta[:, :, :-1])
        # The rows of diag(p) - p p' add up to 0: the products of two classes give the blocks of one class, too.
        one, other = np.triu_indices(K, 1)
        products = (expected[:, one] * p[:, other]).reshape(R * len(one), expected.shape[2])
        blocks = self.products.sums(products).reshape(R, len(one), D, D) if len(one) else np.zeros((R, 0, D, D))
        hessians = np.zeros((R, K, D, K, D))
        for pair, (k, m) in enumerate(zip(one, other, strict=True)):
            block = blocks[:, pair]
            hessians[:, k, :, m] = hessians[:, m, :, k] = -block
            hessians[:, k, :, k] += block
            hessians[:, m, :, m] += block
        np.einsum("rkdld->rkld", hessians)[..., :-1] += between[:, :, None] * self.penalties[:, None, None]
        return gradients, hessians

    def expansion(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Gradients (R, K, D) and Hessians (R, K D, K D) of the whole.

        What no part of the objective knows, the sum of the constants and at a = 0 all that the classes have in common,
        is given a curvature: the gradient is orthogonal to it.
        """
        R, K, D = theta.shape
        parts, a = [self.joint(theta), self.conditional(theta)], self.weight.reshape(-1, 1, 1)
        gradients = a * parts[0][0] + (1 - a) * parts[1][0]
        a = a[..., None, None]
        hessians = a * parts[0][1] + (1 - a) * parts[1][1]
        free = np.where(self.weight[:, None] > 0, np.arange(D) == D - 1, True) / K
        np.einsum("rkdld->rkld", hessians)[...] += free[:, None, None]
        return gradients, _with_ridge(hessians.reshape(R, K * D, K * D))

    def steps(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Newton steps (R, K, D) and their slopes."""
        gradients, hessians = self.expansion(theta)
        moves = -np.linalg.solve(hessians, gradients.reshape(len(theta), -1, 1)).reshape(theta.shape)
        return moves, np.einsum("rkd,rkd->r", gradients, moves)


@dataclass(frozen=True)
class _InCommon:
    """The joint part as a function of what all classes have in common."""

    problem: BinaryContinuum

    def take(self, mask: NDArray) -> _InCommon:
        return _InCommon(self.problem.take(mask))

    def value(self, theta: NDArray) -> NDArray:
        return replace(self.problem, weight=np.ones(len(theta))).value(theta)

    def steps(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        gradients, hessians = self.problem.joint(theta)
        common, curvature = gradients.sum(axis=1), hessians.sum(axis=(1, 3))
        curvature[:, -1, -1] += 1
        moves = -np.linalg.solve(_with_ridge(curvature), common[:, :, None])[:, None, :, 0]
        return np.broadcast_to(moves, theta.shape), np.vecdot(common, moves[:, 0])


def follow_binary(
    problem: BinaryContinuum, start: NDArray, *, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Minimize by Newton's method, each training set on its own.

    At a = 0, of all parameters with the best log-odds, those of greatest joint likelihood are found.

    Parameters
    ----------
    problem : BinaryContinuum
    start : ndarray of shape (R, K, d + 1)
    max_iter : int
        Most steps.
    tol : float
        Bound on the Newton decrement, which is about the square root of twice what is left to gain.

    Returns
    -------
    theta : ndarray of shape (R, K, d + 1)
    n_iter : ndarray of int, shape (R,)
    converged : ndarray of bool, shape (R,)
    """
    theta, n_iter, converged = _newton(problem, start, max_iter, tol)
    ends = np.flatnonzero(problem.weight == 0)
    if len(ends):
        theta[ends], steps, reached = _newton(_InCommon(problem.take(ends)), theta[ends], max_iter, tol)
        n_iter[ends] += steps
        converged[ends] &= reached
    return theta, n_iter, converged


def _newton(problem: Any, start: NDArray, max_iter: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    theta, active = start.copy(), np.arange(len(start))
    n_iter, converged = np.zeros(len(start), int), np.zeros(len(start), bool)
    here, values = theta.copy(), problem.value(theta)
    for _ in range(max_iter):
        moves, slopes = problem.steps(here)
        there = -slopes <= tol * tol
        moved, after, stuck = _searched(problem, here, moves, values, slopes)
        near = stuck & (-slopes <= _ROUNDING * np.maximum(1, np.abs(values)))
        theta[active], converged[active] = moved, there | near
        n_iter[active] += 1
        going = ~(there | stuck)
        if not going.any():
            break
        problem, active, here, values = problem.take(going), active[going], moved[going], after[going]
    return theta, n_iter, converged


def _searched(
    problem: Any, here: NDArray, moves: NDArray, values: NDArray, slopes: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Halve each step until Armijo's condition holds; those that find none stay."""
    trial, after, length = here + moves, values.copy(), 1.0
    rest, slack = np.arange(len(here)), _ROUNDING * np.abs(values)
    for _ in range(_MAX_HALVINGS):
        after[rest] = problem.take(rest).value(trial[rest])
        rest = rest[~(after[rest] <= values[rest] + slack[rest] + 1e-4 * length * slopes[rest])]
        if not len(rest):
            break
        length /= 2
        trial[rest] = here[rest] + length * moves[rest]
    stuck = np.isin(np.arange(len(here)), rest)
    trial[rest], after[rest] = here[rest], values[rest]
    return trial, after, stuck


def _log_masses(theta: NDArray) -> NDArray:
    """Log of what each class adds to Z, (R, K)."""
    masses: NDArray = theta[:, :, -1] + np.logaddexp(0, theta[:, :, :-1]).sum(axis=2)
    return masses


def _with_ridge(matrices: NDArray) -> NDArray:
    diagonal = np.einsum("rdd->rd", matrices)
    diagonal += _RIDGE * diagonal.max(axis=1, keepdims=True)
    return matrices


def densities_of(theta: NDArray) -> tuple[NDArray, NDArray]:
    """Shares (R, K) of the classes and probabilities (R, K, d) of a one."""
    return softmax(_log_masses(theta), axis=1), expit(theta[:, :, :-1])
