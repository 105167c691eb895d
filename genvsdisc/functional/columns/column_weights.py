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
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_MAX_HALVINGS = 50
_FEWEST_SPANNED = 128  # columns below which training sets are as fast together
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

    @cached_property
    def own(self) -> NDArray:
        """Whether a row is of a class, 1 or 0, for all classes but the first, (K - 1, n)."""
        return (self.codes == np.arange(1, self.contrasts.shape[1] + 1)[:, None]).astype(float)


def fit_column_weights(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, *, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Minimize by Newton's method, from weights and steps of 0.

    Where a training set has fewer contrasts than columns, the weights are a combination of them (Kimeldorf & Wahba
    1971), which is found in their span: n rows and d columns cost n^2 d instead of d^3.

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
    C, d = offsets.shape[1], units.shape[1]
    n_contrasts = C * sum((block.weights > 0).sum(axis=1) for block in blocks)
    wide = (d > n_contrasts) & (d >= _FEWEST_SPANNED) & (reg_lambda > 0)
    if not wide.any():
        scaled, *rest = _solve(blocks, offsets, reg_lambda, max_iter, tol)
    else:
        fits = []
        for r, is_wide in enumerate(wide):
            of_replicate = [block.take(np.array([r])) for block in blocks]
            basis, of_replicate = _in_their_span(of_replicate) if is_wide else (np.eye(d), of_replicate)
            point, *ends = _solve(of_replicate, offsets[r : r + 1], reg_lambda, max_iter, tol)
            fits.append((np.append(point[:, :-C] @ basis.T, point[:, -C:], axis=1), *ends))
        scaled, *rest = (np.concatenate(part) for part in zip(*fits, strict=True))
    return scaled[:, :d] / units, scaled[:, d:], *rest


def _in_their_span(blocks: Sequence[Block]) -> tuple[NDArray, list[Block]]:
    """An orthonormal basis (d, m) of the m contrasts of one training set that count, and these in it, as one block."""
    kept = [block.weights[0] > 0 for block in blocks]
    contrasts = np.concatenate([block.contrasts[0][:, mask] for block, mask in zip(blocks, kept, strict=True)], axis=1)
    C, n, d = contrasts.shape
    basis, triangle = np.linalg.qr(contrasts.reshape(C * n, d).T)
    codes, weights = (
        np.concatenate([getattr(block, name)[..., mask] for block, mask in zip(blocks, kept, strict=True)], axis=-1)
        for name in ("codes", "weights")
    )
    return basis, [Block(triangle.T.reshape(1, C, n, -1), codes, weights)]


def _solve(
    blocks: Sequence[Block], offsets: NDArray, reg_lambda: float, max_iter: int, tol: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Newton's method for contrasts of mean square 1; each training set stops by itself."""
    d, R = blocks[0].contrasts.shape[3], len(offsets)
    points = np.concatenate([np.zeros((R, d)), offsets], axis=1)
    n_iter, converged = np.zeros(R, int), np.zeros(R, bool)
    penalty = _penalty(d, offsets.shape[1], reg_lambda)
    active, here, rest = np.arange(R), points, points.copy()  # the penalty pulls to where it starts
    there = _evaluated(blocks, here, rest, penalty)
    for _ in range(max_iter):
        n_iter[active] += 1
        values = there[0]
        gradients, hessians = _expansions(blocks, here, rest, penalty, there[1])
        moves = -np.linalg.solve(hessians, gradients[:, :, None])[:, :, 0]
        slopes = np.vecdot(gradients, moves)
        here, there, stuck = _searched(blocks, here, rest, penalty, moves, there, slopes)
        points[active] = here
        met = stuck & (-slopes <= _ROUNDING * np.maximum(1.0, np.abs(values)))
        done = met | (~stuck & (-slopes <= tol * tol))
        converged[active] = done
        going = ~(stuck | done)
        if not going.any():
            break
        if not going.all():
            active, here, rest = active[going], here[going], rest[going]
            blocks, there = [block.take(going) for block in blocks], (there[0][going], [p[going] for p in there[1]])
    return points, n_iter, converged


def _searched(
    blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray, moves: NDArray,
    before: tuple[NDArray, list[NDArray]], slopes: NDArray,
) -> tuple[NDArray, tuple[NDArray, list[NDArray]], NDArray]:  # fmt: skip
    """Halve each step until Armijo's condition holds; what there is there, and those that found none, which stay."""
    bounds = before[0] + _ROUNDING * np.abs(before[0])
    length, trial = 1.0, points + moves
    values, probabilities = _evaluated(blocks, trial, rest, penalty)
    failed = np.flatnonzero(~(values <= bounds + 1e-4 * slopes))
    for _ in range(_MAX_HALVINGS - 1):
        if not len(failed):
            break
        length /= 2
        trial[failed] = points[failed] + length * moves[failed]
        some = [block.take(failed) for block in blocks]
        values[failed], parts = _evaluated(some, trial[failed], rest[failed], penalty)
        for whole, part in zip(probabilities, parts, strict=True):
            whole[failed] = part
        failed = failed[~(values[failed] <= bounds[failed] + 1e-4 * length * slopes[failed])]
    stuck = np.zeros(len(points), bool)
    if len(failed):
        trial[failed], values[failed], stuck[failed] = points[failed], before[0][failed], True
        for whole, part in zip(probabilities, before[1], strict=True):
            whole[failed] = part[failed]
    return trial, (values, probabilities), stuck


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
    return np.vecdot(block.weights, log_sums - np.einsum("rkn,kn->rn", scores, block.own))


def _evaluated(
    blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray
) -> tuple[NDArray, list[NDArray]]:
    """Values (R,), and the probabilities (R, K - 1, n) of all classes but the first in each block."""
    moved = points - rest
    values, probabilities = 0.5 * np.vecdot(moved, moved @ penalty), []
    for block in blocks:
        scores = _scores(block, points)
        log_sums, p = _log_sums(scores)
        values += _losses(block, scores, log_sums)
        probabilities.append(p)
    return values, probabilities


def _expansions(
    blocks: Sequence[Block], points: NDArray, rest: NDArray, penalty: NDArray, probabilities: Sequence[NDArray]
) -> tuple[NDArray, NDArray]:
    """Gradients and Hessians."""
    R, *_, d = blocks[0].contrasts.shape
    gradients, hessians = (points - rest) @ penalty, np.repeat(penalty[None], R, axis=0)
    for block, p in zip(blocks, probabilities, strict=True):
        D, weighted_p = block.contrasts, p * block.weights[:, None]
        residuals = weighted_p - block.own * block.weights[:, None]
        gradients[:, :d] += (residuals.reshape(R, 1, -1) @ D.reshape(R, -1, d))[:, 0]
        gradients[:, d:] += residuals.sum(axis=2)
        hessians += _curvatures(D, p, weighted_p, block.weights)
    return gradients, hessians


def _curvatures(D: NDArray, p: NDArray, weighted_p: NDArray, weights: NDArray) -> NDArray:
    R, C, _, d = D.shape
    result = np.empty((R, d + C, d + C))
    flat = D.reshape(R, -1, d)
    if C == 1:
        factors = (weighted_p * (1 - p))[:, 0]
        columns = flat * factors[:, :, None]
        result[:, :d, :d] = columns.swapaxes(1, 2) @ flat
        result[:, :d, d] = result[:, d, :d] = columns.sum(axis=1)
        result[:, d, d] = factors.sum(axis=1)
        return result
    mean = np.einsum("rkn,rknd->rnd", p, D)
    result[:, :d, :d] = (flat * weighted_p.reshape(R, -1, 1)).swapaxes(1, 2) @ flat
    result[:, :d, :d] -= (mean * weights[:, :, None]).swapaxes(1, 2) @ mean
    result[:, :d, d:] = (np.einsum("rkn,rknd->rkd", weighted_p, D) - weighted_p @ mean).swapaxes(1, 2)
    result[:, d:, :d] = result[:, :d, d:].swapaxes(1, 2)
    result[:, d:, d:] = np.eye(C) * weighted_p.sum(axis=2)[:, None] - weighted_p @ p.swapaxes(1, 2)
    return result
