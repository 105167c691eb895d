"""What a comparison costs, stage by stage: processor seconds of the models under a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genvsdisc.generative.gaussian.wide import fits_in_span
from genvsdisc.study.costs import BatchSizes, batch_seconds
from genvsdisc.study.design import Design
from genvsdisc.study.dial_costs import dial_seconds
from genvsdisc.study.gap_sizes import columns_taken, rows_judged
from genvsdisc.study.plan import CONDITION_STAGES, MOST_TEST, ModelPlan, Plan

MOST_AT_ONCE = 400_000
"""Rows of one fit that goes over a matrix of them all: a million of them and its copies would not fit in memory."""
NOISE_TRAIN = 2000
"""Training rows of label noise, at most."""
N_FLIP_RATES = 5
PREDICTIVE_SECONDS = 0.3
"""Seconds of drawing and judging rows of a model; their number does not grow with the table."""
STACKED = 4000
"""Rows of a table that label noise stacks as a whole."""
GAPS_STAGE, UNLABELED_STAGE, LEFT_OUT_STAGE = CONDITION_STAGES
PATTERN_SECONDS, PATTERN_SQUARED = 1.7e-6, 5e-9
"""Seconds for a row with gaps of its own, a class and its covariance, and with the square of the columns: read off 800
rows of 6 to 60 columns and 2 and 11 classes, 0.7 to 1.5 times right."""
GAP_CELL = 1e-8
"""Seconds of a number in a row that is judged with gaps, whoever judges it."""
FILLED_SECONDS, FILLED_CUBED = 1.2e-5, 6e-10
"""Seconds of filling in a row with gaps of its own by expectations, and with the cube of the columns."""
CONDITION_SHARE = 0.15
"""Share of what is left that a stage which turns a dial may take for the models of one form."""
UNLABELED_SHARE = 0.4
"""Such a share for rows without a label, the last of these stages, of which generative models alone take part."""
ANYHOW = 0.04
"""Share of the capacity that they may take of what little is left, or no model of a wide table learned from them."""
UNLABELED_ROWS, FEWEST_LABELED, N_PLACES = 1000, 5, 4
"""Training rows of which some lose their label, at most; rows of a class that keep theirs, at least; shares that do."""
UNSHARED = 2
"""How many times as many rows as a training set has, all of them together must have for each to be fitted alone."""
CHOOSING, CHOOSING_ABREAST, LAST_EM = 4, 6, 14
"""Fits that choose the weight of rows without a label, how many training sets of each draw they take at once, and fits
of the EM after it: 38 a draw. It stops by itself: on 45 batches on synthetic tables (107 to 806 rows, 3 to 33 columns,
2 to 5 classes) a draw took 16 to 92 fits, 48 on average; on 15 batches on real ones 13 to 64, 29 on average."""
MOST_ADDED_COPIES = 8000
"""Rows without a label that are added, each once for every class, at most."""
LEFT_OUT_IN_TURN = 8
"""Classes left out in turn, at most: the most frequent ones."""
SINGLE = 0.006
"""Seconds of cloning, checking and indexing around a fit that is made by itself."""


@dataclass(frozen=True)
class Candidate:
    """A model as the plan sees it.

    Attributes
    ----------
    name, form, family : str
        `form` is "" for a model without a pair.
    seconds : callable (fits, rows, train, test) -> float
        Processor seconds of a batch of fits.
    timed : float or None
        Seconds of the one fit that was timed, for a classifier of others.
    searched : bool
        Whether its descent is followed too.
    weighted : bool
        Whether its fit takes weights of rows.
    batched : bool
        Whether sums over batches of rows are all that a fit needs.
    covariances : bool
        Whether it has covariances, of which each set of observed columns asks for a part.
    held : callable or None
        As `seconds`, of fits whose regularization is held where else it is chosen.
    columns : int
        Columns that the classifier sees, of ours.
    """

    name: str
    form: str
    family: str
    seconds: Callable[[int, int, int, int], float]
    timed: float | None = None
    searched: bool = False
    weighted: bool = True
    batched: bool = False
    covariances: bool = False
    held: Callable[[int, int, int, int], float] | None = None
    columns: int = 0

    @property
    def learns_unlabeled(self) -> bool:
        """Whether it can learn from rows without a label, which stand in a weighted fit once for each class."""
        return self.family == "generative" and self.weighted

    def takes(self, stage: str) -> bool:
        """Whether a stage has anything to fit for it: only some learn from rows without a label."""
        return stage != UNLABELED_STAGE or self.learns_unlabeled

    @property
    def draws_rows(self) -> bool:
        """Whether rows can be drawn from it: a generative classifier of this package."""
        return self.family == "generative" and self.timed is None


class StageCosts:
    """Seconds of the stages of a model under a plan."""

    def __init__(self, plan: Plan, design: Design, candidates: Sequence[Candidate]) -> None:
        self.plan, self.design, self.candidates = plan, design, candidates

    @property
    def test(self) -> int:
        """Rows held out of the subtable."""
        return self.design.n_held_out(self.plan.subtable, self.plan.n_classes)

    def folds(self, candidate: Candidate, folds: int, rows: int) -> float:
        """Seconds of these folds, or of the one part that is held out once."""
        n = self.plan.n_rows
        if self.plan.held_out_once:
            return candidate.seconds(1, rows, rows, min(MOST_TEST, n // 4)) if folds else 0.0
        test = n // self.design.n_splits
        return candidate.seconds(folds, n, n - test, test) if folds else 0.0

    def stage(self, candidate: Candidate, stage: str, draws: int) -> float:
        """Seconds of these draws of one of the `RESAMPLED_STAGES` or `CONDITION_STAGES`."""
        if not draws:
            return 0.0
        n, test, n_classes = self.plan.subtable, self.test, self.plan.n_classes
        if stage == "learning curve":
            return sum(candidate.seconds(draws, n, min(m, n), test) for m in self._sizes())
        if stage == "bias and variance":
            quarter = (n - test) // 4  # the fits to quarters judge those of each other too
            halves = candidate.seconds(2 * draws, n, (n - test) // 2, test)
            return halves + candidate.seconds(4 * draws, n, quarter, test + 3 * quarter)
        if stage == GAPS_STAGE:
            return self._gaps(candidate, draws)
        if stage == UNLABELED_STAGE:
            return self._unlabeled(candidate, draws)
        if stage == LEFT_OUT_STAGE:
            fits = draws * min(n_classes, LEFT_OUT_IN_TURN)
            return candidate.seconds(fits, n, n - test, test) + 0.5 * SINGLE * fits  # each ranks its rows by itself
        few, many = 10 * n_classes, min(n - test, NOISE_TRAIN)
        if n <= STACKED:
            return sum(candidate.seconds(N_FLIP_RATES * draws, n_classes * n, m, test) for m in (few, many))
        test = min(test, NOISE_TRAIN)
        return sum(draws * candidate.seconds(N_FLIP_RATES, n_classes * (m + test), m, test) for m in (few, many))

    def _sizes(self) -> list[int]:
        """Training rows along the learning curve."""
        given = self.design.train_sizes
        whole = self.design.sizes(self.plan.subtable, self.plan.n_classes) if isinstance(given, str) else set(given)
        return sorted(int(m) for m in whole)

    def _gaps(self, candidate: Candidate, draws: int) -> float:
        """One fit for each draw; rows with gaps, each with a pattern of its own, take a generative model longer."""
        n, test, d = self.plan.subtable, self.test, self.plan.n_encoded
        settings = (12 if self.plan.imputed else 4) + columns_taken(d, d)
        judged = min(test, rows_judged(draws, settings, d)) * settings
        fits = candidate.seconds(draws, n, n - test, judged) + GAP_CELL * draws * judged * d
        by_pattern = 4 * (judged // settings) if candidate.covariances else 0
        return fits + draws * by_pattern * pattern_seconds(n - test, d, self.plan.n_classes)

    def imputing(self, draws: int) -> float:
        """Seconds of completing the rows with gaps once for all models."""
        d, rows = self.plan.n_encoded, min(self.test, 500)
        nearest = min(d, 30)
        fit = d * (1.5e-3 + 4e-9 * (self.plan.subtable - self.test) * nearest**2)
        return draws * (fit + 4 * rows * (d * 1.5e-6 + FILLED_SECONDS + FILLED_CUBED * d**3))

    def _unlabeled(self, candidate: Candidate, draws: int) -> float:
        """EM steps of training sets, with folds that choose the weight, at every place of the dial."""
        if not candidate.learns_unlabeled:
            return 0.0
        n, K = self.plan.subtable, self.plan.n_classes
        sizes = [m for m in self._sizes() if m <= UNLABELED_ROWS]
        rows = sizes[-1] if sizes else 0
        if self.plan.n_unlabeled:
            more = min(self.plan.n_unlabeled, most_added(K))
            return N_PLACES * self._em(candidate, draws, rows + K * more, rows + more, n + self.plan.n_unlabeled)
        places = min(N_PLACES, sum(m >= FEWEST_LABELED * K for m in sizes) - 1)
        return max(0, places) * self._em(candidate, draws, (1 + K) * rows, rows, n)

    def _em(self, candidate: Candidate, draws: int, stacked: int, seen: int, all_rows: int) -> float:
        """Seconds of EM on stacks of rows of these sizes, the choice of its weight included.

        Training sets that share few rows are worked on one by one, others together. A regularization is chosen four
        times a draw, on labeled rows, and then held; a few are met in one stack.
        """
        together = all_rows * (1 - (1 - min(1.0, seen / all_rows)) ** draws)  # rows in any of the training sets
        abreast = 1 if UNSHARED * seen <= together else draws
        stacked, judged = (stacked, seen) if abreast == 1 else (int(stacked * together / seen), int(together))
        step, begun = candidate.seconds, 0.0
        if candidate.held is not None:
            step, begun = candidate.held, candidate.seconds(4 * abreast, judged, seen, judged)
        choosing = CHOOSING * step(CHOOSING_ABREAST * abreast, stacked, seen, judged)
        once = choosing + LAST_EM * step(abreast, stacked, seen, judged) + step(abreast, stacked, seen, self.test)
        return draws / abreast * (begun + (2 if candidate.held is not None else 1) * once)

    def descent(self, candidate: Candidate) -> float:
        """Seconds of a search over six penalties and of four descents of 60 epochs."""
        rows = self.plan.subtable
        return 6 * candidate.seconds(self.design.n_splits, rows, rows, rows) + 4 * candidate.seconds(1, rows, rows, 0)

    def dial(self, stage: str, folds: int) -> float:
        """Seconds of the places on one of the `DIAL_STAGES`."""
        plan = self.plan
        return dial_seconds(stage, folds, plan.subtable, plan.n_classes, plan.n_encoded, plan.n_indicators > 0)

    def drawing(self, candidate: Candidate, rows: int) -> float:
        """Seconds of a fit to all rows, of drawing from it and of judging what was drawn."""
        return PREDICTIVE_SECONDS + candidate.seconds(1, rows, rows, 0)

    def of(self, candidate: Candidate, chosen: ModelPlan) -> dict[str, float]:
        """Seconds of every stage."""
        seconds = {"cross-validation": self.folds(candidate, chosen.folds, chosen.rows)}
        seconds["fit to all rows"] = candidate.seconds(1, chosen.fit_rows, chosen.fit_rows, 0)
        if chosen.drawn_from:
            seconds["rows of the model"] = self.drawing(candidate, chosen.fit_rows)
        seconds |= {stage: self.stage(candidate, stage, draws) for stage, draws in chosen.draws.items()}
        if chosen.searched:
            seconds["descent paths"] = self.descent(candidate)
        seconds |= {stage: self.dial(stage, folds) for stage, folds in chosen.dials.items()}
        return {stage: float(f"{value:.3g}") for stage, value in seconds.items()}


def pattern_seconds(train: int, columns: int, classes: int) -> float:
    """Seconds that a row with gaps of its own takes a Gaussian, of fewer training rows than columns in their span.

    The latter are read off 40 rows each of 5 tables (40 to 200 training rows, 1,000 to 7,129 columns, a twentieth to a
    half of the entries missing): 0.7 to 2.5 times right.
    """
    if fits_in_span(train, columns):
        return 1e-4 + 7e-8 * columns + 1.2e-11 * train**2 * columns + 1.1e-10 * train**3 * classes
    return classes * (PATTERN_SECONDS + PATTERN_SQUARED * columns**2)


def most_added(n_classes: int) -> int:
    """Rows without a label that are added to training rows, at most."""
    return max(1, MOST_ADDED_COPIES // n_classes)


def allowed(stage: str, remaining: float, capacity: float) -> float:
    """Seconds of what is left that a stage may take for the models of one form."""
    anyhow = min(0.6 * remaining, ANYHOW * capacity) if stage == UNLABELED_STAGE else 0.0
    return max(_share_of(stage) * remaining, anyhow)


def _share_of(stage: str) -> float:
    """Share of what is left that a stage may take for the models of one form."""
    if stage == UNLABELED_STAGE:
        return UNLABELED_SHARE
    return CONDITION_SHARE if stage in CONDITION_STAGES else 0.4


def total_seconds(models: Mapping[str, ModelPlan]) -> float:
    """Add up the predicted seconds of all models, in three digits."""
    return float(f"{sum(sum(chosen.seconds.values()) for chosen in models.values()):.3g}")


def candidate_seconds(
    kind: str, columns: int, classes: int, *, gappy: float = 0.0, patterns: int = 1, holed: int = 0,
    depth: float = 0.0, single: bool = False, searches: int = 1, estimator: Any = None,
) -> Callable[[int, int, int, int], float]:  # fmt: skip
    """Seconds of a batch of fits of one of this package's classifiers, as `Candidate` holds it.

    Parameters
    ----------
    kind : str
        As `genvsdisc.study.costs.cost_kind` gives it.
    columns, classes, gappy, patterns, holed, depth
        As in `genvsdisc.study.costs.BatchSizes`.
    single : bool, default=False
        Whether the draws are fitted one by one, behind steps that learn from their rows.
    searches : int, default=1
        Fits behind one fit: of a search, its candidates times its folds.
    estimator : classifier, default=None
    """

    def seconds(fits: int, rows: int, train: int, test: int) -> float:
        if single or searches > 1:
            one = BatchSizes(1, train, train, test, columns, classes, gappy, min(patterns, train), holed, depth)
            return fits * (searches * (batch_seconds(kind, one, estimator) + SINGLE) + 1e-8 * train * columns)
        sizes = BatchSizes(fits, rows, train, test, columns, classes, gappy, min(patterns, train), holed, depth)
        return batch_seconds(kind, sizes, estimator)

    return seconds


def timed_seconds(seconds: float, n_timed: int) -> Callable[[int, int, int, int], float]:
    """Seconds of a batch of fits of a classifier that took `seconds` on `n_timed` rows, half at least."""

    def of(fits: int, _: int, train: int, test: int) -> float:
        return 1.25 * fits * seconds * max(0.5, (train + 0.2 * test) / n_timed)

    return of
