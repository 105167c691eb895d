"""Models that cannot take a table get what they need in front, and a note; the others are left alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.models import as_models, default_models
from genvsdisc.study.fits.trial import suited_to


def table_of(columns, n, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    X = pd.DataFrame(
        {
            "x": rng.normal(size=n) + y,
            "z": rng.lognormal(size=n) * 1e3,
            "flag": rng.random(n) < 0.2 + 0.2 * y,
            "color": np.array(["red", "green", "blue", "gray"])[(rng.integers(0, 4, n) + y) % 4],
            "town": np.array(["Ulm", "Rom", "Bonn"])[(rng.integers(0, 3, n) * (y > 0))],
        }
    )
    return X[list(columns)], y


@pytest.mark.parametrize(
    ("columns", "gaps", "how"),
    [
        (("x", "color"), False, "as numbers and indicators,"),
        (("x", "z"), True, "with missing entries filled"),
        (("x", "flag", "town"), True, "with missing entries filled"),
    ],
)
def test_models_that_cannot_take_the_table_get_an_encoder_and_a_note(columns, gaps, how):
    X, y = table_of(columns, n=120)
    if gaps:
        X.loc[::7, "x"] = np.nan
    models = [LinearDiscriminantAnalysis(), GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-3]}, cv=3)]
    result = gd.compare(X, y, models, design=gd.Design(n_splits=3, n_repeats=1, n_draws=4))
    assert (result.models["status"] == "ok").all()
    notes = [note for note in result.meta["notes"] if "as it cannot take the table itself" in note]
    assert len(notes) == 2
    assert all(how in note for note in notes)


def test_models_that_can_take_the_table_are_left_alone():
    X, y = table_of(("x", "z", "color"), n=90)
    ours = default_models(X)
    assert suited_to(ours, X, y) == (ours, [])
    plain = as_models([GaussianNB()])
    assert suited_to(plain, X[["x", "z"]], y) == (plain, [])
