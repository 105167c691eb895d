"""The Pokemon-style law: draws follow it, and its posterior is the one Bayes' rule gives."""

import pickle
import tomllib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from genvsdisc.datasets import load, make_pokemon_style

STATS = ["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]
LAW = tomllib.loads(files("genvsdisc.datasets").joinpath("pokemon_law.toml").read_text(encoding="utf-8"))
TYPES = sorted(LAW["types"])


def component(row, type_, stage):
    """p(stage | type) p(observed entries of the row | type, stage), term by term."""
    seen = ~np.isnan(row[STATS].to_numpy(float))
    law, kind = LAW["types"][type_], LAW["stages"][stage]
    mean = (np.array(kind["mean"]) + law["offset"])[seen]
    covariance = np.array(kind["covariance"])[np.ix_(seen, seen)]
    density = multivariate_normal.pdf(row[STATS].to_numpy(float)[seen], mean, covariance)
    possible = pd.isna(row["legendary"]) or row["legendary"] == (stage == "legendary")
    return law["stages"][list(LAW["stages"]).index(stage)] * density * possible


def reference_posterior(row, types):
    """Bayes' rule with scipy's densities."""
    generations = ["I", "II", "III", "IV", "V", "VI"]
    weights = []
    for type_ in types:
        counts = np.array(LAW["types"][type_]["generations"]) / sum(LAW["types"][type_]["generations"])
        p_generation = {None: 1.0} | dict(zip(generations, counts, strict=True))
        stages = sum(component(row, type_, stage) for stage in LAW["stages"])
        weights.append(stages * p_generation[{True: None}.get(pd.isna(row["generation"]), row["generation"])])
    return np.array(weights) / sum(weights)


@pytest.mark.parametrize(("types", "n_rows"), [(("normal", "water"), 25), (TYPES, 6)], ids=["two", "all"])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_posterior_is_bayes_rule(types, n_rows, missing):
    rows = make_pokemon_style(n_rows, types=types, missing=missing, random_state=3)
    expected = [reference_posterior(row, types) for _, row in rows.X.iterrows()]
    np.testing.assert_allclose(rows.posterior(rows.X), expected, rtol=1e-9, atol=1e-14)


def test_posterior_integrates_out_absent_columns():
    data = make_pokemon_style(20, random_state=0)
    two = data.X[["defense", "sp_defense"]]
    everything_else_missing = data.X.astype(object).assign(
        **dict.fromkeys(["hp", "attack", "sp_attack", "speed", "legendary", "generation"], None)
    )
    np.testing.assert_allclose(data.posterior(two), data.posterior(everything_else_missing), rtol=1e-12)


def test_posterior_of_a_row_with_nothing_observed_is_the_prior():
    data = make_pokemon_style(1, random_state=0)
    np.testing.assert_allclose(data.posterior(pd.DataFrame({"hp": [np.nan]})), [[97 / 208, 111 / 208]], rtol=1e-12)


def test_posterior_is_calibrated_on_draws():
    data = make_pokemon_style(20_000, types=("water", "normal", "rock"), random_state=1)
    p = data.posterior(data.X)
    hits = data.y.to_numpy()[:, None] == np.array(["normal", "rock", "water"])
    strong = p > np.median(p, axis=0)
    z = ((hits - p) * strong).sum(axis=0) / np.sqrt((p * (1 - p) * strong).sum(axis=0))
    assert np.abs(z).max() < 4


def test_a_row_that_cannot_occur_has_no_posterior():
    data = make_pokemon_style(1, types=("poison", "fighting"), random_state=0)
    row = data.X.assign(legendary=True)
    assert np.isnan(data.posterior(row)).all()


def test_array_is_read_as_the_first_columns():
    data = make_pokemon_style(5, random_state=0)
    np.testing.assert_array_equal(data.posterior(data.X[STATS].to_numpy()), data.posterior(data.X[STATS]))


def test_draws_have_the_law_s_shares_and_means():
    data = make_pokemon_style(40_000, types=None, random_state=0)
    counts = np.array([sum(LAW["types"][name]["stages"]) for name in TYPES])
    shares = data.y.value_counts(normalize=True)[TYPES]
    np.testing.assert_allclose(shares, counts / 800, atol=4 * np.sqrt(0.25 / 40_000))
    water = LAW["types"]["water"]
    weights = np.array(water["stages"]) / sum(water["stages"])
    mean = weights @ [stage["mean"] for stage in LAW["stages"].values()] + water["offset"]
    np.testing.assert_allclose(data.X.loc[data.y == "water", STATS].mean(), mean, atol=2.5)


def test_stats_are_whole_and_at_least_one():
    X = make_pokemon_style(5_000, types=None, random_state=0).X
    assert (X[STATS].dtypes == np.int64).all()
    assert X[STATS].to_numpy().min() == 1


def test_missing_entries_are_as_many_as_asked_in_every_column():
    complete = make_pokemon_style(4_000, random_state=5)
    gappy = make_pokemon_style(4_000, missing=0.2, random_state=5)
    np.testing.assert_allclose(gappy.X.isna().mean(), 0.2, atol=0.03)
    pd.testing.assert_series_equal(gappy.y, complete.y)
    hp = gappy.X["hp"].dropna()
    np.testing.assert_array_equal(hp, complete.X["hp"][hp.index])


def test_same_seed_same_table():
    first, second = (make_pokemon_style(50, random_state=7) for _ in range(2))
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_samples": 0}, "n_samples must be at least 1, got 0"),
        ({"missing": 1.0}, r"missing must be in \[0, 1\), got 1.0"),
        ({"types": ("water", "stone")}, "must be among bug, .* got 'stone'"),
        ({"types": ("water", "water")}, "each once"),
        ({"types": ()}, "at least one type"),
    ],
)
def test_refuses(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_pokemon_style(**parameters)


def test_shipped_table_is_the_documented_draw():
    shipped, drawn = load("pokemon_style"), make_pokemon_style(800, random_state=0)
    pd.testing.assert_frame_equal(shipped.to_frame(), drawn.to_frame())
    np.testing.assert_array_equal(shipped.posterior(shipped.X), drawn.posterior(drawn.X))


def test_dataset_pickles_with_its_posterior():
    data = make_pokemon_style(10, random_state=0)
    again = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(again.posterior(again.X), data.posterior(data.X))
