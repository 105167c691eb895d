"""Terms from sets that share no row: formulas by hand, and the mean over thousands of fits."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

from genvsdisc.study.statistics.independent_sets import DRAWN, Sizes, terms_of_tables

LOSSES = ("zero_one", "brier", "log_loss")


@pytest.fixture
def forecasts():
    """Four and two fits of each of three draws, for 40 of 120 rows each, and the labels."""
    rng = np.random.default_rng(0)
    quarters, halves = ([rng.dirichlet(np.ones(3), size=(k, 40)) for _ in range(3)] for k in (4, 2))
    judges = [rng.permutation(120)[:40] for _ in range(3)]
    return quarters, halves, np.eye(3)[rng.integers(3, size=120)], judges


def terms_of(forecasts, loss):
    quarters, halves, laws, judges = forecasts
    return Sizes.of(quarters, halves, laws, judges, loss, (20, 40), np.arange(120))


def test_brier_variance_is_half_the_squared_distance(forecasts):
    quarters, halves, laws, judges = forecasts
    found = terms_of(forecasts, "brier")
    by_hand = np.mean([((p[0] - p[1]) ** 2).sum(axis=1).mean() / 2 for p in halves])
    loss = np.mean([((p - laws[rows]) ** 2).sum(axis=2).mean() for p, rows in zip(halves, judges, strict=True)])
    assert found.half.estimate("variance")[0] == pytest.approx(by_hand, rel=1e-12)
    assert found.half.estimate("bias")[0] == pytest.approx(loss - by_hand, rel=1e-12)
    # Four fits: the unbiased variance over fits.
    of_four = np.mean([p.var(axis=0, ddof=1).sum(axis=1).mean() for p in quarters])
    assert found.quarter.estimate("variance")[0] == pytest.approx(of_four, rel=1e-12)


def test_zero_one_variance_is_half_the_rate_of_different_labels(forecasts):
    _, halves, laws, judges = forecasts
    found = terms_of(forecasts, "zero_one")
    labels = [p.argmax(axis=2) for p in halves]
    assert found.half.estimate("variance")[0] == pytest.approx(np.mean([(a != b).mean() / 2 for a, b in labels]))
    errors = [(k != laws[rows].argmax(axis=1)).mean() for k, rows in zip(labels, judges, strict=True)]
    assert found.half.estimate("expected")[0] == pytest.approx(np.mean(errors))


def test_log_loss_variance_is_richardsons_extrapolation(forecasts):
    quarters, halves, _, _ = forecasts
    found = terms_of(forecasts, "log_loss")
    gap = lambda p: -logsumexp(np.log(p).mean(axis=0), axis=1).mean()  # noqa: E731
    v = [np.mean([gap(p[list(s)]) for p in quarters for s in combinations(range(4), k)]) for k in (1, 2, 3, 4)]
    cubic = np.polynomial.Polynomial.fit([1, 1 / 2, 1 / 3, 1 / 4], v, 3)(0.0)
    assert v[0] == pytest.approx(0, abs=1e-12)
    assert found.quarter.estimate("variance")[0] == pytest.approx(cubic, rel=1e-9)
    pairs = 2 * np.mean([gap(p) for p in halves])
    corrected = pairs * (1 + (cubic / (2 * v[1]) - 1) * pairs / (2 * v[1]))
    assert found.half.estimate("variance")[0] == pytest.approx(corrected, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_estimates_are_right_in_the_mean(loss, scale):
    """Softmax models whose logits scatter about a center: two and four of them against thousands."""
    rng = np.random.default_rng(7)
    n, draws = 60, 1500
    center, q = rng.normal(size=(n, 3)), softmax(rng.normal(size=(n, 3)), axis=1)
    fits = lambda k: softmax(center + scale * rng.normal(size=(k, n, 3)), axis=2)  # noqa: E731
    found = Sizes.of([fits(4) for _ in range(draws)], [fits(2) for _ in range(draws)], q, [np.arange(n)] * draws, loss,
                     (10, 20), np.arange(n))  # fmt: skip
    many = fits(20_000)
    if loss == "log_loss":
        variance = -logsumexp(np.log(many).mean(axis=0), axis=1).mean()
    elif loss == "brier":
        variance = many.var(axis=0).sum(axis=1).mean()
    else:
        variance = (1 - (np.eye(3)[many.argmax(axis=2)].mean(axis=0) ** 2).sum(axis=1)).mean() / 2
    for sized in (found.quarter, found.half):
        monte_carlo = sized.by_draw[:, 2].std() / np.sqrt(draws)
        assert sized.estimate("variance")[0] == pytest.approx(variance, abs=4 * monte_carlo + 0.01 * variance)
        total = sum(sized.estimate(term)[0] for term in ("noise", "bias", "variance"))
        assert total == pytest.approx(sized.estimate("expected")[0], rel=1e-12)


def test_the_difference_of_a_model_with_itself_is_nothing(forecasts):
    found = terms_of(forecasts, "brier")
    assert found.half.minus(found.half).estimate("bias") == (0.0, 0.0)


def test_groups_count_as_one_judge():
    rng = np.random.default_rng(0)
    p = [np.repeat(rng.dirichlet(np.ones(2), size=(k, 10)), 4, axis=1) for k in (4, 2)]
    laws, rows = np.repeat(np.eye(2)[rng.integers(2, size=10)], 4, axis=0), [np.arange(40)]
    apart, together = (
        Sizes.of([p[0]], [p[1]], laws, rows, "brier", (1, 2), units).half.estimate("bias")
        for units in (np.arange(40), np.repeat(np.arange(10), 4))
    )
    assert apart[0] == together[0]
    assert together[1] > 1.5 * apart[1]


@pytest.mark.parametrize("loss", LOSSES)
def test_tables_of_the_law_are_jackknifed(loss):
    """Eight fits: the unbiased variance over all of them, and the jackknife over tables written out."""
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(3) * 5, size=(8, 30)), rng.dirichlet(np.ones(3), size=30)
    found = terms_of_tables([p[:4], p[4:]], q, loss, 50)
    assert (found.basis, found.n_train) == (DRAWN, 50)
    total = sum(found.estimate(term)[0] for term in ("noise", "bias", "variance"))
    assert total == pytest.approx(found.estimate("expected")[0], rel=1e-12)
    if loss == "log_loss":
        gap = -logsumexp(np.log(p).mean(axis=0), axis=1).mean()
        assert found.estimate("variance")[0] == pytest.approx(gap * 8 / 7, rel=0.03)
        return
    given = p if loss == "brier" else np.eye(3)[p.argmax(axis=2)]
    spread = lambda some: some.var(axis=0, ddof=1).sum(axis=1).mean() / (1 if loss == "brier" else 2)  # noqa: E731
    left = np.array([spread(np.delete(given, i, axis=0)) for i in range(8)])
    assert found.estimate("variance")[0] == pytest.approx(spread(given), rel=1e-12)
    widened = (2.364624 / 1.959964) ** 2  # Student's quantile of 7 degrees of freedom
    error = widened * 7 / 8 * ((left - left.mean()) ** 2).sum()
    assert found.by_draw[:, 2].var(ddof=1) / 8 == pytest.approx(error, rel=1e-5)
