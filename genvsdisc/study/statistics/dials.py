"""Conditions that may decide which model is better: each is a dial, turned from what the table is to something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRAINING_ROWS, NOISE, GAPS, SHARES, UNLABELED = "rows", "label noise", "gaps", "class shares", "unlabeled rows"
ITERATIVE, CONDITIONAL = "gaps, iterative imputer", "gaps, conditional mean"
TRUE_PRIORS, ESTIMATED_PRIORS = "class shares, true priors", "class shares, estimated priors"
LABELS_ONLY = "unlabeled rows, labels only"
ADDED_ROWS = "unlabeled rows, added"
"""Rows that have no label, added to training rows that have one; at `UNLABELED`, training rows lose theirs."""
SHARE_DIALS = (SHARES, TRUE_PRIORS, ESTIMATED_PRIORS)
"""Dials that follow from the predictions of the learning curve."""
WITHOUT = "without "
"""Beginning of the dial of one column that is not available: ``without income``, at 0 and at 1."""


@dataclass(frozen=True)
class Dial:
    """How the values of a dial are placed on a line and put into words.

    Attributes
    ----------
    name : str
    unit : str
        What a value counts or is a share of, after the number: ``40 training rows``, ``25% of the labels flipped``.
    logarithmic : bool, default=False
        Whether values are placed by their logarithm.
    """

    name: str
    unit: str
    logarithmic: bool = False

    def place(self, values: NDArray) -> NDArray:
        """Values on the line on which crossings are interpolated."""
        return np.log(values) if self.logarithmic else np.asarray(values, dtype=float)

    def value(self, places: NDArray) -> NDArray:
        """Values at places of the line."""
        return np.exp(places) if self.logarithmic else np.asarray(places, dtype=float)

    def number(self, value: float) -> str:
        """A value without its unit: ``40``, ``25%``."""
        return f"{value:.0f}" if self.logarithmic else f"{100 * value:.0f}%"


DIALS = {
    dial.name: dial
    for dial in (
        Dial(TRAINING_ROWS, "training rows", logarithmic=True),
        Dial(NOISE, "of the training labels flipped"),
        Dial(GAPS, "of the entries missing at prediction"),
        Dial(ITERATIVE, "of the entries missing at prediction"),
        Dial(CONDITIONAL, "of the entries missing at prediction"),
        Dial(SHARES, "of the rows replaced by rows of the rarest class"),
        Dial(TRUE_PRIORS, "of the rows replaced by rows of the rarest class"),
        Dial(ESTIMATED_PRIORS, "of the rows replaced by rows of the rarest class"),
        Dial(UNLABELED, "of the rows without a label"),
        Dial(LABELS_ONLY, "of the rows without a label"),
        Dial(ADDED_ROWS, "of the training rows without a label"),
    )
}
"""Name of a dial, as in the table `conditions`, to how it is read. Dials of single columns are not among them."""
MAP = (TRAINING_ROWS, NOISE, GAPS, SHARES, UNLABELED, ADDED_ROWS)
"""The five dials of the map, in its order; the fifth is the last where the table has rows without a label."""
