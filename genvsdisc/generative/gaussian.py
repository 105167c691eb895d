"""The Gaussian classifier: one normal density for each class, with shared or separate covariance."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from genvsdisc.base import Parameters
from genvsdisc.functional import gaussian
from genvsdisc.functional.moments import Moments, class_moments, merge
from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.generative.regularization import regularized_covariances


class GaussianClassifier(GenerativeClassifier):
    """Bayes' rule with a Gaussian density for each class."""

    _parameter_constraints = {  # noqa: RUF012
        "covariance": [StrOptions({"shared", "separate"})],
        "structure": [StrOptions({"full", "diagonal", "spherical"})],
        "pooling": [Interval(Real, 0, 1, closed="both")],
        "shrinkage": [Interval(Real, 0, 1, closed="both"), StrOptions({"oas", "ledoit_wolf", "auto"})],
        "priors": ["array-like", None],
    }
    _score_attributes = ("class_prior_", "means_", "_factors", "_log_determinants", "_center", "_slopes", "_offsets")

    def __init__(
        self,
        covariance: str = "shared",
        *,
        structure: str = "full",
        pooling: float = 0.0,
        shrinkage: float | str = 0.0,
        priors: ArrayLike | None = None,
    ) -> None:
        self.covariance = covariance
        self.structure = structure
        self.pooling = pooling
        self.shrinkage = shrinkage
        self.priors = priors

    # Fitting ---------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Sequence[Any]]:
        self._check_options()
        moments = self._class_moments(X, codes, weights)
        covariances, estimates = self._estimates(moments)
        return {**estimates, **self._factored(covariances, estimates)}

    def _check_options(self) -> None:
        self._validate_params()
        if self.shrinkage in ("oas", "ledoit_wolf") and self.structure != "full":
            raise ValueError(
                f"shrinkage={self.shrinkage!r} is derived for structure='full', got structure={self.structure!r}; "
                "give a number in [0, 1] or 'auto'"
            )

    def _class_moments(self, X: NDArray, codes: NDArray, weights: NDArray) -> Moments:
        fourth = self.shrinkage == "ledoit_wolf"
        return class_moments(X, codes, weights, len(self.classes_), full=self.structure == "full", fourth=fourth)

    def _estimates(self, moments: Moments) -> tuple[NDArray, dict[str, Sequence[Any]]]:
        """Covariances (R, G, ...) and the published estimates, from the class moments (leading axis R)."""
        shared, spherical = self.covariance == "shared", self.structure == "spherical"
        covariances, shrinkage = regularized_covariances(
            moments, shared=shared, spherical=spherical, pooling=self.pooling, shrinkage=self.shrinkage
        )
        published = covariances[..., 0] if spherical else covariances
        return covariances, {
            "class_prior_": self._prior_stack(moments.weight),
            "means_": _means(moments),
            "covariances_": published[:, 0] if shared else published,
            "shrinkage_": shrinkage[:, 0] if shared else shrinkage,
            "_moments": moments,
        }

    def _factored(self, covariances: NDArray, estimates: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
        """What the scores are computed from."""
        means = np.asarray(estimates["means_"])
        try:
            factors, log_determinants = gaussian.whiten(covariances, self.structure == "full")
        except gaussian.SingularCovarianceError as error:
            raise ValueError(self._singular(error, estimates["_moments"])) from None
        center = means.mean(axis=(0, 1))
        slopes = offsets = np.empty((len(means), 0), means.dtype)
        if self.covariance == "shared":
            slopes, offsets = gaussian.linear_discriminants(means, factors, center)
        return {
            "_factors": factors,
            "_log_determinants": log_determinants,
            "_center": np.broadcast_to(center, (len(means), *center.shape)),
            "_slopes": slopes,
            "_offsets": offsets,
            "_unready": [None] * len(means),
        }

    def _singular(self, error: gaussian.SingularCovarianceError, moments: Any) -> str:
        """Say which covariance is singular, why, and what to do."""
        r, group = error.index
        shared, d = self.covariance == "shared", moments.center.shape[-1]
        rows = moments.weight[r].sum() if shared else moments.weight[r, group]
        who = "the shared covariance" if shared else f"the covariance of class {self.classes_[group]!r}"
        name = repr(getattr(self, "feature_names_in_", range(d))[error.column])
        if self.structure == "full" and rows - (len(self.classes_) if shared else 1) < d:
            why = f"comes from {rows:g} rows for {d} features"
            remedy = "give more rows, use structure='diagonal', or set shrinkage > 0"
        elif error.constant:
            why = f"is singular: feature {name} is constant there"
            remedy = "drop the feature, or set shrinkage > 0"
        else:
            why = f"is singular: feature {name} is a linear combination of others there"
            remedy = "drop the feature, use structure='diagonal', or set shrinkage > 0"
        which = f"replicate {r}: " if len(moments) > 1 else ""
        return f"{which}{who} {why}; {remedy}" + ("" if shared else " or pooling > 0")

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Add rows to those already learnt from; batches in any order give what one `fit` to all rows gives.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows, without missing entries.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur; needed at the first call unless `fit` came before.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights.

        Returns
        -------
        self : object
            The classifier. While the rows so far leave a covariance singular, predictions raise a ValueError.

        Raises
        ------
        ValueError
            For missing entries, for ``shrinkage="auto"`` (both need all rows at once), and for unknown labels.
        """
        first = _check_partial_fit_first_call(self, classes)
        self._check_options()
        X, y = validate_data(self, X, y, reset=first, dtype=[np.float64, np.float32])
        weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        codes = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        if (self.classes_[codes] != y).any():
            raise ValueError(
                f"y has labels that are not among the classes {self.classes_.tolist()}; list them in `classes`"
            )
        moments = self._class_moments(X, codes, weights[None])[0]
        return self._learn(moments if first else merge(self._own_moments(), moments))

    def merge(self, other: Self) -> Self:
        """Add all rows that another classifier of the same classes has learnt from.

        Parameters
        ----------
        other : GaussianClassifier
            Fitted with the same options to rows of the same features and classes.

        Returns
        -------
        self : object
            The classifier, as if fitted to the rows of both.
        """
        check_is_fitted(self)
        check_is_fitted(other)
        if not np.array_equal(self.classes_, other.classes_) or self.n_features_in_ != other.n_features_in_:
            raise ValueError(
                f"merge needs the same classes and number of features, got {self.classes_.tolist()} with "
                f"{self.n_features_in_} and {other.classes_.tolist()} with {other.n_features_in_}"
            )
        return self._learn(merge(self._own_moments(), other._own_moments()))

    def _own_moments(self) -> Moments:
        if self._moments is None or self.shrinkage == "auto":
            raise ValueError(
                "rows can be added only to a classifier fitted to rows without missing entries, with shrinkage a "
                "number, 'oas' or 'ledoit_wolf'; fit again to all rows"
            )
        return self._moments

    def _learn(self, moments: Moments) -> Self:
        """Replace everything fitted by what follows from these moments."""
        covariances, estimates = self._estimates(moments[None])
        try:
            fitted = {**estimates, **self._factored(covariances, estimates)}
        except ValueError as error:
            fitted = {**estimates, "_unready": [f"more rows are needed: {error}"]}
        for name, values in fitted.items():
            setattr(self, name, values[0])
        return self

    # Scores ----------------------------------------------------------------------------------------------------

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        if getattr(self, "_unready", None):
            raise ValueError(self._unready)
        return super()._validate_rows(X)

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        if self.covariance == "separate":
            return self._log_joint(X, parameters)
        center, slopes, offsets = (parameters[name] for name in ("_center", "_slopes", "_offsets"))
        return _with_priors(gaussian.linear_scores(X, center[0], slopes, offsets), parameters)

    def _log_joint(self, X: NDArray, parameters: Parameters) -> NDArray:
        means, factors, log_determinants = (parameters[f] for f in ("means_", "_factors", "_log_determinants"))
        return _with_priors(gaussian.log_densities(X, means, factors, log_determinants), parameters)

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        check_is_fitted(self)
        X = self._validate_rows(X)
        return self._log_joint(X, {name: getattr(self, name)[None] for name in self._score_attributes})[0]

    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState) -> NDArray:
        z = rng.standard_normal((len(codes), self.n_features_in_)).astype(self.means_.dtype)
        factors = np.broadcast_to(self._factors, (len(self.classes_), *self._factors.shape[1:]))
        for k, factor in enumerate(factors):
            own = codes == k
            z[own] = z[own] @ np.linalg.inv(factor) if factor.ndim == 2 else z[own] / factor
        return self.means_[codes] + z

    # Summaries -------------------------------------------------------------------------------------------------

    @property
    def n_parameters_(self) -> int:
        """Number of free parameters: priors, means and covariances."""
        check_is_fitted(self)
        K, d = self.means_.shape
        one = {"full": d * (d + 1) // 2, "diagonal": d, "spherical": 1}[self.structure]
        return K - 1 + K * d + (one if self.covariance == "shared" else K * one)

    @property
    def coef_(self) -> NDArray:
        """Slopes of the log-odds (two classes: (1, d), of the second class) or of the log scores (K, d)."""
        return self._linear()[0]

    @property
    def intercept_(self) -> NDArray:
        """Intercepts that belong to `coef_`."""
        return self._linear()[1]

    def _linear(self) -> tuple[NDArray, NDArray]:
        if self.covariance != "shared":
            raise AttributeError("coef_ and intercept_ exist for covariance='shared' only; the scores are quadratic")
        check_is_fitted(self)
        with np.errstate(divide="ignore"):
            log_prior = np.log(self.class_prior_)
        if len(self.classes_) == 2:
            slopes = self._slopes[1:] - self._slopes[:1]
            scores = self._offsets + log_prior
            return slopes, scores[1:] - scores[:1] - slopes @ self._center
        slopes, offsets = gaussian.linear_discriminants(
            self.means_[None], self._factors[None], np.zeros_like(self._center)
        )
        return slopes[0], offsets[0] + log_prior


def _means(moments: Moments) -> NDArray:
    """Class means; a class without weight has the mean of all rows."""
    if moments.weight.all():
        return moments.center
    weight = moments.weight[..., None]
    grand = (moments.center * weight).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
    return np.where(weight > 0, moments.center, grand)


def _with_priors(scores: NDArray, parameters: Parameters) -> NDArray:
    """Add the log priors to log densities (R, K, n) in place; the result is (R, n, K)."""
    with np.errstate(divide="ignore"):
        scores += np.log(parameters["class_prior_"])[..., None]
    return np.swapaxes(scores, 1, 2)
