"""The hybrid of Gaussian classes and logistic regression: its fits, and the loss along the dial."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.functional import absent
from genvsdisc.functional.gaussian.continuum import Continuum
from genvsdisc.functional.gaussian.continuum_newton import follow, follow_along
from genvsdisc.functional.gaussian.given_log_odds import moments_of
from genvsdisc.functional.gaussian.natural import Features
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.scaling import means_and_deviations
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.hybrid.dial import DIAL, log_loss_of
from genvsdisc.hybrid.frame import FeatureFrame

_MOST_STEPS = 2000  # to the densities of given log-odds; a step looks at no row


@dataclass(frozen=True)
class GaussianEnds:
    """The classifiers at both ends of the dial, and the problem between them."""

    gaussian: GaussianClassifier
    logistic: LogisticClassifier
    features: Features

    def generative(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        """The fits of the generative end."""
        fitted = copy(self.gaussian)._fit_stack(X, codes, weights)
        span, dense = fitted["_span"], fitted["_covariances"]
        if span[0] is not None:  # fewer rows than columns
            groups = 0 if self.features.shared else slice(None)
            dense = np.array([member.covariances()[groups] for member in span])
        return {**fitted, "covariances_": dense}

    def is_regular(self, X: NDArray, codes: NDArray, mask: NDArray) -> bool:
        """Whether the generative classifier can be fitted to these rows."""
        try:
            self.generative(X, codes, mask)
        except ValueError:
            return False
        return True

    def discriminative(
        self, X: NDArray, codes: NDArray, weights: NDArray, frame: FeatureFrame
    ) -> tuple[NDArray, NDArray]:
        """Coefficients (R, C, F) in the frame, and steps, of the fits of the other end."""
        fitted = copy(self.logistic)._fit_stack(self.features.of(X), codes, weights)
        intercepts = np.nan_to_num(fitted["intercept_"], posinf=0.0, neginf=0.0)
        raw = np.append(fitted["coef_"], intercepts[:, :, None], axis=2)
        return raw @ np.linalg.inv(frame.to_raw).T, np.asarray(fitted["n_iter_"])

    def problem(
        self, X: NDArray, codes: NDArray, weights: NDArray, frame: FeatureFrame, start: dict[str, Any], a: NDArray
    ) -> tuple[Continuum, NDArray]:
        """What lies between the ends, and the moments of the generative one, from which its fits start."""
        features, K = self.features, len(self.gaussian.classes_)
        shares = weights / weights.max(axis=1, keepdims=True)
        shares /= shares.sum(axis=1, keepdims=True)
        present = absent.present_classes(shares, codes, K)
        rows = features.of(frame.columns(X))
        conditional = SoftmaxRegression(
            rows=rows,
            codes=codes,
            weights=shares,
            penalties=np.zeros((len(shares), features.count)),
            present=present,
            loss=TRAINING_LOSSES["cross_entropy"].form(K),
            products=ColumnProducts(rows),
        )
        prior, means = np.asarray(start["class_prior_"], float), frame.columns(np.asarray(start["means_"]))
        covariances = frame.covariances(np.asarray(start["covariances_"]), shared=features.shared)
        spread = np.broadcast_to(covariances, (*means.shape[:2], *covariances.shape[2:]))
        target = features.moments(prior, means, spread)
        total = np.einsum("rk,rk...->r...", prior, spread + features.outer(means, means))
        penalty = self._penalty(X, shares, frame)
        return Continuum(features, conditional, target, total, penalty, a), target

    def _penalty(self, X: NDArray, shares: NDArray, frame: FeatureFrame) -> NDArray:
        """Quadratic forms of the log-odds' coefficients in the frame, (R, F, F)."""
        back, reg_lambda = frame.to_raw[:-1], self.logistic.reg_lambda
        if not self.logistic.standardize:
            return np.broadcast_to(reg_lambda * (back.T @ back), (len(shares), *(2 * back.shape[1:])))
        units = means_and_deviations(self.features.of(X), shares)[1]
        scaled = back * units[:, :, None]
        return reg_lambda * (scaled.swapaxes(1, 2) @ scaled)


def fit_gaussian(
    ends: GaussianEnds,
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    a: NDArray,
    frame: FeatureFrame,
    start: dict[str, Any],
    *,
    max_iter: int,
    tol: float,
    dtype: Any,
) -> tuple[dict[str, Any], NDArray]:
    """Fitted attributes of R training sets, and whether they converged.

    Parameters
    ----------
    ends : GaussianEnds
    X : ndarray of shape (n, d)
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
    a : ndarray of shape (R,)
        Weights of the joint likelihood.
    frame : FeatureFrame
        Coordinates to solve in.
    start : dict
        What ``ends.generative`` gives for these rows.
    max_iter : int
        Most Newton steps.
    tol : float
        Bound on the Newton decrement.
    dtype : dtype
        Of the attributes that have the scale of X.
    """
    problem, target = ends.problem(X, codes, weights, frame, start, a)
    moments, n_iter, converged = np.copy(target), (a == 1).astype(int), (a == 0) | (a == 1)
    theta = np.zeros((len(a), *problem.conditional.shape[1:]))
    inner = np.flatnonzero((a > 0) & (a < 1))
    limits: dict[str, Any] = {"max_iter": max_iter, "tol": tol}
    moments[inner], n_iter[inner], converged[inner] = follow(problem.take(inner), target[inner], **limits)
    outer = np.flatnonzero((a == 0) | ~converged)
    if len(outer):
        theta[outer], steps = ends.discriminative(X, codes, weights[outer], frame)
        moments[outer], reached = moments_of(problem.take(outer), theta[outer], max_iter=_MOST_STEPS, tol=tol)
        n_iter[outer] += steps
        converged[outer] = reached
    again = np.intersect1d(inner, outer)
    if len(again):
        moments[again], steps, converged[again] = follow(problem.take(again), moments[again], **limits)
        n_iter[again] += steps
        far = again[~converged[again]]
        moments[far], steps, converged[far] = follow_along(problem.take(far), target[far], **limits)
        n_iter[far] += steps
    given = np.flatnonzero(a > 0)
    theta[given] = problem.take(given).coefficients(moments[given])
    return _attributes(problem, moments, theta, start, frame, dtype) | {"n_iter_": n_iter}, converged


def _attributes(
    problem: Continuum,
    moments: NDArray,
    theta: NDArray,
    start: dict[str, Any],
    frame: FeatureFrame,
    dtype: Any,
) -> dict[str, Any]:
    features, present = problem.features, problem.present
    densities = problem.densities(moments)
    raw = theta @ frame.to_raw.T
    for coefficients in (theta, raw):
        absent.exclude(coefficients[:, :, -1], present, -np.inf)
    held = present[:, :, None]
    covariances = frame.covariances_back(densities.covariances)
    if not features.shared:
        lost = held if covariances.ndim == 3 else held[..., None]
        covariances = np.where(lost, covariances, np.asarray(start["covariances_"]))
    R = len(moments)
    return {
        "generative_weight_": problem.weight,
        "class_prior_": np.where(present, densities.shares, 0.0),
        "means_": np.where(held, frame.back(densities.means), np.asarray(start["means_"])).astype(dtype),
        "covariances_": (covariances[:, 0] if features.shared else covariances).astype(dtype),
        "coef_": raw[:, :, :-1].astype(dtype),
        "intercept_": raw[:, :, -1].astype(dtype),
        "_theta": theta,
        "_center": np.broadcast_to(frame.center, (R, len(frame.center))),
        "_scale": np.broadcast_to(frame.scale, (R, len(frame.scale))),
    }


def gaussian_losses_along(
    ends: GaussianEnds,
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    tests: list[NDArray],
    frame: FeatureFrame,
    max_iter: int,
) -> NDArray:
    """Log loss of each weight of the dial over the folds of one training set."""
    masks = np.repeat(weights[None], len(tests), axis=0)
    for mask, test in zip(masks, tests, strict=True):
        mask[test] = 0
    kept = np.asarray(masks.any(axis=1))
    masks, tests = masks[kept], [test for test, has_rows in zip(tests, kept, strict=True) if has_rows]
    try:
        start = ends.generative(X, codes, masks)
    except ValueError as error:  # of a class too few rows stay in some fold: the others judge
        kept = np.array([ends.is_regular(X, codes, mask[None]) for mask in masks])
        if not kept.any():
            raise ValueError(f"no fold of generative_weight='auto' can be fitted; of the first, {error}") from None
        masks, tests = masks[kept], [test for test, regular in zip(tests, kept, strict=True) if regular]
        start = ends.generative(X, codes, masks)
    problem, moments = ends.problem(X, codes, masks, frame, start, np.ones(len(masks)))
    rows = problem.features.of(frame.columns(X))
    losses = []
    for a in DIAL:
        at = problem.at(np.full(len(moments), a))
        moments = follow(at, moments, max_iter=max_iter, tol=1e-5)[0]
        theta = at.coefficients(moments)
        absent.exclude(theta[:, :, -1], at.present, -np.inf)
        losses.append(log_loss_of(theta, rows, codes, weights, tests))
    return np.array(losses)
