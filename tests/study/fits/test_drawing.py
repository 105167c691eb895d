"""The draws of a plan: class shares kept on a part of the rows, and rows held out once never trained on."""

import numpy as np
import pytest

from genvsdisc.study.design import Design
from genvsdisc.study.fits.drawing import MOST_JUDGES, planned_draws, stratified_rows
from genvsdisc.study.plan import Plan
from genvsdisc.study.sampling import Sampling

DESIGN = Design(n_splits=2, n_repeats=1, n_draws=4)


def plan_of(n_rows, subtable, *, held_out_once):
    return Plan(None, DESIGN.as_dict(), n_rows, 3, held_out_once, subtable, {})


@pytest.fixture(scope="module")
def codes():
    return np.random.default_rng(0).choice(3, 6000, p=[0.7, 0.29, 0.01])


@pytest.mark.parametrize("size", [50, 500, 3000])
def test_drawn_rows_have_the_class_shares_of_the_whole_and_four_of_each(codes, size):
    rows = stratified_rows(codes, size, np.random.RandomState(0))
    counts, shares = np.bincount(codes[rows]), np.bincount(codes) / len(codes)
    assert (np.diff(rows) > 0).all()
    assert size <= len(rows) <= size + 4
    assert counts.min() >= 4
    assert np.abs(counts - shares * size).max() <= 4


def test_curves_come_from_the_rows_of_the_subtable_only(codes):
    draws = planned_draws(codes, DESIGN, plan_of(6000, 1500, held_out_once=False), 0)
    assert 1500 <= len(draws.resampled_rows) <= 1504
    assert np.isin(draws.held_out, draws.resampled_rows).all()
    assert len(draws.held_out) <= MOST_JUDGES
    assert sorted(np.concatenate(draws.cv_tests)) == list(range(6000))  # folds are of the whole table


def test_rows_held_out_once_are_trained_on_by_nobody(codes):
    draws = planned_draws(codes, DESIGN, plan_of(6000, 1500, held_out_once=True), 0)
    judged = np.concatenate(draws.cv_tests)
    assert len(np.unique(judged)) == len(judged)
    assert len(judged) == pytest.approx(1500, abs=3)
    assert sorted([*judged, *draws.cv_train]) == list(range(6000))


def test_groups_are_drawn_and_held_out_whole(codes):
    units = np.random.default_rng(1).integers(0, 600, 6000)
    sampling = Sampling("groups", units, "subject")
    draws = planned_draws(codes, DESIGN, plan_of(6000, 1500, held_out_once=True), 0, sampling)
    assert not np.isin(units[draws.cv_train], units[np.concatenate(draws.cv_tests)]).any()
    outside = np.setdiff1d(np.arange(6000), draws.resampled_rows)
    assert not np.isin(units[outside], units[draws.resampled_rows]).any()


def test_under_time_the_most_recent_rows_are_drawn_and_the_last_older_row_of_every_class():
    codes = np.where(np.arange(6000) < 1000, np.arange(6000) % 3, np.arange(6000) % 2)  # the third class died out
    draws = planned_draws(
        codes, DESIGN, plan_of(6000, 1500, held_out_once=False), 0, Sampling("time", np.arange(6000), "day")
    )
    last = [np.flatnonzero(codes[:4500] == k)[-1] for k in range(3)]
    assert draws.resampled_rows.tolist() == sorted([*last, *range(4500, 6000)])
