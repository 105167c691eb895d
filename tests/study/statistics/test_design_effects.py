"""Design effects: means by hand, planted correlations, and what nearest neighbors and parametric models have."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import make_pipeline

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.part_fits import fit_parts
from genvsdisc.study.fits.predictions import cross_validate
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.statistics.best_of_family import compare_best
from genvsdisc.study.statistics.design_effects import _RowLosses, _Swaps, design_effects, of_pairs, swapped_losses
from genvsdisc.study.statistics.differences import difference_table
from genvsdisc.study.statistics.tables import model_table, score_table
from genvsdisc.study.table import prepare

HALVES = slice(0, 4), slice(4, 6)
"""Fits to quarters, fits to halves."""


def test_swapped_losses_are_means_over_the_rows_of_a_quarter():
    rng = np.random.default_rng(0)
    parts = np.array([rng.permutation(np.repeat(np.arange(6), [3, 3, 3, 3, 4, 1])) for _ in range(2)]).astype(np.uint8)
    codes, weights = rng.integers(2, size=17), rng.uniform(0.5, 2, 17)
    predicted = [rng.dirichlet([1, 1], size=9) for _ in range(8)]
    found = swapped_losses(predicted, parts, codes, "log_loss", weights)
    assert np.isnan(found[:, range(4), range(4)]).all()
    rows = [row for row in range(17) if parts[1, row] in (0, 1, 3)]  # what the third quarter did not train on
    inside = [(place, row) for place, row in enumerate(rows) if parts[1, row] == 3]
    by_hand = sum(-np.log(predicted[6][place, codes[row]]) * weights[row] for place, row in inside)
    assert found[1, 2, 3] == pytest.approx(by_hand / sum(weights[row] for _, row in inside), rel=1e-12)


def planted(r, n_draws, rng, sets=0.7):
    """Fold means of unit variance, of which two that train each other correlate by r; a training set adds its own."""
    own = rng.normal(size=(n_draws, 4, 4))
    pairs = np.triu(rng.normal(size=(n_draws, 4, 4)), 1)
    sets = sets * rng.normal(size=(n_draws, 4))
    means = np.sqrt(1 - r) * own + np.sqrt(r) * (pairs + pairs.transpose(0, 2, 1)) + sets[:, :, None]
    return _Swaps(0.3 + means, 0.3 + sets + rng.normal(size=(n_draws, 4)))


@pytest.mark.parametrize("r", [0.3, 0.8])
def test_a_planted_correlation_is_found(r):
    rng = np.random.default_rng(1)
    nothing = _Swaps(np.zeros((4000, 4, 4)), np.zeros((4000, 4)))
    # The mutual part in one set is 4/3 of that in two; that of a common training set, .49, counts up to a fifth.
    assert planted(r, 4000, rng).correlations(nothing) == pytest.approx(4 / 3 * r + 0.2, abs=0.07)
    assert planted(r, 4000, rng, sets=0.3).correlations(nothing) == pytest.approx(4 / 3 * r + 0.09, abs=0.07)


def test_noise_of_few_draws_is_shrunk_away():
    rng = np.random.default_rng(2)
    nothing = _Swaps(np.zeros((12, 4, 4)), np.zeros((12, 4)))
    assert np.mean([planted(0.0, 12, rng).correlations(nothing) for _ in range(200)]) < 0.15
    assert nothing.correlations(nothing) == 0.0


def test_the_share_left_is_that_of_the_variances():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=2000)
    quarters, halves = ([rows + s * rng.normal(size=(k, 2000))] * 2 for k, s in ((4, 1.0), (2, 0.5)))
    nothing = _RowLosses([np.zeros((4, 2000))] * 2, [np.zeros((2, 2000))] * 2, [np.ones(2000)] * 2)
    share = _RowLosses(quarters, halves, [np.ones(2000)] * 2).share_left(nothing)
    assert share == pytest.approx((0.25 / 1.25) / (1.0 / 2.0), rel=0.1)
    assert nothing.share_left(nothing) == 1.0


def test_an_effect_widens_the_test_of_a_pair_and_that_of_the_best():
    rng = np.random.default_rng(4)
    losses = 0.2 + 0.02 * rng.normal(size=(100, 2)) + [0.01, 0.0]
    gaps = losses[:, 0] - losses[:, 1]
    plain, wide = (gd.corrected_ttest(gaps, test_fraction=0.1, design_effect=effect) for effect in (1.0, 2.0))
    assert wide.standard_error == pytest.approx(np.sqrt(2 / 9) * gaps.std(ddof=1))
    assert plain.standard_error == pytest.approx(np.sqrt(1 / 100 + 1 / 9) * gaps.std(ddof=1))
    best = compare_best(losses[:, :1], losses[:, 1:], test_fraction=0.1, design_effects=np.array([[2.0]]))
    assert (best.lower, best.upper) == pytest.approx((wide.lower, wide.upper), abs=2e-5)
    belief = gd.bayesian_comparison(gaps, test_fraction=0.1, design_effect=2.0)
    assert best[-3:] == pytest.approx((belief.p_left, belief.p_rope, belief.p_right), abs=1e-4)
    with pytest.raises(ValueError, match="design_effect must be a number that is not negative, got nan"):
        gd.corrected_ttest(gaps, test_fraction=0.1, design_effect=np.nan)


def test_what_is_not_known_has_the_effect_1():
    effects = {"brier": pd.DataFrame([[1.5]], index=["a"], columns=["b"])}
    assert of_pairs(effects, "brier", ["c", "a"], ["b"]).tolist() == [[1.0], [1.5]]
    assert of_pairs(effects, "log_loss", ["a"], ["b"]).tolist() == [[1.0]]
    assert of_pairs(None, "brier", ["a"], ["b"]).tolist() == [[1.0]]


def test_sizes_are_counted_in_rows_as_they_weigh():
    """Weights without a fit: the power law runs from what a quarter weighs to what a fold's training set weighs."""
    rng = np.random.default_rng(5)
    X, y, weights = pd.DataFrame({"a": rng.normal(size=40)}), np.arange(40) % 2, rng.integers(1, 6, 40)
    copies = np.repeat(np.arange(40), weights)
    weighted = prepare(X, y, n_splits=2, weights=weights.astype(float))
    repeated = prepare(X.iloc[copies], y[copies], n_splits=2)
    parts = np.stack([rng.permutation(np.arange(40) % 8) for _ in range(6)]).astype(np.uint8)
    folds = [np.arange(0, 25), np.arange(25, 40)]
    every, judges = np.arange(40), [np.flatnonzero(of_draw >= 4) for of_draw in parts]
    said = rng.dirichlet([2, 2], size=(2, 6, 6, 40))  # models, draws, fits to quarters and halves, rows
    swaps = [planted(0.5, 6, rng).swapped for _ in range(2)]

    def effects(table, of_row, parts, folds):
        places = [np.flatnonzero(np.isin(of_row, rows)) for rows in judges]
        evidence = []
        for name, family, given, swapped in zip("gd", ("generative", "discriminative"), said, swaps, strict=True):
            kept = [[p[:, of_row[rows]] for p, rows in zip(given[:, which], places, strict=True)] for which in HALVES]
            evidence.append(Predictions(gd.Model(name, None, family), quarters=kept[0], halves=kept[1]))
            evidence[-1].swapped["brier"] = swapped
        draws = SimpleNamespace(
            resampled_rows=None, parts=parts, cv_tests=folds, design=gd.Design(n_splits=2, losses=("brier",)),
            cv_train=None, judges=places,
        )  # fmt: skip
        return design_effects(evidence, table, draws)["brier"].iloc[0, 0]

    one = effects(weighted, every, parts, folds)
    assert one == pytest.approx(
        effects(repeated, copies, parts[:, copies], [np.flatnonzero(np.isin(copies, rows)) for rows in folds]),
        rel=1e-12,
    )
    assert one > 1.01


# Models ---------------------------------------------------------------------------------------------------------------


class Neighbors(ClassifierMixin, BaseEstimator):
    """Nearest neighbors, all training sets at once: the distances are computed once."""

    def __init__(self, k=1):
        self.k = k

    def fit_replicates(self, X, y, weights):
        self.classes_ = np.unique(y)
        return _Fits(self, np.asarray(X), np.asarray(y), np.asarray(weights))


class _Fits:
    def __init__(self, template, X, y, weights):
        self.template, self.X, self.y, self.weights = template, X, y, weights
        self.far = ((X[:, None] - X) ** 2).sum(axis=-1)

    def __len__(self):
        return len(self.weights)

    def predict_proba_of(self, _, rows):
        given = []
        for w, of_fit in zip(self.weights, rows, strict=True):
            train = np.flatnonzero(w)
            near = np.argpartition(self.far[np.ix_(of_fit, train)], self.template.k - 1, axis=1)[:, : self.template.k]
            share = self.y[train][near].mean(axis=1)
            given.append(np.column_stack([1 - share, share]))
        return given


class Columns(TransformerMixin, BaseEstimator):
    """Some columns, whatever the rows."""

    def __init__(self, indices):
        self.indices = indices

    def fit(self, X, y=None):  # noqa: ARG002 - scikit-learn's signature
        return self

    def transform(self, X):
        return np.asarray(X)[:, list(self.indices)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def on_columns(classifier, columns):
    """A classifier that sees some columns; the step in front is stateless, so that all fits stay one."""
    return make_pipeline(Columns(tuple(columns)), classifier)


DESIGN = gd.Design(n_draws=100, train_sizes=(50,), losses=("zero_one", "brier"))


def compared(classifier, d, seed, *, n=100, shift=1.0, ahead=0.0):
    """Design effects, and the row of two models on columns that tell the classes alike, or one better by `ahead`."""
    rng = np.random.RandomState(seed)
    y = rng.permutation(np.arange(n) % 2)
    X = rng.standard_normal((n, 2 * d)) + y[:, None] * np.repeat([shift + ahead, shift], d) / np.sqrt(d)
    table = prepare(pd.DataFrame(X), y, n_splits=10)
    draws = make_draws(table.codes, DESIGN, seed)
    sides = (("one", range(d), "generative"), ("other", range(d, 2 * d), "discriminative"))
    evidence = [Predictions(gd.Model(name, on_columns(classifier, columns), family)) for name, columns, family in sides]
    for e in evidence:
        cross_validate(e.model, table, draws, e)
        fit_parts(e.model, table, draws, e)
    effects = design_effects(evidence, table, draws)
    scores, models = score_table(evidence, table, draws), model_table(evidence)
    rows = [
        difference_table(scores, models, effects=given).query("form == 'best of each family'")
        for given in (effects, None)
    ]
    return effects, *(row.set_index("loss") for row in rows)


@pytest.mark.slow
def test_two_nearest_neighbors_err_together_and_linear_models_hardly_do():
    near = compared(Neighbors(1), 1, 0)[0]["zero_one"].iloc[0, 0]
    linear = compared(gd.GaussianClassifier(), 1, 0)[0]["zero_one"].iloc[0, 0]
    assert near > 1.6  # of 400 tables the mean difference has 1.8 times the variance of independent rows
    assert linear < 1.3


@pytest.mark.slow
@pytest.mark.parametrize(("k", "d"), [(1, 1), (5, 1)])
def test_neighbors_have_false_winners_in_five_percent_of_tables(k, d):
    wide, plain = [], []
    for seed in range(120):
        _, row, before = compared(Neighbors(k), d, 40_000 + seed)
        for found, of in ((wide, row), (plain, before)):
            found.append(of["lower"]["zero_one"] > 0 or of["upper"]["zero_one"] < 0)
    print(k, d, np.mean(wide), np.mean(plain))
    assert np.mean(wide) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / len(wide))
    assert np.mean(plain) > np.mean(wide)


@pytest.mark.slow
def test_models_of_few_parameters_lose_no_power():
    wide, plain = [], []
    for seed in range(100):
        _, row, before = compared(gd.GaussianClassifier(), 1, 50_000 + seed, ahead=1.0)
        wide.append(row["upper"]["zero_one"] < 0)
        plain.append(before["upper"]["zero_one"] < 0)
    print(np.mean(wide), np.mean(plain), stats.sem(plain))
    assert np.mean(plain) > 0.4
    assert np.mean(wide) >= np.mean(plain) - 0.1
