"""From weighted rows to class moments and a regularisation, whether rows are complete or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import completed, patterns
from genvsdisc.functional.gaussian.moments import Moments, class_moments, stacked
from genvsdisc.generative.gaussian.em import em_moments
from genvsdisc.generative.gaussian.leave_one_out import POOLINGS, SHRINKAGES, leave_one_out_losses
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale


def chosen(
    X: NDArray, codes: NDArray, weights: NDArray, moments: Moments, rule: Regularization, priors: NDArray | None
) -> Regularization:
    """Replace "auto" by what leave-one-out prefers, for each of R weightings of complete rows.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (R, n)
        Weights.
    moments : Moments
        Of these rows, with leading axis R.
    rule : Regularization
        Its shrinkage may be "auto".
    priors : ndarray of shape (n_classes,) or None
        Given priors; they matter for "auto" only.

    Returns
    -------
    rule : Regularization
        Without "auto".
    """
    if isinstance(rule.shrinkage, str) and rule.shrinkage == "auto":
        return _joined([_chosen(X, codes, w, moments[r], rule, priors) for r, w in enumerate(weights)])
    return rule


def from_incomplete(
    X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization, priors: NDArray | None
) -> tuple[Moments, Regularization]:
    """Class moments expected of rows that miss entries (NaN), and the rule as above; parameters as above.

    The rule comes back without "ledoit_wolf" too, which needs fourth moments.
    """
    members = [_em(X, codes, w, n_classes, rule, priors) for w in weights]
    return stacked([moments for moments, _ in members]), _joined([own for _, own in members])


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


def _em(
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
        moments = rule.moments(whole, codes, weights[None], n_classes)
        rule = chosen(whole, codes, weights[None], moments, rule, priors)
        rule = replace(rule, shrinkage=rule.covariances(moments)[1])
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
