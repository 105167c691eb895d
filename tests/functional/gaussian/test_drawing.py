import numpy as np
import pytest

from genvsdisc.functional.gaussian.drawing import drawn_deviations


def law(shape, d=6, seed=0):
    """A factor T with T T' the inverse of a covariance, and the covariance."""
    rng = np.random.default_rng(seed)
    if shape == "full":
        A = rng.normal(size=(d, 2 * d))
        covariance = A @ A.T / d
        return np.linalg.inv(np.linalg.cholesky(covariance)).T, covariance
    factor = rng.uniform(0.5, 2, d) if shape == "diagonal" else np.array(1.7)
    return factor, np.diag(np.broadcast_to(1 / factor**2, d))


@pytest.mark.parametrize("shape", ["full", "diagonal", "spherical"])
@pytest.mark.parametrize("columns", [None, [4, 1], [2]])
def test_deviations_have_the_covariance_of_their_columns(shape, columns):
    factor, covariance = law(shape)
    some = None if columns is None else np.array(columns)
    n = 40_000
    drawn = drawn_deviations(np.zeros(n, dtype=int), [factor], 6, np.random.RandomState(0), some)
    expected = covariance if columns is None else covariance[np.ix_(columns, columns)]
    error = np.sqrt((expected**2 + np.outer(np.diag(expected), np.diag(expected))) / n)
    assert np.abs((np.cov(drawn.T).reshape(expected.shape) - expected) / error).max() < 4.5
    assert np.abs(drawn.mean(axis=0) / np.sqrt(np.diag(expected) / n)).max() < 4.5


def test_each_class_has_its_own():
    (one, first), (two, second) = law("full", seed=1), law("full", seed=2)
    codes = np.arange(60_000) % 2
    drawn = drawn_deviations(codes, [one, two], 6, np.random.RandomState(0), np.array([0, 5]))
    for k, covariance in enumerate((first, second)):
        expected = covariance[np.ix_([0, 5], [0, 5])]
        assert np.cov(drawn[codes == k].T) == pytest.approx(expected, rel=0.1, abs=0.05 * np.diag(expected).max())
