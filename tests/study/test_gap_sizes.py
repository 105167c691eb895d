import numpy as np
import pytest

from genvsdisc.study.fits.gaps import gap_rows
from genvsdisc.study.gap_sizes import DRAW_CELLS, FEWEST_COLUMNS, columns_taken, rows_judged


@pytest.mark.parametrize("n_columns", [1, 6, 60, 1000, 7129, 100_000])
def test_rows_with_gaps_of_one_draw_fit_into_memory(n_columns):
    taken = columns_taken(n_columns, n_columns)
    judged = rows_judged(10, 5 + taken, n_columns)
    assert 1 <= taken <= n_columns
    assert judged * (5 + taken) * n_columns <= max(DRAW_CELLS, 20 * (5 + FEWEST_COLUMNS) * n_columns)


def test_of_a_wide_table_the_columns_that_tell_most_are_taken_away():
    rng = np.random.default_rng(0)
    X, codes = rng.normal(size=(40, 4000)), np.arange(40) % 2
    telling = np.sort(rng.permutation(4000)[: columns_taken(4000, 4000)])
    X[:, telling] += 5 * codes[:, None]
    blocks = [range(j, j + 1) for j in range(4000)]
    weights = np.ones((1, 40), dtype=np.uint8)
    gaps = gap_rows(X, codes, [str(j) for j in range(4000)], blocks, weights, [np.arange(40)], impute=False)
    np.testing.assert_array_equal(gaps.columns, telling)
    assert len(gaps.names) == len(telling)
