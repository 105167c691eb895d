"""The Gaussian classifier: one normal density for each class, with shared or separate covariance."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import Parameters
from genvsdisc.class_priors import check_priors
from genvsdisc.functional.gaussian import density
from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, whiten
from genvsdisc.functional.gaussian.drawing import drawn_deviations
from genvsdisc.functional.gaussian.missing import marginal_log_densities
from genvsdisc.functional.gaussian.moments import Moments, class_moments, filled_means, merge
from genvsdisc.functional.gaussian.row_span import SpanGaussians, span_log_densities
from genvsdisc.generative.gaussian.completed import CompletedRows
from genvsdisc.generative.gaussian.em import check_observed, check_varies, em_moments
from genvsdisc.generative.gaussian.far_rows import scores_far_away, squares_by_factors, squares_in_span
from genvsdisc.generative.gaussian.intensities import keeps_fourth_powers, power_of_two_of
from genvsdisc.generative.gaussian.leave_one_out import chosen
from genvsdisc.generative.gaussian.row_products import weight_of_classes
from genvsdisc.generative.gaussian.shrinkage import Regularization, describe, estimated, stacked_rules
from genvsdisc.generative.gaussian.slices import Rows, moments_of_slices
from genvsdisc.generative.gaussian.wide import fits_in_span, wide_fits
from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.replicates import take_parameters

_FIRST_ROWS = 256  # where missing entries are looked for first, which costs nothing beside a fit
_LEAST_SQUARE = 1e-290  # sums of squares below have lost digits, if the rows differ at all


class GaussianClassifier(GenerativeClassifier):
    r"""Bayes' rule with a Gaussian density for each class.

    The posterior is :math:`p(k \mid x) = \pi_k \mathcal{N}(x; \mu_k, \Sigma_k) / p(x)`, with everything estimated by
    weighted maximum likelihood (sums are divided by the sum of weights). With a shared covariance the log-odds are
    linear in x (linear discriminant analysis): :math:`w = \Sigma^{-1}(\mu_1 - \mu_2)`, :math:`b = -\mu_1' \Sigma^{-1}
    \mu_1 / 2 + \mu_2' \Sigma^{-1} \mu_2 / 2 + \log(\pi_1 / \pi_2)`; with separate ones they are quadratic.

    Rows may have missing entries (NaN): `fit` uses EM, the predictions integrate them out.

    Parameters
    ----------
    covariance : {"shared", "separate"}, default="shared"
        One covariance for all classes (weighted by class counts), or one for each.
    structure : {"full", "diagonal", "spherical"}, default="full"
        Shape of the covariances: any, features independent given the class, or a multiple of the identity.
    pooling : float, default=0.0
        In [0, 1]; moves separate covariances toward the shared one (Friedman's lambda). With S_k the scatter and W_k
        the weight of class k, S and W their sums, and a the pooling, the covariance is
        ``((1 - a) S_k + a S) / ((1 - a) W_k + a W)``. No effect on a shared covariance.
    shrinkage : float, "oas", "ledoit_wolf" or "auto", default=0.0
        In [0, 1]; g moves each covariance C, after pooling, to ``(1 - g) C + g trace(C) / d I`` (Friedman's gamma).
        "oas" and "ledoit_wolf" estimate g for each covariance of full structure, "auto" takes the pooling and
        shrinkage, out of 7 x 8, with the best leave-one-out log loss, and ignores `pooling`; the strongest where the
        rows are too few to judge any.
    standardize : bool, default=False
        Whether the shrinkage g works on the scale on which every feature has variance 1 over all rows, as a
        StandardScaler in front would have it; everything fitted stays on the scale of X. Not for structure
        "spherical", "oas" or "ledoit_wolf".
    tol : float, default=1e-8
        EM for missing entries stops when no mean or covariance moves by more, in units of standard deviations, or
        when the penalized likelihood has stopped rising; with 16,384 such rows or more, also when its logarithm is
        expected to rise by less than this share of itself.
    priors : array-like of shape (n_classes,), default=None
        Class priors, in the order of the sorted labels. None takes the class proportions.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    class_prior_ : ndarray of shape (n_classes,)
        Priors; 0 for a class without weight, whose mean and covariance are those of all rows.
    means_ : ndarray of shape (n_classes, n_features)
        Class means.
    covariances_ : ndarray
        Shapes as in :class:`sklearn.mixture.GaussianMixture`. Separate: (n_classes, n_features, n_features) for full,
        (n_classes, n_features) for diagonal, (n_classes,) for spherical structure. Shared: without the first axis.
    pooling_ : float
        Pooling used.
    shrinkage_ : float or ndarray of shape (n_classes,)
        Shrinkage used for the shared or for each separate covariance.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Shared covariance only. Slopes of the log-odds of the second of two classes, or of each class's log score.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Shared covariance only.
    n_parameters_ : int
        Free parameters.
    n_features_in_, feature_names_in_
        Number and names of the features.

    Notes
    -----
    A feature that is constant within a class, but not all features of it, has there the variance 1e-9 of its overall
    variance. When a covariance is singular and the rows of all classes together are fewer than the features, the
    smallest pooling and shrinkage that keep six digits are used (1.3e-6); `shrinkage_` tells. Everything else that
    leaves a covariance singular is a ValueError that names the class, the reason and the remedy; with missing entries
    it is a warning, and this pooling and shrinkage are used. A feature never observed in a class has there, with any
    pooling or shrinkage, the mean of all classes, and a warning says so; without, it is a ValueError.

    Complete rows that are fewer than two thirds of at least 128 features are fitted through their products (full
    structure, shrinkage above 1e-6 or the smallest above): n x n matrices, with the same result to rounding, and
    `covariances_` is built when asked for. Such a fit keeps its rows, and so does a file that it is saved to. EM for
    missing entries and `partial_fit` stay with d x d matrices.

    References
    ----------
    Friedman (1989), Regularized Discriminant Analysis, JASA 84, 165-175.
    Chen, Wiesel, Eldar & Hero (2010), IEEE Transactions on Signal Processing 58, 5016-5029.
    Ledoit & Wolf (2004), Journal of Multivariate Analysis 88, 365-411.

    Examples
    --------
    >>> from genvsdisc import GaussianClassifier
    >>> X = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 5.0], [4.0, 3.0], [5.0, 5.0]]
    >>> y = ["a", "a", "a", "b", "b", "b"]
    >>> model = GaussianClassifier().fit(X, y)
    >>> model.predict([[1.0, 1.0], [4.0, float("nan")]])
    array(['a', 'b'], dtype='<U1')
    >>> model.predict_proba([[2.5, 2.5]]).round(3)
    array([[0.642, 0.358]])
    >>> model.set_priors([0.1, 0.9]).predict([[2.5, 2.5]])
    array(['b'], dtype='<U1')
    """

    _parameter_constraints = {  # noqa: RUF012 - scikit-learn reads it off the class
        "covariance": [StrOptions({"shared", "separate"})],
        "structure": [StrOptions({"full", "diagonal", "spherical"})],
        "pooling": [Interval(Real, 0, 1, closed="both")],
        "shrinkage": [Interval(Real, 0, 1, closed="both"), StrOptions({"oas", "ledoit_wolf", "auto"})],
        "standardize": ["boolean"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "priors": ["array-like", None],
    }
    _score_attributes = (
        "class_prior_",
        "means_",
        "_factors",
        "_log_determinants",
        "_center",
        "_slopes",
        "_offsets",
        "_span",
    )

    def __init__(
        self,
        covariance: str = "shared",
        *,
        structure: str = "full",
        pooling: float = 0.0,
        shrinkage: float | str = 0.0,
        standardize: bool = False,
        tol: float = 1e-8,
        priors: ArrayLike | None = None,
    ) -> None:
        self.covariance = covariance
        self.structure = structure
        self.pooling = pooling
        self.shrinkage = shrinkage
        self.standardize = standardize
        self.tol = tol
        self.priors = priors

    # Fitting ---------------------------------------------------------------------------------------------------

    _moments: Moments | None
    _span: SpanGaussians | None = None  # in the place of factors, where the rows are fewer than the features
    _covariances: NDArray | None = None
    _unready: str | None = None  # why the rows so far do not suffice for predictions

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        rule = self._rule()
        self._unready = None
        wide = self._fit_in_span(X, codes, weights, rule)
        if wide is not None:
            return wide
        if not np.isnan(X[:_FIRST_ROWS].max()):
            moments = self._class_moments(X, codes, weights)
            # Missing entries show in the means, an array smaller than X, and so do sums that overflow.
            if not (np.isnan(moments.center).any() and np.isnan(X.max())):
                return self._parameters(moments, self._resolved(rule, moments, X, codes, weights))
        used = weights.any(axis=0)
        if not used.all():
            X, codes, weights = X[used], codes[used], weights[:, used]
        if not (np.isnan(X[:_FIRST_ROWS].max()) or np.isnan(X.max())):
            moments = self._class_moments(X, codes, weights)
            return self._parameters(moments, self._resolved(rule, moments, X, codes, weights))
        regularized = bool(self.pooling and self.covariance == "separate") or self.shrinkage != 0
        check_observed(X, codes, weights, self.classes_, self._feature_names(), regularized=regularized)
        check_varies(X, codes, weights)
        return self._from_incomplete(X, codes, weights, rule)

    def _fit_in_span(self, X: NDArray, codes: NDArray, weights: NDArray, rule: Regularization) -> dict[str, Any] | None:
        """Parameters from the products of fewer rows than features; None where these are not enough."""
        if rule.structure != "full" or not fits_in_span(1, X.shape[1]):  # the rows are counted where there may be few
            return None
        if not fits_in_span(int(np.count_nonzero(weights, axis=1).max()), X.shape[1]):
            return None
        used, dtype = weights.any(axis=0), X.dtype
        X, codes, weights = X[used].astype(float), codes[used], weights[:, used].astype(float)  # a copy, to be kept
        if np.isnan(X.max()):
            return None
        moments = self._class_moments(X, codes, weights, full=False)
        priors = None if self.priors is None else check_priors(self.priors, len(self.classes_))
        method = self.shrinkage if isinstance(self.shrinkage, str) else ""
        fits = wide_fits(X, codes, weights, moments, rule, method, priors, dtype)
        shares = self._prior_stack(moments.weight.astype(dtype))
        return None if fits is None else {"class_prior_": shares, **fits.attributes(moments, rule.shared, dtype)}

    def _from_incomplete(self, X: NDArray, codes: NDArray, weights: NDArray, rule: Regularization) -> dict[str, Any]:
        """Parameters of rows with missing entries, found in double precision."""
        dtype = X.dtype
        X, weights = X.astype(float, copy=False), weights.astype(float, copy=False)
        moments, rule = self._expected(X, codes, weights, rule, dtype)
        return self._without_moments(moments, rule, dtype)

    def _without_moments(self, moments: Moments, rule: Regularization, dtype: np.dtype) -> dict[str, Any]:
        """Parameters in the precision of the rows; expected moments depend on all rows: they cannot be added to."""
        values = {**self._parameters(moments, rule), "_moments": [None] * len(moments)}
        return {
            name: value.astype(dtype, copy=False) if isinstance(value, np.ndarray) and name != "pooling_" else value
            for name, value in values.items()
        }

    def _expected(
        self, X: NDArray, codes: NDArray, weights: NDArray, rule: Regularization, dtype: np.dtype
    ) -> tuple[Moments, Regularization]:
        """Expected moments, and the rule; what looks at rows looks at rows completed by a moderately regularized EM."""
        K = len(self.classes_)
        if not isinstance(self.shrinkage, str):
            return self._em(X, codes, weights, rule, dtype)
        start = replace(rule, pooling=0.5, shrinkage=0.1)
        first, _ = em_moments(X, codes, weights, K, start, tol=self.tol)
        completed = CompletedRows.build(X, codes, first, start)
        if self.shrinkage == "auto":
            rules = []
            for w, whole in zip(weights, completed.each(), strict=True):
                moments = self._class_moments(whole, codes, w[None])
                rules.append(self._resolved(rule, moments, whole, codes, w[None]))
            return self._em(X, codes, weights, stacked_rules(rules), dtype)
        fourth = self.shrinkage == "ledoit_wolf"
        moments = completed.moments(weights, fourth=fourth)
        if fourth and not keeps_fourth_powers(moments):
            moments = completed.moments(weights, fourth=True, unit=power_of_two_of(X))
        return self._em(X, codes, weights, self._estimated(rule, moments), dtype)

    def _em(
        self, X: NDArray, codes: NDArray, weights: NDArray, rule: Regularization, dtype: np.dtype
    ) -> tuple[Moments, Regularization]:
        K = len(self.classes_)
        sizes = weight_of_classes(codes, weights, K)
        return self._regular(lambda how: em_moments(X, codes, weights, K, how, tol=self.tol)[0], rule, dtype, sizes)

    def _regular(
        self, moments_of: Callable[[Regularization], Moments], rule: Regularization, dtype: np.dtype, sizes: NDArray
    ) -> tuple[Moments, Regularization]:
        """Expected moments; where a covariance turns out singular, under the least regularization that prevents it."""
        try:
            return moments_of(rule), rule
        except SingularCovarianceError as error:
            more = rule.lifted(dtype)
            why = self._explain(error, sizes)
        warnings.warn(
            f"{why}; fitted with the smallest pooling and shrinkage that keep six digits, "
            f"{np.finfo(dtype).eps ** (3 / 8):.1e}",
            UserWarning,
            stacklevel=6,
        )
        try:
            return moments_of(more), more
        except SingularCovarianceError:
            raise ValueError(why) from None

    def _fit_slices(self, sample: Rows, slices: Callable[[], Iterable[Rows]], sizes: NDArray) -> None:
        """Fit to rows with missing entries slice by slice; `sizes` are the weights of the classes, (1, K)."""
        K, rule = len(self.classes_), self._rule()
        dtype, first = sample.X.dtype, sample.doubled()

        def moments_of(how: Regularization) -> Moments:
            return moments_of_slices(first, lambda: (rows.doubled() for rows in slices()), K, how, tol=self.tol)[0]

        moments, rule = self._regular(moments_of, rule, dtype, sizes)
        self._unready = None
        take_parameters(self, self._without_moments(moments, rule, dtype))

    def _rule(self) -> Regularization:
        """Options as numbers; where the shrinkage is estimated, `_resolved` puts a number in its place."""
        self._validate_params()
        by_rule = isinstance(self.shrinkage, str) and self.shrinkage != "auto"
        if by_rule and self.structure != "full":
            raise ValueError(
                f"shrinkage={self.shrinkage!r} is derived for structure='full', got structure={self.structure!r}; "
                "give a number in [0, 1] or 'auto'"
            )
        if self.standardize and (self.structure == "spherical" or by_rule):
            raise ValueError(
                f"standardize=True goes with shrinkage a number or 'auto' and structure 'full' or 'diagonal', got "
                f"shrinkage={self.shrinkage!r}, structure={self.structure!r}; put a StandardScaler in front instead"
            )
        shrinkage = 0.0 if isinstance(self.shrinkage, str) else self.shrinkage
        shared = self.covariance == "shared"
        return Regularization(shared, self.structure, self.pooling, shrinkage, self.standardize)

    def _resolved(
        self, rule: Regularization, moments: Moments, X: NDArray, codes: NDArray, weights: NDArray
    ) -> Regularization:
        """Replace the shrinkage by its estimate, if it is to be estimated."""
        if self.shrinkage == "auto":
            priors = None if self.priors is None else check_priors(self.priors, len(self.classes_))
            return chosen(X, codes, weights, moments, rule, priors)
        if self.shrinkage == "ledoit_wolf" and not keeps_fourth_powers(moments):
            moments = self._class_moments((X - X[0]) / X.dtype.type(power_of_two_of(X)), codes, weights)
        return self._estimated(rule, moments)

    def _estimated(self, rule: Regularization, moments: Moments) -> Regularization:
        return estimated(rule, self.shrinkage, moments) if isinstance(self.shrinkage, str) else rule

    def _class_moments(self, X: NDArray, codes: NDArray, weights: NDArray, *, full: bool = True) -> Moments:
        full, fourth = full and self.structure == "full", full and self.shrinkage == "ledoit_wolf"
        with np.errstate(over="ignore", invalid="ignore"):
            moments = class_moments(X, codes, weights, len(self.classes_), full=full, fourth=fourth)
        largest = moments.second.max()
        if _LEAST_SQUARE < largest < np.inf:
            return moments
        sizes = np.nanmax(np.abs(X - X[~np.isnan(X).any(axis=1)][:1].sum(axis=0)), axis=0)
        smallest = max(_LEAST_SQUARE, float(np.finfo(X.dtype).tiny)) ** 0.5  # else classes are constant, not small
        if np.isinf(largest) or (np.isnan(largest) and not np.isnan(X).any()) or 0 < sizes.max() < smallest:
            j = int(sizes.argmax())
            raise ValueError(
                f"the squares of feature {self._feature_names()[j]!r}, whose values reach {sizes[j]:.3g}, leave the "
                "range of floating-point numbers; rescale it, for instance with a StandardScaler in front"
            )
        return moments

    def _parameters(self, moments: Moments, rule: Regularization) -> dict[str, Any]:
        """Everything fitted, as functions of the class moments (leading axis R)."""
        means = filled_means(moments)
        try:
            covariances, shrinkage, factors, log_determinants = rule.factored(moments)
        except SingularCovarianceError as error:
            raise ValueError(self._explain(error, moments.weight)) from None
        centers = slopes = offsets = np.empty((len(means), 0), means.dtype)
        if rule.shared:
            centers = means.mean(axis=(0, 1))[None].repeat(len(means), axis=0)
            slopes, offsets = density.linear_discriminants(means, factors, centers[0])
        published = covariances[..., 0] if rule.structure == "spherical" else covariances
        return {
            "class_prior_": self._prior_stack(moments.weight),
            "means_": means,
            "_covariances": published[:, 0] if rule.shared else published,
            "pooling_": np.full(len(means), np.ravel(rule.pooling), np.float64),
            "shrinkage_": shrinkage[:, 0] if rule.shared else shrinkage,
            "_factors": factors,
            "_log_determinants": log_determinants,
            "_center": centers,
            "_slopes": slopes,
            "_offsets": offsets,
            "_span": [None] * len(means),
            "_moments": moments,
        }

    # Further rows ----------------------------------------------------------------------------------------------

    def _needs_all_rows(self) -> str | None:
        if self.shrinkage == "auto":
            return "shrinkage='auto' needs all rows at once; give a number, 'oas' or 'ledoit_wolf', or fit"
        return None

    def _statistics_of(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, *, first: bool) -> Moments:
        self._rule()
        rows, codes = self._validate_batch(X, y, first=first)
        if np.isnan(rows.sum()) and np.isnan(rows).any():
            raise ValueError("Input X contains NaN; rows with missing entries need all rows at once: use fit")
        return self._class_moments(rows, codes, self._batch_weights(sample_weight, rows)[None])[0]

    def _statistics(self) -> Moments:
        if self._span is not None:
            span = self._span
            rows = span.rows[span.used].astype(self.means_.dtype)
            return self._class_moments(rows, span.codes, span.weights.astype(rows.dtype)[None])[0]
        if self._moments is None:
            raise ValueError("rows cannot be added to a fit with missing entries; fit again to all rows")
        return self._moments

    def _union(self, one: Moments, its: Any, two: Moments, other: Any) -> Moments:  # noqa: ARG002 - the base gives both batches
        return merge(one, two)

    def _refusal(self, other: Any) -> str | None:
        for name in ("covariance", "structure", "pooling", "shrinkage", "standardize"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                return f"merge needs the same options, got {name}={mine!r} and {name}={theirs!r}"
        return None

    def _learn(self, statistics: Moments) -> None:
        rule, stack = self._rule(), statistics[None]
        self._unready = None
        try:
            fitted = self._parameters(stack, self._estimated(rule, stack))
        except ValueError as error:
            self._unready = f"more rows are needed: {error}"
            fitted = {"_moments": [statistics], "_span": [None]}
        take_parameters(self, fitted)

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        if self._unready:
            raise ValueError(self._unready)
        return super()._validate_rows(X)

    def _explain(self, error: SingularCovarianceError, class_weights: NDArray) -> str:
        shared, names = self.covariance == "shared", self._feature_names()
        return describe(error, class_weights, shared, self.classes_, names, self.shrinkage)

    def _feature_names(self) -> Any:
        return getattr(self, "feature_names_in_", range(self.n_features_in_))

    # Scores ----------------------------------------------------------------------------------------------------

    @property
    def _shows_nonfinite(self) -> bool:
        return self.covariance == "shared"  # a sum with a term from each column

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        if self.covariance == "separate":
            return self._log_joint(X, parameters)
        center, slopes, offsets = (parameters[name] for name in ("_center", "_slopes", "_offsets"))
        scores = density.linear_scores(X, center[0], slopes, offsets + _logarithm(parameters["class_prior_"]))
        if np.isnan(scores.max()):  # the missing entries show here, in an array smaller than X
            return self._log_joint(X, parameters)
        return np.swapaxes(scores, 1, 2)

    def _with_far_rows(self, scores: NDArray, X: NDArray, parameters: Parameters) -> NDArray:
        if self.covariance == "separate":
            far = ~(scores.max(axis=2) > -np.inf).all(axis=0)  # squares that overflowed, in every class
            squares = squares_by_factors(parameters["_factors"])
            if parameters["_span"][0] is not None:
                squares = squares_in_span(parameters["_span"])
            scores[:, far] = scores_far_away(X[far], parameters["means_"], squares, scores[:, far])
        return scores

    def _log_joint(self, X: NDArray, parameters: Parameters) -> NDArray:
        if parameters["_span"][0] is not None:
            scores = span_log_densities(parameters["_span"], X).astype(X.dtype)
        else:
            log_densities = marginal_log_densities if np.isnan(X.max()) else density.log_densities
            means, factors, log_determinants = (parameters[f] for f in ("means_", "_factors", "_log_determinants"))
            scores = log_densities(X, means, factors, log_determinants)
        scores += _logarithm(parameters["class_prior_"])[..., None]
        return np.swapaxes(scores, 1, 2)

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        self._check_fitted()
        return self._checked(self._log_joint, self._validate_rows(X), self._own_parameters())[0]

    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState, columns: NDArray | None) -> NDArray:
        means = self.means_ if columns is None else self.means_[:, columns]
        if self._span is not None:
            return means[codes] + self._span.deviations_drawn(codes, rng, columns).astype(means.dtype)
        return means[codes] + drawn_deviations(codes, self._factors, self.n_features_in_, rng, columns)

    # Summaries -------------------------------------------------------------------------------------------------

    @property
    def covariances_(self) -> NDArray:
        """Covariances; of fewer rows than features they are built when asked for."""
        check_is_fitted(self)
        if self._span is None:
            return np.asarray(self._covariances)
        covariances = self._span.covariances().astype(self.means_.dtype)
        return covariances[0] if self.covariance == "shared" else covariances

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
        log_prior = _logarithm(self.class_prior_)
        if len(self.classes_) == 2:
            slopes = self._slopes[1:] - self._slopes[:1]
            scores = self._offsets + log_prior
            return slopes, scores[1:] - scores[:1] - slopes @ self._center
        # About the mean of the classes: their slopes add up to 0, which softmax does not see and the digits need.
        center = self.means_.mean(axis=0)
        if self._span is not None:
            slopes, offsets = self._span.discriminants(self.means_, center)
            return slopes, offsets + log_prior - slopes @ center
        slopes, offsets = density.linear_discriminants(self.means_[None], self._factors[None], center)
        return slopes[0], offsets[0] + log_prior - slopes[0] @ center

    def linear_log_odds(self) -> tuple[Any, NDArray, NDArray]:
        """Write the posterior as a linear model, of the features or of them with their squares and products.

        Returns
        -------
        features : QuadraticFeatures or None
            None for a shared covariance.
        coef : ndarray of shape (1, n_terms) for two classes, else (n_classes, n_terms)
        intercept : ndarray of shape (1,) for two classes, else (n_classes,)
            With these, ``softmax(features.transform(X) @ coef.T + intercept)`` is `predict_proba` (two classes: the
            sigmoid is the second column).
        """
        from genvsdisc.bridge import quadratic_features

        if self.covariance == "shared":
            return None, self.coef_, self.intercept_
        check_is_fitted(self)
        origins = self.means_.mean(axis=0)  # far from them a square is nearly a multiple of its column
        factors, log_determinants = self._factors, self._log_determinants
        if self._span is not None:
            factors, log_determinants = whiten(self.covariances_, full=True)
        terms = density.quadratic_coefficients(self.means_ - origins, factors, -0.5 * log_determinants)
        slopes = terms[:, 1 : 1 + self.n_features_in_]
        slopes -= slopes.mean(axis=0)  # the softmax does not see it
        terms[:, 0] += _logarithm(self.class_prior_) - slopes @ origins
        if factors.ndim == 2:  # the squares, among the products
            d = self.n_features_in_
            every = np.zeros((len(terms), 1 + d + d * (d + 1) // 2), terms.dtype)
            first, second = np.triu_indices(d)
            every[:, : 1 + d] = terms[:, : 1 + d]
            every[:, 1 + d + np.flatnonzero(first == second)] = terms[:, 1 + d :]
            terms = every
        if len(terms) == 2:
            terms = terms[1:] - terms[:1]
        return quadratic_features(self, origins), terms[:, 1:], terms[:, 0]


def _logarithm(priors: NDArray) -> NDArray:
    """Log priors; -inf for a class that cannot be."""
    with np.errstate(divide="ignore"):
        return np.log(priors)
