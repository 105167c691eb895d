"""Naive Bayes with a distribution of its own for each column: the features are independent given the class."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from genvsdisc.base import Parameters
from genvsdisc.functional.additive_scores import AdditiveScores, shifted_terms
from genvsdisc.functional.exponential_family import FAMILIES, Terms, log_probability, poisson_log_base
from genvsdisc.generative.column_kinds import ColumnKinds, as_frame, declared, infer, resolve
from genvsdisc.generative.column_statistics import Statistics, gather, numeric_estimates, table_estimates
from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.generative.sufficient_statistics import SufficientStatistics


class NaiveBayesClassifier(GenerativeClassifier):
    """TODO."""

    _parameter_constraints: dict = {  # noqa: RUF012
        "distributions": [str, list, tuple, dict],
        "shared_variance": ["boolean"],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "var_smoothing": [Interval(Real, 0, None, closed="left")],
        "priors": ["array-like", None],
    }
    _score_attributes = ("class_prior_", "means_", "variances_", "category_log_prob_")

    def __init__(
        self,
        distributions: Any = "auto",
        *,
        shared_variance: bool = False,
        alpha: float = 1.0,
        var_smoothing: float = 1e-9,
        priors: ArrayLike | None = None,
    ) -> None:
        self.distributions = distributions
        self.shared_variance = shared_variance
        self.alpha = alpha
        self.var_smoothing = var_smoothing
        self.priors = priors

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        names = declared(self.distributions)
        tags.input_tags.categorical = tags.input_tags.string = "categorical" in names
        # As scikit-learn's discrete naive Bayes: a model of counts scores badly on measurements.
        tags.classifier_tags.poor_score = "poisson" in names
        return tags

    # Reading rows ----------------------------------------------------------------------------------------------

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        X, codes, self._kinds = self._read_batch(X, y, super()._validate_training, None)
        return X, codes

    def _read_batch(
        self, X: Any, y: Any, validate: Callable[[Any, Any], tuple[NDArray, NDArray]], kinds: ColumnKinds | None
    ) -> tuple[NDArray, NDArray, ColumnKinds]:
        """Rows as floats, class codes, and the kinds of columns, which are `kinds` with new categories if given."""
        self._validate_params()
        frame = as_frame(X, self.distributions)
        if frame is None:
            X, codes = validate(X, y)
            kinds = (kinds or self._kinds_of(X, None)).learn(X)
            X = kinds.code_array(X)
        else:
            kinds = (kinds or self._kinds_of(X, frame)).learn(frame)
            X, codes = validate(kinds.code_frame(frame), y)
        kinds.warn_of_negative_counts(X)
        return kinds.support(X), codes, kinds

    def _kinds_of(self, X: Any, frame: Any) -> ColumnKinds:
        inferred = ["gaussian"] * X.shape[1] if frame is None else infer(frame)
        names = None if frame is None else list(frame.columns)
        distributions = resolve(self.distributions, inferred, names)
        return ColumnKinds(distributions, (None,) * len(distributions))

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        kinds = self._kinds
        special = "categorical" in kinds.distributions or "bernoulli" in kinds.distributions
        frame = as_frame(X, kinds.distributions) if special else None
        if frame is None:
            return kinds.support(kinds.code_array(super()._validate_rows(X)))
        return kinds.support(super()._validate_rows(kinds.code_frame(frame)))

    # Fitting ---------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        return self._estimates(gather(X, codes, weights, self._kinds, len(self.classes_)))

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Update the fitted model with more rows, exactly: any batches in any order equal one fit to all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows, which may hold new categories.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed at the first call unless `fit` came before.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If y holds a label that is not among the classes, or the first call does not name them.
        """
        _check_partial_fit_first_call(self, classes)
        first = not hasattr(self, "statistics_")

        def validate(X: Any, y: Any) -> tuple[NDArray, NDArray]:
            X, y = validate_data(self, X, y, reset=first, **self._row_rules())
            if not np.isin(y, self.classes_).all():
                raise ValueError(f"y holds labels {np.setdiff1d(y, self.classes_)} that are not among {self.classes_}")
            return X, np.searchsorted(self.classes_, y)

        X, codes, kinds = self._read_batch(X, y, validate, None if first else self._kinds)
        weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        statistics = gather(X, codes, weights[None], kinds, len(self.classes_))
        if not first:
            statistics = self.statistics_[None].relabel(self._kinds, kinds).merge(statistics)
        self._kinds = kinds
        for name, values in self._estimates(statistics).items():
            setattr(self, name, values[0])
        return self

    def _estimates(self, statistics: Statistics) -> dict[str, Any]:
        """Parameters of R training sets from their statistics, which they keep for `partial_fit`."""
        kinds, weight = self._kinds, statistics.class_weight
        means = np.full((*weight.shape, len(kinds.distributions)), np.nan, weight.dtype)
        variances = means.copy()
        means[..., kinds.numeric], variances[..., kinds.numeric] = numeric_estimates(
            statistics.moments, kinds, self.alpha, self.var_smoothing, self.shared_variance
        )
        self._check_variances(variances)
        probabilities = table_estimates(statistics.counts, kinds, self.alpha)
        return {
            "class_prior_": self._prior_stack(weight),
            "class_count_": weight,
            "means_": means,
            "variances_": variances,
            "category_log_prob_": log_probability(probabilities),
            "n_parameters_": self._count_parameters(probabilities),
            "statistics_": statistics,
        }

    def _check_variances(self, variances: NDArray) -> None:
        gaussian = self._kinds.columns("gaussian")
        wrong = ~(np.isfinite(variances[..., gaussian]) & (variances[..., gaussian] > 0))
        if wrong.any():
            r, k, j = np.argwhere(wrong)[0]
            raise ValueError(
                f"column {gaussian[j]} has variance {variances[r, k, gaussian[j]]} in class {self.classes_[k]!r} "
                f"(replicate {r}); drop or rescale the column, or raise var_smoothing"
            )

    def _count_parameters(self, probabilities: NDArray) -> list[int]:
        kinds, n_classes = self._kinds, len(self.classes_)
        fixed = n_classes - 1 + n_classes * (len(kinds.distributions) - len(kinds.categorical))
        fixed += kinds.distributions.count("gaussian") * (1 if self.shared_variance else n_classes)
        known = (~np.isnan(probabilities[:, 0])).sum(axis=1)
        return [int(fixed + n_classes * (count - len(kinds.categorical))) for count in known]

    # Scores ----------------------------------------------------------------------------------------------------

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        kinds = self._kinds
        prior, means, variances, tables = (np.asarray(parameters[name]) for name in self._score_attributes)
        n_models = prior.size
        mean, variance = (values.reshape(n_models, -1)[:, kinds.numeric] for values in (means, variances))
        scores = AdditiveScores.build(mean, variance, kinds.groups)(X[:, kinds.numeric])
        table = np.nan_to_num(tables.reshape(n_models, -1).T)
        for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
            # The last row, of zeros, is for missing and unknown categories: their factor is dropped.
            rows = np.where(np.isnan(X[:, j]), stop - start, X[:, j]).astype(np.intp)
            scores += np.concatenate([table[start:stop], np.zeros((1, n_models), table.dtype)])[rows]
        with np.errstate(divide="ignore"):
            scores += np.log(prior).reshape(n_models)
        return scores.reshape(len(X), *prior.shape).transpose(1, 0, 2)

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        scores, counts = self._scores(X), self._kinds.columns("poisson")
        if len(counts):
            scores += poisson_log_base(self._validate_rows(X)[:, counts])[:, None]
        return scores

    def _class_moments(self) -> tuple[NDArray, NDArray]:
        """Means and variances (K, numeric columns)."""
        return self.means_[:, self._kinds.numeric], self.variances_[:, self._kinds.numeric]

    def _shifted_terms(self) -> tuple[NDArray, Terms]:
        mean, variance = self._class_moments()
        return shifted_terms(mean, variance, self._kinds.groups)

    # What the model says ---------------------------------------------------------------------------------------

    @property
    def distributions_(self) -> tuple[str, ...]:
        """Distribution of each column, as given or inferred."""
        return self._kinds.distributions

    @property
    def categories_(self) -> tuple[NDArray | None, ...]:
        """Categories of each categorical column, sorted; None for the other columns."""
        return self._kinds.categories

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
                "shared_variance=True if one is gaussian; linear_log_odds() is for the other cases"
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

    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState) -> Any:
        kinds, (means, variances) = self._kinds, self._class_moments()
        numbers = np.empty((len(codes), means.shape[1]), means.dtype)
        for name, columns in kinds.groups:
            numbers[:, columns] = FAMILIES[name].draw(means[:, columns][codes], variances[:, columns][codes], rng)
        if not len(kinds.categorical):
            return numbers
        drawn = dict(zip(np.arange(len(kinds.distributions))[kinds.numeric], numbers.T, strict=True))
        for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
            # Counting the steps of the distribution function below a uniform draw is a draw from it.
            steps = np.nan_to_num(np.exp(self.category_log_prob_[:, start:stop])).cumsum(axis=1)
            index = (rng.uniform(size=(len(codes), 1)) > steps[codes, :-1]).sum(axis=1)
            drawn[j] = np.asarray(kinds.categories[j])[index]
        return self._table([drawn[j] for j in range(len(drawn))])

    def _table(self, columns: list[NDArray]) -> Any:
        """Columns side by side: an array where all are numbers, else a pandas frame."""
        if all(column.dtype.kind in "biuf" for column in columns):
            return np.column_stack(columns).astype(self.means_.dtype)
        import pandas as pd

        names = getattr(self, "feature_names_in_", range(len(columns)))
        return pd.DataFrame(dict(zip(names, columns, strict=True)))
