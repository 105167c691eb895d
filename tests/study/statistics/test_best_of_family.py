"""The best of two families: identities, and how often a false winner is declared between equal models."""

import numpy as np
import pytest
from scipy import stats

from genvsdisc import bayesian_comparison, corrected_ttest
from genvsdisc.study.statistics.best_of_family import any_beats, compare_best


def losses(seed, n_models, n_splits=100, shift=()):
    rng = np.random.default_rng(seed)
    values = 0.2 + 0.02 * rng.normal(size=(n_splits, n_models)) + 0.02 * rng.normal(size=(n_splits, 1))
    values[:, : len(shift)] += shift
    return values


@pytest.mark.parametrize("gap", [-0.03, -0.004, 0.0, 0.012, 0.05])
@pytest.mark.parametrize("rope", [0.0, 0.01])
def test_one_against_one_is_the_corrected_t_test_and_its_posterior(gap, rope):
    values = losses(0, 2, shift=[gap])
    found = compare_best(values[:, :1], values[:, 1:], test_fraction=0.1, rope=rope)
    test = corrected_ttest(values[:, 0] - values[:, 1], test_fraction=0.1)
    belief = bayesian_comparison(values[:, 0] - values[:, 1], test_fraction=0.1, rope=rope)
    assert (found.difference, found.lower, found.upper) == pytest.approx((test.mean, test.lower, test.upper), abs=2e-5)
    assert found.pvalue == pytest.approx(test.pvalue, abs=1e-4)
    assert found[-3:] == pytest.approx((belief.p_left, belief.p_rope, belief.p_right), abs=1e-4)


def test_the_largest_of_independent_t_statistics_has_dunnetts_quantile():
    """Two-sided 95 % against one control: the quantile of the largest of k t statistics with correlation 1/2."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4000, 9))  # left and right are independent: differences correlate by one half
    found = compare_best(values[:, :8], values[:, 8:], test_fraction=0.1)
    differences = values[:, :8] - values[:, [8]]
    error = differences.std(axis=0, ddof=1) * np.sqrt(1 / 4000 + 1 / 9)
    quantile = (found.upper - differences.mean(axis=0)) / error
    shared, own = np.random.default_rng(1).normal(size=(400_000, 1)), np.random.default_rng(2).normal(size=(400_000, 8))
    expected = np.quantile(((shared + own) / np.sqrt(2)).max(axis=1), 0.975)
    assert quantile.max() == pytest.approx(expected, rel=0.02)  # the bound is the smallest over models


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("n_left", "n_right"), [(1, 4), (3, 1), (5, 6)])
def test_mirrored_and_consistent(seed, n_left, n_right):
    values = losses(seed, n_left + n_right)
    left, right = values[:, :n_left], values[:, n_left:]
    found, mirror = (compare_best(*both, test_fraction=0.1) for both in ((left, right), (right, left)))
    assert found.lower <= found.difference <= found.upper
    assert found.p_left + found.p_equal + found.p_right == pytest.approx(1)
    assert (found.difference, found.lower, found.upper) == pytest.approx(
        (-mirror.difference, -mirror.upper, -mirror.lower), abs=1e-12
    )
    assert found[-3:] == pytest.approx(mirror[:-4:-1], abs=1e-12)
    assert found.difference == pytest.approx(left.mean(axis=0).min() - right.mean(axis=0).min())


def test_twins_cost_nothing():
    values = losses(3, 2, shift=[-0.02])
    alone = compare_best(values[:, :1], values[:, 1:], test_fraction=0.1)
    copies = compare_best(np.repeat(values[:, :1], 8, axis=1), values[:, 1:], test_fraction=0.1)
    assert (copies.lower, copies.upper) == pytest.approx((alone.lower, alone.upper), abs=2e-4)
    assert copies[-3:] == pytest.approx(alone[-3:], abs=5e-3)


def test_a_choice_makes_the_interval_wider_and_the_winner_less_likely():
    values = losses(5, 9)
    many = compare_best(values[:, :1], values[:, 1:], test_fraction=0.1)
    chosen = values[:, 1:][:, [many.right]]
    one = compare_best(values[:, :1], chosen, test_fraction=0.1)
    assert many.difference == pytest.approx(one.difference)
    assert many.lower < one.lower
    assert max(many[-3:]) <= max(one[-3:]) + 1e-9


@pytest.mark.parametrize(("gap", "expected"), [(0.0, (0, 1, 0)), (1.0, (0, 0, 1)), (-1.0, (1, 0, 0))])
def test_without_spread_there_is_no_doubt(gap, expected):
    values = np.zeros((20, 2))
    found = compare_best(values + gap, values, test_fraction=0.1)
    assert found[-3:] == expected
    assert found.lower == found.upper == gap


def test_models_that_err_on_the_same_rows_are_as_one_and_leave_a_doubt():
    several = compare_best(np.zeros((25, 3)), np.zeros((25, 4)), test_fraction=0.2, least_errors=0.025)
    one = compare_best(np.zeros((25, 1)), np.zeros((25, 1)), test_fraction=0.2, least_errors=0.025)
    reach = stats.t.ppf(0.975, 24) * 0.025
    assert (one.lower, one.upper) == pytest.approx((-reach, reach), rel=2e-3)
    assert (several.lower, several.upper) == pytest.approx((-reach, reach), rel=0.03)
    assert several.pvalue == pytest.approx(1, abs=0.02)
    assert several.p_equal == pytest.approx(one.p_equal, abs=0.01)


def test_guessing_is_beaten_only_by_more_than_chance():
    values = losses(0, 9)
    assert not any_beats(values[:, 1:], values[:, 0], test_fraction=0.1)
    assert any_beats(values[:, 1:] - [0.05, *[0.0] * 7], values[:, 0], test_fraction=0.1)
    assert not any_beats(np.tile(values[:, [0]], 4), values[:, 0], test_fraction=0.1)  # all of them guess


# Equal models -----------------------------------------------------------------------------------------------------


def fold_errors(X, y, rng, n_repeats=10, n_splits=10):
    """0-1 errors (n_folds, n_columns) of stratified cross-validation: a linear discriminant on each column alone."""
    errors = []
    for _ in range(n_repeats):
        fold = np.empty(len(y), dtype=int)
        for k in (0, 1):
            fold[rng.permutation(np.flatnonzero(y == k))] = np.arange((y == k).sum()) % n_splits
        sums = np.array([[X[(fold == f) & (y == k)].sum(axis=0) for k in (0, 1)] for f in range(n_splits)])
        counts = np.array([[((fold == f) & (y == k)).sum() for k in (0, 1)] for f in range(n_splits)])
        means = (sums.sum(axis=0) - sums) / (counts.sum(axis=0) - counts)[..., None]
        middle, upward = means.mean(axis=1)[fold], (means[:, 1] > means[:, 0])[fold]
        wrong = ((middle < X) == upward) != y[:, None]
        errors.append(np.array([wrong[fold == f].mean(axis=0) for f in range(n_splits)]))
    return np.concatenate(errors)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 1000])
def test_no_more_than_five_percent_of_tables_have_a_false_winner(n):
    """Sixteen equally informative columns, a model on each: of the two families 1 and 1, 1 and 8, 8 and 8 of them."""
    rosters = {"1 v 1": (1, 9), "1 v 8": (1, 16), "8 v 8": (8, 16)}
    declared = {name: [] for name in rosters}
    for seed in range(400):
        rng = np.random.RandomState(70_000 + seed)
        y = np.arange(n) % 2
        errors = fold_errors(rng.standard_normal((n, 16)) + y[:, None], y, rng)
        for name, (left, end) in rosters.items():
            found = compare_best(errors[:, :left], errors[:, 8:end], test_fraction=0.1)
            declared[name].append(found.lower > 0 or found.upper < 0)
    shares = {name: np.mean(found) for name, found in declared.items()}
    print(n, shares)
    # Winners are a subset of these. One against one is the corrected t test itself, of level 5 %: one standard error.
    assert shares["1 v 1"] <= 0.05 + np.sqrt(0.05 * 0.95 / 400)
    assert max(shares["1 v 8"], shares["8 v 8"]) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("n", "edge"), [(100, 1.0), (1000, 0.35)])
def test_power_of_one_against_one_is_that_of_the_corrected_test(n, edge):
    ours, plain = [], []
    for seed in range(200):
        rng = np.random.RandomState(80_000 + seed)
        y = np.arange(n) % 2
        errors = fold_errors(rng.standard_normal((n, 2)) + y[:, None] * [1 + edge, 1.0], y, rng)
        found = compare_best(errors[:, :1], errors[:, 1:], test_fraction=0.1)
        belief = bayesian_comparison(errors[:, 0] - errors[:, 1], test_fraction=0.1, rope=0.01)
        ours.append(found.p_left >= 0.95 and found.upper < 0)  # what the verdict calls a win
        plain.append(belief.p_left >= 0.95)
    print(n, np.mean(ours), np.mean(plain))
    assert np.mean(plain) > 0.4
    assert np.mean(ours) >= np.mean(plain) - 0.1


@pytest.mark.slow
def test_intervals_cover_the_difference_of_the_best():
    """Normal scores with the correlation that the correction assumes, and one family truly better."""
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(600):
        means = np.concatenate([0.2 + 0.02 * rng.random(4), 0.18 + 0.02 * rng.random(4)])
        common = rng.normal(size=8)  # what all splits of one table share
        values = means + 0.03 * (np.sqrt(0.1) * common + np.sqrt(0.9) * rng.normal(size=(100, 8)))
        found = compare_best(values[:, :4], values[:, 4:], test_fraction=0.1)
        inside.append(found.lower <= means[:4].min() - means[4:].min() <= found.upper)
    assert np.mean(inside) >= 0.95 - 3 * stats.sem(inside)
