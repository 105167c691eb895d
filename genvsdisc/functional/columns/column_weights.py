r"""Weights of columns: a conditional logit whose alternatives are the classes.

The score of class k against the first one is :math:`s_{ik} = b_k + c_k + \sum_j w_j D_{kij}`, with one weight for each
column and not one for each column and class. With :math:`c_1 = 0`, weights and steps of the given offsets b minimize

.. math:: \sum_i \omega_i \Big(\log \sum_k e^{s_{ik}} - s_{i y_i}\Big)
          + \frac{\lambda}{2} \Big(\sum_j \varsigma_j^2 w_j^2 + \sum_k (c_k - \bar c)^2\Big) ,

:math:`\varsigma_j^2` being the mean square of column j's log ratio, over rows and pairs of classes: contrasts of any
size are penalized alike. Where classes are far apart the likelihood knows no offsets, which only the penalty keeps.

Arrays begin with an axis of R training sets, each with contrasts of its own.
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
    contrasts : ndarray of shape (R, K - 1, n, d)
        Log densities of each column in each class but the first, less those in the first.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
    """

    contrasts: NDArray
    codes: NDArray
    weights: NDArray

    def take(self, replicates: NDArray) -> Block:
        """Keep some of the training sets."""
        return Block(self.contrasts[replicates], self.codes, self.weights[replicates])


def fit_column_weights(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, *, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Minimize by Newton's method, from weights and steps of 0.

    Parameters
    ----------
    blocks : sequence of Block
        Their weights add up to 1 in all, for each training set.
    offsets : ndarray of shape (R, K - 1)
        b of all classes but the first, such as log ratios of priors.
    reg_lambda : float
    max_iter : int
        Most steps.
    tol : float
        Bound on the Newton decrement, which is about the square root of twice what is left to gain.

    Returns
    -------
    weights : ndarray of shape (R, d)
    offsets : ndarray of shape (R, K - 1)
        b + c.
    n_iter : ndarray of int, shape (R,)
    converged : ndarray of bool, shape (R,)
    """
    units = _units(blocks)
    blocks = [replace(block, contrasts=block.contrasts / units[:, None, None]) for block in blocks]
    scaled, *rest = _solve(blocks, offsets, reg_lambda, max_iter, tol)
    d = units.shape[1]
    return scaled[:, :d] / units, scaled[:, d:], *rest


def _solve(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Newton's method for contrasts of mean square 1; each training set stops by itself."""
    d, R = blocks[0].contrasts.shape[3], len(offsets)
    points = np.concatenate([np.zeros((R, d)), offsets], axis=1)
    n_iter, converged = np.zeros(R, int), np.zeros(R, bool)
    penalty = _penalty(d, offsets.shape[1], reg_lambda)
    active, rest = np.arange(R), points.copy()  # the penalty pulls to where it starts
    for _ in range(max_iter):
        n_iter[active] += 1
        values, gradients, hessians = _expansions(blocks, points[active], rest[active], penalty)
        moves = -np.linalg.solve(hessians, gradients[:, :, None])[:, :, 0]
        slopes = np.vecdot(gradients, moves)
        found, stuck = _searched(blocks, points[active], rest[active], penalty, moves, values, slopes)
        points[active] = found
        met = stuck & (-slopes <= _ROUNDING * np.maximum(1.0, np.abs(values)))
        converged[active] = met | (~stuck & (-slopes <= tol * tol))
        going = ~(stuck | converged[active])
        if not going.any():
            break
        if not going.all():
            active, blocks = active[going], [block.take(going) for block in blocks]
    return points, n_iter, converged


def _searched(
    blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray, moves: NDArray, values: NDArray,
    slopes: NDArray,
) -> tuple[NDArray, NDArray]:  # fmt: skip
    """Halve each step until Armijo's condition holds; and those that found none, which stay."""
    bounds = values + _ROUNDING * np.abs(values)
    length, found = 1.0, points + moves
    failed = np.flatnonzero(~(_values(blocks, found, rest, penalty) <= bounds + 1e-4 * slopes))
    for _ in range(_MAX_HALVINGS - 1):
        if not len(failed):
            break
        length /= 2
        found[failed] = points[failed] + length * moves[failed]
        some = [block.take(failed) for block in blocks]
        there = _values(some, found[failed], rest[failed], penalty)
        failed = failed[~(there <= bounds[failed] + 1e-4 * length * slopes[failed])]
    found[failed] = points[failed]
    stuck = np.zeros(len(points), bool)
    stuck[failed] = True
    return found, stuck


def _penalty(d: int, n_offsets: int, reg_lambda: float) -> NDArray:
    """Matrix of the penalty: of all offsets, the first being 0, their mean is free."""
    matrix = np.eye(d + n_offsets)
    matrix[d:, d:] -= 1 / (n_offsets + 1)
    return reg_lambda * matrix


def _units(blocks: Sequence[Block]) -> NDArray:
    """Roots (R, d) of the mean squares of the log ratios over rows and pairs of classes; 1 where all are 0."""
    R, C, _, d = blocks[0].contrasts.shape
    squares = np.zeros((R, d))
    for block in blocks:
        D = block.contrasts
        spread = np.einsum("rknd,rknd->rnd", D, D) - D.sum(axis=1) ** 2 / (C + 1)
        squares += 2 / C * (block.weights[:, None] @ spread)[:, 0]
    return np.where(squares > 0, np.sqrt(np.maximum(squares, np.finfo(float).tiny)), 1.0)


def _scores(block: Block, points: NDArray) -> NDArray:
    d = block.contrasts.shape[3]
    scores: NDArray = (block.contrasts @ points[:, None, :d, None])[..., 0]
    scores += points[:, d:, None]
    return scores


def _log_sums(scores: NDArray) -> tuple[NDArray, NDArray]:
    """Log of the sums over classes (R, n), and the probabilities of all classes but the first (R, K - 1, n)."""
    top = np.maximum(scores.max(axis=1), 0)
    parts = np.exp(scores - top[:, None])
    total = parts.sum(axis=1) + np.exp(-top)
    return top + np.log(total), parts / total[:, None]


def _losses(block: Block, scores: NDArray, log_sums: NDArray) -> NDArray:
    place = np.maximum(block.codes - 1, 0)
    own = np.where(block.codes > 0, scores[:, place, np.arange(len(place))], 0.0)
    return np.vecdot(block.weights, log_sums - own)


def _values(blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray) -> NDArray:
    values = 0.5 * np.vecdot(points - rest, (points - rest) @ penalty)
    for block in blocks:
        scores = _scores(block, points)
        values += _losses(block, scores, _log_sums(scores)[0])
    return values


def _expansions(
    blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Values, gradients and Hessians."""
    R, C, _, d = blocks[0].contrasts.shape
    gradients, hessians = (points - rest) @ penalty, np.repeat(penalty[None], R, axis=0)
    values = 0.5 * np.vecdot(points - rest, gradients)
    for block in blocks:
        scores = _scores(block, points)
        log_sums, p = _log_sums(scores)
        values += _losses(block, scores, log_sums)
        D, said = block.contrasts, p * block.weights[:, None]
        residuals = said - (block.codes == np.arange(1, C + 1)[:, None]) * block.weights[:, None]
        gradients[:, :d] += (residuals.reshape(R, 1, -1) @ D.reshape(R, -1, d))[:, 0]
        gradients[:, d:] += residuals.sum(axis=2)
        hessians += _curvatures(D, p, said, block.weights)
    return values, gradients, hessians


def _curvatures(D: NDArray, p: NDArray, said: NDArray, weights: NDArray) -> NDArray:
    R, C, _, d = D.shape
    result = np.empty((R, d + C, d + C))
    flat = D.reshape(R, -1, d)
    if C == 1:
        factors = (said * (1 - p))[:, 0]
        columns = flat * factors[:, :, None]
        result[:, :d, :d] = columns.swapaxes(1, 2) @ flat
        result[:, :d, d] = result[:, d, :d] = columns.sum(axis=1)
        result[:, d, d] = factors.sum(axis=1)
        return result
    mean = np.einsum("rkn,rknd->rnd", p, D)
    result[:, :d, :d] = (flat * said.reshape(R, -1, 1)).swapaxes(1, 2) @ flat
    result[:, :d, :d] -= (mean * weights[:, :, None]).swapaxes(1, 2) @ mean
    result[:, :d, d:] = (np.einsum("rkn,rknd->rkd", said, D) - said @ mean).swapaxes(1, 2)
    result[:, d:, :d] = result[:, :d, d:].swapaxes(1, 2)
    result[:, d:, d:] = np.eye(C) * said.sum(axis=2)[:, None] - said @ p.swapaxes(1, 2)
    return result
