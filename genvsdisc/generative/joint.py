"""What every generative classifier can do because it models p(x, y): densities, draws, new priors."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import ProbabilisticClassifier


class GenerativeClassifier(ProbabilisticClassifier):
    """Log scores are log prior + log density, so they normalise to p(x) and not only to p(y | x).

    A subclass has a parameter ``priors``, takes its class priors from `_prior_stack`, and gives `_sample_given_class`.
    """

    _family = "generative"
    _allow_nan = True
    priors: ArrayLike | None
    class_prior_: NDArray

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        """Log p(x, y), (n, K). Override where `_log_scores` leaves out a term that all classes share."""
        return self._scores(X)

    def predict_joint_log_proba(self, X: ArrayLike) -> NDArray:
        """Log joint density of each row with each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows; missing entries (NaN) are integrated out.

        Returns
        -------
        joint : ndarray of shape (n_samples, n_classes)
            ``log p(x, y) = log p(y) + log p(x | y)``.
        """
        return self._joint_scores(X)

    def score_samples(self, X: ArrayLike) -> NDArray:
        """Log density of each row under the mixture of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows; missing entries (NaN) are integrated out.

        Returns
        -------
        log_density : ndarray of shape (n_samples,)
            ``log p(x) = log sum_y p(x, y)``.
        """
        return logsumexp(self._joint_scores(X), axis=1)

    def sample(self, n_samples: int = 1, y: Any = None, random_state: Any = None) -> tuple[NDArray, NDArray]:
        """Draw rows from the fitted model.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows.
        y : label, default=None
            Draw from this class; None draws the class from the priors.
        random_state : int, RandomState instance or None, default=None
            Source of randomness.

        Returns
        -------
        X : ndarray of shape (n_samples, n_features)
        y : ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If y is not one of `classes_`.
        """
        check_is_fitted(self)
        rng = check_random_state(random_state)
        if y is None:
            priors = np.asarray(self.class_prior_, dtype=np.float64)
            codes = rng.choice(len(self.classes_), size=n_samples, p=priors / priors.sum())
        elif y in self.classes_:
            codes = np.full(n_samples, np.flatnonzero(self.classes_ == y)[0])
        else:
            raise ValueError(f"y must be one of the classes {list(self.classes_)}, got {y!r}")
        return self._sample_given_class(codes, rng), self.classes_[codes]

    @abstractmethod
    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState) -> NDArray:
        """Draw one row from each of these classes."""

    @abstractmethod
    def linear_log_odds(self) -> tuple[Any, NDArray, NDArray]:
        """Features in which the log-odds are linear (None: those of X), their coefficients and intercepts."""

    def as_discriminative(self) -> Any:
        """Build the discriminative classifier with the same posterior.

        Returns
        -------
        model : LogisticClassifier or Pipeline
            Fitted. A logistic model of the features (shared covariance), of them with their squares and products
            (separate covariances), or of the sufficient statistics of naive Bayes. It has no density any more: it
            takes complete rows only, unless its features stand for missing entries, and keeps these priors.
        """
        from genvsdisc.bridge import as_discriminative

        check_is_fitted(self)
        return as_discriminative(self)

    # Priors ----------------------------------------------------------------------------------------------------

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
            raise ValueError(
                f"replicate {int(np.argmin(total))}: priors give probability 0 to every class that has rows; "
                "give one of them a positive prior"
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
        priors[known] = _mixture_weights(log_density, max_iter, tol)
        return self.set_priors(priors)


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


def _mixture_weights(log_density: NDArray, max_iter: int, tol: float) -> NDArray:
    """Maximum likelihood weights of a mixture whose component log densities (n, K) are known."""
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    weights = np.full(density.shape[1], 1 / density.shape[1])
    for _ in range(max_iter):
        ratio = density / (density @ weights)[:, None]
        score = ratio.mean(axis=0) - 1  # of the mixture: zero where a weight is positive, else not positive
        if np.abs(weights * score).max() <= tol and score.max() <= 100 * tol:
            return weights
        em_step = weights * (1 + score)
        newton = _newton_weights(ratio, score)
        better = np.log(density @ newton).mean() > np.log(density @ em_step).mean()
        weights = newton if better or np.abs(newton - weights).max() < 1e-6 else em_step
    warnings.warn(
        f"adapt_priors left a mixture score of {score.max():.1e} after max_iter={max_iter} rounds, "
        f"more than tol={tol}; raise max_iter",
        ConvergenceWarning,
        stacklevel=3,
    )
    return weights


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
