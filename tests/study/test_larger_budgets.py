"""The budget that a note names is larger than the present one, and its own plan has the room."""

import re
from functools import cache

import numpy as np
import pytest

import genvsdisc as gd
from genvsdisc.study.design import Design
from genvsdisc.study.fits.candidates import candidates
from genvsdisc.study.fits.encode import benches
from genvsdisc.study.larger_budgets import LargerBudgets
from genvsdisc.study.planning import planned_by_budget
from genvsdisc.study.stage_costs import Candidate
from genvsdisc.study.table import prepare

NO_DRAWS = re.compile(r"No (.*) of (.*): ten draws take about .*, --budget (\d+) would have room for them\.")
FEW_FOLDS = re.compile(r"(.*) is fitted .* only: .*, --budget (\d+) would have room for them\.")
LEFT_OUT = re.compile(r"too much for a budget of .* s; --budget (\d+) would have room for it")


@pytest.mark.parametrize(("n", "d", "k"), [(200, 60, 10), pytest.param(30_000, 100, 26, marks=pytest.mark.slow)])
def test_every_budget_that_is_named_is_larger_and_has_the_room(n, d, k):
    X, y = np.random.default_rng(0).normal(size=(n, d)), np.arange(n) % k
    table = prepare(X, y, n_splits=2)
    roster = gd.default_models(table.X)
    known = candidates(roster, benches(roster, table), 0)
    known += [Candidate(f"takes {seconds} s", "", "other", lambda fits, *_, s=seconds: fits * s) for seconds in (1, 30)]
    counts = np.bincount(table.codes).tolist()

    @cache
    def plan(budget):
        return planned_by_budget(budget, known, counts, d, Design.for_classes(counts))

    found = dict.fromkeys(("draws", "folds", "models"), 0)
    for budget in (3, 45):
        less = plan(budget)
        for stage, names, named in (match.groups() for match in map(NO_DRAWS.fullmatch, less.notes) if match):
            assert int(named) > budget
            assert all(stage in plan(int(named)).models[name].draws for name in names.split("; "))
            found["draws"] += 1
        for name, named in (match.groups() for match in map(FEW_FOLDS.fullmatch, less.notes) if match):
            more = plan(int(named))
            assert int(named) > budget
            assert more.models[name].folds >= (1 if more.held_out_once else more.design["n_splits"])
            found["folds"] += 1
        for name, chosen in less.models.items():
            if chosen.left_out:
                named = int(LEFT_OUT.search(chosen.left_out)[1])
                assert named > budget
                assert not plan(named).models[name].left_out
                found["models"] += 1
    assert found["draws"]
    assert found["models"]


def test_what_no_budget_has_room_for_is_said_and_plans_are_made_once():
    made = []
    larger = LargerBudgets(60, lambda budget: made.append(budget) or budget)
    assert larger.that_has_room(lambda budget: budget >= 300, "it") == "--budget 300 would have room for it"
    assert made == [90, 120, 180, 300]
    assert larger.that_has_room(lambda _: True, at_least=200) == "--budget 300 would have room for them"
    assert made == [90, 120, 180, 300]
    assert larger.that_has_room(lambda _: False) == "no budget would have room for them"
