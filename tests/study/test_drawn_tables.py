"""Tables drawn from a known law: what is drawn, what is refused, and bias and variance at the size of the folds."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import genvsdisc as gd
from genvsdisc.study.drawn_tables import N_JUDGES, N_TABLES, draw_tables
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.independent_sets import DRAWN
from genvsdisc.study.table import prepare

PAIR = gd.datasets.make_gaussian_pair(60, 3, random_state=0)


def arrays(n, random_state):
    """A law that gives rows without names."""
    drawn = PAIR.draw(n, random_state=random_state)
    return drawn.X.to_numpy(), drawn.y.to_numpy()


@pytest.mark.parametrize(
    "data",
    [
        PAIR,
        gd.datasets.make_gaussian_pair(40, 2, shared=False, random_state=0),
        gd.datasets.make_xor(40, noise=0.3, random_state=0),
        gd.datasets.make_pokemon_style(40, missing=0.1, random_state=0),
        gd.datasets.load("pokemon_style"),
    ],
    ids=["shared", "separate", "xor", "gaps", "shipped"],
)
def test_a_table_of_known_law_draws_others(data):
    again = data.draw(30, random_state=5)
    assert list(again.X.columns) == list(data.X.columns)
    assert len(again.X) == len(again.y) == 30
    assert set(again.y) <= set(data.y)
    pd.testing.assert_frame_equal(again.X, data.draw(30, random_state=5).X)
    assert np.isfinite(data.posterior(again.X)).all()


def test_each_table_is_one_training_set_and_the_seed_is_not_used_up():
    table, state = prepare(PAIR.X, PAIR.y, n_splits=5), np.random.RandomState(3)
    drawn, notes = draw_tables(PAIR.draw, table, PAIR.X, n_splits=5, random_state=state)
    assert notes == []
    assert drawn.n_train == 48
    assert_array_equal(drawn.training_weights().sum(axis=1), [48] * N_TABLES)
    assert_array_equal(np.flatnonzero(drawn.training_weights().sum(axis=0) == 0), drawn.judges)
    assert drawn.training_weights().max() == 1
    assert len(drawn.judges) == N_JUDGES
    assert state.randint(1000) == np.random.RandomState(3).randint(1000)
    assert len(drawn.X.drop_duplicates()) == len(drawn.X)  # different tables
    plain, _ = draw_tables(arrays, table, PAIR.X, n_splits=5, random_state=3)
    assert plain.n_train == 48


def test_no_tables_are_drawn_where_rows_are_not_alike():
    table = prepare(PAIR.X, PAIR.y, n_splits=5, sampling=Sampling("groups", np.arange(60) // 4))
    drawn, notes = draw_tables(PAIR.draw, table, PAIR.X, n_splits=5, random_state=0)
    assert drawn is None
    assert "independent rows without weights" in notes[0]


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (3, TypeError, "draw must be a function"),
        (lambda n, **_: (pd.DataFrame({"a": range(n)}), np.arange(n) % 2), ValueError, "lacks the columns"),
        (lambda n, **_: (PAIR.X[:n], None), ValueError, "its rows and their labels"),
    ],
)
def test_what_is_no_law_is_refused(draw, error, message):
    with pytest.raises(error, match=message):
        draw_tables(draw, prepare(PAIR.X, PAIR.y, n_splits=5), PAIR.X, n_splits=5, random_state=0)


@pytest.mark.slow
def test_bias_and_variance_at_the_size_of_the_folds_are_those_of_independent_tables():
    """Logistic regression and the Gaussian on 60 rows of ten columns, against 400 fits to fresh tables."""
    roster = [model for model in gd.default_models() if model.name in ("shared Gaussian", "logistic")]
    design, inside, close = gd.Design(n_splits=10, n_repeats=1, n_draws=20, train_sizes=(20,)), [], []
    test = gd.datasets.make_gaussian_pair(4000, 10, distance=2.0, random_state=99)
    q = test.posterior(test.X)
    for seed in range(12):
        data = gd.datasets.make_gaussian_pair(60, 10, distance=2.0, random_state=seed)
        result = gd.compare(data.X, data.y, roster, design=design, random_state=seed, posterior=data.posterior,
                            draw=data.draw)  # fmt: skip
        table = result.decomposition
        assert_array_equal(table.loc[table["n_train"] == 54, "basis"].unique(), [DRAWN])
        close.append(table[table["basis"] == DRAWN].assign(seed=seed))
    found = pd.concat(close)
    for model in roster:
        fits = []
        for seed in range(400):
            data = gd.datasets.make_gaussian_pair(54, 10, distance=2.0, random_state=10_000 + seed)
            fits.append(model.estimator.fit(data.X, data.y).predict_proba(test.X))
        p = np.stack(fits)
        center = np.exp(np.log(np.maximum(p, 1e-16)).mean(axis=0))
        center /= center.sum(axis=1, keepdims=True)
        truth = {
            ("brier", "variance"): p.var(axis=0, ddof=1).sum(axis=1).mean(),
            ("brier", "bias"): ((p.mean(axis=0) - q) ** 2).sum(axis=1).mean(),
            ("log_loss", "variance"): np.mean([(center * np.log(center / np.maximum(f, 1e-16))).sum(axis=1).mean()
                                               for f in p]),
            ("log_loss", "bias"): (q * np.log(q / center)).sum(axis=1).mean(),
            ("zero_one", "variance"): (
                1 - (np.eye(2)[p.argmax(axis=2)].mean(axis=0) ** 2).sum(axis=1)
            ).mean() / 2,
        }  # fmt: skip
        for (loss, term), value in truth.items():
            rows = found[(found["model"] == model.name) & (found["loss"] == loss)]
            inside += list(np.abs(rows[term] - value) <= 2 * rows[f"{term}_se"])
            assert abs(rows[term].mean() - value) <= 4 * rows[term].std() / np.sqrt(12) + 0.05 * value
    assert np.mean(inside) >= 0.9


@pytest.mark.slow
def test_the_draws_of_all_else_stay_what_they_are():
    roster = [model for model in gd.default_models() if model.name in ("shared Gaussian", "logistic")]
    run = partial(
        gd.compare, PAIR.X, PAIR.y, roster, design=gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(20,))
    )
    plain, known = run(), run(draw=PAIR.draw, posterior=PAIR.posterior)
    assert plain.meta["splits_hash"] == known.meta["splits_hash"]
    pd.testing.assert_frame_equal(plain.scores, known.scores)
    pd.testing.assert_frame_equal(plain.differences, known.differences)
    assert set(known.decomposition["basis"]) == {"measured", DRAWN}
    parts = known.decomposition_differences
    assert set(parts["n_train"]) == {11, 22, 40}
