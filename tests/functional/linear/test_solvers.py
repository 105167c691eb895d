"""The solvers of logistic regression find scikit-learn's optimum, and each other's, for every replicate."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from genvsdisc.functional.linear.accelerated import accelerated_descent
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.lbfgs import lbfgs
from genvsdisc.functional.linear.newton import _solved, newton
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.truncated_newton import truncated_newton
from genvsdisc.functional.losses import TRAINING_LOSSES

SOLVERS = {
    "newton": newton,
    "truncated newton": truncated_newton,
    "lbfgs": lbfgs,
    "accelerated": accelerated_descent,
}
REG_LAMBDA = 1e-2


def objectives(n_classes, n=120, d=4, loss="cross_entropy", units=1.0):
    """Three weightings of the same rows, with columns of other units."""
    rng = np.random.default_rng(n_classes)
    codes = np.arange(n) % n_classes
    rows = (rng.normal(size=(n, d)) + 0.7 * rng.normal(size=(n_classes, d))[codes]) * np.geomspace(1, units, d)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=3) / n
    penalties = np.tile(np.append(REG_LAMBDA * np.var(rows, axis=0), 0), (3, 1))
    present = np.ones((3, n_classes), dtype=bool)
    form = TRAINING_LOSSES[loss].form(n_classes)
    return SoftmaxRegression(rows, codes, weights, penalties, present, form, ColumnProducts(rows))


def optimum(solver, objective, tol=1e-8, max_iter=20_000):
    """Coefficients (R, C, d + 1), from zero."""
    return SOLVERS[solver](objective, np.zeros(objective.shape), max_iter=max_iter, tol=tol).parameters


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("solver", SOLVERS)
def test_the_optimum_is_scikit_learns(solver, n_classes):
    objective = objectives(n_classes)
    ours, scale = optimum(solver, objective), objective.rows.std(axis=0)
    for r, weights in enumerate(objective.weights):
        theirs = LogisticRegression(C=1 / REG_LAMBDA, tol=1e-10, solver="newton-cholesky")
        theirs.fit(objective.rows / scale, objective.codes, sample_weight=weights)
        np.testing.assert_allclose(ours[r, :, :-1] * scale, theirs.coef_, rtol=1e-4, atol=1e-5)
        shift = theirs.intercept_ - ours[r, :, -1]  # with a softmax the same number may be added to all intercepts
        np.testing.assert_allclose(shift, shift.mean(), atol=1e-4)


@pytest.mark.parametrize("units", [1.0, 1e4])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_solvers_agree_whatever_the_units(n_classes, units):
    objective = objectives(n_classes, units=units)
    scale = objective.rows.std(axis=0)
    found = [optimum(solver, objective)[:, :, :-1] * scale for solver in SOLVERS]
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_replicate_is_the_fit_of_its_weights_alone(n_classes):
    objective = objectives(n_classes)
    for solver in SOLVERS:
        together = optimum(solver, objective)
        for r in range(3):
            alone = optimum(solver, objective.take(np.array([r])))
            np.testing.assert_allclose(together[[r]], alone, rtol=1e-5, atol=1e-6)


def test_accelerated_descent_minimizes_a_loss_that_is_not_convex():
    """The squared error: no point that scipy finds from there is lower."""
    objective = objectives(2, loss="squared_error").take(np.array([0]))
    found = optimum("accelerated", objective)

    def value(theta):
        return float(objective.value_and_gradient(theta.reshape(objective.shape))[0][0])

    assert value(found.ravel()) == pytest.approx(minimize(value, found.ravel(), tol=1e-12).fun, abs=1e-8)


@pytest.mark.parametrize("solver", SOLVERS)
def test_iterations_are_bounded(solver):
    objective = objectives(3)
    early = SOLVERS[solver](objective, np.zeros(objective.shape), max_iter=2, tol=1e-12)
    assert early.n_iter.max() <= 2


@pytest.mark.parametrize("definite", [True, False])
def test_large_newton_systems_are_numpys_in_any_units(definite):
    """By Cholesky, one by one; rounding may leave a Hessian indefinite, which Cholesky refuses."""
    rng = np.random.default_rng(0)
    values = np.linspace(1 if definite else -0.5, 3, 40)
    bases = np.linalg.qr(rng.normal(size=(3, 40, 40)))[0]
    matrices = (bases * values) @ bases.swapaxes(1, 2)
    solutions, units = rng.normal(size=(3, 40)), np.geomspace(1e-6, 1e6, 40)
    scaled = matrices * units[:, None] * units
    right = np.einsum("rij,rj->ri", scaled, solutions / units)
    np.testing.assert_allclose(_solved(scaled, right) * units, solutions, rtol=1e-9, atol=1e-11)
