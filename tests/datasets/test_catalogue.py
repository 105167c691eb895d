"""Tables by name: complete, labelled, carded, and what they say they are."""

import hashlib
import tomllib

import numpy as np
import pytest

from genvsdisc.datasets import load, names
from genvsdisc.datasets.catalogue import tables_folder


@pytest.mark.parametrize("name", names())
def test_table_is_whole(name):
    data = load(name)
    assert data.name == name
    assert len(data.X) == len(data.y)
    assert data.X.notna().all(axis=None)
    assert data.y.nunique() >= 2
    assert data.card["target"] == data.y.name
    assert {"title", "source", "licence"} <= set(data.card)
    assert data.y.name not in data.X


def test_d13_the_table_on_which_settings_were_picked_says_so():
    (note,) = load("pokemon_style").notes
    assert note.startswith("The settings of the cascade and the multilayer perceptron were picked on this table")
    assert not [name for name in names() if name != "pokemon_style" and load(name).notes]


@pytest.mark.parametrize("name", names())
def test_e03_no_table_is_shown_with_its_rows(name):
    data = load(name)
    shown = repr(data)
    assert "\n" not in shown
    assert len(shown) < 120
    assert f"{len(data.X):,} rows".replace(",", "") in shown.replace(",", "").replace("\u00a0", "")


@pytest.mark.parametrize("name", [name for name in names() if name != "pokemon_style"])
def test_d13_a_table_on_which_nothing_was_picked_says_nothing(name):
    assert not [note for note in load(name).notes if "were picked on" in note]


def test_e03_a_table_is_shown_in_one_line():
    assert repr(load("iris")) == "<Dataset 'iris': 150 rows, 4 columns, target 'species' of 3 classes>"
    assert len(repr(load("digits"))) < 100


@pytest.mark.parametrize("name", [name for name in names() if load(name).posterior])
def test_posterior_has_a_column_for_each_class(name):
    data = load(name)
    posterior = data.posterior(data.X)
    assert posterior.shape == (len(data.X), data.y.nunique())
    np.testing.assert_allclose(posterior.sum(axis=1), 1)


def test_loading_twice_gives_the_same():
    for name in names():
        assert load(name).to_frame().equals(load(name).to_frame())


def test_shipped_files_match_their_cards():
    cards = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in tables_folder().glob("*.toml")}
    tables = {path.stem: path for path in tables_folder().glob("*.csv")}
    assert set(cards) <= set(names())
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in tables.items()} == {
        name: cards[name]["sha256"] for name in tables
    }


def test_unknown_name_names_the_closest():
    with pytest.raises(ValueError, match="no table is named 'brest_cancer'; did you mean breast_cancer"):
        load("brest_cancer")
