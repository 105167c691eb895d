"""Naive Bayes with a distribution of its own for each column: the features are independent given the class."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import Parameters
from genvsdisc.functional.columns.families import ColumnTerms, log_probability, looked_up, poisson_log_base
from genvsdisc.functional.columns.scores import AdditiveScores, shifted_terms
from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.generative.naive_bayes.distributions import ColumnKinds
from genvsdisc.generative.naive_bayes.features import SufficientStatistics
from genvsdisc.generative.naive_bayes.inference import declared, is_integral, typed_frame
from genvsdisc.generative.naive_bayes.statistics import (
    Statistics,
    check_variances,
    count_parameters,
    draw,
    gather,
    numeric_estimates,
    table_estimates,
)
from genvsdisc.replicates import take_parameters


class NaiveBayesClassifier(GenerativeClassifier):
    r"""Naive Bayes whose columns each have a distribution of their own.

    ``log p(x, y=k) = log prior_k + sum_j log p_j(x_j | k)``, computed in log space throughout. Over the rows of class k
    in which column j is observed, with weights w and N = sum w, the estimates are

    * gaussian: mean and maximum-likelihood variance (divided by N), plus `var_smoothing` times a variance over all
      rows: the largest of a gaussian column, or with ``smoothing_unit="own"`` that of the column itself;
    * bernoulli: ``(sum w x + alpha) / (N + 2 alpha)``; a value above 0 counts as 1;
    * categorical: ``(N_c + alpha) / (N + alpha C)``, C being the number of categories met in training;
    * poisson: ``(sum w x + alpha m) / (N + alpha)``, m the mean over all classes: alpha more rows with that count.

    The class priors are not smoothed. A missing value (NaN, None) drops its factor, in fit and in prediction; so does
    a category not met in training, and a negative count. A class with nothing observed in a column takes what all
    classes have there. A probability of 0 (`alpha` = 0) counts as 1.5e-154 (1.1e-19 in float32), so that a row which
    every class rules out has a posterior: the class with the fewest impossible values.

    Parameters
    ----------
    distributions : str, list or dict, default="auto"
        "gaussian", "bernoulli", "categorical" or "poisson" for all columns; a list with one name for each column; a
        dict from name to columns (labels of a frame's columns, or positions), the rest being "auto". "auto" judges
        by the training rows (the first batch, in `partial_fit`): string, category and object columns are categorical;
        booleans and integers that are all 0 or 1 bernoulli; other numbers gaussian, except integers from 0 to 100
        whose likelihood given the class prefers a Poisson distribution to a rounded normal one (by the Bayesian
        information criterion, rows counted alike); "gaussian or poisson" asks the same of floats. Whole numbers that a
        frame holds as floats because of gaps are
        integers; an array of floats is gaussian throughout. `distributions_` tells.
    shared_variance : bool, default=False
        Give all classes the same, pooled, variance in each gaussian column: Ng & Jordan's model, linear in x.
    alpha : float, default=1.0
        Additive smoothing, in rows: 1 is Laplace's rule; 0 is maximum likelihood, as in counts by hand.
    var_smoothing : float, default=1e-9
        Share of a variance over all rows that is added to the variances of the classes.
    priors : array-like of shape (n_classes,), default=None
        Class priors; None takes the weighted shares of the classes.
    smoothing_unit : {"largest", "own"}, default="largest"
        Whose variance `var_smoothing` is a share of: the largest of all gaussian columns, as in scikit-learn's
        ``GaussianNB``, or each column's own. With "own" posteriors do not depend on the unit or the zero of a gaussian
        column; with "largest" a column in large units drowns the others.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    class_prior_, class_count_ : ndarray of shape (n_classes,)
        Priors, and sums of weights.
    means_, variances_ : ndarray of shape (n_classes, n_features)
        ColumnMoments of each column's distribution; NaN for categorical columns.
    category_log_prob_ : ndarray of shape (n_classes, n_categories)
        Log probabilities of the categories of all categorical columns, one column after the other in the order of
        `categories_`; NaN for a category that has no weight.
    distributions_ : tuple of str
        Distribution of each column.
    categories_ : tuple
        Categories of each categorical column, sorted; None for the other columns.
    coef_, intercept_ : ndarray of shape (1, n_features) and (1,) for two classes, else (n_classes, ...)
        Log-odds, where they are linear in the columns: no categorical one, and no gaussian one without
        `shared_variance`.
    n_parameters_ : int
        Number of free parameters.
    statistics_ : Statistics
        Sufficient statistics, from which `partial_fit` and `merge` go on.

    See Also
    --------
    GaussianClassifier : Gaussian densities with covariances.

    References
    ----------
    Ng & Jordan (2001), On discriminative vs. generative classifiers, NIPS 14, 841-848.
    Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37, 242-247.

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc import NaiveBayesClassifier
    >>> X = pd.DataFrame({"height": [1.2, 1.4, 0.3, None], "kind": ["fish", "bird", "fish", "fish"]})
    >>> model = NaiveBayesClassifier().fit(X, ["a", "a", "b", "b"])
    >>> model.distributions_
    ('gaussian', 'categorical')
    >>> model.predict(pd.DataFrame({"height": [1.3, None], "kind": ["fish", "fish"]}))
    array(['a', 'b'], dtype='<U1')

    Thirteen rows of 0 and 1, a row (1, 1) in the first class: by counts alone its probability there is 3/7, smoothed
    by the default `alpha` it is 0.225.

    >>> from genvsdisc.datasets import make_naive_bayes_toy
    >>> toy = make_naive_bayes_toy()
    >>> for alpha in (0.0, 1.0):
    ...     model = NaiveBayesClassifier(alpha=alpha).fit(toy.X, toy.y)
    ...     print(f"{model.predict_proba(toy.X[:1])[0, 0]:.7f}")
    0.4285714
    0.2250287
    """

    _parameter_constraints: dict = {  # noqa: RUF012 - scikit-learn reads it off the class
        "distributions": [str, list, tuple, dict],
        "shared_variance": ["boolean"],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "var_smoothing": [Interval(Real, 0, None, closed="left")],
        "priors": ["array-like", None],
        "smoothing_unit": [StrOptions({"largest", "own"})],
    }
    _score_attributes = ("class_prior_", "means_", "variances_", "category_log_prob_")
    statistics_: Statistics
    _kinds: ColumnKinds

    def __init__(
        self,
        distributions: Any = "auto",
        *,
        shared_variance: bool = False,
        alpha: float = 1.0,
        var_smoothing: float = 1e-9,
        priors: ArrayLike | None = None,
        smoothing_unit: str = "largest",
    ) -> None:
        self.distributions = distributions
        self.shared_variance = shared_variance
        self.alpha = alpha
        self.var_smoothing = var_smoothing
        self.priors = priors
        self.smoothing_unit = smoothing_unit

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        names = declared(self.distributions)
        tags.input_tags.categorical = tags.input_tags.string = "categorical" in names
        # As scikit-learn's discrete naive Bayes: a model of counts scores badly on measurements.
        tags.classifier_tags.poor_score = "poisson" in names
        return tags

    @property
    def distributions_(self) -> tuple[str, ...]:
        """Distribution of each column, as given or inferred."""
        return self._kinds.distributions

    @property
    def categories_(self) -> tuple[NDArray | None, ...]:
        """Categories of each categorical column, sorted; None for the other columns."""
        return self._kinds.categories

    # Reading rows ----------------------------------------------------------------------------------------------

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        X, codes, self._kinds = self._read_batch(X, y, super()._validate_training, None)
        return X, codes

    def _read_batch(
        self, X: Any, y: Any, validate: Callable[[Any, Any], tuple[NDArray, NDArray]], kinds: ColumnKinds | None
    ) -> tuple[NDArray, NDArray, ColumnKinds]:
        """Rows as floats, class codes, and the kinds of columns, which are `kinds` with new categories if given."""
        self._validate_params()
        frame = typed_frame(X, self.distributions)
        first = kinds is None
        if frame is None:
            integral = first and is_integral(X)
            X, codes = validate(X, y)
            kinds = (kinds or ColumnKinds.of(X, self.distributions, integral=integral)).learn(X)
            X = kinds.code_array(X)
        else:
            kinds = (kinds or ColumnKinds.of(frame, self.distributions, integral=False)).learn(frame)
            X, codes = validate(kinds.code_frame(frame), y)
        if first:
            kinds = kinds.with_counts(X, codes, self.distributions)
        kinds.warn_of_negative_counts(X)
        return kinds.support(X), codes, kinds

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        kinds = self._kinds
        special = "categorical" in kinds.distributions or "bernoulli" in kinds.distributions
        frame = typed_frame(X, kinds.distributions) if special else None
        if frame is None:
            return kinds.support(kinds.code_array(super()._validate_rows(X)))
        return kinds.support(super()._validate_rows(kinds.code_frame(frame)))

    # Fitting ---------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        return self._estimates(gather(X, codes, weights, self._kinds, len(self.classes_)))

    def _statistics_of(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, *, first: bool) -> Statistics:
        known = None if first else self._kinds
        X, codes, self._kinds = self._read_batch(X, y, lambda X, y: self._validate_batch(X, y, first=first), known)
        return gather(X, codes, self._batch_weights(sample_weight, X)[None], self._kinds, len(self.classes_))[0]

    def _statistics(self) -> Statistics:
        return self.statistics_

    def _union(self, one: Statistics, its: Any, two: Statistics, other: Any) -> Statistics:
        kinds = its._kinds.union(other._kinds)
        one, two = one.relabel(its._kinds, kinds), two.relabel(other._kinds, kinds)
        self._kinds = kinds
        return one.merge(two)

    def _refusal(self, other: Any) -> str | None:
        if self.distributions_ != other.distributions_:
            return (
                f"merge needs the same classes and distributions, got the distributions {self.distributions_} and "
                f"{other.distributions_}"
            )
        return None

    def _learn(self, statistics: Statistics) -> None:
        take_parameters(self, self._estimates(statistics[None]))

    def _estimates(self, statistics: Statistics) -> dict[str, Any]:
        """Parameters of R training sets from their statistics, which they keep for `partial_fit`."""
        kinds, weight = self._kinds, statistics.class_weight
        means = np.full((*weight.shape, len(kinds.distributions)), np.nan, weight.dtype)
        variances = means.copy()
        means[..., kinds.numeric], variances[..., kinds.numeric] = numeric_estimates(
            statistics.moments,
            kinds,
            self.alpha,
            self.var_smoothing,
            self.shared_variance,
            self.smoothing_unit == "own",
        )
        names = getattr(self, "feature_names_in_", range(len(kinds.distributions)))
        check_variances(means, variances, statistics.moments, kinds, self.classes_, names)
        probabilities = table_estimates(statistics.counts, kinds, self.alpha)
        return {
            "class_prior_": self._prior_stack(weight),
            "class_count_": weight,
            "means_": means,
            "variances_": variances,
            "category_log_prob_": log_probability(probabilities),
            "n_parameters_": count_parameters(probabilities, kinds, self.shared_variance),
            "statistics_": statistics,
        }

    # Scores ----------------------------------------------------------------------------------------------------

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        return self._sums_of_logarithms(X, parameters, common=not self.shared_variance)

    def _sums_of_logarithms(self, X: NDArray, parameters: Parameters, *, common: bool) -> NDArray:
        """Log joint densities (R, n, K), with or without what all classes have in common."""
        kinds = self._kinds
        prior, means, variances, tables = (np.asarray(parameters[name]) for name in self._score_attributes)
        mean, variance = (values.reshape(prior.size, -1)[:, kinds.numeric] for values in (means, variances))
        scores = AdditiveScores.build(mean, variance, kinds.groups, common=common)(X[:, kinds.numeric])
        if len(kinds.categorical):
            self._add_tables(scores, X, np.nan_to_num(tables.reshape(prior.size, -1)))
        with np.errstate(divide="ignore"):
            scores += np.log(prior).reshape(-1, 1)
        return scores.reshape(*prior.shape, len(X)).transpose(0, 2, 1)

    def _add_tables(self, scores: NDArray, X: NDArray, tables: NDArray) -> None:
        """Look up the log probabilities (M, categories) of the rows' categories and add them to scores (M, n)."""
        kinds = self._kinds
        for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
            scores += looked_up(tables[:, start:stop], X[:, j])

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        check_is_fitted(self)
        rows, counts = self._validate_rows(X), self._kinds.columns("poisson")
        scores = self._sums_of_logarithms(rows, self._own_parameters(), common=True)[0]
        if len(counts):
            scores += poisson_log_base(rows[:, counts])[:, None]
        return scores

    def _class_moments(self) -> tuple[NDArray, NDArray]:
        """Means and variances (K, numeric columns)."""
        return self.means_[:, self._kinds.numeric], self.variances_[:, self._kinds.numeric]

    def _shifted_terms(self) -> tuple[NDArray, ColumnTerms]:
        mean, variance = self._class_moments()
        return shifted_terms(mean, variance, self._kinds.groups)

    # What the model says ---------------------------------------------------------------------------------------

    @property
    def coef_(self) -> NDArray:
        """Coefficients of the log-odds where they are linear in the columns; (1, d) for two classes, else (K, d)."""
        return self._linear()[0]

    @property
    def intercept_(self) -> NDArray:
        """Intercepts that go with `coef_`; (1,) for two classes, else (K,)."""
        return self._linear()[1]

    def _linear(self) -> tuple[NDArray, NDArray]:
        kinds = self._kinds
        curved = "gaussian" in kinds.distributions and not self.shared_variance
        if curved or len(kinds.categorical):
            raise AttributeError(
                "coef_ and intercept_ exist where the log-odds are linear in the columns: no categorical column, and "
                "shared_variance=True if one is gaussian; see linear_log_odds() for the other cases"
            )
        shift, terms = self._shifted_terms()
        coef, constant = terms.linear, terms.constant
        intercept = constant.sum(axis=1) - coef @ shift + np.log(self.class_prior_)
        return (np.diff(coef, axis=0), np.diff(intercept)) if len(intercept) == 2 else (coef, intercept)

    def linear_log_odds(self) -> tuple[SufficientStatistics, NDArray, NDArray]:
        """Write the posterior as a linear model of the columns' sufficient statistics.

        Returns
        -------
        statistics : SufficientStatistics
            Fitted transformer from rows to features, among them indicators of missing values.
        coef : ndarray of shape (1, n_statistics) for two classes, else (n_classes, n_statistics)
        intercept : ndarray of shape (1,) for two classes, else (n_classes,)
            With these, ``softmax(statistics.transform(X) @ coef.T + intercept)`` is `predict_proba` (two classes: the
            sigmoid is the second column).
        """
        check_is_fitted(self)
        statistics = SufficientStatistics.of(self)
        coef, intercept = statistics.coefficients()
        if len(intercept) == 2:
            coef, intercept = np.diff(coef, axis=0), np.diff(intercept)
        return statistics, coef, intercept

    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState, columns: NDArray | None) -> Any:
        some = np.arange(self.n_features_in_) if columns is None else columns
        kinds, levels = self._kinds.taken(some)
        means, variances = (of[:, some][:, kinds.numeric] for of in (self.means_, self.variances_))
        probabilities = np.exp(self.category_log_prob_[:, levels])
        drawn = draw(means[codes], variances[codes], probabilities[codes], kinds, rng)
        if all(column.dtype.kind in "biuf" for column in drawn):
            return np.column_stack(drawn).astype(self.means_.dtype)
        import pandas as pd

        names = np.asarray(getattr(self, "feature_names_in_", np.arange(self.n_features_in_)))[some]
        return pd.DataFrame(dict(zip(names, drawn, strict=True)))
