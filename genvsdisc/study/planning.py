"""The three ways to a plan: a design as it stands, a budget, and the second round of a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from genvsdisc.study.allocation import COLUMN, CORES, CURVE_DRAWS, OVERHEAD, USABLE, Allocation
from genvsdisc.study.budgets import STANDARD_BUDGET
from genvsdisc.study.design import Design, partitions
from genvsdisc.study.dial_costs import LONGEST_DIAL
from genvsdisc.study.larger_budgets import LargerBudgets
from genvsdisc.study.plan import (
    CONDITION_STAGES,
    DIAL_STAGES,
    FEWEST_DRAWS,
    LARGE,
    MOST_REPEATS,
    MOST_SUBTABLE,
    RESAMPLED_STAGES,
    ModelPlan,
    Plan,
)
from genvsdisc.study.stage_costs import Candidate, StageCosts, total_seconds

ROUND_TWO = 5
"""Repeats after the second round at budgets up to two minutes: their error is 1.04 times that of ten."""


def planned_by_design(
    design: Design,
    candidates: Sequence[Candidate],
    n_rows: int,
    n_classes: int,
    n_encoded: int = 1,
    n_unlabeled: int = 0,
) -> Plan:
    """Do what the design says to every model; one that is half of no pair gets a tenth of the draws, ten at least."""
    models = {}
    for candidate in candidates:
        draws = design.n_draws if candidate.form else max(min(design.n_draws, FEWEST_DRAWS), design.n_draws // 10)
        noise = max(min(draws, FEWEST_DRAWS), draws // 10)
        models[candidate.name] = ModelPlan(
            folds=design.n_splits * design.n_repeats,
            rows=n_rows,
            fit_rows=n_rows,
            draws=dict(zip(RESAMPLED_STAGES, (draws, partitions(draws), noise), strict=True))
            | {stage: noise for stage in CONDITION_STAGES if candidate.takes(stage)},
            searched=candidate.searched,
            drawn_from=candidate.draws_rows,
            timed=candidate.timed,
        )
    plan = Plan(None, design.as_dict(), n_rows, n_classes, False, n_rows, models, n_encoded=n_encoded)
    plan.n_unlabeled = n_unlabeled
    costs = StageCosts(plan, design, candidates)
    for candidate in candidates:
        if candidate.searched:
            turned = [s for s in DIAL_STAGES if costs.dial(s, design.n_splits) <= LONGEST_DIAL]
            models[candidate.name].dials = dict.fromkeys(turned, design.n_splits)
        models[candidate.name].seconds = costs.of(candidate, models[candidate.name])
    plan.seconds = total_seconds(models)
    return plan


def planned_by_budget(
    budget: float,
    candidates: Sequence[Candidate],
    counts: Sequence[int],
    n_columns: int,
    design: Design,
    n_encoded: int | None = None,
    n_unlabeled: int = 0,
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
    n_encoded : int, default=None
        Columns once they are numbers; None for `n_columns`.
    design : Design
        Its folds are the most there may be; its losses, shares and sizes are kept.
    n_unlabeled : int, default=0
        Rows without a label that generative models may learn from too.

    Returns
    -------
    plan : Plan
        Every model is cross-validated at least in part, or left out with its price; then learning curves, bias and
        variance, and label noise get ten draws each, pairs first; then all climb by steps as long as there is time.
        What is left out is told with the first larger budget whose own plan has room for it.
    """
    n_encoded = n_columns if n_encoded is None else n_encoded

    def planned(larger: float) -> Plan:
        return _allocated(larger, candidates, counts, n_columns, design, n_encoded, n_unlabeled)

    more = LargerBudgets(budget, planned)
    return _allocated(float(budget), candidates, counts, n_columns, design, n_encoded, n_unlabeled, more)


def _allocated(
    budget: float,
    candidates: Sequence[Candidate],
    counts: Sequence[int],
    n_columns: int,
    design: Design,
    n_encoded: int,
    n_unlabeled: int,
    larger: LargerBudgets | None = None,
) -> Plan:
    n_rows, n_classes = int(sum(counts)), len(counts)
    anyhow = OVERHEAD + COLUMN * n_columns + 2e-7 * n_rows * n_columns
    capacity = max(0.2 * budget * CORES, USABLE * budget * CORES - anyhow)
    step = 2 if budget <= 20 else 4 if budget <= 120 else 5
    plan = Plan(float(budget), {}, n_rows, n_classes, n_rows >= LARGE, min(n_rows, MOST_SUBTABLE), {}, capacity)
    plan.n_encoded, plan.n_unlabeled = n_encoded, n_unlabeled
    plan.n_indicators = max(0, n_encoded - n_columns)
    design = replace(design, n_repeats=1, n_draws=CURVE_DRAWS[step])
    return Allocation(plan, design, candidates, capacity, step, larger).run()


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
    costs = StageCosts(plan, Design.from_dict(plan.design), candidates)
    chosen = [c for c in candidates if c.name in undecided and folds[c.name] >= splits]
    spare = float(plan.capacity or 0.0) - plan.seconds
    for repeats in range(ROUND_TWO if plan.budget <= 2 * STANDARD_BUDGET else MOST_REPEATS, 1, -1):
        more = {c.name: max(folds[c.name], repeats * splits) for c in chosen}
        price = sum(
            costs.folds(c, more[c.name], plan.n_rows) - costs.folds(c, folds[c.name], plan.n_rows) for c in chosen
        )
        if price <= spare:
            return folds | more
    return folds
