"""What a stack of linear classifiers minimizes, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.coordinates import Frame
from genvsdisc.discriminative.training import column_scales
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.losses import LOSSES

Start = tuple[NDArray, NDArray] | None
"""Coefficients (C, d) and intercepts (C,) to start from, on the scale of X."""


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
        Whether the penalty, and plain descent, are on columns of weighted mean 0 and variance 1.
    """

    X: NDArray
    codes: NDArray
    weights: NDArray
    present: NDArray
    loss: str
    reg_lambda: float
    standardize: bool

    @property
    def n_outputs(self) -> int:
        """Rows of coefficients: 1 for two classes."""
        n_classes = self.present.shape[1]
        return 1 if n_classes == 2 else n_classes

    @cached_property
    def scaling(self) -> tuple[NDArray, NDArray]:
        """The columns' means and scales (R, d) on which the penalty works; 0 and 1 without `standardize`."""
        if self.standardize:
            return column_scales(self.X, self.weights)
        shape = (len(self.weights), self.X.shape[1])
        return np.zeros(shape), np.ones(shape)

    def alone(self, r: int) -> LinearProblem:
        """Give replicate r as its plain fit has it: its own rows and nothing else."""
        kept = self.weights[r] > 0
        everything = kept.all()
        return replace(
            self,
            X=self.X if everything else self.X[kept],
            codes=self.codes if everything else self.codes[kept],
            weights=self.weights[r : r + 1, kept],
            present=self.present[r : r + 1],
        )

    def objective(self, frame: Frame) -> SoftmaxRegression:
        """Carry the problem over to a frame."""
        rows = frame.rows(self.X)
        several = self.present.sum(axis=1, keepdims=True) > 1
        return SoftmaxRegression(
            rows=rows,
            codes=self.codes,
            # Of one class alone nothing is learned: the penalty then has the word.
            weights=self.weights if several.all() else self.weights * several,
            penalties=frame.penalties(self.reg_lambda, self.scaling[1]),
            present=self.present,
            loss=LOSSES[self.loss].form(self.present.shape[1]),
            products=ColumnProducts(rows),
        )

    def without_absent(self, intercept: NDArray) -> NDArray:
        """Make the intercepts (R, C) give classes without weight probability zero."""
        if intercept.shape[1] == 1:
            return np.where(self.present[:, 1:], np.where(self.present[:, :1], intercept, np.inf), -np.inf)
        return np.where(self.present, intercept, -np.inf)

    def separated_by(self, coef: NDArray, intercept: NDArray) -> NDArray:
        """Say where every row that has weight gets its own class's logit strictly the largest, (R,)."""
        separated = np.empty(len(coef), dtype=bool)
        own = np.arange(len(self.codes))
        for r, weight in enumerate(self.weights):
            logits = coef[r] @ self.X.T + intercept[r][:, None]
            logits = np.concatenate([np.zeros_like(logits), logits]) if len(logits) == 1 else logits
            logits = np.where(self.present[r][:, None], logits, -np.inf)
            mine = logits[self.codes, own]
            logits[self.codes, own] = -np.inf
            separated[r] = ((mine > logits.max(axis=0)) | (weight == 0)).all()
        return separated


@dataclass(frozen=True)
class LinearFit:
    """R fitted linear classifiers, coefficients on the scale of X, and how they came about."""

    coef: NDArray
    intercept: NDArray
    n_iter: NDArray
    converged: NDArray
    diverged: NDArray
    receding: NDArray
    curves: Sequence[NDArray | list[float]]
    validation_curves: Sequence[list[float]] | None = None

    def attributes(self, problem: LinearProblem, dtype: np.dtype) -> dict[str, Any]:
        """Give the fitted attributes of each replicate; coefficients in a dtype."""
        curves = {"loss_curve_": self.curves, "validation_loss_curve_": self.validation_curves}
        return {
            "coef_": self.coef.astype(dtype, copy=False),
            "intercept_": problem.without_absent(self.intercept).astype(dtype, copy=False),
            "n_iter_": self.n_iter.tolist(),
            **{name: [np.asarray(curve) for curve in each] for name, each in curves.items() if each is not None},
        }

    @classmethod
    def joined(cls, fits: Sequence[LinearFit]) -> LinearFit:
        """Put fits of single replicates together."""
        arrays = ("coef", "intercept", "n_iter", "converged", "diverged", "receding")
        values: dict[str, Any] = {name: np.concatenate([getattr(fit, name) for fit in fits]) for name in arrays}
        return cls(**values, curves=[curve for fit in fits for curve in fit.curves])
