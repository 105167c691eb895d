"""Rows without a label: EM is that of the mixture, and what the rows are worth is what O'Neill computed."""

import warnings
from typing import ClassVar

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import GaussianClassifier, NaiveBayesClassifier
from genvsdisc.study.fits.unlabeled import semi_supervised_probabilities


def drawn(n, distance, seed, d=2):
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 2
    X = rng.standard_normal((n, d))
    X[:, 0] += distance * (codes - 0.5)
    return X, codes


@pytest.mark.parametrize("model", [GaussianClassifier(), NaiveBayesClassifier(), GaussianNB()])
def test_posteriors_are_a_fixed_point_of_em(model):
    X, codes = drawn(120, 3.0, 0)
    labeled = np.zeros((1, 120), dtype=bool)
    labeled[0, :40] = True
    (p,), _ = semi_supervised_probabilities(
        model, X, codes, labeled, ~labeled, [np.arange(120)], n_classes=2, weights=(1.0,)
    )
    weights = np.concatenate([np.ones(40), *(p[40:, k] for k in (0, 1))])
    rows = np.concatenate([X[:40], X[40:], X[40:]])
    labels = np.concatenate([codes[:40], np.zeros(80), np.ones(80)])
    again = model.fit(rows, labels, sample_weight=weights).predict_proba(X)
    assert again == pytest.approx(p, abs=0.01)


def test_without_unlabeled_rows_or_weight_it_is_the_plain_fit():
    X, codes = drawn(80, 2.0, 1)
    labeled = np.zeros((2, 80), dtype=bool)
    labeled[0, :40], labeled[1] = True, True
    for unlabeled, weights in ((np.zeros_like(labeled), (0.0, 1.0)), (~labeled, (0.0,))):
        found, chosen = semi_supervised_probabilities(
            GaussianClassifier(), X, codes, labeled, unlabeled, [np.arange(80)] * 2, n_classes=2, weights=weights
        )
        for p, rows in zip(found, labeled, strict=True):
            assert p == pytest.approx(GaussianClassifier().fit(X[rows], codes[rows]).predict_proba(X), abs=1e-9)
    assert (chosen == 0).all()


@pytest.mark.parametrize("model", [GaussianNB(), GaussianClassifier("separate", shrinkage="auto")])
def test_steps_in_front_that_take_weights_learn_from_them_too(model):
    X, codes = drawn(120, 2.0, 3)
    labeled = np.zeros((1, 120), dtype=bool)
    labeled[0, :40] = True
    options = {"n_classes": 2, "weights": (1.0,)}
    same = make_pipeline(StandardScaler(with_mean=False, with_std=False), model)
    rows = [np.arange(120)]
    (alone,), _ = semi_supervised_probabilities(model, X, codes, labeled, ~labeled, rows, **options)
    (behind,), _ = semi_supervised_probabilities(same, X, codes, labeled, ~labeled, rows, **options)
    assert behind == pytest.approx(alone, abs=1e-9)
    if isinstance(model, GaussianNB):  # whose fit does not depend on the scale, which is that of all rows
        scaled = make_pipeline(StandardScaler(), model)
        (behind,), _ = semi_supervised_probabilities(scaled, X, codes, labeled, ~labeled, rows, **options)
        assert behind == pytest.approx(alone, abs=1e-6)


def test_a_regularization_that_is_chosen_is_chosen_on_the_labeled_rows():
    X, codes = drawn(120, 2.0, 3)
    labeled = np.zeros((2, 120), dtype=bool)
    labeled[0, :30], labeled[1, 60:110] = True, True
    options = {"n_classes": 2, "weights": (1.0,)}
    found, _ = semi_supervised_probabilities(
        GaussianClassifier("separate", shrinkage="auto"), X, codes, labeled, ~labeled, [np.arange(120)] * 2, **options
    )
    for p, rows in zip(found, labeled, strict=True):
        chosen = GaussianClassifier("separate", shrinkage="auto").fit(X[rows], codes[rows])
        fixed = GaussianClassifier("separate", pooling=chosen.pooling_, shrinkage=float(np.ravel(chosen.shrinkage_)[0]))
        (q,), _ = semi_supervised_probabilities(fixed, X, codes, rows[None], ~rows[None], [np.arange(120)], **options)
        assert p == pytest.approx(q, abs=1e-9)


def test_the_chosen_weight_keeps_rows_from_leading_a_wrong_model_astray():
    """Clusters that are not the classes."""
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 2, 600)
    cluster = np.where(rng.random(600) < 0.4, 1 - codes, codes)
    X = np.column_stack([rng.standard_normal(600) + 1.5 * codes, 8 * cluster + rng.standard_normal(600)])
    labeled = np.zeros((4, 600), dtype=bool)
    for r, row in enumerate(labeled):
        row[rng.permutation(600)[: 60 + r]] = True
    tests = [np.arange(600)] * 4

    def errors(weights):
        found, _ = semi_supervised_probabilities(
            GaussianClassifier(), X, codes, labeled, ~labeled, tests, n_classes=2, weights=weights, random_state=0
        )
        return np.array([(p.argmax(axis=1) != codes).mean() for p in found])

    alone, forced, chosen = errors((0.0,)), errors((1.0,)), errors((0.0, 0.2, 1.0))
    assert (forced - alone).max() > 0.1  # there the clusters were taken for the classes
    assert (chosen - alone).max() < 0.03


@pytest.mark.slow
def test_what_a_row_without_a_label_is_worth():
    """O'Neill (1978): by their information on the linear rule, relative to rows with a label.

    In one dimension, classes N(-delta/2, 1) and N(delta/2, 1) equally likely with known variance and shares, the rule
    rests on the midpoint m of the means. A labeled row has information 1 on a common shift of both means; an unlabeled
    one ``E[(d/dm log f(x))^2]``. The excess error is proportional to the variance of the midpoint.
    """
    delta, n_labeled, n_unlabeled, n_draws = 3.0, 50, 450, 1500
    rng = np.random.default_rng(3)  # labels at random: with as many of each class in every table a row tells more
    codes = rng.integers(2, size=(n_draws, n_labeled + n_unlabeled))
    X = rng.standard_normal(codes.shape) + delta * (codes - 0.5)
    grid = np.linspace(-12, 12, 20_001)
    f = (norm.pdf(grid + delta / 2) + norm.pdf(grid - delta / 2)) / 2
    score = -np.gradient(np.log(f), grid)
    information = np.trapezoid(score**2 * f, grid)  # of an unlabeled row on a shift of both classes

    class Shift(GaussianNB):
        """Both means move together; variance, distance and shares are known."""

        def fit(self, X, y, sample_weight=None):
            w = np.ones(len(y)) if sample_weight is None else sample_weight
            self.classes_ = np.array([0, 1])
            self.m_ = np.average(X[:, 0] - delta * (y - 0.5), weights=w)
            return self

        def predict_proba(self, X):
            p = 1 / (1 + np.exp(-delta * (X[:, 0] - self.m_)))
            return np.column_stack([1 - p, p])

    squares = {"both": [], "labeled": []}
    for x, y in zip(X, codes, strict=True):
        labeled = np.arange(len(x))[None] < n_labeled
        for name, unlabeled in (("both", ~labeled), ("labeled", np.zeros_like(labeled))):
            probe = np.append(x, 0.0)[:, None]
            pad = np.zeros((1, 1), dtype=bool)
            (p,), _ = semi_supervised_probabilities(
                Shift(), probe, np.append(y, 0), np.hstack([labeled, pad]), np.hstack([unlabeled, pad]),
                [np.array([len(x)])], n_classes=2, weights=(1.0,),
            )  # fmt: skip
            squares[name].append((np.log(p[0, 1] / p[0, 0]) / delta) ** 2)
    ratio = np.mean(squares["labeled"]) / np.mean(squares["both"])
    expected = 1 + n_unlabeled * information / n_labeled
    error = expected * np.sqrt(sum(np.var(s) / np.mean(s) ** 2 for s in squares.values()) / n_draws)
    assert abs(ratio - expected) < 3 * error + 0.03 * expected


def variance_of_boundary(delta, unlabeled):
    """Asymptotic variance, a row, of the boundary of two normals of one variance when a share has no label.

    From the information of a row with a label, of (log odds of the shares, both means, log spread), and of one of the
    mixture's: the efficiency of O'Neill (1978), whose excess error is in one column proportional to this variance.
    """
    x, step = np.linspace(-14, 14, 20_001), 1e-5
    at = np.array([0.0, -delta / 2, delta / 2, 0.0])
    steps = step * np.eye(4)

    def logs(t):
        spread = np.exp(t[3])
        shares = -np.logaddexp(0, t[0]), -np.logaddexp(0, -t[0])
        return np.array([share + norm.logpdf(x, mean, spread) for share, mean in zip(shares, t[1:3], strict=True)])

    def boundary(t):
        return (t[1] + t[2]) / 2 - t[0] * np.exp(2 * t[3]) / (t[2] - t[1])

    joint = np.exp(logs(at))
    scores = np.array([(logs(at + e) - logs(at - e)) / (2 * step) for e in steps])
    marginal = (scores * joint).sum(axis=1) / joint.sum(axis=0)
    known = np.trapezoid(np.einsum("jkx,lkx,kx->jlx", scores, scores, joint), x)
    hidden = np.trapezoid(np.einsum("jx,lx,x->jlx", marginal, marginal, joint.sum(axis=0)), x)
    slope = np.array([(boundary(at + e) - boundary(at - e)) / (2 * step) for e in steps])
    return slope @ np.linalg.solve((1 - unlabeled) * known + unlabeled * hidden, slope)


def test_efficiency_of_rows_without_any_label_rises_with_the_distance_of_the_classes():
    """Nothing at a distance of 1, two thirds at 4 (equal shares); the numbers were computed by another integration."""
    found = [variance_of_boundary(delta, 0.0) / variance_of_boundary(delta, 1 - 1e-9) for delta in (1, 2, 3, 4)]
    assert found == pytest.approx([0.0051, 0.1008, 0.3590, 0.6570], abs=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("delta", "n"), [(2.0, 800), (3.0, 400), (4.0, 400)])
def test_a_gaussian_with_half_of_the_labels_has_oneills_efficiency(delta, n):
    """The excess error of a discriminant from all labels, relative to that of EM with half of them."""
    rng, n_draws = np.random.default_rng(11), 1500
    excess = np.empty((2, n_draws))
    for draw in range(n_draws):
        codes = np.append(rng.integers(2, size=n), [0, 1])
        x = np.append(rng.standard_normal(n) + delta * (codes[:n] - 0.5), [-1.0, 1.0])[:, None]
        rows = np.arange(n + 2)
        for place, n_labeled in enumerate((n, n // 2)):
            (p,), _ = semi_supervised_probabilities(
                GaussianClassifier(), x, codes, (rows < n_labeled)[None], ((rows >= n_labeled) & (rows < n))[None],
                [rows[n:]], n_classes=2, weights=(1.0,),
            )  # fmt: skip
            low, high = np.log(p[:, 1] / p[:, 0])
            boundary = (low + high) / (low - high)
            wrong = norm.sf(boundary + delta / 2) + norm.cdf(boundary - delta / 2)
            excess[place, draw] = wrong / 2 - norm.cdf(-delta / 2)
    relative = excess / excess.mean(axis=1, keepdims=True)
    found = excess[0].mean() / excess[1].mean()
    error = found * (relative[0] - relative[1]).std() / np.sqrt(n_draws)
    expected = variance_of_boundary(delta, 0.0) / variance_of_boundary(delta, 0.5)
    assert error < 0.025
    assert abs(found - expected) < 3 * error + 0.02  # 0.550, 0.679 and 0.829; of a finite number of rows a bit less


class Watched(GaussianNB):
    """Notes which groups (the last column) have a row in each fit."""

    fits: ClassVar[list] = []

    def fit(self, X, y, sample_weight):
        self.groups_ = set(X[:, -1])
        Watched.fits.append(self.groups_)
        return super().fit(X[:, :-1], y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(X[:, :-1])


def test_folds_that_choose_a_weight_keep_groups_whole():
    rng = np.random.default_rng(0)
    groups, codes = np.repeat(np.arange(12), 5), rng.integers(2, size=60)
    X = np.column_stack([rng.normal(size=(60, 2)) + codes[:, None], groups])
    labeled, test = (groups < 9) & (np.arange(60) % 5 < 3), np.flatnonzero(groups >= 9)
    Watched.fits.clear()
    semi_supervised_probabilities(
        Watched(), X, codes, labeled[None], ((groups < 9) & ~labeled)[None], [test], n_classes=2, units=groups,
        random_state=0,
    )  # fmt: skip
    choosing = [fit for fit in Watched.fits if len(fit) < 9]
    assert len(choosing) >= 9  # three folds by three weights
    assert {len(fit) for fit in choosing} == {6}  # three groups of nine are held out, with their rows without a label


def test_a_row_of_weight_two_is_the_row_twice_where_the_weight_of_unlabeled_rows_is_chosen():
    differ = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        codes, counts = np.arange(60) % 2, rng.integers(1, 6, 60)
        X = rng.exponential(size=(60, 2)) * (1 + codes[:, None])
        labeled = np.stack([np.isin(np.arange(60), rng.choice(60, 24, replace=False)) for _ in range(4)])
        rows = np.repeat(np.arange(60), counts)
        once, weighted = [np.arange(60)] * 4, {"units": np.arange(60), "sample_weight": counts.astype(float)}
        first = [np.unique(rows, return_index=True)[1]] * 4
        options = {"n_classes": 2, "random_state": 0}
        model = GaussianClassifier()
        _, one = semi_supervised_probabilities(model, X, codes, labeled, ~labeled, once, **weighted, **options)
        _, two = semi_supervised_probabilities(
            model, X[rows], codes[rows], labeled[:, rows], ~labeled[:, rows], first, units=rows, **options
        )
        differ += np.count_nonzero(one != two)
    assert differ == 0  # 6 of 80 where held-out rows counted alike


def test_a_constant_column_behind_a_scaler_is_learned_from_without_a_warning():
    for seed in range(5):
        X, codes = drawn(60, 2.0, seed)
        X = np.column_stack([X, np.ones(60)])
        labeled = np.arange(60)[None] < 20
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (p,), _ = semi_supervised_probabilities(
                make_pipeline(StandardScaler(), GaussianNB()), X, codes, labeled, ~labeled, [np.arange(60)],
                n_classes=2, random_state=0,
            )  # fmt: skip
        assert np.isfinite(p).all()


def test_folds_that_leave_one_class_do_not_choose_a_weight():
    """Of two groups one is a single row, of which naive Bayes alone makes NaN."""
    X, codes = drawn(40, 2.0, 0)
    units = np.r_[np.zeros(1, dtype=int), np.ones(9, dtype=int), 2 + np.arange(30)]
    labeled = np.arange(40)[None] < 10
    (p,), (weight,) = semi_supervised_probabilities(
        GaussianNB(), X, codes, labeled, ~labeled, [np.arange(40)], n_classes=2, units=units, random_state=0
    )
    assert np.isfinite(p).all()
    assert weight in (0, 0.2, 1)
