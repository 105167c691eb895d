"""Naive Bayes with a distribution of its own for each column: the features are independent given the class."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from genvsdisc.base import Parameters
from genvsdisc.functional.additive_scores import AdditiveScores
from genvsdisc.functional.exponential_family import (
    FAMILIES,
    Moments,
    categorical_estimate,
    cell_weights,
    log_probability,
    moments,
)
from genvsdisc.generative.column_kinds import ColumnKinds, as_frame, declared, infer, resolve
from genvsdisc.generative.joint import GenerativeClassifier


@dataclass(frozen=True)
class Statistics:
    """Sufficient statistics of K classes; with a leading axis R, of R training sets."""

    class_weight: NDArray  # (K,)
    moments: Moments  # (K, numeric columns)
    counts: NDArray  # (K, categories of all categorical columns, one column after the other)

    def __len__(self) -> int:
        return len(self.class_weight)

    def __getitem__(self, index: Any) -> Statistics:
        return Statistics(self.class_weight[index], self.moments[index], self.counts[index])

    def merge(self, other: Statistics) -> Statistics:
        """Statistics of both sets of rows together."""
        return Statistics(
            self.class_weight + other.class_weight, self.moments.merge(other.moments), self.counts + other.counts
        )


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
        # As scikit-learn's discrete naive Bayes: measurements are not counts, and no model of counts scores well on them.
        tags.classifier_tags.poor_score = "poisson" in names
        return tags

    # Reading rows ----------------------------------------------------------------------------------------------

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        self._validate_params()
        frame = as_frame(X, self.distributions)
        if frame is None:
            X, codes = super()._validate_training(X, y)
            kinds = self._kinds_of(X, None).learn(X)
            X = kinds.code_array(X)
        else:
            kinds = self._kinds_of(X, frame).learn(frame)
            X, codes = super()._validate_training(kinds.code_frame(frame), y)
        kinds.warn_of_negative_counts(X)
        self._kinds = kinds
        return kinds.support(X), codes

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
        return self._estimates(self._statistics(X, codes, weights))

    def _statistics(self, X: NDArray, codes: NDArray, weights: NDArray) -> Statistics:
        n_classes, kinds = len(self.classes_), self._kinds
        numbers = X[:, kinds.numeric]
        by_class = []
        for k in range(n_classes):
            rows = np.flatnonzero(codes == k)
            by_class.append(moments(numbers[rows], weights[:, rows]))
        counts = [np.zeros((len(weights), n_classes, 0), X.dtype)]
        for j, size in zip(kinds.categorical, np.diff(kinds.offsets), strict=True):
            cells = np.where(np.isnan(X[:, j]), -1, codes * size + X[:, j]).astype(np.intp)
            counts.append(cell_weights(cells, n_classes * size, weights).reshape(-1, n_classes, size))
        class_weight = cell_weights(codes, n_classes, weights)
        return Statistics(class_weight, Moments.stack(by_class, axis=1), np.concatenate(counts, axis=2))

    def _estimates(self, statistics: Statistics) -> dict[str, Any]:
        """Parameters of R training sets from their statistics, which they keep for `partial_fit`."""
        kinds, weight = self._kinds, statistics.class_weight
        means = np.full((*weight.shape, len(kinds.distributions)), np.nan, weight.dtype)
        variances = means.copy()
        means[..., kinds.numeric], variances[..., kinds.numeric] = self._numeric_estimates(statistics.moments)
        tables = [
            categorical_estimate(statistics.counts[..., start:stop], self.alpha)
            for start, stop in zip(kinds.offsets, kinds.offsets[1:], strict=False)
        ]
        probabilities = np.concatenate([statistics.counts[..., :0], *tables], axis=2)
        return {
            "class_prior_": self._prior_stack(weight),
            "class_count_": weight,
            "means_": means,
            "variances_": variances,
            "category_log_prob_": log_probability(probabilities),
            "n_parameters_": self._count_parameters(probabilities),
            "statistics_": statistics,
        }

    def _numeric_estimates(self, by_class: Moments) -> tuple[NDArray, NDArray]:
        together = by_class.pooled(axis=1)
        # A class with nothing observed in a column takes what all classes have there: the column is no evidence.
        unseen = by_class.weight == 0
        observed = Moments(
            np.where(unseen, together.weight, by_class.weight),
            np.where(unseen, together.mean, by_class.mean),
            np.where(unseen, together.scatter, by_class.scatter),
        )
        mean, variance = np.empty_like(observed.mean), np.empty_like(observed.mean)
        for name, columns in self._kinds.groups:
            family = FAMILIES[name]
            mean[..., columns], variance[..., columns] = family.estimate(
                observed[..., columns], together[..., columns], self.alpha
            )
            if name == "gaussian":
                variance[..., columns] = self._gaussian_variances(by_class[..., columns], variance[..., columns])
        return mean, variance

    def _gaussian_variances(self, by_class: Moments, variance: NDArray) -> NDArray:
        """Shared or separate variances (R, K, d), smoothed by a share of the largest variance of a column."""
        if self.shared_variance:
            scatter, weight = by_class.scatter.sum(1, keepdims=True), by_class.weight.sum(1, keepdims=True)
            variance = np.broadcast_to(scatter / np.where(weight > 0, weight, 1), variance.shape)
        largest = by_class.pooled(axis=1).variance().max(axis=2, keepdims=True)
        variance = variance + variance.dtype.type(self.var_smoothing) * np.where(largest > 0, largest, 1)
        if not (np.isfinite(variance) & (variance > 0)).all():
            r, k, j = np.argwhere(~(np.isfinite(variance) & (variance > 0)))[0]
            column = self._kinds.columns("gaussian")[j]
            raise ValueError(
                f"column {column} has variance {variance[r, k, j]} in class {self.classes_[k]!r} of replicate {r}; "
                "drop or rescale the column, or raise var_smoothing"
            )
        return variance

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
        flat = [values.reshape(n_models, -1)[:, kinds.numeric] for values in (means, variances)]
        scores = AdditiveScores.build(*flat, kinds.groups)(X[:, kinds.numeric])
        table = np.nan_to_num(tables.reshape(n_models, -1).T)
        for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
            # The last row, of zeros, is for missing and unknown categories: their factor is dropped.
            rows = np.where(np.isnan(X[:, j]), stop - start, X[:, j]).astype(np.intp)
            scores += np.concatenate([table[start:stop], np.zeros((1, n_models), table.dtype)])[rows]
        with np.errstate(divide="ignore"):
            scores += np.log(prior).reshape(n_models)
        return scores.reshape(len(X), *prior.shape).transpose(1, 0, 2)
