"""What there is no time for on the dials between the likelihoods: squares first, then folds, then the dial."""

from genvsdisc.study.design import Design
from genvsdisc.study.dial_costs import affordable_dials
from genvsdisc.study.planning import planned_by_budget
from genvsdisc.study.stage_costs import Candidate


def test_the_linear_dial_comes_first_and_each_takes_fewer_folds_where_it_is_dear():
    price = {"hybrid dial": 1.0, "hybrid dial on squares": 2.0}

    def seconds(stage, folds):
        return folds * price[stage]

    both, spent, notes = affordable_dials(seconds, 10, 30.0)
    assert (both, spent, notes) == ({"hybrid dial": 10, "hybrid dial on squares": 10}, 30.0, [])
    fewer, spent, notes = affordable_dials(seconds, 10, 17.0)
    assert (fewer, spent, notes) == ({"hybrid dial": 10, "hybrid dial on squares": 3}, 16.0, [])
    linear, spent, notes = affordable_dials(seconds, 10, 8.0)
    assert (linear, spent) == ({"hybrid dial": 3}, 3.0)
    assert notes == ["The hybrid dial on squares, between the families, is left out: about 6 processor seconds."]
    assert affordable_dials(seconds, 10, 2.9)[0] == {}


def test_a_dial_too_dear_with_squares_is_planned_without_them():
    linear = Candidate("logistic", "", "discriminative", lambda *sizes: 1e-7 * sizes[1], searched=True)
    plan = planned_by_budget(30, [linear], [60] * 8, 20, Design(), n_encoded=40)
    assert list(plan.models["logistic"].dials) == ["hybrid dial"]
    assert {"hybrid dial", "hybrid dial on squares"} & set(plan.models["logistic"].seconds) == {"hybrid dial"}
    assert [note.partition(",")[0] for note in plan.notes] == ["The hybrid dial on squares"]
