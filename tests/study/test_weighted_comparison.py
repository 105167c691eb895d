"""compare(sample_weight=): a row of weight 2 is the row twice, in every table; other weights reach fits and means."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

import genvsdisc as gd

SMALL = gd.Design(n_splits=3, n_repeats=2, n_draws=4)
TINY = gd.Design(n_splits=3, n_repeats=1, n_draws=2)
COUNTING = {  # they count rows: copies of a row are more rows, or a leak
    "leaks", "scatter", "timings", "classes", "columns", "failures",
}  # fmt: skip
COUNTING_COLUMNS = {
    "calibration": ["ece_calibrated"],
    "assumptions": ["statistic", "df", "pvalue", "effect", "finding"],
    "models": ["error", "warnings"],
}


def data(n=66, seed=0):
    rng = np.random.default_rng(seed)
    table = gd.datasets.make_gaussian_pair(n, n_features=2, distance=1.5, random_state=seed)
    X = pd.DataFrame(table.X).assign(town=rng.choice(list("uvw"), n))
    X.iloc[::11, 0] = np.nan
    return X, pd.Series(np.asarray(table.y)), rng.integers(1, 4, n), rng


def roster():
    keys = ("shared Gaussian", "naive Bayes", "logistic", "multilayer perceptron")
    ours = [model for model in gd.default_models(data()[0]) if model.name in keys]
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 10.0]}, cv=2)
    return [
        *ours,
        gd.Model("search", search),
        gd.Model("bayes", GaussianNB()),
        gd.Model("near", KNeighborsClassifier(2)),
    ]


def assert_equal_tables(one, other):
    for name in set(one.tables) - COUNTING:
        both = [found.tables[name].drop(columns=COUNTING_COLUMNS.get(name, [])) for found in (one, other)]
        pd.testing.assert_frame_equal(*both, rtol=1e-10, atol=1e-10, obj=name)


def weighted_and_repeated(models, grouped, design=SMALL, **options):
    X, y, weights, rng = data()
    copies = np.repeat(np.arange(len(y)), weights)
    groups = rng.integers(0, 20, len(y)) if grouped else np.arange(len(y))
    named = {"groups": groups} if grouped else {}
    weighted = gd.compare(X.assign(w=weights), y, models, design=design, sample_weight="w", **named, **options)
    repeated = gd.compare(X.iloc[copies], y.iloc[copies], models, design=design, groups=groups[copies], **options)
    return weighted, repeated, weights


@pytest.mark.slow
def test_a_row_of_weight_two_is_the_row_twice_in_every_table():
    models = [model for model in roster() if model.name in ("shared Gaussian", "logistic", "bayes")]
    weighted, repeated, weights = weighted_and_repeated(models, grouped=False)
    assert_equal_tables(weighted, repeated)
    assert (weighted.models.status == "ok").all()
    assert weighted.meta["weights"] == {
        "sum": weights.sum(),
        "effective_rows": pytest.approx(weights.sum() ** 2 / (weights**2).sum()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [False, True])
def test_so_it_is_for_networks_searches_and_models_without_weights_in_groups_too(grouped):
    weighted, repeated, _ = weighted_and_repeated(roster(), grouped)
    assert_equal_tables(weighted, repeated)
    assert (weighted.models.status == "ok").all()


@pytest.mark.slow
def test_so_it_is_for_what_is_tuned_and_judged_by_costs():
    models = [model for model in roster() if model.name in ("shared Gaussian", "logistic", "search")]
    options = {"tune": True, "costs": {"fp": 1, "fn": 3}}
    weighted, repeated, _ = weighted_and_repeated(models, grouped=False, design=TINY, **options)
    assert_equal_tables(weighted, repeated)
    assert (weighted.models.tuned != "").any()
    assert len(weighted.decisions) == len(models)


@pytest.mark.slow
def test_so_it_is_for_a_test_set_groups_costs_and_models_of_others_all_together():
    X, y, weights, rng = data()
    test, labels, counts, _ = data(30, seed=3)
    copies, again = np.repeat(np.arange(66), weights), np.repeat(np.arange(30), counts)
    groups, others = rng.integers(0, 20, 66), rng.integers(20, 30, 30)
    roster_ = [model for model in roster() if model.name in ("naive Bayes", "logistic", "bayes", "search")]
    asked = {"design": SMALL, "groups": "g", "costs": {"fp": 1, "fn": 3}, "loss": "cost"}
    weighted, repeated = (
        gd.compare(X_.assign(g=g, **w), y_, roster_, X_test=test_.assign(g=o, **v), y_test=labels_, **asked, **named)
        for X_, y_, g, w, test_, labels_, o, v, named in (
            (X, y, groups, {"w": weights}, test, labels, others, {"w": counts}, {"sample_weight": "w"}),
            (
                X.iloc[copies],
                y.iloc[copies],
                groups[copies],
                {},
                test.iloc[again],
                labels.iloc[again],
                others[again],
                {},
                {},
            ),
        )
    )
    assert_equal_tables(weighted, repeated)
    assert (weighted.models.status == "ok").all()
    assert len(weighted.holdout) > 0
    assert len(weighted.conditions) > 0
    assert len(weighted.decisions) == len(roster_)


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [False, True])
def test_a_row_of_weight_zero_is_absent(grouped):
    """So it is in groups of which others come first without it."""
    X, y, weights, rng = data()
    linear = [model for model in roster() if model.name in ("shared Gaussian", "logistic")]
    weights[::5] = 0
    keep, groups = weights > 0, rng.integers(0, 20, len(y))
    assert (pd.factorize(groups)[0][keep] != pd.factorize(groups[keep])[0]).any()
    every, some = ({"groups": groups}, {"groups": groups[keep]}) if grouped else ({}, {})
    with_zeros = gd.compare(X, y, linear, design=TINY, sample_weight=weights, **every)
    without = gd.compare(X[keep], y[keep], linear, design=TINY, sample_weight=weights[keep], **some)
    for name in set(without.tables) - {"timings"}:
        pd.testing.assert_frame_equal(with_zeros.tables[name], without.tables[name])
    assert f"{(~keep).sum()} rows of weight 0 are left out." in with_zeros.meta["left_out"]


@pytest.mark.slow
def test_only_ratios_of_weights_that_are_not_whole_count_where_a_model_is_free_of_scale():
    X, y, weights, _ = data()
    X = X.drop(columns="town").fillna(0.0)
    free = {
        "lda": gd.GaussianClassifier(),
        "logistic": gd.LogisticClassifier(optimizer="newton"),
        "bayes": GaussianNB(),
    }
    whole, halves = (gd.compare(X, y, free, design=TINY, sample_weight=w) for w in (weights.astype(float), weights / 2))
    for name in ("scores", "summary", "confusion", "learning_curves"):
        one, other = (
            found.tables[name].drop(columns=["n_train", "n_test"], errors="ignore") for found in (whole, halves)
        )
        told = one["mean"].notna() if name == "learning_curves" else slice(None)  # copies make too few rows singular
        pd.testing.assert_frame_equal(one[told], other[told], rtol=1e-6, atol=1e-8, obj=name)
    n_rows = halves.scores.groupby(["model", "repeat", "loss"])["n_test"].sum()
    assert n_rows.between(len(y) - 2, len(y) + 2).all()  # sizes are counted in rows


def test_the_unit_of_weights_changes_nothing():
    """Penalties of others, shrinkage, unlabeled rows and axes of boundaries depended on it; powers of 2 are exact."""
    X, y, weights, _ = data()
    X = X.drop(columns="town").fillna(0.0)
    models = [model for model in gd.default_models(X) if model.name == "regularized Gaussian"]
    models += [gd.Model("lr", LogisticRegression())]
    one, other = (gd.compare(X, y, models, design=TINY, sample_weight=w) for w in (weights / 3, weights / 3 * 2.0**-30))
    for name in set(one.tables) - {"timings"}:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], obj=name)
    assert one.verdict == other.verdict


def test_a_model_without_weights_is_named_where_they_are_not_whole():
    X, y, weights, _ = data()
    near = {"near": KNeighborsClassifier(2), "lr": LogisticRegression()}
    result = gd.compare(X, y, near, design=TINY, sample_weight=weights / 2)
    models = result.models.set_index("model")
    assert models.status.to_dict() == {"near": "failed", "lr": "ok"}
    assert "KNeighborsClassifier takes no sample_weight: give weights that are whole numbers" in models.error["near"]
    assert any(
        note.startswith("SimpleImputer takes no sample_weight: in front of near, lr") for note in result.meta["notes"]
    )


def test_the_scores_of_the_folds_are_those_of_scikit_learn_with_weights():
    X, y, weights, _ = data(90, seed=1)
    X, weights = X.drop(columns="town").fillna(0.0), weights * 0.37
    seen = {}

    class Told(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.setdefault("fits", []).append((X.index.to_numpy(), sample_weight))
            return super().fit(X, y, sample_weight=sample_weight)

        def predict_proba(self, X):
            found = super().predict_proba(X)
            seen.setdefault("judged", []).append((X.index.to_numpy(), found))
            return found

    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2)
    result = gd.compare(X, y, {"told": Told()}, design=design, sample_weight=weights)
    for rows, own in seen["fits"][1:]:  # the first shows on a few rows that the model takes the table
        np.testing.assert_allclose(own, (weights / weights.mean())[rows], rtol=1e-15)  # only their ratios count
    measures = {
        "zero_one": lambda y, p, w: np.average(y != (p[:, 1] > 0.5), weights=w),
        "brier": lambda y, p, w: 2 * brier_score_loss(y, p[:, 1], sample_weight=w),
        "log_loss": lambda y, p, w: log_loss(y, p, sample_weight=w),
        "roc_auc": lambda y, p, w: roc_auc_score(y, p[:, 1], sample_weight=w),
    }
    folds = {tuple(rows): p for rows, p in seen["judged"] if len(rows) == 30}
    for loss, measure in measures.items():
        expected = [measure(np.asarray(y)[list(rows)], p, weights[list(rows)]) for rows, p in folds.items()]
        found = result.scores.loc[result.scores.loss == loss, "value"]
        assert len(found) == 3
        assert all(np.isclose(expected, value, atol=1e-12).any() for value in found)
