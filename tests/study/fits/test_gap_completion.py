import numpy as np
import pytest

from genvsdisc.study.fits.gap_completion import _conditional_means, of_blocks, rows_completed

COVARIANCE = 0.5 * np.eye(4) + 0.5


def test_conditional_means_are_those_of_the_gaussian():
    X = np.random.default_rng(3).multivariate_normal(np.ones(4), COVARIANCE, 5)
    holed = X.copy()
    holed[0, [0, 2]] = np.nan
    holed[1] = np.nan
    found = _conditional_means(holed, np.ones(4), COVARIANCE)
    slopes = COVARIANCE[np.ix_([0, 2], [1, 3])] @ np.linalg.inv(COVARIANCE[np.ix_([1, 3], [1, 3])])
    assert found[0, [0, 2]] == pytest.approx(1 + slopes @ (X[0, [1, 3]] - 1))
    assert found[1] == pytest.approx(np.ones(4))
    assert found[2:] == pytest.approx(X[2:])


def test_masks_of_columns_are_those_of_their_encoded_ones():
    mask = np.array([[True, False, True], [False, True, False]])
    assert (of_blocks(mask, [range(0, 1), range(1, 2), range(2, 3)]) == mask).all()
    wide = of_blocks(mask, [range(0, 1), range(1, 3), range(3, 4)])
    assert wide.tolist() == [[True, False, False, True], [False, True, True, False]]


def test_rows_are_completed_where_they_lack_something_only():
    rng = np.random.default_rng(0)
    training = rng.multivariate_normal(np.zeros(4), COVARIANCE, 60)
    judged, masks = rng.normal(size=(5, 4)), rng.random((2, 5, 3)) < 0.4
    blocks = [range(0, 1), range(1, 3), range(3, 4)]
    for filled in rows_completed(training, np.ones(60), judged, masks, blocks, 0):
        assert np.isfinite(filled).all()
        for part, mask in zip(filled, masks, strict=True):
            seen = ~of_blocks(mask, blocks)
            assert part[seen] == pytest.approx(judged[seen])
