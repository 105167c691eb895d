"""The rows of a job: a part of the table, and draws that mean the same rows there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.fits.drawing import planned_draws
from genvsdisc.study.fits.job import Job
from genvsdisc.study.fits.job_rows import JobRows
from genvsdisc.study.plan import Plan
from genvsdisc.study.table import prepare


@pytest.fixture(scope="module")
def table():
    n = 300
    X = pd.DataFrame({"place": np.arange(n)[::-1] + 0.5, "word": pd.Series(list("abc") * (n // 3))})
    return prepare(X, np.arange(n) % 2, n_splits=2)


@pytest.fixture(scope="module")
def draws(table):
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=10)
    plan = Plan(60.0, design.as_dict(), 300, 2, True, 100, {})
    return planned_draws(table.codes, design, plan, 0, table.sampling)


def test_stages_of_the_subtable_see_its_rows_only(table, draws):
    part, places = JobRows(draws).of(Job(0, "learning curve", 0, 10), table)
    assert part.X.equals(table.X.iloc[draws.curve_rows])
    assert part.take(places.curve_rows).X.equals(part.X)
    assert np.array_equal(part.y, table.y[draws.curve_rows])
    assert np.array_equal(places.resampled_rows, places.curve_rows)


def test_a_fit_before_the_one_held_out_part_means_the_same_rows(table, draws):
    rows = JobRows(draws)
    part, places = rows.of(Job(0, "cross-validation", 0, 50), table)
    assert part.take(places.cv_train[:50]).X.equals(table.X.iloc[draws.cv_train[:50]])
    for here, there in zip(places.cv_tests, draws.cv_tests, strict=True):
        assert part.X.iloc[here].equals(table.X.iloc[there])
    assert rows.of(Job(1, "fit to all rows", 0, 80), table)[0] is part  # made once
    assert rows.of(Job(1, "fit to all rows", 0, 300), table) == (table, draws)


def test_a_table_that_is_looked_at_as_a_whole_stays_as_it_is(table, draws):
    whole = replace(draws, curve_rows=None, resampled_rows=None, cv_train=None)
    for stage in ("cross-validation", "bias and variance", "label noise"):
        assert JobRows(whole).of(Job(0, stage, 0, 2), table)[0] is table


def test_the_first_rows_are_taken_without_a_copy(table):
    assert np.shares_memory(table.take(np.arange(7)).codes, table.codes)
    assert not np.shares_memory(table.take(np.array([1, 0])).codes, table.codes)
