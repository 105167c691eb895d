"""Gaussians of fewer rows than columns, in the span of the rows: n x n matrices in place of d x d ones.

In z = (x - origin) / scale let B (n, d) be the rows and ``c I + (1 - g) A'A`` a covariance, shrunk by g, with
``A = P B``: P takes from each row the mean of its class and weighs what is left. With the triangular factor of
``L L' = c I + (1 - g) P B B' P'`` and ``T = P' L'^-1`` (Woodbury)

* the inverse is ``(I - (1 - g) B' T T' B) / c``;
* the log determinant is ``(d - n) log c + 2 log |L|``.

Class means are mixtures of rows. So a new row is needed as its products with B and its length only, and the covariance
of some of the columns as the products of the rows over these: what is missing is left out of them. The digits lost are
those that a factorization of the d x d matrix loses, about d / g of the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

_CELLS = 1 << 21  # numbers of a block of rows
_LOG_2_PI = float(np.log(2 * np.pi))
_RANK = 1e-14  # share of the largest eigenvalue below which one is a rounding error


@dataclass(frozen=True)
class SpanGaussians:
    """Normal densities of K classes with G (1 or K) covariances, from n rows of d columns."""

    rows: NDArray  # as given, (N, d), and shared by those fitted to other weightings of them
    used: NDArray  # indices of those with a weight, (n,)
    codes: NDArray  # classes of these, (n,)
    weights: NDArray  # (n,)
    origin: NDArray  # (d,)
    scale: NDArray | None  # (d,); None is 1
    mixes: NDArray  # shares of the rows in the class means, (K, n)
    roots: NDArray  # roots of their shares in the covariances, (G, n)
    kept: NDArray  # 1 - g, (G,)
    level: NDArray  # c, (G,)
    products: NDArray  # of the class means with the rows, (K, n)
    lengths: NDArray  # squares of the class means, (K,)
    whitening: NDArray  # T, (G, n, n)
    log_determinants: NDArray  # of the covariances of x, (G,)

    @classmethod
    def of(
        cls,
        rows: NDArray,
        used: NDArray,
        codes: NDArray,
        weights: NDArray,
        origin: NDArray,
        scale: NDArray | None,
        mixes: NDArray,
        roots: NDArray,
        kept: NDArray,
        level: NDArray,
        gram: NDArray,
    ) -> SpanGaussians:
        """Factor the covariances; `gram` holds the products of the rows in use, (n, n)."""
        products = mixes @ gram
        lengths = np.einsum("kn,kn->k", products, mixes)
        rest = gram - products[codes]
        rest -= (rest @ mixes.T)[:, codes]
        n, d = len(used), len(origin)
        log_scale = 0.0 if scale is None else 2 * float(np.log(scale).sum())
        whitening, log_determinants = np.empty((len(kept), n, n)), np.empty(len(kept))
        for g, root in enumerate(roots):
            lower = kept[g] * root[:, None] * rest * root
            lower[np.diag_indices(n)] += level[g]
            lower = np.linalg.cholesky(lower)
            log_determinants[g] = (d - n) * np.log(level[g]) + 2 * np.log(np.diag(lower)).sum() + log_scale
            half = root[:, None] * solve_triangular(lower, np.eye(n), lower=True, check_finite=False).T
            whitening[g] = _projected_back(half, codes, mixes)
        return cls(
            rows, used, codes, weights, origin, scale, mixes, roots, kept, level, products, lengths, whitening,
            log_determinants,
        )  # fmt: skip

    def group(self, k: int) -> int:
        """Which covariance is that of class k."""
        return k if len(self.kept) > 1 else 0

    def spanning(self) -> NDArray:
        """B, the rows in use, (n, d)."""
        return self.scaled(self.rows[self.used] - self.origin)

    def scaled(self, deviations: NDArray) -> NDArray:
        """Deviations in units of `scale`."""
        return deviations if self.scale is None else deviations / self.scale

    def observed(self, columns: NDArray, gram: NDArray) -> SpanGaussians:
        """Densities of some of the columns (indices), from the products of the rows over them; without the rows."""
        scale = None if self.scale is None else self.scale[columns]
        shared = self.used, self.codes, self.weights, self.origin[columns], scale
        return self.of(self.rows[:, :0], *shared, self.mixes, self.roots, self.kept, self.level, gram)

    def of_class(self, k: int, along: NDArray, lengths: NDArray) -> NDArray:
        """Log densities (m,) under class k of rows whose products with B are (m, n), and their squares (m,)."""
        away = lengths - 2 * along @ self.mixes[k] + self.lengths[k]
        square = self.squares(k, along - self.products[k], away)
        return -0.5 * (len(self.origin) * _LOG_2_PI + self.log_determinants[self.group(k)] + square)

    def squares(self, k: int, along: NDArray, lengths: NDArray) -> NDArray:
        """Squared lengths (m,) in the metric of the covariance of class k, from products (m, n) and squares (m,)."""
        g = self.group(k)
        white = along @ self.whitening[g]
        inside = self.kept[g] * np.einsum("ij,ij->i", white, white)
        return np.asarray(np.maximum(lengths - inside, 0) / self.level[g])

    def inverse_times(self, g: int, deviations: NDArray) -> NDArray:
        """Inverse of a covariance times each of some deviations (m, d)."""
        z, B = self.scaled(deviations), self.spanning()
        inside = z @ B.T @ self.whitening[g] @ self.whitening[g].T @ B
        return self.scaled((z - self.kept[g] * inside) / self.level[g])

    def discriminants(self, means: NDArray, center: NDArray) -> tuple[NDArray, NDArray]:
        """Slopes ``S^-1 m`` (K, d) and offsets ``-m' S^-1 m / 2`` (K,), S shared and m = mean - center."""
        slopes = self.inverse_times(0, means - center)
        return slopes, -0.5 * np.einsum("kd,kd->k", slopes, means - center)

    def covariances(self) -> NDArray:
        """The covariances themselves, (G, d, d)."""
        B, scale = self.spanning(), np.ones(len(self.origin)) if self.scale is None else self.scale
        away = B - (self.mixes @ B)[self.codes]
        covariances = np.empty((len(self.kept), len(scale), len(scale)))
        for g, root in enumerate(self.roots):
            part = root[:, None] * away * scale
            covariances[g] = self.kept[g] * (part.T @ part)
            covariances[g][np.diag_indices(len(scale))] += self.level[g] * scale**2
        return covariances

    def deviations_drawn(self, codes: NDArray, rng: np.random.RandomState, columns: NDArray | None = None) -> NDArray:
        """Deviations from the mean, (m, d), drawn from each of these classes; of some of the columns (indices)."""
        some = slice(None) if columns is None else columns
        B, scale = self.spanning()[:, some], None if self.scale is None else self.scale[some]
        drawn = rng.standard_normal((len(codes), B.shape[1]))
        inside = rng.standard_normal((len(codes), len(self.used)))
        for k in np.unique(codes):
            of_class, g = codes == k, self.group(k)
            mixed = _projected_back((inside[of_class] * self.roots[g]).T, self.codes, self.mixes).T
            drawn[of_class] = np.sqrt(self.level[g]) * drawn[of_class] + np.sqrt(self.kept[g]) * (mixed @ B)
        return drawn if scale is None else drawn * scale


def _projected_back(columns: NDArray, codes: NDArray, mixes: NDArray) -> NDArray:
    """Transpose of taking the class means from rows, applied to (n, j)."""
    sums = np.zeros((len(mixes), columns.shape[1]))
    np.add.at(sums, codes, columns)
    return np.asarray(columns - mixes.T @ sums)


def coordinates(gram: NDArray) -> NDArray:
    """Points (n, r) with these products (n, n), r the rank: the rows, turned into their span."""
    values, vectors = np.linalg.eigh(gram)
    some = values > max(_RANK * values[-1], 0)
    return np.ascontiguousarray(vectors[:, some] * np.sqrt(values[some]))


def span_log_densities(members: Sequence[SpanGaussians], X: NDArray) -> NDArray:
    """Log densities (R, K, m) of rows (m, d) under each of R fits; missing entries (NaN) are integrated out.

    In O(R m (n d + K n^2)); where the fits share rows and scale, in O(m N d + R m K n^2). A set of missing columns of
    its own takes another O(R n^2 d).
    """
    holes = np.isnan(X)
    ragged = holes.any(axis=1)
    out = np.empty((len(members), len(members[0].mixes), len(X)))
    whole = np.flatnonzero(~ragged)
    step = max(_CELLS // X.shape[1], 64)
    for rows in (whole[start : start + step] for start in range(0, len(whole), step)):
        for r, (member, along, lengths) in enumerate(_along(members, X[rows])):
            for k in range(out.shape[1]):
                out[r, k, rows] = member.of_class(k, along, lengths)
    if ragged.any():
        indices = np.flatnonzero(ragged)
        for r, member in enumerate(members):
            out[r][:, indices] = _marginal(member, X[indices], holes[indices])
    # where a square overflowed there is the difference of two infinities
    out[np.isnan(out)] = -np.inf
    return out


def _along(members: Sequence[SpanGaussians], X: NDArray) -> Iterator[tuple[SpanGaussians, NDArray, NDArray]]:
    """Products of rows with those of each member, and their squares; once for all who have them in common."""
    known: tuple[NDArray, NDArray, NDArray] | None = None
    for member in members:
        if member.scale is not None:
            z = member.scaled(X - member.origin)
            yield member, z @ member.spanning().T, np.einsum("ij,ij->i", z, z)
            continue
        if known is None or known[0] is not member.rows:
            z = X - member.origin
            known = member.rows, z @ (member.rows - member.origin).T, np.einsum("ij,ij->i", z, z)
        yield member, known[1][:, member.used], known[2]


def _marginal(member: SpanGaussians, X: NDArray, holes: NDArray) -> NDArray:
    """Log densities (K, m) of the observed entries, pattern by pattern."""
    B, z = member.spanning(), member.scaled(np.where(holes, 0, X - member.origin))
    gram, along, lengths = B @ B.T, z @ B.T, np.einsum("ij,ij->i", z, z)
    patterns, which = np.unique(holes, axis=0, return_inverse=True)
    which = which.reshape(-1)
    out = np.empty((len(member.mixes), len(X)))
    for p, gone in enumerate(patterns):
        seen, rows = np.flatnonzero(~gone), np.flatnonzero(which == p)
        if 2 * len(seen) > len(gone):  # less is to be taken away than to be added up
            lost = B[:, gone]
            some = gram - lost @ lost.T
        else:
            some = B[:, seen] @ B[:, seen].T
        part = member.observed(seen, some)
        for k in range(len(out)):
            out[k, rows] = part.of_class(k, along[rows], lengths[rows])
    return out
