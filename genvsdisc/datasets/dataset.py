"""A table to classify: columns, labels, where it comes from and, for drawn tables, the law it was drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd
from numpy.typing import NDArray

Posterior = Callable[[Any], NDArray]
"""A function X -> p(class | row), shape (n_samples, n_classes), classes sorted."""


@dataclass(frozen=True, repr=False)
class Dataset:
    """Rows, labels and a card that says what they are.

    Attributes
    ----------
    name : str
        Short name, used for file names and titles.
    X : DataFrame of shape (n_samples, n_columns)
        Columns as they were read or drawn; missing values are NaN or NA.
    y : Series of shape (n_samples,)
        Labels, none missing; its name is the target's.
    card : mapping of str to str
        ``title``, ``source``, ``licence``, ``target`` and ``description``, as far as known.
    posterior : callable or None
        The true ``p(y | x)`` where the law of the rows is known: takes rows like `X`, gives an array of shape
        (n_samples, n_classes), classes sorted.
    notes : tuple of str
        What was left out or repaired while reading, a sentence each.
    unlabeled : DataFrame or None
        Rows of a file without a label, with the columns of `X`.
    draw : callable or None
        Draws another table from the same law, where it is known: ``draw(n_samples, random_state=seed)`` gives a
        Dataset.

    Examples
    --------
    >>> from genvsdisc.datasets import load
    >>> iris = load("iris")
    >>> iris.X.shape, iris.y.name, iris.card["licence"]
    ((150, 4), 'species', 'CC BY 4.0')
    """

    name: str
    X: pd.DataFrame
    y: pd.Series
    card: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    posterior: Posterior | None = None
    notes: tuple[str, ...] = ()
    unlabeled: pd.DataFrame | None = None
    draw: Callable[..., Dataset] | None = None

    def __repr__(self) -> str:
        rows, columns = self.X.shape
        what = f"{rows:,} rows, {columns} column{'s' * (columns != 1)}, target {str(self.y.name)!r}"
        return f"<Dataset {self.name!r}: {what} of {self.y.nunique()} classes>"

    def to_frame(self) -> pd.DataFrame:
        """Columns and labels in one table, the target last."""
        return pd.concat([self.X, self.y], axis=1)
