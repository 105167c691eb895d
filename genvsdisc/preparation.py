"""What stands in front of a classifier: a table as the numbers that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from genvsdisc.features.encoding import TableEncoder, encoded
from genvsdisc.features.kinds import Column, column_kinds, out_of_range
from genvsdisc.features.tables import as_frame
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.functional.columns.counts import may_be_counts
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier
from genvsdisc.generative.naive_bayes.inference import EITHER
from genvsdisc.hybrid.weighted_naive_bayes import WeightedNaiveBayesClassifier
from genvsdisc.known_estimators import SEARCHES

DISTRIBUTIONS = {"continuous": "gaussian", "binary": "bernoulli", "categorical": "categorical", "text": "bernoulli"}
"""Kind of a column -> distribution of what it becomes, in naive Bayes; small counts may be Poisson instead."""
MOST_PRODUCTS = 1000
"""More quadratic features than this (44 continuous columns) are too many weights to learn from a table."""


def final_classifier(estimator: Any) -> Any:
    """Return the classifier inside pipelines and searches."""
    while hasattr(estimator, "steps") or type(estimator).__name__ in SEARCHES:
        estimator = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator.estimator
    return estimator


def takes_gaps(estimator: Any) -> bool:
    """Whether a classifier takes rows with missing entries: it says so itself, or an imputer stands in front."""
    for _, step in getattr(estimator, "steps", [("", estimator)]):
        if step == "passthrough":
            continue
        if type(step).__name__ in SEARCHES:
            return takes_gaps(step.estimator)
        if not get_tags(step).input_tags.allow_nan:
            return False
        if type(step).__module__.startswith("sklearn.impute"):
            return True
    return True


def _refuse_far(rows: NDArray[np.float64]) -> None:
    """Refuse an array with numbers that no classifier takes; of a table, the encoder leaves such a column out."""
    for j, column in enumerate(rows.T):
        if np.isinf(column).any():
            raise ValueError(f"column {j} of X holds infinite values: replace or remove them")
        if why := out_of_range(column):
            raise ValueError(f"column {j} of X is out of range: {why}")


@dataclass(frozen=True)
class Preparation:
    """What a table needs in front of each kind of classifier.

    Attributes
    ----------
    columns : mapping of column name to Column, or None
        Schema of a table; None where X is an array.
    missing : bool
        Whether encoded entries are missing.
    n_encoded : int
        Columns once encoded.
    blocks : tuple of range
        Encoded columns of each column.
    origins : tuple of float
        Point from which each encoded column is measured before products are taken: the median of the different numbers
        of the table for numbers, which no label and no repeated row has a say in, else 0. From the zero of a scale
        (years, degrees Fahrenheit) the square of a column is all but the column itself, and a penalty hides it.
    counts : frozenset
        Columns of small whole numbers, which may be counts.
    """

    columns: Mapping[Any, Column] | None = None
    missing: bool = False
    n_encoded: int = 0
    blocks: tuple[range, ...] = ()
    origins: tuple[float, ...] = ()
    counts: frozenset[Any] = frozenset()

    @classmethod
    def of(cls, X: Any, columns: Mapping[Any, Column] | None = None) -> Preparation:
        """Read off the columns of X what its classifiers need; rows are looked at for kinds, gaps and spread only.

        The kinds of columns are judged unless they are given.
        """
        if X is None:
            return cls()
        if not isinstance(X, pd.DataFrame):
            frame = as_frame(X)
            bare = isinstance(X, np.ndarray | list | tuple) and all(map(pd.api.types.is_numeric_dtype, frame.dtypes))
            with np.errstate(over="ignore"):  # what is beyond floats is infinite, and refused
                X = frame.to_numpy(dtype=float) if bare else frame
        if not isinstance(X, pd.DataFrame):
            rows = X
            _refuse_far(rows)
            blocks = tuple(range(j, j + 1) for j in range(rows.shape[1]))
            origins = tuple(_origin(rows[:, j]) for j in range(rows.shape[1]))
            return cls(None, bool(np.isnan(rows).any()), rows.shape[1], blocks, origins)
        columns = column_kinds(X) if columns is None else columns
        used = {name: column for name, column in columns.items() if column.used}
        looked_at = {name: _Numbers.of(X[name], column) for name, column in used.items()}
        ends = np.cumsum([0, *(each.width for each in looked_at.values())])
        blocks = tuple(range(start, end) for start, end in pairwise(ends.tolist()))
        counts = frozenset(name for name, each in looked_at.items() if each.counts)
        origins = tuple(origin for each in looked_at.values() for origin in each.origins)
        missing = any(each.missing for each in looked_at.values())
        return cls(columns, missing, int(ends[-1]), blocks, origins, counts)

    @property
    def used(self) -> list[Column]:
        """Columns that go into the matrix."""
        return [] if self.columns is None else [column for column in self.columns.values() if column.used]

    @property
    def continuous(self) -> list[int]:
        """Encoded columns that are numbers."""
        if self.columns is None:
            return list(range(self.n_encoded))
        numbers = [block for column, block in zip(self.used, self.blocks, strict=True) if column.kind == "continuous"]
        return [place for block in numbers for place in block]

    @property
    def n_products(self) -> int:
        """How many features the quadratic logistic regression has."""
        n = self.n_encoded
        return n + n * (n + 1) // 2 - len(self.idle_products)

    @property
    def idle_products(self) -> list[tuple[int, int]]:
        """Products that say nothing new: those of two indicators of one column, squares of indicators among them.

        Two words of one text say something together; these are left out because they are so many.
        """
        if self.columns is None:  # numbers only
            return []
        return [
            pair
            for column, block in zip(self.used, self.blocks, strict=True)
            if column.kind != "continuous"
            for pair in combinations_with_replacement(block, 2)
        ]

    def gaussian(self, covariance: str, **parameters: Any) -> Any:
        """Gaussian classifier on numbers and indicators."""
        return self.behind_encoder(GaussianClassifier(covariance, standardize=True, **parameters))

    def naive_bayes(self, **parameters: Any) -> Any:
        """Naive Bayes with the distribution that the kind of each column asks for."""
        return self._column_by_column(NaiveBayesClassifier, {"smoothing_unit": "own"} | parameters)

    def weighted_naive_bayes(self, **parameters: Any) -> Any:
        """The same densities of columns, each with a learned weight."""
        return self._column_by_column(WeightedNaiveBayesClassifier, parameters)

    def _column_by_column(self, kind: Any, parameters: Mapping[str, Any]) -> Any:
        if self.columns is None:
            return kind(**parameters)
        used = [(name, column) for name, column in self.columns.items() if column.used]
        distributions = [
            EITHER if name in self.counts else DISTRIBUTIONS[column.kind]
            for (name, column), block in zip(used, self.blocks, strict=True)
            for _ in _own(column.kind, block)
        ]
        classifier = kind(distributions=distributions, **parameters)
        return make_pipeline(TableEncoder(self.columns, categories="codes"), classifier)

    def products(self) -> QuadraticFeatures | None:
        """All products, as the log-odds of Gaussians with a covariance each have them; None where they are too many."""
        few = self.n_products <= MOST_PRODUCTS
        return QuadraticFeatures(left_out=self.idle_products, origins=self.origins) if few else None

    def products_of_numbers(self) -> QuadraticFeatures | None:
        """Products of the numbers only; None where those too are too many."""
        n = len(self.continuous)
        few = self.columns is not None and self.n_encoded + n * (n + 1) // 2 <= MOST_PRODUCTS
        return QuadraticFeatures(columns=self.continuous, origins=self.origins) if few else None

    def squares(self) -> QuadraticFeatures:
        """Squares of the numbers; indicators stay as they are."""
        columns = None if self.columns is None else self.continuous
        return QuadraticFeatures(interactions=False, columns=columns, origins=self.origins)

    def complete(self, *steps: Any) -> Any:
        """Steps that cannot see gaps: mean and indicator fill them."""
        fill = SimpleImputer(add_indicator=True, keep_empty_features=True)
        return self.behind_encoder(*([fill] if self.missing else []), *steps)

    def behind_encoder(self, *steps: Any) -> Any:
        """Steps that take numbers, behind what turns the table into numbers."""
        before = [] if self.columns is None else [TableEncoder(self.columns)]
        return make_pipeline(*before, *steps) if before or len(steps) > 1 else steps[0]


@dataclass(frozen=True)
class _Numbers:
    """What one column is as numbers: it is encoded by itself, so that a large table is never held twice."""

    width: int
    missing: bool
    counts: bool
    origins: list[float]

    @classmethod
    def of(cls, values: pd.Series, column: Column) -> _Numbers:
        block = encoded(values, column)
        columns = _own(column.kind, range(block.shape[1]))
        counts = column.kind == "continuous" and len(columns) == 1 and may_be_counts(block[:, 0])
        origins = [_origin(block[:, j]) if column.kind == "continuous" else 0.0 for j in range(block.shape[1])]
        return cls(block.shape[1], bool(np.isnan(block).any()), counts, origins)


def _own(kind: str, block: range) -> range:
    """Encoded columns that naive Bayes sees too: the levels of a category are one column of codes to it."""
    return block if kind in ("continuous", "text") else block[:1]


def _origin(numbers: NDArray) -> float:
    """Median of the different values of a column; 0 where it has none."""
    different = pd.unique(numbers)
    return 0.0 if np.isnan(different).all() else float(np.nanmedian(different))
