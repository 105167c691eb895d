"""Decisions with costs against brute force, in the functions and end to end."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.statistics.expected_costs import THRESHOLDS, constant_costs, net_benefit, threshold
from genvsdisc.study.statistics.losses import cheapest, pointwise_losses

RNG = np.random.default_rng(0)
DESIGN = gd.Design(n_splits=4, n_repeats=1, n_draws=2)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_answers_are_those_of_least_expected_cost_among_all(n_classes):
    costs = RNG.uniform(1, 9, (n_classes, n_classes)) * (1 - np.eye(n_classes)) - np.diag(RNG.uniform(0, 1, n_classes))
    p, codes = RNG.dirichlet(np.ones(n_classes), 40), RNG.integers(0, n_classes, 40)
    for row, code, said, lost in zip(
        p, codes, cheapest(p, costs), pointwise_losses(p, codes, "cost", costs), strict=True
    ):
        expected = [sum(row[t] * costs[t, s] for t in range(n_classes)) for s in range(n_classes)]
        assert said == int(np.argmin(expected))
        assert lost == costs[code, said]


def test_the_threshold_is_where_both_answers_cost_the_same():
    for fp, fn, gain in product((1.0, 4.0), (0.5, 10.0), (0.0, 0.3)):
        costs = np.array([[-gain, fp], [fn, 0.0]])
        t = threshold(costs)
        both = np.array([1 - t, t]) @ costs
        assert both[0] == pytest.approx(both[1])
        assert cheapest(np.array([[1 - t - 1e-9, t + 1e-9], [1 - t + 1e-9, t - 1e-9]]), costs).tolist() == [1, 0]
    assert cheapest(np.array([[0.5, 0.5]]), 1 - np.eye(2)).tolist() == [0]  # only above it
    assert np.isnan(threshold(np.ones((3, 3)) - np.eye(3)))


def test_net_benefit_counts_true_and_false_positives():
    p, outcome, weights = RNG.random(50), RNG.integers(0, 2, 50), RNG.integers(1, 4, 50)
    copies = np.repeat(np.arange(50), weights)
    np.testing.assert_allclose(net_benefit(p, outcome, weights), net_benefit(p[copies], outcome[copies]))
    for t, found in zip(THRESHOLDS, net_benefit(p, outcome), strict=True):
        true = sum(1 for x, y in zip(p, outcome, strict=True) if x >= t and y)
        false = sum(1 for x, y in zip(p, outcome, strict=True) if x >= t and not y)
        assert found == pytest.approx((true - false * t / (1 - t)) / 50)


def test_one_answer_for_all_rows_costs_the_mean_of_its_column():
    costs, codes = np.array([[0.0, 1.0], [10.0, 0.0]]), np.array([0, 0, 0, 1])
    assert constant_costs(costs, codes).tolist() == [2.5, 0.75]
    assert constant_costs(costs, codes, np.array([1.0, 1.0, 1.0, 3.0])).tolist() == [5.0, 0.5]


@pytest.fixture(scope="module")
def data():
    table = gd.datasets.make_gaussian_pair(90, n_features=2, distance=1.5, random_state=0)
    return pd.DataFrame(np.exp(np.asarray(table.X))), np.where(np.asarray(table.y) == 1, "ill", "healthy")


SEEN = []


class Kept(LogisticRegression):
    """Keeps what it predicted for the rows of the folds."""

    def predict_proba(self, X):
        p = super().predict_proba(X)
        SEEN.append((np.asarray(X), p))
        return p


def test_the_cost_of_a_comparison_is_that_of_brute_force(data):
    X, y = data
    SEEN.clear()
    matrix = np.array([[0.0, 1.0], [10.0, 0.0]])
    models = {"bayes": GaussianNB(), "kept": Kept()}
    result = gd.compare(X, y, models, design=DESIGN, costs={"fp": 1, "fn": 10}, loss="cost", n_jobs=1)
    own = result.scores.query("model == 'kept' and loss == 'cost'")
    labels = {tuple(row): label for row, label in zip(X.to_numpy(), y, strict=True)}
    brute = {}
    for rows, p in SEEN:
        if not all(tuple(row) in labels for row in rows):  # entries were deleted and filled in: not of the folds
            continue
        codes = np.array([labels[tuple(row)] == "ill" for row in rows]).astype(int)
        said = [min((0, 1), key=lambda s: q[0] * matrix[0, s] + q[1] * matrix[1, s]) for q in p]
        brute[len(brute)] = np.mean([matrix[c, s] for c, s in zip(codes, said, strict=True)])
    for value in own["value"]:
        assert any(value == pytest.approx(found) for found in brute.values())
    decisions = result.decisions.set_index("model")
    assert decisions["threshold"].unique().tolist() == [1 / 11]
    assert decisions["cost"]["kept"] == pytest.approx(own["value"].mean())
    assert (decisions["lower"] <= decisions["cost"]).all()
    assert result.meta["verdict_card"]["loss"] == "cost"
    assert "mean cost" in result.meta["verdict_card"]["sentence"]
    assert result.meta["costs"]["rope"] == 0.01
    cost_pairs = result.differences[result.differences.loss == "cost"]
    assert len(cost_pairs) == 1
    assert np.isfinite(cost_pairs[["lower", "upper", "p_equal"]].to_numpy(float)).all()
    assert "cost" in set(result.learning_curves.loss)


@pytest.mark.slow
def test_costs_of_one_for_every_mistake_are_the_error_and_the_page_shows_them(data, tmp_path):
    X, y = data
    models = {"bayes": GaussianNB(), "lr": LogisticRegression()}
    result = gd.compare(X, y, models, design=DESIGN, costs=1 - np.eye(2), X_test=X[:20], y_test=y[:20])
    page = result.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    for shown in ("decides at the lowest cost", "is above 0.5", "Decision curves", "further measures", "F1 (macro)"):
        assert shown in page
    for shown in ("On 20 rows of your own", "p (McNemar)", "Tested:"):
        assert shown in page
    assert "could not be" not in page
    scores = result.scores.pivot_table(index=["model", "repeat", "fold"], columns="loss", values="value")
    pd.testing.assert_series_equal(scores["cost"], scores["zero_one"], check_names=False)
    one, other = (
        result.differences[result.differences.loss == loss].drop(columns="loss").reset_index(drop=True)
        for loss in ("cost", "zero_one")
    )
    pd.testing.assert_frame_equal(one, other)
    with pytest.raises(ValueError, match="loss needs costs=, got 'cost'"):
        gd.compare(X, y, costs=None, loss="cost")
