"""Classifiers of one kind, fitted to many weightings of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax

from genvsdisc.functional.posterior import softmax

if TYPE_CHECKING:
    from genvsdisc.base import ProbabilisticClassifier

Parameters = Mapping[str, Any]
"""Fitted attribute -> its values over the stack: an array with leading axis R, or a sequence of R objects."""
CELLS_PER_CALL = 1300
"""Scores that take about as long as the overhead of one call."""


def take_parameters(classifier: Any, parameters: Parameters, r: int = 0) -> None:
    """Set the fitted attributes of a classifier to those of fit r.

    Arrays lie in one piece, as after a way through a file or to another process: what is summed in another order
    differs in its last bit.
    """
    for name, values in parameters.items():
        value = values[r]
        scattered = isinstance(value, np.ndarray) and not value.flags.forc
        setattr(classifier, name, np.ascontiguousarray(value) if scattered else value)


def of_each(function: Callable[[NDArray], NDArray], parts: Sequence[NDArray]) -> list[NDArray]:
    """Values of a function of single rows at the rows of many short arrays, in one call."""
    values = function(np.concatenate(parts))
    ends = np.cumsum([len(part) for part in parts]).tolist()
    return [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@dataclass(frozen=True)
class Replicates:
    """Classifiers of one kind, fitted to many weightings of the same rows; made by ``fit_replicates``."""

    template: ProbabilisticClassifier
    parameters: Parameters

    def __len__(self) -> int:
        return len(next(iter(self.parameters.values())))

    def __getitem__(self, r: int) -> ProbabilisticClassifier:
        """Replicate r as an ordinary fitted classifier."""
        classifier = copy(self.template)
        take_parameters(classifier, self.parameters, r)
        return classifier

    def _scores(self, X: ArrayLike) -> NDArray:
        X = self.template._validate_rows(X)
        return self.template._checked(self.template._log_scores, X, self.parameters)

    def predict_log_proba(self, X: ArrayLike) -> NDArray:
        """Log posterior probabilities, (n_replicates, n_samples, n_classes)."""
        return log_softmax(self._scores(X), axis=2)

    def predict_proba(self, X: ArrayLike) -> NDArray:
        """Posterior probabilities, (n_replicates, n_samples, n_classes)."""
        return softmax(self._scores(X))

    def predict_proba_of(self, X: ArrayLike, rows: Sequence[NDArray]) -> list[NDArray]:
        """Posterior probabilities of rows[r] of X under replicate r, an (n_rows, n_classes) array for each replicate.

        The same as ``replicates[r].predict_proba(X[rows[r]])``, but X is checked once; and where the scores of all rows
        cost less than a call for each replicate, they are computed in one.
        """
        X = self.template._validate_rows(X)
        unused = (len(X) - np.mean([len(indices) for indices in rows])) * len(self.template.classes_)
        score = self.template._log_scores
        if unused <= CELLS_PER_CALL:
            scores = self.template._checked(score, X, self.parameters)
            parts = [replicate[indices] for replicate, indices in zip(scores, rows, strict=True)]
            return of_each(softmax, parts)
        used = {name: self.parameters[name] for name in self.template._score_attributes}
        return [
            softmax(self.template._checked(score, X[indices], {name: v[r : r + 1] for name, v in used.items()})[0])
            for r, indices in enumerate(rows)
        ]

    def predict(self, X: ArrayLike) -> NDArray:
        """Most probable classes, (n_replicates, n_samples)."""
        return self.template.classes_[self._scores(X).argmax(axis=2)]
