"""The one training loop: batches, stopping, early stopping, members that leave the stack, divergence."""

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genvsdisc.functional.descent.batches import Batches, whole
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.descent.optimizers import OPTIMIZERS, GradientDescent
from genvsdisc.functional.descent.schedules import inverse_sqrt

ROWS = np.random.default_rng(0).normal(size=(30, 3))
TARGETS = ROWS @ [1.0, -2.0, 0.5] + np.random.default_rng(1).normal(size=30)
WEIGHTS = np.random.default_rng(2).multinomial(30, np.full(30, 1 / 30), size=4).astype(float)


class LeastSquares:
    """½ mean squared error of a linear model: its minimum is known."""

    def residuals(self, parameters, batch):
        rows = np.arange(30)[None] if batch.rows is None else batch.rows
        return ROWS[rows], np.einsum("rbd,rd->rb", ROWS[rows] + 0 * batch.weights[:, :, None], parameters) - TARGETS[
            rows
        ]

    def bind(self, parameters, gradient):
        def evaluate(batch):
            rows, residuals = self.residuals(parameters, batch)
            gradient[:] = np.einsum("rbd,rb->rd", rows, batch.weights * residuals)
            return self.value(parameters, batch)

        return evaluate

    def value(self, parameters, batch):
        return 0.5 * (batch.weights * self.residuals(parameters, batch)[1] ** 2).sum(axis=1)


def generators(count):
    return [np.random.default_rng(7) for _ in range(count)]


def solution(weights):
    root = np.sqrt(weights)[:, None]
    return np.linalg.lstsq(root * ROWS, root[:, 0] * TARGETS)[0]


def fit(weights=WEIGHTS, **rules):
    rules = {"optimizer": OPTIMIZERS["adam"], "learning_rate": 0.05, "max_iter": 40, "tol": 0.0, **rules}
    extra = {name: rules.pop(name) for name in ("validation_weights", "hook") if name in rules}
    start = np.zeros((len(weights), 3))
    return descend(LeastSquares(), start, weights, Settings(**rules), generators=generators(len(weights)), **extra)


@given(arrays(float, (3, 23), elements=st.sampled_from([0.0, 1.0, 2.5])), st.integers(1, 30))
@examples(60)
def test_each_row_of_weight_is_in_one_batch_of_an_epoch(weights, batch_size):
    weights[:, 0] = 1.0
    batches = Batches(weights, batch_size, generators(3))
    batches.take(np.argsort(-batches.n_batches, kind="stable"))
    seen, shares = np.zeros_like(weights), np.zeros(3)
    for step, batch in enumerate(batches.epoch()):
        rows = np.broadcast_to(np.arange(23) if batch.rows is None else batch.rows, batch.weights.shape)
        for position, member in enumerate(batch.members):
            share = batches.shares[position, step]
            np.add.at(
                seen[member], np.broadcast_to(rows, batch.weights.shape)[position], share * batch.weights[position]
            )
            shares[member] += share
    # Averaged over its batches, the loss is the weighted mean.
    np.testing.assert_allclose(seen, weights / weights.sum(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(shares, 1.0)


def test_whole_leaves_out_rows_that_no_member_has():
    batch = whole(np.array([[1.0, 0.0, 3.0, 0.0], [2.0, 0.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(batch.rows, [[0, 2], [0, 1]])
    np.testing.assert_array_equal(batch.weights, [[0.25, 0.75], [1.0, 0.0]])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_full_batch_descent_reaches_the_minimum(name):
    rates = {"gd": 0.5, "momentum": 0.1, "nesterov": 0.1, "adagrad": 1.0, "rmsprop": 0.1, "adam": 0.05}
    done = fit(optimizer=OPTIMIZERS[name], learning_rate=rates[name], max_iter=4000, n_iter_no_change=4000,
               gradient_tol=1e-7, schedule=inverse_sqrt if name == "rmsprop" else np.ones_like)  # fmt: skip
    for parameters, weights in zip(done.parameters, WEIGHTS, strict=True):
        np.testing.assert_allclose(parameters, solution(weights), atol=5e-3)


@pytest.mark.parametrize("batch_size", [None, 4, 7, 30])
def test_members_end_as_they_would_alone(batch_size):
    rules = {"batch_size": batch_size, "tol": 1e-3, "n_iter_no_change": 3, "max_iter": 200}
    together = fit(**rules)
    assert len(set(together.n_iter.tolist())) > 1
    for r in range(len(WEIGHTS)):
        alone = fit(WEIGHTS[[r]], **rules)
        np.testing.assert_allclose(together.parameters[r], alone.parameters[0], rtol=1e-9)
        np.testing.assert_allclose(together.loss_curves[r], alone.loss_curves[0], rtol=1e-9)
        assert together.n_iter[r] == alone.n_iter[0]


def test_stops_after_epochs_without_progress():
    done = fit(tol=1e9, n_iter_no_change=4)
    # The first epoch is an improvement on nothing.
    np.testing.assert_array_equal(done.n_iter, 1 + 4)
    assert done.converged.all()
    assert not fit(n_iter_no_change=1000).converged.any()


def test_stops_where_the_gradient_is_flat():
    done = fit(optimizer=GradientDescent(), learning_rate=0.5, max_iter=1000, n_iter_no_change=1000, gradient_tol=1e-10)
    assert done.converged.all()
    for parameters, weights in zip(done.parameters, WEIGHTS, strict=True):
        np.testing.assert_allclose(parameters, solution(weights), atol=1e-8)


def test_early_stopping_returns_to_the_best_epoch():
    training, validation = WEIGHTS * (np.arange(30) < 6), WEIGHTS * (np.arange(30) >= 6)
    done = fit(training, validation_weights=validation, max_iter=300, n_iter_no_change=25, learning_rate=0.1)
    for r, curve in enumerate(done.validation_loss_curves):
        value = LeastSquares().value(done.parameters[[r]], whole(validation[[r]]))[0]
        assert value == pytest.approx(min(curve), rel=1e-12)
        assert len(curve) == done.n_iter[r] == len(done.loss_curves[r])
        assert np.argmin(curve) + 1 + 25 == done.n_iter[r]


def test_divergence_is_noticed_and_the_parameters_stay_finite():
    rates = np.array([0.1, 50.0, 0.1, 1e200])
    done = fit(optimizer=GradientDescent(), learning_rate=rates, max_iter=200, n_iter_no_change=1000)
    np.testing.assert_array_equal(done.diverged, [False, True, False, True])
    assert np.isfinite(done.parameters).all()
    assert not done.converged[done.diverged].any()
    assert all(len(curve) == count for curve, count in zip(done.loss_curves, done.n_iter, strict=True))
    calm = fit(WEIGHTS[[0, 2]], optimizer=GradientDescent(), learning_rate=0.1, max_iter=200, n_iter_no_change=1000)
    np.testing.assert_array_equal(done.parameters[[0, 2]], calm.parameters)


def test_a_hook_hears_of_each_epoch_and_can_stop():
    class Hook:
        epochs, losses = [], []

        def begin(self, epoch):
            self.epochs.append(epoch)

        def end(self, epoch, parameters, losses):
            assert parameters.shape == (4, 3)
            self.losses.append(losses.copy())
            return epoch == 2

    hook = Hook()
    done = fit(hook=hook)
    assert hook.epochs == [0, 1, 2]
    np.testing.assert_array_equal(np.array(hook.losses).T, done.loss_curves)
    assert not done.converged.any()


def test_the_start_is_not_touched():
    start = np.zeros((1, 3))
    descend(LeastSquares(), start, WEIGHTS[:1], Settings(GradientDescent(), 0.1, max_iter=3))
    assert not start.any()
