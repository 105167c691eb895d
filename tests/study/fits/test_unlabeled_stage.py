"""Training rows lose their label, or rows that have none are added, and at 0 nothing has changed."""

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.fits.unlabeled_stage import added_orders, joined_rows


@pytest.fixture(scope="module")
def result():
    """60 rows with a label, 270 without one, of classes far apart in many columns: covariances rest on few rows."""
    data = gd.datasets.make_gaussian_pair(330, n_features=12, distance=3.5, random_state=1)
    y = pd.Series(data.y, dtype=object).where(np.arange(330) < 60, None)
    roster = [model for model in gd.default_models(data.X) if model.form == "linear"]
    return gd.compare(data.X, y, roster, design=gd.Design(n_splits=3, n_repeats=1, n_draws=8), random_state=0)


def test_at_zero_the_dial_is_the_end_of_the_learning_curve_to_the_last_bit(result):
    curve = result.learning_curves
    plain = curve[curve.n_train == curve.n_train.max()].set_index(["model", "loss"])["mean"]
    added = result.conditions[result.conditions.dial == "unlabeled rows, added"]
    assert set(added.model) == set(curve.model)
    for row in added[added.value == 0].itertuples():
        assert row.mean == plain[row.model, row.loss]


def test_more_and_more_rows_are_added_and_a_discriminative_model_learns_nothing_from_them(result):
    added = result.conditions[result.conditions.dial == "unlabeled rows, added"]
    labeled = result.learning_curves.n_train.max()
    values = sorted(added.value.unique())
    assert values == pytest.approx([n / (n + labeled) for n in (0, 34, 68, 135, 270)])
    spread = added.groupby(["model", "loss"])["mean"].agg(lambda losses: losses.max() - losses.min())
    assert spread["logistic"].tolist() == [0, 0, 0]
    assert (spread["shared Gaussian"] > 0).all()


def test_rows_of_the_right_model_help_and_the_table_says_how_they_were_weighed(result):
    table = result.unlabeled[result.unlabeled.loss == "log_loss"]
    last = table[table.value == table.value.max()].set_index("model")
    assert last["rows"].tolist() == [270, 270]
    assert last.loc["shared Gaussian", "change"] < -0.05
    assert last.loc["shared Gaussian", "change"] == pytest.approx(
        last.loc["shared Gaussian", "mean"] - last.loc["shared Gaussian", "mean_without"]
    )
    assert last["weight"].between(0.2, 1).all()


def test_each_training_set_has_rows_of_its_own_and_joined_tables_keep_their_kind():
    orders = added_orders(50, 20, 6, seed=3)
    assert orders.shape == (6, 20)
    assert all(len(set(row)) == 20 for row in orders.tolist())
    assert len({tuple(row) for row in orders.tolist()}) == 6
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    assert joined_rows(frame, frame)["a"].tolist() == [1, 2, 1, 2]
    assert joined_rows(np.ones((2, 3), np.float32), np.zeros((1, 3))).dtype == np.float32


class Hungry(GaussianNB):
    """Refuses few rows."""

    def fit(self, X, y, sample_weight=None):
        if len(y) < 20:
            raise RuntimeError("too few")
        return super().fit(X, y, sample_weight)


def test_training_sets_that_cannot_be_fitted_to_are_left_out_of_the_dial():
    data = gd.datasets.make_gaussian_pair(80, n_features=2, distance=2.0, random_state=0)
    roster = [gd.Model("hungry", Hungry(), "generative", "additive"), gd.default_models()[2]]
    result = gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=3, n_repeats=1, n_draws=6), random_state=0)
    hidden = result.conditions[(result.conditions.dial == "unlabeled rows") & (result.conditions.model == "hungry")]
    assert "unlabeled rows" not in set(result.failures.stage)
    told = result.failures[result.failures.stage.str.startswith("unlabeled rows beside")]
    assert told.error.str.contains("too few").all()
    assert len(told)
    assert hidden.groupby("value")["mean"].count().iloc[[0, -1]].tolist() == [3, 0]
    assert result.unlabeled.notna().all(axis=None)
    assert len(result.unlabeled)
