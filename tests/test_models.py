"""The default roster: pairs that are one set of functions, units that do not matter; and rosters of anyone's models."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from numpy.linalg import lstsq
from scipy import sparse
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import StackingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import ClassifierChain
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

import genvsdisc as gd
from genvsdisc.models import as_models, default_models
from genvsdisc.study.costs import last_step

FEW = gd.Design(n_splits=5, n_repeats=2, n_draws=4)
KINDS = {
    "continuous": ("x", "z"),
    "binary": ("flag", "other"),
    "categorical": ("color", "town"),
    "mixed": ("x", "z", "flag", "color"),
    "one of each": ("x", "flag", "town"),
    "mostly indicators": ("x", "flag", "other", "color", "town"),
    "counts": ("visits", "x", "flag"),
    "counts alone": ("visits", "grade"),
}


def table_of(columns, n=400, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    X = pd.DataFrame(
        {
            "x": rng.normal(size=n) + y,
            "z": rng.lognormal(size=n) * 1e3,
            "flag": rng.random(n) < 0.2 + 0.2 * y,
            "other": np.where(rng.random(n) < 0.1 + 0.1 * y, "yes", "no"),
            "color": np.array(["red", "green", "blue", "gray"])[(rng.integers(0, 4, n) + y) % 4],
            "town": np.array(["Ulm", "Rom", "Bonn"])[(rng.integers(0, 3, n) * (y > 0))],
            "visits": rng.poisson(1.0 + y),
            "grade": np.clip(np.rint(rng.normal(50 + y, 4)), 0, 100).astype(int),
        }
    )
    return X[list(columns)], y


def rng_gaps(shape):
    return np.random.default_rng(3).random(shape) < 0.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["linear", "quadratic", "additive"])
@pytest.mark.parametrize("gaps", [False, True])
def test_u06_a_pair_is_one_set_of_log_odds(kind, form, gaps):
    """Log-odds of the generative model, regressed on the features of the discriminative one, leave nothing.

    Where entries are missing the families go ways of their own: there it holds of the rows without a gap.
    """
    X, y = table_of(KINDS[kind])
    if gaps:
        X = X.astype(dict.fromkeys(X.select_dtypes("number"), float)).mask(rng_gaps(X.shape))
    complete = X.notna().all(axis=1).to_numpy()
    models = [model for model in default_models(X) if model.form == form]
    discriminative = next(model for model in models if model.family == "discriminative")
    generative = [model for model in models if model.family == "generative"]
    assert len(generative) == (2 if form == "linear" else 1)
    features = clone(discriminative.estimator)[:-1].fit(X, y).transform(X)
    design = np.column_stack([np.ones(len(X)), features])[complete]
    design /= np.abs(design).max(axis=0).clip(1e-300)
    for model in generative:
        log_p = clone(model.estimator).fit(X, y).predict_log_proba(X)[complete]
        log_odds = log_p[:, 1:] - log_p[:, :1]
        residual = log_odds - design @ lstsq(design, log_odds, rcond=1e-14)[0]
        assert np.linalg.norm(residual) < 1e-8 * np.linalg.norm(log_odds), model.name


@pytest.mark.filterwarnings("ignore:MLPClassifier.*max_iter")  # 200 epochs, of 300 or so
def test_the_perceptron_of_a_wide_table_does_not_stop_where_a_small_step_gains_little():
    """Beyond 100 columns steps are smaller, and the gain of an epoch with them: it stopped after some 80 of them."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2400)
    X = rng.normal(size=(2400, 1000))
    X[:, :20] += 0.3 * (2 * y - 1)[:, None]
    wide, narrow = (
        {model.name: last_step(model.estimator) for model in default_models(table)}["multilayer perceptron"]
        for table in (X, X[:, :100])
    )
    assert (wide.tol, narrow.tol) == (1e-4, 1e-3)
    errors = [
        (clone(wide).set_params(tol=tol, random_state=0).fit(X[:400], y[:400]).predict(X[400:]) != y[400:]).mean()
        for tol in (wide.tol, narrow.tol)
    ]
    assert errors[0] < errors[1] - 0.03


def test_too_many_products_are_nobodys_pair():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 30)), columns=[f"x{j}" for j in range(30)])
    X = X.assign(**{f"w{j}": rng.choice(list("abcdefgh"), 60) for j in range(4)})
    models = {model.name: model.form for model in default_models(X)}
    assert models["logistic, quadratic features of numbers"] is None
    assert "logistic, quadratic features" not in models


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "column"), [(1e8, "people"), (1e-9, "people"), (1e12, "x"), (1e-6, "z")])
def test_f01_units_do_not_matter(unit, column):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = pd.DataFrame({"x": rng.normal(size=200) + 2 * y, "people": rng.lognormal(size=200), "z": rng.normal(size=200)})
    errors = []
    for scale in (1.0, unit):
        scaled = X.assign(**{column: X[column] * scale})
        found = gd.compare(
            scaled, y, [m for m in default_models(scaled) if m.form in ("linear", "additive")], design=FEW
        )
        errors.append(found.summary.query("loss == 'zero_one'").set_index("model")["mean"])
    np.testing.assert_allclose(errors[0], errors[1], atol=0.011)
    assert errors[1][["naive Bayes", "naive Bayes, shared variance"]].max() < 0.25


def probabilities(model, X, y):
    seeds = {name: 0 for name in model.estimator.get_params() if name.endswith("random_state")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return clone(model.estimator).set_params(**seeds).fit(X, y).predict_proba(X)


def in_units(units, zeros, *, gaps=False, seed=0, n=90):
    """A table with a column that one class holds one value of, and the same one with other units and zeros."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    X = pd.DataFrame(rng.normal(size=(n, 3)) + y[:, None] * [1.0, 0.5, 0.0], columns=list("abc"))
    X = X.assign(k=np.where(y == 1, 0.7, rng.normal(size=n)), w=rng.choice(["u", "v", "t"], n))
    if gaps:
        X.loc[::11, "a"] = np.nan
    other = {name: (X[name] + z) * u for name, u, z in zip("abck", units, zeros, strict=True)}
    return X, X.assign(**other), y


@pytest.mark.parametrize(("units", "zeros"), [((3.0, 1.0, 0.4, 2.7), (0.0,) * 4), ((1.8,) * 4, (32.0, 0, 273, -50))])
def test_f01_feet_and_fahrenheit_change_nothing(units, zeros):
    """Squares are taken about a point of the table, and what is smoothed is a share of a column's own variance."""
    X, other, y = in_units(units, zeros)
    found = [
        {m.name: probabilities(m, table, y) for m in default_models(table) if m.form in ("additive", "quadratic")}
        for table in (X, other)
    ]
    for name, plain in found[0].items():
        np.testing.assert_allclose(plain, found[1][name], atol=1e-9, err_msg=name)


UNITS = st.lists(st.integers(-60, 60), min_size=4, max_size=4)
ZEROS = st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4)


@pytest.mark.slow
@examples(8)
@given(powers=UNITS, zeros=ZEROS, seed=st.integers(0, 1000), gaps=st.booleans())
def test_f01_every_model_of_the_roster_is_free_of_units(powers, zeros, seed, gaps):
    """The same probabilities in whatever unit, from whatever zero, each column is written."""
    X, other, y = in_units([10.0**power for power in powers], zeros, gaps=gaps, seed=seed)
    for plain, moved in zip(default_models(X), default_models(other), strict=True):
        found = [probabilities(model, table, y) for model, table in ((plain, X), (moved, other))]
        np.testing.assert_allclose(*found, atol=1e-7, err_msg=plain.name)  # zeros cost three digits


def test_u08_twins_are_named_and_tested_once():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = pd.DataFrame({f"b{j}": rng.random(120) < 0.3 + 0.3 * y for j in range(4)})
    result = gd.compare(X, y, [m for m in default_models(X) if m.form in ("linear", "additive")], design=FEW)
    warnings = result.models.set_index("model")["warnings"]
    assert "the same model on this table as naive Bayes, shared variance" in warnings["naive Bayes"]
    assert "the same model on this table as logistic" in warnings["logistic, additive features"]
    pairs = result.differences.query("form != 'best of each family' and loss == 'brier'")
    assert pairs[["generative", "discriminative"]].to_numpy().tolist() == [
        ["shared Gaussian", "logistic"],
        ["naive Bayes, shared variance", "logistic"],
        ["naive Bayes", "weighted naive Bayes"],  # a partner that is nobody's twin
    ]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (np.inf, "column 1 of X holds infinite values: replace or remove them"),
        (-np.inf, "column 1 of X holds infinite values: replace or remove them"),
        (1e160, r"column 1 of X is out of range: its numbers reach 1e\+160, .*; divide it by 1e\+160"),
        (np.longdouble("1e4000"), "column 1 of X holds infinite values"),
    ],
)
@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist], ids=["array", "list"])
def test_b17_an_array_with_a_far_number_is_one_error(cell, words, form):
    X = np.random.default_rng(0).normal(size=(30, 3)).astype(np.array(cell).dtype)
    assert len(default_models(form(X))) == 12
    X[3, 1] = cell
    with pytest.raises(ValueError, match=words):
        default_models(form(X))
    X[:, 1] = 1e-200
    with pytest.raises(ValueError, match="column 1 of X is out of range: its numbers reach 1e-200"):
        default_models(form(X))


@pytest.mark.slow
def test_a_cost_is_booked_to_the_assumption_that_was_dropped():
    X, y = table_of(("x", "z"))
    numbers = gd.compare(X, y, design=FEW).assumptions.set_index("assumption")["cost"]
    assert numbers.notna().all()
    gaps = gd.compare(X.mask(rng_gaps(X.shape)), y, design=FEW).assumptions.set_index("assumption")["cost"]
    assert gaps.notna().to_dict() == {
        "equal covariances": True,
        "normality given the class": False,
        "independence given the class": True,
    }
    mixed = gd.compare(X.assign(rare=np.random.default_rng(0).random(len(X)) < 0.02), y, design=FEW).assumptions
    assert mixed.set_index("assumption")["cost"].notna().to_dict() == {
        "equal covariances": True,
        "normality given the class": False,
        "independence given the class": False,
    }


# Anyone's models ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("as_list", [False, True])
def test_u09_scikit_learns_classifiers_have_families(as_list):
    X, y = table_of(("x", "z"))
    models = [LinearDiscriminantAnalysis(), GaussianNB(), LogisticRegression(max_iter=1000)]
    given = models if as_list else {type(model).__name__: model for model in models}
    result = gd.compare(X, y, given, design=FEW)
    assert result.models["family"].tolist() == ["generative", "generative", "discriminative"]
    assert result.models["form"].tolist() == ["linear", "additive", "linear"]
    assert "No verdict" not in result.verdict
    pairs = result.differences.query("form == 'linear'")[["generative", "discriminative"]].drop_duplicates()
    assert pairs.to_numpy().tolist() == [["LinearDiscriminantAnalysis", "LogisticRegression"]]


def test_classifiers_of_one_class_are_told_apart_by_number():
    given = as_models([GaussianNB(), gd.Model("mine", GaussianNB()), GaussianNB(var_smoothing=0.1)])
    assert [model.name for model in given] == ["GaussianNB", "mine", "GaussianNB 2"]
    assert [model.name for model in as_models(GridSearchCV(GaussianNB(), {"var_smoothing": [0.1]}))] == ["GaussianNB"]


def test_a_stack_whose_last_step_is_the_default_gives_probabilities():
    stack = StackingClassifier([("a", GaussianNB()), ("b", LogisticRegression())])
    names = [model.name for model in as_models([stack, make_pipeline(StandardScaler(), stack)])]
    assert names == ["StackingClassifier", "StackingClassifier 2"]
    with pytest.raises(TypeError, match="has no predict_proba"):
        as_models([StackingClassifier([("a", GaussianNB())], final_estimator=LinearSVC())])


def test_what_a_person_says_of_a_model_holds():
    (model,) = as_models([gd.Model("a", GaussianNB(), family="discriminative")])
    assert (model.family, model.form) == ("discriminative", None)
    (model,) = as_models([gd.Model("a", QuadraticDiscriminantAnalysis(), form="mine")])
    assert (model.family, model.form) == ("generative", "mine")


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        ({}, ValueError, "models is empty"),
        ("GaussianNB", TypeError, "models must be a dict"),
        (3, TypeError, "models must be a dict"),
        (["GaussianNB"], TypeError, "must be a classifier"),
        ([GaussianNB], TypeError, "must be a classifier such as"),
        ({"a": gd.QuadraticFeatures()}, TypeError, "has no predict_proba"),
        ({"a\nb": GaussianNB()}, ValueError, "name must be text: one line, not blank, without control characters"),
        ({" ": GaussianNB()}, ValueError, "name must be text: one line, not blank"),
        ([gd.Model(3, GaussianNB())], ValueError, "name must be text: .*got 3"),
        ([ClassifierChain(GaussianNB())], TypeError, "for several targets at once; give the classifier inside it"),
    ],
)
def test_f23_rosters_that_are_none_are_refused_in_words(models, error, message):
    with pytest.raises(error, match=message):
        as_models(models)


def test_f14_the_default_roster_takes_tables_of_every_library():
    columns = {"c": ["a", "b"] * 10, "x": list(range(20))}
    tables = [
        pl.DataFrame(columns),
        pl.LazyFrame(columns),
        pa.table(columns),
        columns,
        list(zip(*columns.values(), strict=True)),
    ]
    expected = [model.name for model in default_models(pd.DataFrame(columns))]
    for table in tables:
        assert [model.name for model in default_models(table)] == expected
    assert [model.name for model in default_models([[1.0, 2.0], [3.0, 5.0]])] == [
        m.name for m in default_models(np.eye(2))
    ]
    with pytest.raises(ValueError, match="X is a sparse matrix"):
        default_models(sparse.eye_array(3))
