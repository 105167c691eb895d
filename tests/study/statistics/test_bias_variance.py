"""Domingos' decomposition of the 0-1 loss, row by row from his own coefficients."""

import numpy as np
import pytest

from genvsdisc.study.statistics.bias_variance import decompose

TERMS = ["expected", "noise", "bias", "net_variance", "interaction"]


def by_his_coefficients(p, q):
    """Mean over rows of loss, noise, bias, c2 variance and (c1 - 1) noise, written out as in the paper."""
    n_classes, y = p.shape[-1], p.argmax(axis=-1)
    rows = []
    for x in range(len(q)):
        best = q[x].argmax()
        main = np.bincount(y[:, x], minlength=n_classes).argmax()
        hit = np.mean(y[:, x] == best)
        noise = 1 - q[x, best]
        others = [k for k in range(n_classes) if k != best]
        # P(y = t | y != y*, t != y*): both are in the other classes, independently.
        meet = sum(np.mean(y[:, x] == k) * q[x, k] for k in others) / max((1 - hit) * noise, 1e-300)
        c1 = hit - (1 - hit) * meet
        away = y[y[:, x] != main, x]
        c2 = 1.0 if main == best else -np.mean(away == best) if len(away) else 0.0
        loss = sum(q[x, k] * np.mean(y[:, x] != k) for k in range(n_classes))
        rows.append([loss, noise, float(main != best), c2 * np.mean(y[:, x] != main), (c1 - 1) * noise])
    return np.mean(rows, axis=0)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("certain", [False, True])
def test_the_terms_are_those_of_domingos(n_classes, certain):
    rng = np.random.default_rng(n_classes)
    p = rng.dirichlet(np.full(n_classes, 0.7), size=(7, 200))
    q = rng.dirichlet(np.full(n_classes, 0.7), size=200)
    q = np.eye(n_classes)[q.argmax(axis=1)] if certain else q
    terms = decompose(p, q, ["zero_one"]).iloc[0]
    np.testing.assert_allclose(terms[TERMS].astype(float), by_his_coefficients(p, q), rtol=0, atol=1e-12)
    assert terms["expected"] == pytest.approx(terms[TERMS[1:]].sum(), abs=1e-12)


@pytest.mark.parametrize(("n_classes", "fails"), [(2, False), (3, True), (5, True)])
def test_subtracting_the_variance_where_biased_is_right_for_two_classes_only(n_classes, fails):
    rng = np.random.default_rng(n_classes)
    p = rng.dirichlet(np.full(n_classes, 0.7), size=(7, 200))
    q = np.eye(n_classes)[rng.dirichlet(np.full(n_classes, 0.7), size=200).argmax(axis=1)]
    terms = decompose(p, q, ["zero_one"]).iloc[0]
    shares = np.eye(n_classes)[p.argmax(axis=-1)].mean(axis=0)
    sign = np.where(shares.argmax(axis=1) == q.argmax(axis=1), 1, -1)
    naive = terms["bias"] + np.mean(sign * (1 - shares.max(axis=1)))
    assert (abs(naive - terms["expected"]) > 0.01) == fails
