"""Sums of what rows that judge draws found."""

import numpy as np
import pytest

from genvsdisc.study.statistics.judges import N_UNIT_BLOCKS, Judges, block_of

RNG = np.random.default_rng(0)
TESTS = [np.array([0, 1, 2]), np.array([2, 5])]
UNITS = np.array([0, 0, 1, 2, 2, 3])


@pytest.mark.parametrize("counts", [None, np.array([1.0, 2, 3, 1, 1, 0.5])])
def test_sums_are_those_of_a_loop(counts):
    judges, losses = Judges.of(TESTS, UNITS, counts), RNG.normal(size=5)
    weight = np.ones(6) if counts is None else counts
    by_draw, by_row, by_block = judges.sums(losses)
    parts = np.split(losses, [3])
    assert by_draw == pytest.approx(
        [np.average(part, weights=weight[rows]) for part, rows in zip(parts, TESTS, strict=True)]
    )
    total = sum(weight[rows].sum() for rows in TESTS)
    for unit in range(4):
        own = sum(
            weight[row] * loss
            for part, rows in zip(parts, TESTS, strict=True)
            for loss, row in zip(part, rows, strict=True)
            if UNITS[row] == unit
        )
        assert by_row[unit] == pytest.approx(own / total)
    assert by_block.sum(axis=1) == pytest.approx(by_draw)
    assert judges.judged.sum() == pytest.approx(1)
    assert np.bincount(judges.draw, judges.share) == pytest.approx(1)


def test_a_size_without_a_fit_has_no_sums():
    assert all(np.isnan(part).all() for part in Judges.of(TESTS, UNITS).sums(None))


def test_every_unit_has_its_block_and_blocks_are_alike():
    assert np.ptp(np.bincount(block_of(803), minlength=N_UNIT_BLOCKS)) <= 1
    assert (block_of(803) == block_of(803)).all()
