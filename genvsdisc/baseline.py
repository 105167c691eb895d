"""The row that every model has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.base import Parameters, ProbabilisticClassifier


class PriorClassifier(ProbabilisticClassifier):
    """Predict the share of each class in the training rows, whatever the row.

    ``p(class) = sum of the weights of its rows / sum of all weights``. Its 0-1 error is that of always saying the
    majority class; its log loss is the entropy of the labels. The same as
    ``sklearn.dummy.DummyClassifier(strategy="prior")``, with ``fit_replicates``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    class_log_prior_ : ndarray of shape (n_classes,)
        Logarithm of the class shares.

    Examples
    --------
    >>> from genvsdisc.baseline import PriorClassifier
    >>> PriorClassifier().fit([[0.0], [1.0], [2.0], [3.0]], ["a", "b", "b", "b"]).predict_proba([[9.0]])
    array([[0.25, 0.75]])
    """

    _family = "baseline"
    _allow_nan = True
    _score_attributes = ("class_log_prior_",)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        totals = weights @ np.eye(len(self.classes_), dtype=X.dtype)[codes]
        with np.errstate(divide="ignore"):
            return {"class_log_prior_": np.log(totals / totals.sum(axis=1, keepdims=True))}

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        scores = np.asarray(parameters["class_log_prior_"])[:, None, :]
        return np.broadcast_to(scores, (len(scores), len(X), scores.shape[2]))

    @property
    def n_parameters_(self) -> int:
        """Free parameters: one share less than there are classes."""
        return len(self.classes_) - 1
