"""P-values of rows drawn from a model: uniform under it, small where a column cannot be its own."""

import numpy as np
import pytest
from scipy import stats

from genvsdisc import GaussianClassifier, NaiveBayesClassifier
from genvsdisc.study.statistics.assumptions import in_proportion
from genvsdisc.study.statistics.predictive import (
    COLUMN_WORDS,
    calibrated,
    column_discrepancies,
    pair_discrepancies,
    predictive_rows,
)

Y = np.arange(200) % 2
MODELS = {
    "shared": (GaussianClassifier(), False, True),
    "separate": (GaussianClassifier("separate"), False, False),
    "naive": (NaiveBayesClassifier("gaussian"), True, False),
    "naive shared": (NaiveBayesClassifier("gaussian", shared_variance=True), True, True),
    "counts": (NaiveBayesClassifier("poisson"), True, False),
}


def checked(X, y, model, *, n_sets=999, seed=0):
    classifier, independent, shared = MODELS[model]
    classifier.fit(X, y)
    drawn = np.empty((n_sets, *X.shape))
    for k in (0, 1):
        rows, _ = classifier.sample(n_sets * int((y == k).sum()), y=k, random_state=2 * seed + k)
        drawn[:, y == k] = rows.reshape(n_sets, -1, X.shape[1])
    names = [f"x{j}" for j in range(X.shape[1])]
    counts = np.full(X.shape[1], model == "counts")
    return predictive_rows(X, drawn, y, names, independent=independent, shared=shared, most_paired=4, counts=counts)


def rows_of(model, rng):
    """Rows of the law that the model is right about."""
    if model == "counts":
        return rng.poisson(4.0 + 3 * Y[:, None], size=(len(Y), 3)).astype(float)
    mixing = np.eye(3) if MODELS[model][1] else np.array([[1.0, 0, 0], [0.6, 0.8, 0], [0.2, 0.3, 1.0]])
    X = rng.normal(size=(len(Y), 3)) @ mixing.T + Y[:, None]
    return X if MODELS[model][2] else X * np.where(Y == 1, 2.0, 1.0)[:, None]


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_pvalues_are_uniform_under_the_model(model):
    rng = np.random.default_rng(0)
    found = [[r["pvalue"] for r in checked(rows_of(model, rng), Y, model, n_sets=199, seed=s)] for s in range(300)]
    for values in np.array(found).T:
        assert stats.kstest(values, "uniform").pvalue > 1e-3
        assert np.mean(values < 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


COLUMNS = {
    "lognormal": ("skew", lambda rng: rng.lognormal(0, 0.5, 200)),
    "gamma": ("skew", lambda rng: rng.gamma(3, size=200)),
    "two humps": ("flat", lambda rng: 0.6 * rng.normal(size=200) + np.where(rng.random(200) < 0.5, -1.5, 1.5)),
    "unequal humps": ("skew", lambda rng: 0.6 * rng.normal(size=200) + np.where(rng.random(200) < 0.25, -1.5, 1.5)),
    "heavy tails": ("peaked", lambda rng: rng.standard_t(3, size=200)),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_nine_of_ten_columns_of_another_shape_are_found_and_named(column):
    word, draw = COLUMNS[column]
    rng = np.random.default_rng(1)
    small, named = [], []
    for seed in range(20):
        X = rng.normal(size=(200, 2)) + Y[:, None]
        X[:, 0] = draw(rng) + Y
        first, second = checked(X, Y, "shared", seed=seed)[:2]
        small.append(first["pvalue"] < 0.01)
        named.append(first["statistic"] == word)
        assert first["finding"] == f"x0 {COLUMN_WORDS[first['statistic']]}"
        assert second["pvalue"] > 1e-3
    assert np.mean(small) >= 0.9
    assert np.mean(named) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("word", ["dispersed", "even"])
def test_counts_whose_variance_is_not_their_mean_are_found(word):
    """Negative binomial counts of variance twice the mean; binomial ones of half."""
    rng = np.random.default_rng(1)
    found = []
    for seed in range(20):
        mean = 4.0 + 2 * Y
        x = rng.negative_binomial(mean, 0.5) if word == "dispersed" else rng.binomial(2 * mean.astype(int), 0.5)
        X = np.column_stack([x, rng.poisson(mean)]).astype(float)
        first, second = checked(X, Y, "counts", n_sets=399, seed=seed)[:2]
        found.append((first["pvalue"] < 0.01) & (first["statistic"] == word))
        assert second["pvalue"] > 1e-3
    assert np.mean(found) >= 0.9


def test_what_a_model_assumes_counts_against_it_and_what_it_fits_does_not():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 2)) @ np.array([[1.0, 0.7], [0.0, 0.7]])
    pair = {model: checked(X, Y, model)[2] for model in ("naive", "separate")}
    assert pair["naive"]["pvalue"] < 0.01
    assert pair["naive"]["statistic"] == "correlation"
    assert pair["separate"]["pvalue"] > 0.01
    X = rng.normal(size=(200, 2)) * np.where(Y == 1, 3.0, 1.0)[:, None]
    assert [r["statistic"] for r in checked(X, Y, "shared")[:2]] == ["spread", "spread"]
    assert min(r["pvalue"] for r in checked(X, Y, "separate")) > 1e-3
    bent = rng.normal(size=200)
    X = np.column_stack([bent, bent**2 + rng.normal(size=200)])
    assert checked(X, Y, "separate")[2]["statistic"] == "bend"


def test_discrepancies_do_not_depend_on_units_or_missing_rows():
    rng = np.random.default_rng(3)
    X = rng.gamma(2.0, size=(1, 200, 3))
    moved = X * [1e-3, 7.0, 1e5] + [1.0, -5.0, 3e5]
    np.testing.assert_allclose(column_discrepancies(X, Y), column_discrepancies(moved, Y), rtol=1e-8)
    pairs = [(0, 1), (1, 2)]
    np.testing.assert_allclose(pair_discrepancies(X, Y, pairs), pair_discrepancies(moved, Y, pairs), rtol=1e-8)
    holed = np.concatenate([X, np.full((1, 20, 3), np.nan)], axis=1)
    longer = np.append(Y, Y[:20])
    np.testing.assert_allclose(column_discrepancies(holed, longer), column_discrepancies(X, Y), rtol=1e-12)


def test_skewness_and_kurtosis_of_one_class_are_scipys():
    x = np.random.default_rng(4).gamma(2.0, size=(1, 50, 1))
    found = column_discrepancies(x, np.zeros(50, int))[0, 0]
    assert found[0] == pytest.approx(abs(stats.skew(x[0, :, 0])))
    assert found[2] == pytest.approx(stats.kurtosis(x[0, :, 0], fisher=False))


def test_pvalues_of_exchangeable_sets_are_at_most_their_level():
    """Over all choices of the real set among exchangeable ones, a share of at most p has a p-value up to p."""
    pool = np.random.default_rng(5).normal(size=(40, 1, 3))
    found = np.array([calibrated(pool[i], np.delete(pool, i, axis=0))[0][0] for i in range(40)])
    for level in (0.05, 0.25, 0.5):
        assert np.mean(found <= level) <= level + 1e-12


@pytest.mark.slow
def test_pvalues_of_rows_drawn_in_proportion_to_weights_are_about_uniform():
    """Weights that are not whole: as many rows as count, drawn in proportion to them."""
    rng, found = np.random.default_rng(4), []
    for seed in range(200):
        X, weights = rng.normal(size=(400, 2)) + (np.arange(400) % 2)[:, None], rng.uniform(0.5, 2, 400)
        rows = in_proportion(np.arange(400), weights)[:300]
        rows = np.concatenate([rows[rows % 2 == k][:100] for k in (0, 1)])
        order = np.argsort(rows % 2, kind="stable")
        sample = np.empty((200, 2))
        sample[Y == 0], sample[Y == 1] = X[rows[order[:100]]], X[rows[order[100:]]]
        found.append([row["pvalue"] for row in checked(sample, Y, "shared", n_sets=199, seed=seed)])
    for values in np.array(found).T:
        assert np.mean(values < 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200) + 0.02  # some rows stand twice
        assert np.mean(values < 0.01) < 0.04
