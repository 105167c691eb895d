"""The multilayer perceptron: its laws, its replicates, its bookkeeping, and digits."""

import pickle
import warnings
from copy import deepcopy

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier as TheirMLPClassifier
from sklearn.preprocessing import StandardScaler

from genvsdisc import MLPClassifier
from genvsdisc.functional.networks.layers import EPSILON

pytestmark = pytest.mark.filterwarnings("ignore:.*reached max_iter")
X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[y]
BOOTSTRAP = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=4).astype(float)
FOLDS = 1.0 - np.kron(np.eye(3), np.ones(50))[:, np.random.default_rng(0).permutation(150)]
SHORT = {"hidden_layer_sizes": (6, 5), "learning_rate": 0.02, "max_iter": 30, "random_state": 0}


def forward(mlp, rows):
    """Logits by hand, from the public coefficients of a network with tanh units."""
    for coef, intercept in zip(mlp.coefs_[:-1], mlp.intercepts_[:-1], strict=True):
        rows = np.tanh(rows @ coef + intercept)
    return rows @ mlp.coefs_[-1] + mlp.intercepts_[-1]


@pytest.mark.parametrize("weights", [BOOTSTRAP, FOLDS], ids=["bootstrap", "folds"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_size": 32},
        {"batch_size": 32, "dropout": 0.3, "batch_norm": True, "standardize": True},
        {
            "batch_size": 40,
            "early_stopping": True,
            "batch_norm": True,
            "n_iter_no_change": 3,
            "class_weight": "balanced",
        },
        {"activation": ("sigmoid", "identity"), "loss": "squared_error", "optimizer": "rmsprop", "tol": 0.01},
    ],
)
def test_replicates_are_plain_fits(settings, weights):
    mlp = MLPClassifier(**{**SHORT, **settings})
    replicates = mlp.fit_replicates(X, NAMES, weights)
    together = replicates.predict_proba(X)
    for r, row in enumerate(weights):
        plain = clone(mlp).fit(X, NAMES, row)
        np.testing.assert_allclose(together[r], plain.predict_proba(X), atol=1e-8)
        np.testing.assert_allclose(replicates[r].loss_curve_, plain.loss_curve_, rtol=1e-8)
        assert replicates[r].n_iter_ == plain.n_iter_


def test_replicates_with_a_generator_have_draws_of_their_own_as_successive_fits():
    mlp = MLPClassifier(**{**SHORT, "random_state": np.random.RandomState(0)})
    replicates = mlp.fit_replicates(X, y, np.ones((2, 150)))
    successive = MLPClassifier(**{**SHORT, "random_state": np.random.RandomState(0)})
    for r in range(2):
        np.testing.assert_array_equal(replicates[r].parameters_, successive.fit(X, y).parameters_)
    assert not np.array_equal(replicates[0].parameters_, replicates[1].parameters_)


@pytest.mark.parametrize("settings", [{}, {"batch_norm": True}, {"standardize": True}])
def test_weights_are_repeated_rows_and_zero_is_absence(settings):
    mlp = MLPClassifier(**{**SHORT, "batch_size": None, **settings})
    counts = BOOTSTRAP[0].astype(int)
    weighted = clone(mlp).fit(X, y, counts)
    repeated = clone(mlp).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-7)
    absent = clone(mlp).fit(X[counts > 0], y[counts > 0], counts[counts > 0])
    np.testing.assert_allclose(weighted.predict_proba(X), absent.predict_proba(X), atol=1e-10)


def test_no_hidden_layer_is_logistic_regression():
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    mlp = MLPClassifier((), reg_lambda=0.01, batch_size=None, optimizer="nesterov", learning_rate=0.5, max_iter=3000,
                        tol=0.0, n_iter_no_change=3000, random_state=0).fit(X, y)  # fmt: skip
    theirs = LogisticRegression(C=1 / (0.01 * len(X)), tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(mlp.coefs_[0].T, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(mlp.intercepts_[0], theirs.intercept_, atol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"standardize": True}, {"batch_norm": True, "standardize": True}])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_public_coefficients_are_the_network_that_predicts(settings, n_classes):
    kept = y < n_classes
    mlp = MLPClassifier(**{**SHORT, "activation": "tanh", **settings}).fit(X[kept], y[kept])
    logits = forward(mlp, X)
    by_hand = np.hstack([1 - expit(logits), expit(logits)]) if n_classes == 2 else softmax(logits, axis=1)
    np.testing.assert_allclose(mlp.predict_proba(X), by_hand, atol=1e-12)
    np.testing.assert_allclose(mlp.hidden_features(X, 0), np.tanh(X @ mlp.coefs_[0] + mlp.intercepts_[0]), atol=1e-12)
    np.testing.assert_allclose(mlp.hidden_features(X), mlp.hidden_features(X, 1))


def test_batch_norm_predicts_with_the_statistics_of_the_training_set():
    mlp = MLPClassifier(**{**SHORT, "activation": "tanh", "batch_norm": True, "batch_size": 20}).fit(X, y)
    rows = X
    for layer in mlp._architecture(4).layers(mlp.parameters_[None])[:-1]:
        z = rows @ layer.weights[0, :, :-1].T + layer.weights[0, :, -1]
        normalized = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + EPSILON)
        rows = np.tanh(normalized * layer.norm.scale[0, :, 0] + layer.norm.shift[0, :, 0])
    np.testing.assert_allclose(mlp.hidden_features(X), rows, atol=1e-10)


def test_moving_averages_come_near_the_exact_statistics():
    exact = MLPClassifier(**{**SHORT, "batch_norm": True, "batch_size": 50, "learning_rate": 1e-4}).fit(X, y)
    moving = clone(exact).set_params(batch_norm_statistics="moving").fit(X, y)
    # Training is the same; only the statistics at prediction differ.
    np.testing.assert_array_equal(exact.loss_curve_, moving.loss_curve_)
    assert np.abs(exact.predict_proba(X) - moving.predict_proba(X)).max() < 0.05
    assert not np.array_equal(exact.predict_proba(X), moving.predict_proba(X))


def test_statistics_of_batches_are_their_means_over_the_last_epoch():
    """With weights that stand still the batches of an epoch are known: their means and variances, averaged."""
    settings = {**SHORT, "batch_norm": True, "batch_size": 50, "learning_rate": 1e-300}
    mlp = MLPClassifier(**settings, batch_norm_statistics="batches").fit(X, y)
    layer = mlp._architecture(4).layers(mlp.parameters_[None])[0]
    z = X @ layer.weights[0, :, :-1].T + layer.weights[0, :, -1]
    # Equal batches: the mean of their means is that of all rows, the mean of their variances lacks that of their means.
    np.testing.assert_allclose(layer.norm.mean[0, :, 0], z.mean(axis=0), atol=1e-12)
    assert (layer.norm.variance[0, :, 0] < z.var(axis=0)).all()
    assert (layer.norm.variance[0, :, 0] > 0.8 * z.var(axis=0)).all()
    twice = clone(mlp).fit_replicates(X, y, np.array([np.ones(150), BOOTSTRAP[0]]))
    np.testing.assert_allclose(twice[0].parameters_, mlp.parameters_)
    np.testing.assert_allclose(twice[1].parameters_, clone(mlp).fit(X, y, BOOTSTRAP[0]).parameters_)


def test_dropout_is_for_training_only():
    mlp = MLPClassifier(**SHORT, dropout=0.5).fit(X, y)
    np.testing.assert_array_equal(mlp.predict_proba(X), mlp.predict_proba(X))
    assert not np.array_equal(mlp.parameters_, clone(mlp).set_params(dropout=0.0).fit(X, y).parameters_)


def test_zero_initialization_never_breaks_the_symmetry():
    mlp = MLPClassifier((5,), "tanh", init="zeros", learning_rate=0.05, max_iter=50, random_state=0).fit(X, y)
    features = mlp.hidden_features(X)
    np.testing.assert_array_equal(features, np.repeat(features[:, :1], 5, axis=1))


def test_identity_activations_make_a_linear_model():
    mlp = MLPClassifier((7, 5), "identity", max_iter=20, random_state=0).fit(X[:100], y[:100])
    start, step = X[0], np.array([0.3, -0.2, 0.1, 0.4])
    on_a_line = mlp.decision_function([start, start + step, start + 2 * step])
    assert abs(np.diff(on_a_line, 2).item()) < 1e-12


def test_early_stopping_keeps_the_best_epoch():
    mlp = MLPClassifier((20,), learning_rate=0.1, batch_size=10, early_stopping=True, n_iter_no_change=8,
                        validation_fraction=0.3, tol=0.0, random_state=0).fit(X, y)  # fmt: skip
    curve = mlp.validation_loss_curve_
    assert len(curve) == mlp.n_iter_ == len(mlp.loss_curve_)
    assert curve.argmin() == len(curve) - 1 - 8
    shorter = clone(mlp).set_params(max_iter=int(curve.argmin()) + 1).fit(X, y)
    np.testing.assert_array_equal(mlp.parameters_, shorter.parameters_)


@pytest.mark.parametrize("settings", [{}, {"standardize": True}])
def test_warm_start_goes_on_where_the_last_fit_ended(settings):
    mlp = MLPClassifier(**{**SHORT, "warm_start": True, "optimizer": "gd", "max_iter": 20, **settings})
    mlp.set_params(batch_size=None, tol=0.0, n_iter_no_change=100)
    curve = np.concatenate([mlp.fit(X, y).loss_curve_, mlp.fit(X, y).loss_curve_])
    whole = clone(mlp).set_params(warm_start=False, max_iter=40).fit(X, y)
    np.testing.assert_allclose(curve, whole.loss_curve_, rtol=1e-10)


def test_standardization_makes_units_irrelevant():
    units = np.array([1e3, 1e-3, 1.0, 50.0])
    mlp = MLPClassifier(**SHORT, standardize=True)
    np.testing.assert_allclose(
        clone(mlp).fit(X, y).predict_proba(X), clone(mlp).fit(X * units + 5, y).predict_proba(X * units + 5), atol=1e-6
    )


def test_class_weights_are_weights_of_rows():
    mlp = MLPClassifier(**SHORT, class_weight={"setosa": 3.0, "virginica": 0.5})
    weights = np.array([3.0, 1.0, 0.5])[y]
    np.testing.assert_array_equal(
        mlp.fit(X, NAMES).parameters_, clone(mlp).set_params(class_weight=None).fit(X, NAMES, weights).parameters_
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_class_without_weight_keeps_its_column_and_has_probability_zero(n_classes):
    kept = y < n_classes
    mlp = MLPClassifier(**SHORT).fit(X[kept], y[kept], (y[kept] != 1).astype(float))
    probabilities = mlp.predict_proba(X)
    assert probabilities.shape == (150, n_classes)
    np.testing.assert_array_equal(probabilities[:, 1], 0.0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert np.isneginf(mlp.predict_log_proba(X)[:, 1]).all()


def test_divergence_is_one_warning_that_names_the_learning_rate():
    mlp = MLPClassifier((5,), "relu", optimizer="gd", learning_rate=1e6, reg_lambda=1.0, max_iter=50, random_state=0)
    with pytest.warns(ConvergenceWarning, match="learning_rate=1000000.0 is too large") as caught:
        mlp.fit(X, y)
    assert len(caught) == 1
    assert np.isfinite(mlp.parameters_).all()
    assert len(mlp.loss_curve_) == mlp.n_iter_
    with pytest.warns(ConvergenceWarning, match="3 of 3 replicates") as caught:
        mlp.fit_replicates(X, y, FOLDS)
    assert len(caught) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_that_of_the_rows(dtype):
    mlp = MLPClassifier(**SHORT, batch_norm=True, standardize=True).fit(X.astype(dtype), y)
    assert mlp.predict_proba(X.astype(dtype)).dtype == dtype
    assert {array.dtype for array in (*mlp.coefs_, *mlp.intercepts_, mlp.parameters_)} == {np.dtype(dtype)}


def test_copies_predict_the_same():
    mlp = MLPClassifier(**SHORT, batch_norm=True).fit(X, NAMES)
    for copy in (pickle.loads(pickle.dumps(mlp)), deepcopy(mlp), clone(mlp).fit(X, NAMES)):
        np.testing.assert_array_equal(copy.predict_proba(X), mlp.predict_proba(X))


def test_parameters_are_counted():
    mlp = MLPClassifier((6,), batch_norm=True, max_iter=1).fit(X, y)
    assert mlp.n_parameters_ == (4 + 1) * 6 + 2 * 6 + (6 + 1) * 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes must be integers from 1 on"),
        ({"hidden_layer_sizes": (3.5,)}, "hidden_layer_sizes"),
        ({"activation": ("relu",)}, "one for each of the 2 hidden layers"),
        ({"activation": ("relu", "softplus")}, "got 'softplus'"),
        ({"dropout": 1.0}, "dropout"),
        ({"early_stopping": True, "validation_fraction": 1e-3}, "leaves no validation row"),
    ],
)
def test_errors_say_what_to_mend(settings, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**{**SHORT, **settings}).fit(X, y)


def digits(seed):
    X, y = load_digits(return_X_y=True)
    return train_test_split(X / 16, y, test_size=0.5, stratify=y, random_state=seed)


@pytest.mark.slow
def test_digits_as_well_as_scikit_learn_with_the_same_architecture():
    differences = []
    for seed in range(5):
        train, test, train_labels, test_labels = digits(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            settings = {"hidden_layer_sizes": (100,), "max_iter": 200, "random_state": seed}
            ours = MLPClassifier(**settings).fit(train, train_labels).score(test, test_labels)
            theirs = TheirMLPClassifier(**settings).fit(train, train_labels).score(test, test_labels)
        differences.append(ours - theirs)
    assert np.mean(differences) >= -2 * np.std(differences, ddof=1) / np.sqrt(5)


@pytest.mark.slow
def test_digits_with_regularization():
    # Each training half chooses for itself; benchmarks/networks.py prints the same.
    mlp = MLPClassifier(batch_norm=True, learning_rate=3e-3, batch_size=100, max_iter=60, random_state=0)
    grid = {"hidden_layer_sizes": [(200,), (200, 200)], "dropout": [0.0, 0.3]}
    scores = []
    for seed in range(5):
        train, test, train_labels, test_labels = digits(seed)
        scores.append(GridSearchCV(mlp, grid, cv=2).fit(train, train_labels).score(test, test_labels))
    assert np.mean(scores) >= 0.978
