r"""The densities that have given log-odds: of all that have them, those of greatest joint likelihood.

Their moments minimize the convex, self-concordant :math:`\langle m, \eta(m) \rangle - \langle m, \delta \rangle`, whose
gradient is the difference of the log-odds, under the total moments of the rows: Newton's method, all replicates at
once. No step looks at a row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.continuum import Continuum
from genvsdisc.functional.gaussian.hermite import scaled_features
from genvsdisc.functional.gaussian.natural import Densities
from genvsdisc.functional.gaussian.shared_steps import relative_derivative

_MAX_HALVINGS = 60
_ROUNDING = 1e-13  # of the objective, which no longer tells points apart
_NEAR = 1e-6  # squared decrement from which on a step of a self-concordant function more than halves it
_CELLS = 2**18  # numbers in the largest array of a block of replicates: a few of them stay in cache


def moments_of(problem: Continuum, theta: NDArray, *, max_iter: int, tol: float) -> tuple[NDArray, NDArray]:
    """Moments of the densities that have given log-odds, and the greatest joint likelihood among those that have.

    Parameters
    ----------
    problem : Continuum
    theta : ndarray of shape (R, C, F)
        Coefficients of the log-odds.
    max_iter : int
        Most steps.
    tol : float
        Bound on the Newton decrement.

    Returns
    -------
    moments : ndarray of shape (R, K, F)
    converged : ndarray of bool, shape (R,)
    """
    theta, moments, converged = problem.centered(theta), problem.target.copy(), problem.present.sum(axis=1) < 2
    _, C, F = theta.shape
    of_classes = not problem.features.shared and bool(problem.present.all())
    step = max(1, _CELLS // (moments.shape[1] * F**2 if of_classes else (C * F) ** 2))
    going = np.flatnonzero(~converged)
    for first in range(0, len(going), step):
        some = going[first : first + step]
        moments[some], converged[some] = _newton(_Search(problem.take(some), theta[some]), max_iter, tol)
    return moments, converged


class _Search:
    """The replicates under way, and what they are to reach."""

    def __init__(self, problem: Continuum, theta: NDArray) -> None:
        self.problem, self.theta = problem, theta

    def take(self, mask: NDArray) -> _Search:
        return self if mask.all() else _Search(self.problem.take(mask), self.theta[mask])

    def evaluate(self, moments: NDArray) -> tuple[NDArray, NDArray, Densities]:
        """Values (R,), infinite where a covariance is singular; gradients (R, C, F) by the log-odds; densities."""
        densities = self.problem.densities(moments)
        scores = self.problem.features.scores(densities)
        held = moments[:, -self.theta.shape[1] :]
        values = self.problem.mean_score(moments, scores, densities) - np.einsum("rcf,rcf->r", self.theta, held)
        return np.where(densities.regular, values, np.inf), self.problem.log_odds(scores) - self.theta, densities

    def steps(self, gradients: NDArray, densities: Densities) -> tuple[NDArray, NDArray]:
        """Newton steps in the moments (R, K, F), and the slopes (R,) of the objective along them."""
        if not self.problem.present.all():
            moves = self._of_whole(gradients, densities)
        elif self.problem.features.shared:
            moves = self._against_last(gradients, densities)
        else:
            moves = self._of_blocks(gradients, densities)
        slopes = np.einsum("rcf,rcf->r", gradients, moves[:, -gradients.shape[1] :])
        return moves, slopes

    def _of_blocks(self, gradients: NDArray, densities: Densities) -> NDArray:
        r"""Steps :math:`-J_k (g_k + s)`, J being the information of a class, with the s that makes them add up to 0."""
        if gradients.shape[1] == 1:  # the second class against the first
            gradients = np.concatenate([np.zeros_like(gradients), gradients], axis=1)
        roots = scaled_features(
            densities.shares, densities.means, densities.covariances, densities.factors, full=self._full
        )
        R, K, F, _ = roots.shape
        side_by_side = roots.transpose(0, 2, 1, 3).reshape(R, F, K * F)
        whole = side_by_side @ side_by_side.swapaxes(1, 2)
        steep = roots.swapaxes(2, 3) @ gradients[..., None]
        gained = (side_by_side @ steep.reshape(R, K * F, 1))[..., 0]
        shift = -np.linalg.solve(whole, gained[..., None])
        steep += roots.swapaxes(2, 3) @ shift[:, None]
        moves: NDArray = -(roots @ steep)[..., 0]
        moves -= moves.mean(axis=1, keepdims=True)  # what is left of rounding
        return moves

    @property
    def _full(self) -> bool:
        return self.problem.features.full

    def _against_last(self, gradients: NDArray, densities: Densities) -> NDArray:
        R, C, F = gradients.shape
        free = max(1, C - 1)
        system = relative_derivative(densities, full=self._full).reshape(R, free * F, free * F)
        right = gradients[:, :free] - gradients[:, free:] if C > 1 else gradients
        moves = -np.linalg.solve(system, right.reshape(R, -1, 1)).reshape(R, free, F)
        return self.problem.spread(moves)

    def _of_whole(self, gradients: NDArray, densities: Densities) -> NDArray:
        R, C, F = gradients.shape
        system = self.problem.derivative(densities, C)
        if C > 1:  # what all classes gain together is 0, and absent classes gain nothing
            system = system.copy()
            self.problem.pin(system)
        moves = -np.linalg.solve(system.reshape(R, C * F, C * F), gradients.reshape(R, -1, 1)).reshape(R, C, F)
        return np.concatenate([-moves, moves], axis=1) if C == 1 else moves


def _newton(search: _Search, max_iter: int, tol: float) -> tuple[NDArray, NDArray]:
    result = search.problem.target.copy()
    converged, active, least = np.zeros(len(result), bool), np.arange(len(result)), np.full(len(result), np.inf)
    moments, (values, gradients, densities) = result, search.evaluate(result)
    for _ in range(max_iter):
        moves, slopes = search.steps(gradients, densities)
        met = (-slopes < _NEAR) & (-slopes > 0.5 * least)  # quadratic convergence has met rounding
        converged[active[met]] = True
        moved, *there, densities, stuck = _searched(search, moments, moves, values, gradients, densities, slopes, met)
        stuck_there = stuck & (-slopes <= _ROUNDING * np.maximum(1, np.abs(values)))
        result[active] = np.where(met[:, None, None], moments, moved)
        converged[active[stuck_there | (~stuck & (-slopes <= tol * tol))]] = True
        going = ~(met | stuck | (-slopes <= tol * tol))
        if not going.any():
            break
        search, active, least = search.take(going), active[going], np.minimum(least, -slopes)[going]
        moments, values, gradients = moved[going], there[0][going], there[1][going]
        densities = densities if going.all() else densities.take(going)
    return result, converged


def _searched(
    search: _Search, moments: NDArray, moves: NDArray, values: NDArray, gradients: NDArray, densities_before: Densities,
    slopes: NDArray, done: NDArray,
) -> tuple[NDArray, NDArray, NDArray, Densities, NDArray]:  # fmt: skip
    """Halve each step until Armijo's condition holds; and those that found none. Nothing is asked of those `done`."""
    bounds = values + _ROUNDING * np.abs(values)
    trial = moments + moves
    there, slopes_there, densities = search.evaluate(trial)
    failed = ~done & ~(there <= bounds + 1e-4 * slopes)
    length = 1.0
    for _ in range(_MAX_HALVINGS - 1):
        if not failed.any():
            break
        length /= 2
        trial[failed] = moments[failed] + length * moves[failed]
        there[failed], slopes_there[failed], some = search.take(failed).evaluate(trial[failed])
        densities.put(failed, some)
        failed[failed] = ~(there[failed] <= bounds[failed] + 1e-4 * length * slopes[failed])
    if failed.any():
        trial[failed], there[failed], slopes_there[failed] = moments[failed], values[failed], gradients[failed]
        densities.put(failed, densities_before.take(failed))
    return trial, there, slopes_there, densities, failed
