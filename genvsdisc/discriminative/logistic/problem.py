"""What a stack of linear classifiers minimizes, and the coordinates in which it is minimized."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import absent
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.scaling import means_and_deviations

_COPIED = 2**20  # entries of X that are centered and scaled in any case
_MODERATE = 1e3
_TINY = 1e-100
_FEWEST_SPANNED = 128
"""Columns below which many replicates together take less time than each in the span of its rows (measured)."""


@dataclass(frozen=True)
class Frame:
    """Columns ``(X - center) / scale``, shared by all replicates.

    The optimum does not depend on the frame: penalties are carried over to it, and the coefficients back.
    """

    center: NDArray
    scale: NDArray

    @classmethod
    def of(cls, X: NDArray, reg_lambda: float) -> Self:
        """Choose a frame in which columns have about mean 0 and variance 1, from some 4,000 rows.

        Large tables whose columns are neither far from 0 nor of very different scales stay as they are. Where columns
        on their own scale vary so little that the penalty, `reg_lambda`, outweighs the data 1e100 times, they are
        divided by its root, so that it does not overflow.
        """
        some = X[:: max(1, len(X) // 4096)]
        center, scale = (moments[0] for moments in means_and_deviations(some, np.full((1, len(some)), 1 / len(some))))
        moderate = scale.min() > 1 / _MODERATE and scale.max() < _MODERATE * min(1, scale.min())
        if X.size > _COPIED and moderate and (np.abs(center) < _MODERATE * scale).all():
            return cls(np.zeros_like(center), np.ones_like(scale))
        root = np.sqrt(reg_lambda)
        return cls(center, np.where(scale < 1e-50 * root, root, scale))

    @property
    def width(self) -> int:
        """Number of columns in this frame."""
        return len(self.scale)

    def columns(self, X: NDArray) -> NDArray:
        """Columns of X in this frame, (n, width)."""
        if not self.center.any() and (self.scale == 1).all():
            return X
        columns = X - self.center
        columns /= self.scale
        return columns

    def penalties(self, reg_lambda: float, units: NDArray) -> NDArray:
        """Penalties (R, D) in this frame of coefficients of columns in the given units, (R, d) or (1, d)."""
        penalties = reg_lambda * (units / self.scale) ** 2
        return np.append(penalties, np.zeros((len(penalties), 1)), axis=1)

    def enter(self, theta: NDArray) -> NDArray:
        """Coefficients (R, C, D) in this frame of those on the scale of X."""
        coef = theta[:, :, :-1]
        return np.append(coef * self.scale, theta[:, :, -1:] + (coef @ self.center)[:, :, None], axis=2)

    def leave(self, theta: NDArray) -> NDArray:
        """Coefficients (R, C, D) on the scale of X."""
        with np.errstate(over="ignore"):  # who asks for them refuses infinite ones by the column's name
            coef = theta[:, :, :-1] / self.scale
        return np.append(coef, theta[:, :, -1:] - (coef @ self.center)[:, :, None], axis=2)


@dataclass(frozen=True)
class RowSpan(Frame):
    r"""Coordinates in the span of n rows of d > n columns, for one replicate.

    Let Z be the rows :math:`z = (x - center) / scale`, in units in which all coefficients have the same penalty. The
    optimum is a combination of them (Kimeldorf & Wahba 1971), so that with :math:`Z' = Q R` it is Q times the optimum
    for the rows of R': in time :math:`n^2 d` instead of :math:`d^3`.

    Parameters
    ----------
    basis : ndarray of shape (d, n)
        Q, with orthonormal columns.
    rows : ndarray of shape (n, n)
        R', the rows in that basis.
    """

    basis: NDArray
    rows: NDArray

    @classmethod
    def spanned(cls, X: NDArray, center: NDArray, scale: NDArray) -> Self:
        """Find the span of rows X in units of `scale` about `center`."""
        columns = (X - center) / scale
        basis, triangle = np.linalg.qr(columns.T)
        basis[~columns.any(axis=0)] = 0.0  # not the rounding of it
        return cls(center, scale, basis, np.ascontiguousarray(triangle.T))

    @property
    def width(self) -> int:
        """Number n of coordinates."""
        return len(self.rows)

    def columns(self, X: NDArray) -> NDArray:  # noqa: ARG002 - X are the rows that it was made of
        """Coordinates (n, n) of the rows X that span them."""
        return self.rows

    def penalties(self, reg_lambda: float, units: NDArray) -> NDArray:
        """Penalties (1, n + 1) of coefficients in the basis, all alike."""
        return super().penalties(reg_lambda, units)[:, -1 - self.width :]

    def enter(self, theta: NDArray) -> NDArray:
        """Coefficients (1, C, n + 1) in the basis of those on the scale of X: what lies across the rows is left out."""
        theta = super().enter(theta)
        return np.append(theta[:, :, :-1] @ self.basis, theta[:, :, -1:], axis=2)

    def leave(self, theta: NDArray) -> NDArray:
        """Coefficients (1, C, d + 1) on the scale of X."""
        return super().leave(np.append(theta[:, :, :-1] @ self.basis.T, theta[:, :, -1:], axis=2))


@dataclass(frozen=True)
class LinearProblem:
    """What R linear classifiers minimize, on R weightings of the same rows.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Class of each row.
    weights : ndarray of shape (R, n)
        Each row sums to 1.
    present : ndarray of bool, shape (R, K)
        Classes that have weight.
    loss : {"cross_entropy", "squared_error"}
        Loss of the logits.
    reg_lambda : float
        Penalty of half the squared coefficients.
    standardize : bool
        Whether the penalty, and descent, are on columns of weighted mean 0 and variance 1.
    """

    X: NDArray
    codes: NDArray
    weights: NDArray
    present: NDArray
    loss: str
    reg_lambda: float
    standardize: bool

    @classmethod
    def of(
        cls, X: NDArray, codes: NDArray, weights: NDArray, *, n_classes: int, loss: str, reg_lambda: float,
        standardize: bool,
    ) -> Self:  # fmt: skip
        """Normalize the weights, and leave out rows that no replicate gives weight to."""
        weights = weights / weights.max(axis=1, keepdims=True)  # their sum might overflow
        weights /= weights.sum(axis=1, keepdims=True)
        kept = weights.any(axis=0)
        if not kept.all():
            X, codes, weights = X[kept], codes[kept], weights[:, kept]
        present = absent.present_classes(weights, codes, n_classes)
        return cls(X.astype(float, copy=False), codes, weights, present, loss, reg_lambda, standardize)

    @property
    def n_outputs(self) -> int:
        """Rows of coefficients: 1 for two classes."""
        n_classes = self.present.shape[1]
        return 1 if n_classes == 2 else n_classes

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (R, C, d + 1) of the coefficients."""
        return len(self.weights), self.n_outputs, self.X.shape[1] + 1

    @cached_property
    def scaling(self) -> tuple[NDArray, NDArray]:
        """The columns' means and scales (R, d) on which the penalty works; 0 and 1 without `standardize`."""
        if self.standardize:
            return means_and_deviations(self.X, self.weights)
        shape = (len(self.weights), self.X.shape[1])
        return np.zeros(shape), np.ones(shape)

    def take(self, replicates: slice | NDArray) -> LinearProblem:
        """Keep some of the replicates."""
        return replace(self, weights=self.weights[replicates], present=self.present[replicates])

    def alone(self, r: int) -> LinearProblem:
        """Give replicate r as its plain fit has it: its rows of positive weight and nothing else."""
        if len(self.weights) == 1 and self.weights.all():
            return self
        kept = self.weights[r] > 0
        everything = kept.all()
        return replace(
            self,
            X=self.X if everything else self.X[kept],
            codes=self.codes if everything else self.codes[kept],
            weights=self.weights[r : r + 1, kept],
            present=self.present[r : r + 1],
        )

    @property
    def is_wide(self) -> NDArray:
        """Mask (R,) of the replicates whose only optimum lies in the span of fewer rows than their many columns."""
        width = self.X.shape[1]
        if width < _FEWEST_SPANNED or self.reg_lambda == 0 or self.loss != "cross_entropy":
            return np.zeros(len(self.weights), dtype=bool)
        return np.asarray(width > (self.weights > 0).sum(axis=1))

    @cached_property
    def frame(self) -> Frame:
        """Coordinates for the solvers: those of the rows' span for one wide replicate, as `alone` gives it."""
        if len(self.weights) == 1 and self.is_wide[0]:
            center, scale = (moments[0] for moments in means_and_deviations(self.X, self.weights))
            if self.standardize:
                return RowSpan.spanned(self.X, center, scale)
            # Else smaller columns would drown in the rounding of the others.
            if scale.min() > _TINY and scale.max() < _MODERATE * scale.min():
                return RowSpan.spanned(self.X, center, np.full_like(scale, scale.max()))
        return self.plain_frame

    @property
    def plain_frame(self) -> Frame:
        """Columns of about mean 0 and variance 1, for any number of replicates."""
        return Frame.of(self.X, 0.0 if self.standardize else self.reg_lambda)

    @property
    def objective(self) -> SoftmaxRegression:
        """The problem in its frame."""
        columns = self.frame.columns(self.X)
        several = self.present.sum(axis=1, keepdims=True) > 1
        return SoftmaxRegression(
            rows=columns,
            codes=self.codes,
            # One class alone has no coefficients to learn: only the penalty is left, and they are zero.
            weights=self.weights if several.all() else self.weights * several,
            penalties=self.frame.penalties(self.reg_lambda, self.scaling[1]),
            present=self.present,
            loss=TRAINING_LOSSES[self.loss].form(self.present.shape[1]),
            products=ColumnProducts(columns),
        )
