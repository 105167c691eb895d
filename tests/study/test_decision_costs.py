"""Costs of decisions: what may be given, and what is refused in one line."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.decision_costs import least_mistake, read_costs

TWO = np.array(["healthy", "ill"])
THREE = np.array([0, 1, 2])


def test_a_matrix_a_frame_and_the_two_errors_give_the_same():
    expected = [[0.0, 1.0], [10.0, 0.0]]
    for given in ([[0, 1], [10, 0]], pd.DataFrame(expected), {"fn": 10, "fp": 1}, {"fp": "1", "fn": 10.0}):
        assert read_costs(given, TWO).tolist() == expected
    assert read_costs(None, TWO) is None
    assert read_costs([[-5, 0], [3, -1]], TWO).tolist() == [[-5.0, 0.0], [3.0, -1.0]]  # being right may pay


@pytest.mark.parametrize(
    ("costs", "classes", "message"),
    [
        ([[0, 1]], TWO, r"costs must have the shape \(2, 2\), .* in the order healthy, ill; got \(1, 2\)"),
        (np.zeros((2, 2, 2)), TWO, "costs must have the shape"),
        (3.0, TWO, "costs must have the shape"),
        ([[0, 1], [np.nan, 0]], TWO, "costs must be finite numbers, got nan for true ill, said healthy"),
        ([[0, np.inf], [1, 0]], TWO, "costs must be finite numbers, got inf for true healthy, said ill"),
        ([[1, 0], [0, 1]], TWO, "being right must not cost more than being wrong: where healthy is true"),
        ([[2, 2], [3, 3]], TWO, "costs are the same whatever is said"),
        ([["a", 1], [1, 0]], TWO, "costs must be a matrix of numbers"),
        ({"fp": 1}, TWO, "costs as a dict must have the keys fp and fn and no other, got fp"),
        ({"fp": 1, "fn": 2, "tp": 0}, TWO, "no other, got fp, fn, tp"),
        ({"fp": 1, "fn": 2}, THREE, "costs as fp and fn are for two classes; the table has 3"),
        ({"fp": [1, 2], "fn": 2}, TWO, "costs fp and fn must be one number each"),
        ({"fp": -1, "fn": 2}, TWO, "being right must not cost more"),
    ],
)
def test_what_is_no_cost_is_refused_before_anything_is_fitted(costs, classes, message):
    with pytest.raises(ValueError, match=message):
        read_costs(costs, classes)
    X = np.random.default_rng(0).normal(size=(40, 2))
    with pytest.raises(ValueError, match=message):
        gd.compare(X, classes[np.arange(40) % len(classes)], costs=costs)


def test_the_cheapest_mistake_is_beyond_the_right_answer():
    assert least_mistake(np.array([[-2.0, 1.0], [0.5, 0.0]])) == 0.5
    assert least_mistake(np.array([[0.0, 0.0, 4.0], [9.0, 0.0, 3.0], [5.0, 6.0, 0.0]])) == 3.0


def test_a_table_with_labels_may_have_them_in_any_order_and_more_of_them():
    costs = pd.DataFrame([[0, 2, 9], [3, 0, 9], [9, 9, 0]], index=["b", "a", "rare"], columns=["b", "a", "rare"])
    found = read_costs(costs, np.array(["a", "b"]))
    np.testing.assert_array_equal(found, [[0, 3], [2, 0]])
    for classes in (np.array([False, True]), np.array([1.0, 2.0]), np.array(["x, y", "z"])):
        turned = pd.DataFrame([[0, 3], [2, 0]], index=classes[::-1], columns=classes[::-1])
        np.testing.assert_array_equal(read_costs(turned, classes), [[0, 2], [3, 0]])
    plain = pd.DataFrame([[0, 2], [3, 0]])
    np.testing.assert_array_equal(read_costs(plain, np.array(["a", "b"])), plain)


@pytest.mark.parametrize(
    ("index", "columns", "message"),
    [
        (["b", "A"], ["b", "a"], "costs have no row for the class a, but for b, A; each class needs one"),
        (["b", "a"], ["b", "A"], "costs have no column for the class a, but for b, A; each class needs one"),
        (["b", "b", "a"], ["b", "a"], "costs have 2 rows for the class b"),
        ([0, 1], ["b", "a"], "costs have no row for the class a, but for 0, 1"),
    ],
)
def test_a_table_with_labels_of_which_one_is_no_class_is_not_read_by_place(index, columns, message):
    costs = pd.DataFrame(np.ones((len(index), len(columns))), index=index, columns=columns)
    with pytest.raises(ValueError, match=message):
        read_costs(costs, np.array(["a", "b"]))
