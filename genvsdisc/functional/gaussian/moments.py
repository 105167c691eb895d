"""Weighted moments of each class, for a stack of weightings of the same rows, and their merging.

Sums are taken about a pilot, a point inside the class, so that a mean of 1e9 with spread 1 costs no digits, and a
column that is constant within a class has a scatter of exactly zero.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.density import product_rows
from genvsdisc.functional.linear.gram import packing

_CHUNK = 1 << 16  # numbers handled at a time: half a megabyte of float64 stays in cache
_AT_ONCE_LIMIT = 1 << 21  # below this many multiplications, all classes at once beat a loop over them
_PRODUCTS_LIMIT = 48  # features up to which it pays to form the d (d + 1) / 2 products of columns
_PILOT_ROWS = 64  # rows whose mean is near enough to that of their class
_KEPT_SHARE = 1e-5  # of a second moment about the pilot that must remain about the mean; else the digits are gone


@dataclass
class Moments:
    """Sufficient statistics of K classes of rows, over leading axes of a stack (R, or none for a single one).

    With z a row minus `center`, the sums over the rows of a class are ``weight = sum w``, ``first = sum w z``,
    ``second = sum w z z'`` (or ``sum w z^2`` where only the diagonal is kept) and, where asked for, ``cubic = sum w
    |z|^2 z`` and ``quartic = sum w |z|^4``. What `class_moments` and `merge` return is about the means: `first` is 0.
    """

    weight: NDArray  # (..., K)
    center: NDArray  # (..., K, d)
    first: NDArray  # (..., K, d)
    second: NDArray  # (..., K, d, d) or (..., K, d)
    cubic: NDArray | None = None  # (..., K, d)
    quartic: NDArray | None = None  # (..., K)

    @property
    def full(self) -> bool:
        """Whether `second` holds matrices."""
        return self.second.ndim > self.first.ndim

    def __len__(self) -> int:
        return len(self.weight)

    def __getitem__(self, index: object) -> Self:
        values: list[Any] = [getattr(self, field.name) for field in fields(self)]
        taken: list[Any] = [None if value is None else value[index] for value in values]
        return type(self)(*taken)

    def moved(self, shift: NDArray) -> Self:
        """Return the same sums about ``center + shift``, shift (..., K, d)."""
        weight, first, second = self.weight[..., None], self.first, self.second
        if not self.full:
            second = second - 2 * shift * first + weight * shift**2
            return replace(self, center=self.center + shift, first=first - weight * shift, second=second)
        rest = first - weight * shift
        outer = shift[..., :, None] * rest[..., None, :]
        moved = replace(self, center=self.center + shift, first=rest)
        moved.second = second - outer - first[..., :, None] * shift[..., None, :]
        if self.cubic is not None and self.quartic is not None:
            length = (shift**2).sum(axis=-1, keepdims=True)
            along = (first * shift).sum(axis=-1, keepdims=True)
            trace = np.trace(second, axis1=-2, axis2=-1)[..., None]
            turned = (second @ shift[..., None])[..., 0]
            moved.cubic = self.cubic - 2 * turned - trace * shift + length * rest + 2 * along * shift
            products = 4 * turned - 4 * self.cubic + (weight * length + 2 * trace - 4 * along) * shift
            moved.quartic = self.quartic + (products * shift).sum(axis=-1)
        return moved

    def about_means(self) -> Self:
        """Return the same sums about the means of the classes; a class without weight stays where it is."""
        weight = self.weight[..., None]
        shift = np.divide(self.first, weight, out=np.zeros_like(self.first), where=weight > 0)
        if self.cubic is None:  # what `moved` comes to when nothing of `first` is left
            gone = self.first[..., None] * shift[..., None, :] if self.full else self.first * shift
            return type(self)(self.weight, self.center + shift, np.zeros_like(shift), self.second - gone)
        moved = self.moved(shift)
        moved.first = np.zeros_like(self.first)
        return moved


def stacked(members: list[Moments]) -> Moments:
    """Put stacks after one another."""
    columns: list[Any] = [[getattr(m, f.name) for m in members] for f in fields(Moments)]
    joined: list[Any] = [None if column[0] is None else np.concatenate(column) for column in columns]
    return Moments(*joined)


def merge(a: Moments, b: Moments) -> Moments:
    """Moments of the union of two sets of rows, about its means (Chan, Golub & LeVeque 1979, with higher powers)."""
    total = a.weight + b.weight
    share = np.divide(b.weight, total, out=np.zeros_like(total), where=total > 0)
    shift = share[..., None] * (b.center - a.center)
    parts = a.moved(shift), b.moved(shift - (b.center - a.center))
    sums: list[Any] = [_sum(getattr(parts[0], f.name), getattr(parts[1], f.name)) for f in fields(Moments)]
    return replace(Moments(*sums), center=parts[0].center, first=np.zeros_like(a.first))


def _sum(a: NDArray | None, b: NDArray | None) -> NDArray | None:
    return None if a is None or b is None else a + b


def filled_means(moments: Moments) -> NDArray:
    """Class means; a class without weight has the mean of all rows."""
    if moments.weight.all():
        return moments.center
    weight = moments.weight[..., None]
    grand = (moments.center * weight).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    return np.where(weight > 0, moments.center, grand)


def class_moments(
    X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, *, full: bool = True, fourth: bool = False
) -> Moments:
    """Moments of the rows of each class under each weighting, about the means.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, finite.
    codes : ndarray of shape (n,)
        Class of each row, 0 to n_classes - 1.
    weights : ndarray of shape (R, n)
        Non-negative weights.
    n_classes : int
        Number of classes K; some may have no rows.
    full : bool, default=True
        Whether `second` holds matrices, or only their diagonals.
    fourth : bool, default=False
        Whether to compute `cubic` and `quartic`.

    Returns
    -------
    moments : Moments
        With leading axis R. Where a class has weight 0 its mean is that of its rows, or arbitrary.
    """
    (n, d), R = X.shape, len(weights)
    order = np.argsort(codes.astype(np.uint16 if n_classes < 1 << 16 else codes.dtype), kind="stable")
    counts = np.bincount(codes, minlength=n_classes)
    ends = counts.cumsum()
    n_products = d * (d + 3) // 2 if full else 2 * d
    raw = _empty(R, n_classes, d, X.dtype, full, fourth)
    if R * n_classes * n * n_products <= _AT_ONCE_LIMIT:
        _add_sorted(raw, X, weights, counts, order)
        direct = _cancelled(raw)
    elif R > 1 and (d <= _PRODUCTS_LIMIT or not full):
        for k in range(n_classes):
            _add_class(raw, k, X, order[ends[k] - counts[k] : ends[k]], weights)
        direct = _cancelled(raw)
    else:
        direct = list(np.ndindex(R, n_classes))
    if direct:  # memory that is fresh for each block would cost more than the sums
        buffer = np.empty((min(max(_CHUNK // d, 4 * d), int(counts.max())), d), X.dtype)
        for r, k in direct:
            _sum_rows(raw, (r, k), X, order[ends[k] - counts[k] : ends[k]], weights[r], buffer)
    return raw.about_means()


def _empty(R: int, n_classes: int, d: int, dtype: np.dtype, full: bool, fourth: bool) -> Moments:
    """Zeros; those of many weightings lie side by side in memory, which is faster than many small matrices."""
    matrix = (d, d) if full else (d,)
    center, cubic = (np.zeros((R, n_classes, d), dtype) for _ in range(2))
    weight, quartic = (np.zeros((R, n_classes), dtype) for _ in range(2))
    if R == 1:
        first, second = np.zeros((R, n_classes, d), dtype), np.zeros((R, n_classes, *matrix), dtype)
    else:
        first = _turned(np.zeros((d, R, n_classes), dtype), 1)
        second = _turned(np.zeros((*matrix, R, n_classes), dtype), len(matrix))
    return Moments(weight, center, first, second, *((cubic, quartic) if fourth else ()))


def _add_sorted(raw: Moments, X: NDArray, weights: NDArray, counts: NDArray, order: NDArray) -> None:
    """All classes of a few rows at once: the rows in the order of their classes, and sums of runs."""
    present = np.flatnonzero(counts)
    starts = (counts.cumsum() - counts)[present]
    rows, place = X.take(order, axis=0), np.repeat(np.arange(len(present)), counts[present])
    center = rows.take(starts, axis=0)
    distance = np.add.reduceat(rows - center.take(place, axis=0), starts, axis=0)
    center += distance / counts[present, None].astype(X.dtype)
    raw.center[:, present] = center
    products = _products(rows - center.take(place, axis=0), raw)
    if len(weights) == 1:
        products *= weights[0].take(order)
        _add_sums(raw, present, np.add.reduceat(products, starts, axis=1)[:, None])
    else:
        one_hot = (place == np.arange(len(present))[:, None]).astype(X.dtype)
        members = weights.take(order, axis=1)[:, None] * one_hot
        _add_sums(raw, present, np.moveaxis(members @ products.T, -1, 0))


def _add_class(raw: Moments, k: int, X: NDArray, rows: NDArray, weights: NDArray) -> None:
    """One class under all weightings, in pieces that stay in cache."""
    if not len(rows):
        return
    pilot = X[rows[0]]
    center = pilot + (X[rows] - pilot).mean(axis=0)
    raw.center[:, k] = center
    step = max(_CHUNK // raw.second[0, 0].size, 64)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        _add_sums(raw, k, _products(X[part] - center, raw) @ weights[:, part].T)


def _products(Z: NDArray, raw: Moments) -> NDArray:
    """What is summed over the rows of Z (n, d): 1, z, z z' (its upper triangle) or z^2, |z|^2 z and |z|^4."""
    n, d = Z.shape
    quadratic = 1 + d + (d * (d + 1) // 2 if raw.full else d)
    rows = np.empty((quadratic if raw.cubic is None else quadratic + d + 1, n), Z.dtype)
    product_rows(Z, raw.full, rows[:quadratic])
    if raw.cubic is not None:
        length = np.einsum("ij,ij->i", Z, Z)
        np.multiply(length, rows[1 : 1 + d], out=rows[quadratic:-1])
        rows[-1] = length**2
    return rows


def _add_sums(raw: Moments, k: int | NDArray, sums: NDArray) -> None:
    """Add sums of products, (n_sums, R) of class k or (n_sums, R, classes) of several."""
    d = raw.first.shape[-1]
    end = 1 + d + (d * (d + 1) // 2 if raw.full else d)
    raw.weight[:, k] += sums[0]
    raw.first[:, k] += _turned(sums[1 : 1 + d], 1)
    products = sums[1 + d : end]
    if raw.full:
        raw.second[:, k] += _turned(products[packing(d)[2]], 2)
    else:
        raw.second[:, k] += _turned(products, 1)
    if raw.cubic is not None and raw.quartic is not None:
        raw.cubic[:, k] += _turned(sums[end : end + d], 1)
        raw.quartic[:, k] += sums[-1]


def _turned(array: NDArray, n_axes: int) -> NDArray:
    """The first axes last; `np.moveaxis` takes as long as a sum over a small table."""
    return array.transpose(*range(n_axes, array.ndim), *range(n_axes))


def _sum_rows(
    raw: Moments, index: tuple[int, ...], X: NDArray, rows: NDArray, weights: NDArray, buffer: NDArray
) -> None:
    """One class under one weighting, from its own rows: for a single fit, many features, or lost digits."""
    w = weights[rows]
    if not w.all():
        rows, w = rows[w > 0], w[w > 0]
    raw.weight[index] = w.sum()
    for sums in (raw.first, raw.second, raw.cubic, raw.quartic):
        if sums is not None:
            sums[index] = 0
    if not len(rows):
        return
    equal = bool((w == w[0]).all())
    step = len(buffer)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        Z = X.take(part, axis=0, out=buffer[: len(part)], mode="clip")
        if start == 0:
            raw.center[index] = Z[0] + (Z[:_PILOT_ROWS] - Z[0]).mean(axis=0)
        Z -= raw.center[index]
        _add_rows(raw, index, Z, w[start : start + step], equal)


def _add_rows(raw: Moments, index: tuple[int, ...], Z: NDArray, w: NDArray, equal: bool) -> None:
    raw.first[index] += w @ Z
    root = Z if equal else Z * np.sqrt(w)[:, None]  # A' A is a symmetric product, half the work of A' B
    second = root.T @ root if raw.full else np.einsum("ij,ij->j", root, root)
    raw.second[index] += w[0] * second if equal else second
    if raw.cubic is not None and raw.quartic is not None:
        length = np.einsum("ij,ij->i", Z, Z)
        raw.cubic[index] += (w * length) @ Z
        raw.quartic[index] += w @ length**2


def _cancelled(raw: Moments) -> list[tuple[int, ...]]:
    """Where the spread about the mean is lost in the square of the distance from the pilot to the mean."""
    second = np.diagonal(raw.second, axis1=-2, axis2=-1) if raw.full else raw.second
    lost = (second * raw.weight[..., None] < (1 + _KEPT_SHARE) * raw.first**2).any(axis=-1)
    return [tuple(index) for index in np.argwhere(lost)] if lost.any() else []
