"""Feature transforms by hand: what lets a linear boundary bend."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_array, check_is_fitted

from genvsdisc.validation import validated

_FLOATS = (np.float64, np.float32)
_CELLS = 2**18  # products made at a time


class QuadraticFeatures(TransformerMixin, BaseEstimator):
    """The features, their squares and their products.

    Row (x₁, …, x_d) becomes d + d(d + 1)/2 columns: first x₁, …, x_d, then x_i x_j for i ≤ j, in the order
    x₁², x₁x₂, …, x₁x_d, x₂², x₂x₃, …, x_d². That is ``PolynomialFeatures(degree=2, include_bias=False)``. A logistic
    regression on them has the log-odds of two Gaussians with a covariance each. Nothing is learned: `transform` works
    before `fit`, which only looks at the number and the names of the columns.

    Parameters
    ----------
    interactions : bool, default=True
        Whether products of different columns are taken, or squares only. With squares only the log-odds are those of
        naive Bayes with Gaussian columns.
    columns : sequence of int, default=None
        Columns of which squares and products are taken; the others stay as they are. None takes all. Indicators need
        none: their squares are themselves.
    left_out : sequence of pairs of int, default=()
        Products that are left out, as columns i <= j: those that are zero throughout, or copies of a column.
    origins : sequence of float, default=()
        Points from which the first columns are measured before they are multiplied: with origins a and b their product
        is (x - a)(y - b). The columns themselves stay as they are, and columns beyond are measured from 0. The set of
        functions that are linear in the features is the same for all origins, but far from a column's values its square
        is nearly a multiple of the column, and a penalty on weights then weighs most on what the square adds.

    Attributes
    ----------
    n_features_in_ : int
        Columns seen by `fit`.

    Examples
    --------
    >>> from genvsdisc import QuadraticFeatures
    >>> QuadraticFeatures().transform([[2.0, 3.0]])
    array([[2., 3., 4., 6., 9.]])
    >>> QuadraticFeatures(interactions=False).transform([[2.0, 3.0]])
    array([[2., 3., 4., 9.]])
    >>> QuadraticFeatures(interactions=False, origins=[1.0, 5.0]).transform([[2.0, 3.0]])
    array([[2., 3., 1., 4.]])
    """

    def __init__(
        self,
        *,
        interactions: bool = True,
        columns: Sequence[int] | None = None,
        left_out: Sequence[tuple[int, int]] = (),
        origins: Sequence[float] = (),
    ) -> None:
        self.interactions = interactions
        self.columns = columns
        self.left_out = left_out
        self.origins = origins

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Take note of the columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : object
            Ignored.

        Returns
        -------
        self : object
        """
        validated(self, X, dtype=_FLOATS)
        self._factors(self.n_features_in_)
        self._origins(self.n_features_in_)
        return self

    def transform(self, X: ArrayLike) -> NDArray:
        """Append squares and products.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        features : ndarray of shape (n_samples, n_features_out)
            In the order given above; with all columns and products n_features + n_features (n_features + 1) / 2.
        """
        rows: NDArray = validated(self, X, dtype=_FLOATS, reset=False)
        first, second = self._factors(rows.shape[1])
        measured = rows - self._origins(rows.shape[1]).astype(rows.dtype) if len(self.origins) else rows
        n, d = rows.shape
        features = np.empty((n, d + len(first)), dtype=rows.dtype)
        features[:, :d] = rows
        step = max(1, _CELLS // max(1, len(first)))  # the two factors of all products would take twice as much again
        for block in (slice(start, start + step) for start in range(0, n, step)):
            np.multiply(measured[block][:, first], measured[block][:, second], out=features[block, d:])
        return features

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray:
        """Names of the output columns: ``a``, ``b``, ``a^2``, ``a b``, ``b^2``; with an origin ``(a - 1)^2``.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the input columns; None for those seen by `fit`, or x0, x1, ...

        Returns
        -------
        names : ndarray of str
        """
        names = _check_feature_names_in(self, input_features)
        pairs = zip(*self._factors(len(names)), strict=True)
        measured = [
            f"({name} {'-' if origin > 0 else '+'} {abs(origin):g})" if origin else str(name)
            for name, origin in zip(names, self._origins(len(names)), strict=True)
        ]
        products = [f"{measured[i]}^2" if i == j else f"{measured[i]} {measured[j]}" for i, j in pairs]
        return np.array([*names, *products], dtype=object)

    def _chosen(self, n_features: int) -> NDArray[np.intp]:
        given = list(() if self.columns is None else self.columns)
        whole = all(isinstance(j, Integral) and not isinstance(j, bool) and 0 <= j < n_features for j in given)
        if not whole or len(set(given)) < len(given):
            raise ValueError(
                f"columns must be different whole numbers from 0 to {n_features - 1}, the places of columns of X, "
                f"got {self.columns!r}"
            )
        return np.asarray(given, dtype=np.intp)

    def _origins(self, n_features: int) -> NDArray:
        """Origin of every column (d,)."""
        given = np.asarray(self.origins, dtype=float)
        if given.ndim != 1 or len(given) > n_features or not np.isfinite(given).all():
            raise ValueError(
                f"origins must be at most {n_features} finite numbers, one for each of the first columns of X, got "
                f"{self.origins!r}"
            )
        return np.pad(given, (0, n_features - len(given)))

    def _factors(self, n_features: int) -> tuple[NDArray, NDArray]:
        """Columns that are multiplied with each other."""
        chosen = np.arange(n_features) if self.columns is None else self._chosen(n_features)
        first, second = np.triu_indices(len(chosen)) if self.interactions else (np.arange(len(chosen)),) * 2
        first, second = chosen[first], chosen[second]
        if len(self.left_out):
            kept = ~np.isin(first * n_features + second, [i * n_features + j for i, j in self.left_out])
            first, second = first[kept], second[kept]
        return first, second


class PrototypeDistances(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Euclidean distances to a few prototypes.

    Row x becomes (‖x − p₁‖, …, ‖x − p_m‖). With the prototypes (0, 0) and (1, 1) the four points of XOR, which no line
    separates, become separable.

    Parameters
    ----------
    prototypes : array-like of shape (n_prototypes, n_features), default=None
        The prototypes, in the units of X. None takes rows of X that are far apart: the one farthest from the mean, then
        again and again the row farthest from those taken so far (Gonzalez 1985; within a factor 2 of the smallest
        possible covering radius).
    n_prototypes : int, default=2
        How many rows to take; not used where `prototypes` are given.

    Attributes
    ----------
    prototypes_ : ndarray of shape (n_prototypes, n_features)
        Prototypes in use.
    n_features_in_ : int
        Columns seen by `fit`.

    References
    ----------
    Gonzalez (1985). Clustering to minimize the maximum intercluster distance. Theoretical Computer Science 38, 293-306.

    Examples
    --------
    >>> from genvsdisc import PrototypeDistances
    >>> xor = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> PrototypeDistances([[0.0, 0.0], [1.0, 1.0]]).fit_transform(xor).round(2)
    array([[0.  , 1.41],
           [1.  , 1.  ],
           [1.  , 1.  ],
           [1.41, 0.  ]])
    """

    def __init__(self, prototypes: ArrayLike | None = None, n_prototypes: int = 2) -> None:
        self.prototypes = prototypes
        self.n_prototypes = n_prototypes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Check the prototypes, or take them from X.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : object
            Ignored.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If prototypes have another number of columns than X, or more are asked for than X has rows.
        """
        rows: NDArray = validated(self, X, dtype=_FLOATS)
        self.prototypes_ = _far_apart(rows, self._count(len(rows))) if self.prototypes is None else self._given(rows)
        return self

    def _given(self, X: NDArray) -> NDArray:
        prototypes = check_array(self.prototypes, dtype=X.dtype, input_name="prototypes")
        if prototypes.shape[1] != X.shape[1]:
            raise ValueError(
                f"prototypes must have a column for each of the {X.shape[1]} columns of X, got {prototypes.shape[1]}"
            )
        return prototypes

    def _count(self, n_samples: int) -> int:
        if self.n_prototypes != int(self.n_prototypes) or not 1 <= self.n_prototypes <= n_samples:
            raise ValueError(
                f"n_prototypes must be an integer from 1 to n_samples = {n_samples}, got {self.n_prototypes!r}: "
                "they are rows of X"
            )
        return int(self.n_prototypes)

    def transform(self, X: ArrayLike) -> NDArray:
        """Distances to the prototypes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        distances : ndarray of shape (n_samples, n_prototypes)
        """
        check_is_fitted(self)
        rows: NDArray = validated(self, X, dtype=_FLOATS, reset=False)
        return cdist(rows, self.prototypes_).astype(rows.dtype, copy=False)

    @property
    def _n_features_out(self) -> int:
        return len(self.prototypes_)


def _far_apart(X: NDArray, count: int) -> NDArray:
    """Rows of X by farthest-first traversal."""
    chosen = [int(cdist(X, X.mean(axis=0, keepdims=True))[:, 0].argmax())]
    nearest = cdist(X, X[chosen])[:, 0]
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, cdist(X, X[chosen[-1:]])[:, 0])
    return X[chosen]
