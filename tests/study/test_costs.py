"""What a fit costs: powers of its sizes, with the coefficients of a literal table."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import genvsdisc as gd
from genvsdisc.study.cost_table import COST_COEFFICIENTS
from genvsdisc.study.costs import COST_TERMS, BatchSizes, _network_scale, batch_seconds, cost_kind, search_fits
from genvsdisc.study.fits.candidates import gaps_of
from genvsdisc.study.fits.tuning import tuned


@pytest.mark.parametrize("model", gd.default_models(), ids=lambda m: m.name)
@pytest.mark.parametrize("size", ["fits", "rows", "columns", "classes"])
def test_a_cost_grows_with_every_size_and_is_never_negative(model, size):
    kind = cost_kind(model.estimator)
    small = BatchSizes(5, 500, 300, 100, 6, 3)
    larger = BatchSizes(
        **{**vars(small), size: 4 * getattr(small, size), **({"train": 1200} if size == "rows" else {})}
    )
    assert 0 < batch_seconds(kind, small, model.estimator) <= batch_seconds(kind, larger, model.estimator)


def test_costs_are_sums_of_the_terms_of_a_literal_table():
    sizes = BatchSizes(7, 900, 500, 90, 5, 4)
    known = COST_COEFFICIENTS["prior"]
    by_hand = 1.25 * sum(c * COST_TERMS[term](sizes) for term, c in known.items())
    assert batch_seconds("prior", sizes) == pytest.approx(by_hand)


def test_a_search_costs_its_candidates_times_its_folds_and_one_more():
    linear = [model for model in gd.default_models() if model.form == "linear"]
    assert search_fits(tuned(linear[0]).estimator) == 5 * 5 + 1
    assert search_fits(linear[0].estimator) == 1
    assert cost_kind(tuned(linear[0]).estimator) == cost_kind(linear[0].estimator) == "Gaussian, shared"
    assert cost_kind(LogisticRegression()) == ""


@pytest.mark.parametrize("kind", ["Gaussian, shared", "Gaussian, separate", "Gaussian, automatic", "naive Bayes"])
@pytest.mark.parametrize(("rows", "columns", "classes"), [(150, 8, 3), (600, 12, 2), (400, 40, 4), (2000, 20, 3)])
def test_gaps_cost_more_the_more_there_are(kind, rows, columns, classes):
    """How far prices are from processor time, ``benchmarks/costs.py --check --gaps`` tells: no test asserts a time."""
    complete = BatchSizes(20, rows, rows - rows // 10, rows // 10, columns, classes)
    few = replace(complete, gappy=0.1, patterns=3, holed=columns // 3, depth=1.5)
    many = replace(few, gappy=0.6, patterns=12, depth=2.0)
    prices = [batch_seconds(kind, sizes) for sizes in (complete, few, many)]
    assert prices[0] < prices[1] <= prices[2]


def test_sizes_of_gaps_are_counted_from_the_table():
    X = np.array([[np.nan, 1.0, 2.0], [np.nan, np.nan, 2.0], [0.0, 1.0, 2.0], [np.nan, 1.0, 0.0]])
    assert gaps_of(X)._asdict() == {"gappy": 3 / 4, "patterns": 3, "holed": 2, "depth": 4 / 3}


@pytest.mark.parametrize("kind", ["Gaussian, shared", "Gaussian, separate", "Gaussian, automatic"])
def test_gaussians_of_many_columns_with_gaps_have_the_price_of_their_steps(kind):
    """One fit to 48 rows of 200 columns, a fifth missing, took 3, 34 and 18 seconds, where 1.5, 0.8 and 0.2 were told.

    Of 500 columns a step takes 0.09 seconds, and a fit is hundreds of them.
    """
    sizes = BatchSizes(1, 60, 48, 12, 200, 2, gappy=1.0, patterns=60, holed=200, depth=40.0)
    assert 2 < batch_seconds(kind, sizes) < 10
    wide = replace(sizes, columns=500, holed=500, depth=100.0)
    assert 100 * 0.09 < batch_seconds(kind, wide) < 2000 * 0.09
    told = [batch_seconds(kind, replace(sizes, columns=d, holed=d, depth=d / 5)) for d in (100, 101)]
    assert told[0] < told[1] < 1.5 * told[0]
    few = replace(wide, gappy=0.05, patterns=3, holed=3, depth=1.0)
    assert batch_seconds(kind, few) < 3
    # 600 rows of 200 columns, a twentieth missing, took 0.2, 1.3 and 0.5 seconds: there the grid's price stands
    many = BatchSizes(1, 600, 600, 150, 200, 2, gappy=1.0, patterns=600, holed=200, depth=10.0)
    assert 0.2 < batch_seconds(kind, many) < 2


@pytest.mark.parametrize("gappy", [0.0, 1.0])
@pytest.mark.parametrize("kind", ["prior", "naive Bayes", "network"])
def test_what_looks_at_columns_one_by_one_has_a_price_in_proportion(kind, gappy):
    narrow, wide = (
        BatchSizes(6, 72, 48, 24, columns, 20, gappy, patterns=72, holed=columns, depth=columns / 9)
        for columns in (1000, 8000)
    )
    assert batch_seconds(kind, wide) <= 8 * batch_seconds(kind, narrow)


@pytest.mark.parametrize("kind", ["Gaussian, shared", "Gaussian, separate"])
def test_covariances_of_many_columns_have_the_price_of_their_sums(kind):
    """300 columns take a hundredth of a second, where the cube of what 80 take told 15 times as much."""
    told = [batch_seconds(kind, BatchSizes(1, 8000, 4000, 24, d, 2)) for d in (20, 79, 81, 300, 1000, 1999, 2001, 5000)]
    assert np.all(np.diff(told) > 0)
    assert told[2] < 1.1 * told[1]
    assert told[7] > 5 * told[6]


@pytest.mark.parametrize("kind", ["Gaussian, shared", "Gaussian, separate", "Gaussian, automatic"])
def test_gaussians_of_fewer_rows_than_columns_have_the_price_of_their_span(kind):
    """One fit to 72 rows of 7,129 columns takes some hundredths of a second."""
    told = [batch_seconds(kind, BatchSizes(10, 72, 48, 24, d, 2)) for d in (128, 1000, 7000)]
    assert np.all(np.diff(told) > 0)
    assert (told[2] - told[1]) / (told[1] - told[0]) == pytest.approx(6000 / 872, rel=1e-3)  # in proportion
    assert told[2] < 2
    few, many = (batch_seconds(kind, BatchSizes(10, 400, rows, 24, 2000, 2)) for rows in (50, 300))
    assert few < many < batch_seconds(kind, BatchSizes(10, 2000, 1800, 24, 2000, 2)) / 5
    assert not any("columns^" in term for term in COST_COEFFICIENTS[f"{kind}, wide"])


@pytest.mark.parametrize("kind", ["logistic, Newton", "logistic, descent", "weighted naive Bayes"])
def test_fewer_rows_than_columns_have_the_price_of_their_span(kind):
    told = [batch_seconds(kind, BatchSizes(1, 72, 72, 24, d, 2)) for d in (72, 144, 1000, 7000)]
    assert np.all(np.diff(told) > 0)
    assert (told[3] - told[2]) / (told[2] - told[1]) == pytest.approx(6000 / 856, rel=1e-3)  # in proportion
    assert told[3] < 0.2


def test_a_perceptron_of_many_columns_is_priced_at_all_its_epochs():
    """It was timed where it ended after some 90 of 200; at 1,000 columns it takes them all, 2.2 times as long."""
    perceptron = gd.MLPClassifier((16,))
    scales = [_network_scale(perceptron, columns) for columns in (10, 100, 300, 1000, 5000)]
    assert scales == pytest.approx([1, 1, 3**0.5, 200 / 90, 200 / 90])
