"""Fixed points of EM maps, accelerated, many at once.

EM is the iteration ``x <- g(x)``. With the residual ``f = g(x) - x`` and the differences dX, dF of the last few
iterates and residuals, Anderson's step is ``x + f - (dX + dF) gamma``, gamma minimizing ``|f - dF gamma|^2``. One that
lowers the objective is replaced by the step of EM, which cannot lower it (the scheme of Henderson & Varadhan 2019).
Where no objective is known that EM never lowers, as with a regularization that depends on the moments, one after which
the residual is more than twice as large is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.anderson import AndersonHistory

_WORTH_DROPPING = 0.15  # share of the members from which on it pays to go on without them
_STALLED, _NO_NEARER = 8, 40  # steps in a row without a gain that rounding would not hide; without a smaller residual
_WORSE = float(np.log(2))  # growth of the residual that an extrapolation may bring
_ROUNDING = 1e-5  # residual from which on it may have stopped falling for rounding


class LeftParameterSpaceError(ArithmeticError):
    """A step of EM, not an extrapolation, ended where there is no objective.

    Its arguments are the problem at that step, of the members that still moved, and which members these are.
    """


@dataclass
class Evaluation:
    """One step from each of R parameter vectors, or of R times B where each member falls into B blocks."""

    image: NDArray  # g(x), (R, p) or (R, B, p)
    residual: NDArray  # largest step of a mean or covariance, in units of standard deviations, (R,) or (R, B)
    log_likelihood: NDArray  # at x, as `residual`
    objective: NDArray  # at x, as `residual`
    regular: NDArray  # whether x is inside the parameter space, as `residual`
    ahead: NDArray | None = None  # a guess of where steps like this one lead to, as `image`
    monotone: bool = True  # whether g does not lower the objective; else the residual judges an extrapolation

    def flat(self) -> Evaluation:
        """Every block as a member of its own."""
        p = self.image.shape[-1]
        return Evaluation(
            self.image.reshape(-1, p),
            self.residual.ravel(),
            self.log_likelihood.ravel(),
            self.objective.ravel(),
            self.regular.ravel(),
            None if self.ahead is None else self.ahead.reshape(-1, p),
            self.monotone,
        )

    @property
    def merit(self) -> NDArray:
        """What an extrapolation may not lower, but for rounding or, where that is the residual, a factor."""
        return self.objective if self.monotone else -np.log(np.maximum(self.residual, 1e-300))

    def is_steady(self, before: NDArray, steady: float) -> NDArray:
        """Whether the log likelihood has moved by no more than this and rounding."""
        if steady == np.inf:
            return np.ones(len(before), dtype=bool)
        rounding = 4 * np.finfo(self.image.dtype).eps * np.abs(self.log_likelihood)
        return np.abs(self.log_likelihood - before) <= steady + rounding

    @property
    def slack(self) -> NDArray | float:
        """By how much it may lower it all the same."""
        return 1e-13 * np.abs(self.objective) if self.monotone else _WORSE


class FixedPointProblem(Protocol):
    """A stack of R EM maps with their objectives."""

    def evaluate(self, x: NDArray) -> Evaluation:
        """Take one step from each x (R, p) or (R, B, p)."""
        ...

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        ...


@dataclass
class FixedPoints:
    """Where the maps came to rest: x, whether each did (R,), and the log likelihoods of each step, (steps, R)."""

    x: NDArray
    converged: NDArray
    log_likelihoods: NDArray


def fixed_points(
    problem: FixedPointProblem,
    x: NDArray,
    *,
    tol: NDArray | float,
    max_iter: int,
    gain: float | None = None,
    steady: float = np.inf,
    followed: bool = False,
) -> FixedPoints:
    """Iterate a stack of EM maps to their fixed points.

    Parameters
    ----------
    problem : FixedPointProblem
        The maps.
    x : ndarray of shape (R, p) or (R, B, p)
        Where to start. Blocks are parameters on which the others have no influence, with an objective of their own
        (classes that share nothing): each is accelerated, and comes to rest, by itself.
    tol : float or ndarray of shape (R,)
        A member stops when its residual is at most this, or when its objective has stopped rising.
    max_iter : int
        Largest number of evaluations.
    gain : float, default=None
        Where the problem says what lies ahead, a member also stops when the step there is expected to leave less to
        gain than this share of its objective; None for no such end.
    steady : float, default=inf
        A small residual is the end only where the last step moved the log likelihood by no more than this; in a
        maximum it does not, but the end of a regularized EM is none.
    followed : bool, default=False
        Whether a step of the map from the end follows, which comes nearer by as much as the last ones.

    Returns
    -------
    result : FixedPoints

    Raises
    ------
    LeftParameterSpaceError
        If a step of a map itself ends outside the parameter space.

    References
    ----------
    Walker & Ni (2011), Anderson acceleration for fixed-point iterations, SIAM J. Numer. Anal. 49, 1715-1735.
    Henderson & Varadhan (2019), Damped Anderson acceleration with restarts and monotonicity control for accelerating
    EM and EM-like algorithms, JCGS 28, 834-846.
    """
    R, p = len(x), x.shape[-1]
    B = x.size // (R * p) if x.ndim == 3 else 1
    ends = x.reshape(-1, p).copy()
    result = FixedPoints(ends.reshape(x.shape), np.zeros(R, dtype=bool), np.full((0, R), np.nan))
    members, limits = np.arange(R), np.repeat(np.broadcast_to(tol, R), B)
    blocks = np.arange(R * B)
    history = AndersonHistory.empty(R * B, p, x.dtype)
    current, residual_vector, image = ends.copy(), np.zeros_like(ends), ends
    merit = best = objective = np.full(R * B, -np.inf)
    stalled = np.zeros(R * B, dtype=int)
    log_likelihood, trace = np.full(R * B, np.nan), []
    candidate, extrapolated, resting = current, np.zeros(R * B, dtype=bool), np.zeros(R * B, dtype=bool)
    before = np.ones(R * B)  # ratio of the last two steps
    lost = np.zeros(R * B, dtype=bool)  # came to rest without an end
    for turn in range(max_iter):
        step = problem.evaluate(candidate.reshape(-1, *x.shape[1:])).flat()
        accepted = ~extrapolated | (step.regular & (step.merit >= merit - step.slack))
        if not (extrapolated | step.regular).all():
            raise LeftParameterSpaceError(problem, members)
        gained = step.merit - best > 1e-12 * np.abs(step.merit)
        new_residual = (step.image if step.ahead is None else step.ahead) - candidate
        little = _expects_little(step, objective, log_likelihood[blocks], new_residual, residual_vector, gain)
        ratio = _ratio(new_residual, residual_vector)
        if turn:
            history.add(candidate - current, new_residual - residual_vector, accepted)
            history.clear(~accepted)
        stalled = np.where(accepted, np.where(gained, 0, stalled + 1), stalled)
        new = candidate, new_residual, step.image, step.merit
        if accepted.all():
            current, residual_vector, image, merit = new
        else:
            old = current, residual_vector, image, merit
            current, residual_vector, image, merit = (_chosen(accepted, *each) for each in zip(new, old, strict=True))
        best = merit if step.monotone else np.maximum(best, merit)
        objective = np.where(accepted, step.objective, objective)
        at_rest = step.is_steady(log_likelihood[blocks], steady)
        log_likelihood[blocks] = np.where(accepted, step.log_likelihood, log_likelihood[blocks])
        trace.append(log_likelihood.reshape(R, B).sum(axis=1))
        jump, possible = history.jump(residual_vector)
        following = current + residual_vector - jump
        slower, before = np.maximum(ratio, before), ratio
        near = step.residual * slower ** (2 if followed else 1) <= limits[blocks] * (1 - slower)
        still = stalled >= (_STALLED if step.monotone else _NO_NEARER)
        done = accepted & ~resting & (at_rest & ((step.residual <= limits[blocks]) | near) | still | little)
        if done.any():
            end = _chosen(near, following, image if step.ahead is None else step.ahead)
            ends[blocks[done]] = end[done]
            resting |= done
            if not step.monotone:
                lost |= done & still & (step.residual > _ROUNDING)
            finished = resting.reshape(-1, B).all(axis=1)
            result.converged[members] = finished & ~lost.reshape(-1, B).any(axis=1)
            if finished.all():
                break
            if finished.mean() > _WORTH_DROPPING:
                keep, kept = np.flatnonzero(~finished), np.flatnonzero(np.repeat(~finished, B))
                problem, members, blocks, history = problem.take(keep), members[keep], blocks[kept], history.take(kept)
                current, residual_vector, image, following = (
                    values[kept] for values in (current, residual_vector, image, following)
                )
                merit, best, objective, before, stalled = (
                    values[kept] for values in (merit, best, objective, before, stalled)
                )
                accepted, resting, possible, lost = (values[kept] for values in (accepted, resting, possible, lost))
        extrapolated = accepted & (possible | (step.ahead is not None)) & ~resting
        candidate = following
        if not extrapolated.all():
            candidate = _chosen(extrapolated, candidate, _chosen(resting, current, image))
    else:
        ends[blocks[~resting]] = image[~resting]
    result.log_likelihoods = np.array(trace)
    return result


def _ratio(residual: NDArray, before: NDArray) -> NDArray:
    """Length of a step in that of the one before, at most 1, and 1 where there was none."""
    now, last = (np.sqrt(np.einsum("rp,rp->r", each, each)) for each in (residual, before))
    return np.asarray(np.minimum(np.divide(now, last, out=np.ones_like(now), where=last > 0), 1))


def _chosen(which: NDArray, new: NDArray, old: NDArray) -> NDArray:
    """Members of one array or the other."""
    return np.where(which.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def _expects_little(
    step: Evaluation,
    objective: NDArray,
    log_likelihood: NDArray,
    residual: NDArray,
    before: NDArray,
    share: float | None,
) -> NDArray:
    """Whether what is left to gain after this step is no more than a share of the objective.

    Gains go as squared steps: the last gain times the ratio of this step and the last, once for what this one brings
    and once more for what it leaves. The part of the log likelihood that the objective does not gain, since that has
    its maximum elsewhere, goes as the steps.
    """
    if step.ahead is None or share is None:
        return np.zeros(len(residual), dtype=bool)
    last, now = (np.einsum("rp,rp->r", each, each) for each in (before, residual))
    known, most = np.isfinite(objective), share * np.abs(step.objective)
    gain = np.where(known, np.abs(step.objective - objective), np.inf)
    apart = np.where(known, np.abs(step.log_likelihood - log_likelihood - step.objective + objective), np.inf)
    return np.asarray((now > 0) & (now < last) & (gain * now**2 <= most * last**2) & (apart * now <= most * last))
