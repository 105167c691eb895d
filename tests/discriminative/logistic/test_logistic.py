"""What LogisticClassifier promises: optima, replicates, warnings, options."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import LogisticClassifier
from genvsdisc.discriminative.logistic.fit import smoothness

TABLES = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer, "digits": load_digits}
DESCENTS = {
    "gd": {"max_iter": 3000},
    "momentum": {},
    "nesterov": {"learning_rate": 0.1},
    "adagrad": {},
    "rmsprop": {"learning_rate": 0.1, "schedule": "inverse_sqrt"},
    "adam": {},
}


def standardized(name: str) -> tuple[NDArray, NDArray]:
    X, y = TABLES[name](return_X_y=True)
    return StandardScaler().fit_transform(X), y


def draw(n_classes: int, n_samples: int = 80, n_features: int = 3, seed: int = 0) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % n_classes
    X = rng.normal(size=(n_samples, n_features)) * [1, 10, 0.1] + [0, 50, -3]
    X[:, 0] += y
    return X, y


def objective(classifier: Any, X: NDArray, codes: NDArray, reg_lambda: float, weights: NDArray | None = None) -> float:
    log_p = classifier.predict_log_proba(X)[np.arange(len(X)), codes]
    return -np.average(log_p, weights=weights) + reg_lambda / 2 * (classifier.coef_**2).sum()


def reference(X: NDArray, y: NDArray, reg_lambda: float, sample_weight: NDArray | None = None) -> LogisticRegression:
    total = len(X) if sample_weight is None else sample_weight.sum()
    peer = LogisticRegression(C=1 / (total * reg_lambda), tol=1e-10, max_iter=20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it meets rounding before its tolerance
        return peer.fit(X, y, sample_weight=sample_weight)


# The optimum ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs"])
@pytest.mark.parametrize("reg_lambda", [1e-2, 1.0])
@pytest.mark.parametrize("name", TABLES)
def test_defaults_reach_the_optimum(name: str, reg_lambda: float, optimizer: str) -> None:
    X, y = standardized(name)
    best = objective(reference(X, y, reg_lambda), X, y, reg_lambda)
    found = objective(LogisticClassifier(reg_lambda, optimizer=optimizer).fit(X, y), X, y, reg_lambda)
    assert found <= best * (1 + 1e-6)


@pytest.mark.parametrize(("optimizer", "max_iter"), [("nesterov", 5000), ("newton", 1000), ("lbfgs", 1000)])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_small_penalties_need_more_steps_or_a_solver(name: str, optimizer: str, max_iter: int) -> None:
    X, y = standardized(name)
    best = objective(reference(X, y, 1e-4), X, y, 1e-4)
    classifier = LogisticClassifier(1e-4, optimizer=optimizer, max_iter=max_iter).fit(X, y)
    assert objective(classifier, X, y, 1e-4) <= best * (1 + 1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("optimizer", DESCENTS)
@pytest.mark.parametrize("reg_lambda", [1e-2, 1.0])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_every_descent_comes_near_the_optimum(name: str, reg_lambda: float, optimizer: str) -> None:
    X, y = standardized(name)
    best = objective(LogisticClassifier(reg_lambda, optimizer="newton").fit(X, y), X, y, reg_lambda)
    classifier = LogisticClassifier(reg_lambda, optimizer=optimizer, **DESCENTS[optimizer]).fit(X, y)
    assert objective(classifier, X, y, reg_lambda) == pytest.approx(best, rel=1e-3)


@pytest.mark.parametrize("name", ["iris", "breast_cancer"])
def test_mini_batches_come_near_the_optimum(name: str) -> None:
    X, y = standardized(name)
    best = objective(LogisticClassifier(0.1, optimizer="newton").fit(X, y), X, y, 0.1)
    classifier = LogisticClassifier(0.1, optimizer="gd", batch_size=16, schedule="inverse_sqrt", random_state=0)
    assert objective(classifier.fit(X, y), X, y, 0.1) == pytest.approx(best, rel=1e-2)


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs"])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_weights_and_raw_scales_give_the_coefficients_of_scikit_learn(n_classes: int, optimizer: str) -> None:
    X, y = draw(n_classes)
    weights = np.random.default_rng(1).exponential(size=len(X))
    peer = LogisticRegression(C=1 / (weights.sum() * 0.01), solver="newton-cg", tol=1e-12, max_iter=10_000)
    peer.fit(StandardScaler(with_std=False).fit(X).transform(X), y, sample_weight=weights)
    ours = LogisticClassifier(0.01, optimizer=optimizer, tol=1e-9).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=1e-6)
    assert ours.coef_.shape == peer.coef_.shape
    assert ours.intercept_.shape == peer.intercept_.shape


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs", "momentum"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_standardize_is_a_scaler_in_front(n_classes: int, optimizer: str) -> None:
    X, y = draw(n_classes)
    weights = np.random.default_rng(1).integers(0, 3, len(X)).astype(float)
    scaler = StandardScaler().fit(X, sample_weight=weights)
    inside = LogisticClassifier(0.1, optimizer=optimizer, standardize=True, tol=1e-9).fit(X, y, weights)
    outside = LogisticClassifier(0.1, optimizer=optimizer, tol=1e-9).fit(scaler.transform(X), y, weights)
    np.testing.assert_allclose(inside.coef_, outside.coef_ / scaler.scale_, rtol=1e-5)
    np.testing.assert_allclose(inside.predict_proba(X), outside.predict_proba(scaler.transform(X)), atol=1e-6)


def test_score_equations_hold_without_a_penalty() -> None:
    X, y = draw(2)
    p = LogisticClassifier(0, optimizer="newton").fit(X, y).predict_proba(X)[:, 1]
    assert p.sum() == pytest.approx(y.sum(), abs=1e-8)
    np.testing.assert_allclose(p @ X, y @ X, atol=1e-8)


def test_the_result_does_not_depend_on_units_without_a_penalty() -> None:
    X, y = draw(3)
    plain = LogisticClassifier(0).fit(X, y)
    scaled = LogisticClassifier(0).fit(X * [1e-6, 1.0, 1e6] + [0, 0, 1e7], y)
    np.testing.assert_allclose(
        plain.predict_proba(X), scaled.predict_proba(X * [1e-6, 1, 1e6] + [0, 0, 1e7]), atol=1e-6
    )


def wide(n_classes: int, columns: int = 150, rows: int = 60) -> tuple[NDArray, NDArray, NDArray]:
    """Rows of many columns, some of them alike, one column constant, and weights that leave some rows out."""
    rng = np.random.default_rng(n_classes)
    X = rng.normal(size=(rows, columns)) * np.exp(rng.normal(size=columns)) + 3
    X[:, 5] = 2.0
    X[:4] = X[4:8]
    return X, np.arange(rows) % n_classes, rng.integers(0, 4, size=rows).astype(float)


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_of_more_columns_than_rows_the_gradient_is_zero(n_classes: int, standardize: bool, optimizer: str) -> None:
    X, y, weights = wide(n_classes)
    model = LogisticClassifier(0.01, optimizer=optimizer, standardize=standardize, tol=1e-8)
    model.fit(X, y, sample_weight=weights)
    shares = weights / weights.sum()
    residuals = shares[:, None] * (model.predict_proba(X) - np.eye(n_classes)[y])
    deviations = np.sqrt(shares @ (X - shares @ X) ** 2) if standardize else 1.0
    coef = model.coef_ if n_classes > 2 else np.vstack([np.zeros(X.shape[1]), model.coef_])
    gradient = (residuals.T @ X + 0.01 * deviations**2 * coef)[-len(model.coef_) :]
    np.testing.assert_allclose(gradient, 0, atol=1e-7)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-8)
    assert not model.coef_[:, 5].any()


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs"])
@pytest.mark.parametrize("standardize", [False, True])
def test_replicates_of_fewer_rows_than_columns_equal_plain_fits(standardize: bool, optimizer: str) -> None:
    X, y, _ = wide(3, columns=130, rows=180)
    counts = np.zeros((4, 180), dtype=int)
    for r, rows in enumerate((90, 180, 140, 120)):  # fewer rows than columns, more, more, and fewer
        counts[r, 180 - rows :] = 1 + np.arange(rows) % 2
    model = LogisticClassifier(0.01, optimizer=optimizer, standardize=standardize, tol=1e-8)
    found = model.fit_replicates(X, y, counts).predict_proba(X)
    for p, row in zip(found, counts, strict=True):
        plain = clone(model).fit(np.repeat(X, row, axis=0), np.repeat(y, row))
        np.testing.assert_allclose(p, plain.predict_proba(X), atol=2e-7)


def test_the_curvature_of_more_columns_than_rows_is_that_of_all_columns() -> None:
    X, _, weights = wide(2)
    shares = weights / weights.sum()
    rows = np.append(X, np.ones((len(X), 1)), axis=1)
    expected = np.linalg.eigvalsh(rows.T @ (rows * shares[:, None]))[-1]
    np.testing.assert_allclose(smoothness(X, shares[None], None), expected, rtol=1e-12)


def test_more_columns_than_rows_in_units_far_apart() -> None:
    """Whatever the units, and where they are too far apart for a basis of the rows."""
    X, y, _ = wide(2)
    plain = LogisticClassifier(0.1, optimizer="newton", tol=1e-9).fit(X, y)
    for unit in (1e-70, 1e90):
        other = LogisticClassifier(0.1 * unit * unit, optimizer="newton", tol=1e-9).fit(X * unit, y)
        np.testing.assert_allclose(other.coef_ * unit, plain.coef_, atol=1e-8)
    units = np.logspace(-6, 6, X.shape[1])
    standardized = LogisticClassifier(0.1, optimizer="newton", standardize=True, tol=1e-9)
    expected = clone(standardized).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(clone(standardized).fit(X * units, y).predict_proba(X * units), expected, atol=1e-8)
    apart = [
        LogisticClassifier(0.1, optimizer=name, tol=1e-10).fit(X * units, y).predict_proba(X * units)
        for name in ("newton", "lbfgs")
    ]
    np.testing.assert_allclose(*apart, atol=1e-6)


def test_a_warm_start_from_the_optimum_stays_there_whatever_lies_across_the_rows() -> None:
    X, y, _ = wide(3)
    model = LogisticClassifier(0.01, optimizer="newton", tol=1e-9, warm_start=True).fit(X, y)
    there = model.coef_.copy()
    across = np.random.default_rng(0).normal(size=X.shape[1])
    rows = X - X.mean(axis=0)
    model.coef_ = there + across - rows.T @ np.linalg.lstsq(rows.T, across, rcond=None)[0]
    assert model.fit(X, y).n_iter_ <= 2
    np.testing.assert_allclose(model.coef_, there, atol=1e-9)


def test_collinear_columns_and_a_tiny_penalty() -> None:
    X, y = draw(3)
    X = np.column_stack([X, X[:, 0] + X[:, 1], np.full(len(X), 7.0)])
    newton = LogisticClassifier(1e-6, optimizer="newton").fit(X, y)
    peer = LogisticClassifier(1e-6, optimizer="lbfgs", tol=1e-8).fit(X, y)
    np.testing.assert_allclose(newton.predict_proba(X), peer.predict_proba(X), atol=1e-6)
    np.testing.assert_allclose(newton.coef_[:, -1], 0, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["newton", "lbfgs"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(dtype: type, optimizer: str) -> None:
    X, y = draw(2)
    assert LogisticClassifier(optimizer=optimizer).fit(X.astype(dtype), y).coef_.dtype == dtype


# Replicates ----------------------------------------------------------------------------------------------------

REPLICATED: list[dict[str, Any]] = [
    {"optimizer": "newton"},
    {"optimizer": "nesterov"},
    {"optimizer": "lbfgs"},
    {"optimizer": "newton", "standardize": True, "class_weight": "balanced"},
    {"optimizer": "gd", "standardize": True, "max_iter": 50},
    {"optimizer": "adam", "batch_size": 20, "max_iter": 20, "random_state": 3, "standardize": True},
    {"optimizer": "momentum", "early_stopping": True, "max_iter": 60, "random_state": 3, "standardize": True},
    {"optimizer": "lbfgs", "loss": "squared_error"},
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("options", REPLICATED, ids=str)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_replicates_equal_plain_fits(n_classes: int, options: dict[str, Any]) -> None:
    X, y = draw(n_classes)
    weights = np.random.default_rng(2).integers(0, 4, size=(7, len(X))).astype(float)
    weights[1, y == 0] = 0
    weights[2] *= 0.37
    labels = np.array(["d", "a", "c", "b"])[y]
    classifier = LogisticClassifier(1e-2, **options)
    replicates = classifier.fit_replicates(X, labels, weights)
    probabilities = replicates.predict_proba(X)
    assert len(replicates) == 7
    for r, row in enumerate(weights):
        plain = clone(classifier).fit(X, labels, sample_weight=row)
        np.testing.assert_allclose(replicates[r].coef_, plain.coef_, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(replicates[r].intercept_, plain.intercept_, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(replicates[r].loss_curve_, plain.loss_curve_, rtol=1e-8)
        np.testing.assert_allclose(probabilities[r], plain.predict_proba(X), atol=1e-8)
        assert replicates[r].n_iter_ == plain.n_iter_


@pytest.mark.parametrize("reg_lambda", [0.0, 1e-2])
@pytest.mark.parametrize("extra", ["nothing", "a sum of the others", "a constant", "units 18 orders apart"])
def test_many_newton_fits_abreast_equal_plain_ones(extra: str, reg_lambda: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(140, 5))
    y = (X[:, 0] + 1.5 * rng.normal(size=140) > 0).astype(int)
    X = {
        "nothing": X,
        "a sum of the others": np.column_stack([X, X.sum(axis=1)]),
        "a constant": np.column_stack([X, np.ones(140)]),
        "units 18 orders apart": X * [1e-9, 1e9, 1, 1e5, 1e-5],
    }[extra]
    weights = rng.multinomial(140, np.full(140, 1 / 140), size=300).astype(float)
    classifier = LogisticClassifier(reg_lambda, optimizer="newton")
    probabilities = classifier.fit_replicates(X, y, weights).predict_proba(X)
    for r in (0, 150, 299):
        plain = classifier.fit(X, y, sample_weight=weights[r]).predict_proba(X)
        np.testing.assert_allclose(probabilities[r], plain, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs"])
def test_blocks_of_replicates_and_large_stacks(optimizer: str) -> None:
    X, y = draw(3, n_samples=500)
    weights = np.random.default_rng(2).multinomial(500, np.full(500, 1 / 500), size=200).astype(float)
    replicates = LogisticClassifier(1e-2, optimizer=optimizer).fit_replicates(X, y, weights)
    for r in (0, 57, 199):
        plain = LogisticClassifier(1e-2, optimizer=optimizer).fit(X, y, sample_weight=weights[r])
        np.testing.assert_allclose(replicates[r].coef_, plain.coef_, atol=1e-8)


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs", "momentum"])
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_a_class_without_weight_has_probability_zero(n_classes: int, optimizer: str) -> None:
    X, y = draw(n_classes)
    weights = np.where(y == 1, 0.0, 1.0)
    classifier = LogisticClassifier(0.1, optimizer=optimizer, standardize=True).fit(X, y, sample_weight=weights)
    assert not classifier.predict_proba(X)[:, 1].any()
    assert np.isfinite(classifier.coef_).all()
    np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)


def test_the_other_classes_are_as_if_it_had_never_been() -> None:
    X, y = draw(4)
    there = y != 1
    with_it = LogisticClassifier(0.1, optimizer="newton").fit(X, y, sample_weight=there.astype(float))
    without = LogisticClassifier(0.1, optimizer="newton").fit(X[there], y[there])
    np.testing.assert_allclose(np.delete(with_it.predict_proba(X), 1, axis=1), without.predict_proba(X), atol=1e-10)


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "adam"])
@pytest.mark.parametrize(("left", "infinity"), [(0, -np.inf), (1, np.inf)])
def test_one_class_alone_is_certain(left: int, infinity: float, optimizer: str) -> None:
    X, y = draw(2)
    classifier = LogisticClassifier(0.1, optimizer=optimizer).fit(X, y, sample_weight=(y == left).astype(float))
    np.testing.assert_array_equal(classifier.intercept_, [infinity])
    np.testing.assert_array_equal(classifier.coef_, 0)
    np.testing.assert_array_equal(classifier.predict_proba(X)[:, left], 1)


# Warnings and errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs", "gd", "adam"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_separable_classes_without_penalty_are_named(n_classes: int, optimizer: str) -> None:
    X = np.linspace(0, 1, 30)[:, None] * [1, 2] + [0, 5]
    y = np.arange(30) * n_classes // 30
    classifier = LogisticClassifier(0, optimizer=optimizer, standardize=True, learning_rate=LEARNING[optimizer])
    with pytest.warns(ConvergenceWarning, match="separated perfectly") as caught:
        classifier.fit(X, y)
    assert len(caught) == 1
    assert classifier.score(X, y) == 1
    assert np.isfinite(classifier.coef_).all()
    assert np.isfinite(classifier.loss_curve_).all()


LEARNING: dict[str, Any] = {"newton": "auto", "nesterov": "auto", "lbfgs": "auto", "gd": 50.0, "adam": 0.5}


def test_quasi_separation_is_named() -> None:
    X = np.array([[0.0], [1], [2], [2], [3], [4]])
    with pytest.warns(ConvergenceWarning, match="quasi-complete separation"):
        LogisticClassifier(0, optimizer="newton").fit(X, [0, 0, 0, 1, 1, 1])


def separable(X: NDArray, signs: NDArray) -> bool:
    rows = -signs[:, None] * np.column_stack([X, np.ones(len(X))])
    return linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(X)), bounds=(None, None)).status == 0


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["newton", "lbfgs"])
def test_separation_is_found_as_by_linear_programming(optimizer: str) -> None:
    """Random labels of n = 2 (d + 1) rows in general position are separable half of the time (Cover 1965)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=(2100, 12))
    labels = labels[labels.any(axis=1) & ~labels.all(axis=1)][:2000]  # of one class, 1 in 2048, there is no fit
    named, possible = [], []
    for y in labels:
        X = rng.normal(size=(12, 5))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            LogisticClassifier(0, optimizer=optimizer).fit(X, y)
        named.append(any("separated" in str(warning.message) for warning in caught))
        possible.append(separable(X, 2 * y - 1))
    assert named == possible
    assert len(named) == 2000
    assert np.mean(named) == pytest.approx(0.5, abs=0.04)


def test_replicates_warn_once() -> None:
    X, y = np.arange(20.0)[:, None], np.arange(20) // 10
    weights = np.random.default_rng(0).integers(1, 4, size=(30, 20))
    with pytest.warns(ConvergenceWarning, match=r"separated perfectly.*30 of 30 replicates") as caught:
        LogisticClassifier(0, optimizer="newton").fit_replicates(X, y, weights)
    assert len(caught) == 1


def test_divergence_names_the_learning_rate() -> None:
    X, y = draw(2)
    with pytest.warns(ConvergenceWarning, match=r"diverged.*learning_rate=50000\.0") as caught:
        classifier = LogisticClassifier(0.1, optimizer="gd", learning_rate=5e4).fit(X, y)
    assert len(caught) == 1
    assert np.isfinite(classifier.coef_).all()
    assert len(classifier.loss_curve_) == classifier.n_iter_


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs", "gd"])
def test_too_few_iterations_are_named(optimizer: str) -> None:
    X, y = draw(3)
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        classifier = LogisticClassifier(1e-3, optimizer=optimizer, max_iter=2, standardize=True).fit(X, y)
    assert classifier.n_iter_ == len(classifier.loss_curve_) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reg_lambda": -1.0}, "reg_lambda"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"optimizer": "newton", "loss": "squared_error"}, "convex"),
        ({"optimizer": "lbfgs", "early_stopping": True}, "early_stopping"),
        ({"class_weight": {0: 0.0, 1: 0.0}}, "no weight"),
    ],
)
def test_bad_parameters_say_so(options: dict[str, Any], message: str) -> None:
    X, y = draw(2)
    with pytest.raises(ValueError, match=message):
        LogisticClassifier(**options).fit(X, y)


# Descent -------------------------------------------------------------------------------------------------------


def test_first_step_of_adagrad_is_the_sign_of_the_gradient() -> None:
    X, y = draw(2)
    with pytest.warns(ConvergenceWarning):
        classifier = LogisticClassifier(0.1, optimizer="adagrad", learning_rate=0.25, max_iter=1).fit(X, y)
    gradient = X.T @ (0.5 - y)
    np.testing.assert_allclose(classifier.coef_[0], -0.25 * np.sign(gradient), rtol=1e-12)


def test_one_learning_rate_is_gradient_descent_by_hand() -> None:
    X, y = draw(2)
    X = StandardScaler().fit_transform(X)
    w, b = np.zeros(3), 0.0
    for _ in range(7):
        residual = 1 / (1 + np.exp(-X @ w - b)) - y
        w, b = w - 0.3 * (X.T @ residual / len(X) + 0.1 * w), b - 0.3 * residual.mean()
    with pytest.warns(ConvergenceWarning):
        classifier = LogisticClassifier(0.1, optimizer="gd", learning_rate=0.3, max_iter=7).fit(X, y)
    np.testing.assert_allclose(classifier.coef_[0], w, rtol=1e-12)
    np.testing.assert_allclose(classifier.intercept_[0], b, rtol=1e-12)


def test_squared_error_is_flat_far_from_the_target() -> None:
    """Started on the wrong side, the cross-entropy comes back at once and the squared error hardly moves."""
    X, y = np.linspace(-1, 1, 40)[:, None], (np.linspace(-1, 1, 40) > 0).astype(int)
    ends = []
    for loss in ("cross_entropy", "squared_error"):
        classifier = LogisticClassifier(0, optimizer="gd", learning_rate=1.0, loss=loss, max_iter=30, warm_start=True)
        classifier.coef_, classifier.intercept_ = np.array([[-25.0]]), np.array([0.0])
        with pytest.warns(ConvergenceWarning):
            ends.append(classifier.fit(X, y).coef_[0, 0])
    assert ends[0] > -18
    assert ends[1] < -24


def test_early_stopping_keeps_the_best_epoch() -> None:
    X, y = draw(2, n_samples=200)
    classifier = LogisticClassifier(
        0,
        optimizer="gd",
        learning_rate=1.0,
        standardize=True,
        early_stopping=True,
        validation_fraction=0.3,
        random_state=0,
    ).fit(X, y)
    assert len(classifier.validation_loss_curve_) == len(classifier.loss_curve_) == classifier.n_iter_
    assert classifier.n_iter_ < classifier.max_iter
    again = clone(classifier).fit(X, y)
    np.testing.assert_array_equal(again.coef_, classifier.coef_)
    plain = clone(classifier).set_params(early_stopping=False, tol=1e-3)
    assert not hasattr(plain.fit(X, y), "validation_loss_curve_")


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs", "momentum"])
def test_warm_start_goes_on_where_it_was(optimizer: str) -> None:
    X, y = draw(3)
    classifier = LogisticClassifier(0.1, optimizer=optimizer, warm_start=True, standardize=True).fit(X, y)
    first = classifier.n_iter_
    assert classifier.fit(X, y).n_iter_ < first / 2


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "adam"])
def test_class_weight_is_a_weight_of_rows(optimizer: str) -> None:
    X, y = draw(3)
    X, y = StandardScaler().fit_transform(X), np.where(np.arange(80) % 5 == 0, y, 0)
    counts = np.bincount(y)
    balanced = LogisticClassifier(0.1, optimizer=optimizer, class_weight="balanced", standardize=False).fit(X, y)
    by_hand = LogisticClassifier(0.1, optimizer=optimizer).fit(X, y, sample_weight=(80 / 3 / counts)[y])
    np.testing.assert_allclose(balanced.coef_, by_hand.coef_, rtol=1e-8, atol=1e-10)
    given = LogisticClassifier(0.1, optimizer=optimizer, class_weight={0: 3.0, 2: 0.5}).fit(X, y)
    by_hand = LogisticClassifier(0.1, optimizer=optimizer).fit(X, y, sample_weight=np.array([3.0, 1.0, 0.5])[y])
    np.testing.assert_allclose(given.coef_, by_hand.coef_, rtol=1e-8, atol=1e-10)


# With scikit-learn ---------------------------------------------------------------------------------------------


def test_grid_search_in_a_pipeline() -> None:
    X, y = draw(2)
    pipeline = make_pipeline(StandardScaler(), LogisticClassifier(optimizer="nesterov"))
    grid = {"logisticclassifier__reg_lambda": [1e-2, 1.0], "logisticclassifier__learning_rate": [0.5, "auto"]}
    search = GridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=3).fit(X, y)
    assert search.best_params_["logisticclassifier__reg_lambda"] == 1e-2
    fixed, automatic = search.cv_results_["mean_test_score"].reshape(2, 2)  # rows: learning rates
    np.testing.assert_allclose(fixed, automatic, atol=1e-4)


@given(st.integers(2, 4), st.integers(0, 10_000), st.sampled_from(["newton", "nesterov"]))
@examples(25)
def test_the_gradient_vanishes_at_the_fit(n_classes: int, seed: int, optimizer: str) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(30, 3)) * rng.exponential(size=3), np.arange(30) % n_classes
    weights = rng.integers(0, 4, 30) + (np.arange(30) < n_classes)
    classifier = LogisticClassifier(0.05, optimizer=optimizer, tol=1e-9).fit(X, y, sample_weight=weights)
    residuals = (classifier.predict_proba(X) - np.eye(n_classes)[y]) * weights[:, None] / weights.sum()
    slopes = (residuals.T @ X)[-len(classifier.coef_) :] + 0.05 * classifier.coef_
    np.testing.assert_allclose(slopes, 0, atol=1e-7)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-7)


@given(st.integers(2, 4), st.integers(0, 10_000))
@examples(15)
def test_order_of_rows_and_labels_do_not_matter(n_classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % n_classes
    order, names = rng.permutation(40), rng.permutation(n_classes)
    plain = LogisticClassifier(0.1, optimizer="newton").fit(X, y).predict_proba(X)
    renamed = LogisticClassifier(0.1, optimizer="newton").fit(X[order], names[y[order]]).predict_proba(X)
    np.testing.assert_allclose(renamed[:, names], plain, atol=1e-9)
