"""Class moments expected of rows with missing entries: EM (Dempster, Laird & Rubin 1977), accelerated.

Objective. Without pooling and shrinkage, the log likelihood of the observed entries. With them the M-step for class k
is ``C_k = c_k S_k + T_k``, S_k being the expected scatter of its W_k rows and T_k the target: the part of the other
classes and of the shrinkage. For given T_k it maximizes the log likelihood plus the log density of an inverse
Wishart prior,

    ``sum_i log p(x_i,seen | y_i) - 1/2 sum_k [(1/c_k - W_k) log |C_k| + trace(C_k^-1 T_k) / c_k]``,

so that covariances stay away from singular ones. The T_k are those that the moments of each step give, so that the end
is the fixed point of plain EM with the M-step of the model, targets and all. Where 150 accelerated steps do not come to
it, Newton's method does if at most a thousand conditional means and covariances are unknown; it does so at once where
covariances have few rows for their columns, in which EM is slow. The log likelihood is that of plain EM run to the end,
not the largest: the M-step of a regularized model seeks another maximum.

Rows are in double precision: in single precision none of these ends can be told from rounding.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.functional.gaussian.acceleration import LeftParameterSpaceError, fixed_points
from genvsdisc.functional.gaussian.covariance import SingularCovarianceError
from genvsdisc.functional.gaussian.moments import Moments, class_moments, stacked
from genvsdisc.generative.gaussian.completion_newton import MOST_UNKNOWN, by_newton, newton_pays, regularized_members
from genvsdisc.generative.gaussian.diagonal import DiagonalProblem
from genvsdisc.generative.gaussian.expectation import JointProblem
from genvsdisc.generative.gaussian.layout import constant_columns
from genvsdisc.generative.gaussian.linearized import joint_problem
from genvsdisc.generative.gaussian.shrinkage import Regularization

_MAX_ITER = 2000
_STEADY = 10  # times the tolerance: change of the log likelihood of a regularized EM at its end
_PATIENCE = 150  # steps after which Newton's method takes over where it can
_FIRST_ROWS = 256
_CHUNK, _ENTRIES = 1 << 23, 1 << 20  # numbers held for a chunk of the weightings, of covariances and of missing entries


def em_moments(
    X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, *, tol: float = 1e-10
) -> tuple[Moments, NDArray]:
    """Find the expected class moments at the maximum of the penalized likelihood of the observed entries.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, NaN where missing.
    codes : ndarray of shape (n,)
        Encoded classes.
    weights : ndarray of shape (R, n)
        Weights of R training sets.
    n_classes : int
        Number of classes K.
    rule : Regularization
        How covariances follow from moments: the M-step.
    tol : float, default=1e-10
        Stop when a step moves no mean or covariance by more than this, in units of standard deviations, or when the
        objective has stopped rising; of 16,384 rows with missing entries or more, also when what is left to gain is
        expected to be less than this share of it.

    Returns
    -------
    moments : Moments
        With leading axis R.
    log_likelihoods : ndarray of shape (steps, R)
        Of the observed entries given the classes, before each step.

    Raises
    ------
    SingularCovarianceError
        If a covariance becomes singular, which a shrinkage above 0 prevents.
    """
    R, d = len(weights), X.shape[1]
    holes = np.isnan(X)
    step = max(1, min(_CHUNK // (n_classes * d * d), _ENTRIES // (1 + np.count_nonzero(holes))))
    parts = []
    for start in range(0, R, step):
        members = np.arange(start, min(start + step, R))
        some, constant = rule.of_members(members, R), constant_columns(X, holes, weights[members])
        parts += _where_columns_vary(X, holes, codes, weights[members], n_classes, some, tol, constant)
    return stacked([moments for moments, _ in parts]), _side_by_side([trace for _, trace in parts])


def _where_columns_vary(
    X: NDArray,
    holes: NDArray,
    codes: NDArray,
    weights: NDArray,
    n_classes: int,
    rule: Regularization,
    tol: float,
    constant: NDArray,
) -> list[tuple[Moments, NDArray]]:
    """Solve; the gaps of a column that is constant where it is seen have that value, the limit of EM."""
    R = len(weights)
    kinds = np.unique(constant, axis=0)
    if len(kinds) > 1:  # in the order of the members
        return [
            part
            for r in range(R)
            for part in _where_columns_vary(
                X, holes, codes, weights[[r]], n_classes, rule.of_members([r], R), tol, constant[[r]]
            )
        ]
    columns = np.flatnonzero(kinds[0])
    if len(columns):
        X, holes = X.copy(), holes.copy()
        used = weights.any(axis=0)
        for j in columns:
            X[holes[:, j], j] = X[used & ~holes[:, j], j][0]
            holes[:, j] = False
    return [_solve(X, holes, codes, weights, n_classes, rule, tol)]


def _solve(
    X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, tol: float
) -> tuple[Moments, NDArray]:
    if not holes.any():
        return class_moments(X, codes, weights, n_classes, full=rule.structure == "full"), np.zeros((1, len(weights)))
    if rule.structure != "full":
        return _independent(X, codes, weights, n_classes, rule, tol)
    R = len(weights)
    fits: dict[int, tuple[Moments, NDArray] | None] = {}
    regularized = regularized_members(rule, R)
    quick = newton_pays(holes, codes, weights, n_classes, rule, regularized)
    for r in np.flatnonzero(quick).tolist():
        fits[r] = by_newton(X, holes, codes, weights[[r]], n_classes, rule.of_members([r], R), tol)
    left = np.array([fits.get(r) is None for r in range(R)])
    patience = _PATIENCE if np.count_nonzero(holes) <= 2 * MOST_UNKNOWN else _MAX_ITER
    for group in (left & regularized, left & ~regularized):
        members = np.flatnonzero(group)
        if not len(members):
            continue
        some, most = rule.of_members(members, R), patience if regularized[members[0]] else _MAX_ITER
        part, traces, settled = _by_steps(X, holes, codes, weights[members], n_classes, some, tol, most)
        if len(members) == R and (settled.all() or most == _MAX_ITER):
            warn_unless(settled)
            return part, traces
        for i, r in enumerate(members.tolist()):
            fits[r] = part[i : i + 1], traces[:, i : i + 1]
            if most < _MAX_ITER and not settled[i]:
                one = X, holes, codes, weights[[r]], n_classes, rule.of_members([r], R), tol
                fits[r] = None if quick[r] else by_newton(*one)
                settled[i] = True
                if fits[r] is None:
                    moments, trace, settled[i : i + 1] = _by_steps(*one, _MAX_ITER)
                    fits[r] = moments, trace
        warn_unless(settled)
    ends = [end for _, end in sorted(fits.items()) if end is not None]
    return stacked([moments for moments, _ in ends]), _side_by_side([trace for _, trace in ends])


def _independent(
    X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, tol: float
) -> tuple[Moments, NDArray]:
    diagonal, x = DiagonalProblem.build(X, codes, weights, n_classes, rule)
    try:
        result = fixed_points(diagonal, x, tol=tol, max_iter=_MAX_ITER)
    except LeftParameterSpaceError:
        variances = rule.covariances(diagonal.moments(x))[0]
        *index, column = np.argwhere(~(variances > 0))[0].tolist()
        raise SingularCovarianceError(tuple(index), column, constant=True, full=False) from None
    warn_unless(result.converged)
    return diagonal.moments(result.x), result.log_likelihoods


def _side_by_side(traces: list[NDArray]) -> NDArray:
    """Traces (steps, R), each with its last value up to the length of the longest."""
    length = max(len(trace) for trace in traces)
    longer = [np.concatenate([trace, np.repeat(trace[-1:], length - len(trace), axis=0)]) for trace in traces]
    return np.concatenate(longer, axis=1)


def _by_steps(
    X: NDArray,
    holes: NDArray,
    codes: NDArray,
    weights: NDArray,
    n_classes: int,
    rule: Regularization,
    tol: float,
    most: int,
) -> tuple[Moments, NDArray, NDArray]:
    """See `at_rest`."""
    problem, x = joint_problem(X, holes, codes, weights, n_classes, rule)
    try:
        return at_rest(problem, x, tol, most)
    except SingularCovarianceError:
        if problem.inverse is None:
            raise
    problem, x = JointProblem.build(X, holes, codes, weights, n_classes, rule)  # nothing foreseen
    return at_rest(problem, x, tol, most)


def at_rest(problem: JointProblem, x: NDArray, tol: float, most: int = _MAX_ITER) -> tuple[Moments, NDArray, NDArray]:
    """Moments of a stack, its log likelihoods, and which members came to rest within so many steps."""
    regularized = problem.blend.has_targets
    foreseen = problem.model is not None
    steady = _STEADY * tol if regularized and not foreseen else np.inf
    try:
        start = problem.begin(x)
        gain = None if problem.model is None else tol
        result = fixed_points(problem, start, tol=tol, max_iter=most, gain=gain, steady=steady, followed=regularized)
    except LeftParameterSpaceError as error:
        if foreseen:  # by a sample in which, for instance, a column is constant
            return at_rest(replace(problem, model=None, held=None, latest=None), x, tol, most)
        last, members = error.args
        (r, g), column = last.first_singular()
        raise SingularCovarianceError((int(members[r]), g), column, constant=False, full=True) from None
    return problem.moments(result.x), result.log_likelihoods, result.converged


def warn_unless(converged: NDArray) -> None:
    """Say so where a member of a stack did not come to rest."""
    if not converged.all():
        warnings.warn(
            f"EM for missing entries still moves after {_MAX_ITER} steps: some entries are hardly determined by the "
            "others; use structure='diagonal', or shrinkage > 0, or more of it",
            ConvergenceWarning,
            stacklevel=8,
        )


def check_observed(
    X: NDArray, codes: NDArray, weights: NDArray, labels: NDArray, names: NDArray | range, *, regularized: bool
) -> None:
    """Find a feature never observed in a class, whose mean no row determines.

    Without regularization that is a ValueError; with it the mean of all classes stands in, and a warning says so.
    """
    for k, label in enumerate(labels.tolist()):
        rows = np.flatnonzero(codes == k)
        first = rows[:_FIRST_ROWS]
        if not np.isnan(X[first[weights[:, first].all(axis=0)]]).all(axis=0).any():
            continue  # a few rows tell, where no weighting leaves them out
        share, seen = weights[:, rows], (~np.isnan(X[rows])).astype(X.dtype)
        counts = np.where(share.any(axis=1, keepdims=True), share @ seen, 1)
        unseen = np.flatnonzero(counts.min(axis=0) == 0)
        if not len(unseen):
            continue
        nowhere = (weights @ ~np.isnan(X[:, unseen])).min(axis=0) == 0
        if nowhere.any():
            raise ValueError(f"feature {names[int(unseen[nowhere][0])]!r} is missing in all rows; drop the feature")
        name = names[int(unseen[0])]
        what = f"feature {name!r} is missing in all rows of class {label!r}, so that its mean is unknown"
        if not regularized:
            raise ValueError(f"{what}; drop the feature, fill it in, or set shrinkage > 0 to take that of all classes")
        warnings.warn(f"{what}: the mean of all classes is taken", UserWarning, stacklevel=5)


def check_varies(X: NDArray, codes: NDArray, weights: NDArray) -> None:
    """Refuse rows of which no feature varies within a class where it is seen: EM would end at no covariance."""
    if _varies(X, codes, np.flatnonzero(weights.all(axis=0))):
        return
    for r, w in enumerate(weights):
        if not _varies(X, codes, np.flatnonzero(w)):
            which = f"replicate {r}: " if len(weights) > 1 else ""
            raise ValueError(f"{which}no feature varies within a class in the rows that show it; give more rows")


def _varies(X: NDArray, codes: NDArray, rows: NDArray) -> bool:
    if not len(rows):
        return False
    rows = rows[np.argsort(codes[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[rows], prepend=-1))
    low, high = (end.reduceat(X[rows], starts, axis=0) for end in (np.fmin, np.fmax))
    return bool((high > low).any())
