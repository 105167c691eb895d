"""One condition turned up from 0: it starts where the learning curve ends, and known laws give known answers."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.questions.conditions import _TURN
from genvsdisc.study.statistics.dials import ROWS

DATA = gd.datasets.make_gaussian_pair(160, n_features=3, random_state=0)
PAIR = (gd.GaussianClassifier(), gd.LogisticClassifier(optimizer="newton"))


def means(found):
    return found.curves.set_index(["model", "value"])["mean"]


@pytest.mark.parametrize("dial", list(_TURN))
def test_at_zero_it_is_the_end_of_the_learning_curve(dial):
    options = {"n_draws": 4, "metric": "brier", "random_state": 3}
    found = gd.condition_curve(*PAIR, DATA.X, DATA.y, dial=dial, values=[0.5], **options)
    largest = 120
    plain = gd.learning_curve_crossing(*PAIR, DATA.X, DATA.y, train_sizes=[largest], **options).curves
    for row in plain.itertuples():
        assert means(found)[row.model, 0.0] == pytest.approx(row.mean, rel=1e-9)
    assert sorted(found.curves.value.unique()) == [0.0, 0.5]


def test_rows_are_the_learning_curve():
    options = {"n_draws": 4, "random_state": 3}
    found = gd.condition_curve(*PAIR, DATA.X, DATA.y, dial=ROWS, values=[20, 80], **options)
    plain = gd.learning_curve_crossing(*PAIR, DATA.X, DATA.y, train_sizes=[20, 80], **options)
    assert found.curves["mean"].tolist() == plain.curves["mean"].tolist()
    assert found.finding == plain.finding


def test_correlated_columns_let_the_exact_marginal_win_where_entries_are_missing():
    """Two columns that are one but for a little noise: what is missing of one is known from the other."""
    rng = np.random.default_rng(0)
    y = np.arange(1200) % 2
    first = 1.5 * y + rng.standard_normal(1200)
    second = first + 0.1 * rng.standard_normal(1200)
    X = np.column_stack([first - second, second])  # the log-odds are in the sum
    found = gd.condition_curve(*PAIR, X, y, dial="gaps", values=[0.0, 0.3, 0.6], n_draws=10, random_state=0)
    table = means(found)
    assert table["discriminative", 0.0] == pytest.approx(table["generative", 0.0], abs=0.01)
    assert table["generative", 0.6] <= table["discriminative", 0.6] + 0.01


def test_impossible_requests_are_refused():
    with pytest.raises(ValueError, match="dial must be one of rows, label noise, gaps"):
        gd.condition_curve(*PAIR, DATA.X, DATA.y, dial="weather")
    with pytest.raises(ValueError, match="values must be shares from 0 to below 1"):
        gd.condition_curve(*PAIR, DATA.X, DATA.y, dial="gaps", values=[1.5])
    words = pd.DataFrame({"a": list("xy") * 80, "b": 1.0})
    with pytest.raises(ValueError, match="encode it with TableEncoder"):
        gd.condition_curve(*PAIR, words, DATA.y, dial="gaps")
