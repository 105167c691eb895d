"""Mini-batches: each row of positive weight once an epoch, and the mean over an epoch is the weighted mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genvsdisc.functional.descent.batches import Batches, whole

WEIGHTS = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 25)), elements=st.sampled_from([0.0, 1.0, 2.5]))


def stack(weights, batch_size):
    """Members of falling numbers of batches, each with a row that weighs something."""
    weights = weights.copy()
    weights[weights.sum(axis=1) == 0, 0] = 1
    weights = weights[np.argsort(-(weights > 0).sum(axis=1), kind="stable")]
    return weights, Batches(weights, batch_size, [np.random.default_rng(r) for r in range(len(weights))])


def rows_of(batch, n):
    return np.tile(np.arange(n), (len(batch.members), 1)) if batch.rows is None else batch.rows


@given(WEIGHTS, st.integers(1, 30))
def test_an_epoch_takes_each_row_once_and_averages_to_the_weighted_mean(weights, batch_size):
    weights, batches = stack(weights, batch_size)
    losses = np.random.default_rng(0).normal(size=weights.shape)
    for _ in range(2):
        taken, totals = np.zeros(weights.shape, dtype=int), np.zeros(len(weights))
        for step, batch in enumerate(batches.epoch()):
            for member, rows, w in zip(batch.members, rows_of(batch, weights.shape[1]), batch.weights, strict=True):
                present = w > 0
                np.add.at(taken[member], rows[present], 1)
                totals[member] += batches.shares[member, step] * (w[present] @ losses[member, rows[present]])
                assert present.sum() <= batch_size
        np.testing.assert_array_equal(taken, weights > 0)
        mean = np.array([np.average(values, weights=w) for values, w in zip(losses, weights, strict=True)])
        np.testing.assert_allclose(totals, mean, atol=1e-12)
    np.testing.assert_allclose(batches.shares.sum(axis=1), 1)


@given(WEIGHTS)
def test_the_whole_is_one_batch(weights):
    weights, _ = stack(weights, None)
    batch = whole(weights)
    values = np.random.default_rng(0).normal(size=weights.shape)
    rows = rows_of(batch, weights.shape[1])
    mean = [np.average(v, weights=w) for v, w in zip(values, weights, strict=True)]
    np.testing.assert_allclose((np.take_along_axis(values, rows, axis=1) * batch.weights).sum(axis=1), mean, atol=1e-12)
    np.testing.assert_allclose(batch.weights.sum(axis=1), 1)


def test_a_member_draws_the_same_in_any_stack():
    weights = np.random.default_rng(0).integers(0, 3, size=(3, 40)).astype(float)
    weights, together = stack(weights, 7)
    alone = Batches(weights[[1]], 7, [np.random.default_rng(1)])
    together.take(np.array([1]))
    for ours, theirs in zip(together.epoch(), alone.epoch(), strict=True):
        np.testing.assert_array_equal(ours.rows, theirs.rows)
        np.testing.assert_array_equal(ours.weights, theirs.weights)
        assert (ours.members.tolist(), theirs.members.tolist()) == ([1], [0])


@pytest.mark.parametrize(("m", "batch_size"), [(10, 3), (9, 3), (1, 5), (7, 7), (8, 7)])
def test_sizes_differ_by_at_most_one(m, batch_size):
    batches = Batches(np.ones((1, m)), batch_size, [np.random.default_rng(0)])
    sizes = [int((batch.weights > 0).sum()) for batch in batches.epoch()]
    assert len(sizes) == -(-m // batch_size)
    assert max(sizes) - min(sizes) <= 1
