"""Separation against its dual, and margins by hand."""

import numpy as np
import pytest
from scipy.optimize import linprog

from genvsdisc.functional.linear.separation import is_quasi_separated, margins


def overlap(X, codes):
    """Stiemke's alternative: the margins have no direction of recession if some positive weights balance them."""
    n, K = len(X), codes.max() + 1
    rows = np.column_stack([X, np.ones(n)])
    balanced = []
    for i in range(n):
        for k in range(K):
            if k != codes[i]:
                margin = np.zeros((K, rows.shape[1]))
                margin[codes[i]], margin[k] = rows[i], -rows[i]
                balanced.append(margin.ravel())
    program = linprog(
        np.zeros(len(balanced)), A_eq=np.array(balanced).T, b_eq=np.zeros(K * rows.shape[1]), bounds=(1, None)
    )
    return program.status == 0


@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_as_the_dual_program_says(n_classes):
    rng = np.random.default_rng(n_classes)
    found, dual = [], []
    for _ in range(150):
        n = rng.integers(2 * n_classes, 7 * n_classes)
        # Few different values, so that rows often lie on the boundary.
        X, codes = rng.integers(0, 3, size=(n, 2)).astype(float), rng.permutation(np.arange(n) % n_classes)
        found.append(is_quasi_separated(X, codes))
        dual.append(not overlap(X, codes))
    assert found == dual
    assert 0.1 < np.mean(found) < 0.95


def test_units_and_absent_codes_do_not_matter():
    X, codes = np.array([[0.0], [1.0], [1.0], [2.0]]), np.array([2, 2, 5, 5])
    for scale in (1e-8, 1.0, 1e8):
        assert is_quasi_separated((X - 1) * scale, codes) or scale < 1e-6  # columns are scaled by the caller
    assert not is_quasi_separated(X, np.array([2, 5, 5, 2]))


def test_margins_are_logits_less_the_largest_other():
    X, codes = np.array([[1.0], [2.0]]), np.array([0, 2])
    theta = np.array([[1.0, 0.0], [2.0, 0.0], [0.5, 1.0]])
    np.testing.assert_allclose(margins(X, codes, theta, np.ones(3, bool)), [1 - 2, 2 - 4])
    np.testing.assert_allclose(margins(X, codes, theta, np.array([True, False, True])), [1 - 1.5, 2 - 2])
    np.testing.assert_allclose(margins(X, np.array([1, 0]), theta[:1], np.ones(2, bool)), [1, -2])
