"""Bias and variance from sets that share no row: formulas by hand, and the truth over independent training sets."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from bias_variance_laws import LAWS, true_terms
from scipy.special import logsumexp, softmax

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.predictions import cross_validate, fit_parts
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.statistics.decomposition import EXTRAPOLATED, MEASURED, decomposition_tables
from genvsdisc.study.statistics.differences import difference_table
from genvsdisc.study.statistics.independent_sets import Sizes
from genvsdisc.study.statistics.tables import model_table, score_table
from genvsdisc.study.statistics.verdict_points import larger_part
from genvsdisc.study.table import prepare

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


# Through the stages of a comparison -----------------------------------------------------------------------------------

DESIGN = gd.Design(n_splits=4, n_repeats=1, n_draws=120, train_sizes=(12,))
ROSTER = [
    m for m in gd.default_models() if m.name in ("shared Gaussian", "separate Gaussian", "naive Bayes", "logistic")
]
ROSTER += [m for m in gd.default_models() if m.name == "logistic, additive features"]


def decomposed(X, y, models=ROSTER, design=DESIGN, seed=0, **options):
    """Tables decomposition, decomposition_differences and differences (every pair of families) of a comparison."""
    table = prepare(X, y, n_splits=design.n_splits)
    draws = make_draws(table.codes, design, seed)
    evidence = [Predictions(model) for model in models]
    for e in evidence:
        cross_validate(e.model, table, draws, e)
        fit_parts(e.model, table, draws, e)
    scores = score_table(evidence, table.codes, draws)
    every_pair = model_table(evidence).assign(form="any", status="ok")
    differences = difference_table(scores, every_pair)
    return decomposition_tables(evidence, table.codes, draws, scores, differences, **options), differences


@pytest.fixture(scope="module")
def example():
    data = gd.datasets.make_gaussian_pair(120, 3, distance=2.0, random_state=0)
    return data, *decomposed(data.X, data.y, law=data.posterior(data.X))


def test_rows_say_what_they_rest_on(example):
    _, tables, _ = example
    table = tables["decomposition"]
    sizes = table.drop_duplicates(["n_train", "basis"])[["n_train", "basis"]].to_numpy().tolist()
    assert sizes == [[22, MEASURED], [44, MEASURED], [90, EXTRAPOLATED]]
    total = table["noise"] + table["bias"] + table["net_variance"] + table["interaction"]
    np.testing.assert_allclose(total, table["expected"], atol=1e-12)
    assert (table["interaction"] == 0).all()


def test_at_the_size_of_the_folds_the_loss_is_that_of_the_leaderboard(example):
    data, tables, _ = example
    table = tables["decomposition"]
    means = gd.compare(data.X, data.y, ROSTER[:2], design=DESIGN).summary.set_index(["model", "loss"])["mean"]
    at_folds = table[table["basis"] == EXTRAPOLATED].set_index(["model", "loss"])["expected"]
    common = means.index.intersection(at_folds.index)
    assert len(common) == 6
    np.testing.assert_allclose(at_folds[common], means[common], rtol=1e-12)


def test_differences_are_of_the_table_and_have_errors_of_their_own(example):
    _, tables, _ = example
    table, gaps = tables["decomposition"].set_index(["model", "loss", "n_train"]), tables["decomposition_differences"]
    apart = []
    for gap in gaps[gaps["term"].isin(["expected", "bias", "variance"])].itertuples():
        one, two = (table.loc[(name, gap.loss, gap.n_train)] for name in (gap.generative, gap.discriminative))
        if "additive" in gap.discriminative or gap.loss == "log_loss":
            continue  # a factor of its own
        assert gap.difference == pytest.approx(one[gap.term] - two[gap.term], abs=1e-12)
        apart.append((gap.se, np.hypot(one[f"{gap.term}_se"], two[f"{gap.term}_se"])))
    ours, independent = np.array(apart).T
    assert np.median(ours / independent) < 0.8  # the same rows judge both


def test_c03_ten_classes_of_four_rows_have_each_row_once():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "c"])
    models = [model for model in gd.default_models(X) if model.name in ("shared Gaussian", "naive Bayes", "logistic")]
    tables, _ = decomposed(X, np.arange(40) % 10, models, gd.Design(n_splits=2, n_draws=8))
    table = tables["decomposition"]
    assert not table.duplicated(["model", "loss", "n_train", "basis"]).any()
    assert set(table.loc[table["model"] == "shared Gaussian", "n_train"]) == {7, 14, 20}


# The truth ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trials():
    """What three tables of each law say, beside the values of 400 independent sets."""
    cells, gaps = [], []
    for law in LAWS:
        for seed in range(3):
            tables, differences = decomposed(*law.draw(law.n, np.random.RandomState(500 + seed)), seed=seed)
            measured = tables["decomposition"][tables["decomposition"]["basis"] == MEASURED]
            cells.append(measured.assign(law=law.name, table=seed))
            half = measured["n_train"].max()
            pairs = tables["decomposition_differences"].query("n_train <= @half and form == 'any'")
            folds = differences[differences["form"] == "any"].set_index(["generative", "discriminative", "loss"])
            for keys, pair in pairs.groupby(["generative", "discriminative", "loss"]):
                row = folds.loc[keys].to_dict() | dict(zip(["generative", "discriminative"], keys[:2], strict=True))
                excess = pair.query("n_train == @half and term == 'variance_minus_bias'").iloc[0]
                gaps.append((law.name, seed, half, *keys, excess["se"], larger_part(pair, row)))
    columns = ["law", "table", "n_train", "generative", "discriminative", "loss", "se", "said"]
    cells, gaps = pd.concat(cells, ignore_index=True), pd.DataFrame(gaps, columns=columns)
    laws, estimators = {law.name: law for law in LAWS}, {model.name: model.estimator for model in ROSTER}
    known = {
        key: true_terms(laws[key[0]], estimators[key[1]], key[2])
        for key in cells[["law", "model", "n_train"]].drop_duplicates().itertuples(index=False)
    }
    return cells, gaps, {tuple(key): value for key, value in known.items()}


@pytest.mark.slow
def test_bias_and_variance_lie_within_two_errors_of_independent_sets(trials):
    cells, _, known = trials
    inside = {}
    for cell in cells.itertuples():
        for place, term in enumerate(("bias", "variance")):
            truth = known[cell.law, cell.model, cell.n_train][cell.loss][place]
            close = abs(getattr(cell, term) - truth) <= 2 * getattr(cell, f"{term}_se")
            inside.setdefault((cell.law, cell.model, cell.loss, term), []).append(close)
    shares = pd.Series({key: np.mean(values) for key, values in inside.items()})
    print(shares.groupby(level=[0, 1]).mean().round(2).to_string())
    print("within two errors:", round(shares.mean(), 4), "of", len(cells) * 2)
    assert shares.mean() >= 0.90


@pytest.mark.slow
def test_the_larger_part_is_right_where_it_is_said_and_said_where_it_is_large(trials):
    _, gaps, known = trials
    right, large = [], []
    for gap in gaps.itertuples():
        one, two = (known[gap.law, name, gap.n_train][gap.loss] for name in (gap.generative, gap.discriminative))
        bias, variance = np.subtract(one, two)
        sign = np.sign(bias + variance)
        if gap.said:
            worse = gap.generative if sign > 0 else gap.discriminative
            part = "variance" if sign * variance > sign * bias else "bias"
            right.append(f"is {part}: {worse} has" in gap.said)
        if abs(variance - bias) > 4 * gap.se:
            large.append(bool(gap.said))
    print(f"said {len(right)} times of {len(gaps)}, right {np.mean(right):.3f}")
    print(f"said in {np.mean(large):.3f} of the {len(large)} that are large")
    assert len(right) >= 50
    assert np.mean(right) >= 0.95
    assert len(large) >= 20
    assert np.mean(large) > 0.5
