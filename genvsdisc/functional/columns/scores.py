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

from genvsdisc.functional.columns.families import COLUMN_FAMILIES, ColumnTerms, row_blocks

FarEntry = tuple[int, NDArray, NDArray, NDArray]
Groups = tuple[tuple[str, Any], ...]
"""Families with the columns of each (an index array, or a slice where one family has all)."""


@dataclass(frozen=True)
class AdditiveScores:
    """Log densities of M classes over d independent columns, prepared for matrix products."""

    shift: NDArray  # (d,)
    terms: ColumnTerms  # (M, d) arrays, in x - shift; the products' share only
    far: tuple[FarEntry, ...]  # (class, columns, means, standard deviations)

    @classmethod
    def build(cls, mean: NDArray, variance: NDArray, groups: Groups, *, common: bool = True) -> AdditiveScores:
        """Prepare from means and variances (M, d).

        Without what is `common`, the quadratic terms are left out: for variances that all classes share, where they
        would drown the differences between classes in rows far away.
        """
        shift, terms = shifted_terms(mean, variance, groups)
        entries: tuple[FarEntry, ...] = ()
        if not common:
            terms.quadratic[:] = 0
            return cls(shift, terms, entries)
        # A mean that is far even from the shift; at other than gaussian entries the quadratic term is 0.
        far = terms.linear * (mean - shift) * (terms.quadratic < 0) > np.finfo(mean.dtype).eps ** -0.4
        if far.any():
            entries = tuple(_far_entries(far, mean, variance))
            terms.constant[far] = -0.5 * np.log(2 * np.pi * variance[far])
            terms.quadratic[far] = terms.linear[far] = 0
        return cls(shift, terms, entries)

    def __call__(self, X: NDArray) -> NDArray:
        """Log densities (M, n) of rows X (n, d); a missing value (NaN) drops its factor."""
        if len(X) <= len(self.terms.constant):
            return self._of_few_rows(X)
        scores = np.empty((len(self.terms.constant), len(X)), X.dtype)
        linear, quadratic = np.ascontiguousarray(self.terms.linear.T), np.ascontiguousarray(self.terms.quadratic.T)
        constant = self.terms.constant.sum(axis=1)
        shifted = self.shift.any()
        for rows in row_blocks(len(X), X.itemsize * (X.shape[1] + len(scores))):
            # A missing or an overflowing value shows in its row's scores, in every class: no need to search X for it.
            with np.errstate(over="ignore", invalid="ignore"):
                Z = X[rows] - self.shift if shifted else X[rows]
                block = Z @ linear
                block += (Z * Z) @ quadratic
                block += constant
                self._add_far(block, X[rows], None)
            spoilt = np.flatnonzero(~np.isfinite(block[:, 0]))
            if len(spoilt):
                block[spoilt] = self._marginal(X[rows][spoilt])
            scores[:, rows] = block.T
        return scores

    def _of_few_rows(self, X: NDArray) -> NDArray:
        """Fewer than classes: one product, its long side first."""
        linear, quadratic = self.terms.linear, self.terms.quadratic
        coefficients = np.column_stack([linear, quadratic, self.terms.constant.sum(axis=1)])
        columns = np.ones((coefficients.shape[1], len(X)), X.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            Z = (X - self.shift).T
            columns[: len(Z)] = Z
            np.multiply(Z, Z, out=columns[len(Z) : -1])
            scores = coefficients @ columns
            self._add_far(scores.T, X, None)
        spoilt = np.flatnonzero(~np.isfinite(scores[0]))
        if len(spoilt):
            scores[:, spoilt] = self._marginal(X[spoilt]).T
        return scores

    def _marginal(self, X: NDArray) -> NDArray:
        """Log densities (n, M) of what is observed of each row."""
        missing = np.isnan(X)
        Z = tame(X - self.shift, missing, limits(self.terms))
        scores = Z @ self.terms.linear.T + (Z * Z) @ self.terms.quadratic.T + ~missing @ self.terms.constant.T
        self._add_far(scores, X, missing)
        return scores

    def _add_far(self, scores: NDArray, X: NDArray, missing: NDArray | None) -> None:
        for m, columns, mean, deviation in self.far:
            z = (X[:, columns] - mean) / deviation
            if missing is not None:
                z = tame(z, missing[:, columns], np.finfo(z.dtype).max ** 0.25)
            scores[:, m] -= 0.5 * np.einsum("ij,ij->i", z, z)


def shifted_terms(mean: NDArray, variance: NDArray, groups: Groups) -> tuple[NDArray, ColumnTerms]:
    """Log densities as quadratics in x - shift.

    The shift (d,) is the mean over classes, or 0 where expanding the squares about 0 loses few digits, and for columns
    that are not gaussian. The squares lose log10(mean^2 / variance) of the digits that the type has.
    """
    shift = np.zeros(mean.shape[1], mean.dtype)
    for name, columns in groups:
        m, v = mean[:, columns], variance[:, columns]
        if name == "gaussian":
            distant = m * m > np.finfo(m.dtype).eps ** -0.3 * v
            if distant.any():
                shift[columns] = np.where(distant.any(axis=0), m.mean(axis=0), 0)
    return shift, terms_about(shift, mean, variance, groups)


def terms_about(points: NDArray, mean: NDArray, variance: NDArray, groups: Groups) -> ColumnTerms:
    """Log densities (K, d) as quadratics in x less some points: one for each column (d,), or for each class too."""
    terms = ColumnTerms(*(np.empty_like(mean) for _ in range(3)))
    for name, columns in groups:
        family = COLUMN_FAMILIES[name].terms(mean[:, columns], variance[:, columns], points[..., columns])
        terms.quadratic[:, columns], terms.linear[:, columns] = family.quadratic, family.linear
        terms.constant[:, columns] = family.constant
    return terms


def _far_entries(far: NDArray, mean: NDArray, variance: NDArray) -> Iterator[FarEntry]:
    for m in np.flatnonzero(far.any(axis=1)):
        columns = np.flatnonzero(far[m])
        yield int(m), columns, mean[m, columns], np.sqrt(variance[m, columns])


def tame(Z: NDArray, missing: NDArray, limit: Any) -> NDArray:
    """0 for what is missing, and nothing beyond a limit."""
    return np.clip(np.where(missing, 0, Z), -limit, limit)


def limits(terms: ColumnTerms) -> NDArray:
    """How far from the shift (d,) a term may be computed without overflow: counted in deviations, not in units."""
    largest = np.finfo(terms.linear.dtype).max
    with np.errstate(divide="ignore", over="ignore"):
        by_square = largest**0.25 / np.sqrt(np.abs(terms.quadratic).max(axis=0))
        by_slope = largest**0.5 / np.abs(terms.linear).max(axis=0)
    return np.minimum(largest**0.5 / 2, np.minimum(by_square, by_slope))
