"""Losses along the dials: all begin where the learning curve ends, and a pair's crossing is that of any curve."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import genvsdisc as gd
from genvsdisc.study.statistics.conditions import anchored, common_draws
from genvsdisc.study.statistics.crossing import crossing_from_losses
from genvsdisc.study.statistics.dials import (
    ADDED_ROWS,
    DIALS,
    GAPS,
    LABELS_ONLY,
    NOISE,
    SHARES,
    TRAINING_ROWS,
    UNLABELED,
)
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.novelty import novelty_table

VALUES = np.array([0.0, 0.1, 0.25, 0.5, 0.75])


def curve(mean, n_draws=30, n_rows=400, spread=0.01, seed=0):
    rng = np.random.default_rng(seed)
    by_draw = np.asarray(mean)[:, None] + spread * rng.standard_normal((len(mean), n_draws))
    by_row = np.asarray(by_draw.mean(axis=1))[:, None] * np.full(n_rows, 1 / n_rows)
    return CurveLosses(by_draw, by_row, np.full(n_rows, 1 / n_rows))


@pytest.fixture(scope="module")
def result():
    data = gd.datasets.make_gaussian_pair(160, n_features=3, random_state=0)
    roster = [model for model in gd.default_models(data.X) if model.form == "linear"]
    return gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=3, n_repeats=1, n_draws=4), random_state=0)


def test_every_dial_begins_at_the_end_of_the_learning_curve_to_the_last_bit(result):
    ends = result.learning_curves[result.learning_curves.n_train == result.learning_curves.n_train.max()]
    plain = ends.set_index(["model", "loss"])
    at_zero = result.conditions[result.conditions.value == 0]
    assert set(at_zero.dial) >= {*DIALS} - {TRAINING_ROWS, ADDED_ROWS}
    for row in at_zero.itertuples():
        assert row.mean == plain.loc[(row.model, row.loss), "mean"]
    rows = result.conditions[result.conditions.dial == TRAINING_ROWS]
    assert (rows["mean"].to_numpy() == result.learning_curves["mean"].to_numpy()).all()


def test_a_value_of_a_dial_stands_once_for_each_model_and_loss(result):
    conditions = result.conditions
    assert not conditions.duplicated(["dial", "value", "model", "loss"]).any()
    assert list(conditions.columns) == ["dial", "value", "model", "family", "loss", "mean", "se", "lower", "upper"]
    assert (conditions.lower <= conditions["mean"]).all()
    assert (conditions["mean"] <= conditions.upper).all()
    crossings = result.condition_crossings
    assert {(NOISE, "linear"), (GAPS, "linear"), (SHARES, "linear"), (UNLABELED, "linear")} <= set(
        zip(crossings.dial, crossings.form, strict=True)
    )


def test_a_discriminative_model_learns_nothing_from_rows_without_a_label(result):
    of_logistic = result.conditions[result.conditions.model == "logistic"].set_index(["dial", "value", "loss"])["mean"]
    assert of_logistic[UNLABELED].equals(of_logistic[LABELS_ONLY])


def test_changes_of_a_dial_are_added_to_the_loss_over_all_draws():
    few, all_draws = curve([0.1, 0.3]), curve([0.2], seed=1)
    found = anchored(few, all_draws)
    assert found.mean[0] == pytest.approx(all_draws.mean[0])
    assert np.diff(found.mean) == pytest.approx(np.diff(few.mean))
    assert found.covariance == pytest.approx(few.covariance, abs=1e-12)
    assert found.by_row.sum(axis=1) == pytest.approx(found.mean)


def test_curves_with_more_draws_are_cut_to_those_of_the_other():
    one, two = common_draws(curve([0.1, 0.2], n_draws=30), curve([0.3, 0.1], n_draws=12))
    assert one.by_draw.shape == two.by_draw.shape == (2, 12)
    assert one.mean == pytest.approx(curve([0.1, 0.2], n_draws=30).mean)


@pytest.mark.parametrize("where", [0.2, 0.4, 0.6])
def test_a_crossing_is_found_along_any_dial(where):
    first, second = curve(0.05 + 0.2 * VALUES), curve(0.05 + 0.2 * where + 0 * VALUES, seed=1)
    found = crossing_from_losses(VALUES, first, second, dial=DIALS[GAPS], random_state=0)
    assert found.lower <= where <= found.upper
    assert found.estimate == pytest.approx(where, abs=0.06)
    assert found.leader_smallest == "the generative model"
    assert "of the entries missing at prediction the generative model is ahead" in found.finding
    assert (found.certain[0], found.certain[-1]) == (-1, 1)


def test_novelty_is_averaged_with_the_error_of_draws_that_share_rows():
    scores = pd.DataFrame({"left_out": 1, "score": "p(x)", "draw": range(4), "auroc": [0.7, 0.8, 0.9, 0.8]})
    models = pd.DataFrame({"model": ["a"], "family": ["generative"]})
    sizes = np.array([40, 20])
    (row,) = novelty_table({"a": scores}, models, ["x", "y"], test_fraction=0.25, sizes=sizes).itertuples()
    assert (row.left_out, row.n_draws) == ("y", 4)
    assert row.auroc == pytest.approx(0.8)
    assert row.se == pytest.approx(np.std([0.7, 0.8, 0.9, 0.8], ddof=1) * np.sqrt(1 / 4 + 1 / 3))
    assert 0 <= row.lower < row.auroc < row.upper <= 1
    told = scores.assign(auroc=1.0)  # every row: 20 rows do not show that none is taken for the other class
    (row,) = novelty_table({"a": told}, models, ["x", "y"], test_fraction=0.25, sizes=sizes).itertuples()
    assert (row.auroc, row.upper, row.se) == (1, 1, pytest.approx(1.5 / 20))
    assert row.lower == pytest.approx(1 - 1.5 / 20 * stats.t.ppf(0.975, 3))
