"""A test set of the user's own: read as the table was, or refused in one line."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.features.reader import TableReader
from genvsdisc.study.holdout_rows import given_test, read_test
from genvsdisc.study.table import prepare
from genvsdisc.study.weights import RowWeights


def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(50, 9, 60),
            "price": [f"${v:.2f}" for v in rng.uniform(1, 9, 60)],
            "town": rng.choice(["Ulm", "Rom", "Bonn"], 60),
        }
    )


CLASSES = np.array([0, 1])


def read(X_test, y_test, columns=("age", "price", "town"), classes=CLASSES, **options):
    reader = prepare(table(), np.arange(60) % 2, n_splits=2).reader
    assert list(reader.columns) == list(columns)
    return read_test(given_test(X_test, y_test, table()), reader, classes, **options)


def test_columns_come_in_the_order_of_the_table_and_are_read_as_there():
    X = table().head(4)
    test = read(X[["town", "price", "age"]].assign(extra=1), [0, 1, 1, 0])
    assert list(test.X) == ["age", "price", "town"]
    np.testing.assert_allclose(test.X["price"], [float(v[1:]) for v in X["price"]])
    assert test.codes.tolist() == [0, 1, 1, 0]
    assert test.units.tolist() == [0, 1, 2, 3]
    assert test.weights is None
    assert test.notes == ()


def test_an_array_without_names_has_those_of_the_table():
    rows = np.random.default_rng(1).normal(size=(3, 2))
    reader = TableReader.for_table(table()[["age"]])
    test = read_test(given_test(rows, [0, 1, 0], table()[["age", "town"]]), reader, CLASSES)
    np.testing.assert_array_equal(test.X["age"], rows[:, 0])


def test_labels_are_those_of_the_table_in_any_type_and_others_are_left_out_by_name():
    test = read(table().head(6), [0.0, "1", np.nan, "two", 1, "two"])
    assert test.codes.tolist() == [0, 1, 1]
    assert test.X["age"].tolist() == table()["age"].iloc[[0, 1, 4]].tolist()
    assert test.notes == (
        "1 rows of the test set without a label are left out.",
        "2 rows of the test set are of class two, which no model was fitted to: they are left out of its scores, and "
        "every model would err on them.",
    )


def test_weights_and_groups_are_taken_from_the_columns_of_the_table():
    X = table().head(5).assign(w=[1, 0, 2, 1, 1], who=["a", "a", "b", "c", "c"])
    seen = pd.Series(["c", "d"])
    test = read(X, [0, 1, 0, 1, 1], weights=RowWeights(np.ones(60), "w", named=True), groups=("who", seen))
    assert test.weights.tolist() == [1.0, 2.0, 1.0, 1.0]
    assert test.units.tolist() == [0, 1, 2, 2]
    assert "1 groups of 'who' (c) are in the test set and in the training rows" in test.notes[0]
    without = read(table().head(5), [0, 1, 0, 1, 1], weights=RowWeights(np.ones(60), "w", named=True))
    assert without.weights is None
    assert without.notes == ("The rows of the test set have no weights; each counts as one.",)


@pytest.mark.parametrize(
    ("X_test", "y_test", "message"),
    [
        (table().head(2), None, "X_test is given but y_test is not"),
        (None, [0, 1], "y_test is given but X_test is not"),
        (table().head(2), [0, 1, 1], "y_test holds 3 labels, X_test has 2 rows: give one label for each row"),
        (table().head(2)[["age"]], [0, 1], "X_test lacks the columns 'price', 'town', which the models are fitted to"),
        (np.ones((2, 2)), [0, 1], "X_test has 2 columns without names, X has 3 .'age', 'price', 'town'.: give"),
        (np.ones((2, 4)), [0, 1], "X_test has 4 columns without names, X has 3 .'age', 'price', 'town'.: give"),
        (np.ones(2), [0, 1], "X_test must be a table of shape"),
        (table().head(2), [[0, 1], [1, 0]], "y_test must be one column of labels"),
        (table().head(2).assign(age=["x", "y"]), [0, 1], "X_test is not like X: .*age"),
        (table().head(2), ["u", "v"], "the test set has 0 rows that can be scored, of 2"),
        (table().head(2), [np.nan, 1], "the test set has 1 rows that can be scored, of 2"),
    ],
)
def test_what_is_no_test_set_is_refused_before_anything_is_fitted(X_test, y_test, message):
    with pytest.raises(ValueError, match=message):
        read(X_test, y_test)
    with pytest.raises(ValueError, match=message):
        gd.compare(table(), np.arange(60) % 2, X_test=X_test, y_test=y_test)
