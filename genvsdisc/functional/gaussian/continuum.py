r"""Between the joint and the conditional likelihood of normal classes.

For a in [0, 1], shares, means and covariances maximize

.. math:: a\, \langle \hat m, \eta \rangle + (1 - a) \Big(\sum_i w_i \log p(y_i \mid x_i)
          - \tfrac12 \sum_k (\delta_k - \bar\delta)' Q (\delta_k - \bar\delta)\Big)

where :math:`\hat m` are the moments of the generative fit, so that the first term is the mean joint log likelihood, and
:math:`\delta` are the log scores, of which the second term is a function. In the log scores the objective is concave.
At a fixed :math:`\delta` the rest of the joint likelihood is greatest where the total first and second moments of the
model are those of the rows; among such models the moments m of the classes are coordinates of :math:`\delta`, and the
derivative of the first term by :math:`\delta` is :math:`\hat m - m`. Newton's step, taken in m, is

.. math:: \Delta m = \big(a I + (1 - a)(H + Q) M\big)^{-1} g, \qquad M = \partial \delta / \partial m ,

with g the gradient by :math:`\delta` and H the Hessian of the cross-entropy: exact for the generative fit in one step,
and the step of logistic regression at a = 0, where the result is the limit from above.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.natural import Densities, Features
from genvsdisc.functional.gaussian.shared_steps import relative_derivative
from genvsdisc.functional.linear.newton import BY_PAIRS
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.pair_sums import hessian_of_pairs, pair_sums


@dataclass(frozen=True)
class Continuum:
    """R objectives.

    Parameters
    ----------
    features : Features
    conditional : SoftmaxRegression
        The cross-entropy of linear functions of the features, without penalty.
    target : ndarray of shape (R, K, F)
        Moments of the generative fit.
    total : ndarray of shape (R, d, d) or (R, d)
        Its second moment over all classes.
    penalty : ndarray of shape (R, F, F)
        Q, the quadratic form of the log-odds' coefficients that is penalized by half.
    weight : ndarray of shape (R,)
        a.
    """

    features: Features
    conditional: SoftmaxRegression
    target: NDArray
    total: NDArray
    penalty: NDArray
    weight: NDArray

    def take(self, replicates: NDArray | slice) -> Continuum:
        """Keep some of the replicates."""
        return replace(
            self,
            conditional=self.conditional.take(replicates),
            target=self.target[replicates],
            total=self.total[replicates],
            penalty=self.penalty[replicates],
            weight=self.weight[replicates],
        )

    def at(self, weight: NDArray) -> Continuum:
        """The same at other weights of the joint likelihood."""
        return replace(self, weight=weight)

    @property
    def present(self) -> NDArray:
        """Classes that have rows, (R, K)."""
        return self.conditional.present

    def densities(self, moments: NDArray) -> Densities:
        """Densities of moments (R, K, F); an absent class is a stand-in that nothing else depends on."""
        if self.present.all():
            return self.features.densities(moments, self.total)
        stand_in = self.features.moments(
            np.ones(self.present.shape),
            np.zeros((*self.present.shape, self.features.d)),
            np.broadcast_to(self._identity, (*self.present.shape, *self._identity.shape)),
        )
        held = np.where(self.present[:, :, None], moments, stand_in)
        return self.features.densities(held, self.total)

    @property
    def _identity(self) -> NDArray:
        return np.eye(self.features.d) if self.features.full else np.ones(self.features.d)

    def log_odds(self, scores: NDArray) -> NDArray:
        """Coefficients (R, C, F) of the log-odds of two classes, or of log scores that add up to 0."""
        return scores[:, 1:] - scores[:, :1] if scores.shape[1] == 2 else self.centered(scores)

    def centered(self, scores: NDArray) -> NDArray:
        """Coefficients (R, C, F) that add up to 0 over the classes that have rows; those of two classes as they are."""
        if scores.shape[1] == 1:
            return scores
        present = self.present[:, :, None]
        mean = np.where(present, scores, 0).sum(axis=1, keepdims=True) / present.sum(axis=1, keepdims=True)
        return np.where(present, scores - mean, 0.0)

    def coefficients(self, moments: NDArray) -> NDArray:
        """Coefficients (R, C, F) of the log-odds of moments."""
        return self.log_odds(self.features.scores(self.densities(moments)))

    def evaluate(self, moments: NDArray) -> tuple[NDArray, NDArray, NDArray, Densities]:
        """Objective to be minimized (R,), gradient by the log-odds (R, C, F), residuals and densities."""
        densities = self.densities(moments)
        scores = self.features.scores(densities)
        theta = self.log_odds(scores)
        values, gradients, residuals = self.conditional.evaluate(theta)
        curved = theta @ self.penalty
        values = values + 0.5 * np.einsum("rcf,rcf->r", theta, curved)
        a = self.weight
        known = self.mean_score(self.target, scores, densities)
        joint = (moments - self.target)[:, -theta.shape[1] :]
        gradients = a[:, None, None] * joint + (1 - a)[:, None, None] * (gradients + curved)
        values = np.where(densities.regular, (1 - a) * values - a * known, np.inf)
        return values, gradients, residuals, densities

    def mean_score(self, moments: NDArray, scores: NDArray, densities: Densities) -> NDArray:
        """Mean log score (R,) of rows with these moments: the joint log likelihood but for a constant."""
        linear = np.where(self.present[:, :, None], moments * scores, 0).sum(axis=(1, 2))
        if not self.features.shared:
            return linear
        return linear - 0.5 * np.sum(densities.precisions[:, 0] * self.total, axis=tuple(range(1, self.total.ndim)))

    @property
    def by_class(self) -> bool:
        """Whether the derivative of the log scores is a block for each class, of few classes that all have rows."""
        C = self.conditional.shape[1]
        return not self.features.shared and C <= BY_PAIRS and bool(self.present.all())

    def steps(self, gradients: NDArray, residuals: NDArray, densities: Densities) -> tuple[NDArray, NDArray]:
        """Newton steps in the moments (R, K, F), and the slopes (R,) of the objective along them."""
        R, C, F = gradients.shape
        if self.against_last:
            return self._steps_against_last(gradients, residuals, densities)
        derivative = self.derivative(densities, C).reshape(R, C * F, C * F)
        curvature = self.conditional.hessian(residuals) + self._penalty_blocks(C)
        a = self.weight[:, None, None]
        system = (1 - a) * (curvature @ derivative)
        np.einsum("rii->ri", system)[...] += self.weight[:, None]
        if C > 1:
            self.pin(system.reshape(R, C, F, C, F))
        moves = -np.linalg.solve(system, gradients.reshape(R, -1, 1))
        slopes = np.einsum("ri,ri->r", gradients.reshape(R, -1), (derivative @ moves)[..., 0])
        moves = moves.reshape(R, C, F)
        return np.concatenate([-moves, moves], axis=1) if C == 1 else moves, slopes

    @property
    def against_last(self) -> bool:
        """Whether steps are taken in the log-odds against the last class: of few classes that share a covariance."""
        return self.features.shared and self.conditional.shape[1] <= BY_PAIRS and bool(self.present.all())

    def _steps_against_last(
        self, gradients: NDArray, residuals: NDArray, densities: Densities
    ) -> tuple[NDArray, NDArray]:
        """As `steps`, in the log-odds of all classes against the last, which gains what the others lose."""
        R, C, F = gradients.shape
        free = max(1, C - 1)
        derivative = relative_derivative(densities, full=self.features.full).reshape(R, free * F, free * F)
        pairs = pair_sums(self.conditional, residuals)
        pairs += self.penalty[:, None] / C
        system = hessian_of_pairs(pairs).reshape(R, free * F, free * F) @ derivative
        system *= (1 - self.weight)[:, None, None]
        np.einsum("rii->ri", system)[...] += self.weight[:, None]
        right = gradients[:, :free].reshape(R, free * F, 1)
        moves = -np.linalg.solve(system, right)
        slopes = np.einsum("ri,ri->r", right[..., 0], (derivative @ moves)[..., 0])
        return self.spread(moves.reshape(R, free, F)), slopes

    def spread(self, moves: NDArray) -> NDArray:
        """Moves (R, K, F) of all classes from those that the others, or for two classes the second, gain."""
        if self.conditional.shape[1] == 1:
            return np.concatenate([-moves, moves], axis=1)
        return np.concatenate([moves, -moves.sum(axis=1, keepdims=True)], axis=1)

    def derivative(self, densities: Densities, n_outputs: int) -> NDArray:
        """Derivatives of the log-odds by the moments; for two classes the first gives what the second takes."""
        whole = self.features.derivative(densities)
        if n_outputs == 1:
            return whole[:, 1, :, 1] - whole[:, 1, :, 0] - whole[:, 0, :, 1] + whole[:, 0, :, 0]
        both = (self.present[:, :, None] & self.present[:, None, :])[:, :, None, :, None]
        whole = np.where(both, whole, 0.0)
        count = self.present.sum(axis=1)[:, None, None, None, None]
        return np.where(both, whole - whole.sum(axis=1, keepdims=True) / count, 0.0)

    def _penalty_blocks(self, n_outputs: int) -> NDArray:
        if n_outputs == 1:
            return self.penalty
        R, K = self.present.shape
        mask = self.present.astype(float)
        centering = mask[:, :, None] * (np.eye(K) - mask[:, None, :] / mask.sum(axis=1)[:, None, None])
        blocks = np.einsum("rkj,rfg->rkfjg", centering, self.penalty)
        return blocks.reshape(R, K * self.features.count, -1)

    def pin(self, system: NDArray) -> None:
        """Make what the classes gain add up to 0, and hold absent classes still."""
        mask = self.present.astype(float)
        shares = mask[:, :, None] * mask[:, None, :] / mask.sum(axis=1)[:, None, None]
        np.einsum("rkfjf->rkfj", system)[...] += shares[:, :, None, :]
        np.einsum("rkfkf->rkf", system)[...] += 1 - mask[:, :, None]
