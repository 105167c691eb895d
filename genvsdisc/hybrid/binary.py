"""The hybrid of Bernoulli naive Bayes and logistic regression: its fits, and the loss along the dial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import absent
from genvsdisc.functional.columns.binary_continuum import BinaryContinuum, densities_of, follow_binary
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.scaling import means_and_deviations
from genvsdisc.hybrid.dial import DIAL, log_loss_of

_CELLS = 2**21  # numbers in the largest array of the training sets that are fitted together


def fit_binary(
    X: NDArray, codes: NDArray, weights: NDArray, a: NDArray, options: dict[str, Any]
) -> tuple[dict[str, Any], NDArray]:
    """Fitted attributes of R training sets, and whether they converged.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        0 and 1.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
    a : ndarray of shape (R,)
        Weights of the joint likelihood.
    options : dict
        ``n_classes``, ``alpha``, ``reg_lambda``, ``standardize``, ``max_iter`` and ``tol``.
    """
    (R, _), d, K = weights.shape, X.shape[1], options["n_classes"]
    natural, shares = np.zeros((R, K, d)), np.zeros((R, K))
    means = np.full((R, K, d), 0.5)
    slopes, intercepts = np.zeros((R, K, d)), np.zeros((R, K))
    n_iter, converged = np.zeros(R, int), np.zeros(R, bool)
    for some, classes, problem in _problems(X, codes, weights, a, options):
        limits = {"max_iter": options["max_iter"], "tol": options["tol"]}
        theta, n_iter[some], converged[some] = follow_binary(problem, problem.generative, **limits)
        block = np.ix_(some, classes)
        natural[block] = theta[:, :, :-1]
        shares[block], means[block] = densities_of(theta)
        theta = theta - theta.mean(axis=1, keepdims=True)
        slopes[block], intercepts[block] = theta[:, :, :-1], theta[:, :, -1]
    present = absent.present_classes(weights, codes, K)
    if K == 2:
        slopes, intercepts = np.diff(slopes, axis=1), np.diff(intercepts, axis=1)
    absent.exclude(intercepts, present, -np.inf)
    return {
        "generative_weight_": a,
        "class_prior_": shares,
        "means_": means,
        "coef_": slopes,
        "intercept_": intercepts,
        "n_iter_": n_iter,
        "_natural": natural,
        "_theta": np.append(slopes, intercepts[:, :, None], axis=2),
        "_center": np.zeros((R, d)),
        "_scale": np.ones((R, d)),
    }, converged


def binary_losses_along(
    X: NDArray, codes: NDArray, weights: NDArray, tests: list[NDArray], options: dict[str, Any]
) -> NDArray:
    """Log loss of each weight of the dial over folds; training set r was made without the rows ``tests[r]``."""
    losses, K = np.zeros(len(DIAL)), options["n_classes"]
    masks = np.repeat(weights[None], len(tests), axis=0)
    for mask, test in zip(masks, tests, strict=True):
        mask[test] = 0
    kept = np.flatnonzero(masks.any(axis=1))
    present = absent.present_classes(masks, codes, K)
    for some, classes, problem in _problems(X, codes, masks[kept], np.ones(len(kept)), options):
        theta = problem.generative
        for place, a in enumerate(DIAL):
            at = replace(problem, weight=np.full(len(some), a))
            theta = follow_binary(at, theta, max_iter=options["max_iter"], tol=1e-5)[0]
            whole = np.zeros((len(some), K, theta.shape[2]))
            whole[:, classes] = theta
            whole = np.diff(whole, axis=1) if K == 2 else whole
            absent.exclude(whole[:, :, -1], present[kept[some]], -np.inf)
            losses[place] += log_loss_of(whole, X, codes, weights, [tests[i] for i in kept[some]])
    return losses


def _problems(
    X: NDArray, codes: NDArray, weights: NDArray, a: NDArray, options: dict[str, Any]
) -> list[tuple[NDArray, NDArray, BinaryContinuum]]:
    """Training sets with the same classes, in blocks: their indices, these classes, and the problem."""
    K, alpha = options["n_classes"], options["alpha"]
    X, codes, weights = _distinct(X, codes, weights.astype(float))
    indicators = (codes[:, None] == np.arange(K)).astype(float)
    ones = np.stack([(weights * of_class) @ X for of_class in indicators.T], axis=1)
    counts = weights @ indicators
    shares = weights / weights.sum(axis=1, keepdims=True)
    units = means_and_deviations(X, shares)[1] ** 2 if options["standardize"] else np.ones((len(weights), X.shape[1]))
    patterns, group_of = np.unique(counts > 0, axis=0, return_inverse=True)
    problems = []
    for g, pattern in enumerate(patterns):
        classes, group = np.flatnonzero(pattern), np.flatnonzero(group_of.ravel() == g)
        rows = np.flatnonzero(np.isin(codes, classes))
        products, own_codes = ColumnProducts(X[rows]), np.searchsorted(classes, codes[rows])
        size = len(classes) * (X.shape[1] + 1)
        step = max(1, _CELLS // (size * max(size, len(rows))))
        for some in (group[first : first + step] for first in range(0, len(group), step)):
            block = np.ix_(some, classes)
            problem = BinaryContinuum(
                products=products,
                codes=own_codes,
                weights=shares[np.ix_(some, rows)],
                priors=counts[block] / counts[block].sum(axis=1, keepdims=True),
                means=(ones[block] + alpha) / (counts[block][:, :, None] + 2 * alpha),
                penalties=options["reg_lambda"] * units[some],
                one_log_odds=K == 2,
                weight=a[some],
            )
            problems.append((some, classes, problem))
    return problems


def _distinct(X: NDArray, codes: NDArray, weights: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Take rows that are equal, of the same class, as one: few columns of 0 and 1 have few different rows."""
    cells, first, cell_of = np.unique(np.column_stack([X, codes]), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(cell_of.ravel(), kind="stable")
    starts = np.searchsorted(cell_of.ravel()[order], np.arange(len(cells)))
    return X[first], codes[first], np.add.reduceat(weights[:, order], starts, axis=1)
