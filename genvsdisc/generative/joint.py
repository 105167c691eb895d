"""What every generative classifier can do because it models p(x, y): densities, draws, new priors."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import ProbabilisticClassifier


class GenerativeClassifier(ProbabilisticClassifier):
    """Log scores are log prior + log density, so they normalise to p(x) and not only to p(y | x)."""

    _allow_nan = True

    def predict_joint_log_proba(self, X: ArrayLike) -> NDArray:
        """Log joint density ``log p(x, y)``, (n_samples, n_classes); missing entries (NaN) integrated out."""
        return self._scores(X)

    def score_samples(self, X: ArrayLike) -> NDArray:
        """Log density ``log p(x)`` of each row under the mixture of the classes, (n_samples,)."""
        return logsumexp(self._scores(X), axis=1)

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
            codes = rng.choice(len(self.classes_), size=n_samples, p=self.class_prior_)
        elif y in self.classes_:
            codes = np.full(n_samples, np.flatnonzero(self.classes_ == y)[0])
        else:
            raise ValueError(f"y must be one of the classes {list(self.classes_)}, got {y!r}")
        return self._sample_given_class(codes, rng), self.classes_[codes]

    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState) -> NDArray:
        raise NotImplementedError

    def set_priors(self, priors: ArrayLike) -> Self:
        """Replace the class priors of the fitted model, leaving the densities as they are.

        Parameters
        ----------
        priors : array-like of shape (n_classes,)
            Not negative, summing to 1, in the order of `classes_`.

        Returns
        -------
        self : object
        """
        raise NotImplementedError

    def adapt_priors(self, X: ArrayLike, *, max_iter: int = 1000, tol: float = 1e-12) -> Self:
        """Estimate the priors of unlabelled rows X by EM (Saerens, Latinne & Decaestecker 2002) and use them."""
        raise NotImplementedError
