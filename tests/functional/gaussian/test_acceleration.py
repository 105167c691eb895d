"""Accelerated fixed points: those of plain iteration and of linear algebra, in fewer steps, never downhill."""

from dataclasses import dataclass

import numpy as np
import pytest

from genvsdisc.functional.gaussian.acceleration import Evaluation, LeftParameterSpaceError, fixed_points


@dataclass
class Ascent:
    """x <- A x + b with eigenvalues of A in (0, 1): it climbs -x'(I - A)x / 2 + b'x, whose top is (I - A)^-1 b."""

    A: np.ndarray
    b: np.ndarray

    def evaluate(self, x):
        image = np.einsum("rij,rj->ri", self.A, x) + self.b
        objective = np.einsum("ri,ri->r", x, (image - x + self.b)) / 2
        return Evaluation(image, np.abs(image - x).max(axis=1), objective, objective, np.ones(len(x), bool))

    def take(self, indices):
        return Ascent(self.A[indices], self.b[indices])


@dataclass
class Foreseen(Ascent):
    """It says what lies ahead, off by a share of what is left, or something wild."""

    off: float = 0.0

    def evaluate(self, x):
        step = super().evaluate(x)
        end = np.linalg.solve(np.eye(self.A.shape[1]) - self.A, self.b[..., None])[..., 0]
        turned = (x - end)[:, ::-1]
        step.ahead = end + self.off * turned
        return step

    def take(self, indices):
        return Foreseen(self.A[indices], self.b[indices], self.off)


@dataclass
class MixtureWeights:
    """EM of the weights of a mixture whose densities (R, n, K) are known."""

    densities: np.ndarray

    def evaluate(self, x):
        joint = self.densities * x[:, None, :]
        total = joint.sum(axis=2, keepdims=True)
        regular = (x > 0).all(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            image, likelihood = (joint / total).mean(axis=1), np.log(total[..., 0]).sum(axis=1)
        return Evaluation(image, np.abs(image - x).max(axis=1), likelihood, likelihood, regular)

    def take(self, indices):
        return MixtureWeights(self.densities[indices])


def ascent(slowest, R=4, p=6):
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(R, p, p)))[0]
    values = np.linspace(0.1, slowest, p)
    return Ascent(np.einsum("rij,j,rkj->rik", Q, values, Q), rng.normal(size=(R, p)))


@pytest.fixture
def mixture():
    """Three densities that overlap much, so that EM is slow: three samples from them."""
    x = np.random.default_rng(1).normal(size=(3, 400, 1)) + 0.5
    return MixtureWeights(np.exp(-((x - np.array([0.0, 0.5, 1.0])) ** 2) / 2))


def steps_of_plain_iteration(problem, x, tol):
    for step in range(1, 200_000):
        evaluated = problem.evaluate(x)
        x = evaluated.image
        if (evaluated.residual <= tol).all():
            return x, step
    raise AssertionError("plain iteration did not converge")


@pytest.mark.parametrize("slowest", [0.5, 0.99, 0.9999])
def test_a_linear_map_comes_to_rest_where_linear_algebra_says(slowest):
    problem = ascent(slowest)
    found = fixed_points(problem, np.zeros_like(problem.b), tol=1e-11, max_iter=500)
    expected = np.linalg.solve(np.eye(6) - problem.A, problem.b[..., None])[..., 0]
    assert found.converged.all()
    np.testing.assert_allclose(found.x, expected, rtol=0, atol=1e-11 / (1 - slowest) * 10)


def test_it_takes_fewer_steps_than_plain_iteration_to_the_same_place(mixture):
    start = np.full((3, 3), 1 / 3)
    x, steps = steps_of_plain_iteration(mixture, start, 1e-10)
    found = fixed_points(mixture, start, tol=1e-10, max_iter=2000)
    assert found.converged.all()
    likelihood = mixture.evaluate(x).objective
    # The likelihood is flat along the weights: it is what both agree on to rounding, weights to the stopping rule.
    np.testing.assert_allclose(mixture.evaluate(found.x).objective, likelihood, rtol=1e-9)
    np.testing.assert_allclose(found.x, x, atol=1e-3)
    assert len(found.log_likelihoods) < steps / 5


def test_no_step_that_is_kept_goes_downhill(mixture):
    found = fixed_points(mixture, np.full((3, 3), 1 / 3), tol=1e-10, max_iter=2000)
    rises = np.diff(found.log_likelihoods, axis=0)
    assert (rises >= -1e-12 * np.abs(found.log_likelihoods[:-1])).all()
    assert (found.x > 0).all()


def test_members_do_not_depend_on_their_neighbors(mixture):
    start = np.full((3, 3), 1 / 3)
    together = fixed_points(mixture, start, tol=1e-8, max_iter=2000)
    for member in range(3):
        alone = fixed_points(mixture.take([member]), start[[member]], tol=1e-8, max_iter=2000)
        np.testing.assert_allclose(together.x[member], alone.x[0], rtol=0, atol=1e-12)


def test_too_few_steps_are_told(mixture):
    found = fixed_points(mixture, np.full((3, 3), 1 / 3), tol=1e-14, max_iter=3)
    assert not found.converged.any()
    assert len(found.log_likelihoods) == 3


def test_a_start_outside_the_parameter_space_is_an_error(mixture):
    with pytest.raises(LeftParameterSpaceError):
        fixed_points(mixture, np.array([[1.0, 1.0, -1.0]] * 3), tol=1e-8, max_iter=10)


@pytest.mark.parametrize(("off", "steps", "error"), [(0.0, 4, 1e-5), (0.05, 8, 1e-5), (30.0, 500, 0.02)])
def test_what_is_said_to_lie_ahead_saves_steps_and_cannot_mislead(off, steps, error):
    ascending = ascent(0.99)
    problem = Foreseen(ascending.A, ascending.b, off)
    found = fixed_points(problem, np.zeros_like(problem.b), tol=1e-11, max_iter=500, gain=1e-16)
    expected = np.linalg.solve(np.eye(6) - problem.A, problem.b[..., None])[..., 0]
    assert found.converged.all()
    assert len(found.log_likelihoods) <= steps
    np.testing.assert_allclose(found.x, expected, rtol=0, atol=error)
    assert (np.diff(found.log_likelihoods, axis=0) >= -1e-9).all()


@dataclass
class Blocks:
    """Independent problems as the blocks of each member."""

    inner: Ascent
    count: int

    def evaluate(self, x):
        step = self.inner.evaluate(x.reshape(-1, x.shape[-1]))
        shape = (len(x), self.count)
        numbers = (each.reshape(shape) for each in (step.residual, step.log_likelihood, step.objective, step.regular))
        return Evaluation(step.image.reshape(x.shape), *numbers)

    def take(self, indices):
        every = np.asarray(indices)[:, None] * self.count + np.arange(self.count)
        return Blocks(self.inner.take(every.ravel()), self.count)


def test_blocks_of_a_member_come_to_rest_each_by_itself():
    problem = ascent(0.95, R=6)
    apart = fixed_points(problem, np.zeros_like(problem.b), tol=1e-10, max_iter=500)
    together = fixed_points(Blocks(problem, 2), np.zeros((3, 2, 6)), tol=1e-10, max_iter=500)
    assert together.converged.all()
    np.testing.assert_allclose(together.x.reshape(6, 6), apart.x, rtol=0, atol=1e-10)
    totals = apart.log_likelihoods[-1].reshape(3, 2).sum(axis=1)
    np.testing.assert_allclose(together.log_likelihoods[-1], totals, rtol=1e-12)


@dataclass
class WithoutObjective:
    """The linear map, with a log likelihood that has its maximum elsewhere and no objective that g never lowers."""

    inner: Ascent

    def evaluate(self, x):
        step = self.inner.evaluate(x)
        linear = 1e4 * x.sum(axis=1)
        return Evaluation(step.image, step.residual, linear, linear, step.regular, monotone=False)

    def take(self, indices):
        return WithoutObjective(self.inner.take(indices))


@pytest.mark.parametrize("slowest", [0.5, 0.99, 0.9999])
def test_without_an_objective_the_residual_decides(slowest):
    problem = ascent(slowest)
    expected = np.linalg.solve(np.eye(6) - problem.A, problem.b[..., None])[..., 0]
    found = fixed_points(WithoutObjective(problem), np.zeros_like(problem.b), tol=1e-11, max_iter=500)
    assert found.converged.all()
    np.testing.assert_allclose(found.x, expected, rtol=0, atol=1e-11 / (1 - slowest) * 10)


def test_a_log_likelihood_that_still_moves_is_not_the_end():
    problem = WithoutObjective(ascent(0.9))
    start = np.zeros_like(problem.inner.b)
    rough, steady = (fixed_points(problem, start, tol=1e-2, max_iter=500, steady=limit) for limit in (np.inf, 1e-3))
    assert len(rough.log_likelihoods) < len(steady.log_likelihoods)
    moves = np.abs(np.diff(steady.log_likelihoods, axis=0))
    assert (moves[-1] <= 1e-3).all()


class Restless(WithoutObjective):
    """Steps of one length, now here, now there."""

    def evaluate(self, x):
        step = super().evaluate(x)
        step.image = x + np.sign(np.sin(1e3 * x + 1))
        step.residual = np.ones(len(x))
        return step


def test_what_never_comes_nearer_is_no_end():
    problem = ascent(0.5)
    found = fixed_points(Restless(problem), np.zeros_like(problem.b), tol=1e-8, max_iter=400)
    assert not found.converged.any()
    assert len(found.log_likelihoods) < 100
