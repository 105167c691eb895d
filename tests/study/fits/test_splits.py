import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.study.fits.splits import bootstrap_weights, cross_validation_draws, nested_draws


def classes(rng, n_classes, n):
    return np.concatenate([np.arange(n_classes)] * 4 + [rng.integers(0, n_classes, n)])


def test_each_row_is_held_out_once_a_repeat():
    codes = classes(np.random.default_rng(0), 3, 70)
    weights, tests = cross_validation_draws(codes, 5, 3, random_state=1)
    assert weights.shape == (15, len(codes))
    for repeat in range(3):
        held_out = np.concatenate(tests[5 * repeat : 5 * repeat + 5])
        assert sorted(held_out) == list(range(len(codes)))
    for row, test in zip(weights, tests, strict=True):
        assert row[test].sum() == 0
        assert row.sum() == len(codes) - len(test)


@given(seed=st.integers(0, 1000), n_classes=st.integers(2, 6), n=st.integers(5, 80), data=st.data())
def test_nested_subsamples_are_nested_stratified_and_apart_from_their_test_rows(seed, n_classes, n, data):
    codes = classes(np.random.default_rng(seed), n_classes, n)
    largest = len(codes) - int(np.ceil(0.25 * len(codes)))
    sizes = np.array(sorted(data.draw(st.sets(st.integers(n_classes, largest), min_size=2, max_size=8))))
    weights, tests = nested_draws(codes, sizes, 3, random_state=seed)
    np.testing.assert_array_equal(weights.sum(axis=2), np.repeat(sizes[:, None], 3, axis=1))
    assert (np.diff(weights.astype(int), axis=0) >= 0).all()
    for b, rows in enumerate(tests):
        assert weights[:, b, rows].sum() == 0
        for s, size in enumerate(sizes):
            taken = np.bincount(codes[weights[s, b] > 0], minlength=n_classes)
            assert taken.min() >= 1
            share = size * np.bincount(codes) / len(codes)
            assert (np.abs(taken - share) <= n_classes + 1).all()


@pytest.mark.parametrize("stratified", [False, True])
def test_bootstrap_counts_have_the_size_asked_for(stratified):
    codes = classes(np.random.default_rng(0), 3, 40)
    for size in (10, len(codes), 500):
        weights = bootstrap_weights(codes, 20, size=size, stratified=stratified, random_state=0)
        assert (weights.sum(axis=1) == size).all()


def test_stratified_bootstrap_keeps_the_class_counts():
    codes = np.repeat([0, 1, 2], [50, 45, 5])
    weights = bootstrap_weights(codes, 30, stratified=True, random_state=0)
    counts = np.stack([weights[:, codes == k].sum(axis=1) for k in range(3)], axis=1)
    assert (counts == [50, 45, 5]).all()


def test_bootstrap_counts_have_the_moments_of_the_bootstrap():
    n, draws = 50, 20_000
    weights = bootstrap_weights(np.zeros(n, dtype=int), draws, random_state=0)
    error = 4 / np.sqrt(draws)
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=error)
    np.testing.assert_allclose(weights.var(axis=0), 1 - 1 / n, atol=6 * error)
    np.testing.assert_allclose((weights > 0).mean(), 1 - (1 - 1 / n) ** n, atol=error)
