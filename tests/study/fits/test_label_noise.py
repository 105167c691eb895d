"""Noise in the training labels: the stacked table is the loop over relabelled tables."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from genvsdisc import GaussianClassifier
from genvsdisc.study.fits.label_noise import FLIP_RATES, _flipped, _increase, label_noise_curves, noise_table
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.robustness import robustness_table

X, Y = load_iris(return_X_y=True)
HELD_OUT = np.arange(0, 150, 4)
POOL = np.setdiff1d(np.arange(150), HELD_OUT)


def noise_losses(model, X, rates=FLIP_RATES, n_draws=20, size=112, losses=("zero_one", "brier", "log_loss"), seed=0):
    rng = np.random.default_rng(seed)
    training = [np.sort(rng.permutation(POOL)[:size]) for _ in range(n_draws)]
    judges = [HELD_OUT] * n_draws
    curves = label_noise_curves(
        model, X, Y, training, judges, rates=rates, losses=losses, flips=seed, random_state=seed
    )
    return noise_table(curves, rates, training)


def test_rows_are_taken_once_and_flipped_at_the_rate():
    rows = [np.arange(0, 150, 2)] * 400
    for rate in (0.0, 0.1, 0.5):
        weights = _flipped(Y, rows, rate, 0).reshape(400, 3, 150)
        assert (weights.sum(axis=1)[:, rows[0]] == 1).all()
        assert weights.sum() == 400 * 75
        clean = weights[:, Y[rows[0]], rows[0]].mean()
        assert 1 - clean == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / 30000))
    others = weights[:, [1, 2], 0].mean(axis=0)
    assert others == pytest.approx([0.25, 0.25], abs=0.09)


def test_a_label_flipped_at_one_rate_is_flipped_at_every_higher_one():
    rows = [np.arange(150)] * 5
    wrong = [(_flipped(Y, rows, rate, 7).reshape(5, 3, 150)[:, Y, np.arange(150)] == 0) for rate in FLIP_RATES]
    for less, more in pairwise(wrong):
        assert (more | ~less).all()


def test_no_draw_is_left_with_one_class():
    codes = np.array([0, 0, 0, 1])
    weights = _flipped(codes, [np.arange(4)] * 200, 0.5, 0).reshape(200, 2, 4)
    assert (weights.sum(axis=2) > 0).all()


def test_stacked_weights_equal_relabelled_rows():
    rows = [np.arange(1, 150, 2)] * 3
    weights = _flipped(Y, rows, 0.3, 1)
    stacked = GaussianClassifier("separate").fit_replicates(np.tile(X, (3, 1)), np.repeat([0, 1, 2], 150), weights)
    for r in range(3):
        labels = weights[r].reshape(3, 150)[:, rows[r]].argmax(axis=0)
        alone = GaussianClassifier("separate").fit(X[rows[r]], labels)
        assert stacked[r].predict_proba(X) == pytest.approx(alone.predict_proba(X), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("model", [GaussianNB(), GaussianClassifier()])
def test_more_noise_does_harm(model):
    table = pd.concat([noise_losses(model, X, size=30), noise_losses(model, X)])
    assert list(table.columns) == ["noise", "n_train", "loss", "mean", "se", "increase", "increase_se"]
    assert sorted(table["n_train"].unique()) == [30, 112]
    assert len(table) == len(FLIP_RATES) * 2 * 3
    wide = table.pivot_table(index="noise", columns=["n_train", "loss"], values="mean")
    assert (wide.iloc[-1] > wide.iloc[0]).all()
    assert (table.loc[table["noise"] > 0, "se"] > 0).all()


def test_the_error_of_an_increase_is_that_of_the_paired_difference():
    rng = np.random.default_rng(0)
    common = rng.normal(size=12)
    curve = CurveLosses(common + 0.1 * rng.normal(size=(3, 12)), rng.normal(size=(3, 40)) / 40, np.full(40, 1 / 40))
    found = _increase(curve, [0.1, 0.0, 0.3])
    for rate in (0, 2):
        paired = curve.at(np.array([rate])) - curve.at(np.array([1]))
        assert found["increase"][rate] == pytest.approx(paired.mean[0])
        assert found["increase_se"][rate] == pytest.approx(np.sqrt(paired.covariance[0, 0]))
        assert found["increase_se"][rate] < np.sqrt(curve.covariance[[1, rate], [1, rate]].sum())
    assert found["increase_se"][1] == 0
    assert np.isnan(_increase(curve, [0.1, 0.2, 0.3])["increase"]).all()


def test_clean_labels_give_the_ordinary_loss():
    table = noise_losses(GaussianNB(), X, rates=[0.0], n_draws=2)
    training = np.setdiff1d(np.arange(150), HELD_OUT)
    fitted = GaussianNB().fit(X[training], Y[training])
    error = table.loc[table["loss"] == "zero_one", "mean"].item()
    assert error == pytest.approx(1 - fitted.score(X[HELD_OUT], Y[HELD_OUT]))


def test_data_frames_and_seeds():
    options = {"n_draws": 3, "rates": (0.0, 0.2), "seed": 5}
    model = LogisticRegression(max_iter=1000)
    table = noise_losses(model, pd.DataFrame(X, columns=list("abcd")), **options)
    pd.testing.assert_frame_equal(table, noise_losses(model, X, **options))


def test_a_large_table_is_stacked_draw_by_draw(monkeypatch):
    whole = noise_losses(GaussianNB(), X, rates=(0.0,), n_draws=3)
    monkeypatch.setattr("genvsdisc.study.fits.label_noise.STACKED_ROWS", 10)
    by_draw = noise_losses(GaussianNB(), X, rates=(0.0,), n_draws=3)
    pd.testing.assert_frame_equal(by_draw, whole)
    more = noise_losses(GaussianNB(), X, rates=(0.0, 0.3), n_draws=10).query("loss == 'brier'")
    assert more.increase.iloc[1] > 0


def test_table_of_a_comparison():
    measured = {name: noise_losses(GaussianNB(), X, n_draws=2, losses=["brier"]) for name in ("b", "a")}
    models = pd.DataFrame({"model": ["a", "b"], "family": ["generative", "other"], "form": ["linear", ""]})
    table = robustness_table(measured, models)
    assert list(table.columns) == [
        "model",
        "family",
        "form",
        "noise",
        "n_train",
        "loss",
        "mean",
        "se",
        "increase",
        "increase_se",
    ]
    assert list(table["model"].unique()) == ["b", "a"]
    assert set(table.loc[table["model"] == "a", "form"]) == {"linear"}
    assert robustness_table({}, models).empty
