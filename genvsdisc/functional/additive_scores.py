"""Sums over columns of one-variable log densities, for many classes at once, as two matrix products.

``sum_j log p(x_j) = (Z * Z) A + Z B + c`` with Z = X - shift: expanding the squares costs digits where a mean is many
standard deviations from the shift, so those (class, column) entries are kept out of A and B and computed as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.exponential_family import FAMILIES, Terms, row_blocks

Groups = tuple[tuple[str, Any], ...]
"""Families with the columns of each (an index array, or a slice where one family has all)."""


@dataclass(frozen=True)
class AdditiveScores:
    """Log densities of M classes over d independent columns, prepared for matrix products."""

    shift: NDArray  # (d,)
    terms: Terms  # (M, d) arrays, in x - shift; the products' share only
    far: tuple[tuple[int, NDArray, NDArray, NDArray], ...]  # (class, columns, means, standard deviations)

    @classmethod
    def build(cls, mean: NDArray, variance: NDArray, groups: Groups) -> AdditiveScores:
        """Prepare from means and variances (M, d)."""
        shift, terms = shifted_terms(mean, variance, groups)
        # The expansion loses log10((mean - shift)^2 / variance) of the digits that the type has. Only gaussian entries
        # have a quadratic term; at the others this is 0.
        far = -2 * terms.quadratic * (mean - shift) ** 2 > np.finfo(mean.dtype).eps ** -0.4
        if far.any():
            terms.constant[far] = -0.5 * np.log(2 * np.pi * variance[far])
            terms.quadratic[far] = terms.linear[far] = 0
        return cls(shift, terms, tuple(_far_entries(far, mean, variance)))

    def __call__(self, X: NDArray) -> NDArray:
        """Log densities (n, M) of rows X (n, d); a missing value (NaN) drops its factor."""
        scores = np.empty((len(X), len(self.terms.constant)), X.dtype)
        for rows in row_blocks(len(X), X.itemsize * (X.shape[1] + scores.shape[1])):
            # A missing or an overflowing value shows in its row's scores: no separate look at X is needed.
            with np.errstate(over="ignore", invalid="ignore"):
                block = self._products(X[rows], None)
            spoilt = ~np.isfinite(block).all(axis=1)
            if spoilt.any():
                block[spoilt] = self._products(X[rows][spoilt], np.isnan(X[rows][spoilt]))
            scores[rows] = block
        return scores

    def _products(self, X: NDArray, missing: NDArray | None) -> NDArray:
        Z = X - self.shift
        if missing is not None:
            Z = _tame(Z, missing)
        scores = Z @ self.terms.linear.T
        scores += self.terms.constant.sum(axis=1)
        scores += np.multiply(Z, Z, out=Z) @ self.terms.quadratic.T
        for m, columns, mean, deviation in self.far:
            z = (X[:, columns] - mean) / deviation
            if missing is not None:
                z = _tame(z, missing[:, columns])
            scores[:, m] -= 0.5 * np.einsum("ij,ij->i", z, z)
        if missing is not None:
            scores -= missing @ self.terms.constant.T
        return scores


def shifted_terms(mean: NDArray, variance: NDArray, groups: Groups) -> tuple[NDArray, Terms]:
    """Log densities as quadratics in x - shift; the shift (d,) is the mean over classes, 0 for other than gaussian."""
    shift = np.zeros(mean.shape[1], mean.dtype)
    terms = Terms(*(np.empty_like(mean) for _ in range(3)))
    for name, columns in groups:
        if name == "gaussian":
            shift[columns] = mean[:, columns].mean(axis=0)
        family = FAMILIES[name].terms(mean[:, columns], variance[:, columns], shift[columns])
        terms.quadratic[:, columns], terms.linear[:, columns] = family.quadratic, family.linear
        terms.constant[:, columns] = family.constant
    return shift, terms


def _far_entries(far: NDArray, mean: NDArray, variance: NDArray) -> Iterator[tuple[int, NDArray, NDArray, NDArray]]:
    for m in np.flatnonzero(far.any(axis=1)):
        columns = np.flatnonzero(far[m])
        yield int(m), columns, mean[m, columns], np.sqrt(variance[m, columns])


def _tame(Z: NDArray, missing: NDArray) -> NDArray:
    """0 for what is missing, and nothing so large that its square overflows."""
    limit = np.finfo(Z.dtype).max ** 0.25
    return np.clip(np.where(missing, 0, Z), -limit, limit)
