"""How the work is fitted to a budget: what every model needs first, then more of everything while there is time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from genvsdisc.study.design import Design, partitions
from genvsdisc.study.dial_costs import affordable_dials
from genvsdisc.study.larger_budgets import LargerBudgets, has_all_folds, has_draws
from genvsdisc.study.plan import (
    CONDITION_STAGES,
    FEWEST_DRAWS,
    LARGE,
    MOST_TEST,
    MOST_TRAIN,
    RESAMPLED_STAGES,
    ModelPlan,
    Plan,
    processor_seconds,
)
from genvsdisc.study.stage_costs import MOST_AT_ONCE, UNLABELED_STAGE, Candidate, StageCosts, allowed, total_seconds
from genvsdisc.study.statistics.words import number_of

CORES = 2
"""A budget is seconds on a machine of two cores."""
USABLE = 0.7
"""Share of the time of the cores that goes into fits; the rest is reading, encoding, waiting, tables and the page."""
OVERHEAD = 7.0
"""Processor seconds of starting, tables and page that no plan can change."""
COLUMN = 1e-3
"""Those of each column: read, judged, looked at for leaks. Three tables of 2,000 to 7,129 columns took 1.0 to 1.2."""
CURVE_DRAWS = (10, 20, 40, 80, 128, 200)
"""Draws of a learning curve, step by step."""
RESAMPLES = tuple(partitions(n_draws) for n_draws in CURVE_DRAWS)
"""Draws of parts that share no row, for bias and variance, at the same steps."""
ALONE = 6
"""A model that is half of no pair gets one draw in so many: its curve is looked at, never tested."""
REPEATS = (1, 2, 3, 3, 3, 10)
"""Repeats of the folds at the same steps; a second round adds some where the verdict is undecided."""
FEWEST_SUBTABLE = 1000
RESERVE = 0.2
"""Share of the capacity kept for the second round."""


class Allocation:
    """The steps of `planned_by_budget`; without `larger`, what is left out is not told, nor which budget has room."""

    def __init__(
        self,
        plan: Plan,
        design: Design,
        candidates: Sequence[Candidate],
        capacity: float,
        step: int,
        larger: LargerBudgets | None = None,
    ) -> None:
        self.plan, self.design, self.capacity, self.step, self.larger = plan, design, capacity, step, larger
        self.candidates, self.remaining = candidates, capacity
        self.costs = StageCosts(plan, design, candidates)
        self.paired = [c for c in candidates if c.form]
        self.missing: dict[str, list[tuple[str, float]]] = {}

    def run(self) -> Plan:
        """Folds, rows, first draws, the search, then steps upward; the plan with all of them, and their seconds."""
        self._choose_folds()
        self._choose_subtable()
        for candidate in sorted(self.candidates, key=lambda c: self._folds(c, self.one_repeat)):
            self._cross_validate(candidate)
        paired, alone = ([g for g in self._groups() if bool(g[0].form) is whole] for whole in (True, False))
        given = self.plan.n_unlabeled > 0  # rows without a label that somebody brought come first, hidden labels last
        dials = sorted(CONDITION_STAGES, key=lambda stage: (stage == UNLABELED_STAGE) != given)
        self._begin_all(RESAMPLED_STAGES, paired)
        self._begin_all(RESAMPLED_STAGES[:1], alone)
        for candidate in self.candidates:
            self._search(candidate)
            self._draw_from(candidate)
        self._impute()
        self._begin_all(dials, paired)  # before what is looked at of the others
        self._begin_all(RESAMPLED_STAGES[1:], alone)
        self._begin_all(dials, alone)
        self._say_missing()
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
        self.plan.seconds = total_seconds(models)
        return self.plan

    def _begin_all(self, stages: Sequence[str], groups: list[list[Candidate]]) -> None:
        for stage, group in product(stages, groups):
            if chosen := [candidate for candidate in group if candidate.takes(stage)]:
                self._begin(stage, chosen)

    @property
    def one_repeat(self) -> int:
        """Fits of one repeat of cross-validation."""
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
                f"Learning curves, bias and variance and label noise come from {number_of(self.plan.subtable)} of the "
                f"{number_of(self.plan.n_rows)} rows."
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
        why = f"one fit of it takes about {processor_seconds(price)}, too much for a budget of {self.plan.budget:g} s"
        if self.larger is not None:
            fewest = price / 0.5 / (USABLE * CORES)
            why += "; " + self.larger.that_has_room(lambda p: not p.models[candidate.name].left_out, "it", fewest)
        self.plan.models[candidate.name] = ModelPlan(left_out=why)

    def _fit_all(self, candidate: Candidate) -> None:
        """Fit to the rows held out too, where a tenth of what is left is enough for it."""
        n, chosen = self.plan.n_rows, self.plan.models[candidate.name]
        more = candidate.seconds(1, n, n, 0) - candidate.seconds(1, chosen.rows, chosen.rows, 0)
        if (n <= MOST_AT_ONCE or candidate.batched) and more <= 0.1 * self.remaining:
            chosen.fit_rows = n
            self.remaining -= more

    def _say_less(self, candidate: Candidate, folds: int, rows: int) -> None:
        whole = self.plan.n_rows - (min(MOST_TEST, self.plan.n_rows // 4) if self.plan.held_out_once else 0)
        if rows < whole:
            self.plan.notes.append(f"{candidate.name} is trained on {number_of(rows)} of {number_of(whole)} rows.")
        if folds < self.one_repeat and self.larger is not None:
            fits = "once" if folds == 1 else f"on {folds} of {self.one_repeat} folds"
            price = self._folds(candidate, self.one_repeat)
            self.plan.notes.append(
                f"{candidate.name} is fitted {fits} only: all {self.one_repeat} folds take about "
                f"{processor_seconds(price)}, "
                f"{self.larger.that_has_room(partial(has_all_folds, name=candidate.name), at_least=price / USABLE)}."
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

    def _impute(self) -> None:
        """Complete rows with gaps by an iterative imputer too, where that is cheap."""
        price = self.costs.imputing(FEWEST_DRAWS)
        self.plan.imputed = price <= 0.1 * self.remaining
        if self.plan.imputed:
            self.remaining -= price
        else:
            self.plan.condition_notes.append(
                f"Rows with gaps are not completed by an iterative imputer: it takes about {processor_seconds(price)}."
            )

    def _begin(self, stage: str, group: list[Candidate]) -> None:
        """Ten draws, or none and a note."""
        price = self._price(group, stage, FEWEST_DRAWS)
        if price <= allowed(stage, self.remaining, self.capacity):
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
        if self.larger is None:
            return
        for stage, models in self.missing.items():
            names, price = [name for name, _ in models], sum(seconds for _, seconds in models)
            fewest = max(seconds for _, seconds in models) / allowed(stage, USABLE * CORES, 0.0)
            room = self.larger.that_has_room(partial(has_draws, stage=stage, names=names), at_least=fewest)
            beside = stage in CONDITION_STAGES and not (stage == UNLABELED_STAGE and self.plan.n_unlabeled)
            notes = self.plan.condition_notes if beside else self.plan.notes
            notes.append(f"No {stage} of {'; '.join(names)}: ten draws take about {processor_seconds(price)}, {room}.")

    def _search(self, candidate: Candidate) -> None:
        """Follow the descent of one model, where a quarter of what is left is enough for it."""
        chosen = self.plan.models[candidate.name]
        if not candidate.searched or not chosen.folds:
            return
        chosen.dials, price, notes = affordable_dials(self.costs.dial, self.design.n_splits, 0.25 * self.remaining)
        self.remaining -= price
        self.plan.notes += notes
        price = self.costs.descent(candidate)
        if price <= 0.25 * self.remaining:
            chosen.searched, self.remaining = True, self.remaining - price
        else:
            self.plan.notes.append(
                f"The search over penalties and learning rates of {candidate.name} is left out: it takes about "
                f"{processor_seconds(price)}."
            )

    def _draw_from(self, candidate: Candidate) -> None:
        """Draw rows from a generative model, where a tenth of what is left is enough for it."""
        chosen = self.plan.models[candidate.name]
        price = self.costs.drawing(candidate, chosen.fit_rows) if candidate.draws_rows and chosen.folds else np.inf
        chosen.drawn_from = price <= 0.1 * self.remaining
        if chosen.drawn_from:
            self.remaining -= price

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
