"""Weighted sums of products of columns, by every way that the sizes choose, are einsum's."""

import tracemalloc

import numpy as np
import pytest

from genvsdisc.functional.linear.gram import ColumnProducts, packing


# Few products, many weightings, and rows in blocks.
@pytest.mark.parametrize(("n", "d", "M"), [(30, 3, 2), (2000, 8, 100), (40_000, 20, 1), (100_001, 5, 2)])
def test_sums(n, d, M):
    rng = np.random.default_rng(0)
    rows, weights = rng.normal(size=(n, d)), rng.uniform(size=(M, n))
    extended = np.column_stack([rows, np.ones(n)])
    theirs = [(extended * w[:, None]).T @ extended for w in weights]
    np.testing.assert_allclose(ColumnProducts(rows).sums(weights), theirs, rtol=1e-9, atol=1e-9 * n**0.5)


def test_rows_of_one_weighting_are_multiplied_part_by_part_and_never_copied_as_a_whole():
    rng = np.random.default_rng(0)
    rows, weights = rng.normal(size=(8000, 300)), rng.uniform(size=(1, 8000)) * (rng.random(8000) < 0.9)
    extended = np.column_stack([rows, np.ones(8000)])
    theirs = [(extended * weights[0][:, None]).T @ extended]
    tracemalloc.start()
    ours = ColumnProducts(rows).sums(weights)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-7)
    assert peak < 0.75 * rows.nbytes


def test_packing_names_each_pair_once():
    first, second, pair = packing(4)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert pairs == [(i, j) for i in range(4) for j in range(i, 4)]
    for i, j in np.ndindex(4, 4):
        assert pairs[pair[i, j]] == (min(i, j), max(i, j))
