import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.study.fits.splits import cross_validation_draws, nested_draws


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
