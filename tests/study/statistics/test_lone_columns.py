import numpy as np
import pytest

from genvsdisc.study.statistics import lone_columns
from genvsdisc.study.statistics.lone_columns import left_out_errors, neighbor_errors


def slow_left_out(levels, codes):
    """Row by row: the label that most of the others of its level have."""
    wrong = 0
    for row, level in enumerate(levels):
        others = codes[(levels == level) & (np.arange(len(codes)) != row)]
        counts = np.bincount(others, minlength=codes.max() + 1)
        rivals = np.delete(counts, codes[row])
        wrong += counts[codes[row]] <= max(rivals.max(initial=0), 0)
    return wrong


@pytest.mark.parametrize("cells", [1, lone_columns.MOST_COUNTS])
@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_errors_of_levels_are_those_of_a_loop_over_rows(n_classes, cells, monkeypatch):
    monkeypatch.setattr(lone_columns, "MOST_COUNTS", cells)
    rng = np.random.default_rng(n_classes)
    codes = rng.integers(0, n_classes, 60)
    columns = [rng.integers(0, k, 60) for k in (1, 2, 5, 30)] + [np.arange(60), codes]
    columns = [np.unique(column, return_inverse=True)[1] for column in columns]
    levels, n_levels = np.column_stack(columns), np.array([column.max() + 1 for column in columns])
    expected = [slow_left_out(column, codes) for column in columns]
    assert left_out_errors(levels, n_levels, codes).tolist() == expected
    assert expected[-2:] == [60, 0]  # of a level of its own nothing is known; of the label all


def slow_neighbor(numbers, codes):
    """Row by row: the majority label of the rows of its number, else that of the nearest one, above if in doubt."""
    wrong = int(np.isnan(numbers).sum())
    order = [row for row in np.argsort(numbers, kind="stable") if not np.isnan(numbers[row])]
    for place, row in enumerate(order):
        same = np.delete(codes, row)[np.delete(numbers, row) == numbers[row]]
        if same.size:
            counts = np.bincount(same, minlength=codes.max() + 1)
            wrong += counts[codes[row]] <= np.delete(counts, codes[row]).max()
            continue
        below = numbers[row] - numbers[order[place - 1]] if place else np.inf
        above = numbers[order[place + 1]] - numbers[row] if place + 1 < len(order) else np.inf
        wrong += codes[order[place - 1 if below < above else place + 1]] != codes[row]
    return wrong


def test_errors_of_nearest_numbers_are_those_of_a_loop_over_rows():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 80)
    numbers = np.column_stack([rng.normal(size=80), rng.integers(0, 9, 80), codes * 10 + rng.random(80)])
    numbers = np.column_stack([numbers, np.where(rng.random((80, 1)) < 0.3, np.nan, numbers), rng.integers(0, 80, 80)])
    expected = [slow_neighbor(column, codes) for column in numbers.T]
    assert neighbor_errors(numbers, codes).tolist() == expected
    assert expected[2] == 0


def test_the_order_of_rows_tells_nothing_of_rows_of_the_same_number():
    """In a file sorted by its labels, ages were found to give these away: an age's rows stood beside their like."""
    rng = np.random.default_rng(0)
    codes, ages = np.repeat([0, 1], [3000, 2000]), rng.integers(0, 40, 5000)
    mixed = rng.permutation(5000)
    both = [neighbor_errors(ages[rows, None].astype(float), codes[rows])[0] for rows in (slice(None), mixed)]
    assert both[0] == both[1] == slow_neighbor(ages, codes)
    assert both[0] > 1500
