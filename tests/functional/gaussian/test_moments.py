"""Weighted moments of classes: NumPy's weighted sums, written out, and what merging and moving must keep."""

import numpy as np
import pytest

from genvsdisc.functional.gaussian.moments import class_moments, filled_means, merge, stacked

R, N, K, D = 3, 60, 4, 3


@pytest.fixture(params=[0.0, 1e6], ids=["near", "far"])
def rows(request):
    """Rows, codes and weights; the last class has no row, and none of the second has weight in the first weighting."""
    rng = np.random.default_rng(0)
    X, codes = request.param + rng.normal(size=(N, D)) * [1.0, 3.0, 0.1], np.arange(N) % (K - 1)
    weights = rng.integers(0, 4, size=(R, N)).astype(float)
    weights[0, codes == 1] = 0
    return X, codes, weights


def of_class(rows, r, k):
    """Weight, mean and deviations from it, of one class under one weighting."""
    X, codes, weights = rows
    w = weights[r] * (codes == k)
    mean = np.average(X, axis=0, weights=w)
    return w, mean, X - mean


@pytest.mark.parametrize("full", [True, False])
def test_they_are_the_weighted_sums(rows, full):
    moments = class_moments(*rows, K, full=full)
    for r, k in np.ndindex(R, K):
        w = rows[2][r] * (rows[1] == k)
        assert moments.weight[r, k] == w.sum()
        if w.any():
            w, mean, z = of_class(rows, r, k)
            scatter = (z * w[:, None]).T @ z
            np.testing.assert_allclose(moments.center[r, k], mean, rtol=1e-14)
            np.testing.assert_allclose(
                moments.second[r, k], scatter if full else np.diag(scatter), rtol=1e-9, atol=1e-9 * np.trace(scatter)
            )
    assert np.all(moments.first == 0)


def test_cubic_and_quartic_are_powers_of_the_distance_from_the_mean(rows):
    moments = class_moments(*rows, K, fourth=True)
    for r, k in [(0, 0), (1, 1), (2, 2)]:
        w, _, z = of_class(rows, r, k)
        squares = (z**2).sum(axis=1)
        np.testing.assert_allclose(moments.cubic[r, k], (w * squares) @ z, rtol=1e-7, atol=1e-6)
        np.testing.assert_allclose(moments.quartic[r, k], w @ squares**2, rtol=1e-8)


@pytest.mark.parametrize("fourth", [False, True])
@pytest.mark.parametrize("full", [True, False])
def test_merged_parts_are_the_whole(rows, full, fourth):
    X, codes, weights = rows
    options = {"full": full, "fourth": fourth and full}
    first = np.arange(N) < 23
    parts = [class_moments(X[part], codes[part], weights[:, part], K, **options) for part in (first, ~first)]
    whole = class_moments(X, codes, weights, K, **options)
    for merged in (merge(*parts), merge(*parts[::-1])):
        for name in ("weight", "center", "second", "cubic", "quartic"):
            ours, theirs = getattr(merged, name), getattr(whole, name)
            assert (ours is None) == (theirs is None)
            if theirs is not None:
                # Classes without weight have no mean.
                held = whole.weight > 0
                scale = np.abs(theirs[held]).max()
                np.testing.assert_allclose(ours[held], theirs[held], rtol=1e-8, atol=1e-9 * scale)


def test_sums_about_another_point_are_those_of_moved_rows(rows):
    X = rows[0]
    shift = np.random.default_rng(1).normal(size=(R, K, D))
    moved = class_moments(*rows, K, fourth=True).moved(shift)
    for r, k in [(0, 0), (1, 1), (2, 2)]:
        w, mean, _ = of_class(rows, r, k)
        z = X - mean - shift[r, k]
        squares = (z**2).sum(axis=1)
        np.testing.assert_allclose(moved.first[r, k], w @ z, rtol=1e-9, atol=1e-7)
        np.testing.assert_allclose(moved.second[r, k], (z * w[:, None]).T @ z, rtol=1e-8, atol=1e-7)
        np.testing.assert_allclose(moved.cubic[r, k], (w * squares) @ z, rtol=1e-7, atol=1e-5)
        np.testing.assert_allclose(moved.quartic[r, k], w @ squares**2, rtol=1e-8)
    back = moved.about_means()
    np.testing.assert_allclose(
        back.center[moved.weight > 0], class_moments(*rows, K).center[moved.weight > 0], rtol=1e-12
    )


def test_a_column_that_is_constant_within_a_class_has_no_scatter_however_far_it_lies():
    X = np.column_stack([np.repeat([1e9 + 0.1, -3e8 - 0.7], 20), np.arange(40.0)])
    moments = class_moments(X, np.repeat([0, 1], 20), np.ones((2, 40)), 2)
    assert np.all(moments.second[:, :, 0, :] == 0)
    assert np.all(moments.second[:, :, :, 0] == 0)


def test_a_class_without_weight_gets_the_mean_of_all_rows(rows):
    X, _, weights = rows
    means = filled_means(class_moments(*rows, K))
    np.testing.assert_allclose(means[0, 1], np.average(X, axis=0, weights=weights[0]), rtol=1e-12)
    np.testing.assert_allclose(means[2, 3], np.average(X, axis=0, weights=weights[2]), rtol=1e-12)


def test_stacks_are_joined_in_order(rows):
    X, codes, weights = rows
    joined = stacked([class_moments(X, codes, weights[[r]], K) for r in range(R)])
    whole = class_moments(X, codes, weights, K)
    assert len(joined) == R
    np.testing.assert_allclose(joined.second, whole.second, rtol=1e-10, atol=1e-9)
    np.testing.assert_array_equal(joined[1].weight, whole.weight[1])
