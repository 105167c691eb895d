"""The fixed point of plain EM by implicit steps, where the missing entries are few.

EM is the flow ``ds/dt = g(s) - s`` of its state, in steps of length 1. Where a class has fewer rows than columns, a
missing entry of a row is predicted from that row itself, and the steps shrink by a hundred-thousandth each. Implicit
steps ``((1 + 1/t) I - g') ds = g(s) - s`` follow the same flow, so that they end where plain EM does, with steps t as
long as the residual has become small: at the end those of Newton's method. (Pseudo-transient continuation: Kelley &
Keyes 1998, Convergence analysis of pseudo-transient continuation, SIAM J. Numer. Anal. 35, 508-523.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.moments import Moments
from genvsdisc.functional.linear.gram import packing
from genvsdisc.generative.gaussian.completion import Completion, MapStep
from genvsdisc.generative.gaussian.row_products import weight_of_classes
from genvsdisc.generative.gaussian.shrinkage import Regularization

_MANY_UNKNOWN, MOST_UNKNOWN = 500, 1000  # means and covariances of missing entries
_SLOW = 4  # rows for each column of a covariance up to which EM is slow
_MAX_STEPS = 100
_FIRST = 10.0
_SLOWEST, _FASTEST = 2.0, 10.0  # growth of t between steps
_WORSE = 2.0  # growth of the residual that a step may bring
_SHORTEST, _LONG, _LONGEST = 1e-6, 1e6, 1e14
_ROUNDING = 1e-9  # residual from which on it may have stopped falling for rounding


def regularized_members(rule: Regularization, R: int) -> NDArray:
    """Which of R members are regularized, (R,)."""
    pooling = np.zeros(1) if rule.shared else np.asarray(rule.pooling).reshape(-1, 1)
    shrinkage = np.asarray(rule.shrinkage)
    shrinkage = shrinkage if shrinkage.ndim else shrinkage.reshape(1, 1)
    return np.broadcast_to((pooling != 0).any(axis=-1) | (shrinkage != 0).any(axis=-1), R)


def newton_pays(
    holes: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, regularized: NDArray
) -> NDArray:
    """Which members Newton's method is quicker for, (R,)."""
    if not regularized.any():
        return regularized
    few = _SLOW * holes.shape[1]
    rows = weight_of_classes(codes, weights, n_classes)
    if rule.shared:
        rows = rows.sum(axis=1, keepdims=True)
    elif rows.min() <= few:
        gaps = holes.any(axis=1)
        rows = np.where(weight_of_classes(codes[gaps], weights[:, gaps], n_classes) > 0, rows, np.inf)
    pays = regularized & (rows <= few).any(axis=1)
    if not pays.any():
        return pays
    pays[pays] = n_unknown(holes, codes, weights[pays]) <= _MANY_UNKNOWN
    return pays


def n_unknown(holes: NDArray, codes: NDArray, weights: NDArray) -> NDArray:
    """Number of conditional means, and of conditional covariances of the patterns of each class, (R,)."""
    gaps = np.flatnonzero(holes.any(axis=1))
    used = (weights[:, gaps] > 0).astype(float)
    means = used @ holes[gaps].sum(axis=1)
    if means.min(initial=np.inf) > MOST_UNKNOWN:
        return np.asarray(means)
    patterns, which = np.unique(np.column_stack([codes[gaps], holes[gaps]]), axis=0, return_inverse=True)
    missing = patterns[:, 1:].sum(axis=1)
    there = used @ (which.ravel()[:, None] == np.arange(len(patterns))) > 0
    return np.asarray(means + there @ (missing * (missing + 1) // 2))


def by_newton(
    X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, tol: float
) -> tuple[Moments, NDArray] | None:
    """Moments and log likelihoods of one weighting (1, n); None where that is not the way."""
    used = weights[0] > 0
    if not holes[used].any() or n_unknown(holes, codes, weights)[0] > MOST_UNKNOWN:
        return None
    problem = Completion.build(X[used], holes[used], codes[used], weights[0, used], n_classes, rule)
    solution = completed(problem, tol)
    if solution is None:
        return None
    moments = solution[0].moments
    moments = Moments(*(getattr(moments, name).astype(X.dtype) for name in ("weight", "center", "first", "second")))
    return moments, np.array(solution[1])[:, None]


def completed(problem: Completion, tol: float) -> tuple[MapStep, list[float]] | None:
    """Follow EM to its fixed point.

    Parameters
    ----------
    problem : Completion
        The map.
    tol : float
        Stop when a step of Newton's method, which is the distance that is left, moves no conditional mean or
        covariance by more, in units of standard deviations.

    Returns
    -------
    step : MapStep
        From the fixed point.
    log_likelihoods : list of float
        Before each step.
        None in place of both where a covariance or a system of equations is singular, or after 100 steps.
    """
    state = problem.start
    here = problem.step(state)
    if here is None:
        return None
    length, log_likelihoods = _FIRST, [here.log_likelihood]
    for _ in range(_MAX_STEPS):
        matrix = -derivative(problem, here)
        diagonal = np.einsum("ii->i", matrix)
        size = float(np.abs(here.residual).max())
        diagonal += 1 + 1 / length
        while True:
            try:
                move = np.linalg.solve(matrix, here.residual)
            except np.linalg.LinAlgError:  # a shrinkage that is many orders above the variance of a column
                return None
            there = problem.step(state + move)
            after = np.inf if there is None else float(np.abs(there.residual).max())
            if after <= max(_WORSE * size, _ROUNDING):
                break
            diagonal += (_FASTEST - 1) / length
            length /= _FASTEST
            if length < _SHORTEST:
                return None
        assert there is not None
        state, here = state + move, there
        log_likelihoods.append(here.log_likelihood)
        near = bool(np.abs(move).max() <= tol) and length >= _LONG
        if near or after == 0 or (size <= _ROUNDING and after > size / 2):
            return here, log_likelihoods
        length = min(length * float(np.clip(size / after, _SLOWEST, _FASTEST)), _LONGEST)
    return None


def derivative(problem: Completion, step: MapStep) -> NDArray:
    """Derivative of the state after the step by that before, (N, N).

    With P a precision, dC the change of its covariance, z a completed row about the mean and V the inverse of P_MM,
    conditional means and covariances change by ``V (P dC P z + P dmean)_M`` and ``V (P dC P)_MM V``.
    """
    n = len(problem.row)
    result = np.empty((len(step.residual),) * 2)
    sources = _Sources(problem, step)
    classes = problem.row_class[problem.row]
    moves_mean = np.where(problem.shown[classes, problem.column] > 0, problem.row_weight[problem.row], 0)
    moves_mean = moves_mean / problem.weight[classes]
    for g in np.unique(problem.groups(classes)).tolist():
        P = step.precision[g]
        entries = np.flatnonzero(problem.groups(classes) == g)
        of_rows = step.target @ P
        left = P[problem.column[entries]]
        result[entries] = sources.response(g, left, of_rows[problem.row[entries]])
        same = classes[entries][:, None] == classes
        result[entries, :n] += left[:, problem.column] * moves_mean * same
        pairs = np.flatnonzero(problem.groups(problem.pair_class) == g)
        one, two = (columns[pairs] for columns in problem.pair_columns)
        result[n + pairs] = sources.response(g, P[one], P[two])
    for part, blocks in zip(problem.parts, step.blocks, strict=True):
        p, m = part.columns.shape
        of_means = result[part.entries].reshape(-1, m, len(result))
        result[part.entries] = (blocks[part.which] @ of_means).reshape(-1, len(result))
        first, second, place = packing(m)
        here = slice(n + part.pairs.start, n + part.pairs.stop)
        inner = blocks @ result[here].reshape(p, -1, len(result))[:, place].reshape(p, m, -1)
        inner = blocks @ np.swapaxes(inner.reshape(p, m, m, -1), 1, 2).reshape(p, m, -1)
        result[here] = inner.reshape(p, m, m, -1)[:, first, second].reshape(-1, len(result))
    return result


class _Sources:
    """What a change of each entry of the state does to the covariances.

    A conditional mean adds ``w (e z' + z e')`` to the scatter of its class, a covariance the entries of two columns;
    both change one element of its diagonal only, and with it the level and the scale of the shrinkage.
    """

    def __init__(self, problem: Completion, step: MapStep) -> None:
        self.problem, self.step = problem, step
        row, (one, two) = problem.row, problem.pair_columns
        weight = problem.row_weight[row]
        self.column = np.concatenate([problem.column, one])
        self.classes = np.concatenate([problem.row_class[row], problem.pair_class])
        self.amount = np.concatenate([weight, problem.pair_weight * np.where(one == two, 0.5, 1)])
        of_entries = 2 * weight * step.source[row, problem.column]
        self.spread = np.concatenate([of_entries, problem.pair_weight * (one == two)])
        self.widened = np.zeros_like(self.spread)  # of the scale
        if problem.rule.standardize:
            total = problem.weight.sum()
            center = (step.moments.center[0] - step.moments.center[0, 0]) / problem.unit
            away = np.where(problem.shown > 0, center - problem.weight @ center / total, 0)
            drift = 2 * weight * away[problem.row_class[row], problem.column]
            self.widened = (self.spread + np.concatenate([drift, np.zeros(len(one))])) / total
        self.shrinkage = np.broadcast_to(np.ravel(problem.rule.shrinkage), len(problem.shares)).tolist()

    def response(self, g: int, left: NDArray, right: NDArray) -> NDArray:
        """Changes of ``left' C_g right``, by pairs of vectors (n, d) and by the state, (n, N)."""
        problem, step, n = self.problem, self.step, len(self.problem.row)
        share, gamma, scale = problem.shares[g][self.classes], self.shrinkage[g], step.scale
        (one, two), column = problem.pair_columns, problem.column
        result = np.empty((len(left), len(self.column)))
        result[:, :n] = left[:, column] * (right @ step.source.T)[:, problem.row]
        result[:, :n] += right[:, column] * (left @ step.source.T)[:, problem.row]
        result[:, n:] = left[:, one] * right[:, two] + left[:, two] * right[:, one]
        result *= (1 - gamma) * share * self.amount
        if gamma:
            variances, at = step.variances[g], self.column
            lifted = (share * self.spread - variances[at] * self.widened / scale[at]) / (scale[at] * len(scale))
            result += gamma * np.outer((left * right) @ scale, lifted)
            level = gamma * (variances / scale).mean() * self.widened
            result += left[:, at] * right[:, at] * level
        return result
