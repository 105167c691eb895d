"""What a comparison does within its budget: decided before the first fit, from sizes alone, and kept with the result.

The same table, models, seed and budget give the same plan on every machine: what fits of this package's classifiers
cost comes from a formula (`genvsdisc.study.costs`). Classifiers of others are timed once; the plan that was made of it
is stored, and given back to `compare` it is repeated as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from genvsdisc.study.costs import BatchSizes, batch_seconds
from genvsdisc.study.design import Design, partitions

CORES = 2
"""A budget is seconds on a machine of two cores."""
QUICK, STANDARD, THOROUGH = 10.0, 60.0, 600.0
"""Seconds of ``--quick``, of the command line by default, and of ``--thorough``."""
USABLE = 0.7
"""Share of the time of the cores that goes into fits; the rest is reading, encoding, waiting, tables and the page."""
OVERHEAD = 4.0
"""Processor seconds of starting, tables and page that no plan can change."""
FEWEST_DRAWS = 10
"""Draws below which no standard error is given."""
CURVE_DRAWS = (10, 20, 40, 80, 128, 200)
"""Draws of a learning curve, step by step."""
RESAMPLES = tuple(partitions(n_draws) for n_draws in CURVE_DRAWS)
"""Draws of parts that share no row, for bias and variance, at the same steps."""
ALONE = 6
"""A model that is half of no pair gets one draw in so many: its curve is looked at, never tested."""
REPEATS = (1, 2, 3, 3, 3, 10)
"""Repeats of the folds at the same steps; a second round adds some where the verdict is undecided."""
MOST_REPEATS = 10
ROUND_TWO = 5
"""Repeats after the second round at budgets up to two minutes: their error is 1.04 times that of ten."""
LARGE = 50_000
"""Rows from which one part is held out once: its error is that of thousands of paired rows, and folds add nothing."""
MOST_TEST, MOST_TRAIN, MOST_SUBTABLE = 100_000, 200_000, 40_000
"""Rows held out at most; rows that a fit is scored with; rows that learning curves and bootstrap samples come from."""
MOST_FITTED = 400_000
"""Rows of the fit to all rows, at most: a matrix of a million rows and its copies would not fit beside the table."""
FEWEST_SUBTABLE = 1000
NOISE_TRAIN = 2000
N_FLIP_RATES = 5
RESERVE = 0.2
"""Share of the capacity kept for the second round."""
RESAMPLED_STAGES = ("learning curve", "bias and variance", "label noise")


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
    """

    name: str
    form: str
    family: str
    seconds: Callable[[int, int, int, int], float]
    timed: float | None = None
    searched: bool = False


@dataclass
class ModelPlan:
    """What is done to one model.

    Folds fitted in the first round, rows that they train on at most, rows of the fit to all rows, draws of each stage;
    predicted seconds; what was measured, for a classifier of others; and why it is left out, if it is.
    """

    folds: int = 0
    rows: int = 0
    fit_rows: int = 0
    draws: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    searched: bool = False
    timed: float | None = None
    left_out: str = ""


@dataclass
class Plan:
    """Everything that is fitted, and what it is expected to take.

    Attributes
    ----------
    budget : float or None
        Seconds asked for; None where a design was given, which is then done as it stands.
    design : dict
        As `Design.as_dict`.
    n_rows, n_classes : int
        Of the table that it was made for.
    held_out_once : bool
    subtable : int
        Rows that learning curves, bias and variance and label noise are drawn from.
    models : dict of name to ModelPlan
    capacity, seconds : float
        Processor seconds that may go, and are expected to go, into fits.
    second_round : dict of name to int
        Folds after the second round, once that is decided.
    notes : list of str
        What was thinned or left out, at what price, and what a larger budget would buy.
    """

    budget: float | None
    design: dict[str, Any]
    n_rows: int
    n_classes: int
    held_out_once: bool
    subtable: int
    models: dict[str, ModelPlan]
    capacity: float | None = None
    seconds: float = 0.0
    second_round: dict[str, int] | None = None
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the record."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], *, n_rows: int, n_classes: int, names: Sequence[str]) -> Plan:
        """Take a stored plan for the table and the models at hand.

        Raises
        ------
        ValueError
            If it is not what `as_dict` writes, or was made for another table or other models.
        """
        try:
            models = {name: ModelPlan(**values) for name, values in stored["models"].items()}
            plan = cls(**{**stored, "models": models})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"plan must be the 'plan' in the facts of a former comparison ({error})") from error
        if (plan.n_rows, plan.n_classes) != (n_rows, n_classes):
            raise ValueError(
                f"the plan was made for {plan.n_rows} rows of {plan.n_classes} classes, the table has {n_rows} of "
                f"{n_classes}; leave the plan out to make a new one"
            )
        if list(models) != list(names):
            raise ValueError(f"the plan was made for the models {', '.join(models)}; got {', '.join(names)}")
        return plan


def check_budget(budget: Any) -> None:
    """Refuse what is no number of seconds."""
    number = isinstance(budget, int | float | np.number) and not isinstance(budget, bool)
    if budget is not None and not (number and 0 < budget < np.inf):
        raise ValueError(f"budget must be a number of seconds above 0, got {budget!r}")


def planned_by_design(design: Design, candidates: Sequence[Candidate], n_rows: int, n_classes: int) -> Plan:
    """Do what the design says to every model; one that is half of no pair gets a tenth of the draws, ten at least."""
    models = {}
    for candidate in candidates:
        draws = design.n_draws if candidate.form else max(min(design.n_draws, FEWEST_DRAWS), design.n_draws // 10)
        noise = max(min(draws, FEWEST_DRAWS), draws // 10)
        models[candidate.name] = ModelPlan(
            folds=design.n_splits * design.n_repeats,
            rows=n_rows,
            fit_rows=n_rows,
            draws=dict(zip(RESAMPLED_STAGES, (draws, partitions(draws), noise), strict=True)),
            searched=candidate.searched,
            timed=candidate.timed,
        )
    plan = Plan(None, design.as_dict(), n_rows, n_classes, False, n_rows, models)
    costs = _Costs(plan, design, candidates)
    for candidate in candidates:
        models[candidate.name].seconds = costs.of(candidate, models[candidate.name])
    plan.seconds = _total(models)
    return plan


def planned_by_budget(
    budget: float, candidates: Sequence[Candidate], counts: Sequence[int], n_columns: int, design: Design
) -> Plan:
    """Fit the work to the budget.

    Parameters
    ----------
    budget : float
        Seconds on two cores.
    candidates : sequence of Candidate
    counts : sequence of int
        Rows of each class.
    n_columns : int
    design : Design
        Its folds are the most there may be; its losses, shares and sizes are kept.

    Returns
    -------
    plan : Plan
        Every model is cross-validated at least in part, or left out with its price; then learning curves, bias and
        variance, and label noise get ten draws each, pairs first; then all climb by steps as long as there is time.
    """
    n_rows, n_classes = int(sum(counts)), len(counts)
    capacity = max(0.2 * budget * CORES, USABLE * budget * CORES - OVERHEAD - 2e-7 * n_rows * n_columns)
    step = 2 if budget <= 20 else 4 if budget <= 120 else 5
    plan = Plan(float(budget), {}, n_rows, n_classes, n_rows >= LARGE, min(n_rows, MOST_SUBTABLE), {}, capacity)
    design = replace(design, n_repeats=1, n_draws=CURVE_DRAWS[step])
    return _Allocation(plan, design, candidates, capacity, step).run()


class _Costs:
    """Seconds of the stages of a model under a plan."""

    def __init__(self, plan: Plan, design: Design, candidates: Sequence[Candidate]) -> None:
        self.plan, self.design, self.candidates = plan, design, candidates

    @property
    def test(self) -> int:
        """Rows held out of the subtable."""
        return self.design.n_held_out(self.plan.subtable, self.plan.n_classes)

    def folds(self, candidate: Candidate, folds: int, rows: int) -> float:
        n = self.plan.n_rows
        if self.plan.held_out_once:
            return candidate.seconds(1, rows, rows, min(MOST_TEST, n // 4)) if folds else 0.0
        test = n // self.design.n_splits
        return candidate.seconds(folds, n, n - test, test) if folds else 0.0

    def stage(self, candidate: Candidate, stage: str, draws: int) -> float:
        if not draws:
            return 0.0
        n, test, n_classes = self.plan.subtable, self.test, self.plan.n_classes
        if stage == "learning curve":
            sizes = self.design.sizes(n, n_classes)
            return sum(candidate.seconds(draws, n, int(m), test) for m in sizes)
        if stage == "bias and variance":
            return sum(candidate.seconds(sets * draws, n, (n - test) // sets, test) for sets in (4, 2))
        rows = min(n, test + 2 * NOISE_TRAIN)
        few, many = 10 * n_classes, min(n - test, NOISE_TRAIN)
        return sum(candidate.seconds(N_FLIP_RATES * draws, n_classes * rows, m, test) for m in (few, many))

    def descent(self, candidate: Candidate) -> float:
        """Seconds of a search over six penalties and of four descents of 60 epochs."""
        rows = self.plan.subtable
        return 6 * candidate.seconds(self.design.n_splits, rows, rows, rows) + 4 * candidate.seconds(1, rows, rows, 0)

    def of(self, candidate: Candidate, chosen: ModelPlan) -> dict[str, float]:
        """Seconds of every stage."""
        seconds = {"cross-validation": self.folds(candidate, chosen.folds, chosen.rows)}
        seconds["fit to all rows"] = candidate.seconds(1, chosen.fit_rows, chosen.fit_rows, 0)
        seconds |= {stage: self.stage(candidate, stage, draws) for stage, draws in chosen.draws.items()}
        if chosen.searched:
            seconds["descent paths"] = self.descent(candidate)
        return {stage: float(f"{value:.3g}") for stage, value in seconds.items()}


class _Allocation:
    """The steps of `planned_by_budget`."""

    def __init__(self, plan: Plan, design: Design, candidates: Sequence[Candidate], capacity: float, step: int) -> None:
        self.plan, self.design, self.capacity, self.step = plan, design, capacity, step
        self.candidates, self.remaining = candidates, capacity
        self.costs = _Costs(plan, design, candidates)
        self.paired = [c for c in candidates if c.form]
        self.missing: dict[str, list[tuple[str, float]]] = {}

    def run(self) -> Plan:
        self._choose_folds()
        self._choose_subtable()
        for candidate in sorted(self.candidates, key=lambda c: self._folds(c, self.one_repeat)):
            self._cross_validate(candidate)
        for stage in RESAMPLED_STAGES:
            for group in self._groups():
                self._begin(stage, group)
        self._say_missing()
        for candidate in self.candidates:
            self._search(candidate)
        self._climb()
        models = {c.name: self.plan.models[c.name] for c in self.candidates}
        for candidate in self.candidates:
            if not models[candidate.name].left_out:
                models[candidate.name].seconds = self.costs.of(candidate, models[candidate.name])
            models[candidate.name].timed = candidate.timed
        curves, parts, _ = (max((m.draws.get(s, 0) for m in models.values()), default=0) for s in RESAMPLED_STAGES)
        draws = max([curves, *(n for n in CURVE_DRAWS if partitions(n) == parts)][:2])
        repeats = max(max((m.folds // self.design.n_splits for m in models.values()), default=1), 1)
        self.plan.models = models
        self.plan.design = replace(self.design, n_draws=max(draws, FEWEST_DRAWS), n_repeats=repeats).as_dict()
        self.plan.seconds = _total(models)
        return self.plan

    @property
    def one_repeat(self) -> int:
        return 1 if self.plan.held_out_once else self.design.n_splits

    def _folds(self, candidate: Candidate, folds: int, rows: int | None = None) -> float:
        return self.costs.folds(candidate, folds, self._most_rows if rows is None else rows)

    @property
    def _most_rows(self) -> int:
        n = self.plan.n_rows
        return min(MOST_TRAIN, n - min(MOST_TEST, n // 4)) if self.plan.held_out_once else n

    def _choose_folds(self) -> None:
        """Ten folds where one repeat of the pairs is a quarter of what there is; else five, three, two, or one part."""
        for k in [k for k in (10, 5, 3) if k <= self.design.n_splits]:
            self.design = self.costs.design = replace(self.design, n_splits=k)
            if sum(self._folds(c, self.one_repeat) for c in self.paired) <= 0.25 * self.capacity:
                return
        if self.plan.n_rows >= LARGE // 10 and not self.plan.held_out_once:
            self.plan.held_out_once = True

    def _choose_subtable(self) -> None:
        """Halve the rows that curves and parts come from until ten draws of three quarters of the pairs are affordable.

        The dearest quarter has no say: one slow model shall not leave all others with few rows.
        """
        fewest = min(self.plan.n_rows, max(FEWEST_SUBTABLE, 20 * self.plan.n_classes))

        def price() -> float:
            prices = sorted(
                sum(self.costs.stage(c, s, FEWEST_DRAWS) for s in RESAMPLED_STAGES[:2]) for c in self.paired
            )
            return sum(prices[: len(prices) - len(prices) // 4])

        while price() > 0.35 * self.capacity and self.plan.subtable > fewest:
            self.plan.subtable = max(fewest, self.plan.subtable // 2)
        if self.plan.subtable < self.plan.n_rows:
            self.plan.notes.append(
                f"Learning curves, bias and variance and label noise come from {self.plan.subtable:,} of the "
                f"{self.plan.n_rows:,} rows."
            )

    def _cross_validate(self, candidate: Candidate) -> None:
        """Give a model one repeat; or, where that is too dear, fewer rows or folds, one fit, or nothing but a price."""
        rows = self._most_rows
        options = [(self.one_repeat, rows)]
        if self.plan.held_out_once:
            options += [(1, rows // 2**k) for k in range(1, 8) if rows // 2**k >= 2000]
        else:
            options += [(folds, rows) for folds in (2, 1) if folds < self.one_repeat]
        for folds, of in options:
            price = self._folds(candidate, folds, of) + candidate.seconds(1, of, of, 0)
            if price <= 0.5 * self.remaining:
                self.plan.models[candidate.name] = ModelPlan(folds=folds, rows=of, fit_rows=of)
                self.remaining -= price
                self._fit_all(candidate)
                self._say_less(candidate, folds, of)
                return
        needed = price / (0.5 * USABLE * CORES)
        self.plan.models[candidate.name] = ModelPlan(left_out=(
            f"one fit of it takes about {price:,.0f} processor seconds, too much for a budget of "
            f"{self.plan.budget:g} s; --budget {_round_up(needed + OVERHEAD)} would have room for it"
        ))  # fmt: skip

    def _fit_all(self, candidate: Candidate) -> None:
        """Fit to the rows held out too, where a tenth of what is left is enough for it."""
        n, chosen = self.plan.n_rows, self.plan.models[candidate.name]
        more = candidate.seconds(1, n, n, 0) - candidate.seconds(1, chosen.rows, chosen.rows, 0)
        if n <= MOST_FITTED and more <= 0.1 * self.remaining:
            chosen.fit_rows = n
            self.remaining -= more

    def _say_less(self, candidate: Candidate, folds: int, rows: int) -> None:
        whole = self.plan.n_rows - (min(MOST_TEST, self.plan.n_rows // 4) if self.plan.held_out_once else 0)
        if rows < whole:
            self.plan.notes.append(f"{candidate.name} is trained on {rows:,} of {whole:,} rows.")
        if folds < self.one_repeat:
            fits = "once" if folds == 1 else f"on {folds} of {self.one_repeat} folds"
            price = self._folds(candidate, self.one_repeat)
            self.plan.notes.append(
                f"{candidate.name} is fitted {fits} only: all {self.one_repeat} folds take about {price:,.0f} "
                f"processor seconds, --budget {_round_up(2 * price / (USABLE * CORES))} would have room for them."
            )

    def _groups(self) -> list[list[Candidate]]:
        """Models that need the same draws: the pairs of each form, cheapest first, then the others one by one."""
        whole = [c for c in self.candidates if self.plan.models[c.name].folds >= self.one_repeat]
        forms = list(dict.fromkeys(c.form for c in whole if c.form))
        groups = [[c for c in whole if c.form == form] for form in forms]
        alone = [[c] for c in whole if not c.form]
        by_price = [
            sorted(part, key=lambda g: self._price(g, RESAMPLED_STAGES[0], FEWEST_DRAWS)) for part in (groups, alone)
        ]
        return by_price[0] + by_price[1]

    def _price(self, group: list[Candidate], stage: str, draws: int) -> float:
        return sum(self.costs.stage(c, stage, draws) for c in group)

    def _begin(self, stage: str, group: list[Candidate]) -> None:
        """Ten draws, or none and a note."""
        price = self._price(group, stage, FEWEST_DRAWS)
        if price <= 0.4 * self.remaining:
            for candidate in group:
                self.plan.models[candidate.name].draws[stage] = FEWEST_DRAWS
            self.remaining -= price
            return
        if len(group) > 1:
            for candidate in sorted(group, key=lambda c: self._price([c], stage, FEWEST_DRAWS)):
                self._begin(stage, [candidate])
            return
        self.missing.setdefault(stage, []).append((group[0].name, price))

    def _say_missing(self) -> None:
        """Name the models that a stage has no room for, its price, and the budget that has room."""
        for stage, models in self.missing.items():
            price = sum(seconds for _, seconds in models)
            needed = _round_up((price / 0.4 + self.capacity - self.remaining + OVERHEAD) / (USABLE * CORES))
            self.plan.notes.append(
                f"No {stage} of {'; '.join(name for name, _ in models)}: ten draws take about {_seconds(price)}, "
                f"--budget {needed} would have room for them."
            )

    def _search(self, candidate: Candidate) -> None:
        """Follow the descent of one model, where a quarter of what is left is enough for it."""
        chosen = self.plan.models[candidate.name]
        if not candidate.searched or not chosen.folds:
            return
        price = self.costs.descent(candidate)
        chosen.searched = price <= 0.25 * self.remaining
        if chosen.searched:
            self.remaining -= price
        else:
            self.plan.notes.append(
                f"The search over penalties and learning rates of {candidate.name} is left out: it takes about "
                f"{_seconds(price)}."
            )

    def _climb(self) -> None:
        """More draws and repeats, step by step, pairs first."""
        spare = self.remaining - RESERVE * self.capacity
        for step in range(1, self.step + 1):
            for group in self._groups():
                for stage, steps in zip(RESAMPLED_STAGES, (CURVE_DRAWS, RESAMPLES, CURVE_DRAWS), strict=True):
                    now = min(self.plan.models[c.name].draws.get(stage, 0) for c in group)
                    most = steps[step] // (1 if group[0].form else ALONE) // (10 if stage == "label noise" else 1)
                    goal = max(FEWEST_DRAWS, most)
                    spare -= self._raise(group, stage, now, goal, spare)
                spare -= self._repeat(group, REPEATS[step], spare)
        self.remaining = spare + RESERVE * self.capacity

    def _raise(self, group: list[Candidate], stage: str, now: int, goal: int, spare: float) -> float:
        price = self._price(group, stage, goal) - self._price(group, stage, now)
        if not 0 < now < goal or price > 0.5 * spare:
            return 0.0
        for candidate in group:
            self.plan.models[candidate.name].draws[stage] = goal
        return price

    def _repeat(self, group: list[Candidate], repeats: int, spare: float) -> float:
        folds = repeats * self.design.n_splits
        now = self.plan.models[group[0].name].folds
        price = sum(self._folds(c, folds) - self._folds(c, now) for c in group)
        if self.plan.held_out_once or folds <= now or price > 0.5 * spare:
            return 0.0
        for candidate in group:
            self.plan.models[candidate.name].folds = folds
        return price


def second_round(plan: Plan, undecided: Sequence[str], candidates: Sequence[Candidate]) -> dict[str, int]:
    """Decide how many folds each model has in the end: the reserve goes to models whose comparison is undecided.

    Parameters
    ----------
    plan : Plan
        After its first round.
    undecided : sequence of str
        Names of the models of undecided pairs; they get the same repeats.
    candidates : sequence of Candidate

    Returns
    -------
    folds : dict of name to int
    """
    folds = {name: chosen.folds for name, chosen in plan.models.items()}
    splits = int(plan.design["n_splits"])
    if plan.budget is None or plan.held_out_once or not undecided:
        return folds
    costs = _Costs(plan, Design.from_dict(plan.design), candidates)
    chosen = [c for c in candidates if c.name in undecided and folds[c.name] >= splits]
    spare = float(plan.capacity or 0.0) - plan.seconds
    for repeats in range(ROUND_TWO if plan.budget <= 2 * STANDARD else MOST_REPEATS, 1, -1):
        more = {c.name: max(folds[c.name], repeats * splits) for c in chosen}
        price = sum(
            costs.folds(c, more[c.name], plan.n_rows) - costs.folds(c, folds[c.name], plan.n_rows) for c in chosen
        )
        if price <= spare:
            return folds | more
    return folds


def _total(models: Mapping[str, ModelPlan]) -> float:
    return float(f"{sum(sum(chosen.seconds.values()) for chosen in models.values()):.3g}")


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} processor seconds" if seconds >= 2 else f"{seconds:.1f} processor seconds"


def _round_up(seconds: float) -> int:
    """Seconds in one digit and a half: 10, 15, 20, 30, ..."""
    steps = np.array([10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400])
    above = steps[steps >= seconds]
    return int(above[0]) if len(above) else int(np.ceil(seconds / 86_400) * 86_400)


def candidate_seconds(
    kind: str, columns: int, classes: int, *, gappy: float = 0.0, patterns: int = 1, single: bool = False,
    searches: int = 1, estimator: Any = None,
) -> Callable[[int, int, int, int], float]:  # fmt: skip
    """Seconds of a batch of fits of one of this package's classifiers, as `Candidate` holds it.

    Parameters
    ----------
    kind : str
        As `genvsdisc.study.costs.cost_kind` gives it.
    columns, classes, gappy, patterns
        As in `genvsdisc.study.costs.BatchSizes`.
    single : bool, default=False
        Whether the draws are fitted one by one, behind steps that learn from their rows.
    searches : int, default=1
        Fits behind one fit: of a search, its candidates times its folds.
    estimator : classifier, default=None
    """

    def seconds(fits: int, rows: int, train: int, test: int) -> float:
        if single or searches > 1:
            one = BatchSizes(1, train, train, test, columns, classes, gappy, min(patterns, train))
            return fits * (searches * (batch_seconds(kind, one, estimator) + SINGLE) + 1e-8 * train * columns)
        return batch_seconds(
            kind, BatchSizes(fits, rows, train, test, columns, classes, gappy, min(patterns, train)), estimator
        )

    return seconds


SINGLE = 0.006
"""Seconds of cloning, checking and indexing around a fit that is made by itself."""


def timed_seconds(seconds: float, n_timed: int) -> Callable[[int, int, int, int], float]:
    """Seconds of a batch of fits of a classifier that took `seconds` on `n_timed` rows, half at least."""

    def of(fits: int, _: int, train: int, test: int) -> float:
        return 1.25 * fits * seconds * max(0.5, (train + 0.2 * test) / n_timed)

    return of
