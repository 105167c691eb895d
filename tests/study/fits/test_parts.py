"""Parts of a table that share no row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.study.evidence import JUDGE
from genvsdisc.study.fits.parts import UNUSED, disjoint_parts, training_weights
from genvsdisc.study.sampling import Sampling


@given(seed=st.integers(0, 1000), n=st.integers(12, 300), n_classes=st.integers(2, 5), balanced=st.booleans())
def test_parts_are_disjoint_and_quarters_of_one_size(seed, n, n_classes, balanced):
    rng = np.random.default_rng(seed)
    codes = (
        np.arange(n) % n_classes if balanced else np.sort(np.r_[:n_classes, rng.integers(0, n_classes, n - n_classes)])
    )
    parts = disjoint_parts(codes, 3, random_state=seed)
    assert parts.shape == (3, n)
    counts = np.stack([np.bincount(row, minlength=UNUSED + 1) for row in parts])
    assert (counts[:, :4] == counts[0, 0]).all()
    assert (counts[:, JUDGE] == round(0.25 * n)).all()
    assert counts[:, UNUSED].max() <= 3
    quarters, halves = training_weights(parts, 1), training_weights(parts, 2)
    assert (quarters.reshape(3, 4, n).sum(axis=1) == (parts < 4)).all()
    np.testing.assert_array_equal(quarters.reshape(3, 2, 2, n).sum(axis=2).reshape(6, n), halves)


@pytest.mark.parametrize("shares", [(30, 30, 30), (40, 40), (25, 24, 25)])
def test_classes_of_one_size_keep_their_shares(shares):
    codes = np.repeat(np.arange(len(shares)), shares)
    for row in disjoint_parts(codes, 20, random_state=0):
        of_quarters = np.stack([np.bincount(codes[row == q], minlength=len(shares)) for q in range(4)])
        assert np.ptp(of_quarters) <= 2


def test_classes_of_unequal_size_vary_as_rows_drawn_at_random_do():
    """The number of rows of a class in a quarter is hypergeometric."""
    codes = (np.arange(200) < 70).astype(int)
    of_class = np.array([codes[row == 0].sum() for row in disjoint_parts(codes, 4000, random_state=0)])
    m = (disjoint_parts(codes, 1, random_state=0)[0] == 0).sum()
    assert of_class.mean() == pytest.approx(m * 0.35, abs=0.1)
    assert of_class.var() == pytest.approx(m * 0.35 * 0.65 * (200 - m) / 199, rel=0.1)


def test_every_quarter_has_every_class_that_could_fill_all_of_them():
    codes = np.repeat([0, 1, 2], [80, 11, 9])
    for row in disjoint_parts(codes, 50, random_state=1):
        assert all(len(np.unique(codes[row == quarter])) == 3 for quarter in range(4))


def test_groups_stay_whole_and_blocks_of_time_are_dealt():
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(30), 5))
    codes = np.arange(150) % 2
    for row in disjoint_parts(codes, 10, sampling=Sampling("groups", groups), random_state=0):
        assert all(len(np.unique(row[groups == g])) == 1 for g in range(30))
        assert np.bincount(row, minlength=5)[:4].min() >= 20
    for row in disjoint_parts(codes, 10, sampling=Sampling("time", np.arange(150)), random_state=0):
        assert np.flatnonzero(row == JUDGE).min() > np.flatnonzero(row < 4).max()
        assert set(row[row < JUDGE]) == {0, 1, 2, 3}


def test_the_same_seed_gives_the_same_parts_and_others_others():
    codes = np.arange(60) % 3
    one, again, other = (disjoint_parts(codes, 4, random_state=seed) for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != other).any()
