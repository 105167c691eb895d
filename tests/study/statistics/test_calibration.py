"""Calibration: score splits, temperature, and the ECE of a forecaster that is calibrated."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from genvsdisc.study.statistics.calibration import (
    CALIBRATION_COLUMNS,
    calibration_summary,
    calibration_tables,
    event,
    log_loss_refinement,
)
from genvsdisc.study.statistics.reliability import (
    corp_split,
    expected_calibration_error,
    reliability_curve,
)


@pytest.fixture
def forecasts():
    """Overconfident forecasts of 400 events, with ties."""
    rng = np.random.default_rng(0)
    p = rng.beta(2, 2, size=400).round(2)
    return np.clip(1.4 * p - 0.2, 0, 1), (rng.random(400) < p).astype(int)


@pytest.fixture(params=[2, 3, 10])
def logits(request):
    """Logits twice too large, and labels."""
    rng = np.random.default_rng(request.param)
    z = rng.normal(size=(300, request.param))
    codes = (softmax(z, axis=1).cumsum(axis=1) > rng.random((300, 1))).argmax(axis=1)
    return 2 * z, codes


# Isotonic splits ----------------------------------------------------------------------------------------------------


def test_corp_split_by_hand():
    assert corp_split(np.array([-1, 1, 1, 2]), np.array([0, 0, 1, 1])) == (0.75, 0.625, 0.125, 0.25)


@pytest.mark.parametrize("score", ["brier", "log_loss"])
def test_corp_split_is_the_score_before_and_after_isotonic_regression(forecasts, score):
    f, o = forecasts
    metric = {"brier": brier_score_loss, "log_loss": log_loss}[score]
    split = corp_split(f, o, score)
    recalibrated = IsotonicRegression().fit(f, o).predict(f)
    assert split.score == pytest.approx(metric(o, f), rel=1e-12)
    assert split.score - split.miscalibration == pytest.approx(metric(o, recalibrated), rel=1e-12)
    assert split.uncertainty == pytest.approx(metric(o, np.full(len(o), o.mean())), rel=1e-12)
    assert split.score == pytest.approx(split.miscalibration - split.discrimination + split.uncertainty, rel=1e-12)


@pytest.mark.parametrize("score", ["brier", "log_loss"])
def test_miscalibration_and_discrimination_are_never_negative(score):
    rng = np.random.default_rng(1)
    splits = np.array([corp_split(rng.random(30), rng.integers(2, size=30), score) for _ in range(200)])
    assert splits[:, 1:3].min() >= -1e-15


@pytest.mark.parametrize("outcome", [0, 1])
def test_an_event_that_never_varies_has_no_uncertainty(outcome):
    split = corp_split(np.array([0.2, 0.7]), np.full(2, outcome), "log_loss")
    assert split.uncertainty == split.discrimination == 0
    assert split.score == split.miscalibration > 0


def test_a_recalibrated_forecast_is_calibrated(forecasts):
    f, o = forecasts
    recalibrated = IsotonicRegression().fit(f, o).predict(f)
    assert corp_split(recalibrated, o).miscalibration == pytest.approx(0, abs=1e-15)
    assert corp_split(f, o).miscalibration > 0.01


def test_unknown_score():
    with pytest.raises(ValueError, match="score must be one of brier, log_loss, got 'hinge'"):
        corp_split(np.array([0.5]), np.array([1]), "hinge")


def test_reliability_steps_are_those_of_isotonic_regression(forecasts):
    f, o = forecasts
    steps = reliability_curve(f, o)
    levels, counts = np.unique(IsotonicRegression().fit(f, o).predict(f).round(12), return_counts=True)
    np.testing.assert_allclose(steps["observed"], levels, atol=1e-12)
    np.testing.assert_array_equal(steps["n"], counts)
    assert (steps["forecast"].diff().dropna() > 0).all()
    assert np.average(steps["forecast"], weights=steps["n"]) == pytest.approx(f.mean(), rel=1e-12)


def test_long_curves_are_pooled_without_losing_rows():
    rng = np.random.default_rng(2)
    f = rng.random(200_000)
    o = (rng.random(200_000) < f).astype(int)
    whole, pooled = reliability_curve(f, o), reliability_curve(f, o, max_points=60)
    assert len(whole) > 60 >= len(pooled) > 30
    assert pooled["n"].sum() == 200_000
    assert (pooled["observed"].diff().dropna() > 0).all()
    assert pooled["observed"] @ pooled["n"] == pytest.approx(o.sum(), rel=1e-12)
    np.testing.assert_allclose(pooled["forecast"], pooled["observed"], atol=0.03)


# Expected calibration error -----------------------------------------------------------------------------------------


def test_ece_of_a_calibrated_forecaster():
    rng = np.random.default_rng(5)
    pairs = []
    for _ in range(2000):
        p = rng.random(1000)
        pairs.append(expected_calibration_error(p, (rng.random(1000) < p).astype(int)))
    ece, null = np.mean(pairs, axis=0)
    assert ece == pytest.approx(0.0386, abs=0.001)
    assert null == pytest.approx(ece, abs=3e-4)


def test_ece_null_is_exact_for_bins_of_a_few_rows():
    """Three forecasts of .3 and one of .95: the expectation over the 16 outcomes, weighed."""
    f = np.array([0.3, 0.3, 0.3, 0.95])
    outcomes = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T
    weights = np.prod(np.where(outcomes == 1, f, 1 - f), axis=1)
    expected = weights @ [expected_calibration_error(f, o)[0] for o in outcomes]
    assert expected_calibration_error(f, outcomes[0])[1] == pytest.approx(expected, rel=1e-12)


def test_ece_of_certain_forecasts():
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([1, 1])) == (0.5, 0.0)


# Temperature --------------------------------------------------------------------------------------------------------


def test_temperature_satisfies_its_equation(logits):
    z, codes = logits
    split = log_loss_refinement(z, codes)
    p = softmax(z / split.temperature, axis=1)
    assert np.mean(z[np.arange(300), codes]) == pytest.approx(np.mean((p * z).sum(axis=1)), abs=1e-10)
    assert split.temperature == pytest.approx(2, rel=0.4)


def test_temperature_keeps_decisions_and_lowers_the_loss(logits):
    z, codes = logits
    split = log_loss_refinement(z, codes)
    scaled = softmax(z / split.temperature, axis=1)
    np.testing.assert_array_equal(scaled.argmax(axis=1), z.argmax(axis=1))
    labels = np.arange(z.shape[1])
    assert split.log_loss == pytest.approx(log_loss(codes, softmax(z, axis=1), labels=labels), rel=1e-10)
    assert split.refinement == pytest.approx(log_loss(codes, scaled, labels=labels), rel=1e-10)
    assert split.log_loss == pytest.approx(split.refinement + split.calibration, rel=1e-12)
    assert split.calibration > 0


def test_temperature_keeps_the_ranking_of_two_classes():
    rng = np.random.default_rng(6)
    z = np.column_stack([np.zeros(100), rng.normal(size=100)])
    codes = (rng.random(100) < softmax(2 * z, axis=1)[:, 1]).astype(int)
    t = log_loss_refinement(z, codes).temperature
    assert t < 1
    assert roc_auc_score(codes, z[:, 1]) == roc_auc_score(codes, softmax(z / t, axis=1)[:, 1])


def test_no_finite_temperature():
    z = np.array([[1.0, 0.0], [0.0, 1.0]])
    right, wrong = log_loss_refinement(z, np.array([0, 1])), log_loss_refinement(z, np.array([1, 0]))
    assert right.temperature == pytest.approx(1e-3)
    assert right.refinement == pytest.approx(0, abs=1e-12)
    assert wrong.temperature == pytest.approx(1e3)
    assert wrong.refinement == pytest.approx(np.log(2), abs=1e-3)


# Tables -------------------------------------------------------------------------------------------------------------


def test_summary_agrees_with_the_metrics_and_adds_up(logits):
    z, codes = logits
    p = softmax(z, axis=1)
    summary = calibration_summary(p, codes)
    brier = np.mean(np.sum((p - np.eye(p.shape[1])[codes]) ** 2, axis=1))
    assert summary["brier"] == pytest.approx(brier, rel=1e-12)
    split = summary["miscalibration"] - summary["discrimination"] + summary["uncertainty"]
    assert split == pytest.approx(brier, rel=1e-12)
    assert summary["log_loss"] == pytest.approx(log_loss(codes, p), rel=1e-12)
    assert summary["refinement"] + summary["calibration"] == pytest.approx(summary["log_loss"], rel=1e-12)
    assert np.isfinite(list(summary.values())).all()


def test_two_classes_split_like_their_second():
    rng = np.random.default_rng(7)
    f, o = rng.random(100), rng.integers(2, size=100)
    summary = calibration_summary(np.column_stack([1 - f, f]), o)
    one = corp_split(f, o)
    assert summary["miscalibration"] == pytest.approx(2 * one.miscalibration, rel=1e-10)
    assert summary["discrimination"] == pytest.approx(2 * one.discrimination, rel=1e-10)


def test_event_of_two_and_of_more_classes():
    p = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    np.testing.assert_array_equal(event(p, np.array([1, 2])), [[0.5, 0.6], [1, 0]])
    np.testing.assert_array_equal(event(p[:, :2], np.array([1, 0])), [[0.5, 0.3], [1, 0]])


def test_certain_and_wrong_probabilities_stay_finite():
    p = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    assert np.isfinite(list(calibration_summary(p, np.array([0, 0, 1])).values())).all()


def test_tables_of_a_comparison(logits):
    z, codes = logits
    sharp, flat = softmax(z, axis=1), softmax(z / 2, axis=1)
    calibration, reliability = calibration_tables([("sharp", "generative", sharp), ("flat", "other", flat)], codes)
    assert tuple(calibration.columns) == CALIBRATION_COLUMNS
    assert list(reliability.columns) == ["model", "family", "forecast", "observed", "n"]
    assert list(calibration["model"]) == ["sharp", "flat"]
    assert calibration["temperature"][0] == pytest.approx(2 * calibration["temperature"][1], rel=1e-6)
    assert calibration["refinement"][0] == pytest.approx(calibration["refinement"][1], rel=1e-9)
    assert reliability.groupby("model")["n"].sum().eq(300).all()


def test_tables_without_models():
    calibration, reliability = calibration_tables([], np.array([0, 1]))
    assert calibration.empty
    assert tuple(calibration.columns) == CALIBRATION_COLUMNS
    assert list(reliability.columns) == ["model", "family", "forecast", "observed", "n"]
