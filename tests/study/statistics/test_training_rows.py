"""What the training rows that draws share add to the error of a mean: against laws where the answer is known."""

import numpy as np
import pytest
from scipy import integrate, stats

from genvsdisc.study.fits.splits import nested_draws
from genvsdisc.study.statistics.judges import Judges
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.training_rows import (
    TrainedRows,
    TrainingEffects,
    _posterior_mean,
)

RNG = np.random.default_rng(0)
SIZES = np.array([20, 40])


def linear_law(n_draws, seed, n=80, judging=1.0, training=1.0, new=1.0, link=0.0):
    """Losses that are a row's own, plus the mean of the influences of the rows trained on, plus what is always new.

    Over tables the mean loss of infinitely many draws has variance ``(judging^2 + training^2 + 2 link judging
    training) / n``: `link` is the correlation of what a row does as a judge and as a row to train on.
    """
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 2
    weights, tests = nested_draws(codes, SIZES, n_draws, random_state=seed)
    own, other = rng.normal(size=(2, n))
    influence = training * (link * own + np.sqrt(1 - link**2) * other)
    shares = weights / weights.sum(axis=2, keepdims=True)
    losses = [
        np.concatenate([judging * own[rows] + share @ influence for rows, share in zip(tests, of_size, strict=True)])
        for of_size in shares
    ]
    losses = [part + new * rng.normal(size=part.shape) for part in losses]
    judges = Judges.of(tests, np.arange(n))
    return CurveLosses.of_judgments(losses, [judges] * len(SIZES), TrainedRows(weights, np.arange(n)))


KINDS = [(1, 1, 0), (1, 2, 0), (1, 0, 0), (1, 1, 0.5), (1, 1, -0.5), (0.5, 2, 0.5)]


@pytest.mark.parametrize(("judging", "training", "link"), KINDS)
@pytest.mark.parametrize("n_draws", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_what_training_rows_add_is_estimated_without_bias(judging, training, link, n_draws):
    found = [
        linear_law(n_draws, seed, judging=judging, training=training, link=link).effects.variance[0]
        for seed in range(300)
    ]
    error = np.std(found, axis=0) / np.sqrt(len(found))
    expected = (training**2 + 2 * link * judging * training) / 80
    assert (np.abs(np.mean(found, axis=0) - expected) < 3.5 * error).all()


@pytest.mark.parametrize(("judging", "training", "link"), KINDS)
@pytest.mark.parametrize("n_draws", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_an_interval_of_95_percent_holds_the_mean(judging, training, link, n_draws):
    """To three standard errors; where rows train far more than they judge, it errs less often than without them."""
    curves = [linear_law(n_draws, seed, judging=judging, training=training, link=link) for seed in range(300)]
    missed = np.mean([np.abs(c.mean) > 1.96 * np.sqrt(np.diag(c.covariance)) for c in curves], axis=0)
    bare = [CurveLosses(c.by_draw, c.by_row, c.judged) for c in curves]
    before = np.mean([np.abs(c.mean) > 1.96 * np.sqrt(np.diag(c.covariance)) for c in bare], axis=0)
    much = training**2 + 2 * link * judging * training >= 4 * judging**2
    assert (missed <= (before * (0.5 if n_draws == 60 else 1) if much else 0.05 + 3 * np.sqrt(0.95 * 0.05 / 300))).all()


def test_without_it_the_error_was_too_small():
    curves = [linear_law(60, seed, training=2) for seed in range(100)]
    means = np.array([curve.mean for curve in curves])
    told = np.mean([np.diag(CurveLosses(c.by_draw, c.by_row, c.judged).covariance) for c in curves], axis=0)
    assert (told < 0.5 * means.var(axis=0)).all()


@pytest.mark.parametrize("n_draws", [4, 12, 200])
def test_effects_are_estimated_without_bias_however_few_draws(n_draws):
    """Over tables, the products of different blocks have the variance of the effect, ``training^2 (1/m - 1/n)``."""
    found = []
    for seed in range(2400 // n_draws):
        effects = linear_law(n_draws, seed, new=0.5).effects
        whole = effects.by_block.sum(axis=2)
        found.append((effects.weight * (whole**2 - (effects.by_block**2).sum(axis=2))).mean(axis=1))
    expected = 1 / SIZES - 1 / 80
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - expected) < 3 * error).all()
    assert (error < 0.25 * expected).all()


def test_draws_that_share_half_of_their_training_rows():
    weights, _ = nested_draws(np.arange(80) % 2, np.array([40]), 400, test_size=40, random_state=0)
    assert TrainedRows(weights, np.arange(80)).shared == pytest.approx([1], rel=0.02)  # (1/80) / (1/40 - 1/80)


def test_parts_that_share_no_row_and_draws_of_the_same_rows_tell_nothing():
    apart = np.repeat(np.eye(4, dtype=np.uint8), 10, axis=1)[None]
    same = np.tile(np.r_[np.ones(30), np.zeros(10)], (1, 4, 1))
    for weights in (apart, same, apart[:, :1]):
        assert TrainedRows(weights, np.arange(40)).shared == 0


def test_a_row_of_weight_two_is_the_row_twice():
    counts = RNG.integers(1, 4, 40)
    rows = np.repeat(np.arange(40), counts)
    weights, tests = nested_draws(np.arange(40) % 2, np.array([10, 20]), 12, random_state=0)
    probabilities = [RNG.dirichlet(np.ones(2), size=(12, 40)) for _ in range(2)]
    codes = RNG.integers(0, 2, 40)
    weighted = CurveLosses.of(
        [[p[d, test] for d, test in enumerate(tests)] for p in probabilities], tests, codes, "brier",
        units=np.arange(40), weights=counts.astype(float),
        training=TrainedRows(weights, np.arange(40), counts.astype(float)),
    )  # fmt: skip
    copied_tests = [np.flatnonzero(np.isin(rows, test)) for test in tests]
    copied = CurveLosses.of(
        [[p[d, rows[test]] for d, test in enumerate(copied_tests)] for p in probabilities], copied_tests, codes[rows],
        "brier", units=rows, training=TrainedRows(weights[:, :, rows], rows),
    )  # fmt: skip
    assert copied.covariance == pytest.approx(weighted.covariance, rel=1e-12)


def test_differences_are_taken_of_the_effects():
    one, two = linear_law(12, 0), linear_law(12, 0, training=3)
    gap = one - two
    assert gap.effects.by_block == pytest.approx(one.effects.by_block - two.effects.by_block)
    assert gap.at(np.array([1])).covariance == pytest.approx(gap.covariance[1:, 1:])
    assert (one - one).covariance == pytest.approx(0, abs=1e-30)


def test_a_size_that_was_not_fitted_leaves_the_others_alone():
    whole = linear_law(12, 0)
    judges = Judges.of([np.arange(10), np.arange(10, 20)], np.arange(40))
    weights = np.ones((2, 2, 40), dtype=np.uint8)
    weights[:, 0, :20] = weights[:, 1, 20:] = 0
    holed = CurveLosses.of_judgments([None, RNG.normal(size=20)], [judges] * 2, TrainedRows(weights, np.arange(40)))
    assert np.isnan(holed.mean[0])
    assert np.isfinite(holed.covariance[1, 1])
    assert np.isfinite(whole.covariance).all()


@pytest.mark.parametrize(("found", "variance"), [(0.0, 1.0), (1.0, 0.04), (10.0, 25.0), (-2.0, 1.0), (3.0, 100.0)])
def test_the_posterior_mean_is_that_of_numerical_integration(found, variance):
    def density(ratio):
        return stats.norm.pdf(ratio, found, np.sqrt(variance)) / (1 + ratio) ** 2

    upper = max(found, 0) + 12 * np.sqrt(variance)
    mass, first = (integrate.quad(lambda r, k=k: density(r) * r**k, 0, upper, limit=500)[0] for k in (0, 1))
    assert _posterior_mean(np.array([found]), np.array([variance])) == pytest.approx(first / mass, rel=0.01)


def test_effects_of_the_first_size_may_come_from_elsewhere():
    one, two = (linear_law(12, seed).effects for seed in (0, 1))
    joined = two.beginning(one)
    assert isinstance(joined, TrainingEffects)
    for name in vars(one):
        assert getattr(joined, name)[0] == pytest.approx(getattr(one, name)[0])
        assert getattr(joined, name)[1] == pytest.approx(getattr(two, name)[1])
