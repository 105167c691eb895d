"""What NaiveBayesClassifier promises, against scikit-learn's classifiers and by its own laws."""

import pickle
from itertools import permutations, product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.special import softmax
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB

from genvsdisc import NaiveBayesClassifier

MIXED = {"bernoulli": [1], "categorical": [2], "poisson": [3]}


def draw(n=240, *, n_classes=3, missing=0.0, seed=0, dtype=np.float64):
    """Rows of two gaussian, a binary, a categorical and a count column, and their labels."""
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.arange(n) % n_classes)
    columns = [
        rng.normal(codes, 1 + codes),
        rng.random(n) < 0.2 + 0.2 * codes,
        (codes * rng.integers(0, 2, n) + rng.integers(0, 3, n)) % 4,
        rng.poisson(2 + codes),
        rng.normal(1e6 - codes, 0.5),
    ]
    X = np.column_stack(columns).astype(dtype)
    X[rng.random(X.shape) < missing] = np.nan
    return X, np.array(["a", "b", "c", "d"])[codes]


def draw_weights(n, n_rows, seed=1):
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_rows).astype(float)


# Agreement with scikit-learn -----------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
@pytest.mark.parametrize("priors", [None, "uniform"])
def test_gaussian_columns_agree_with_gaussian_nb(load, priors):
    X, y = load(return_X_y=True)
    priors = {None: None, "uniform": np.full(len(np.unique(y)), 1 / len(np.unique(y)))}[priors]
    ours, theirs = NaiveBayesClassifier(priors=priors).fit(X, y), GaussianNB(priors=priors).fit(X, y)
    assert_allclose(ours.means_, theirs.theta_, rtol=1e-10)
    assert_allclose(ours.variances_, theirs.var_, rtol=1e-8)
    assert_allclose(ours.class_prior_, theirs.class_prior_, rtol=1e-12)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-8)
    assert_allclose(ours.predict_joint_log_proba(X), theirs.predict_joint_log_proba(X), rtol=1e-8)


def test_weighted_gaussian_columns_agree_with_gaussian_nb():
    X, y = load_wine(return_X_y=True)
    weights = np.random.default_rng(0).random(len(y))
    ours = NaiveBayesClassifier(var_smoothing=0.0).fit(X, y, sample_weight=weights)
    theirs = GaussianNB(var_smoothing=0.0).fit(X, y, sample_weight=weights)
    assert_allclose(ours.variances_, theirs.var_, rtol=1e-9)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-9)


@pytest.mark.parametrize("alpha", [1.0, 0.3, 1e-9])
def test_binary_columns_agree_with_bernoulli_nb(alpha):
    X, y = load_digits(return_X_y=True)
    ours = NaiveBayesClassifier("bernoulli", alpha=alpha).fit(X, y)
    theirs = BernoulliNB(alpha=alpha).fit(X, y)
    assert_allclose(np.log(ours.means_), theirs.feature_log_prob_, rtol=1e-10, atol=1e-12)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-8)


@pytest.mark.parametrize("alpha", [1.0, 0.3, 1e-9])
def test_categorical_columns_agree_with_categorical_nb(alpha):
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=400)
    X = (rng.integers(0, 5, size=(400, 6)) + y[:, None]) % 6
    ours = NaiveBayesClassifier("categorical", alpha=alpha).fit(X, y)
    theirs = CategoricalNB(alpha=alpha).fit(X, y)
    assert_allclose(ours.category_log_prob_, np.hstack(theirs.feature_log_prob_), rtol=1e-10)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-8)


@pytest.mark.parametrize("distributions", ["bernoulli", "categorical"])
@pytest.mark.parametrize(("alpha", "expected"), [(0.0, 3 / 7), (1.0, 0.2250287)])
def test_the_toy_of_thirteen_rows(distributions, alpha, expected):
    X = np.array([[1, 1], *[[1, 0]] * 4, *[[0, 1]] * 4, *[[0, 0]] * 4])
    y = np.array([1] + [2] * 12)
    model = NaiveBayesClassifier(distributions, alpha=alpha).fit(X, y)
    assert_allclose(model.predict_proba([[1, 1]])[0, 0], expected, rtol=1e-10 + 1e-6 * alpha)


@pytest.mark.parametrize("copies", [2, 5])
def test_copies_of_the_columns_multiply_the_evidence(copies):
    X, y = load_iris(return_X_y=True)
    one = NaiveBayesClassifier(var_smoothing=0.0).fit(X, y)
    many = NaiveBayesClassifier(var_smoothing=0.0).fit(np.tile(X, copies), y)
    prior = np.log(one.class_prior_)
    evidence = many.predict_joint_log_proba(np.tile(X, copies)) - prior
    assert_allclose(evidence, copies * (one.predict_joint_log_proba(X) - prior), rtol=1e-10, atol=1e-10)


def test_shared_variance_is_the_pooled_variance_and_linear():
    X, y = load_iris(return_X_y=True)
    model = NaiveBayesClassifier(shared_variance=True, var_smoothing=0.0).fit(X, y)
    residuals = X - model.means_[y]
    assert_allclose(model.variances_, np.tile((residuals**2).mean(axis=0), (3, 1)), rtol=1e-12)
    assert_allclose(softmax(X @ model.coef_.T + model.intercept_, axis=1), model.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("distributions", ["gaussian", "bernoulli", "poisson"])
def test_two_classes_have_one_row_of_coefficients(distributions):
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 2, size=(60, 3)).astype(float), rng.integers(0, 2, size=60)
    model = NaiveBayesClassifier(distributions, shared_variance=True).fit(X, y)
    assert model.coef_.shape == (1, 3)
    assert_allclose(X @ model.coef_[0] + model.intercept_[0], model.decision_function(X), atol=1e-12)


@pytest.mark.parametrize("model", [NaiveBayesClassifier(), NaiveBayesClassifier("categorical")])
def test_no_coefficients_where_the_log_odds_are_not_linear(model):
    X, y = draw()
    with pytest.raises(AttributeError, match="linear in the columns"):
        _ = model.fit(X, y).coef_


# Weights, batches, replicates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("shared", "missing", "n_classes"), list(product((False, True), (0.0, 0.2), (2, 4))))
def test_replicates_equal_plain_fits(shared, missing, n_classes):
    X, y = draw(n_classes=n_classes, missing=missing)
    weights = draw_weights(len(y), 6)
    weights[2, y == "a"] = 0
    weights[3] *= np.random.default_rng(2).random(len(y))
    model = NaiveBayesClassifier(MIXED, shared_variance=shared)
    replicates = model.fit_replicates(X, y, weights)
    together = replicates.predict_proba(X)
    assert len(replicates) == 6
    for r in range(6):
        single = clone(model).fit(X, y, sample_weight=weights[r])
        assert_allclose(together[r], single.predict_proba(X), atol=1e-10)
        assert_allclose(replicates[r].predict_proba(X), together[r], atol=1e-12)
        assert_allclose(replicates[r].variances_, single.variances_, rtol=1e-8)
        assert replicates[r].n_parameters_ == single.n_parameters_
    assert_array_equal(together[2, :, 0], 0)


def test_weights_are_repetitions_and_zero_is_absence():
    X, y = draw(missing=0.1)
    weights = draw_weights(len(y), 1)[0]
    weights[X[:, 2] == 3] = 0  # a category that is then not there at all
    weighted = NaiveBayesClassifier(MIXED).fit(X, y, sample_weight=weights)
    rows = np.repeat(np.arange(len(y)), weights.astype(int))
    repeated = NaiveBayesClassifier(MIXED).fit(X[rows], y[rows])
    assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-12)
    assert weighted.n_parameters_ == repeated.n_parameters_


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_batches_in_any_order_equal_one_fit(order):
    X, y = draw(missing=0.1)
    order_of_labels = np.argsort(y, kind="stable")  # so that batches lack classes, and categories come late
    batches = np.array_split(order_of_labels, 3)
    whole = NaiveBayesClassifier(MIXED).fit(X, y)
    model = NaiveBayesClassifier(MIXED)
    for i in order:
        model.partial_fit(X[batches[i]], y[batches[i]], classes=np.unique(y))
    for name in ("class_prior_", "means_", "variances_", "category_log_prob_"):
        assert_allclose(getattr(model, name), getattr(whole, name), rtol=1e-10)
    assert_allclose(model.predict_proba(X), whole.predict_proba(X), atol=1e-10)


def test_fit_then_partial_fit_and_merge_equal_one_fit():
    X, y = draw()
    whole = NaiveBayesClassifier(MIXED).fit(X, y)
    updated = NaiveBayesClassifier(MIXED).fit(X[:100], y[:100]).partial_fit(X[100:], y[100:])
    late = X[:, 2] < 2  # two parts with different categories
    merged = (
        NaiveBayesClassifier(MIXED).fit(X[late], y[late]).merge(NaiveBayesClassifier(MIXED).fit(X[~late], y[~late]))
    )
    for model in (updated, merged):
        assert_allclose(model.predict_proba(X), whole.predict_proba(X), atol=1e-10)


def test_replicate_learns_on():
    X, y = draw()
    weights = draw_weights(100, 2)
    model = NaiveBayesClassifier(MIXED).fit_replicates(X[:100], y[:100], weights)[1]
    rows = np.concatenate([np.repeat(np.arange(100), weights[1].astype(int)), np.arange(100, len(y))])
    expected = NaiveBayesClassifier(MIXED).fit(X[rows], y[rows]).predict_proba(X)
    assert_allclose(model.partial_fit(X[100:], y[100:]).predict_proba(X), expected, atol=1e-10)


def test_unknown_labels_and_unlike_models_are_refused():
    X, y = draw()
    model = NaiveBayesClassifier().partial_fit(X, y, classes=["a", "b", "c"])
    with pytest.raises(ValueError, match="labels outside"):
        model.partial_fit(X, np.full(len(y), "z"))
    with pytest.raises(ValueError, match="same classes and distributions"):
        model.merge(NaiveBayesClassifier("poisson").fit(np.abs(X), y))


# Missing values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
def test_missing_entries_equal_the_model_without_those_factors(shared):
    X, y = draw()
    model = NaiveBayesClassifier(MIXED, shared_variance=shared, var_smoothing=0.0).fit(X, y)
    for hidden in ([0], [1], [2], [3], [0, 2], [1, 3, 4]):
        kept = [j for j in range(5) if j not in hidden]
        kinds = [model.distributions_[j] for j in kept]
        smaller = NaiveBayesClassifier(kinds, shared_variance=shared, var_smoothing=0.0).fit(X[:, kept], y)
        holes = X.copy()
        holes[:, hidden] = np.nan
        assert_allclose(
            model.predict_joint_log_proba(holes), smaller.predict_joint_log_proba(X[:, kept]), rtol=1e-9, atol=1e-9
        )


def test_nothing_observed_leaves_the_prior():
    X, y = draw()
    model = NaiveBayesClassifier(MIXED, priors=[0.2, 0.3, 0.5]).fit(X, y)
    assert_allclose(model.predict_proba(np.full((1, 5), np.nan)), [[0.2, 0.3, 0.5]], rtol=1e-12)
    assert_allclose(model.score_samples(np.full((1, 5), np.nan)), 0, atol=1e-12)


def test_fit_uses_the_observed_values_of_each_column():
    X, y = draw(missing=0.3)
    model = NaiveBayesClassifier(MIXED, alpha=0.0, var_smoothing=0.0).fit(X, y)
    for k, label in enumerate(model.classes_):
        rows = X[y == label]
        assert_allclose(model.means_[k, [0, 3, 4]], np.nanmean(rows, axis=0)[[0, 3, 4]], rtol=1e-12)
        assert_allclose(model.variances_[k, [0, 4]], np.nanvar(rows, axis=0)[[0, 4]], rtol=1e-6)
        assert_allclose(model.means_[k, 1], np.nanmean(rows[:, 1]), rtol=1e-12)
        shares = [(rows[:, 2] == c).sum() / (~np.isnan(rows[:, 2])).sum() for c in range(4)]
        assert_allclose(np.exp(model.category_log_prob_[k]), shares, atol=1e-12)


def test_class_without_observed_values_takes_those_of_all_classes():
    X, y = draw()
    X[y == "a", 0] = np.nan
    model = NaiveBayesClassifier(MIXED, var_smoothing=0.0).fit(X, y)
    assert_allclose(model.means_[0, 0], np.nanmean(X[:, 0]), rtol=1e-12)
    assert_allclose(model.variances_[0, 0], np.nanvar(X[:, 0]), rtol=1e-10)


# Densities and draws -------------------------------------------------------------------------------------------


def test_densities_sum_to_one():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=80)
    X = np.column_stack([rng.normal(y), rng.random(80) < 0.4, rng.integers(0, 3, 80)])
    model = NaiveBayesClassifier(["gaussian", "bernoulli", "categorical"]).fit(X, y)
    cells = list(product((0, 1), (0, 1, 2)))
    total = sum(quad(lambda x, b=b, c=c: np.exp(model.score_samples([[x, b, c]])[0]), -9, 10)[0] for b, c in cells)
    assert_allclose(total, 1, rtol=1e-7)
    counts = NaiveBayesClassifier("poisson").fit(rng.poisson(3, size=(80, 1)), y)
    assert_allclose(np.exp(counts.score_samples(np.arange(60)[:, None])).sum(), 1, rtol=1e-10)


def test_draws_reproduce_the_model():
    X, y = draw(n=600)
    model = NaiveBayesClassifier(MIXED, priors=[0.2, 0.3, 0.5]).fit(X, y)
    n = 40_000
    drawn, labels = model.sample(n, random_state=0)
    again = NaiveBayesClassifier(MIXED, alpha=0.0, var_smoothing=0.0).fit(drawn, labels)
    shares = np.array([0.2, 0.3, 0.5])
    assert (np.abs(again.class_prior_ - shares) < 4 * np.sqrt(shares * (1 - shares) / n)).all()
    rows, numeric = again.class_count_[:, None], [0, 1, 3, 4]
    errors = np.abs(again.means_ - model.means_)[:, numeric] / np.sqrt(model.variances_[:, numeric] / rows)
    assert errors.max() < 4
    gaussian = [0, 4]
    assert (np.abs(again.variances_ / model.variances_ - 1)[:, gaussian] < 4 * np.sqrt(2 / rows)).all()
    p, q = np.exp(model.category_log_prob_), np.exp(again.category_log_prob_)
    assert (np.abs(p - q) < 4 * np.sqrt(p * (1 - p) / rows)).all()


def test_draw_from_one_class():
    X, y = draw()
    _, labels = NaiveBayesClassifier(MIXED).fit(X, y).sample(7, y="b", random_state=0)
    assert_array_equal(labels, ["b"] * 7)


@pytest.mark.parametrize(("missing", "n_classes"), [(0.0, 2), (0.3, 3)])
@pytest.mark.parametrize("shared", [False, True])
def test_posterior_is_linear_in_the_sufficient_statistics(missing, n_classes, shared):
    X, y = draw(missing=missing, n_classes=n_classes)
    model = NaiveBayesClassifier(MIXED, shared_variance=shared).fit(X, y)
    statistics, coef, intercept = model.linear_log_odds()
    features = statistics.transform(X)
    assert features.shape[1] == coef.shape[1] == len(statistics.get_feature_names_out())
    logits = features @ coef.T + intercept
    logits = np.column_stack([np.zeros(len(X)), logits])[:, -n_classes:]  # two classes: the first is the origin
    assert_allclose(softmax(logits, axis=1), model.predict_proba(X), atol=1e-9)


# Numbers -------------------------------------------------------------------------------------------------------


def test_a_large_offset_changes_no_posterior():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = np.round(rng.normal(size=(300, 4)) + y[:, None], 3)
    X = np.round(X * 2**20) / 2**20  # so that adding 1e9 is exact
    plain, moved = NaiveBayesClassifier().fit(X, y), NaiveBayesClassifier().fit(X + 1e9, y)
    assert_allclose(moved.variances_, plain.variances_, rtol=1e-7)
    assert_allclose(moved.predict_joint_log_proba(X + 1e9), plain.predict_joint_log_proba(X), atol=1e-6)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_scales_change_no_posterior(scale):
    X, y = load_iris(return_X_y=True)
    scaled = NaiveBayesClassifier().fit(X * scale, y).predict_proba(X * scale)
    assert_allclose(scaled, NaiveBayesClassifier().fit(X, y).predict_proba(X), atol=1e-9)


@pytest.mark.parametrize(("distributions", "columns"), [(MIXED, [0, 1, 2, 3]), ("gaussian", [0, 3])])
def test_float32_is_kept(distributions, columns):
    X, y = draw(dtype=np.float32, missing=0.1)
    X = X[:, columns]
    model = NaiveBayesClassifier(distributions).fit(X, y)
    wide = NaiveBayesClassifier(distributions).fit(X.astype(np.float64), y)
    fitted = (model.means_, model.variances_, model.category_log_prob_, model.class_prior_, model.sample(3)[0])
    assert {values.dtype for values in (*fitted, model.predict_proba(X))} == {np.dtype(np.float32)}
    assert_allclose(model.predict_proba(X), wide.predict_proba(X), atol=1e-4)


def test_constant_columns_and_single_rows_give_numbers():
    X, y = np.ones((3, 2)), [0, 1, 1]
    assert_allclose(NaiveBayesClassifier().fit(X, y).predict_proba(X), [[1 / 3, 2 / 3]] * 3)
    with pytest.raises(ValueError, match=r"column 0 has variance 0.0 in class .*; drop or rescale"):
        NaiveBayesClassifier(var_smoothing=0.0).fit(X, y)


def test_squares_that_overflow_are_refused():
    X, y = draw()
    with pytest.raises(ValueError, match=r"column 0 has variance (inf|nan) in class .*; drop or rescale"):
        NaiveBayesClassifier().fit(X * 1e200, y)


def test_a_row_that_no_class_allows_has_a_posterior():
    X, y = np.array([[0, 1, 1], [1, 0, 0]] * 2), [0, 1] * 2
    for distributions in ("bernoulli", "categorical"):
        model = NaiveBayesClassifier(distributions, alpha=0.0).fit(X, y)
        assert_allclose(model.predict_proba([[1, 1, 1], [1, 1, 0]]), [[1, 0], [0, 1]], atol=1e-12)


@pytest.mark.parametrize(("shared", "expected"), [(False, 25), (True, 19)])
def test_number_of_parameters(shared, expected):
    X, y = np.random.default_rng(0).normal(size=(40, 6)), np.arange(40) % 2
    assert NaiveBayesClassifier(shared_variance=shared).fit(X, y).n_parameters_ == expected


def test_pickled_model_predicts_alike():
    X, y = draw()
    model = NaiveBayesClassifier(MIXED).fit(X, y)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("unit", [1e-120, 1e90, 1e139])
@pytest.mark.parametrize("shared", [False, True])
def test_f01_units_do_not_matter_in_rows_with_gaps(unit, shared):
    """Rows with gaps go another way, where what is too far was cut off in units and not in deviations."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = rng.normal(size=(60, 2)) + 2 * y[:, None]
    X[::5, 0] = np.nan
    model = NaiveBayesClassifier("gaussian", shared_variance=shared, smoothing_unit="own")
    plain, other = (model.fit(rows, y).predict_proba(rows) for rows in (X, X * [1, unit]))
    np.testing.assert_allclose(other, plain, atol=1e-12)


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("value", [0.0, 0.3, -1e6])
def test_a_column_that_is_constant_in_a_draw_is_so_for_all_of_its_classes(value, missing):
    # As barium in glass: few rows have some. In draws without such rows, class means that differed by rounding gave
    # the column a variance of 1e-46, by which rows that have some were judged.
    rng = np.random.default_rng(0)
    n = 90
    y = np.arange(n) % 3
    X = np.column_stack([rng.normal(y, 1.0), np.where(np.arange(n) < 12, value + rng.gamma(1, 1, n), value)])
    if missing:
        X[20::7, 1] = np.nan
    draws = np.zeros((30, n))
    for r, draw in enumerate(draws):
        draw[rng.choice(np.arange(12 if r % 2 else 0, n), 20, replace=False)] = rng.integers(1, 4, 20)
    model = NaiveBayesClassifier(["gaussian"] * 2, smoothing_unit="own")
    fits = model.fit_replicates(X, y, draws)
    constant = 0
    for r, draw in enumerate(draws):
        rows = np.repeat(np.arange(n), draw.astype(int))
        alone = model.fit(X[rows], y[rows])
        constant += alone.variances_[0, 1] == 1 or np.ptp(X[rows, 1][~np.isnan(X[rows, 1])]) == 0
        # Log densities are of the size of 1e9 where a class has hardly any variance: 1e-7 is their rounding.
        np.testing.assert_allclose(fits.predict_proba(X)[r], alone.predict_proba(X), atol=1e-5)
    assert constant >= 15
