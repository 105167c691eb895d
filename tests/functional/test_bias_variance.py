"""Identities of bias, variance and noise, checked against the definitions written out."""

import numpy as np
import pytest
from scipy.special import rel_entr

from genvsdisc.functional.bias_variance import (
    breiman,
    brier_contributions,
    diversity,
    domingos,
    james,
    kohavi_wolpert_contributions,
    kong_dietterich,
    log_loss_contributions,
    noise,
)

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
def test_domingos_with_his_own_coefficients(predictions, n_classes):
    p, q = predictions
    shares, y = shares_of(p), p.argmax(axis=-1)
    terms = domingos(shares, q)
    for x in range(200):
        best = q[x].argmax()
        main = np.bincount(y[:, x], minlength=n_classes).argmax()
        hit = np.mean(y[:, x] == best)
        others = [k for k in range(n_classes) if k != best]
        noise_x = 1 - q[x, best]
        # P(y = t | y != y*, t != y*): both are in the other classes, independently.
        meet = sum(shares[x, k] * q[x, k] for k in others) / max((1 - hit) * noise_x, 1e-300)
        c1 = hit - (1 - hit) * meet
        away = y[y[:, x] != main, x]
        c2 = {True: 1.0, False: -float(np.mean(np.append(away, -1)[: max(len(away), 1)] == best))}[bool(main == best)]
        variance = np.mean(y[:, x] != main)
        loss = np.mean([q[x, k] * (y[:, x] != k).mean() for k in range(n_classes)]) * n_classes
        np.testing.assert_allclose(terms.loss[x], loss, **EXACT)
        np.testing.assert_allclose(loss, c1 * noise_x + float(main != best) + c2 * variance, **EXACT)
        np.testing.assert_allclose(terms.weighted_noise[x], c1 * noise_x, **EXACT)
        np.testing.assert_allclose(terms.net_variance[x], c2 * variance, **EXACT)
        np.testing.assert_allclose(terms.variance[x], variance, **EXACT)
        np.testing.assert_allclose(terms.noise[x], noise_x, **EXACT)


@CLASSES
def test_without_noise_the_error_is_bias_plus_net_variance(predictions, n_classes):
    p, q = predictions
    certain = np.eye(n_classes)[q.argmax(axis=1)]
    terms = domingos(shares_of(p), certain)
    np.testing.assert_allclose(terms.loss, terms.bias + terms.net_variance, **EXACT)
    np.testing.assert_array_equal(terms.noise, 0)
    np.testing.assert_allclose(terms.weighted_noise, 0, **EXACT)


@pytest.mark.parametrize(("n_classes", "fails"), [(2, False), (3, True), (5, True)])
def test_c2_of_minus_one_is_right_for_two_classes_only(predictions, n_classes, fails):
    p, q = predictions
    terms = domingos(shares_of(p), np.eye(n_classes)[q.argmax(axis=1)])
    naive = np.mean(terms.bias + (1 - 2 * terms.bias) * terms.variance)
    assert (abs(naive - terms.loss.mean()) > 0.01) == fails


@CLASSES
def test_kohavi_wolpert(predictions, n_classes):
    p, q = predictions
    shares = shares_of(p)
    loss, variance = (c.mean(axis=0) for c in kohavi_wolpert_contributions(np.eye(n_classes)[p.argmax(axis=-1)], q))
    np.testing.assert_allclose(loss, domingos(shares, q).loss, **EXACT)
    np.testing.assert_allclose(variance, (1 - (shares**2).sum(axis=1)) / 2, **EXACT)
    bias = ((q - shares) ** 2).sum(axis=1) / 2
    np.testing.assert_allclose(loss, noise(q, "zero_one_kohavi_wolpert") + bias + variance, **EXACT)


@CLASSES
@pytest.mark.parametrize("decomposition", [breiman, james, kong_dietterich])
def test_other_zero_one_decompositions_add_up(predictions, decomposition):
    p, q = predictions
    terms = decomposition(shares_of(p), q)
    np.testing.assert_allclose(terms.loss, terms.noise + terms.bias + terms.variance, **EXACT)
    np.testing.assert_allclose(terms.loss, domingos(shares_of(p), q).loss, **EXACT)


@CLASSES
def test_signs_of_the_other_decompositions(predictions):
    p, q = predictions
    shares = shares_of(p)
    b = breiman(shares, q)
    assert min(b.bias.min(), b.variance.min()) >= 0
    assert np.all(b.bias * b.variance == 0)
    assert james(shares, q).variance.min() < 0
    assert james(shares, q).bias.min() >= 0
    assert kong_dietterich(shares, q).variance.min() < 0


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


@CLASSES
def test_an_ensemble_gains_its_diversity_whatever_the_label(predictions, n_classes):
    p, _ = predictions
    geometric = np.exp(np.log(p).mean(axis=0))
    geometric /= geometric.sum(axis=1, keepdims=True)
    for label in np.eye(n_classes):
        mean_brier, brier = ((p - label) ** 2).sum(axis=2).mean(axis=0), ((p.mean(axis=0) - label) ** 2).sum(axis=1)
        np.testing.assert_allclose(mean_brier - brier, diversity(p, "brier"), **EXACT)
        mean_log, log = -(np.log(p) @ label).mean(axis=0), -np.log(geometric) @ label
        np.testing.assert_allclose(mean_log - log, diversity(p, "log_loss"), **EXACT)


def test_a_certain_and_wrong_model_costs_the_floor():
    p = np.array([[[0.0, 1.0]], [[0.5, 0.5]]])
    loss, variance = log_loss_contributions(p, np.array([[1.0, 0.0]]), floor=1e-10)
    assert loss[0, 0] == pytest.approx(10 * np.log(10))
    assert np.isfinite(variance).all()
