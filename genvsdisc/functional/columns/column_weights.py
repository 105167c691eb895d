r"""Weights of columns: a conditional logit whose alternatives are the classes.

The score of class k against the first one is :math:`s_{ik} = b_k + c_k + \sum_j w_j D_{kij}`, with one weight for each
column and not one for each column and class. With :math:`c_1 = 0`, weights and steps of the given offsets b minimize

.. math:: \sum_i \omega_i \Big(\log \sum_k e^{s_{ik}} - s_{i y_i}\Big)
          + \frac{\lambda}{2} \Big(\sum_j \varsigma_j^2 w_j^2 + \sum_k (c_k - \bar c)^2\Big) ,

:math:`\varsigma_j^2` being the mean square of column j's log ratio, over rows and pairs of classes: contrasts of any
size are penalized alike. Where classes are far apart the likelihood knows no offsets, which only the penalty keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_MAX_HALVINGS = 50
_ROUNDING = 1e-12  # of the objective, which no longer tells points apart


@dataclass(frozen=True)
class Block:
    """Rows that are worked through together.

    Parameters
    ----------
    contrasts : ndarray of shape (K - 1, n, d)
        Log densities of each column in each class but the first, less those in the first.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (n,)
    """

    contrasts: NDArray
    codes: NDArray
    weights: NDArray


def fit_column_weights(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, *, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, int, bool]:
    """Minimize by Newton's method, from weights and steps of 0.

    Parameters
    ----------
    blocks : sequence of Block
        Their weights add up to 1 in all.
    offsets : ndarray of shape (K - 1,)
        b of all classes but the first, such as log ratios of priors.
    reg_lambda : float
    max_iter : int
        Most steps.
    tol : float
        Bound on the Newton decrement, which is about the square root of twice what is left to gain.

    Returns
    -------
    weights : ndarray of shape (d,)
    offsets : ndarray of shape (K - 1,)
        b + c.
    n_iter : int
    converged : bool
    """
    units = _units(blocks)
    blocks = [replace(block, contrasts=block.contrasts / units) for block in blocks]
    scaled, *rest = _solve(blocks, offsets, reg_lambda, max_iter, tol)
    return scaled[: len(units)] / units, scaled[len(units) :], *rest


def _solve(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, max_iter: int, tol: float
) -> tuple[NDArray, int, bool]:
    """Newton's method for contrasts of mean square 1."""
    d = blocks[0].contrasts.shape[2]
    rest = point = np.append(np.zeros(d), offsets)  # the penalty pulls to where it starts
    penalty = _penalty(d, len(offsets), reg_lambda)
    value, gradient, hessian = _expansion(blocks, point, rest, penalty)
    for step in range(1, max_iter + 1):
        move = -np.linalg.solve(hessian, gradient)
        slope = float(gradient @ move)
        length = 1.0
        bound = value + _ROUNDING * abs(value)
        for _ in range(_MAX_HALVINGS):
            trial = point + length * move
            if _value(blocks, trial, rest, penalty) <= bound + 1e-4 * length * slope:
                break
            length /= 2
        else:
            return point, step, -slope <= _ROUNDING * max(1.0, abs(value))
        point = trial
        if -slope <= tol * tol:
            return point, step, True
        value, gradient, hessian = _expansion(blocks, point, rest, penalty)
    return point, max_iter, False


def _penalty(d: int, n_offsets: int, reg_lambda: float) -> NDArray:
    """Matrix of the penalty: of all offsets, the first being 0, their mean is free."""
    matrix = np.eye(d + n_offsets)
    matrix[d:, d:] -= 1 / (n_offsets + 1)
    return reg_lambda * matrix


def _units(blocks: Sequence[Block]) -> NDArray:
    """Roots (d,) of the mean squares of the log ratios over rows and pairs of classes; 1 where all are 0."""
    K = len(blocks[0].contrasts) + 1
    squares = np.zeros(blocks[0].contrasts.shape[2])
    for block in blocks:
        D = block.contrasts
        spread = np.einsum("knd,knd->nd", D, D) - D.sum(axis=0) ** 2 / K
        squares += 2 / (K - 1) * (block.weights @ spread)
    return np.where(squares > 0, np.sqrt(np.maximum(squares, np.finfo(float).tiny)), 1.0)


def _scores(block: Block, point: NDArray) -> NDArray:
    d = block.contrasts.shape[2]
    scores: NDArray = block.contrasts @ point[:d] + point[d:, None]
    return scores


def _log_sums(scores: NDArray) -> tuple[NDArray, NDArray]:
    """Log of the sums over classes (n,), and the probabilities of all classes but the first (K - 1, n)."""
    top = np.maximum(scores.max(axis=0), 0)
    parts = np.exp(scores - top)
    total = parts.sum(axis=0) + np.exp(-top)
    return top + np.log(total), parts / total


def _losses(block: Block, scores: NDArray, log_sums: NDArray) -> float:
    own = np.where(block.codes > 0, np.take_along_axis(scores, np.maximum(block.codes - 1, 0)[None], axis=0)[0], 0.0)
    return float(block.weights @ (log_sums - own))


def _value(blocks: Sequence[Block], point: NDArray, rest: NDArray, penalty: NDArray) -> float:
    value = 0.5 * float((point - rest) @ penalty @ (point - rest))
    for block in blocks:
        scores = _scores(block, point)
        value += _losses(block, scores, _log_sums(scores)[0])
    return value


def _expansion(
    blocks: Sequence[Block], point: NDArray, rest: NDArray, penalty: NDArray
) -> tuple[float, NDArray, NDArray]:
    """Value, gradient and Hessian."""
    C, _, d = blocks[0].contrasts.shape
    gradient, hessian = penalty @ (point - rest), penalty.copy()
    value = 0.5 * float((point - rest) @ gradient)
    for block in blocks:
        scores = _scores(block, point)
        log_sums, p = _log_sums(scores)
        value += _losses(block, scores, log_sums)
        D, said = block.contrasts, p * block.weights
        residuals = said - (block.codes == np.arange(1, C + 1)[:, None]) * block.weights
        gradient[:d] += residuals.reshape(-1) @ D.reshape(-1, d)
        gradient[d:] += residuals.sum(axis=1)
        hessian += _curvature(D, p, said, block.weights)
    return value, gradient, hessian


def _curvature(D: NDArray, p: NDArray, said: NDArray, weights: NDArray) -> NDArray:
    C, _, d = D.shape
    result = np.empty((d + C, d + C))
    if C == 1:
        columns = D[0] * (said * (1 - p))[0][:, None]
        result[:d, :d] = columns.T @ D[0]
        result[:d, d] = result[d, :d] = columns.sum(axis=0)
        result[d, d] = (said * (1 - p)).sum()
        return result
    mean = np.einsum("kn,knd->nd", p, D)
    flat = D.reshape(-1, d)
    result[:d, :d] = (flat * said.reshape(-1, 1)).T @ flat - (mean * weights[:, None]).T @ mean
    result[:d, d:] = (np.einsum("kn,knd->kd", said, D) - said @ mean).T
    result[d:, :d] = result[:d, d:].T
    result[d:, d:] = np.diag(said.sum(axis=1)) - said @ p.T
    return result
