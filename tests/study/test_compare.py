"""The main job: a table in, tables and a verdict out."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import genvsdisc as gd

SMALL = gd.Design(n_splits=4, n_repeats=2, n_draws=8, train_sizes=(10, 30, 60))


@pytest.fixture(scope="module")
def data():
    return gd.datasets.make_gaussian_pair(100, n_features=3, distance=2.0, random_state=0)


@pytest.fixture(scope="module")
def linear():
    return [model for model in gd.default_models() if model.form == "linear"]


@pytest.fixture(scope="module")
def result(data, linear):
    return gd.compare(data.X, data.y, linear, design=SMALL, name="pair", posterior=data.posterior)


def test_all_models_see_the_same_folds(result, linear):
    scores = result.scores
    assert set(scores["model"]) == {model.name for model in linear}
    one = scores[scores["loss"] == "brier"].set_index(["model", "repeat", "fold"])["n_test"].unstack("model")  # noqa: PD010
    assert (one.to_numpy() == one.to_numpy()[:, :1]).all()
    assert len(one) == 8
    assert len(result.meta["splits_hash"]) == 64


def test_scores_are_those_of_scikit_learns_cross_validation(data, result, linear):
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=np.random.RandomState(0))
    for model in linear:
        theirs = -cross_val_score(model.estimator, data.X, data.y, scoring="neg_log_loss", cv=folds)
        folds.random_state = np.random.RandomState(0)
        mine = result.scores.query("model == @model.name and loss == 'log_loss'")["value"]
        np.testing.assert_allclose(np.sort(mine), np.sort(theirs), rtol=1e-6)


def test_the_terms_of_the_decomposition_add_up(result):
    terms = result.decomposition.fillna(0.0)
    total = terms["noise"] + terms["bias"] + terms["net_variance"] + terms["interaction"]
    np.testing.assert_allclose(total, terms["expected"], atol=1e-12)
    assert (terms["noise"] > 0).all()


def test_the_seed_decides_and_the_number_of_processes_does_not(data, linear, result):
    again = gd.compare(data.X, data.y, linear, design=SMALL, name="pair", posterior=data.posterior, n_jobs=2)
    assert again.meta == result.meta
    for name in set(result.tables) - {"timings"}:
        assert_frame_equal(again.tables[name], result.tables[name], check_exact=True)
    other = gd.compare(data.X, data.y, linear, design=SMALL, random_state=1)
    assert other.meta["splits_hash"] != result.meta["splits_hash"]


def test_scores_of_more_classes_are_the_same_to_the_last_bit_in_any_number_of_processes():
    """Probabilities of a stack of fits lay in pieces unless they came from another process: 1e-16 in Brier scores."""
    rng = np.random.default_rng(0)
    y = rng.choice(3, 600)
    X = pd.DataFrame(rng.normal(size=(600, 14)) + 0.3 * (y == 1)[:, None] * (np.arange(14) % 3))
    models = {"naive Bayes": gd.NaiveBayesClassifier(), "regularized": gd.GaussianClassifier(shrinkage=0.1)}
    one, two = (gd.compare(X, y, models, budget=1, n_jobs=n_jobs) for n_jobs in (1, 2))
    for name in set(one.tables) - {"timings"}:
        assert_frame_equal(one.tables[name], two.tables[name], check_exact=True)


class Moody(ClassifierMixin, BaseEstimator):
    """Refuses to fit."""

    def fit(self, X, y):
        raise ValueError(f"not today, not {X.shape} with {len(y)}")

    def predict_proba(self, X):
        raise AssertionError(f"never fitted, asked for {X.shape}")


def test_a_model_that_fails_is_a_row_with_its_error_and_the_rest_goes_on(data, linear):
    found = gd.compare(data.X, data.y, [*linear, gd.Model("moody", Moody())], design=SMALL)
    models = found.models.set_index("model")
    assert models.loc["moody", "status"] == "failed"
    assert "ValueError: not today" in models.loc["moody", "error"]
    assert (models.drop(index="moody")["status"] == "ok").all()
    assert "moody" in set(found.summary["model"])
    assert found.summary.query("model == 'moody'")["mean"].isna().all()


@pytest.mark.slow
def test_any_classifier_of_scikit_learn_joins_by_name(data):
    models = {"forest": RandomForestClassifier(10), "mine": gd.GaussianClassifier(), "yours": gd.LogisticClassifier()}
    found = gd.compare(data.X, data.y, models, design=SMALL)
    assert found.models.set_index("model")["family"].to_dict() == {
        "forest": "discriminative",
        "mine": "generative",
        "yours": "discriminative",
    }
    pair = found.differences.query("form == 'linear'")[["generative", "discriminative"]].drop_duplicates()
    assert pair.to_numpy().tolist() == [["mine", "yours"]]


@pytest.mark.slow
def test_frames_of_both_kinds_and_arrays_give_the_same(data, linear, result):
    as_polars = gd.compare(pl.from_pandas(data.X), data.y.to_numpy(), linear, design=SMALL)
    as_array = gd.compare(data.X.to_numpy(), data.y.to_numpy(), linear, design=SMALL)
    for found in (as_polars, as_array):
        assert_frame_equal(found.scores, result.scores)


def test_words_gaps_and_identifiers_are_handled_and_said():
    rng = np.random.default_rng(0)
    n = 90
    y = np.array(["no", "yes"])[(np.arange(n) % 3 == 0).astype(int)]
    X = pd.DataFrame(
        {
            "id": np.arange(n),
            "height": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n) + (y == "yes")),
            "town": rng.choice(["Ulm", "Rom", None], n),
            "member": rng.choice([True, False], n),
            "same": 1.0,
        }
    )
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(40, 60))
    found = gd.compare(X, pd.Series(y, name="joined"), design=design)
    assert found.models.set_index("model")["error"].to_dict() == dict.fromkeys(found.models["model"], "")
    assert found.meta["target"] == "joined"
    used = found.columns.set_index("column")["used"].to_dict()
    assert used == {"id": False, "height": True, "town": True, "member": True, "same": False}
    assert found.meta["left_out"] == [
        "Column id is left out: numbers the rows.", "Column same is left out: the one value is 1.0.",
    ]  # fmt: skip


def test_parameters_are_named_by_class_and_column():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"height": rng.normal(size=90), "town": rng.choice(["Ulm", "Rom"], 90)})
    y = np.array(["no", "yes"])[(X["height"] + rng.normal(size=90) > 0).to_numpy().astype(int)]
    unnamed = make_pipeline(FunctionTransformer(lambda X: X[["height"]].to_numpy()), LogisticRegression())
    searched = GridSearchCV(gd.default_models(X)[5].estimator, {"logisticclassifier__reg_lambda": [0.1, 1.0]}, cv=2)
    models = {"shared": gd.default_models(X)[0].estimator, "searched": searched, "unnamed": unnamed}
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(60,))
    found = gd.compare(X, y, models, design=design).parameters.set_index(["model", "parameter"])["value"]
    assert found["shared", "mean of height, class yes"] == pytest.approx(X["height"][y == "yes"].mean())
    assert found["shared", "prior of no"] == pytest.approx(np.mean(y == "no"))
    assert {"coefficient of town=Ulm, class yes", "intercept, class yes"} <= set(found["shared"].index)
    assert set(found["searched"].index) < set(found["shared"].index)
    assert set(found["unnamed"].index) == {"coef_[0, 0]", "intercept, class yes"}


class Spy(ClassifierMixin, BaseEstimator):
    """Remembers nothing but fails when it has seen the planted value."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.saw_ = bool((np.asarray(X) > 1e8).any())
        return self

    def predict_proba(self, X):
        planted = bool((np.asarray(X) > 1e8).any())
        share = 0.9 if planted and self.saw_ else 0.5
        return np.tile([share, 1 - share], (len(X), 1))


def test_a_row_is_never_judged_by_a_model_that_saw_it(data):
    planted = data.X.copy()
    planted.iloc[0, 0] = 1e9
    found = gd.compare(planted, data.y, {"spy": Spy(), "spy too": Spy()}, design=SMALL)
    values = found.scores.query("loss == 'log_loss'")["value"]
    np.testing.assert_allclose(values, log_loss([0, 1], [[0.5, 0.5]] * 2), rtol=1e-12)
    np.testing.assert_allclose(found.decomposition.query("loss == 'log_loss'")["expected"], np.log(2), rtol=1e-12)


def test_finished_models_are_kept_in_the_cache(data, linear, tmp_path, monkeypatch):
    first = gd.compare(data.X, data.y, linear, design=SMALL, cache=tmp_path)
    monkeypatch.setattr(
        "genvsdisc.study.fits.predictions.refit_probabilities",
        lambda *_, **__: pytest.fail("fitted although it was kept"),
    )
    again = gd.compare(data.X, data.y, linear, design=SMALL, cache=tmp_path)
    assert_frame_equal(again.scores, first.scores)


@pytest.mark.slow
def test_tuning_happens_inside_and_is_said(data, linear):
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=2, train_sizes=(60,))
    found = gd.compare(data.X, data.y, [linear[0], linear[-1]], design=design, tune=True)
    tuned = found.models.set_index("model")["tuned"]
    assert tuned["logistic"].startswith("reg_lambda = ")
    assert tuned["shared Gaussian"].startswith("shrinkage = ")


def test_progress_is_told_stage_by_stage_within_a_model(data, linear):
    told = []
    gd.compare(data.X, data.y, linear, design=SMALL, progress=lambda *step: told.append(step))
    assert [step[1:] for step in told] == [(i + 1, len(told)) for i in range(len(told))]
    stages = {step[0] for step in told}
    names = ("cross-validation", "fit to all rows", "learning curve", "bias and variance", "label noise")
    assert {f"{model.name}: {stage}" for model in linear for stage in names} <= stages


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.ones(100), "one class only"),
        (np.full(100, np.nan), "only missing values"),
        (np.linspace(0, 1, 100), "continuous"),
        (np.r_[np.zeros(98), 1, 2], "fewer than two classes"),
    ],
)
def test_a_target_that_cannot_be_compared_on_is_refused(data, y, message):
    with pytest.raises(ValueError, match=message):
        gd.compare(data.X, pd.Series(y, name="t"), design=SMALL)


def test_a_roster_must_make_sense(data):
    with pytest.raises(ValueError, match="stands twice"):
        gd.compare(data.X, data.y, [gd.Model("a", gd.GaussianClassifier())] * 2)
    with pytest.raises(TypeError, match="no predict_proba"):
        gd.compare(data.X, data.y, {"a": BaseEstimator()})
    with pytest.raises(ValueError, match="family"):
        gd.compare(data.X, data.y, [gd.Model("a", gd.GaussianClassifier(), family="baysian")])


def test_design_refuses_what_it_cannot_do():
    for wrong in ({"n_splits": 1}, {"test_size": 1.5}, {"losses": ("hinge",)}, {"rope": -0.1}, {"n_draws": 1}):
        (name,) = wrong
        with pytest.raises(ValueError, match=name):
            gd.Design(**wrong)
    with pytest.raises(ValueError, match="train_sizes"):
        gd.Design(train_sizes=(5, 200)).sizes(100, 2)


def test_a_cache_that_is_a_file_or_below_one_is_refused_before_anything_is_fitted(tmp_path):
    (tmp_path / "a.txt").write_text("")
    for place in (tmp_path / "a.txt", str(tmp_path / "a.txt" / "below")):
        with pytest.raises(ValueError, match=r"cache must be a folder, got .*'a.txt' is a file"):
            gd.compare([[0.0], [1.0]], [0, 1], cache=place)
