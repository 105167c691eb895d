"""Naive Bayes whose columns count as much as they should: densities by likelihood, weights by the posterior."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.class_priors import ReweightedPosterior
from genvsdisc.functional.columns.column_weights import fit_column_weights
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier
from genvsdisc.generative.naive_bayes.inference import declared
from genvsdisc.hybrid.contrasts import Contrasts, stacked_blocks

_CELLS = 2**18  # contrasts of the training sets that are fitted together


class WeightedNaiveBayesClassifier(ReweightedPosterior, ProbabilisticClassifier):
    r"""Logistic regression on log ratios of marginal densities: naive Bayes with a learned weight for each column.

    The densities :math:`p_j(x_j \mid k)` of single columns are those of `NaiveBayesClassifier`, by maximum likelihood.
    Naive Bayes adds their logarithms up; here each column has a weight, chosen, with an intercept :math:`c_k` for each
    class, by the conditional likelihood of the labels:

    .. math:: \log p(k \mid x) = \log \pi_k + c_k + \sum_j w_j \log p_j(x_j \mid k) + \text{const}, \qquad
              \min_{w, c} \; \frac{1}{n} \sum_i -\log p(y_i \mid x_i)
              + \frac{\lambda}{2} \Big(\sum_j \varsigma_j^2 w_j^2 + \sum_k (c_k - \bar c)^2\Big) ,

    :math:`\varsigma_j^2` being the mean square of the log ratios of column j, over rows and pairs of classes.

    Columns that say the same share their weight, and one that says nothing gets little: naive Bayes counts evidence
    twice where columns depend on each other, and this mends it. All weights 1, and no c, are naive Bayes. No column has
    more than ten nats of evidence against a class, odds of 22,000, which no table of some rows could know of.

    Parameters
    ----------
    reg_lambda : float, default=1e-3
        :math:`\lambda > 0`, the penalty of `LogisticClassifier` for columns of one scale.
    distributions : str, list or dict, default="auto"
        As for `NaiveBayesClassifier`.
    shared_variance : bool, default=False
        As for `NaiveBayesClassifier`: with all columns gaussian the log-odds are then linear.
    alpha : float, default=1.0
        Additive smoothing of counts, in rows.
    var_smoothing : float, default=1e-9
        Share of a column's variance over all rows that is added to its variances in the classes.
    max_iter : int, default=100
        Most Newton steps.
    tol : float, default=1e-8
        Bound on the Newton decrement.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    column_weights_ : ndarray of shape (n_features,)
        w.
    intercept_ : ndarray of shape (n_classes,)
        :math:`\log \pi_k + c_k`, with :math:`c_k` 0 for the first class.
    class_prior_ : ndarray of shape (n_classes,)
        Shares of the classes: what `set_priors` and `adapt_priors` exchange.
    means_, variances_ : ndarray of shape (n_classes, n_features)
        As those of `NaiveBayesClassifier`.
    category_log_prob_ : ndarray of shape (n_classes, n_categories)
        As that of `NaiveBayesClassifier`.
    n_parameters_ : int
        Those of naive Bayes, a weight for each column and an intercept for each class but the first.
    n_iter_ : int
        Newton steps.

    See Also
    --------
    NaiveBayesClassifier : All weights 1.

    Notes
    -----
    Densities and weights are fitted to the same rows. Fan, Feng, Jiang & Tong split the rows, for theirs are kernel
    estimates, which are far too sure of the rows that they were made of. The densities here have one or two parameters
    a column and class: on draws of 40 and 100 rows of 5 and 20 columns, dependent or not, log ratios learned from other
    folds gave a larger 0-1 loss (.012 and more in 10 of 16 cases, never smaller by .003), and the same with 400 rows.

    The weights are those of a conditional logit, one for each column and not one for each column and class: log ratios
    of normal densities of three classes or more are combinations of each column and its square, so that free weights
    for every class would make it the logistic regression on squares. A missing entry, and a category not met in
    training, has the log ratio 0.

    References
    ----------
    Raina, R., Shen, Y., Ng, A. Y., McCallum, A. (2003). Classification with hybrid generative/discriminative models.
    NIPS 16.
    Zaidi, N. A., Cerquides, J., Carman, M. J., Webb, G. I. (2013). Alleviating naive Bayes attribute independence
    assumption by attribute weighting. JMLR 14, 1947-1988.
    Fan, J., Feng, Y., Jiang, J., Tong, X. (2016). Feature augmentation via nonparametrics and selection (FANS) in
    high-dimensional classification. JASA 111, 275-287.

    Examples
    --------
    Of two copies of a column each counts half; naive Bayes counts both.

    >>> import numpy as np
    >>> from genvsdisc import WeightedNaiveBayesClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(2000) % 2
    >>> x = rng.normal(size=(2000, 2)) + y[:, None]
    >>> X = np.column_stack([x[:, 0], x[:, 0], x[:, 1]])
    >>> WeightedNaiveBayesClassifier().fit(X, y).column_weights_.round(1)
    array([0.5, 0.5, 1. ])
    """

    _family = "discriminative"
    _allow_nan = True
    _score_attributes = ("intercept_", "column_weights_", "means_", "variances_", "category_log_prob_")
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "reg_lambda": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="neither")],
    }
    _marginals: NaiveBayesClassifier
    intercept_: NDArray

    def __init__(
        self,
        reg_lambda: float = 1e-3,
        *,
        distributions: Any = "auto",
        shared_variance: bool = False,
        alpha: float = 1.0,
        var_smoothing: float = 1e-9,
        max_iter: int = 100,
        tol: float = 1e-8,
    ) -> None:
        self.reg_lambda = reg_lambda
        self.distributions = distributions
        self.shared_variance = shared_variance
        self.alpha = alpha
        self.var_smoothing = var_smoothing
        self.max_iter = max_iter
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        names = declared(self.distributions)
        tags.input_tags.categorical = tags.input_tags.string = "categorical" in names
        tags.classifier_tags.poor_score = "poisson" in names
        return tags

    @property
    def distributions_(self) -> tuple[str, ...]:
        """Distribution of each column, as given or inferred."""
        return self._marginals.distributions_

    # Reading rows ------------------------------------------------------------------------------------------------

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        self._validate_params()
        marginals = NaiveBayesClassifier(
            self.distributions,
            shared_variance=self.shared_variance,
            alpha=self.alpha,
            var_smoothing=self.var_smoothing,
            smoothing_unit="own",
        )
        X, codes = marginals._validate_training(X, y)
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(marginals, name):
                setattr(self, name, getattr(marginals, name))
            else:
                self.__dict__.pop(name, None)  # of a former fit
        self._marginals = marginals
        return X, codes

    def _validate_rows(self, X: Any) -> NDArray:
        return self._marginals._validate_rows(X)

    # Fitting -----------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        fitted = self._marginals._fit_stack(X, codes, weights)
        prior = np.asarray(fitted["class_prior_"], float)
        R, K = prior.shape
        with np.errstate(divide="ignore"):
            intercepts = np.log(prior)
        column_weights, n_iter, converged = np.ones((R, X.shape[1])), np.zeros(R, int), np.ones(R, bool)
        patterns, group_of = np.unique(prior > 0, axis=0, return_inverse=True)
        for g, pattern in enumerate(patterns):
            present = np.flatnonzero(pattern)
            if len(present) < 2:
                continue
            group = np.flatnonzero(group_of.ravel() == g)
            step = max(1, _CELLS // (len(present) * X.size))
            for some in (group[first : first + step] for first in range(0, len(group), step)):
                each = [
                    Contrasts(self._marginals._kinds, {name: fitted[name][r][present] for name in self._densities})
                    for r in some
                ]
                known = np.log(prior[np.ix_(some, present)])
                column_weights[some], offsets, n_iter[some], converged[some] = fit_column_weights(
                    stacked_blocks(each, X, np.searchsorted(present, codes), weights[some]),
                    known[:, 1:] - known[:, :1],
                    self.reg_lambda,
                    max_iter=self.max_iter,
                    tol=self.tol,
                )
                intercepts[np.ix_(some, present[1:])] = known[:, :1] + offsets
        self._warn_of(converged)
        d = X.shape[1]
        counted = np.asarray(fitted["n_parameters_"]) + d + K - 1
        kept = {name: fitted[name] for name in ("class_prior_", *self._densities)}
        dtype = X.dtype
        return kept | {
            "column_weights_": column_weights.astype(dtype),
            "intercept_": intercepts.astype(dtype),
            "n_parameters_": counted.tolist(),
            "n_iter_": n_iter,
        }

    @property
    def _densities(self) -> tuple[str, ...]:
        return self._score_attributes[2:]

    def _warn_of(self, converged: NDArray) -> None:
        if converged.all():
            return
        among = f" ({(~converged).sum()} of {len(converged)} replicates)" if len(converged) > 1 else ""
        warnings.warn(
            f"WeightedNaiveBayesClassifier did not converge in max_iter={self.max_iter} Newton steps{among}: raise "
            "reg_lambda or max_iter",
            ConvergenceWarning,
            stacklevel=4,
        )

    def _shift_log_odds(self, shift: NDArray) -> None:
        self.intercept_ = (self.intercept_ + shift).astype(self.intercept_.dtype)

    # Scores ------------------------------------------------------------------------------------------------------

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        intercepts, weights = (np.asarray(parameters[name], float) for name in self._score_attributes[:2])
        scores = np.repeat(intercepts[:, None], len(X), axis=1)
        for r, replicate_scores in enumerate(scores):
            present = np.flatnonzero(intercepts[r] > -np.inf)
            densities = {name: parameters[name][r][present] for name in self._densities}
            contrasts = Contrasts(self._marginals._kinds, densities)
            for part in contrasts.parts(len(X)):
                replicate_scores[part, present[1:]] += (contrasts.of(X[part].astype(float)) @ weights[r]).T
        return scores
