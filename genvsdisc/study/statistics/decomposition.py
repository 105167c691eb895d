"""Bias and variance of every model, and how the two families of each pair differ in them.

Measured with a quarter and with half of the rows that train. At the size of the folds the loss is measured, by cross
validation; its variance is extrapolated along the power law through the two sizes, and bias + noise is what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.independent_sets import TERMS, SetTerms, Sizes
from genvsdisc.study.statistics.paired_tests import corrected_ttest

MEASURED, EXTRAPOLATED = "measured", "extrapolated"
"""What a row of the table rests on, in the column `basis`."""
JUDGE, QUARTERS = 4, 4  # marks of study.fits.parts


@dataclass(frozen=True)
class Extrapolation:
    """Terms at the size of the folds: variance extrapolated, loss of each fold, and the noise."""

    sets: SetTerms
    losses: pd.Series
    test_fractions: pd.Series

    def estimate(self, term: str) -> tuple[float, float]:
        """Value and standard error of a term; the errors of loss and variance count as independent."""
        test = corrected_ttest(self.losses, test_fraction=self.test_fractions)
        loss = np.array([test.mean, test.standard_error])
        floor, variance = (np.array(self.sets.estimate(name)) for name in ("noise", "variance"))
        if term == "bias":
            return float(loss[0] - floor[0] - variance[0]), float(np.hypot(loss[1], variance[1]))
        value, error = {"expected": loss, "noise": floor, "variance": variance}[term]
        return float(value), float(error)

    def minus(self, other: Extrapolation) -> Extrapolation:
        """Paired difference."""
        return Extrapolation(self.sets.minus(other.sets), self.losses - other.losses, self.test_fractions)


class Evidence(NamedTuple):
    """What is known of one model and one loss, smallest training size first."""

    quarter: SetTerms
    half: SetTerms
    folds: Extrapolation | None

    @property
    def rows(self) -> list[tuple[str, SetTerms | Extrapolation, int]]:
        """Basis, terms and training rows of each size."""
        known: list[tuple[str, SetTerms | Extrapolation, int]] = [
            (MEASURED, terms, terms.n_train) for terms in (self.quarter, self.half)
        ]
        return known + ([] if self.folds is None else [(EXTRAPOLATED, self.folds, self.folds.sets.n_train)])


def decomposition_tables(
    evidence: Sequence[Predictions],
    codes: NDArray,
    draws: Draws,
    scores: pd.DataFrame,
    differences: pd.DataFrame,
    law: NDArray | None = None,
    *,
    level: float = 0.95,
) -> dict[str, pd.DataFrame]:
    """Compute the tables `decomposition` and `decomposition_differences`.

    Parameters
    ----------
    evidence : sequence of Predictions
        Models without predictions for the parts are left out.
    codes : ndarray of shape (n_samples,)
        Class of each row.
    draws : Draws
    scores : DataFrame
        The table `scores`.
    differences : DataFrame
        The table `differences`: its pairs are decomposed.
    law : ndarray of shape (n_samples, n_classes), default=None
        True probabilities of the classes, where known. Without them noise is NaN, and part of the bias.
    level : float, default=0.95
        Confidence of the intervals, which are normal.

    Returns
    -------
    tables : dict of str to DataFrame
        The 0-1 loss is split after Kohavi & Wolpert: net_variance is the variance and interaction 0 in every row.
    """
    measured = {
        (e.model.name, loss): _of_model(e, codes, draws, scores, loss, law)
        for e in evidence
        if e.halves
        for loss in draws.design.losses
    }
    families = {e.model.name: e.model.family for e in evidence}
    rows = [
        {"model": model, "family": families[model], "n_train": n_train, "basis": basis, "loss": loss}
        | _columns(terms, known=law is not None)
        for (model, loss), found in measured.items()
        for basis, terms, n_train in found.rows
    ]
    return {"decomposition": pd.DataFrame(rows), "decomposition_differences": _differences(measured, differences, level)}


def _columns(terms: SetTerms | Extrapolation, *, known: bool) -> dict[str, float]:
    values = {term: terms.estimate(term) for term in TERMS}
    values |= {} if known else {"noise": (np.nan, np.nan)}
    values |= {"net_variance": values["variance"], "interaction": (0.0, 0.0)}
    return {name + suffix: pair[i] for name, pair in values.items() for i, suffix in enumerate(("", "_se"))}


def _differences(measured: Mapping[tuple[str, str], Evidence], pairs: pd.DataFrame, level: float) -> pd.DataFrame:
    """Paired differences of every pair, generative minus discriminative; each pair once a form."""
    reach = stats.norm.ppf((1 + level) / 2)
    rows = []
    for pair in pairs.drop_duplicates(["generative", "discriminative", "form"]).itertuples():
        for loss in dict.fromkeys(loss for _, loss in measured):
            if not {(pair.generative, loss), (pair.discriminative, loss)} <= set(measured):
                continue
            both = [_first(measured[name, loss], measured) for name in (pair.generative, pair.discriminative)]
            for (basis, a, n_train), (_, b, _) in zip(*(found.rows for found in both), strict=False):
                gap = a.minus(b)  # type: ignore[arg-type]
                for term in ("expected", "bias", "variance"):
                    value, error = gap.estimate(term)
                    ends = (value - reach * error, value + reach * error)
                    rows.append((pair.generative, pair.discriminative, pair.form, loss, n_train, basis, term, value, error, *ends))
    columns = ["generative", "discriminative", "form", "loss", "n_train", "basis", "term", "difference", "se", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)
