"""Which budget has room for what a plan leaves out: found by making the plans of larger budgets, which are cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from genvsdisc.study.plan import Plan

STEPS = (10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Budgets that are named, in seconds."""
MOST_DOUBLINGS = 14
"""Of a day, which is then 45 years."""


class LargerBudgets:
    """The plans of budgets above the present one, each made when it is asked for and kept.

    What a larger budget buys cannot be told from the price of one stage: the models before it take more folds and
    more rows then.

    Parameters
    ----------
    budget : float
        The present one, in seconds.
    planned : callable (budget) -> Plan
    """

    def __init__(self, budget: float, planned: Callable[[float], Plan]) -> None:
        self.budget, self.planned = budget, planned
        self._plans: dict[int, Plan] = {}

    def that_has_room(self, has_room: Callable[[Plan], bool], them: str = "them", at_least: float = 0.0) -> str:
        """Return "--budget 60 would have room for them": the first budget whose plan has.

        Parameters
        ----------
        has_room : callable (Plan) -> bool
        them : str, default="them"
        at_least : float, default=0
            Seconds below which no plan is made.
        """
        for budget in self._above(at_least):
            if budget not in self._plans:
                self._plans[budget] = self.planned(budget)
            if has_room(self._plans[budget]):
                return f"--budget {budget} would have room for {them}"
        return f"no budget would have room for {them}"

    def _above(self, at_least: float) -> Iterator[int]:
        days = (STEPS[-1] * 2**k for k in range(1, MOST_DOUBLINGS + 1))
        return (budget for budget in (*STEPS, *days) if budget > self.budget and budget >= at_least)


def has_draws(plan: Plan, stage: str, names: Sequence[str]) -> bool:
    """Whether a stage has draws of all these models."""
    return all(stage in plan.models[name].draws for name in names)


def has_all_folds(plan: Plan, name: str) -> bool:
    """Whether a model has one repeat of cross-validation at least."""
    return plan.models[name].folds >= (1 if plan.held_out_once else int(plan.design["n_splits"]))
