"""Class priors: those that are given, and those of greatest likelihood for rows without labels."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

_ROUNDING = 1e-12
"""Of a mean log likelihood. Where classes lie apart both steps end at the optimum, and rounding must not choose one."""
_FLAT = 1e-14
"""Of the score: components that have one density leave it at rounding."""


def check_priors(priors: ArrayLike, n_classes: int) -> NDArray:
    """Return the priors as floats, or an error that says what is wrong with them."""
    if isinstance(priors, Mapping):
        raise ValueError(f"priors must be a list in the order of classes_, got the {type(priors).__name__} {priors}")
    values = np.asarray(priors, dtype=np.float64)
    if values.shape != (n_classes,):
        raise ValueError(f"priors must have one entry for each of the {n_classes} classes, got shape {values.shape}")
    if not (values >= 0).all():
        raise ValueError(f"priors must not be negative or NaN, got {values.tolist()}")
    if not abs(values.sum() - 1) <= 1e-6:
        raise ValueError(f"priors must sum to 1, got the sum {values.sum()}; divide them by it")
    return values / values.sum()


def mixture_weights(log_density: NDArray, max_iter: int, tol: float, sample_weight: NDArray | None = None) -> NDArray:
    """Maximum likelihood weights of mixtures whose component log densities are known, up to a term of the row.

    Log posteriors less the log priors that they were learned under will do, for a discriminative classifier.

    Parameters
    ----------
    log_density : ndarray of shape (n, K) or (B, n, K)
        Of one mixture or of B, all with the same number of rows.
    max_iter : int
        Most rounds.
    tol : float
        Largest weight times score, of the mixture's mean log likelihood, at which a mixture is done.
    sample_weight : ndarray of shape (n,) or (B, n), default=None
        How much each row counts; 0 for rows that fill up a stack.

    Returns
    -------
    weights : ndarray of shape (K,) or (B, K)
    """
    *stack, n, n_classes = log_density.shape
    density = np.exp(log_density - log_density.max(axis=-1, keepdims=True)).reshape(-1, n, n_classes)
    share = np.full((len(density), n), 1 / n) if sample_weight is None else sample_weight.reshape(-1, n)
    share = share / share.sum(axis=1, keepdims=True)
    weights, active = np.full((len(density), n_classes), 1 / n_classes), np.arange(len(density))
    for _ in range(max_iter):
        current = weights[active]
        ratio = density / (density @ current[:, :, None])
        # Of the mixture: zero where a weight is positive, else not positive.
        score = (share[:, None] @ ratio)[:, 0] - 1
        left = (np.abs(current * score).max(axis=1) > tol) | (score.max(axis=1) > 100 * tol)
        em_step = current * (1 + score)
        newton = _newton_weights(ratio * np.sqrt(share)[:, :, None], score)
        better = _mean_log(density, newton, share) > _mean_log(density, em_step, share) - _ROUNDING
        better |= np.abs(newton - current).max(axis=1) < 1e-6
        # A mixture that is done takes this step too: where it ends does not depend on how near to `tol` it stopped.
        step = np.where(better[:, None], newton, em_step)
        flat = np.abs(score).max(axis=1) < _FLAT  # the step would be rounding, divided by no curvature
        weights[active] = np.where(flat[:, None], current, step)
        if not left.any():
            return weights.reshape(*stack, n_classes)
        active, density, share = active[left], density[left], share[left]
    warnings.warn(
        f"adapt_priors left a mixture score of {score.max():.1e} after max_iter={max_iter} rounds, "
        f"more than tol={tol}; raise max_iter",
        ConvergenceWarning,
        stacklevel=3,
    )
    return weights.reshape(*stack, n_classes)


def _mean_log(density: NDArray, weights: NDArray, share: NDArray) -> NDArray:
    with np.errstate(divide="ignore"):  # no density where the one class that has some has lost its weight
        logs = np.log(density @ weights[:, :, None])[:, :, 0]
    return np.vecdot(share, np.where(share > 0, logs, 0))


def _newton_weights(ratio: NDArray, score: NDArray) -> NDArray:
    """Maximisers over weights >= 0 of the second order expansions of the log likelihoods of mixtures.

    The negative Hessian is H = G'G with G = `ratio` (B, n, K), times the root of the share of each row, and
    H weights = score + 1, so that the step is the least squares problem ``min_w w'Hw / 2 - w'(2 score + 1)``, w >= 0
    (Kim et al. 2020, mixSQP): where the solution without the bound keeps to it, that one. The small multiple of the
    identity keeps the factor regular where two classes have the same density or one has none.
    """
    hessian = ratio.swapaxes(1, 2) @ ratio
    diagonal = np.einsum("bkk->bk", hessian)
    diagonal += 1e-12 * np.maximum(diagonal, 1e-6 * diagonal.max(axis=1, keepdims=True))
    right = 2 * score + 1
    weights = np.linalg.solve(hessian, right[:, :, None])[:, :, 0]
    for b in np.flatnonzero(~(weights >= 0).all(axis=1)):
        factor = np.linalg.cholesky(hessian[b])
        solution, _ = nnls(factor.T, np.linalg.solve(factor, right[b]))
        # A class without density makes the factor nearly singular: which classes have weight is known, not how much.
        kept = np.flatnonzero(solution > 0)
        again = np.linalg.solve(hessian[b][np.ix_(kept, kept)], right[b, kept])
        if (again > 0).all():
            solution[kept] = again
        weights[b] = solution
    return weights / weights.sum(axis=1, keepdims=True)


class GenerativePriors:
    """Priors of a classifier that models p(x | k): others leave the densities as they are (mix-in)."""

    priors: ArrayLike | None
    classes_: NDArray
    class_prior_: NDArray
    _scores: Any

    def _prior_stack(self, class_weights: NDArray) -> NDArray:
        """Priors (R, K) from the sums of weights of the classes (R, K), or from the parameter `priors`.

        A class without rows has no density that one could trust: its prior is 0 and the others share what is left.
        """
        priors = class_weights
        if self.priors is not None:
            given = check_priors(self.priors, class_weights.shape[1]).astype(class_weights.dtype)
            priors = np.where(class_weights > 0, given, 0)
        total = priors.sum(axis=1, keepdims=True)
        if not (total > 0).all():
            which = f"replicate {int(np.argmin(total))}: " if len(total) > 1 else ""
            raise ValueError(
                f"{which}priors give probability 0 to every class that has rows; give one of them a positive prior"
            )
        return priors / total

    def set_priors(self, priors: ArrayLike) -> Self:
        """Replace the class priors of the fitted model, leaving the densities as they are.

        Parameters
        ----------
        priors : array-like of shape (n_classes,)
            Not negative, summing to 1, in the order of `classes_`.

        Returns
        -------
        self : object
            The classifier, whose posteriors are now proportional to ``priors[k] p(x | k)``.

        Raises
        ------
        ValueError
            If the priors are not a distribution over the classes.
        """
        check_is_fitted(self)
        self.class_prior_ = check_priors(priors, len(self.classes_)).astype(self.class_prior_.dtype)
        return self

    def adapt_priors(self, X: ArrayLike, *, max_iter: int = 1000, tol: float = 1e-12) -> Self:
        """Estimate the class priors of unlabelled rows and use them.

        Maximises the likelihood ``sum_i log sum_k priors[k] p(x_i | k)``, which is concave in the priors, by the EM
        steps of Saerens et al. (each prior becomes the mean posterior) and, where they do better, Newton's steps. The
        result is the fixed point of EM: the score of the mixture is zero.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows from the population whose priors are sought; missing entries (NaN) are integrated out.
        max_iter : int, default=1000
            Largest number of rounds; a warning says when they do not suffice.
        tol : float, default=1e-12
            Stop when an EM step moves no prior by more than this and no class has a mixture score,
            ``mean_i p(x_i | k) / p(x_i) - 1``, above 100 times this.

        Returns
        -------
        self : object
            The classifier with the new priors. A class whose prior was 0 keeps it.

        References
        ----------
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41.
        Kim, Carbonetto, Stephens & Anitescu (2020), JCGS 29, 261-273.
        """
        scores = self._scores(X)
        known = self.class_prior_ > 0
        log_density = scores[:, known].astype(np.float64) - np.log(self.class_prior_[known].astype(np.float64))
        priors = np.zeros(len(self.classes_))
        priors[known] = mixture_weights(log_density, max_iter, tol)
        return self.set_priors(priors)


class ReweightedPosterior:
    """Other priors for a fitted classifier that knows only the posterior: it is reweighted (mix-in)."""

    classes_: NDArray
    class_prior_: NDArray
    predict_log_proba: Any

    @abstractmethod
    def _shift_log_odds(self, shift: NDArray) -> None:
        """Add to the log score of each class: for two classes, the difference to the log-odds."""

    def set_priors(self, priors: ArrayLike) -> Self:
        """Reweight the posterior for a population with other class shares: ``p(k | x) priors[k] / class_prior_[k]``.

        Only the intercepts move. It rests on ``p(x | k)`` being the same in both populations.

        Parameters
        ----------
        priors : array-like of shape (n_classes,)
            Not negative, summing to 1, in the order of `classes_`. A class without training rows keeps probability 0.

        Returns
        -------
        self : object
            The classifier, with these as its `class_prior_`.

        Raises
        ------
        ValueError
            If the priors are not a distribution over the classes.

        References
        ----------
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41, equation 2.4.
        """
        check_is_fitted(self)
        old = np.asarray(self.class_prior_, dtype=np.float64)
        new = check_priors(priors, len(self.classes_))
        if not new[old > 0].any():
            raise ValueError(
                "priors give probability 0 to every class that has rows; give one of them a positive prior"
            )
        with np.errstate(divide="ignore"):
            shift = np.where(old > 0, np.log(new) - np.log(np.where(old > 0, old, 1)), 0)
        self._shift_log_odds(shift)
        self.class_prior_ = new.astype(self.class_prior_.dtype)
        return self

    def adapt_priors(self, X: ArrayLike, *, max_iter: int = 1000, tol: float = 1e-12) -> Self:
        """Estimate the class shares of unlabeled rows and reweight the posterior for them.

        Maximizes ``sum_i log sum_k priors[k] p(k | x_i) / class_prior_[k]``, which is concave in the priors: the fixed
        point of the EM of Saerens et al., where every prior is the mean of the reweighted posteriors.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows from the population whose class shares are sought.
        max_iter : int, default=1000
            Largest number of rounds; a warning says when they do not suffice.
        tol : float, default=1e-12
            Stop when an EM step moves no prior by more than this and no class has a mixture score above 100 times it.

        Returns
        -------
        self : object
            The classifier with the new priors. A class whose prior was 0 keeps it.

        Notes
        -----
        The estimate is consistent where the posteriors are calibrated. An overconfident classifier counts what it
        predicts: its estimate is that of classifying and counting, whose error does not vanish with more rows.
        Calibrate it first, with a bias for each class beside the temperature (Alexandari et al.).

        References
        ----------
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41.
        Alexandari, Kundaje & Shrikumar (2020), Maximum likelihood with bias-corrected calibration is hard to beat at
        label shift adaptation, ICML.

        Examples
        --------
        >>> import numpy as np
        >>> from genvsdisc import LogisticClassifier, datasets
        >>> data = datasets.make_gaussian_pair(2000, random_state=0)
        >>> X, y = np.asarray(data.X), np.asarray(data.y)
        >>> classifier = LogisticClassifier(optimizer="newton").fit(X[:1000], y[:1000])
        >>> elsewhere = np.concatenate([X[1000:][y[1000:] == y[0]], X[1000:][y[1000:] != y[0]][:100]])
        >>> bool(np.ptp(classifier.adapt_priors(elsewhere).class_prior_) > 0.3)
        True
        """
        log_posterior = self.predict_log_proba(X).astype(np.float64)
        old = np.asarray(self.class_prior_, dtype=np.float64)
        known = old > 0
        priors = np.zeros(len(old))
        priors[known] = mixture_weights(log_posterior[:, known] - np.log(old[known]), max_iter, tol)
        return self.set_priors(priors)
