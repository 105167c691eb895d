import numpy as np
import pytest

from genvsdisc.study.statistics.subsampling import N_GROUPS, N_PARTITIONS, PAIRS_OF_QUARTERS, Parts, subsampling_error


@pytest.mark.parametrize("S", [4, 7, 50, N_GROUPS, N_GROUPS + 1, 1000])
def test_sums_are_those_of_quarters_that_share_no_draw_and_halves_made_of_them(S):
    parts = Parts.draw(S, 0)
    members = parts.sums(np.eye(S))  # (10, N_PARTITIONS, S): 1 where a part has a draw
    quarters = members[6:]
    assert members.shape == (10, N_PARTITIONS, S)
    assert quarters.sum(axis=0).max() == 1
    sizes = quarters.sum(axis=-1)
    assert sizes.min() >= S // 4 - S // min(S, N_GROUPS) - 1
    assert sizes.max() <= S / 4 + S / min(S, N_GROUPS) + 1
    for half, (a, b) in zip(members[:6], PAIRS_OF_QUARTERS, strict=True):
        np.testing.assert_array_equal(half, quarters[a] + quarters[b])
    np.testing.assert_array_equal(parts.sizes, members.sum(axis=-1))
    values = np.random.default_rng(0).normal(size=(S, 3, 2))
    np.testing.assert_allclose(parts.sums(values), np.tensordot(members, values, axes=1), atol=1e-4)


@pytest.mark.parametrize("S", [40, 200, 1000])
def test_error_of_a_mean_is_the_classical_one(S):
    """A mean falls with 1/S: what is extrapolated from halves and quarters is s / sqrt(S)."""
    ratios = []
    for seed in range(40):
        values = np.random.default_rng(seed).normal(size=S)
        parts = Parts.draw(S, seed)
        means = parts.sums(values) / parts.sizes
        ratios.append(subsampling_error(means, S) / (values.std(ddof=1) / np.sqrt(S)))
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)
    assert np.std(ratios) < 0.3
