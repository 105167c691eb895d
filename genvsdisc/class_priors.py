"""Class priors: those that are given, and those of greatest likelihood for rows without labels."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted


def check_priors(priors: ArrayLike, n_classes: int) -> NDArray:
    """Return the priors as floats, or an error that says what is wrong with them."""
    values = np.asarray(priors, dtype=np.float64)
    if values.shape != (n_classes,):
        raise ValueError(f"priors must have one entry for each of the {n_classes} classes, got shape {values.shape}")
    if not (values >= 0).all():
        raise ValueError(f"priors must not be negative or NaN, got {values.tolist()}")
    if not abs(values.sum() - 1) <= 1e-6:
        raise ValueError(f"priors must sum to 1, got the sum {values.sum()}; divide them by it")
    return values / values.sum()


def mixture_weights(log_density: NDArray, max_iter: int, tol: float, sample_weight: NDArray | None = None) -> NDArray:
    """Maximum likelihood weights of a mixture whose component log densities (n, K) are known, up to a term of the row.

    Log posteriors less the log priors that they were learned under will do, for a discriminative classifier.
    """
    share = None if sample_weight is None else sample_weight / sample_weight.sum()
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    weights = np.full(density.shape[1], 1 / density.shape[1])
    for _ in range(max_iter):
        ratio = density / (density @ weights)[:, None]
        score = (
            ratio.mean(axis=0) if share is None else share @ ratio
        ) - 1  # of the mixture: zero where a weight is positive, else not positive
        if np.abs(weights * score).max() <= tol and score.max() <= 100 * tol:
            return weights
        em_step = weights * (1 + score)
        newton = _newton_weights(ratio if share is None else ratio * np.sqrt(share * len(ratio))[:, None], score)
        better = _mean_log(density @ newton, share) > _mean_log(density @ em_step, share)
        weights = newton if better or np.abs(newton - weights).max() < 1e-6 else em_step
    warnings.warn(
        f"adapt_priors left a mixture score of {score.max():.1e} after max_iter={max_iter} rounds, "
        f"more than tol={tol}; raise max_iter",
        ConvergenceWarning,
        stacklevel=3,
    )
    return weights


def _mean_log(density: NDArray, share: NDArray | None) -> float:
    return float(np.log(density).mean() if share is None else share @ np.log(density))


def _newton_weights(ratio: NDArray, score: NDArray) -> NDArray:
    """Maximiser over weights >= 0 of the second order expansion of the log likelihood of a mixture.

    The negative Hessian is H = G'G / n with G = `ratio`, and H weights = score + 1, so that the step is the least
    squares problem ``min_w w'Hw / 2 - w'(2 score + 1)``, w >= 0 (Kim et al. 2020, mixSQP). The small multiple of the
    identity keeps the factor regular where two classes have the same density or one has none.
    """
    hessian = ratio.T @ ratio / len(ratio)
    diagonal = np.diag(hessian)
    hessian[np.diag_indices_from(hessian)] += 1e-12 * np.maximum(diagonal, 1e-6 * diagonal.max())
    factor = np.linalg.cholesky(hessian)
    weights, _ = nnls(factor.T, np.linalg.solve(factor, 2 * score + 1))
    return weights / weights.sum()


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
