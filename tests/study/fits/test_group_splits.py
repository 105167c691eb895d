import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from genvsdisc.study.design import Design
from genvsdisc.study.fits.group_splits import GroupDraws
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.sampling import Sampling


@st.composite
def grouped(draw):
    """Classes and groups of random sizes; every class lives in at least three groups."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n_groups, n_classes = draw(st.integers(7, 40)), draw(st.integers(2, 3))
    sizes = 1 + rng.geometric(draw(st.sampled_from([0.05, 0.2, 0.9])), n_groups)
    groups = rng.permutation(np.repeat(np.arange(n_groups), sizes))
    favorite = rng.integers(0, n_classes, n_groups)
    loyal = rng.random(len(groups)) < draw(st.sampled_from([0.0, 0.7, 1.0]))
    codes = np.where(loyal, favorite[groups], rng.integers(0, n_classes, len(groups)))
    held = [len(np.unique(groups[codes == k])) for k in range(n_classes)]
    assume(min(held) >= 3)
    return codes, Sampling("groups", groups.astype(np.intp))


def apart(codes, groups, weights, tests):
    """No group on both sides, every class to learn from."""
    for row, test in zip(weights, tests, strict=True):
        train = np.flatnonzero(row)
        assert len(test)
        assert not set(groups[train]) & set(groups[test])
        assert set(codes[train]) == set(codes)


@given(case=grouped(), seed=st.integers(0, 99))
def test_no_draw_has_a_group_on_both_sides_and_each_training_set_has_every_class(case, seed):
    codes, sampling = case
    groups = sampling.codes
    draws = make_draws(codes, Design(n_splits=3, n_repeats=2, n_draws=4), seed, sampling)
    apart(codes, groups, draws.cv_weights, draws.cv_tests)
    for of_size in draws.curve_weights:
        apart(codes, groups, of_size, draws.curve_tests)
    for parts in draws.parts:
        assert all(len(np.unique(parts[groups == g])) == 1 for g in np.unique(groups))
    again = make_draws(codes, Design(n_splits=3, n_repeats=2, n_draws=4), seed, sampling)
    assert again.fingerprint() == draws.fingerprint()


@given(case=grouped(), seed=st.integers(0, 99))
def test_draws_hold_whole_groups_nested_and_say_their_mean_size(case, seed):
    codes, sampling = case
    draws = make_draws(codes, Design(n_splits=3, n_repeats=1, n_draws=5), seed, sampling)
    for weights in (draws.cv_weights, *draws.curve_weights):
        for row in weights:
            by_group = [set(row[sampling.codes == g]) for g in np.unique(sampling.codes)]
            assert max(map(len, by_group)) == 1
    assert (np.diff(draws.curve_weights.astype(int), axis=0) >= 0).all()
    np.testing.assert_allclose(draws.sizes, draws.curve_weights.sum(axis=2).mean(axis=1), atol=0.5)
    folds = np.concatenate(draws.cv_tests)
    assert sorted(folds) == list(range(len(codes)))


def test_the_ratio_of_the_corrected_test_is_the_same_in_groups_and_in_rows():
    groups = np.repeat(np.arange(20), np.arange(1, 21))
    codes = np.arange(len(groups)) % 2
    _, tests = GroupDraws(codes, Sampling("groups", groups)).folds(5, 1, np.random.RandomState(0))
    in_rows = np.mean([len(test) / len(codes) for test in tests])
    in_groups = np.mean([len(np.unique(groups[test])) / 20 for test in tests])
    assert in_rows == pytest.approx(in_groups) == pytest.approx(1 / 5)


def test_repeats_are_other_partitions_one_for_every_twenty_groups():
    groups = np.repeat(np.arange(100), np.random.default_rng(0).integers(3, 20, 100))
    codes = np.random.default_rng(1).integers(0, 2, len(groups))
    tests = GroupDraws(codes, Sampling("groups", groups)).folds(4, 10, np.random.RandomState(0))[1]
    assert len(tests) == 20
    together = [np.stack([np.isin(np.arange(len(groups)), test) for test in tests[i : i + 4]]) for i in range(0, 20, 4)]
    pairs = [(a[:, None] & b[None]).sum(axis=2) / len(groups) for a in together for b in together if a is not b]
    assert np.max(pairs) < 0.15  # two folds of different repeats share a 16th of the rows
    few = Sampling("groups", groups // 9)
    assert len(GroupDraws(codes, few).folds(4, 10, np.random.RandomState(0))[1]) == 4
    assert len(GroupDraws(codes, few).folds(12, 5, np.random.RandomState(0))[1]) == 12
    draws = make_draws(codes, Design(n_splits=4, n_repeats=5, n_draws=2), 0, few)
    assert (draws.design.n_splits, draws.design.n_repeats) == (4, 1)


def test_sizes_asked_for_in_rows_become_whole_groups():
    groups = np.repeat(np.arange(20), 10)
    codes = np.arange(200) % 2
    draws = make_draws(codes, Design(n_splits=5, n_draws=3, train_sizes=[20, 98]), 0, Sampling("groups", groups))
    assert draws.sizes.tolist() == [20, 100]


def test_sizes_of_rows_that_count_once_or_twice_are_different():
    counts = 1 + np.arange(90) % 2
    sampling = Sampling("groups", np.arange(90), counts=counts)
    for seed in range(40):
        draws = make_draws(np.arange(90) % 3, Design(n_splits=2, n_repeats=1, n_draws=2), seed, sampling)
        assert (np.diff(draws.sizes) > 0).all()


@pytest.mark.parametrize("seed", range(20))
def test_sizes_of_rows_of_any_mass_are_different(seed):
    """Two sizes of four rows, both rounded, had one place on the map of conditions, which could not be made."""
    counts = np.random.default_rng(seed).uniform(0.1, 1.1, 60)
    sampling = Sampling("groups", np.arange(60), counts=counts)
    draws = make_draws(np.arange(60) % 2, Design(n_splits=2, n_repeats=1, n_draws=3), seed, sampling)
    assert (np.diff(draws.sizes) > 0).all()


def test_too_few_groups_are_refused_with_a_remedy():
    codes, groups = np.arange(40) % 2, np.repeat(np.arange(4), 10)
    with pytest.raises(ValueError, match=r"10 folds need as many groups of 'who', got 4: use Design\(n_splits=4\)"):
        make_draws(codes, Design(), 0, Sampling("groups", groups, "who"))
    with pytest.raises(ValueError, match="leaves none of 2 groups to train on: lower test_size"):
        make_draws(codes, Design(n_splits=2, test_size=0.6), 0, Sampling("groups", groups // 2))
    alone = Sampling("groups", np.repeat([0, 1], 20))
    with pytest.raises(ValueError, match="leave some training set without a class"):
        make_draws(np.repeat([0, 1], 20), Design(n_splits=2), 0, alone)


def test_rows_of_small_weight_are_one_row_at_least():
    """No training set is of 0 rows, whose logarithm would place it on the learning curve."""
    weights = np.where(np.arange(90) < 1, 1000, 0.1)
    sampling = Sampling("groups", np.arange(90), counts=weights * 90 / weights.sum(), single=True)
    sizes, drawn, _ = GroupDraws(np.arange(90) % 2, sampling).curve(Design(n_draws=3), np.random.RandomState(0))
    assert sizes[0] >= 1
    assert len(sizes) == len(drawn) == len(set(sizes.tolist()))
