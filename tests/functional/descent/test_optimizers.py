"""Optimizers: against their formulas step by step, in any stack, in single precision."""

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from genvsdisc.functional.descent.optimizers import OPTIMIZERS, Adagrad
from genvsdisc.functional.descent.schedules import SCHEDULES

RATES = {"gd": 1e-3, "momentum": 5e-4, "nesterov": 5e-4, "adagrad": 0.3, "rmsprop": 1e-3, "adam": 0.01}
START = np.array([[-1.0, 1.5, 0.5], [0.3, 0.2, -0.4]])


def run(name, start, n_steps, rate=None):
    parameters = start.copy()
    state = OPTIMIZERS[name].init(parameters)
    for _ in range(n_steps):
        gradient = np.array([rosen_der(row) for row in parameters], parameters.dtype)
        OPTIMIZERS[name].update(parameters, gradient, state, rate or RATES[name])
    return parameters


def theirs(optimizer, start, n_steps):
    parameters = [start.copy()]
    for _ in range(n_steps):
        optimizer.update_params(parameters, [rosen_der(parameters[0])])
    return parameters[0]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("gd", lambda w: SGDOptimizer([w], RATES["gd"], momentum=0.0)),
        ("momentum", lambda w: SGDOptimizer([w], RATES["momentum"], nesterov=False)),
        ("nesterov", lambda w: SGDOptimizer([w], RATES["nesterov"], nesterov=True)),
        ("adam", lambda w: AdamOptimizer([w], RATES["adam"])),
    ],
)
def test_steps_are_scikit_learns(name, make):
    ours = run(name, START, 50)
    for row, start in zip(ours, START, strict=True):
        np.testing.assert_allclose(row, theirs(make(start), start, 50), rtol=1e-9)


def test_adagrad_and_rmsprop_follow_their_formulas():
    for name, rule in {
        "adagrad": lambda old, g: (old + g**2, np.sqrt(old + g**2 + 1e-16)),
        "rmsprop": lambda old, g: (0.9 * old + 0.1 * g**2, np.sqrt(0.9 * old + 0.1 * g**2) + 1e-8),
    }.items():
        w, square = START[0].copy(), np.zeros(3)
        for _ in range(20):
            g = rosen_der(w)
            square, divisor = rule(square, g)
            w = w - RATES[name] * g / divisor
        np.testing.assert_allclose(run(name, START, 20)[0], w, rtol=1e-12)


def test_the_first_step_of_adagrad_is_the_sign_of_the_gradient():
    rng = np.random.default_rng(0)
    gradient = rng.normal(size=(3, 50)) * 10.0 ** rng.integers(-100, 100, (3, 50))
    gradient[:, 0] = 0.0
    optimizer, parameters = Adagrad(epsilon=0.0), np.zeros((3, 50))
    optimizer.update(parameters, gradient.copy(), optimizer.init(parameters), 0.25)
    np.testing.assert_array_equal(parameters, -0.25 * np.sign(gradient))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_goes_downhill(name):
    ended = run(name, START, 3000)
    assert all(rosen(w) < 0.05 * rosen(start) for w, start in zip(ended, START, strict=True))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_members_of_a_stack_do_not_touch_each_other(name):
    both = run(name, START, 30)
    for row, start in zip(both, START, strict=True):
        np.testing.assert_array_equal(row, run(name, start[None], 30)[0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_single_precision_stays_single(name):
    single = run(name, START.astype(np.float32), 20)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, run(name, START, 20), rtol=1e-3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_member_has_its_own_rate_and_state(name):
    optimizer, rates = OPTIMIZERS[name], np.array([[1e-3], [3e-3]])
    parameters = START.copy()
    state = optimizer.init(parameters)
    for _ in range(5):
        optimizer.update(parameters, np.array([rosen_der(row) for row in parameters]), state, rates)
    for r in range(2):
        np.testing.assert_allclose(parameters[r], run(name, START[[r]], 5, rates[r, 0])[0], rtol=1e-12)
        for taken, slot in zip(state.take(np.array([r])).slots, state.slots, strict=True):
            np.testing.assert_array_equal(taken[0], slot[r])


def test_schedules():
    steps = np.array([[0.0], [3.0], [99.0]])
    np.testing.assert_array_equal(SCHEDULES["constant"](steps), np.ones((3, 1)))
    np.testing.assert_allclose(SCHEDULES["inverse_sqrt"](steps), [[1], [0.5], [0.1]])
