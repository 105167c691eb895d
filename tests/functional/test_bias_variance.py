"""Identities of bias, variance and noise, checked against the definitions written out."""

import numpy as np
import pytest
from scipy.special import rel_entr

from genvsdisc.functional.bias_variance import (
    brier_contributions,
    kohavi_wolpert_contributions,
    log_loss_contributions,
    noise,
)
from genvsdisc.study.statistics.bias_variance import decompose

EXACT = {"rtol": 0, "atol": 1e-12}
CLASSES = pytest.mark.parametrize("n_classes", [2, 3, 5])


@pytest.fixture
def predictions(n_classes):
    """Probabilities of 7 models for 200 rows, and a law of the label."""
    rng = np.random.default_rng(n_classes)
    p = rng.dirichlet(np.full(n_classes, 0.7), size=(7, 200))
    q = rng.dirichlet(np.full(n_classes, 0.7), size=200)
    return p, q


def shares_of(p):
    return np.eye(p.shape[-1])[p.argmax(axis=-1)].mean(axis=0)


@CLASSES
def test_zero_one_terms_are_those_of_domingos_with_his_own_coefficients(predictions):
    """``E L = c1 N + B + c2 V`` row by row; net_variance is c2 V and interaction (c1 - 1) N."""
    p, q = predictions
    shares = shares_of(p)
    best, main = q.argmax(axis=1), shares.argmax(axis=1)
    at = lambda values, k: values[np.arange(len(values)), k]  # noqa: E731
    right, noise_of = at(shares, best), 1 - at(q, best)
    hits = (shares * q).sum(axis=1) - right * at(q, best)  # y = t, and neither is y*
    c1 = right - np.divide(hits, noise_of)
    variance = 1 - at(shares, main)
    c2 = np.where(main == best, 1.0, -np.divide(right, variance, out=np.zeros_like(right), where=variance > 0))
    row = decompose(p, q, ["zero_one"]).iloc[0]
    expected = {
        "bias": main != best,
        "variance": variance,
        "net_variance": c2 * variance,
        "noise": noise_of,
        "interaction": (c1 - 1) * noise_of,
        "expected": c1 * noise_of + (main != best) + c2 * variance,
    }
    for term, values in expected.items():
        np.testing.assert_allclose(row[term], values.mean(), **EXACT, err_msg=term)


@CLASSES
def test_kohavi_wolpert(predictions, n_classes):
    p, q = predictions
    shares = shares_of(p)
    loss, variance = (c.mean(axis=0) for c in kohavi_wolpert_contributions(np.eye(n_classes)[p.argmax(axis=-1)], q))
    np.testing.assert_allclose(loss, 1 - (shares * q).sum(axis=1), **EXACT)
    np.testing.assert_allclose(variance, (1 - (shares**2).sum(axis=1)) / 2, **EXACT)
    bias = ((q - shares) ** 2).sum(axis=1) / 2
    np.testing.assert_allclose(loss, noise(q, "zero_one_kohavi_wolpert") + bias + variance, **EXACT)


@CLASSES
def test_brier(predictions, n_classes):
    p, q = predictions
    loss, variance = (c.mean(axis=0) for c in brier_contributions(p, q))
    of_label = ((p[..., None, :] - np.eye(n_classes)) ** 2).sum(axis=-1)  # (S, n, label)
    np.testing.assert_allclose(loss, np.einsum("snk,nk->n", of_label, q) / len(p), **EXACT)
    bias = ((p.mean(axis=0) - q) ** 2).sum(axis=1)
    np.testing.assert_allclose(loss, noise(q, "brier") + bias + variance, **EXACT)


@CLASSES
def test_log_loss(predictions):
    p, q = predictions
    loss, variance = (c.mean(axis=0) for c in log_loss_contributions(p, q, floor=0.0))
    geometric = np.exp(np.log(p).mean(axis=0))
    z = geometric.sum(axis=1)
    center = geometric / z[:, None]
    np.testing.assert_allclose(loss, -(q * np.log(p)).sum(axis=2).mean(axis=0), rtol=1e-12, atol=0)
    np.testing.assert_allclose(variance, -np.log(z), **EXACT)
    np.testing.assert_allclose(variance, rel_entr(center, p).sum(axis=2).mean(axis=0), **EXACT)
    bias = rel_entr(q, center).sum(axis=1)
    np.testing.assert_allclose(loss, noise(q, "log_loss") + bias + variance, rtol=1e-12, atol=1e-12)


def test_a_certain_and_wrong_model_costs_the_floor():
    p = np.array([[[0.0, 1.0]], [[0.5, 0.5]]])
    loss, variance = log_loss_contributions(p, np.array([[1.0, 0.0]]), floor=1e-10)
    assert loss[0, 0] == pytest.approx(10 * np.log(10))
    assert np.isfinite(variance).all()
