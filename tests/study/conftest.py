"""A comparison of the linear pair, small enough to be computed again by other means."""

import pytest

import genvsdisc as gd


@pytest.fixture(scope="package")
def pair():
    return gd.datasets.make_gaussian_pair(90, n_features=3, distance=2.0, random_state=0)


@pytest.fixture(scope="package")
def compared(pair):
    roster = [model for model in gd.default_models(pair.X) if model.form == "linear"]
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(20, 60))
    return gd.compare(pair.X, pair.y, roster, design=design, random_state=0)
