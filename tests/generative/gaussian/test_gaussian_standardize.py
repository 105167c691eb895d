"""Shrinkage on standardized columns is a StandardScaler in front, with everything on the scale of X."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_wine
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import GaussianClassifier

X, y = load_wine(return_X_y=True)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("shrinkage", [0.0, 0.1, 1.0, "auto"])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_equals_a_scaler_in_front(covariance, shrinkage, structure):
    parameters = {"shrinkage": shrinkage, "structure": structure}
    ours = GaussianClassifier(covariance, standardize=True, **parameters).fit(X, y)
    theirs = make_pipeline(StandardScaler(), GaussianClassifier(covariance, **parameters)).fit(X, y)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-9)
    assert_allclose(ours.means_, theirs[0].inverse_transform(theirs[1].means_), rtol=1e-9)


def test_replicates_scale_by_their_own_rows():
    W = np.random.default_rng(0).integers(0, 3, size=(3, len(y)))
    model = GaussianClassifier("separate", shrinkage=0.2, standardize=True)
    replicates = model.fit_replicates(X, y, W)
    for r, w in enumerate(W):
        scaled = make_pipeline(StandardScaler(), GaussianClassifier("separate", shrinkage=0.2))
        scaled.fit(np.repeat(X, w, axis=0), np.repeat(y, w))
        assert_allclose(replicates[r].predict_proba(X), scaled.predict_proba(X), atol=1e-9)


def test_the_unit_of_a_column_does_not_matter():
    units = 10.0 ** np.arange(-6, 7)
    one, other = (
        GaussianClassifier("separate", shrinkage=0.3, standardize=True).fit(rows, y).predict_proba(rows)
        for rows in (X, X * units)
    )
    assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("wrong", [{"structure": "spherical"}, {"shrinkage": "oas"}, {"shrinkage": "ledoit_wolf"}])
def test_what_has_no_such_scale_is_refused(wrong):
    with pytest.raises(ValueError, match="StandardScaler in front"):
        GaussianClassifier(standardize=True, **wrong).fit(X, y)
