"""Learning curves on nested draws, with the uncertainty that one table leaves.

Draws of one table share rows, so the spread over draws alone is not the uncertainty of a curve: it shrinks as draws
are added although the table stays as small as it is. Three sources count here: the draws; the rows that judge, as in a
two-way table whose cells are (draw, row judged); and the rows that all draws train on, in turn (`training_rows`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.statistics.judges import Judges
from genvsdisc.study.statistics.losses import ends, pointwise_losses, unseen_error
from genvsdisc.study.statistics.training_rows import Judgments, TrainedRows, TrainingEffects

_ROUNDING = 1e-12  # of a standard error that is 0


@dataclass(frozen=True)
class CurveLosses:
    """One loss of one model along its learning curve, or of one model minus another.

    Parameters
    ----------
    by_draw : ndarray of shape (n_sizes, n_draws)
        Mean loss over the rows that the draw holds out; NaN at sizes where the model could not be fitted.
    by_row : ndarray of shape (n_sizes, n_units)
        Part of the overall mean that each row, or group of rows, gave as a judge; sums to the mean.
    judged : ndarray of shape (n_units,) or (n_sizes, n_units)
        Share of all judgments that fell on it; sums to 1. By size where rows are weighted differently.
    training : Judgments or TrainingEffects, default=None
        What tells how much the mean depends on the training rows that draws share; None if it is not known.
    """

    by_draw: NDArray
    by_row: NDArray
    judged: NDArray
    training: Judgments | TrainingEffects | None = None

    @classmethod
    def of(
        cls,
        probabilities: Sequence[Sequence[NDArray] | None],
        test_rows: Sequence[NDArray],
        codes: NDArray,
        loss: str,
        units: NDArray | None = None,
        weights: NDArray | None = None,
        costs: NDArray | None = None,
        training: TrainedRows | None = None,
    ) -> Self:
        """Score predictions: for each size the probabilities (n_rows, n_classes) of every draw, or None.

        `units` holds the index of the independent unit of each row (`Sampling.units`), over which errors are then
        computed; None if rows are independent. `weights` says how much each row counts as a judge, `costs` what
        each answer costs, for the loss "cost". `training` says which rows were trained on.
        """
        units = np.arange(len(codes)) if units is None else units
        judges = Judges.of(test_rows, units, weights)
        rows = np.concatenate(test_rows)
        losses = [
            None if of_size is None else pointwise_losses(np.concatenate(of_size), codes[rows], loss, costs)
            for of_size in probabilities
        ]
        return cls.of_judgments(losses, [judges] * len(losses), training)

    @classmethod
    def of_judgments(
        cls, losses: Sequence[NDArray | None], judges: Sequence[Judges], training: TrainedRows | None = None
    ) -> Self:
        """Put losses together: for each size those of all judgments, or None, and who judged."""
        summed = [who.sums(size_losses) for size_losses, who in zip(losses, judges, strict=True)]
        by_draw, by_row, by_block = (np.stack(parts) for parts in zip(*summed, strict=True))
        judged, share = (
            getattr(judges[0], name)
            if all(who is judges[0] for who in judges)
            else np.stack([getattr(who, name) for who in judges])
            for name in ("judged", "share")
        )
        judgments = None
        if training is not None:
            judgments = Judgments(by_block, judges[0].draw, judges[0].unit, share, training)
        return cls(by_draw, by_row, judged, judgments)

    @cached_property
    def effects(self) -> TrainingEffects | None:
        """Effects of training, where it is known which rows were trained on."""
        known = self.training
        return known.effects(self.by_row, self.judged) if isinstance(known, Judgments) else known

    def __sub__(self, other: CurveLosses) -> CurveLosses:
        """Paired difference: both models on the same draws."""
        a, b = self.effects, other.effects
        effects = None if a is None or b is None else a - b
        return CurveLosses(self.by_draw - other.by_draw, self.by_row - other.by_row, self.judged, effects)

    def joined(self, other: CurveLosses) -> CurveLosses:
        """These draws, and then others of the same rows, each of which judged as many."""
        share = self.by_draw.shape[1] / (self.by_draw.shape[1] + other.by_draw.shape[1])
        mine, theirs = self.training, other.training
        return CurveLosses(
            np.concatenate([self.by_draw, other.by_draw], axis=1),
            share * self.by_row + (1 - share) * other.by_row,
            share * self.judged + (1 - share) * other.judged,
            mine.joined(theirs) if isinstance(mine, Judgments) and isinstance(theirs, Judgments) else None,
        )

    def at(self, sizes: NDArray) -> CurveLosses:
        """Keep some of the sizes."""
        judged = self.judged if self.judged.ndim == 1 else self.judged[sizes]
        effects = None if self.effects is None else self.effects.at(sizes)
        return CurveLosses(self.by_draw[sizes], self.by_row[sizes], judged, effects)

    @property
    def mean(self) -> NDArray:
        """The curve, (n_sizes,)."""
        return self.by_draw.mean(axis=1)

    @property
    def freedom(self) -> NDArray:
        """Degrees of freedom, (n_sizes,): independent units that judge, by their weights (Kish), less one."""
        units = 1 / (self.judged**2).sum(axis=-1)
        return np.maximum(np.broadcast_to(units, len(self.by_draw)) - 1, 1.0)

    @property
    def covariance(self) -> NDArray:
        """Covariance of the curve, (n_sizes, n_sizes): draws, and rows, which judge and train, added."""
        n_draws = self.by_draw.shape[1]
        draws = self.by_draw - self.mean[:, None]
        rows = (self.by_row - self.mean[:, None] * self.judged) * np.sqrt(1 + 1 / self.freedom)[:, None]
        if self.effects is not None:
            rows *= np.sqrt(1 + self.effects.ratio((rows**2).sum(axis=1)))[:, None]
        return draws @ draws.T / (n_draws * (n_draws - 1)) + rows @ rows.T

    def intervals(self, loss: str, level: float) -> dict[str, NDArray]:
        """Mean, standard error (se) and pointwise interval (lower, upper), which ends at the ends of the loss's range.

        The interval is Student's: units can be few. Where no row errs, or all do, the error is that of mistakes that so
        many rows would not show, whose law is known.
        """
        mean, error = self.mean, np.sqrt(np.diag(self.covariance))
        unseen = unseen_error(loss, 1 / (self.judged**2).sum(axis=-1))
        none = error < _ROUNDING
        error = np.where(none, np.maximum(error, unseen), error)
        reach = stats.t.ppf((1 + level) / 2, np.where(none, np.inf, self.freedom)) * error
        lowest, highest = ends(loss)
        return {
            "mean": mean,
            "se": error,
            "lower": np.maximum(mean - reach, lowest),
            "upper": np.minimum(mean + reach, highest),
        }


@dataclass(frozen=True)
class DialLosses:
    """Losses of one model along a dial, on the first of the draws of the learning curves.

    Attributes
    ----------
    values : tuple of float
        Of the dial, ascending; the first is 0, where nothing is turned.
    size : int
        Index of the training size, among those of the learning curves, at which the dial is turned.
    curves : dict of loss to CurveLosses
    labeled : tuple of int, default=()
        For rows without a label: index of the training size whose rows keep theirs, at each value.
    chosen : tuple of float, default=()
        For rows without a label: their mean weight at each value.
    """

    values: tuple[float, ...]
    size: int
    curves: dict[str, CurveLosses]
    labeled: tuple[int, ...] = ()
    chosen: tuple[float, ...] = ()


def curve_table(
    sizes: NDArray, curves: Mapping[tuple[str, str], CurveLosses], models: pd.DataFrame, *, level: float = 0.95
) -> pd.DataFrame:
    """Tabulate learning curves: the table `learning_curves`.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Training rows.
    curves : mapping (model, loss) -> CurveLosses
        What was measured; the order of the rows.
    models : DataFrame
        Columns model, family, form.
    level : float, default=0.95
        Confidence of the pointwise intervals, which end at the ends of the loss's range.

    Returns
    -------
    learning_curves : DataFrame
        Columns model, family, form, n_train, loss, mean, se, lower, upper, n_draws.
    """
    columns = ["model", "family", "form", "n_train", "loss", "mean", "se", "lower", "upper", "n_draws"]
    tables = [_curve_rows(sizes, curve, loss, level).assign(model=model) for (model, loss), curve in curves.items()]
    if not tables:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(tables, ignore_index=True)
    return rows.merge(models[["model", "family", "form"]], on="model", how="left")[columns]


def _curve_rows(sizes: NDArray, curve: CurveLosses, loss: str, level: float) -> pd.DataFrame:
    facts = {"n_train": sizes, "loss": loss, "n_draws": curve.by_draw.shape[1]}
    return pd.DataFrame(facts | curve.intervals(loss, level))
