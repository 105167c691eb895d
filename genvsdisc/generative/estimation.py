"""From weighted rows to class moments and a regularisation, whether rows are complete or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.missing import completed, patterns
from genvsdisc.functional.moments import Moments, class_moments, stacked
from genvsdisc.generative.leave_one_out import POOLINGS, SHRINKAGES, leave_one_out_losses
from genvsdisc.generative.missing import em_moments
from genvsdisc.generative.regularization import Regularization, unit_scale


def estimate(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    n_classes: int,
    rule: Regularization,
    priors: NDArray | None,
    *,
    complete: bool,
) -> tuple[Moments, Regularization]:
    """Class moments of R weightings of the rows, and the rule with "auto" replaced by what was chosen.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, NaN where missing.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (R, n)
        Weights.
    n_classes : int
        Number of classes.
    rule : Regularization
        Its shrinkage may be "auto".
    priors : ndarray of shape (n_classes,) or None
        Given priors; they matter for "auto" only.
    complete : bool
        Whether no entry is missing.

    Returns
    -------
    moments : Moments
        With leading axis R; expected moments where entries are missing.
    rule : Regularization
        Without "auto"; where entries are missing also without "ledoit_wolf", which needs fourth moments.
    """
    if not complete:
        members = [_from_incomplete(X, codes, w, n_classes, rule, priors) for w in weights]
        return stacked([moments for moments, _ in members]), _joined([own for _, own in members])
    fourth = rule.shrinkage == "ledoit_wolf"
    moments = class_moments(X, codes, weights, n_classes, full=rule.structure == "full", fourth=fourth)
    if isinstance(rule.shrinkage, str) and rule.shrinkage == "auto":
        rule = _joined([_chosen(X, codes, w, moments[r], rule, priors) for r, w in enumerate(weights)])
    return moments, rule


def _chosen(
    X: NDArray, codes: NDArray, weights: NDArray, moments: Moments, rule: Regularization, priors: NDArray | None
) -> Regularization:
    """Choose the candidate of least leave-one-out log loss."""
    poolings = (1.0,) if rule.shared else POOLINGS
    if rule.standardize:
        X = X / np.sqrt(unit_scale(moments[None])[0])
        moments = class_moments(X, codes, weights[None], len(moments.weight), full=moments.full)[0]
    losses = leave_one_out_losses(
        X, codes, weights, moments, shared=rule.shared, structure=rule.structure, priors=priors, poolings=poolings
    )
    a, g = np.unravel_index(int(np.argmin(losses)), losses.shape)
    return replace(rule, pooling=rule.pooling if rule.shared else poolings[a], shrinkage=SHRINKAGES[g])


def _from_incomplete(
    X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, priors: NDArray | None
) -> tuple[Moments, Regularization]:
    """EM; "auto" and "ledoit_wolf", which look at rows, look at rows completed by a moderately regularised EM."""

    def em(rule: Regularization) -> Moments:
        factors = lambda moments: rule.factored(moments)[2:]  # noqa: E731
        return em_moments(X, codes, weights, n_classes, factors, full=rule.structure == "full", tol=rule.tol)[0]

    if rule.shrinkage in ("auto", "ledoit_wolf"):
        start = replace(rule, pooling=0.5, shrinkage=0.1)
        moments = em(start)
        whole = _filled(X, codes, moments, start)
        moments, chosen = estimate(whole, codes, weights[None], n_classes, rule, priors, complete=True)
        rule = replace(chosen, shrinkage=chosen.covariances(moments)[1])
    return em(rule), rule


def _filled(X: NDArray, codes: NDArray, moments: Moments, rule: Regularization) -> NDArray:
    """Rows with their conditional means where they miss entries."""
    factors = rule.factored(moments)[2][0]
    whole = X.copy()
    for k, mean in enumerate(moments.center[0]):
        rows = X[codes == k]
        factor = factors[k if len(factors) > 1 else 0]
        z, _, _ = completed(rows, patterns(np.isnan(rows)), mean, factor, 0.0, np.ones(len(rows)))
        whole[codes == k] = mean + z
    return whole


def _joined(rules: list[Regularization]) -> Regularization:
    """One rule for a stack from one rule for each member."""
    first = rules[0]
    pooling = np.concatenate([np.reshape(rule.pooling, (1, 1)) for rule in rules])
    if isinstance(first.shrinkage, str):
        return replace(first, pooling=pooling)
    return replace(first, pooling=pooling, shrinkage=np.concatenate([np.atleast_2d(rule.shrinkage) for rule in rules]))
