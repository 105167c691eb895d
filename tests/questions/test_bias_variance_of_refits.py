"""bias_variance: what it promises of one set of refits."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from mlxtend.evaluate import bias_variance_decomp
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from genvsdisc.questions.bias_variance import bias_variance
from genvsdisc.study.fits.resampling import training_draws
from genvsdisc.study.statistics.bias_variance import decompose
from genvsdisc.study.statistics.losses import LOSSES, pointwise_losses

ALL = (*LOSSES, "zero_one_kohavi_wolpert")
TERMS = ["loss", "noise", "bias", "variance", "net_variance", "interaction"]


@pytest.fixture(scope="module")
def pair():
    """Two noisy classes: X, y, X_test, y_test, and their posterior."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))

    def posterior(rows):
        odds = np.exp(rows @ [1.5, -1.0, 0.0])
        return np.column_stack([1 / (1 + odds), odds / (1 + odds)])

    y = (rng.random(200) < posterior(X)[:, 1]).astype(int)
    return X[:120], y[:120], X[120:], y[120:], posterior


@pytest.fixture(scope="module")
def iris_halves():
    X, y = load_iris(return_X_y=True)
    return X[::2, :2], y[::2], X[1::2, :2], y[1::2]


def mlxtend_draws(n, n_repeats, seed):
    """Counts that mlxtend draws with this seed."""
    rng = np.random.RandomState(seed)
    return np.array([np.bincount(rng.choice(np.arange(n), size=n), minlength=n) for _ in range(n_repeats)])


@pytest.mark.parametrize("estimator", [GaussianNB(), LogisticRegression(), DecisionTreeClassifier(random_state=3)])
def test_agrees_with_mlxtend_on_its_own_draws(pair, estimator):
    X, y, X_test, y_test, _ = pair
    theirs = bias_variance_decomp(estimator, X, y, X_test, y_test, num_rounds=40, random_seed=5)
    ours = bias_variance(estimator, X, y, X_test, y_test, losses=["zero_one"], resample=mlxtend_draws(120, 40, 5))
    np.testing.assert_allclose(ours.loc["zero_one", ["loss", "bias", "variance"]], theirs, rtol=0, atol=1e-12)


def test_documented_example_of_mlxtend():
    X, y = load_iris(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, random_state=123, shuffle=True, stratify=y)
    tree = DecisionTreeClassifier(random_state=123)
    draws = mlxtend_draws(len(y), 200, 123)
    ours = bias_variance(tree, X, y, X_test, y_test, losses=["zero_one"], resample=draws).loc["zero_one"]
    np.testing.assert_allclose(ours[["loss", "bias", "variance"]], [0.06156, 0.02222, 0.04000], atol=1e-3)
    # Their three numbers do not add up, ours do.
    assert ours["loss"] == pytest.approx(ours["bias"] + ours["net_variance"], abs=1e-12)
    assert abs(ours["loss"] - ours["bias"] - ours["variance"]) > 1e-4


@pytest.mark.parametrize("resample", ["bootstrap", "subsample", "disjoint"])
@pytest.mark.parametrize("known", [False, True])
def test_terms_add_up(pair, resample, known):
    X, y, X_test, y_test, posterior = pair
    law = {False: None, True: posterior}[known]
    terms = bias_variance(
        GaussianNB(),
        X,
        y,
        X_test,
        y_test,
        losses=ALL,
        n_repeats=6,
        resample=resample,
        posterior=law,
        random_state=1,
    )
    total = terms["noise"].fillna(0) + terms["bias"] + terms["net_variance"] + terms["interaction"]
    np.testing.assert_allclose(total, terms["loss"], rtol=0, atol=1e-12)
    assert (terms["variance"] >= 0).all()
    assert (terms["noise"].isna() == (not known)).all()
    assert terms.drop(columns=["noise", "noise_se"]).notna().all(axis=None)


def test_frame_as_promised(iris_halves):
    terms = bias_variance(GaussianNB(), *iris_halves, n_repeats=5, random_state=0)
    assert list(terms.index) == list(LOSSES)
    assert set(terms.columns) == {*TERMS, *(f"{term}_se" for term in TERMS)}
    assert list(terms.reset_index(names="of").columns)[:2] == ["of", "loss"]


def test_loss_is_the_mean_of_the_metric_over_refits(iris_halves):
    X, y, X_test, y_test = iris_halves
    draws = training_draws(y, 8, "bootstrap", random_state=2)
    terms = bias_variance(GaussianNB(), X, y, X_test, y_test, resample=draws)
    fits = [GaussianNB().fit(np.repeat(X, w, axis=0), np.repeat(y, w)).predict_proba(X_test) for w in draws]
    direct = [pointwise_losses(np.array(fits), y_test, loss).mean() for loss in LOSSES]
    np.testing.assert_allclose(terms["loss"], direct, rtol=1e-12)


def test_two_draws_give_half_the_squared_distance():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), size=(2, 50))
    row = decompose(p, rng.integers(3, size=50), ["brier"]).iloc[0]
    assert row["variance"] == pytest.approx(((p[0] - p[1]) ** 2).sum(axis=1).mean() / 2, rel=1e-12)
    assert row["bias"] == pytest.approx(row["expected"] - row["variance"], rel=1e-12)


def test_labels_of_any_type_give_the_same_numbers(iris_halves):
    X, y, X_test, y_test = iris_halves
    names = np.array(["ape", "bee", "cat"], dtype=object)
    plain = bias_variance(GaussianNB(), X, y, X_test, y_test, n_repeats=5, random_state=0)
    for a, b in [
        (names[y], names[y_test]),
        (pd.Series(names[y]), pd.Series(names[y_test])),
        (y * 10 - 7, y_test * 10 - 7),
    ]:
        named = bias_variance(GaussianNB(), pd.DataFrame(X), a, pd.DataFrame(X_test), b, n_repeats=5, random_state=0)
        pd.testing.assert_frame_equal(named, plain)


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(n_estimators=3),
        make_pipeline(StandardScaler(), LogisticRegression()),
        KNeighborsClassifier(3),
    ],
)
def test_results_do_not_depend_on_n_jobs(iris_halves, estimator):
    one = bias_variance(estimator, *iris_halves, n_repeats=4, random_state=7)
    with parallel_config(backend="threading"):
        two = bias_variance(estimator, *iris_halves, n_repeats=4, random_state=7, n_jobs=2)
    pd.testing.assert_frame_equal(one, two)


def test_a_row_of_weight_two_counts_twice(pair):
    X, y, X_test, y_test, posterior = pair
    weights = np.random.default_rng(0).integers(0, 4, size=len(y_test))
    draws = training_draws(y, 10, "bootstrap", random_state=0)
    options = {"losses": ALL, "resample": draws, "posterior": posterior}
    weighted = bias_variance(GaussianNB(), X, y, X_test, y_test, test_weight=weights, **options)
    rows = np.repeat(np.arange(len(y_test)), weights)
    repeated = bias_variance(GaussianNB(), X, y, X_test[rows], y_test[rows], **options)
    np.testing.assert_allclose(weighted[TERMS], repeated[TERMS], atol=1e-12)


def test_float32_and_blocks_of_rows_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(3), size=(9, 400)).astype(np.float32)
    codes = rng.integers(3, size=400)
    whole = decompose(p, codes, ALL)
    monkeypatch.setattr("genvsdisc.study.statistics.bias_variance.BLOCK_CELLS", 20_000)
    pd.testing.assert_frame_equal(decompose(p, codes, ALL), whole, rtol=1e-12)
    np.testing.assert_allclose(
        decompose(p.astype(float), codes, ALL).drop(columns="loss").astype(float),
        whole.drop(columns="loss").astype(float),
        rtol=1e-5,
        atol=1e-6,
    )


def test_a_class_missing_from_a_draw_or_from_training(iris_halves):
    X, y, X_test, y_test = iris_halves
    draws = np.tile((y < 2).astype(int), (3, 1))
    draws[0] = 1
    terms = bias_variance(GaussianNB(), X, y, X_test, y_test, resample=draws)
    assert np.isfinite(terms.drop(columns=["noise", "noise_se"])).all(axis=None)
    unseen = bias_variance(GaussianNB(), X[y < 2], y[y < 2], X_test, y_test, n_repeats=3, random_state=0)
    assert unseen.loc["zero_one", "bias"] >= 1 / 3


# Draws --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "rows"), [(None, 30), (0.25, 15), (20, 20)])
def test_subsamples_keep_the_classes(size, rows):
    codes = np.repeat([0, 1, 2], [30, 20, 10])
    draws = training_draws(codes, 50, "subsample", size=size, random_state=0)
    assert (draws.sum(axis=1) == rows).all()
    assert draws.max() == 1
    counts = np.array([draws[:, codes == k].sum(axis=1) for k in range(3)]).T
    np.testing.assert_allclose(counts, np.tile(rows * np.array([30, 20, 10]) / 60, (50, 1)), atol=1)
    assert len(np.unique(draws, axis=0)) == 50


def test_disjoint_sets_share_no_row_and_keep_the_classes():
    codes = np.tile([0, 1], 30)
    draws = training_draws(codes, 4, "disjoint", random_state=0)
    assert (draws.sum(axis=1) == 15).all()
    assert (draws.sum(axis=0) == 1).all()
    assert set(draws[:, codes == 0].sum(axis=1)) == {7, 8}


@pytest.mark.parametrize("resample", ["bootstrap", "subsample", "disjoint"])
def test_weights_say_how_likely_a_row_is_drawn(resample):
    codes = np.tile([0, 1], 50)
    weights = np.repeat([0.0, 1.0, 9.0], [20, 40, 40])
    draws = np.concatenate(
        [training_draws(codes, 4, resample, size=5, sample_weight=weights, random_state=seed) for seed in range(100)]
    )
    assert draws[:, :20].sum() == 0
    assert draws[:, 60:].sum() > 4 * draws[:, 20:60].sum() > 0


def test_bootstrap_size():
    draws = training_draws(np.zeros(10, dtype=int), 5, "bootstrap", size=25, random_state=0)
    assert (draws.sum(axis=1) == 25).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_repeats": 1}, "n_repeats must be an integer of at least 2, got 1"),
        ({"resample": "jackknife"}, "resample must be .* got 'jackknife'"),
        ({"resample": "disjoint", "n_repeats": 80}, "needs 80 rows, got 75 .* lower train_size"),
        (
            {"resample": "disjoint", "n_repeats": 5, "train_size": 50},
            "n_repeats=5 and train_size=50 needs 250 rows",
        ),
        ({"train_size": 1.5}, r"train_size must be .* \(0, 1\], got 1.5"),
        ({"train_size": 0}, "train_size must be at least 1 row"),
        ({"resample": np.ones((3, 7))}, "75 columns"),
        ({"resample": np.full((3, 75), 0.5)}, "whole numbers"),
        ({"losses": ["hinge"]}, "losses must be among zero_one, brier, log_loss"),
        ({"posterior": lambda X: np.ones((len(X), 3))}, "posterior must give probabilities"),
        ({"posterior": lambda X: np.full((len(X), 2), 0.5)}, "posterior must give probabilities"),
    ],
)
def test_errors_name_rule_value_and_remedy(iris_halves, options, message):
    with pytest.raises(ValueError, match=message):
        bias_variance(GaussianNB(), *iris_halves, **{"n_repeats": 3, "random_state": 0, **options})
