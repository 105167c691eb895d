import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from genvsdisc import GaussianClassifier
from genvsdisc.study.robustness import flipped_weights, label_noise_losses, robustness_table

N = 120


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    codes = np.arange(N) % 3
    return pd.DataFrame(rng.normal(size=(N, 2)) + codes[:, None], columns=["p", "q"]), codes


def test_each_training_row_keeps_one_label_and_held_out_rows_none(table):
    _, codes = table
    train = np.arange(N) < 90
    weights = flipped_weights(codes, train, (0.0, 0.3, 1.0), 50, np.random.RandomState(0)).reshape(3, 50, 3, N)
    assert_array_equal(weights.sum(axis=2), np.broadcast_to(train, (3, 50, N)))
    kept = weights[:, :, codes, np.arange(N)][:, :, train]
    assert kept[0].all()
    assert not kept[2].any()
    flipped = 1 - kept[1].mean()
    assert abs(flipped - 0.3) < 4 * np.sqrt(0.3 * 0.7 / kept[1].size)
    counts = weights[2].sum(axis=(0, 2))
    assert counts.min() > 0.8 * counts.mean()


def test_a_noisy_label_is_a_fit_to_the_noisy_label(table):
    X, codes = table
    held_out = np.arange(90, N)
    found = label_noise_losses(LogisticRegression(), X, codes, held_out, rates=(0.2,), n_draws=2, random_state=3)
    train = np.arange(N) < 90
    weights = flipped_weights(codes, train, (0.2,), 2, np.random.RandomState(3)).reshape(2, 3, N)
    for b in range(2):
        labels = weights[b].argmax(axis=0)[train]
        again = LogisticRegression(tol=1e-8).fit(X[train], labels)
        error = (again.predict(X.iloc[held_out]) != codes[held_out]).mean()
        assert_allclose(found["zero_one"][0, b], error)


def test_ours_and_a_loop_agree(table):
    X, codes = table
    held_out = np.arange(0, N, 4)
    at_once = label_noise_losses(GaussianClassifier(), X, codes, held_out, random_state=0)
    train = np.setdiff1d(np.arange(N), held_out)
    clean = GaussianClassifier().fit(X.iloc[train], codes[train]).predict_proba(X.iloc[held_out])
    assert_allclose(at_once["log_loss"][0], -np.log(clean[np.arange(len(held_out)), codes[held_out]]).mean())
    assert at_once["log_loss"][-1].mean() > at_once["log_loss"][0].mean()


def test_the_table_is_tidy(table):
    X, codes = table
    losses = label_noise_losses(GaussianClassifier(), X, codes, np.arange(30), random_state=0)
    tidy = robustness_table("m", "generative", "linear", losses, 90)
    assert len(tidy) == 15
    assert_allclose(tidy.loc[tidy["noise"] == 0, "se"], 0, atol=1e-15)
    assert tidy.notna().all(axis=None)
