"""The test set: intervals, McNemar's test and agreement with cross-validation, against other implementations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, zero_one_loss
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.statistics.holdout_tables import (
    Estimate,
    _independent_rows,
    _shift,
    estimate_of,
    mcnemar_pvalue,
    share_interval,
)

DESIGN = gd.Design(n_splits=4, n_repeats=1, n_draws=2)
MODELS = {"bayes": GaussianNB(), "lr": LogisticRegression()}


def rows(n, seed):
    table = gd.datasets.make_gaussian_pair(n, n_features=2, distance=1.5, random_state=seed)
    return pd.DataFrame(np.exp(np.asarray(table.X))), np.where(np.asarray(table.y) == 1, "yes", "no")


@pytest.fixture(scope="module")
def compared():
    X, y = rows(80, 0)
    X_test, y_test = rows(60, 1)
    return gd.compare(X, y, MODELS, design=DESIGN, X_test=X_test, y_test=y_test), (X, y, X_test, y_test)


@pytest.mark.slow
def test_losses_are_those_of_models_fitted_to_all_training_rows_and_no_other_number_changes(compared):
    result, (X, y, X_test, y_test) = compared
    for name, classifier in MODELS.items():
        p = classifier.fit(X.to_numpy(), y).predict_proba(X_test.to_numpy())
        own = result.holdout[result.holdout.model == name].set_index("loss")
        assert own["mean"]["log_loss"] == pytest.approx(log_loss(y_test, p), abs=1e-9)
        assert own["mean"]["zero_one"] == pytest.approx(zero_one_loss(y_test, classifier.classes_[p.argmax(axis=1)]))
        assert set(own["n_test"]) == {60}
    without = gd.compare(X, y, MODELS, design=DESIGN)
    for name in set(without.tables) - {"timings", "holdout", "holdout_differences"}:
        pd.testing.assert_frame_equal(result.tables[name], without.tables[name])
    assert without.holdout.empty
    means = result.summary.set_index(["model", "loss"])["mean"]
    crossed = result.holdout.set_index(["model", "loss"])["cross_validated"]
    pd.testing.assert_series_equal(crossed, means[crossed.index], check_names=False)


def test_pairs_have_the_paired_interval_and_mcnemars_test_of_statsmodels(compared):
    contingency_tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    result, (X, y, X_test, y_test) = compared
    wrong = {name: m.fit(X.to_numpy(), y).predict(X_test.to_numpy()) != y_test for name, m in MODELS.items()}
    table = pd.crosstab(wrong["bayes"], wrong["lr"]).reindex(index=[False, True], columns=[False, True], fill_value=0)
    pair = result.holdout_differences.query("loss == 'zero_one'").iloc[0]
    assert (pair["generative"], pair["discriminative"]) == ("bayes", "lr")
    assert pair["mcnemar_pvalue"] == pytest.approx(contingency_tables.mcnemar(table, exact=True).pvalue)
    assert (pair["only_generative_errs"], pair["only_discriminative_errs"]) == (
        table.loc[True, False],
        table.loc[False, True],
    )
    paired = stats.ttest_rel(wrong["bayes"].astype(float), wrong["lr"].astype(float))
    interval = paired.confidence_interval()
    np.testing.assert_allclose(
        pair[["lower", "upper", "pvalue"]].astype(float), [interval.low, interval.high, paired.pvalue]
    )
    assert result.meta["test_rows"] == 60
    assert any(
        point["kind"] == "test" and "60 rows" in point["text"] for point in result.meta["verdict_card"]["points"]
    )


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 6), (5, 5), (12, 3)])
def test_mcnemar_is_exact(b, c):
    contingency_tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    assert mcnemar_pvalue(b, c) == pytest.approx(contingency_tables.mcnemar([[7, b], [c, 9]], exact=True).pvalue)


def test_the_interval_of_an_error_is_wilsons():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for errors in (0, 7, 40):
        share = Estimate(errors / 40, 0.1, 39)
        np.testing.assert_allclose(
            share_interval(share, 40), proportion.proportion_confint(errors, 40, method="wilson"), atol=1e-12
        )


def test_whole_weights_and_groups_of_copies_give_the_same_error():
    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=30), rng.integers(1, 4, 30).astype(float)
    copies = np.repeat(np.arange(30), weights.astype(int))
    np.testing.assert_allclose(estimate_of(values, weights, np.arange(30)), estimate_of(values[copies], None, copies))
    plain = estimate_of(values, None, np.arange(30))
    assert plain.se == pytest.approx(values.std(ddof=1) / np.sqrt(30))


@pytest.mark.parametrize("errs", [np.arange(30) % 4 == 0, np.zeros(30, dtype=bool)])
def test_an_error_is_that_of_as_many_rows_as_there_are_and_copies_count_with_their_weight(errs):
    weights = np.random.default_rng(1).integers(1, 4, 30)
    copies = np.repeat(np.arange(30), weights)
    plain = estimate_of(errs.astype(float), None, np.arange(30))
    assert _independent_rows(plain, np.ones(30)) == pytest.approx(30)
    weighted = estimate_of(errs.astype(float), weights.astype(float), np.arange(30))
    repeated = estimate_of(errs[copies].astype(float), None, copies)
    n_rows = _independent_rows(weighted, weights.astype(float))
    assert n_rows == pytest.approx(_independent_rows(repeated, np.bincount(copies)))
    assert n_rows < 31  # copies are no further rows


def test_a_test_set_on_which_neither_errs_does_not_show_that_they_are_equal():
    X, y = rows(60, 0)
    X += 100 * (y == "yes")[:, None]
    result = gd.compare(X, y, MODELS, design=DESIGN, X_test=X.iloc[:40], y_test=y[:40])
    pair = result.holdout_differences.query("loss == 'zero_one'").iloc[0]
    reach = stats.t.ppf(0.975, 39) * 1.5 / 40
    assert (pair["lower"], pair["upper"], pair["pvalue"]) == pytest.approx((-reach, reach, 1))


def test_two_independent_estimates_differ_as_in_welchs_test():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=12), rng.normal(0.5, 2, size=30)
    found = estimate_of(one, None, np.arange(12)).minus(estimate_of(other, None, np.arange(30)))
    welch = stats.ttest_ind(one, other, equal_var=False)
    assert (found.pvalue(), found.df) == (pytest.approx(welch.pvalue), pytest.approx(welch.df))


@pytest.mark.parametrize("n_rows", [2, 20, 40])
def test_a_few_rows_without_a_mistake_are_no_other_law(n_rows):
    """Their error was 0, so that two rows that a model got right were unlike the training rows, p = 0."""
    splits = pd.DataFrame({"value": [0.1, 0.05, 0.05, 0.1], "n_test": 25, "n_train": 75})
    found = estimate_of(np.zeros(n_rows), None, np.arange(n_rows))
    shift = _shift(found, splits, float(n_rows))
    s2 = splits.value.var(ddof=1)
    error = np.sqrt(0.075 * 0.925 / n_rows + (1 / 4 + 1 / 3) * s2)
    assert shift["shift_se"] == pytest.approx(error)
    none_errs = stats.binom.pmf(0, n_rows, 0.075)  # .86, .21 and .04, one-sided
    assert (shift["shift_pvalue"] < 0.01) == (2 * none_errs < 0.01)


@pytest.mark.slow
def test_a_test_set_of_another_law_is_said_to_be_apart():
    X, y = rows(120, 2)
    X_test, y_test = rows(120, 3)
    turned = np.where(y_test == "yes", "no", "yes")
    result = gd.compare(X, y, MODELS, design=DESIGN, X_test=X_test, y_test=turned)
    assert (result.holdout["shift_pvalue"] < 1e-3).all()
    from genvsdisc.report.sections.holdout import agreement

    assert "higher than cross-validation says, by more than chance" in agreement(result)


@pytest.mark.slow
def test_a_model_that_cannot_score_the_test_set_is_named_and_the_rest_is_there():
    class Deaf(GaussianNB):
        def predict_proba(self, X):
            if len(X) == 60:
                raise ValueError("not these")
            return super().predict_proba(X)

    X, y = rows(80, 0)
    X_test, y_test = rows(60, 1)
    result = gd.compare(X, y, {"deaf": Deaf(), "lr": LogisticRegression()}, design=DESIGN, X_test=X_test, y_test=y_test)
    assert result.holdout["model"].unique().tolist() == ["lr"]
    assert result.failures.query("stage == 'test set'")["error"].tolist() == ["ValueError: not these"]
    assert not result.summary.query("model == 'deaf'")["mean"].isna().any()
