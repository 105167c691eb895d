"""Classes fitted to a weighted sum of the joint and the conditional likelihood."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.functional.gaussian.covariance import whiten
from genvsdisc.functional.gaussian.density import log_densities
from genvsdisc.functional.gaussian.natural import Features
from genvsdisc.functional.linear.separation import is_quasi_separated
from genvsdisc.functional.posterior import two_log_scores
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.joint import in_range
from genvsdisc.hybrid.binary import binary_losses_along, fit_binary
from genvsdisc.hybrid.dial import DIAL, folds_of, logits_of
from genvsdisc.hybrid.frame import FeatureFrame
from genvsdisc.hybrid.gaussian import GaussianEnds, fit_gaussian, gaussian_losses_along
from genvsdisc.validation import column_name

_SMALLEST_SPREAD = 1e-150  # of which a penalty takes the square of the inverse
_MOST_COEFFICIENTS = 4000
_FAR_SLOPE = 10.0  # of a binary column, beyond which rows without penalty may be separated


class HybridClassifier(ProbabilisticClassifier):
    r"""Gaussian classes, or binary columns, fitted to a weighted sum of the joint and the conditional log likelihood.

    With weight a of the joint likelihood (Bouchard & Triggs 2004), shares, means and covariances maximize

    .. math:: a \sum_i w_i \log p(x_i, y_i) + (1 - a) \Big(\sum_i w_i \log p(y_i \mid x_i)
              - \frac{\lambda}{2} \|\beta\|^2\Big),

    the weights w adding up to 1, and :math:`\beta` the slopes of the log-odds: of the columns for a shared covariance,
    of `QuadraticFeatures` of them for separate ones. At a = 1 that is `GaussianClassifier` (structure "diagonal":
    naive Bayes), at a = 0 the `LogisticClassifier` of the same function set; between, the posterior moves smoothly from
    one to the other. The log-odds determine the rest of the densities: of all with these log-odds, those of greatest
    joint likelihood, so that :math:`p(x)` exists on all of the dial.

    With ``distributions="bernoulli"`` the columns are binary, independent given the class: at a = 1 that is
    `NaiveBayesClassifier`, at a = 0 the `LogisticClassifier` of the columns.

    Parameters
    ----------
    generative_weight : float or "auto", default=0.5
        a in [0, 1]. "auto" takes, of 13 values, the one of least cross-validated log loss.
    covariance : {"shared", "separate"}, default="shared"
        One covariance for all classes, or one for each.
    structure : {"full", "diagonal"}, default="full"
        Any covariance, or features independent given the class.
    reg_lambda : float, default=1e-3
        :math:`\lambda`, the penalty of `LogisticClassifier`.
    shrinkage : float, default=0.0
        Of the generative fit, as for `GaussianClassifier`: the joint likelihood is that of its shrunken moments.
    standardize : bool, default=False
        Whether penalty and shrinkage are on the scale on which every feature has variance 1. Coefficients are always
        on the scale of X.
    distributions : {"gaussian", "bernoulli"}, default="gaussian"
        Distribution of the columns given the class. Of "bernoulli" columns all above 0 is 1; covariance, structure and
        shrinkage are of gaussian columns only.
    alpha : float, default=1.0
        Additive smoothing of the counts of bernoulli columns, in rows, as for `NaiveBayesClassifier`.
    n_folds : int, default=5
        Folds of "auto", stratified. Those in which a class keeps too few rows for its covariance are left out.
    max_iter : int, default=200
        Most Newton steps.
    tol : float, default=1e-8
        Bound on the Newton decrement.
    random_state : int, RandomState instance or None, default=0
        Shuffles the folds of "auto".

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    generative_weight_ : float
        a, as given or chosen.
    class_prior_ : ndarray of shape (n_classes,)
        Shares of the classes in the fitted model.
    means_ : ndarray of shape (n_classes, n_features)
    covariances_ : ndarray
        Shapes as those of `GaussianClassifier`; not for bernoulli columns.
    coef_ : ndarray of shape (1, n_terms) for two classes, else (n_classes, n_terms)
        Slopes of the log-odds, of the features or of `QuadraticFeatures` of them.
    intercept_ : ndarray of shape (1,) or (n_classes,)
    n_iter_ : int
        Newton steps.

    Notes
    -----
    In the log scores the objective is concave (linear exponential families), so the maximum is the only one. Missing
    entries are not accepted.

    References
    ----------
    Bouchard, G., Triggs, B. (2004). The tradeoff between generative and discriminative classifiers. COMPSTAT.
    Lasserre, J., Bishop, C., Minka, T. (2006). Principled hybrids of generative and discriminative models. CVPR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from genvsdisc import HybridClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> [round(HybridClassifier(a).fit(X, y).score(X, y), 3) for a in (1, 0.5, 0)]
    [0.98, 0.967, 0.987]

    Of binary columns, one of them three times over, naive Bayes counts the evidence thrice:

    >>> import numpy as np
    >>> column, labels = np.repeat([1, 1, 1, 0, 0, 0], 10), np.repeat([1, 1, 0, 0, 0, 1], 10)
    >>> B = np.column_stack([column] * 3)
    >>> for a in (1, 0):
    ...     print(HybridClassifier(a, distributions="bernoulli").fit(B, labels).predict_proba(B[:1])[0, 1].round(2))
    0.87
    0.67
    """

    _family = "other"
    _natural: NDArray
    _score_attributes = ("_center", "_scale", "_theta")
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "generative_weight": [Interval(Real, 0, 1, closed="both"), StrOptions({"auto"})],
        "covariance": [StrOptions({"shared", "separate"})],
        "structure": [StrOptions({"full", "diagonal"})],
        "reg_lambda": [Interval(Real, 0, None, closed="left")],
        "shrinkage": [Interval(Real, 0, 1, closed="both")],
        "standardize": ["boolean"],
        "distributions": [StrOptions({"gaussian", "bernoulli"})],
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "n_folds": [Interval(Integral, 2, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        generative_weight: float | str = 0.5,
        *,
        covariance: str = "shared",
        structure: str = "full",
        reg_lambda: float = 1e-3,
        shrinkage: float = 0.0,
        standardize: bool = False,
        distributions: str = "gaussian",
        alpha: float = 1.0,
        n_folds: int = 5,
        max_iter: int = 200,
        tol: float = 1e-8,
        random_state: Any = 0,
    ) -> None:
        self.generative_weight = generative_weight
        self.covariance = covariance
        self.structure = structure
        self.reg_lambda = reg_lambda
        self.shrinkage = shrinkage
        self.standardize = standardize
        self.distributions = distributions
        self.alpha = alpha
        self.n_folds = n_folds
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    # Fitting -----------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        self._validate_params()
        if self._binary:
            return self._fit_binary(X, codes, weights)
        X, dtype = X.astype(float, copy=False), in_range(X).dtype
        ends = self._ends(X.shape[1])
        start = ends.generative(X, codes, weights)
        self._refuse_tiny(X)
        frame = FeatureFrame.of(X[weights.any(axis=0)], ends.features)
        a = self._chosen(
            codes, weights, lambda row, tests: gaussian_losses_along(ends, X, codes, row, tests, frame, self.max_iter)
        )
        fitted, converged = fit_gaussian(
            ends, X, codes, weights, a, frame, start, max_iter=self.max_iter, tol=self.tol, dtype=dtype
        )
        self._warn_of(converged)
        return fitted

    def _ends(self, d: int) -> GaussianEnds:
        """The classifiers at both ends, which know the classes and the columns."""
        features = self._features(d)
        gaussian = GaussianClassifier(
            self.covariance, structure=self.structure, shrinkage=self.shrinkage, standardize=self.standardize
        )
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(self, name):
                setattr(gaussian, name, getattr(self, name))
        logistic = LogisticClassifier(
            self.reg_lambda, optimizer="newton", tol=self.tol, max_iter=self.max_iter, standardize=self.standardize
        )
        logistic.classes_ = self.classes_
        logistic.n_features_in_ = features.count - 1
        return GaussianEnds(gaussian, logistic, features)

    @property
    def _binary(self) -> bool:
        return self.distributions == "bernoulli"

    def _fit_binary(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        names = ("alpha", "reg_lambda", "standardize", "max_iter", "tol")
        options = {name: getattr(self, name) for name in names} | {"n_classes": len(self.classes_)}
        ones = (X > 0).astype(float)
        a = self._chosen(codes, weights, lambda row, tests: binary_losses_along(ones, codes, row, tests, options))
        fitted, converged = fit_binary(ones, codes, weights, a, options)
        self._warn_of(converged)
        if not self.reg_lambda and any(
            is_quasi_separated(ones[weights[r] > 0], codes[weights[r] > 0])
            for r in np.flatnonzero((a == 0) & (np.abs(fitted["coef_"]).max(axis=(1, 2)) > _FAR_SLOPE))
        ):
            warnings.warn(
                "the classes can be separated, so that the likelihood has no maximum: raise reg_lambda",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.__dict__.pop("covariances_", None)  # of a former fit
        published = ("means_", "coef_", "intercept_")
        return fitted | {name: fitted[name].astype(X.dtype) for name in published}

    def _refuse_tiny(self, X: NDArray) -> None:
        """Refuse columns whose squares are zero in floating-point numbers; the Gaussian end refuses the large ones."""
        spread = np.ptp(X, axis=0)
        squares = self.covariance == "separate" and not self.standardize  # are penalized features then
        tiny = np.flatnonzero((spread > 0) & (spread < _SMALLEST_SPREAD ** (0.5 if squares else 1)))
        if len(tiny):
            power = "fourth power" if squares else "square"
            raise ValueError(
                f"{column_name(self, tiny[0])} spreads over {spread[tiny[0]]:.3g}, whose {power} is "
                "too small for floating-point numbers; rescale the column"
            )

    def _features(self, d: int) -> Features:
        features = Features(d, self.covariance == "shared", self.structure == "full")
        size = features.count * (1 if len(self.classes_) == 2 else len(self.classes_))
        if size > _MOST_COEFFICIENTS:
            raise ValueError(
                f"HybridClassifier with covariance={self.covariance!r}, structure={self.structure!r} has {size} "
                f"coefficients for {d} features and {len(self.classes_)} classes, more than {_MOST_COEFFICIENTS}: use "
                "structure='diagonal' or covariance='shared', or fewer features"
            )
        return features

    def _warn_of(self, converged: NDArray) -> None:
        if converged.all():
            return
        among = f" ({(~converged).sum()} of {len(converged)} replicates)" if len(converged) > 1 else ""
        warnings.warn(
            f"HybridClassifier did not converge in max_iter={self.max_iter} Newton steps{among}: raise reg_lambda or "
            "max_iter, or use standardize=True",
            ConvergenceWarning,
            stacklevel=4,
        )

    # The weight of the joint likelihood ---------------------------------------------------------------------------

    def _chosen(
        self, codes: NDArray, weights: NDArray, losses_of: Callable[[NDArray, list[NDArray]], NDArray]
    ) -> NDArray:
        """Weight a of each replicate, as given or that of least loss in the folds of its training set."""
        if self.generative_weight != "auto":
            return np.full(len(weights), float(self.generative_weight))
        tests = folds_of(codes, self.n_folds, check_random_state(self.random_state))
        losses = np.stack([losses_of(row, tests) for row in weights])
        return np.array(DIAL)[losses.argmin(axis=1)]

    # Scores --------------------------------------------------------------------------------------------------------

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        theta = np.asarray(parameters["_theta"])
        center, scale = np.asarray(parameters["_center"])[0], np.asarray(parameters["_scale"])[0]
        if self._binary:
            rows = (X > 0).astype(float)
        else:
            features = Features(X.shape[1], self.covariance == "shared", self.structure == "full")
            rows = features.of((X - center) / scale)
        logits = logits_of(theta, rows)
        scores = two_log_scores(logits) if theta.shape[1] == 1 else logits
        return np.swapaxes(scores, 1, 2)

    def predict_joint_log_proba(self, X: ArrayLike) -> NDArray:
        """Log joint density of each row with each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        joint : ndarray of shape (n_samples, n_classes)
            ``log p(x, y)`` under the fitted densities; their softmax is `predict_proba`.
        """
        check_is_fitted(self)
        rows = self._validate_rows(X).astype(float)
        if self._binary:
            with np.errstate(divide="ignore"):
                constants = np.log(self.class_prior_) - np.logaddexp(0, self._natural).sum(axis=1)
            return (rows > 0) @ self._natural.T + constants
        full = self.structure == "full"
        covariances = self.covariances_.astype(float)
        factors, log_determinants = whiten(covariances[None] if self.covariance == "shared" else covariances, full)
        density = log_densities(rows, self.means_[None].astype(float), factors[None], log_determinants[None])[0]
        with np.errstate(divide="ignore"):
            return (density + np.log(self.class_prior_)[:, None]).T

    def score_samples(self, X: ArrayLike) -> NDArray:
        """Log density of each row under the mixture of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        log_density : ndarray of shape (n_samples,)
        """
        return logsumexp(self.predict_joint_log_proba(X), axis=1)

    @property
    def n_parameters_(self) -> int:
        """Number of free parameters: those of the generative classifier."""
        check_is_fitted(self)
        K, d = self.means_.shape
        if self._binary:
            return K - 1 + K * d
        one = d * (d + 1) // 2 if self.structure == "full" else d
        return K - 1 + K * d + (one if self.covariance == "shared" else K * one)
