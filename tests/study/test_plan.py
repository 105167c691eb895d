"""The plan: what is done within a budget, decided from sizes, the same everywhere, and repeated exactly."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from examples import few
from pandas.testing import assert_frame_equal
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.design import Design
from genvsdisc.study.fits.candidates import candidates
from genvsdisc.study.fits.encode import benches
from genvsdisc.study.fits.tuning import tuned
from genvsdisc.study.plan import CONDITION_STAGES, FEWEST_DRAWS, RESAMPLED_STAGES, Plan
from genvsdisc.study.planning import planned_by_budget, second_round
from genvsdisc.study.stage_costs import PATTERN_SECONDS, PATTERN_SQUARED, Candidate, allowed, pattern_seconds
from genvsdisc.study.statistics.differences import paired_splits
from genvsdisc.study.table import prepare


@pytest.fixture(scope="module")
def data():
    return gd.datasets.make_gaussian_pair(120, n_features=3, distance=2.0, random_state=0)


@pytest.fixture(scope="module")
def linear():
    return [model for model in gd.default_models() if model.form == "linear"]


@pytest.fixture(scope="module")
def quick(data, linear):
    return gd.compare(data.X, data.y, linear, budget=4)


def planned(budget, X, y, roster=None):
    table = prepare(X, y, n_splits=2)
    roster = roster or gd.default_models(table.X)
    known = candidates(roster, benches(roster, table), 0)
    counts = np.bincount(table.codes).tolist()
    return planned_by_budget(budget, known, counts, table.X.shape[1], Design.for_classes(counts)), known


def per_row(seconds):
    """Cost in proportion to fits and rows."""

    def of(fits, rows, train, test):
        return seconds * fits * (rows + train + test)

    return of


def per_fit(seconds):
    """Cost in proportion to fits."""

    def of(*sizes):
        return seconds * sizes[0]

    return of


FAMILIES = ("generative", "discriminative")


def cheap_pair():
    return [Candidate(f"cheap {family}", "linear", family, per_row(1e-7)) for family in FAMILIES]


# The plan ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_table_seed_and_budget_give_the_same_plan_and_result(data, linear, quick):
    again = gd.compare(data.X, data.y, linear, budget=4, n_jobs=2)
    assert again.meta == quick.meta
    for name in set(quick.tables) - {"timings"}:
        assert_frame_equal(again.tables[name], quick.tables[name])


def test_a_plan_is_json_and_repeats_the_comparison_exactly(data, linear, quick):
    plan = json.loads(json.dumps(quick.meta["plan"]))
    again = gd.compare(data.X, data.y, linear, plan=plan)
    assert again.meta == quick.meta
    assert_frame_equal(again.scores, quick.scores)


@pytest.mark.slow
def test_classifiers_of_others_are_timed_once_and_the_plan_repeats_that(data, monkeypatch):
    models = {"NB": GaussianNB(), "ours": gd.LogisticClassifier(optimizer="newton")}
    first = gd.compare(data.X, data.y, models, budget=4)
    timed = {name: chosen["timed"] for name, chosen in first.meta["plan"]["models"].items()}
    assert timed["NB"] > 0
    assert timed["ours"] is None
    monkeypatch.setattr("genvsdisc.study.fits.candidates._timed", lambda *_: pytest.fail("timed again"))
    again = gd.compare(data.X, data.y, models, plan=first.meta["plan"])
    assert again.meta == first.meta
    assert_frame_equal(again.scores, first.scores)


@pytest.mark.parametrize("change", ["rows", "classes", "models", "nonsense"])
def test_a_plan_for_something_else_is_refused(data, linear, quick, change):
    X, y, models, plan = data.X, data.y, linear, quick.meta["plan"]
    if change == "rows":
        X, y = X[:-3], y[:-3]
    elif change == "classes":
        y = np.arange(len(y)) % 3
    elif change == "models":
        models = linear[:2]
    else:
        plan = {"models": {"a": 1}}
    with pytest.raises(ValueError, match="plan"):
        gd.compare(X, y, models, plan=plan)


def test_a_design_that_is_given_means_what_it_says(data, linear):
    found = gd.compare(data.X, data.y, linear, design=gd.Design(n_splits=3, n_repeats=2, n_draws=4), budget=1)
    assert set(found.scores.groupby(["model", "loss"]).size()) == {6}
    assert set(found.learning_curves["n_draws"]) == {4}


@pytest.mark.parametrize("tune", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("n", "d", "k"), [(100_000, 20, 2), (1_000_000, 20, 2), (20_000, 16, 26), (150, 4, 3), (400_000, 60, 30)]
)
def test_c02_c03_c04_quick_is_quick_on_every_table(n, d, k, tune):
    """The whole default run once took less than --quick, and a search over settings a hundred times as long."""
    few = prepare(np.random.default_rng(0).normal(size=(20 * k, d)), np.arange(20 * k) % k, n_splits=2)
    roster = [tuned(model) if tune else model for model in gd.default_models(few.X)]
    known = candidates(roster, benches(roster, few), 0)
    counts = [n // k] * k
    prices = [planned_by_budget(s, known, counts, d, Design.for_classes(counts)) for s in (10, 60)]
    for budget, plan in zip((10, 60), prices, strict=True):
        assert plan.seconds <= 2 * budget  # on two cores
        assert all(chosen.folds or chosen.left_out for chosen in plan.models.values())
    assert prices[0].seconds <= prices[1].seconds


@pytest.mark.parametrize("budget", [1, 3, 10, 60, 600])
@pytest.mark.parametrize(("n", "d", "k"), [(60, 3, 2), (800, 6, 2), (5000, 30, 8), (200, 60, 10)])
def test_every_plan_keeps_within_its_capacity_and_gives_ten_draws_or_none(budget, n, d, k):
    X = np.random.default_rng(0).normal(size=(n, d))
    plan, known = planned(budget, X, np.arange(n) % k)
    stages = {c.name: {s for s in (*RESAMPLED_STAGES, *CONDITION_STAGES) if c.takes(s)} for c in known}
    assert plan.seconds <= plan.capacity * 1.01
    draws = [d for chosen in plan.models.values() for d in chosen.draws.values()]
    assert all(d >= FEWEST_DRAWS for d in draws)
    for name, chosen in plan.models.items():
        assert chosen.folds or chosen.left_out
        less = chosen.left_out or any(name in note for note in (*plan.notes, *plan.condition_notes))
        assert set(chosen.draws) <= stages[name]
        assert less or set(chosen.draws) == stages[name]


def test_rows_without_a_label_that_were_given_come_first_and_what_is_left_out_of_them_is_told():
    cheap = [Candidate(f"cheap {family}", "linear", family, per_row(2e-7)) for family in FAMILIES]
    dear = Candidate("dear", "", "generative", per_row(6e-6))
    hidden, given = (
        planned_by_budget(10, [*cheap, dear], [60, 60], 5, Design(), n_unlabeled=more) for more in (0, 400)
    )
    for plan, notes in ((hidden, hidden.condition_notes), (given, given.notes)):
        assert "unlabeled rows" not in plan.models["dear"].draws
        assert any(note.startswith("No unlabeled rows of dear") for note in notes)
    assert not any("unlabeled" in note for note in (*hidden.notes, *given.condition_notes))
    assert given.models["cheap generative"].draws["unlabeled rows"] == FEWEST_DRAWS
    order = [stage for stage in given.models["cheap generative"].draws if stage in CONDITION_STAGES]
    assert order[0] == "unlabeled rows"


def test_little_that_is_left_lets_a_cheap_model_learn_from_rows_without_a_label():
    """Of 2 seconds left of 77, 1.1 are less than a 25th of all, and more than the share of a stage (0.4)."""
    assert allowed("unlabeled rows", 2.0, 77.0) == pytest.approx(1.2)
    assert allowed("unlabeled rows", 20.0, 77.0) == pytest.approx(8.0)
    assert allowed("classes left out", 2.0, 77.0) == pytest.approx(0.3)


def test_a_larger_budget_never_buys_less():
    X, y = np.random.default_rng(0).normal(size=(3000, 20)), np.arange(3000) % 5
    plans = [planned(budget, X, y)[0] for budget in (3, 10, 30, 60, 200, 600)]
    for less, more in pairwise(plans):
        assert less.seconds <= more.seconds * 1.05
        assert less.subtable <= more.subtable


def test_pairs_have_the_same_draws():
    X, y = np.random.default_rng(0).normal(size=(2000, 20)), np.arange(2000) % 4
    plan, known = planned(20, X, y)
    for form in {c.form for c in known if c.form}:
        curves = {plan.models[c.name].draws.get("learning curve") for c in known if c.form == form} - {None}
        assert len(curves) <= 1


def test_one_model_too_dear_is_left_out_with_its_price_and_the_budget_that_has_room():
    cheap = cheap_pair()
    dear = Candidate("dear", "", "other", per_fit(100.0))
    plan = planned_by_budget(10, [*cheap, dear], [200, 200], 5, Design())
    why = plan.models["dear"].left_out
    assert "about 200 processor seconds" in why
    budget = float(why.partition("--budget ")[2].split()[0])
    assert not planned_by_budget(budget, [*cheap, dear], [200, 200], 5, Design()).models["dear"].left_out
    assert all(plan.models[c.name].draws for c in cheap)


def test_a_model_dear_for_all_folds_is_fitted_to_some_and_the_price_is_told():
    cheap = cheap_pair()
    dear = Candidate("dear", "", "other", per_fit(1.0))
    plan = planned_by_budget(10, [*cheap, dear], [200, 200], 5, Design())
    assert plan.models["dear"].folds in (1, 2)
    assert any(note.startswith("dear is fitted ") and "--budget" in note for note in plan.notes)


def test_a_model_left_out_is_named_on_the_page_and_not_fitted(data, linear, monkeypatch, tmp_path):
    class Slow(DummyClassifier):
        """Is never fitted."""

    monkeypatch.setattr("genvsdisc.study.fits.candidates._timed", lambda *_: 1000.0)
    found = gd.compare(data.X, data.y, [*linear, gd.Model("slow", Slow(strategy="prior"))], budget=4)
    (row,) = found.failures.to_dict("records")
    assert (row["model"], row["stage"]) == ("slow", "cross-validation")
    assert "left out: one fit of it takes about" in row["error"]
    assert found.models.set_index("model")["status"]["slow"] == "failed"
    assert "processor seconds" in found.to_html(tmp_path / "page.html").read_text()


@pytest.mark.parametrize(("rows", "splits"), few([(4, 3), (3, 3), (2, 2), (10, 5)]))
def test_folds_fit_the_second_class(rows, splits, linear):
    r = np.random.default_rng(0)
    y = np.r_[np.zeros(60, int), np.ones(rows, int)]
    X = r.normal(size=(len(y), 2)) + y[:, None]
    found = gd.compare(X, y, linear, budget=4)
    assert found.meta["design"]["n_splits"] == splits
    assert found.classes["used"].all()


def test_the_second_round_goes_to_the_undecided_and_no_further_than_the_reserve():
    X, y = np.random.default_rng(0).normal(size=(800, 6)), np.arange(800) % 2
    plan, known = planned(60, X, y)
    folds = {name: chosen.folds for name, chosen in plan.models.items()}
    assert second_round(plan, [], known) == folds
    more = second_round(plan, ["logistic", "shared Gaussian"], known)
    assert more["logistic"] == more["shared Gaussian"] == 50
    assert {n: f for n, f in more.items() if n not in ("logistic", "shared Gaussian")} == {
        n: f for n, f in folds.items() if n not in ("logistic", "shared Gaussian")
    }
    plan.capacity = plan.seconds
    assert second_round(plan, ["logistic", "shared Gaussian"], known) == folds


def test_models_of_different_repeats_are_paired_on_the_splits_of_both():
    scores = pd.DataFrame(
        {
            "model": ["a", "a", "a", "b", "b"],
            "repeat": [0, 0, 1, 0, 0],
            "fold": [0, 1, 0, 0, 1],
            "value": [0.3, 0.5, 0.9, 0.1, 0.2],
            "n_train": 9,
            "n_test": 1,
        }
    )
    np.testing.assert_allclose(paired_splits(scores, "a", "b")["value"], [0.2, 0.3])
    np.testing.assert_allclose(paired_splits(scores, "b", "a")["value"], [-0.2, -0.3])


def test_a_stored_plan_round_trips(quick):
    stored = quick.meta["plan"]
    plan = Plan.from_dict(stored, n_rows=120, n_classes=2, names=list(stored["models"]))
    assert json.loads(json.dumps(plan.as_dict())) == stored
    former = {
        name: {k: v for k, v in m.items() if k != "dials"} | {"dialed": 5} for name, m in stored["models"].items()
    }
    plan = Plan.from_dict({**stored, "models": former}, n_rows=120, n_classes=2, names=list(former))
    assert all(m.dials == {"hybrid dial": 5, "hybrid dial on squares": 5} for m in plan.models.values())


def test_a_row_with_gaps_costs_gaussians_of_few_rows_the_products_of_these():
    assert pattern_seconds(400, 60, 3) == 3 * (PATTERN_SECONDS + PATTERN_SQUARED * 60**2)
    wide = [pattern_seconds(54, columns, 2) for columns in (1000, 2000, 7000)]
    assert wide[0] < wide[1] < wide[2] < 2e-3
    assert (wide[2] - wide[1]) / (wide[1] - wide[0]) == pytest.approx(5, rel=1e-9)
