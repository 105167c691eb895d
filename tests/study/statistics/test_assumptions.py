"""Tests of assumptions: known values, invariances, level under the null, power, and what they cost."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris, load_wine

from genvsdisc import corrected_ttest
from genvsdisc.study.statistics.assumption_tests import equal_covariances_test, independence_test, normality_test
from genvsdisc.study.statistics.assumptions import TESTS, assumption_table, priced
from genvsdisc.study.statistics.henze_zirkler import distance, exact_mean, limit_pvalue

IRIS = load_iris(return_X_y=True)


KEYS = {"shared": "shared Gaussian", "separate": "separate Gaussian", "naive": "naive Bayes", "quadratic": "quadratic"}
COSTS = priced(KEYS, numbers_only=True)


def gaussian_classes(rng, n, d, correlation=0.0, n_classes=2):
    """Classes with different means and one covariance, all correlations equal."""
    codes = np.arange(n * n_classes) % n_classes
    factor = np.linalg.cholesky(np.full((d, d), correlation) + (1 - correlation) * np.eye(d))
    return rng.standard_normal((n * n_classes, d)) @ factor.T + codes[:, None], codes


# Known values ---------------------------------------------------------------------------------------------------


def test_box_m_of_iris():
    found = equal_covariances_test(*IRIS)
    # heplots::boxM(iris): M = 146.6632, chi-square 140.943 with 20 degrees of freedom; SPSS: F = 7.045.
    assert found.statistic == pytest.approx(7.045, abs=5e-4)
    assert found.df == 20
    assert found.pvalue < 1e-15
    assert found.effect == pytest.approx((146.6632 - 20 * 146.6632 / 140.943) / (2 * 147), rel=1e-4)


def test_henze_zirkler_of_iris():
    # MVN::mvn(iris, mvnTest = "hz") prints these p-values by species, from the limiting law.
    expected = [0.04995356, 0.2261991, 0.4970237]
    X, species = IRIS
    found = [limit_pvalue(distance(X[species == k]), 50, 4) for k in range(3)]
    assert found == pytest.approx(expected, rel=1e-3)
    # The law of 50 rows is drawn; it is near the limiting one: within three standard errors of 999 samples.
    assert normality_test(X, species).statistic == pytest.approx(-2 * np.log(expected).sum(), abs=1)


@pytest.mark.parametrize(("n", "d"), [(5, 1), (9, 4), (27, 13)])
def test_exact_mean_of_henze_zirkler(n, d):
    rng = np.random.default_rng(0)
    drawn = [distance(rng.standard_normal((n, d))) for _ in range(2000)]
    assert exact_mean(n, d) == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / np.sqrt(2000))


def test_bartlett_is_minus_twice_the_log_likelihood_ratio_for_many_rows():
    X, codes = gaussian_classes(np.random.default_rng(0), 50_000, 3, 0.05)
    log_ratio = 0.0
    for k in (0, 1):
        Z = X[codes == k]
        S = np.cov(Z, rowvar=False, bias=True)
        log_ratio += len(Z) / 2 * (np.log(np.diag(S)).sum() - np.linalg.slogdet(S)[1])
    found = independence_test(X, codes)
    assert found.statistic == pytest.approx(2 * log_ratio, rel=1e-3)
    assert found.df == 6


# Invariances ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", [equal_covariances_test, normality_test])
def test_any_linear_map_changes_nothing(test):
    X, y = IRIS
    A = np.random.default_rng(0).normal(size=(4, 4))
    a, b = test(X, y), test(X @ A + 3, y)
    assert (a.statistic, a.pvalue, a.effect) == pytest.approx((b.statistic, b.pvalue, b.effect), rel=1e-7)


@pytest.mark.parametrize("test", TESTS.values())
def test_units_and_class_means_change_nothing(test):
    X, y = IRIS
    a, b = test(X, y), test(X * [1, 1e3, 1e-3, 7] + 100.0 * y[:, None], y)
    assert (a.statistic, a.pvalue, a.effect) == pytest.approx((b.statistic, b.pvalue, b.effect), rel=1e-6)


# Level and power ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "correlation"),
    [(equal_covariances_test, 0.5), (normality_test, 0.5), (independence_test, 0.0)],
    ids=["covariances", "normality", "independence"],
)
@pytest.mark.parametrize(
    ("n", "d", "n_classes"), [(15, 2, 2), (20, 6, 2), (60, 6, 2), (5, 2, 10), (20, 9, 6), (27, 13, 3), (50, 20, 2)]
)
def test_level_of_five_percent(test, correlation, n, d, n_classes):
    rng = np.random.default_rng(0)
    drawn = (gaussian_classes(rng, n, d, correlation, n_classes) for _ in range(2000))
    rejected = np.mean([test(*each).pvalue <= 0.05 for each in drawn])
    print(f"{test.__name__}, {n} rows a class, {d} columns: rejects {rejected:.3f}")
    assert 0.025 <= rejected <= 0.07


def test_violations_are_found():
    rng = np.random.default_rng(1)
    X, codes = gaussian_classes(rng, 150, 3)
    assert equal_covariances_test(X * np.where(codes, 2, 1)[:, None], codes).pvalue < 1e-6
    assert normality_test(np.exp(X), codes).pvalue < 1e-6
    assert normality_test(np.exp(X), codes).effect > 1.5
    correlated = independence_test(*gaussian_classes(rng, 150, 3, 0.5))
    assert correlated.pvalue < 1e-6
    assert correlated.effect == pytest.approx(0.5, abs=0.15)


def test_the_effect_does_not_grow_with_the_rows():
    rng = np.random.default_rng(2)
    effects = []
    for n in (500, 50_000):
        X, codes = gaussian_classes(rng, n, 2)
        effects.append(equal_covariances_test(X * np.where(codes, 1.5, 1)[:, None], codes).effect)
    # Half the difference of the log volumes: of the mean covariance, and the mean of the two.
    truth = np.log((1 + 1.5**2) / 2) - np.log(1.5)
    assert effects[1] == pytest.approx(truth, rel=0.05)
    assert effects[0] == pytest.approx(truth, rel=0.5)


def test_large_classes_are_thinned():
    X, codes = gaussian_classes(np.random.default_rng(3), 20_000, 2)
    assert normality_test(X, codes).pvalue > 0.01


# What cannot be tested ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", TESTS.values())
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.random.default_rng(0).normal(size=(20, 6)), "6 columns need more than 12 rows in each class.* has 10"),
        (np.ones((20, 2)) * np.arange(20)[:, None], "linearly dependent within class 0"),
        (np.column_stack([np.arange(20) % 2, np.arange(20)]), "linearly dependent within class 0"),
        (np.empty((20, 0)), "no continuous columns"),
    ],
    ids=["few rows", "collinear", "constant within a class", "no columns"],
)
def test_what_cannot_be_tested_is_explained(test, X, message):
    with pytest.raises(ValueError, match=message):
        test(X, np.arange(20) % 2)


def test_columns_of_which_the_test_of_normality_knows_nothing_are_refused():
    X, codes = gaussian_classes(np.random.default_rng(0), 250, 100)
    with pytest.raises(ValueError, match="100 columns are too many for the test of normality"):
        normality_test(X, codes)


def test_one_column_has_nothing_to_be_independent_of():
    with pytest.raises(ValueError, match="one column"):
        independence_test(np.arange(20.0)[:, None], np.arange(20) % 2)


def test_one_column_has_a_variance_and_a_shape():
    X, codes = gaussian_classes(np.random.default_rng(0), 40, 1)
    assert 0 < equal_covariances_test(X, codes).pvalue < 1
    assert 0 < normality_test(X, codes).pvalue < 1


# The table ------------------------------------------------------------------------------------------------------


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    means = {"shared Gaussian": 0.5, "separate Gaussian": 0.3, "naive Bayes": 0.1}
    rows = [
        {"model": model, "repeat": r, "fold": f, "loss": loss, "value": mean + 0.01 * rng.normal()}
        for model, mean in means.items()
        for loss in ("zero_one", "log_loss")
        for r in range(3)
        for f in range(10)
    ]
    return pd.DataFrame(rows).assign(n_train=90, n_test=10)


def test_table_has_every_assumption_and_its_cost(scores):
    table = assumption_table(*IRIS, scores, costs=COSTS).set_index("assumption")
    columns = "statistic df pvalue effect effect_name simpler richer cost cost_lower cost_upper finding"
    assert list(table.columns) == columns.split()
    assert list(table.index) == list(COSTS)
    log_losses = scores[scores["loss"] == "log_loss"].pivot_table(
        index=["repeat", "fold"], columns="model", values="value"
    )
    expected = corrected_ttest(log_losses["shared Gaussian"] - log_losses["separate Gaussian"], test_fraction=0.1)
    row = table.loc["equal covariances"]
    assert (row.cost, row.cost_lower, row.cost_upper) == pytest.approx(
        (expected.mean, expected.lower, expected.upper), rel=1e-10
    )
    assert row.pvalue == equal_covariances_test(*IRIS).pvalue


def test_findings_say_what_the_numbers_say(scores):
    found = assumption_table(*IRIS, scores, costs=COSTS).set_index("assumption")["finding"]
    assert found["equal covariances"].startswith(
        "Equal covariances: violated (p < 0.001; nats per row 0.43); assuming it costs 0.2"
    )
    assert found["normality given the class"] == "Normality given the class: no sign of a violation (p = 0.13)."
    independence = (
        assumption_table(*IRIS, scores, costs=COSTS).set_index("assumption").loc["independence given the class"]
    )
    told = r"assuming it saves (\S+) nats of log loss all the same \((\S+) to (\S+); naive Bayes against separate"
    numbers = [float(number) for number in re.search(told, independence.finding).groups()]
    np.testing.assert_allclose(
        numbers, [-independence.cost, -independence.cost_upper, -independence.cost_lower], atol=5e-4
    )


def test_noise_is_not_taken_for_a_cost(scores):
    same = scores.assign(value=np.random.default_rng(1).normal(size=len(scores)))
    found = assumption_table(*IRIS, same, costs=COSTS).set_index("assumption")["finding"]
    assert "makes no difference to log loss that can be told from noise" in found["equal covariances"]


def test_a_pair_without_scores_has_no_cost(scores):
    table = assumption_table(*load_wine(return_X_y=True), scores.iloc[:0], costs=COSTS)
    assert table["cost"].isna().all()
    assert (table["simpler"] == "").all()
    assert table["pvalue"].notna().all()


def test_rows_with_missing_values_are_left_out(scores):
    X, y = IRIS
    holes = X.copy()
    holes[::10, 2] = np.nan
    complete = ~np.isnan(holes[:, 2])
    found, expected = (
        assumption_table(*rows, scores, costs=COSTS) for rows in ((holes, y), (X[complete], y[complete]))
    )
    pd.testing.assert_frame_equal(found, expected)


def test_a_test_that_cannot_be_computed_leaves_the_cost(scores):
    X, y = load_iris(return_X_y=True)
    table = assumption_table(np.column_stack([X, X.sum(axis=1)]), y, scores, costs=COSTS).set_index("assumption")
    row = table.loc["equal covariances"]
    assert np.isnan(row.pvalue)
    assert row.cost > 0
    assert "not tested, the columns are linearly dependent within class 0" in row.finding


def test_an_assumption_is_priced_by_models_that_differ_in_it_alone():
    assert priced(KEYS, numbers_only=False) == {"equal covariances": ("shared Gaussian", "separate Gaussian")}
    assert list(COSTS) == ["equal covariances", "normality given the class", "independence given the class"]
    assert priced({"shared": "a", "separate": "b"}, numbers_only=True) == {"equal covariances": ("a", "b")}
    assert priced({}, numbers_only=True) == {}
