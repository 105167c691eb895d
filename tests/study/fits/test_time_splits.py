import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from genvsdisc.study.design import Design
from genvsdisc.study.evidence import JUDGE
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.fits.time_splits import TimeDraws
from genvsdisc.study.sampling import Sampling


def older(times, train, test):
    assert len(train)
    assert len(test)
    assert times[train].max() < times[test].min()


@given(seed=st.integers(0, 5000), n=st.integers(30, 200), n_times=st.integers(8, 300))
def test_every_training_row_is_older_than_every_row_that_judges_it(seed, n, n_times):
    rng = np.random.default_rng(seed)
    times = np.unique(rng.integers(0, n_times, n), return_inverse=True)[1]
    codes = np.arange(n) % 2
    assume(times.max() >= 5)
    early = np.unique(codes[np.argsort(times, kind="stable")], return_index=True)[1].max()
    assume(early < n // 4)
    sampling = Sampling("time", times)
    draws = make_draws(codes, Design(n_splits=4, n_repeats=3, n_draws=5), seed, sampling)
    assert draws.design.n_repeats == 1
    for row, test in zip(draws.cv_weights, draws.cv_tests, strict=True):
        older(times, np.flatnonzero(row), test)
        assert set(codes[row > 0]) == {0, 1}
        assert set(np.flatnonzero(times < times[test].min())) == set(np.flatnonzero(row))
    assert np.concatenate(draws.cv_tests).size == np.unique(np.concatenate(draws.cv_tests)).size
    for of_size in draws.curve_weights:
        for row, test in zip(of_size, draws.curve_tests, strict=True):
            older(times, np.flatnonzero(row), test)
    for parts in draws.parts:
        older(times, np.flatnonzero(parts < JUDGE), np.flatnonzero(parts == JUDGE))


def test_learning_curves_take_the_most_recent_rows():
    times = np.random.default_rng(0).permutation(200)
    draws = make_draws(np.arange(200) % 2, Design(n_splits=4, n_draws=7), 0, Sampling("time", times))
    for size, of_size in zip(draws.sizes, draws.curve_weights, strict=True):
        for row, test in zip(of_size, draws.curve_tests, strict=True):
            last = times[test].min()
            assert sorted(times[row > 0]) == list(range(last - size, last))
    assert len({tuple(test) for test in draws.curve_tests}) == 7


def test_folds_forward_in_time_are_those_of_sklearn():
    from sklearn.model_selection import TimeSeriesSplit

    weights, tests = TimeDraws(np.arange(120) % 2, Sampling("time", np.arange(120))).folds(5, 1, None)
    expected = list(TimeSeriesSplit(5).split(np.empty((120, 1))))
    for row, test, (train, other) in zip(weights, tests, expected, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(row), train)
        np.testing.assert_array_equal(test, other)


def test_too_few_moments_are_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"need at least 3 different times of .day.*use a finer time, or groups"):
        make_draws(np.arange(40) % 2, Design(n_splits=3), 0, Sampling("time", np.repeat([0, 1], 20), "day"))
    late = np.repeat([0, 1], [39, 1])
    with pytest.raises(ValueError, match="no moment has every class before it"):
        make_draws(late, Design(n_splits=3), 0, Sampling("time", np.arange(40)))
