"""What GaussianClassifier promises beyond scikit-learn: batches, replicates, regularisation, hard tables."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from genvsdisc import GaussianClassifier
from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, whiten
from genvsdisc.functional.gaussian.moments import class_moments
from genvsdisc.generative.gaussian.leave_one_out import leave_one_out_losses

MODELS = [
    GaussianClassifier(covariance, structure=structure, pooling=0.2, shrinkage=shrinkage)
    for covariance, structure, shrinkage in [
        *product(("shared", "separate"), ("full", "diagonal", "spherical"), (0.0, 0.3)),
        *product(("shared", "separate"), ("full",), ("oas", "ledoit_wolf")),
    ]
]
AUTO = [GaussianClassifier(covariance, shrinkage="auto") for covariance in ("shared", "separate")]
each_model = pytest.mark.parametrize("model", MODELS, ids=repr)


def draw(n=120, d=3, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n - n_classes)])
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=(n_classes, d))[y], y


def fitted_like(model, X, y, weight=None):
    return GaussianClassifier(**model.get_params()).fit(X, y, weight)


def assert_same(a, b, rtol=1e-10):
    for name in ("class_prior_", "means_", "covariances_", "shrinkage_"):
        assert_allclose(getattr(a, name), getattr(b, name), rtol=rtol, atol=1e-12)


# Batches and replicates --------------------------------------------------------------------------------------------


@each_model
def test_batches_in_any_order_equal_one_fit(model):
    X, y = draw()
    weight = np.random.default_rng(1).uniform(0.5, 2, len(y))
    order = np.random.default_rng(2).permutation(len(y))
    batched = GaussianClassifier(**model.get_params())
    for rows in np.array_split(order, 30):
        batched.partial_fit(X[rows] + 1000, y[rows], classes=[0, 1, 2], sample_weight=weight[rows])
    assert_same(batched, fitted_like(model, X + 1000, y, weight))
    assert_allclose(batched.predict_proba(X + 1000), fitted_like(model, X + 1000, y, weight).predict_proba(X + 1000))


@each_model
def test_merging_equals_one_fit(model):
    X, y = draw()
    merged = fitted_like(model, X[:50], y[:50]).merge(fitted_like(model, X[50:], y[50:]))
    assert_same(merged, fitted_like(model, X, y))


def test_too_few_rows_so_far_say_so_and_more_rows_mend_it():
    X, _ = draw()
    lonely = GaussianClassifier("separate").partial_fit(X[:30], np.arange(30) // 29, classes=[0, 1])
    with pytest.raises(
        ValueError, match="more rows are needed: the covariance of class 1 comes from too few rows, 1 for 3"
    ):
        lonely.predict(X)
    lonely.partial_fit(X[30:], np.ones(90, int))
    assert np.isfinite(lonely.predict_proba(X)).all()


def test_what_cannot_be_added_to():
    X, y = draw()
    holes = X.copy()
    holes[0, 0] = np.nan
    with pytest.raises(ValueError, match="rows cannot be added to a fit with missing entries"):
        GaussianClassifier().fit(holes, y).partial_fit(X, y)
    auto = GaussianClassifier(shrinkage="auto").fit(X, y)
    assert not hasattr(auto, "partial_fit")
    with pytest.raises(AttributeError, match="shrinkage='auto' needs all rows at once"):
        auto.merge(auto)
    with pytest.raises(ValueError, match="y has labels outside"):
        GaussianClassifier().fit(X, y).partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="merge needs the same classes"):
        GaussianClassifier().fit(X, y).merge(GaussianClassifier().fit(X, y + 1))


@pytest.mark.parametrize("model", [*MODELS, *AUTO], ids=repr)
@pytest.mark.parametrize("holes", [0, 0.1])
def test_replicates_are_the_plain_fits(model, holes):
    X, y = draw()
    rng = np.random.default_rng(3)
    X[rng.random(X.shape) < holes] = np.nan
    weights = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=3).astype(float)
    replicates = model.fit_replicates(X, y, weights)
    plain = [fitted_like(model, X, y, weight) for weight in weights]
    assert len(replicates) == 3
    assert_allclose(replicates.predict_proba(X), [p.predict_proba(X) for p in plain], rtol=1e-9, atol=1e-12)
    assert_allclose(replicates[1].covariances_, plain[1].covariances_, rtol=1e-9, atol=1e-12)
    assert_allclose(replicates[1].score_samples(X), plain[1].score_samples(X), rtol=1e-9)


@pytest.mark.parametrize("units", [np.ones(3), np.array([1e-12, 1, 1e12])], ids=["alike", "apart"])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_many_replicates_are_the_plain_fits(model, units):
    """Many are factored abreast, few one by one; units that are far apart cost neither its digits."""
    X, y = draw()
    X = X * units
    weights = np.random.default_rng(3).multinomial(len(y), np.full(len(y), 1 / len(y)), size=100).astype(float)
    proba = model.fit_replicates(X, y, weights).predict_proba(X)
    for r in (0, 50, 99):
        plain = fitted_like(model, X, y, weights[r])
        assert_allclose(proba[r], plain.predict_proba(X), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_replicates_keep_a_class_without_rows_at_probability_zero(covariance):
    X, y = draw()
    weights = np.stack([np.ones(len(y)), (y != 1).astype(float)])
    replicates = GaussianClassifier(covariance).fit_replicates(X, y, weights)
    proba = replicates.predict_proba(X)[1]
    assert (proba[:, 1] == 0).all()
    alone = GaussianClassifier(covariance).fit(X[y != 1], y[y != 1]).predict_proba(X)
    assert_allclose(proba[:, [0, 2]], alone, rtol=1e-9, atol=1e-12)


def test_a_replicate_that_is_singular_is_named():
    X, y = draw()
    few = np.ones(len(y))
    few[np.flatnonzero(y == 2)[2:]] = 0
    with pytest.raises(ValueError, match="replicate 1: the covariance of class 2 comes from too few rows, 2 for 3"):
        GaussianClassifier("separate").fit_replicates(X, y, np.stack([np.ones(len(y)), few]))


def test_a_singular_one_among_many_is_named():
    X, y = draw()
    weights = np.ones((100, len(y)))
    weights[70, np.flatnonzero(y == 1)[3:]] = 0
    with pytest.raises(ValueError, match="replicate 70: the covariance of class 1 comes from too few rows, 3 for 3"):
        GaussianClassifier("separate").fit_replicates(X, y, weights)


def test_many_features_and_tiny_replicates_keep_their_digits():
    X, y = draw(n=200, d=60, n_classes=2)
    weights = np.random.default_rng(0).multinomial(200, np.full(200, 1 / 200), size=2).astype(float)
    model = GaussianClassifier(shrinkage=0.1)
    assert_allclose(
        model.fit_replicates(X, y, weights)[1].covariances_, fitted_like(model, X, y, weights[1]).covariances_
    )
    near = np.concatenate([np.arange(8) * 1e-7, np.arange(92) + 1000.0])[
        :, None
    ]  # 8 rows close together, far from the rest
    few = np.zeros((2, 100))
    few[:, [0, 1, 2, 3, 8, 9, 10, 11]] = 1
    few[1, [8, 9, 10, 11]] = 0
    few[1, [4, 5, 6, 7]] = 1
    labels = np.arange(100) % 2
    spread = GaussianClassifier("separate").fit_replicates(near, labels, few)[1].covariances_
    assert_allclose(spread, GaussianClassifier("separate").fit(near[:8], labels[:8]).covariances_, rtol=1e-9)


# Regularisation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("structure", ["full", "diagonal", "spherical"])
@pytest.mark.parametrize("priors", [None, np.array([0.2, 0.3, 0.5])])
def test_leave_one_out_in_closed_form_is_brute_force(shared, structure, priors):
    X, y = draw(36)
    weight = np.random.default_rng(1).integers(0, 3, len(y)).astype(float)
    weight[:3] = 1
    poolings, shrinkages = (0.0, 0.4, 1.0), (0.0, 0.2, 1.0)
    moments = class_moments(X, y, weight[None], 3, full=structure == "full")[0]
    losses = leave_one_out_losses(
        X,
        y,
        weight,
        moments,
        shared=shared,
        structure=structure,
        priors=priors,
        poolings=poolings,
        shrinkages=shrinkages,
    )

    def brute_force(pooling, shrinkage):
        rows = np.flatnonzero(weight)
        left_out = weight - np.eye(len(y))[rows]
        model = GaussianClassifier(
            ["separate", "shared"][shared], structure=structure, pooling=pooling, shrinkage=shrinkage, priors=priors
        )
        log_proba = [model.fit(X, y, w).predict_log_proba(X[[i]])[0, y[i]] for i, w in zip(rows, left_out, strict=True)]
        return -np.average(log_proba, weights=weight[rows])

    expected = [[brute_force(pooling, shrinkage) for shrinkage in shrinkages] for pooling in poolings]
    assert_allclose(losses, expected, rtol=1e-9)


def test_auto_takes_the_best_candidate_and_steps_over_singular_ones():
    X, y = draw(24, d=6, n_classes=3, seed=4)
    model = GaussianClassifier("separate", shrinkage="auto").fit(X, y)
    assert model.pooling_ > 0 or model.shrinkage_.max() > 0
    same = GaussianClassifier("separate", pooling=model.pooling_, shrinkage=float(model.shrinkage_[0])).fit(X, y)
    assert_allclose(model.predict_proba(X), same.predict_proba(X))


@pytest.mark.parametrize("options", [{"pooling": 0.1}, {"shrinkage": 0.1, "pooling": 1.0}, {"shrinkage": "auto"}])
def test_a_class_of_one_row_works_when_regularised(options):
    X, y = draw(60, d=4)
    y[:] = y % 2
    y[0] = 2
    model = GaussianClassifier("separate", **options).fit(X, y)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.set_priors(np.full(3, 1 / 3)).predict(X[:1]) == [2]


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_a_class_of_few_rows_is_named_with_the_remedy(rows):
    X, y = draw(60, d=4)
    y = np.where(np.arange(60) < rows, "rare", np.where(y == 0, "a", "b"))
    with pytest.raises(
        ValueError, match=rf"class 'rare' comes from too few rows, {rows} for 4.*pooling > 0 or shrinkage > 0"
    ):
        GaussianClassifier("separate").fit(X, y)


def test_fewer_rows_than_features_separate_the_classes():
    X, y = draw(20, d=50, n_classes=2)
    model = GaussianClassifier().fit(X, y)
    assert model.score(X, y) == 1
    assert 0 < model.shrinkage_ < 1e-5


def test_options_that_do_not_go_together():
    X, y = draw()
    with pytest.raises(ValueError, match="shrinkage='oas' is derived for structure='full'"):
        GaussianClassifier(structure="diagonal", shrinkage="oas").fit(X, y)
    with pytest.raises(ValueError, match="The 'pooling' parameter of GaussianClassifier must be a float in the range"):
        GaussianClassifier(pooling=1.5).fit(X, y)
    with pytest.raises(AttributeError, match="covariance='shared' only"):
        _ = GaussianClassifier("separate").fit(X, y).coef_


# Hard tables -------------------------------------------------------------------------------------------------------


def exact_log_odds(X, y, row):
    """Log-odds of class 1 without the priors, for a shared covariance, in rational numbers."""
    X, row = [[Fraction(v) for v in r] for r in X.tolist()], [Fraction(v) for v in row.tolist()]
    groups = [[x for x, k in zip(X, y, strict=True) if k == c] for c in (0, 1)]
    means = [[sum(column) / len(group) for column in zip(*group, strict=True)] for group in groups]
    d = len(row)
    centered = [[a - b for a, b in zip(x, means[k], strict=True)] for x, k in zip(X, y, strict=True)]
    S = [[sum(z[i] * z[j] for z in centered) / len(X) for j in range(d)] for i in range(d)]
    w = solve(S, [a - b for a, b in zip(means[1], means[0], strict=True)])
    middle = [(a + b) / 2 for a, b in zip(*means, strict=True)]
    return float(sum(wi * (ri - mi) for wi, ri, mi in zip(w, row, middle, strict=True)))


def solve(S, b):
    rows = [[*row, value] for row, value in zip(S, b, strict=True)]
    for i in range(len(rows)):
        rows[i] = [v / rows[i][i] for v in rows[i]]
        rows = [r if j == i else [a - r[i] * c for a, c in zip(r, rows[i], strict=True)] for j, r in enumerate(rows)]
    return [row[-1] for row in rows]


@pytest.mark.parametrize(
    ("scale", "shift"),
    [
        ([1, 1, 1], [0, 0, 0]),
        ([1, 1, 1], [1e9, -1e9, 1e9]),
        ([1e-12, 1, 1e12], [0, 0, 0]),
        ([1e-12, 1, 1e12], [1e-3, 1e9, 1e20]),
    ],
)
def test_large_means_and_unequal_scales_against_rational_arithmetic(scale, shift):
    X, y = draw(60, n_classes=2)
    X = X * scale + shift
    log_odds = GaussianClassifier(priors=[0.5, 0.5]).fit(X, y).decision_function(X[:5])
    assert_allclose(log_odds, [exact_log_odds(X, y, row) for row in X[:5]], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_collinear_to_nine_digits_is_right_or_refused(covariance):
    X, y = draw(60, n_classes=2)
    nearly = X.copy()
    nearly[:, 2] = X[:, 0] + 1e-4 * X[:, 1] + 1e-3 * X[:, 2]
    expected = GaussianClassifier(covariance).fit(X, y).predict_proba(X)
    assert_allclose(GaussianClassifier(covariance).fit(nearly, y).predict_proba(nearly), expected, atol=1e-6)
    exactly = np.column_stack([X, X.sum(axis=1)])
    with pytest.raises(ValueError, match=r"feature 3 is a linear combination of others there; drop the feature"):
        GaussianClassifier(covariance).fit(exactly, y)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_constant_features(covariance, structure):
    X, y = draw(60, n_classes=2)
    model = lambda: GaussianClassifier(covariance, structure=structure)  # noqa: E731
    useless = np.column_stack([X, np.full(60, 0.1)])
    assert_allclose(model().fit(useless, y).predict_proba(useless), model().fit(X, y).predict_proba(X), rtol=1e-9)
    telling = np.column_stack([X, y * 0.1])
    assert_allclose(model().fit(telling, y).predict_proba(telling), np.eye(2)[y], atol=1e-9)
    with pytest.raises(ValueError, match=r"class.* is singular: feature 0 is constant there; drop the feature"):
        model().fit(np.ones((60, 1)), y)


# Laws --------------------------------------------------------------------------------------------------------------

tables = st.integers(0, 10_000).map(lambda seed: draw(60, seed=seed))
plain_models = st.sampled_from([model for model in MODELS if model.structure == "full"])
few = examples(20)


@few
@given(tables, st.sampled_from([*MODELS, *AUTO]), st.randoms(use_true_random=False))
def test_orders_do_not_matter(table, model, random):
    X, y = table
    rows = random.sample(range(len(y)), len(y))
    columns = random.sample(range(3), 3)
    expected = fitted_like(model, X, y).predict_proba(X)
    shuffled = fitted_like(model, X[rows][:, columns], y[rows])
    assert_allclose(shuffled.predict_proba(X[:, columns]), expected, rtol=1e-7, atol=1e-9)
    relabeled = fitted_like(model, X, 2 - y)
    assert_allclose(relabeled.predict_proba(X)[:, ::-1], expected, rtol=1e-7, atol=1e-9)
    assert_allclose(expected.sum(axis=1), 1)


@few
@given(tables, st.sampled_from([*MODELS, *AUTO]))
def test_a_weight_of_two_is_the_row_twice(table, model):
    X, y = table
    twice = np.arange(len(y)) % 2 == 0
    doubled = fitted_like(model, np.vstack([X, X[twice]]), np.concatenate([y, y[twice]]))
    assert_same(fitted_like(model, X, y, 1.0 + twice), doubled, rtol=1e-9)


@few
@given(tables, st.sampled_from(["shared", "separate"]), st.integers(0, 1000))
def test_affine_maps_leave_the_posterior(table, covariance, seed):
    X, y = table
    rng = np.random.default_rng(seed)
    mapped = X @ (rng.normal(size=(3, 3)) + 3 * np.eye(3)) + rng.normal(size=3)
    expected = GaussianClassifier(covariance).fit(X, y).predict_proba(X)
    assert_allclose(GaussianClassifier(covariance).fit(mapped, y).predict_proba(mapped), expected, rtol=1e-6, atol=1e-8)


# What the model is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3])
@each_model
def test_the_discriminative_twin_has_the_same_posterior(model, n_classes):
    X, y = draw(n_classes=n_classes)
    model = fitted_like(model, X, y)
    twin = model.as_discriminative()
    assert_allclose(twin.predict_proba(X), model.predict_proba(X), atol=1e-9)
    assert (twin.predict(X) == model.predict(X)).all()


@each_model
def test_samples_have_the_moments_of_the_model(model):
    X, y = draw()
    model = fitted_like(model, X, y)
    drawn, labels = model.sample(20_000, random_state=0)
    again = GaussianClassifier("separate").fit(drawn, labels)
    n = 20_000 * model.class_prior_
    dense = fitted_like(model, X, y)
    full = np.linalg.inv(precisions(dense))
    variances = np.einsum("kii->ki", full)
    assert (np.abs(again.class_prior_ - model.class_prior_) < 4 * np.sqrt(model.class_prior_ / 20_000)).all()
    assert (np.abs(again.means_ - model.means_) < 4 * np.sqrt(variances / n[:, None])).all()
    error = np.sqrt((full**2 + variances[:, :, None] * variances[:, None, :]) / n[:, None, None])
    assert (np.abs(again.covariances_ - full) < 4.5 * error).all()
    assert set(model.sample(5, y=1, random_state=0)[1]) == {1}


def precisions(model):
    """Inverse covariances (K, d, d), read off the curvature of the log density."""
    origin = np.zeros((1, 3))
    steps = np.eye(3)
    density = lambda x: model.predict_joint_log_proba(origin + x)[0]  # noqa: E731
    curved = [[density(a + b) - density(a) - density(b) + density(0 * a) for b in steps] for a in steps]
    return -np.moveaxis(np.array(curved), 2, 0)


def test_random_flips_of_labels_leave_the_direction_of_lda():
    """Asymmetric flips, at the population: four weighted groups of rows with exact moments."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(40, 3))
    Z -= Z.mean(axis=0)
    X = np.vstack([Z + np.array([1.0, 0.5, -1.0]), Z - np.array([0.2, 0.1, 0.6])])
    X, clean = np.vstack([X, X]), np.repeat([0, 1, 0, 1], 40)
    flips = np.repeat([0.2, 0.1], 40)
    noisy = np.concatenate([clean[:80], 1 - clean[:80]])
    slopes = GaussianClassifier().fit(X, clean).coef_[0]
    flipped = GaussianClassifier().fit(X, noisy, np.concatenate([1 - flips, flips])).coef_[0]
    cosine = slopes @ flipped / np.linalg.norm(slopes) / np.linalg.norm(flipped)
    assert cosine == pytest.approx(1, abs=1e-12)


@pytest.mark.slow
def test_the_plug_in_distance_is_too_large_by_the_wishart_factor():
    d, n, draws = 5, 20, 2000
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], n)
    factor = (2 * n - 2) / (2 * n - 2 - d - 1)
    expected = factor * (2.0**2 + d * (1 / n + 1 / n))
    distances = np.empty(draws)
    for r in range(draws):
        X = rng.normal(size=(2 * n, d))
        X[:, 0] += 2 * y
        model = GaussianClassifier().fit(X, y)
        distances[r] = model.coef_[0] @ (model.means_[1] - model.means_[0]) * (2 * n - 2) / (2 * n)
    assert expected == pytest.approx(5.34375)
    assert abs(distances.mean() - expected) < 4 * distances.std() / np.sqrt(draws)


def test_labels_of_eight_bits_may_lie_further_apart_than_eight_bits_reach():
    labels = np.repeat(np.array([-100, -3, 100], np.int8), 100)
    X = np.random.default_rng(0).normal(size=(300, 2)) + labels[:, None]
    model = GaussianClassifier().fit(X, labels)
    assert model.classes_.dtype == np.int8
    assert_array_equal(model.predict(X), labels)


def test_many_features_are_whitened():
    X = np.random.default_rng(0).normal(size=(300, 61))
    covariance = np.cov(X.T) * 10.0 ** np.linspace(-3, 3, 61)[:, None] * 10.0 ** np.linspace(-3, 3, 61)
    factor, log_determinant = whiten(covariance[None], full=True)
    assert_array_equal(factor[0], np.triu(factor[0]))
    assert_allclose(factor[0].T @ covariance @ factor[0], np.eye(61), atol=1e-12)
    assert_allclose(log_determinant[0], np.linalg.slogdet(covariance)[1], rtol=1e-12)


def test_nearly_singular_and_not_quite_symmetric_is_still_named():
    """Rounding in EM leaves such matrices; Cholesky reads one triangle, and a step through both would see no fault."""
    covariance = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1 - 1e-9], [0.0, 1.0, 1.0]])
    with pytest.raises(SingularCovarianceError) as caught:
        whiten(np.stack([np.eye(3), covariance]), full=True)
    assert (caught.value.index, caught.value.column) == ((1,), 2)
