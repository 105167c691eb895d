"""Measures of rare classes, and scorers of scikit-learn, against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    fbeta_score,
    make_scorer,
    matthews_corrcoef,
)
from sklearn.model_selection import cross_validate
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.statistics.measures import is_measure, measure_name, measured
from genvsdisc.study.statistics.paired_tests import corrected_ttest

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=60)})


def word(estimator, X, y):  # noqa: ARG001
    """A word is no score."""
    return "high"


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_measures_of_rare_classes_are_those_of_scikit_learn(n_classes, weighted):
    p, codes = RNG.dirichlet(np.ones(n_classes), 60), RNG.integers(0, n_classes, 60)
    weights = RNG.uniform(0.1, 3, 60) if weighted else None
    said, labels = p.argmax(axis=1), np.arange(n_classes)
    precision = average_precision_score(
        codes if n_classes == 2 else np.eye(n_classes)[codes], p[:, 1] if n_classes == 2 else p, sample_weight=weights
    )
    expected = {
        "balanced_error": 1 - balanced_accuracy_score(codes, said, sample_weight=weights),
        "f1_macro": f1_score(codes, said, average="macro", sample_weight=weights),
        "mcc": matthews_corrcoef(codes, said, sample_weight=weights),
        "average_precision": precision,
    }
    for name, value in expected.items():
        assert measured(name, p, codes, weights, None, labels) == pytest.approx(value, abs=1e-12)


def test_copies_of_a_row_that_differ_by_rounding_are_one_threshold():
    rng = np.random.default_rng(1)
    codes, weights = rng.integers(0, 2, 60), rng.integers(1, 4, 60)
    p = rng.uniform(0.01, 0.99, 60)
    copies = np.repeat(np.arange(60), weights)
    rounded = p[copies] * (1 + rng.uniform(-3e-16, 3e-16, len(copies)))
    one = measured("average_precision", np.column_stack([1 - p, p]), codes, weights.astype(float), None, np.arange(2))
    other = measured(
        "average_precision", np.column_stack([1 - rounded, rounded]), codes[copies], None, None, np.arange(2)
    )
    assert other == pytest.approx(one, abs=1e-12)
    assert average_precision_score(codes[copies], rounded) != pytest.approx(one, abs=1e-4)
    tiny = np.array([1e-30, 3e-30, 2e-30, 0.0])  # far apart in log odds, if near each other
    assert measured(
        "average_precision", np.column_stack([1 - tiny, tiny]), np.array([1, 0, 1, 0]), None, None, np.arange(2)
    ) == average_precision_score([1, 0, 1, 0], tiny)


def test_a_scorer_sees_the_labels_and_one_by_name_the_second_class_as_positive():
    p, codes, classes = RNG.dirichlet(np.ones(2), 60), RNG.integers(0, 2, 60), np.array(["no", "yes"])
    said = classes[p.argmax(axis=1)]
    beta = make_scorer(fbeta_score, beta=2, pos_label="no")
    assert measured(beta, p, codes, None, X, classes) == fbeta_score(classes[codes], said, beta=2, pos_label="no")
    assert measured("f1", p, codes, None, X, classes) == f1_score(codes, p.argmax(axis=1))
    assert measured("neg_log_loss", p, codes, None, X, classes) < 0
    assert (measure_name(beta), measure_name("f1")) == ("fbeta_score", "f1")
    assert is_measure("roc_auc_ovr")
    assert not is_measure("f2")


def test_a_scorer_is_a_column_with_its_corrected_interval_and_more_is_better():
    table = gd.datasets.make_gaussian_pair(90, n_features=2, distance=1.5, random_state=0)
    columns, y = pd.DataFrame(table.X), np.where(np.asarray(table.y) == 1, "yes", "no")
    beta = make_scorer(fbeta_score, beta=2, pos_label="yes")
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2, losses=("zero_one", "mcc", "accuracy", beta))
    assert design.losses == ("zero_one",)
    result = gd.compare(columns, y, {"bayes": GaussianNB(), "lr": LogisticRegression()}, design=design)
    assert result.summary.loss.unique().tolist() == ["zero_one", "roc_auc", "mcc", "accuracy", "fbeta_score"]
    summary = result.summary.set_index(["loss", "model"])
    np.testing.assert_allclose(summary["mean"]["accuracy"], 1 - summary["mean"]["zero_one"])
    for loss in ("accuracy", "fbeta_score", "mcc"):
        own = result.scores[(result.scores.loss == loss) & (result.scores.model == "lr")]
        test = corrected_ttest(own["value"], test_fraction=1 / 3)
        row = summary.loc[loss, "lr"]
        assert (row["mean"], row["lower"]) == (
            pytest.approx(test.mean),
            pytest.approx(max(test.lower, -1 if loss == "mcc" else -np.inf)),
        )
        best = summary.loc[loss]["mean"].idxmax()
        assert summary.loc[loss, best]["rank"] == 1
    assert result.meta["design"]["scorers"] == ["mcc", "accuracy", "fbeta_score"]
    assert set(result.differences.loss) == {"zero_one"}
    again = gd.compare(
        columns, y, {"bayes": GaussianNB(), "lr": LogisticRegression()}, design=design, plan=result.meta["plan"]
    )
    pd.testing.assert_frame_equal(again.summary, result.summary)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        (("zero_one", "f2"), "'f2' is none"),
        (("f1_macro",), "at least one of them"),
        ((), "losses must be some of"),
        (("zero_one", 3), "3 is none"),
        (("zero_one", make_scorer(f1_score), make_scorer(f1_score)), "two scorers have one name"),
    ],
)
def test_what_is_no_measure_is_refused(losses, message):
    with pytest.raises(ValueError, match=message):
        gd.Design(losses=losses)


@pytest.mark.parametrize("scorer", [f1_score, make_scorer(f1_score), word])
def test_a_function_that_cannot_judge_the_table_is_refused_before_anything_is_fitted(scorer):
    with pytest.raises(ValueError, match="in losses is no scorer that can judge this table"):
        gd.compare(X, np.where(np.arange(60) % 2, "no", "yes"), design=gd.Design(losses=("zero_one", scorer)))


def test_a_rare_class_is_warned_of_and_gets_its_measures():
    y = np.where(np.arange(200) < 16, "rare", "usual")
    columns = pd.DataFrame({"a": RNG.normal(size=200) + (y == "rare"), "b": RNG.normal(size=200)})
    design = gd.Design(n_splits=4, n_repeats=1, n_draws=2)
    result = gd.compare(columns, y, {"bayes": GaussianNB(), "lr": LogisticRegression()}, design=design)
    assert result.meta["rare_classes"] == {"rare": 0.08}
    assert any(
        "wrong question for the rare class rare (8.0% of the rows)" in told
        for told in result.meta["verdict_card"]["warnings"]
    )
    assert {"balanced_error", "f1_macro", "mcc", "average_precision"} <= set(result.summary.loss)
    judged = gd.compare(columns, y, {"bayes": GaussianNB(), "lr": LogisticRegression()}, design=design, loss="log_loss")
    assert not any("wrong question" in told for told in judged.meta["verdict_card"]["warnings"])
    folds = result.scores.query("model == 'bayes' and loss == 'f1_macro'")["value"]
    reference = cross_validate(GaussianNB(), columns, y, cv=4, scoring="f1_macro")["test_score"].mean()
    assert folds.mean() == pytest.approx(reference, abs=0.1)
