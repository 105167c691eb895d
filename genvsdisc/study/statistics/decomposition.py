"""Bias and variance of every model, and how the two models of each pair differ in them.

Both are measured with a quarter and with half of the rows that train. At the size of the folds, the loss is measured by
cross-validation; its variance is extrapolated from the two sizes, and what is left of the loss is bias and noise. Such
rows are labelled as extrapolated. Where the law of the table is known, they are measured on tables drawn from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.evidence import JUDGE, Draws, Predictions
from genvsdisc.study.statistics.independent_sets import (
    COEFFICIENTS,
    ESTIMATED_TERMS,
    VARIANCE,
    SetTerms,
    Sizes,
    terms_of_tables,
)
from genvsdisc.study.statistics.paired_tests import corrected_ttest
from genvsdisc.study.table import PreparedTable

EXTRAPOLATED = "extrapolated"
"""What a row of the table rests on, beside "measured" and "drawn from the law": its column `basis`."""
STEEPEST, INVERSE = 0.25, 0.5
"""Share of the variance that is left when the rows double: the least, one over their square; and one over them."""
PAIR = ["generative", "discriminative", "form"]
COMPARED = ("expected", "bias", "variance", "variance_minus_bias")
"""Terms in which pairs are compared; the noise is the same for all. The last tells which part is the larger."""


@dataclass(frozen=True)
class FoldTerms:
    """Terms at the size of the folds: losses of the folds, noise, and the variance extrapolated."""

    sets: SetTerms
    losses: NDArray
    test_fractions: NDArray
    basis: str = EXTRAPOLATED

    @property
    def n_train(self) -> int:
        """Mean number of training rows."""
        return self.sets.n_train

    def estimate(self, term: str) -> tuple[float, float]:
        """Value and standard error; the errors of the loss and of its variance count as independent."""
        test = corrected_ttest(self.losses, test_fraction=self.test_fractions)
        if term == "expected":
            return test.mean, test.standard_error
        if term in ("noise", "variance"):
            return self.sets.estimate(term)
        on_loss, on_noise, on_variance = COEFFICIENTS[term]
        (floor, _), (variance, error) = (self.sets.estimate(name) for name in ("noise", "variance"))
        value = on_loss * test.mean + on_noise * floor + on_variance * variance
        return float(value), float(np.hypot(on_loss * test.standard_error, on_variance * error))

    def minus(self, other: FoldTerms) -> FoldTerms:
        """Paired difference."""
        common = min(len(self.losses), len(other.losses))  # some models are given more repeats than others
        losses = self.losses[:common] - other.losses[:common]
        return FoldTerms(self.sets.minus(other.sets), losses, self.test_fractions[:common])


_Sized = TypeVar("_Sized", SetTerms, FoldTerms)


def decomposition_tables(
    evidence: Sequence[Predictions],
    codes: NDArray,
    draws: Draws,
    scores: pd.DataFrame,
    differences: pd.DataFrame,
    *,
    law: NDArray | None = None,
    units: NDArray | None = None,
    weights: NDArray | None = None,
    masses: NDArray | None = None,
    drawn: tuple[int, NDArray] | None = None,
    level: float = 0.95,
) -> dict[str, pd.DataFrame | None]:
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
    units : ndarray of shape (n_samples,), default=None
        Index of the independent unit of each row; None for the row itself.
    weights : ndarray of shape (n_samples,), default=None
        How much each row counts as a judge; None where all count alike.
    masses : ndarray of shape (n_samples,), default=None
        How many rows each stands for in the size of a training set; None for one.
    drawn : tuple of (int, ndarray of shape (n_judges, n_classes)), default=None
        Where tables were drawn from the law, their rows, and the law of the labels that judge (or the labels as unit
        vectors): what was fitted to them stands for what would be extrapolated.
    level : float, default=0.95
        Confidence of the intervals, which are normal.

    Returns
    -------
    tables : dict of str to DataFrame or None
        None for one that has no rows. The 0-1 loss is split after Kohavi & Wolpert; net_variance is the variance and
        interaction 0 in every row.
    """
    laws = np.eye(codes.max() + 1)[codes] if law is None else law
    units = np.arange(len(codes)) if units is None else units
    masses = np.ones(len(codes), dtype=int) if masses is None else masses
    source = _Source(laws, units, draws, scores, weights, masses, drawn)
    decomposed = [e for e in evidence if e.halves]
    rows = [
        {"model": e.model.name, "family": e.model.family, "loss": loss} | _size(sized) | _terms(sized, law is not None)
        for e in decomposed
        for loss in draws.design.losses
        for sized in source.of(e, loss, drawn=bool(e.tables))
    ]
    by_name = {e.model.name: e for e in decomposed}
    gaps = []
    for pair in differences.drop_duplicates(PAIR).to_dict("records"):
        both = [by_name[pair[family]] for family in PAIR[:2] if pair[family] in by_name]
        if len(both) == 2:
            facts = {column: pair[column] for column in PAIR}
            gaps += [facts | gap for loss in draws.design.losses for gap in _gaps(source, both, loss, level)]
    tables = {"decomposition": rows, "decomposition_differences": gaps}
    return {name: pd.DataFrame(entries) if entries else None for name, entries in tables.items()}


def drawn_law(table: PreparedTable, posterior: Callable[[Any], NDArray] | None) -> tuple[int, NDArray] | None:
    """Rows of a table drawn from the law, and the law of the labels of the rows that judge, or these labels."""
    if table.drawn is None:
        return None
    judges = table.drawn.judges
    if posterior is not None:
        return table.drawn.n_train, np.asarray(posterior(table.drawn.X.iloc[judges]), dtype=float)
    return table.drawn.n_train, np.eye(len(table.classes))[table.drawn.codes[judges]]


@dataclass(frozen=True)
class _Source:
    """What the terms of any model are computed from."""

    laws: NDArray
    units: NDArray
    draws: Draws
    scores: pd.DataFrame
    weights: NDArray | None
    masses: NDArray
    drawn: tuple[int, NDArray] | None
    known: dict[tuple[str, str, int, bool], list[SetTerms | FoldTerms]] = field(default_factory=dict)

    def of(self, e: Predictions, loss: str, n_draws: int | None = None, *, drawn: bool) -> list[SetTerms | FoldTerms]:
        """Terms of a model over its first draws, the smallest training size first.

        `drawn`: those at the size of the folds from tables of the law, and not from the folds.
        """
        key = (e.model.name, loss, len(e.halves[:n_draws]), drawn)
        if key not in self.known:
            self.known[key] = self._computed(e, loss, n_draws, drawn=drawn)
        return self.known[key]

    def _computed(self, e: Predictions, loss: str, n_draws: int | None, *, drawn: bool) -> list[SetTerms | FoldTerms]:
        quarters, halves = e.quarters[:n_draws], e.halves[:n_draws]
        n_training = ((self.draws.parts < JUDGE) @ self.masses).mean()
        sizes = round(n_training / 4), round(n_training / 2)
        sets = Sizes.of(quarters, halves, self.laws, self.draws.judges, loss, sizes, self.units, self.weights)
        folds = self.scores[(self.scores["model"] == e.model.name) & (self.scores["loss"] == loss)]
        n_train = round(folds["n_train"].mean())
        fractions = folds["n_test"] / (folds["n_test"] + folds["n_train"])
        measured: list[SetTerms | FoldTerms] = [_doubted(sized) for sized in sets if sized is not None]
        if drawn and self.drawn is not None:
            return [*measured, terms_of_tables(e.tables, self.drawn[1], loss, self.drawn[0])]
        if sets.quarter is None:
            return measured
        extrapolated = _extrapolated(sets.quarter, sets.half, n_train)
        return [*measured, _doubted(FoldTerms(extrapolated, folds["value"].to_numpy(), fractions.to_numpy()))]


def _extrapolated(quarter: SetTerms, half: SetTerms, n_train: int) -> SetTerms:
    """Terms at another size, the variance extrapolated from the two that were measured.

    With rows enough every smooth loss has ``V = a/n + b/n^2 + ...``. Where V falls faster than 1/n, the sum of the two
    terms through both sizes falls too fast, for more terms follow that vanish sooner, and ``V_half n_half / n`` falls
    too slowly: the mean of both is taken, in doubt by half their distance. Where V falls more slowly, as that of the
    0-1 loss does (votes turn near a boundary that moves as ``1/sqrt(n)``), the power law through both sizes is taken,
    in doubt by its distance from 1/n. What the errors of the two sizes have in common, rows that judge and rows that
    train, is in proportion that of the larger.
    """
    small, large = (terms.by_draw[:, VARIANCE] for terms in (quarter, half))
    if not (small.mean() > 0 and large.mean() > 0):
        return replace(half, n_train=n_train)
    share = half.n_train / n_train
    ratio = float(np.clip(large.mean() / small.mean(), STEEPEST, 1.0))
    if ratio < INVERSE:
        on_large, on_small = share * (3 - share) / 2, -share * (1 - share) / 4
        factor = on_large + on_small / ratio
    else:
        doublings = -float(np.log2(share))
        factor = ratio**doublings
        on_large, on_small = factor * (1 + doublings), -factor * doublings * ratio
    departure = factor - share
    by_draw = half.by_draw.copy()
    by_draw[:, VARIANCE] = large.mean() * factor + on_large * (large - large.mean()) + on_small * (small - small.mean())
    by_unit = half.by_unit * np.array([1.0, 1.0, factor])
    extrapolated = half.extrapolated * factor**2 + (large.mean() * departure) ** 2
    return SetTerms(n_train, by_draw, by_unit, half.trained * factor**2, float(extrapolated))


def _doubted(sized: _Sized) -> _Sized:
    """Add to the doubt in an extrapolated variance what it takes off the loss beyond all of it.

    No bias is negative: that of 0-1 loss (Kohavi & Wolpert), Brier score and log loss, with the noise or without. A
    variance above the loss less the noise fell faster than it was extrapolated, as that of a model does that comes to
    separate the classes between the sizes, and is off by the excess at least.
    """
    excess = max(0.0, -sized.estimate("bias")[0])
    if isinstance(sized, FoldTerms):
        return replace(sized, sets=replace(sized.sets, extrapolated=sized.sets.extrapolated + excess**2))
    return replace(sized, extrapolated=sized.extrapolated + excess**2) if sized.extrapolated else sized


def _size(sized: SetTerms | FoldTerms) -> dict[str, int | str]:
    return {"n_train": sized.n_train, "basis": sized.basis}


def _terms(sized: SetTerms | FoldTerms, known: bool) -> dict[str, float]:
    values = {term: sized.estimate(term) for term in ESTIMATED_TERMS}
    values |= {} if known else {"noise": (np.nan, np.nan)}
    values |= {"net_variance": values["variance"], "interaction": (0.0, 0.0)}
    return {name + suffix: pair[i] for name, pair in values.items() for i, suffix in enumerate(("", "_se"))}


def _gaps(source: _Source, both: Sequence[Predictions], loss: str, level: float) -> Iterator[dict[str, float | str]]:
    """Differences of a pair at every size, over the draws that both have."""
    n_draws = min(len(e.halves) for e in both)
    reach = stats.norm.ppf((1 + level) / 2)
    drawn = all(e.tables for e in both)
    one, two = ({sized.n_train: sized for sized in source.of(e, loss, n_draws, drawn=drawn)} for e in both)
    for n_train in [n for n in one if n in two]:
        gap = one[n_train].minus(two[n_train])  # type: ignore[arg-type] # of one size, they are of one kind
        for term in COMPARED:
            value, error = gap.estimate(term)
            ends = {"lower": value - reach * error, "upper": value + reach * error}
            yield {"loss": loss, "n_train": n_train, "term": term, "difference": value, "se": error, **ends}
