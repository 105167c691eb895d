r"""Classes of normal densities in two coordinates: their moments, and the log scores that follow from them.

A class k has the unnormalized log density :math:`\alpha_k + \theta_k' x - x' P_k x / 2`, linear in the features x (and,
for separate covariances, the products or squares of x) and 1. The expectations of these features, times the share of
the class, are its moments. Arrays are (R, K, F): the features' entries in their order, that of 1 last.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import regular_factors
from genvsdisc.functional.gaussian.hermite import scaled_polynomials


@dataclass(frozen=True)
class Densities:
    """Shares, means and covariances of R mixtures of K normal densities, with what is computed from them.

    Parameters
    ----------
    shares : ndarray of shape (R, K)
        Positive.
    means : ndarray of shape (R, K, d)
    covariances, precisions, factors : ndarray of shape (R, G, d, d) or (R, G, d)
        G is K, or 1 where the classes share the covariance; a precision is its factor times the factor's transpose, or
        the square of inverse standard deviations.
    log_determinants : ndarray of shape (R, G)
        Of the covariances.
    regular : ndarray of bool, shape (R,)
        Whether all covariances are positive definite.
    """

    shares: NDArray
    means: NDArray
    covariances: NDArray
    precisions: NDArray
    factors: NDArray
    log_determinants: NDArray
    regular: NDArray

    @property
    def slopes(self) -> NDArray:
        """Coefficients of x, theta = P mean, (R, K, d)."""
        if self.precisions.ndim == 3:
            return self.precisions * self.means
        return (self.precisions @ self.means[..., None])[..., 0]

    @property
    def offsets(self) -> NDArray:
        """Log scores of x = 0 without the factor that all Gaussians have, (R, K)."""
        return np.log(self.shares) - 0.5 * (np.vecdot(self.means, self.slopes) + self.log_determinants)

    def take(self, replicates: NDArray) -> Densities:
        """Keep some of the replicates."""
        return Densities(*(getattr(self, field.name)[replicates] for field in fields(self)))

    def put(self, replicates: NDArray, others: Densities) -> None:
        """Put others in the place of some of the replicates."""
        for field in fields(self):
            getattr(self, field.name)[replicates] = getattr(others, field.name)


@dataclass(frozen=True)
class Features:
    """Which features the log scores are linear in.

    Parameters
    ----------
    d : int
        Columns.
    shared : bool
        One covariance for all classes: the columns alone. Else their squares, and with `full` their products.
    full : bool
        Whether covariances are matrices, or variances only.
    """

    d: int
    shared: bool
    full: bool

    @property
    def count(self) -> int:
        """F: features and 1."""
        second = self.d * (self.d + 1) // 2 if self.full else self.d
        return self.d + 1 + (0 if self.shared else second)

    def of(self, X: NDArray) -> NDArray:
        """Features (n, F - 1) of rows, without the 1; products in the order of `QuadraticFeatures`."""
        if self.shared:
            return X
        first, second = self._pairs
        return np.concatenate([X, X[:, first] * X[:, second]], axis=1)

    @property
    def _pairs(self) -> tuple[NDArray, NDArray]:
        if self.full:
            return np.triu_indices(self.d)
        return np.arange(self.d), np.arange(self.d)

    def pack(self, matrices: NDArray) -> NDArray:
        """Upper triangles of symmetric matrices (..., d, d); variances stay as they are."""
        if not self.full:
            return matrices
        first, second = self._pairs
        return matrices[..., first, second]

    def unpack(self, packed: NDArray) -> NDArray:
        """Symmetric matrices of upper triangles."""
        if not self.full:
            return packed
        first, second = self._pairs
        matrices = np.empty((*packed.shape[:-1], self.d, self.d), packed.dtype)
        matrices[..., first, second] = matrices[..., second, first] = packed
        return matrices

    def outer(self, left: NDArray, right: NDArray) -> NDArray:
        """Products u v' of vectors (..., d), or their diagonals."""
        return left[..., :, None] * right[..., None, :] if self.full else left * right

    # The two coordinates -----------------------------------------------------------------------------------------

    def moments(self, shares: NDArray, means: NDArray, covariances: NDArray) -> NDArray:
        """Moments (R, K, F) of densities."""
        parts = [means]
        if not self.shared:
            parts.append(self.pack(covariances + self.outer(means, means)))
        parts.append(np.ones((*shares.shape, 1)))
        return np.concatenate(parts, axis=-1) * shares[..., None]

    def densities(self, moments: NDArray, total: NDArray) -> Densities:
        """Densities of moments; those of a shared covariance need the total second moment, (R, d, d) or (R, d)."""
        positive = (moments[..., -1] > 0) & np.isfinite(moments).all(axis=-1)
        if not positive.all():
            moments = np.where(positive[..., None], moments, np.eye(self.count)[-1])
        shares = moments[..., -1]
        means = moments[..., : self.d] / shares[..., None]
        if self.shared:
            between = np.einsum("rk,rk...->r...", shares, self.outer(means, means))
            covariances = (total - between)[:, None]
            scale = total[:, None]
        else:
            second = self.unpack(moments[..., self.d : -1]) / _like(shares, self.full)
            covariances = second - self.outer(means, means)
            scale = second
        precisions, factors, logs, fine = self._inverted(covariances, scale)
        return Densities(shares, means, covariances, precisions, factors, logs, fine & positive.all(axis=1))

    def _inverted(self, covariances: NDArray, scale: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Precisions, their factors, log determinants of the covariances, and where these are regular."""
        if not self.full:
            fine = covariances > 1e-14 * scale
            variances = np.where(fine, covariances, 1.0)
            return 1 / variances, variances**-0.5, np.log(variances).sum(axis=-1), np.asarray(fine.all(axis=(1, 2)))
        variances = np.einsum("...ii->...i", covariances)
        fine = (variances > 1e-14 * np.einsum("...ii->...i", scale)).all(axis=-1)
        safe = np.where(fine[..., None, None], covariances, np.eye(self.d))
        factors, log_determinants, singular = regular_factors(safe, np.einsum("...ii->...i", safe))
        precisions = factors @ factors.swapaxes(-1, -2)
        return precisions, factors, log_determinants, (fine & (singular < 0)).all(axis=1)

    def scores(self, densities: Densities) -> NDArray:
        """Coefficients (R, K, F) of the log scores; without the quadratic part where all classes share it."""
        parts = [densities.slopes]
        if not self.shared:
            precisions = densities.precisions
            halves = 0.5 + 0.5 * (1 - np.eye(self.d)) if self.full else 0.5
            parts.append(-self.pack(precisions * halves))
        parts.append(densities.offsets[..., None])
        return np.concatenate(parts, axis=-1)

    # Their derivative --------------------------------------------------------------------------------------------

    def derivative(self, densities: Densities) -> NDArray:
        """Derivatives (R, K, F, K, F) of the log scores by the moments, known up to a shift of all classes alike.

        Symmetric; the inverse of the Fisher information of the log scores. With shared covariance the moments move
        under the total second moment as it is.
        """
        return self._derivative_shared(densities) if self.shared else self._derivative_separate(densities)

    def _derivative_shared(self, densities: Densities) -> NDArray:
        d, means, slopes, shares = self.d, densities.means, densities.slopes, densities.shares
        R, K = shares.shape
        identity = np.eye(K) / shares[:, :, None]  # (R, K, K)
        products = means @ slopes.swapaxes(1, 2)
        result = np.empty((R, K, d + 1, K, d + 1))
        precision = densities.precisions[:, 0]
        if self.full:
            result[:, :, :d, :, :d] = np.einsum("rkj,rab->rkajb", identity + products, precision)
            result[:, :, :d, :, :d] += np.einsum("rja,rkb->rkajb", slopes, slopes)
            by_share = -np.einsum("rka,rkj->rkaj", slopes, identity) - np.einsum("rja,rjk->rkaj", slopes, products)
            square = products
        else:
            inner = np.einsum("rkj,ra->rkja", identity, precision) + 2 * slopes[:, :, None] * slopes[:, None]
            result[:, :, :d, :, :d] = np.einsum("rkja,ab->rkajb", inner, np.eye(d))
            by_share = -np.einsum("rka,rkj->rkaj", slopes, identity)
            by_share -= np.einsum("rja,rja,rka->rkaj", slopes, slopes, means)
            square = None
        result[:, :, :d, :, d] = by_share
        result[:, :, d, :, :d] = np.einsum("rjbk->rkjb", by_share)
        norms = np.einsum("rkk->rk", products)
        corner = identity * (1 + norms)[:, :, None]
        if square is not None:
            corner += 0.5 * square * square
        else:
            corner += 0.5 * np.einsum("rka,rja->rkj", slopes**2, means**2)
        result[:, :, d, :, d] = corner
        return result

    def _derivative_separate(self, densities: Densities) -> NDArray:
        R, K = densities.shares.shape
        polynomials = self.polynomials(densities)
        result = np.zeros((R, K, self.count, K, self.count))
        np.einsum("rkfkg->rkfg", result)[...] = polynomials.swapaxes(-1, -2) @ polynomials
        return result

    def polynomials(self, densities: Densities) -> NDArray:
        """Matrices C (R, K, F, F) with the blocks C'C of the derivative, for separate covariances."""
        return scaled_polynomials(densities.shares, densities.means, densities.factors, full=self.full)


def _like(values: NDArray, full: bool) -> NDArray:
    """Values with axes for the entries of a matrix, or of a vector."""
    return values[..., None, None] if full else values[..., None]
