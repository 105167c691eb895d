import numpy as np
import pytest
from scipy import special

from genvsdisc.functional.posterior import softmax


@pytest.mark.parametrize("shape", [(5, 1), (3, 7, 2), (4, 5), (2, 3, 40)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_is_scipys(shape, dtype):
    scores = (500 * np.random.default_rng(0).normal(size=shape)).astype(dtype)
    scores[..., -1] = 3.0
    result = softmax(scores)
    assert result.dtype == dtype
    np.testing.assert_allclose(result, special.softmax(scores, axis=-1), rtol=10 * np.finfo(dtype).eps, atol=0)


def test_impossible_classes_and_huge_scores():
    np.testing.assert_array_equal(softmax(np.array([[-np.inf, 1e300], [1e4, 1e4]])), [[0, 1], [0.5, 0.5]])
