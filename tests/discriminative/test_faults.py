"""Faults found by trying the package, each with its right value, on every discriminative classifier."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController, threadpool_info

from genvsdisc import CascadeClassifier, LogisticClassifier, MLPClassifier

OPTIMIZERS = ["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton", "lbfgs"]
SHORT = {"max_iter": 30, "random_state": 0}
CLASSIFIERS = [
    *(LogisticClassifier(optimizer=optimizer, max_iter=30) for optimizer in OPTIMIZERS),
    MLPClassifier((3,), **SHORT),
    CascadeClassifier((2,), n_restarts=1, **SHORT),
]
TRAINED = pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda c: f"{type(c).__name__}-{c.optimizer}")
pytestmark = pytest.mark.filterwarnings("ignore:.*reached max_iter")


def table(n_classes: int = 2, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3)) * [1, 2, 4]
    return X, (np.arange(n) + (rng.random(n) < 0.2)) % n_classes


# F8, F15: class weights ----------------------------------------------------------------------------------------


@TRAINED
@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf"), "5", None])
def test_f08_impossible_class_weights_are_refused(classifier: Any, weight: Any) -> None:
    X, y = table()
    with pytest.raises(ValueError, match=r"class_weight must be finite.*for class 0"):
        clone(classifier).set_params(class_weight={0: weight, 1: 1}).fit(X, y)
    with pytest.raises(ValueError, match="class_weight must be finite"):
        clone(classifier).set_params(class_weight={1: weight}).fit_replicates(X, y, np.ones((2, len(y))))


def test_f08_a_weight_that_overflows_single_precision_is_refused() -> None:
    X, y = table()
    with pytest.raises(ValueError, match="overflows float32"):
        MLPClassifier((3,), class_weight={0: 1e300}, **SHORT).fit(X.astype(np.float32), y)


@TRAINED
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["1", "2"]),
        np.array(["1", "2"], dtype=object),
        np.array([1.0, 2.0]),
        np.array([False, True]),
        np.array([-1, 300], dtype=np.int16),
        np.array([3, 7], dtype=np.uint8),
    ],
    ids=lambda labels: f"{labels.dtype}-{labels[0]}",
)
def test_f15_class_weights_of_labels_of_any_type(classifier: Any, labels: np.ndarray) -> None:
    X, y = table()
    given = clone(classifier).set_params(class_weight={labels.tolist()[0]: 1, labels.tolist()[1]: 5})
    by_hand = clone(classifier).fit(X, labels[y], np.array([1.0, 5.0])[y])
    np.testing.assert_allclose(given.fit(X, labels[y]).predict_proba(X), by_hand.predict_proba(X), atol=1e-10)


def test_f15_a_key_that_is_no_label_is_named_with_the_labels() -> None:
    X, y = table()
    with pytest.raises(ValueError, match=r"key '1', which is no label of y; the labels are \[0, 1\]"):
        LogisticClassifier(class_weight={"1": 2.0}).fit(X, y)
    # Keys of labels that a subset lacks are none of its business where all labels of y have one.
    LogisticClassifier(0.1, class_weight={0: 1, 1: 2, 2: 3}).fit(X, y)


# F26, W10: magnitudes ------------------------------------------------------------------------------------------

MAGNITUDES = [1e-300, 1e-160, 1e-155, 1e155, 1e160, 1e300]
STANDARDIZED: list[Any] = [
    LogisticClassifier(standardize=True),
    LogisticClassifier(optimizer="newton", standardize=True),
    LogisticClassifier(optimizer="lbfgs", standardize=True),
    LogisticClassifier(optimizer="gd", standardize=True, max_iter=50),
    LogisticClassifier(optimizer="adam", standardize=True, early_stopping=True, max_iter=50, random_state=0),
    MLPClassifier((3,), standardize=True, **SHORT),
    CascadeClassifier((2,), n_restarts=1, standardize=True, **SHORT),
]


@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize("classifier", STANDARDIZED, ids=repr)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_f26_w10_standardized_fits_do_not_depend_on_the_magnitude(
    n_classes: int, classifier: Any, magnitude: float
) -> None:
    X, y = table(n_classes)
    right = clone(classifier).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(
        clone(classifier).fit(X * magnitude, y).predict_proba(X * magnitude), right, rtol=1e-5, atol=1e-9
    )
    mixed = X * [magnitude, 1.0, 1 / magnitude]
    np.testing.assert_allclose(clone(classifier).fit(mixed, y).predict_proba(mixed), right, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs"])
def test_w10_without_standardizing_the_penalty_decides(optimizer: str) -> None:
    """On huge columns it vanishes (maximum likelihood), on tiny ones nothing but the class shares is left."""
    X, y = table()
    free = LogisticRegression(C=np.inf, tol=1e-10).fit(X, y).predict_proba(X)
    for magnitude in (1e155, 1e160, 1e300):
        huge = LogisticClassifier(optimizer=optimizer).fit(X * magnitude, y)
        np.testing.assert_allclose(huge.predict_proba(X * magnitude), free, atol=1e-5)
    for magnitude in (1e-155, 1e-160, 1e-300):
        tiny = LogisticClassifier(optimizer=optimizer).fit(X * magnitude, y)
        np.testing.assert_allclose(tiny.predict_proba(X * magnitude)[:, 1], y.mean(), rtol=1e-6)


@pytest.mark.parametrize("magnitude", [1e-155, 1e-160, 1e-300])
@pytest.mark.parametrize("optimizer", ["nesterov", "newton"])  # "lbfgs" starts with a gradient below its tolerance
def test_w10_coefficients_of_tiny_columns_are_covariances_over_lambda(optimizer: str, magnitude: float) -> None:
    X, y = table()
    coef = LogisticClassifier(1e-3, optimizer=optimizer).fit(X * magnitude, y).coef_[0]
    np.testing.assert_allclose(coef / magnitude, (X - X.mean(axis=0)).T @ y / len(y) / 1e-3, rtol=1e-6)


@pytest.mark.parametrize(
    "classifier", [LogisticClassifier(optimizer="gd"), LogisticClassifier(learning_rate=0.1), MLPClassifier()], ids=repr
)
@pytest.mark.parametrize(("dtype", "magnitude"), [(float, 1e155), (float, 1e160), (np.float32, 1e19)])
def test_f26_descent_on_columns_whose_squares_overflow_names_the_column(
    classifier: Any, dtype: type, magnitude: float
) -> None:
    X, y = table()
    frame = pd.DataFrame((X * [1, magnitude, 1]).astype(dtype), columns=["height", "weight", "age"])
    if dtype is np.float32 and isinstance(classifier, LogisticClassifier):
        frame = (frame.astype(float) ** 9).clip(-1e300, 1e300)  # in double precision inside
    with pytest.raises(ValueError, match=r"column 'weight' has values up to.*standardize=True"):
        clone(classifier).fit(frame, y)
    with pytest.raises(ValueError, match="column 1 of X has values"):
        clone(classifier).fit(frame.to_numpy(), y)


def test_w10_a_cascade_whose_penalty_overflows_names_the_column() -> None:
    X, y = table()
    with pytest.raises(ValueError, match=r"column 1 of X has standard deviation 1\.91e-160.*penalty"):
        CascadeClassifier(**SHORT).fit(X * [1, 1e-160, 1], y)


def test_w10_a_coefficient_that_overflows_single_precision_names_the_column() -> None:
    X, y = table()
    with pytest.raises(ValueError, match="column 2 of X varies so little that its coefficient overflows float32"):
        LogisticClassifier(0.0).fit((X * [1, 1, 1e-40]).astype(np.float32), y)


def test_weights_of_any_magnitude() -> None:
    X, y = table()
    weights = np.random.default_rng(0).uniform(1, 2, len(y))
    for class_weight in (None, "balanced"):
        classifier = LogisticClassifier(0.1, optimizer="newton", class_weight=class_weight)
        right = clone(classifier).fit(X, y, weights)
        for magnitude in (1e-300, 1e307):
            found = clone(classifier).fit(X, y, weights * magnitude)
            np.testing.assert_allclose(found.coef_, right.coef_, rtol=1e-9)
            np.testing.assert_allclose(found.class_prior_, right.class_prior_, rtol=1e-12)


@pytest.mark.parametrize("optimizer", ["nesterov", "newton", "lbfgs", "gd"])
@pytest.mark.parametrize("value", [0.1, -0.04708816, 1e6 + 0.1, 0.0])
def test_a_column_constant_on_the_training_rows_has_no_coefficient(value: float, optimizer: str) -> None:
    """Its deviation is the rounding of a sum, by which nothing may be divided: new rows have other values."""
    rng = np.random.default_rng(0)
    X, y = table(n=339)
    X = np.column_stack([X, np.full(len(X), value)])
    weights = rng.multinomial(339, np.full(339, 1 / 339), size=5)
    classifier = LogisticClassifier(optimizer=optimizer, standardize=True, max_iter=100)
    replicates = clone(classifier).fit_replicates(X, y, weights)
    for coef in (clone(classifier).fit(X, y).coef_, *replicates.parameters["coef_"]):
        np.testing.assert_allclose(coef[:, 3], 0, atol=1e-12)


# F28: warm starts ----------------------------------------------------------------------------------------------


@TRAINED
@pytest.mark.parametrize("other", [["c", "d"], ["a", "c"], ["a", "b", "c"]], ids=str)
def test_f28_a_warm_start_with_other_labels_is_refused(classifier: Any, other: list[str]) -> None:
    X, y = table()
    warm = clone(classifier).set_params(warm_start=True).fit(X, np.array(["a", "b"])[y])
    before = warm.predict_proba(X)
    labels = np.array(other)[np.arange(len(y)) % len(other)]
    with pytest.raises(ValueError, match=r"warm_start goes on from the classes of the last fit, \['a', 'b'\]"):
        warm.fit(X, labels)
    with pytest.raises(ValueError, match="warm_start"):
        warm.fit_replicates(X, labels, np.ones((2, len(y))))
    np.testing.assert_array_equal(warm.predict_proba(X), before)  # as it was
    warm.set_params(warm_start=False).fit(X, labels)
    assert list(warm.classes_) == other


# W13: separation -----------------------------------------------------------------------------------------------

QUASI = {
    "a tie": ([[0.0], [1.0], [1.0], [2.0]], [0, 0, 1, 1]),
    "three classes": ([[0.0], [1.0], [1.0], [2.0], [2.0], [3.0]], [0, 0, 1, 1, 2, 2]),
    "an indicator": ([[0, 0.3], [0, 0.7], [0, 0.5], [0, 0.2], [1, 0.1], [1, 0.9]], [0, 1, 0, 1, 1, 1]),
}


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "lbfgs"])
@pytest.mark.parametrize("name", QUASI)
def test_w13_every_optimizer_names_quasi_complete_separation(name: str, optimizer: str) -> None:
    X, y = (np.array(part) for part in QUASI[name])
    with pytest.warns(ConvergenceWarning, match="quasi-complete separation") as caught:
        classifier = LogisticClassifier(0.0, optimizer=optimizer).fit(X, y)
    assert len(caught) == 1
    assert "separated perfectly" not in str(caught[0].message)
    assert np.isfinite(classifier.coef_).all()
    with pytest.warns(ConvergenceWarning, match="quasi-complete separation.*3 of 3 replicates"):
        LogisticClassifier(0.0, optimizer=optimizer).fit_replicates(X, y, np.ones((3, len(y))))
    LogisticClassifier(0.1, optimizer=optimizer).fit(X, y)  # with a penalty there is nothing to warn of


@pytest.mark.parametrize("n_classes", [2, 3])
def test_separable_classes_with_more_coefficients_than_a_hessian_is_formed_for(n_classes: int) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 300)), np.arange(60) % n_classes
    with pytest.warns(ConvergenceWarning, match="separated perfectly") as caught:
        classifier = LogisticClassifier(0.0, optimizer="newton").fit(X, y)
    assert len(caught) == 1
    assert np.isfinite(classifier.coef_).all()
    assert classifier.score(X, y) == 1


# Message 8: threads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "classifier", [LogisticClassifier(optimizer="lbfgs"), STANDARDIZED[-2]], ids=["lbfgs", "network"]
)
@pytest.mark.parametrize("limit", [1, 2])
def test_m08_a_fit_that_fails_in_a_thread_leaves_the_number_of_blas_threads_as_it_was(
    request, classifier, limit
) -> None:
    X, y = table(n=200)
    request.addfinalizer(ThreadpoolController().limit(limits=limit, user_api="blas").restore_original_limits)
    before = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    failed = []

    def fit() -> None:
        try:
            clone(classifier).set_params(class_weight={0: -1}).fit(X, y)
        except ValueError as error:
            failed.append(error)

    threads = [threading.Thread(target=fit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 4
    assert [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"] == before


def test_m08_fits_in_several_threads_leave_the_number_of_blas_threads_as_it_was(request) -> None:
    X, y = table(n=400)

    def blas() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    def fit(classifier: Any) -> None:
        for _ in range(3):
            clone(classifier).fit(X, y).predict_proba(X)

    request.addfinalizer(ThreadpoolController().limit(limits=2, user_api="blas").restore_original_limits)
    before = blas()
    assert set(before) == {2}  # however many the environment allows
    kinds = [LogisticClassifier(optimizer="lbfgs"), LogisticClassifier(optimizer="newton"), STANDARDIZED[-2]]
    threads = [threading.Thread(target=fit, args=(kinds[i % 3],)) for i in range(9)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert blas() == before
    bad = MLPClassifier((3,), class_weight={0: -1})
    with pytest.raises(ValueError, match="class_weight"):
        bad.fit(X, y)
    assert blas() == before
