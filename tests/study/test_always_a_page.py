"""Whatever fails, there is a comparison and a page, and what failed is named."""

import datetime
import re
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from cloudpickle import register_pickle_by_value
from examples import few
from pandas.testing import assert_frame_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.report import isolation
from genvsdisc.study.fits.predictions import DRAWN_STAGE, STAGES
from genvsdisc.study.fits.refit import _aligned
from genvsdisc.study.run import NothingToCompare, Run
from genvsdisc.study.schema import TABLES
from genvsdisc.study.statistics import tables
from genvsdisc.study.statistics.tables import TABLE_PARTS

# Workers of joblib import a class by its module, which is none outside of pytest.
register_pickle_by_value(sys.modules[__name__])
TINY = gd.Design(n_splits=2, n_repeats=1, n_draws=3)


@pytest.fixture(scope="module")
def data():
    return gd.datasets.make_gaussian_pair(80, n_features=3, distance=2.0, random_state=0)


@pytest.fixture(scope="module")
def linear():
    return [model for model in gd.default_models() if model.form == "linear"]


def fails(*_, **__):
    raise RuntimeError("a bug\nin two lines")


def page_of(comparison, tmp_path):
    page = comparison.to_html(tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>")
    return page


@pytest.fixture(scope="module")
def again(data, linear):
    """What makes the comparison again from fits that are done."""
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        results = Run.results

        def keep(*args, **options):
            kept.append(lambda: gd.Comparison(*results(*args, **options)))
            return results(*args, **options)

        patch.setattr(Run, "results", keep)
        gd.compare(data.X, data.y, linear, design=TINY)
    (made,) = kept
    return made


@pytest.mark.parametrize("stage", few(STAGES, "cross-validation"))
def test_a_stage_that_fails_for_one_model_is_named_and_the_rest_is_there(
    data, linear, again, tmp_path, monkeypatch, stage
):
    whole = STAGES[stage]
    law = {"draw": data.draw, "posterior": data.posterior} if stage == DRAWN_STAGE else {}
    plain = gd.compare(data.X, data.y, linear, design=TINY, **law) if law else again()
    fitted = plain.timings.query("stage == @stage")["model"].tolist()
    victim = "logistic" if "logistic" in fitted else fitted[0]  # some stages are of generative models alone

    def sick(model, table, draws, result):
        return fails() if model.name == victim else whole(model, table, draws, result)

    monkeypatch.setitem(STAGES, stage, sick)
    found = gd.compare(data.X, data.y, linear, design=TINY, **law)
    (row,) = found.failures.to_dict("records")
    assert (row["model"], row["stage"], row["error"]) == (victim, stage, "RuntimeError: a bug in two lines")
    assert row["meaning"]
    ok = found.models.set_index("model")["status"].to_dict()
    assert ok == {m.name: "ok" for m in linear} | ({victim: "failed"} if stage == "cross-validation" else {})
    assert set(found.scores["model"]) == {name for name, status in ok.items() if status == "ok"}
    page_of(found, tmp_path)


def check_one_is_absent(found, part, tmp_path):
    stages = found.failures["stage"]
    assert stages.iloc[0].startswith(part)
    assert all(stages.str.startswith(part) | (stages == "verdict"))  # the verdict reads some of the tables
    assert set(found.failures["error"][stages.str.startswith(part)]) == {"RuntimeError: a bug in two lines"}
    assert set(found.failures["model"]) == {""}
    page_of(found, tmp_path)


@pytest.fixture
def undrawn(monkeypatch):
    """Pages without the time that drawing takes."""
    monkeypatch.setattr(isolation, "svg", lambda *_, **__: "<svg/>")


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("part", TABLE_PARTS)
def test_a_part_that_fails_is_named_and_the_others_are_there(again, tmp_path, monkeypatch, part):
    monkeypatch.setitem(TABLE_PARTS, part, fails)
    found = again()
    check_one_is_absent(found, part, tmp_path)
    assert len(found.scores) == 3 * 2 * 4


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", sorted(set(TABLES) - {"failures"}))
def test_a_table_that_fails_is_named_and_the_others_are_there(again, tmp_path, monkeypatch, name):
    whole = tables.conformed
    monkeypatch.setattr(tables, "conformed", lambda of, table: fails() if of == name else whole(of, table))
    found = again()
    check_one_is_absent(found, name, tmp_path)
    assert found.tables[name].empty


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("function", "part"), few([("parameter_table", "parameters of"), ("n_parameters", "size of")]))
def test_what_cannot_be_read_off_a_model_is_named(again, tmp_path, monkeypatch, function, part):
    monkeypatch.setattr(tables, function, fails)
    check_one_is_absent(again(), part, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "stage"),
    [
        ("genvsdisc.study.fits.predictions.view_tables", "decision planes"),
        ("genvsdisc.study.fits.predictions.leak_table", "check of leaks and groups"),
        ("genvsdisc.study.fits.predictions.check_groups", "check of leaks and groups"),
        ("genvsdisc.study.fits.gap_drawing.drawn_gaps", "gaps at prediction"),
        ("genvsdisc.study.run.Run._undecided", "second round"),
        ("genvsdisc.study.run.verdict_card", "verdict"),
        ("genvsdisc.study.run.write_verdict", "verdict"),
    ],
)
def test_what_concerns_no_single_model_may_fail(data, linear, tmp_path, monkeypatch, place, stage):
    monkeypatch.setattr(place, fails)
    plan = {"budget": 3} if stage == "second round" else {"design": TINY}
    found = gd.compare(data.X, data.y, linear, **plan)
    assert set(found.failures["stage"]) == {stage}
    assert (found.models["status"] == "ok").all()
    assert found.verdict
    page_of(found, tmp_path)


# Rows of the list of faults ------------------------------------------------------------------------------------------


NUMBERS = pd.DataFrame({"x": np.arange(60.0), "z": np.arange(60) % 7})


@pytest.mark.parametrize(
    ("X", "shrinkage", "reason"),
    [
        (NUMBERS, 2.0, "shrinkage"),
        (NUMBERS.assign(c=list("abc") * 20), -1.0, "shrinkage"),  # not that words are no numbers
        (NUMBERS.assign(x=[np.inf, *range(59)]), 0.1, "inf"),
    ],
    ids=["parameter", "words", "infinite"],
)
def test_f11_c4_when_every_model_fails_all_reasons_are_told(X, shrinkage, reason):
    models = {"LDA": gd.GaussianClassifier(shrinkage=shrinkage), "LR": gd.LogisticClassifier(reg_lambda=-1.0)}
    with pytest.raises(NothingToCompare) as stop:
        gd.compare(X, [0, 1] * 30, models, design=TINY)
    text = str(stop.value)
    assert isinstance(stop.value, ValueError)
    assert text.startswith("No verdict: no model could be fitted. LDA: ")
    assert reason in text
    assert "; LR: " in text
    page = gd.Comparison(stop.value.tables, stop.value.meta)
    assert page.failures["model"].tolist() == ["LDA", "LR"]


def _zeros(r, k):
    return pd.DataFrame({"larvae": r.poisson(5, 90) * (k > 0), "eggs": r.poisson(9, 90) * (k > 0)})


def _one_row_observed(r, k):
    first = (k == 0) & (np.arange(90) > 0)
    seen = pd.DataFrame({"larvae": r.normal(size=90) + k, "eggs": r.normal(size=90) + 3 * k})
    seen.loc[first] = np.nan
    return seen


def _one_line(r, k):
    x = r.normal(size=90) + 2 * k
    return pd.DataFrame({"larvae": x, "eggs": np.where(k == 1, 2 * x, r.normal(size=90) + 2 * k)})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "drawn"),
    [(_zeros, 6), (_one_row_observed, 0), (_one_line, 6)],  # one row has no spread: one column is left to show
)
def test_c1_a_class_constant_in_the_shown_columns_has_its_picture(tmp_path, counts, drawn):
    r, k = np.random.default_rng(1), np.arange(90) % 3
    X = counts(r, k).assign(temp=r.normal(20, 3, 90))
    found = gd.compare(X, np.array(["absent", "low", "high"])[k], design=gd.Design(n_splits=3, n_repeats=1, n_draws=3))
    assert found.failures.empty
    assert len(found.ellipses) == drawn
    assert found.boundaries.empty == (drawn == 0)
    page_of(found, tmp_path)


@pytest.mark.parametrize(
    ("grid", "tuned"),
    few(
        [
            ({"covariance": ["shared", "separate"]}, "covariance = "),
            ({"priors": [None, [0.5, 0.5]]}, "priors = "),
            ({"shrinkage": [0.5, "oas"]}, "shrinkage = "),
        ]
    ),
)
def test_c2_searches_over_anything(data, grid, tuned):
    search = GridSearchCV(gd.GaussianClassifier(), grid, cv=2)
    found = gd.compare(data.X, data.y, {"search": search}, design=TINY)
    assert found.models["tuned"].iloc[0].startswith(tuned)


@pytest.mark.parametrize(("n", "n_classes", "share"), few([(40, 10, 0.25), (8, 2, 0.25), (60, 3, 0.85)]))
def test_c3_sizes_that_coincide_are_one(n, n_classes, share):
    r = np.random.default_rng(0)
    roster = [model for model in gd.default_models() if model.form == "linear"]
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=3, test_size=share)
    found = gd.compare(r.normal(size=(n, 3)), np.arange(n) % n_classes, roster, design=design)
    rows = found.decomposition[found.decomposition["basis"] == "measured"]
    assert not rows.duplicated(["model", "n_train", "loss"]).any()
    assert rows["n_train"].between(1, n - 1).all()


class Bad(GaussianNB):
    """Its first row of probabilities is what it is told."""

    value = (np.nan, np.nan)

    def predict_proba(self, X):
        p = super().predict_proba(X)
        p[0] = self.value
        return p


class Shaped(GaussianNB):
    """Its probabilities have another form."""

    form = staticmethod(lambda p: p)

    def predict_proba(self, X):
        return self.form(super().predict_proba(X))


@pytest.mark.parametrize(
    ("value", "word"),
    few(
        [
            ((np.nan, np.nan), "finite"),
            ((np.inf, 0.0), "finite"),
            ((2.0, 2.0), "add up to 4"),
            ((-0.5, 1.5), "negative"),
        ]
    ),
)
def test_w15_c5_probabilities_that_are_none_fail_their_model_alone(data, value, word):
    bad = Bad()
    bad.__class__ = type("Bad", (Bad,), {"value": value})
    found = gd.compare(data.X, data.y, {"L": gd.LogisticClassifier(), "bad": bad}, design=TINY)
    models = found.models.set_index("model")
    assert models["status"].to_dict() == {"L": "ok", "bad": "failed"}
    assert word in models.loc["bad", "error"]


@pytest.mark.parametrize(
    ("form", "word"),
    few(
        [
            (lambda p: np.hstack([p, p, p[:, :1]]), "shape"),
            (lambda p: p[:-1], "rows"),
            (lambda p: p[:, 0], "shape"),
        ]
    ),
)
def test_w15_probabilities_of_the_wrong_shape_fail_their_model(data, form, word):
    wrong = type("Wrong", (Shaped,), {"form": staticmethod(form)})()
    found = gd.compare(data.X, data.y, {"L": gd.LogisticClassifier(), "wrong": wrong}, design=TINY)
    assert word in found.models.set_index("model").loc["wrong", "error"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    few([pd.DataFrame, lambda p: p.tolist(), lambda p: p.astype(np.float32)]),
)
def test_c5_lists_and_frames_are_probabilities_too(data, form):
    other = type("Other", (Shaped,), {"form": staticmethod(form)})()
    found = gd.compare(data.X, data.y, {"plain": GaussianNB(), "other": other}, design=TINY)
    means = found.summary.pivot_table(index="loss", columns="model", values="mean")
    np.testing.assert_allclose(means["other"], means["plain"], rtol=1e-4)


class Reversed(GaussianNB):
    """Its classes_ are not sorted, and its columns follow them."""

    def fit(self, X, y):
        super().fit(X, y)
        self.sorted_, self.classes_ = self.classes_, self.classes_[::-1]
        return self

    def predict_proba(self, X):
        shown, self.classes_ = self.classes_, self.sorted_
        p = super().predict_proba(X)[:, ::-1]
        self.classes_ = shown
        return p


def test_w05_columns_follow_classes_():
    r = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = r.normal(size=(200, 2)) + 3 * y[:, None]
    plain, turned = (
        gd.bias_variance(m, X, y, X, y, n_repeats=5, random_state=0)["loss"].round(4).to_dict()
        for m in (GaussianNB(), Reversed())
    )
    assert turned == plain
    assert turned["zero_one"] < 0.05
    found = gd.compare(X, np.array(["b", "a"])[y], {"plain": GaussianNB(), "turned": Reversed()}, design=TINY)
    means = found.summary.pivot_table(index="loss", columns="model", values="mean")
    np.testing.assert_allclose(means["turned"], means["plain"], rtol=1e-12)


class Permuted(GaussianNB):
    """Its classes_ are in another order, and its columns follow them."""

    def __init__(self, places=(0, 1)):
        super().__init__()
        self.places = places

    def fit(self, X, y):
        self.inner_ = GaussianNB().fit(X, y)
        self.order_ = [place for place in self.places if place < len(self.inner_.classes_)]
        self.classes_ = self.inner_.classes_[self.order_]
        return self

    def predict_proba(self, X):
        return self.inner_.predict_proba(X)[:, self.order_]


LABELS_OF_THREE = {
    "words": np.array(["low", "mid", "top"]),
    "numbers": np.array([-3, 0, 10]),
    "far from sorted": np.array(["10", "9", "b"]),
}


@pytest.mark.parametrize("places", [(1, 2, 0), (2, 0, 1), (2, 1, 0)])  # two of them are not their own inverse
@pytest.mark.parametrize("labels", LABELS_OF_THREE.values(), ids=LABELS_OF_THREE)
def test_w05_columns_of_three_classes_follow_any_order(places, labels):
    r = np.random.default_rng(0)
    y = np.arange(90) % 3
    y[0] = 1  # the classes are not of one size
    X = r.normal(size=(90, 2)) + 3 * y[:, None]
    asked = {"n_repeats": 3, "random_state": 0, "train_size": 8}
    plain, turned = (
        gd.bias_variance(m, X, labels[y], X, labels[y], **asked).drop(columns="model", errors="ignore")
        for m in (GaussianNB(), Permuted(places))
    )
    assert_frame_equal(turned, plain)


@pytest.mark.parametrize("seed", range(5))
def test_w05_columns_stand_where_the_sorted_labels_do(seed):
    r = np.random.default_rng(seed)
    classes = np.unique(r.integers(-50, 50, 6))
    seen = r.permutation(classes)[: r.integers(1, len(classes) + 1)]
    p = r.dirichlet(np.ones(len(seen)), size=4)
    found = _aligned(p.tolist(), seen, classes)
    for j, label in enumerate(classes):
        np.testing.assert_array_equal(found[:, j], p[:, seen == label].sum(axis=1))


@pytest.mark.parametrize(
    ("posterior", "error"),
    [
        (lambda X: np.full((len(X), 2), 0.9), ValueError),
        (lambda X: np.full((len(X), 2), np.nan), ValueError),
        (lambda X: np.full((len(X), 3), 1 / 3), ValueError),
        (np.full((80, 2), 0.5), TypeError),
    ],
)
def test_w07_a_posterior_is_checked_before_anything_is_fitted(data, posterior, error):
    with pytest.raises(error, match="posterior must"):
        gd.compare(data.X, data.y, {"never": NeverFitted()}, design=TINY, posterior=posterior)


class NeverFitted(GaussianNB):
    """Must not be reached."""

    def fit(self, X, y):
        raise AssertionError(f"fitted to {X.shape} and {len(y)}")


class Writes(GaussianNB):
    """Writes into whatever it is handed."""

    def fit(self, X, y):
        super().fit(X.copy(), y.copy())
        X.iloc[:] = 0.0
        y[:] = y[0]
        return self

    def predict_proba(self, X):
        p = super().predict_proba(X.copy())
        X.iloc[:] = 0.0
        return p


class Adds(GaussianNB):
    """Adds a column to whatever it is handed."""

    def fit(self, X, y):
        X["new"] = np.random.default_rng(0).normal(size=len(X))
        return super().fit(X, y)

    def predict_proba(self, X):
        return super().predict_proba(X.assign(new=0.0)[[*X.columns[:3], "new"]])


@pytest.mark.slow
@pytest.mark.parametrize("writer", few([Writes(), Adds()]))
def test_w08_a_model_that_writes_into_its_rows_changes_nobody_else(data, writer):
    kept = data.X.copy()
    models = {"writes": writer, "L": gd.LogisticClassifier(), "forest": RandomForestClassifier(3, random_state=0)}
    alone = gd.compare(data.X, data.y, {name: m for name, m in models.items() if m is not writer}, design=TINY)
    one, two = (gd.compare(data.X, data.y, models, design=TINY, n_jobs=n_jobs) for n_jobs in (None, 2))
    assert_frame_equal(data.X, kept)
    assert one.failures.empty
    for name in ("scores", "decomposition", "learning_curves", "robustness", "parameters"):
        assert_frame_equal(one.tables[name], two.tables[name])
        others = one.tables[name].query("model != 'writes'").reset_index(drop=True)
        assert_frame_equal(others, alone.tables[name])


class Zeroes(GaussianNB):
    """Writes into the arrays, weights and labels it is handed."""

    def fit(self, X, y, sample_weight=None):
        super().fit(X.copy(), y.copy(), None if sample_weight is None else sample_weight.copy())
        for given in (X, y, sample_weight):
            if given is not None:
                given[...] = given[:1]
        return self

    def predict_proba(self, X):
        p = super().predict_proba(X.copy())
        X[...] = 0.0
        return p


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("resample", ["bootstrap", "disjoint"])
def test_w08_refits_and_their_caller_keep_their_rows(weighted, resample):
    r = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = r.normal(size=(60, 2)) + y[:, None]
    given = {"X": X, "y": y, "X_test": X[:20].copy(), "y_test": y[:20].copy()}
    options = {
        "resample": resample,
        "n_repeats": 3,
        "random_state": 0,
        **({"train_size": 20} if resample != "bootstrap" else {}),
    }
    if weighted:
        options["sample_weight"] = r.integers(1, 3, 60).astype(float)
    kept = {name: value.copy() for name, value in (given | options).items() if isinstance(value, np.ndarray)}
    plain = gd.bias_variance(GaussianNB(), **given, **options)
    assert_frame_equal(gd.bias_variance(Zeroes(), **given, **options), plain)
    for name, value in kept.items():
        np.testing.assert_array_equal((given | options)[name], value)


def test_w08_a_crossing_keeps_its_rows():
    r = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = r.normal(size=(80, 2)) + y[:, None]
    kept = X.copy(), y.copy()
    asked = {"train_sizes": [10, 20], "n_draws": 3, "random_state": 0}
    plain = gd.learning_curve_crossing(GaussianNB(), gd.LogisticClassifier(), X, y, **asked)
    found = gd.learning_curve_crossing(Zeroes(), gd.LogisticClassifier(), X, y, **asked)
    assert_frame_equal(found.curves, plain.curves)
    for now, before in zip((X, y), kept, strict=True):
        np.testing.assert_array_equal(now, before)


class Greedy(GaussianNB):
    """Raises what is no ValueError where rows are few, as other packages do."""

    def fit(self, X, y, sample_weight=None):
        if len(y) < 25:
            raise RuntimeError("too few for me")
        return super().fit(X, y, sample_weight)


def test_a_model_that_fails_on_few_rows_has_the_rest_of_its_curve_and_its_dials(data):
    plain, greedy = (
        gd.compare(
            data.X, data.y, {"A": model, "L": gd.LogisticClassifier(optimizer="newton")}, design=TINY, random_state=0
        )
        for model in (GaussianNB(), Greedy())
    )
    curves = greedy.learning_curves
    expected = plain.learning_curves.copy()
    few_rows = (expected["model"] == "A") & (expected["n_train"] < 25)
    expected.loc[few_rows, ["mean", "se", "lower", "upper"]] = np.nan
    assert 0 < few_rows.sum() < (expected["model"] == "A").sum()
    assert_frame_equal(curves, expected)
    of_shares = [c.conditions[c.conditions["dial"].str.startswith("class shares")] for c in (plain, greedy)]
    assert len(of_shares[0])
    assert_frame_equal(*[table.reset_index(drop=True) for table in of_shares])
    told = greedy.failures[greedy.failures["stage"].str.startswith("learning curve")]
    assert len(told) == few_rows.sum() / 3
    assert told["error"].eq("RuntimeError: too few for me").all()
    assert told["meaning"].str.startswith("Its learning curve lacks this size").all()


class Refuser:
    """Has an error of its own for whoever pickles it."""

    def __reduce__(self):
        raise RuntimeError("stay where you are")


class Late(gd.GaussianClassifier):
    """Fits folds, but not all rows."""

    fit_replicates = property()

    def fit(self, X, y, sample_weight=None):
        if len(y) == 80:
            raise ValueError("not so many")
        return super().fit(X, y, sample_weight)


class Locked(GaussianNB):
    """Cannot be pickled once it is fitted."""

    make = staticmethod(threading.Lock)

    def fit(self, X, y):
        self.lock_ = self.make()
        return super().fit(X, y)


class Generating(Locked):
    make = staticmethod(lambda: (i for i in range(3)))


class Refusing(Locked):
    make = staticmethod(Refuser)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_jobs", "locked"), few([(2, Locked), (None, Locked), (2, Generating), (None, Generating), (2, Refusing)])
)
def test_c7_c8_a_model_that_cannot_be_fitted_to_all_rows_or_pickled_fails_alone(data, n_jobs, locked, tmp_path):
    models = {"late": Late(), "locked": locked(), "L": gd.LogisticClassifier()}
    found = gd.compare(data.X, data.y, models, design=TINY, n_jobs=n_jobs)
    failures = found.failures.set_index("model")
    assert failures["stage"].to_dict() == {"late": "fit to all rows", "locked": "fit to all rows"}
    assert "not so many" in failures.loc["late", "error"]
    assert "cannot be pickled" in failures.loc["locked", "error"]
    assert not found.search.empty
    page_of(found, tmp_path)


class Panic(BaseException):
    """As extensions in Rust raise it, past every `except Exception`."""


class Ends(GaussianNB):
    """A classifier that ends the program, in its fit or when it is asked."""

    def __init__(self, error=SystemExit, when="fit"):
        super().__init__()
        self.error, self.when = error, when

    def fit(self, X, y, sample_weight=None):
        if self.when == "fit":
            raise self.error(3)
        return super().fit(X, y, sample_weight)

    def predict_proba(self, X):
        if self.when == "predict":
            raise self.error(3)
        return super().predict_proba(X)


@pytest.mark.parametrize(
    ("error", "when", "n_jobs"), few([(SystemExit, "fit", None), (Panic, "fit", 2), (SystemExit, "predict", None)])
)
def test_c7_a_classifier_that_ends_the_program_fails_alone(data, error, when, n_jobs):
    roster = {"ends": Ends(error, when), "lr": gd.LogisticClassifier(), "nb": gd.NaiveBayesClassifier()}
    comparison = gd.compare(data.X, data.y, roster, design=TINY, n_jobs=n_jobs)
    reasons = comparison.failures.query("model == 'ends'").error
    assert len(reasons)
    assert reasons.str.contains(
        f"RuntimeError: it asked for the end of the program: {error.__name__}(3)", regex=False
    ).all()
    assert set(comparison.scores.model) == {"lr", "nb"}
    assert "Could not be fitted: ends." in comparison.verdict


@pytest.mark.slow
def test_c6_w01_f09_dates_are_days_everywhere(tmp_path):
    r = np.random.default_rng(0)
    X = pd.DataFrame({"a": r.normal(size=60), "b": r.normal(size=60)})
    days = [datetime.date(2020, 1, 1 + i % 28) for i in range(60)]
    as_dates = gd.compare(X.assign(d=days), np.arange(60) % 2, design=TINY)
    numbers = pd.to_datetime(pd.Series(days)).sub(pd.Timestamp(0)).dt.days.astype(float)
    as_numbers = gd.compare(X.assign(d=numbers), np.arange(60) % 2, design=TINY)
    assert as_dates.failures.empty
    np.testing.assert_allclose(as_dates.assumptions["statistic"], as_numbers.assumptions["statistic"], rtol=1e-6)
    assert_frame_equal(as_dates.scatter, as_numbers.scatter)
    page_of(as_dates, tmp_path)


def test_errors_name_the_columns_of_the_table(data):
    X = data.X.rename(columns={"x1": "height", "x2": "age", "x3": "same"}).assign(same=lambda t: t["age"])
    roster = {"plain": gd.GaussianClassifier(), "good": gd.LogisticClassifier()}
    found = gd.compare(X.to_numpy(), data.y, roster, design=TINY)
    error = found.models.set_index("model").loc["plain", "error"]
    assert "feature" not in error.partition("is ")[0]
    assert "x2" in error or "x3" in error


@pytest.mark.parametrize("seed", few([np.int64(3), 3, np.int32(3)]))
def test_w14_the_seed_is_recorded_whatever_its_type(data, linear, seed):
    assert gd.compare(data.X, data.y, linear[:1], design=TINY, random_state=seed).meta["seed"] == 3


@pytest.mark.parametrize("wrong", ["yes", 3, [1]])
def test_c11_progress_is_checked_before_anything_is_fitted(data, wrong):
    with pytest.raises(TypeError, match="progress must be True"):
        gd.compare(data.X, data.y, {"never": NeverFitted()}, design=TINY, progress=wrong)


@pytest.mark.parametrize("progress", few([True, False, None]))
def test_c11_e01_progress_may_be_a_truth_value(data, linear, progress, capsys):
    gd.compare(data.X, data.y, linear[:1], design=TINY, progress=progress)
    err = capsys.readouterr().err
    assert bool(re.search(r"\b(\d+)/\1\b", err)) == bool(progress)  # all jobs done


@pytest.mark.parametrize(
    ("name", "value"), [("n_jobs", 0), ("n_jobs", 1.5), ("budget", 0), ("budget", "x"), ("budget", np.nan)]
)
def test_numbers_are_checked_before_anything_is_fitted(data, name, value):
    with pytest.raises(ValueError, match=name):
        gd.compare(data.X, data.y, {"never": NeverFitted()}, **{name: value})


@pytest.mark.parametrize("wrong", [{"n_splits": 2.5}, {"rope": np.nan}, {"n_draws": True}, {"n_repeats": 1.0}])
def test_design_takes_whole_numbers(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        gd.Design(**wrong)


@pytest.mark.slow
def test_k_classes_need_k_rows_on_either_side():
    r = np.random.default_rng(0)
    X, y = r.normal(size=(60, 3)), np.arange(60) % 20
    roster = [model for model in gd.default_models() if model.form == "linear"]
    assert gd.compare(X, y, roster, design=TINY).failures.empty
    with pytest.raises(ValueError, match="cannot be split"):
        gd.Design().n_held_out(30, 20)


@pytest.mark.slow
def test_warnings_name_columns_and_classes_as_the_table_does():
    """Some stages are given the codes of the labels, some the columns behind an encoder: "feature 1", "class 2"."""
    rng, codes = np.random.default_rng(0), np.arange(60) % 3
    X = pd.DataFrame({"width": rng.normal(size=60) + codes, "height": rng.normal(size=60), "word": ["u", "v"] * 30})
    X.loc[codes == 2, "height"] = np.nan
    found = gd.compare(
        X,
        codes - 1,  # labels that look like the codes of others
        {"g": gd.GaussianClassifier("separate", shrinkage=0.1)},
        design=gd.Design(n_splits=3, n_repeats=1, n_draws=2),
    )
    (told,) = found.models["warnings"]
    assert told == (
        "UserWarning: column 'height' is missing in all rows of class 1, so that its mean is unknown: the mean of all "
        "classes is taken"
    )
