"""Test rows that are copies of training rows are told; rows that are alike by chance are not."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.holdout_rows import given_test, read_test
from genvsdisc.study.seen_rows import seen_rows
from genvsdisc.study.table import prepare

RNG = np.random.default_rng(3)


def drawn(n, coarse=False):
    X = pd.DataFrame({"size": RNG.normal(size=n), "kind": RNG.choice(["a", "b", None], n), "day": pd.Timestamp(0)})
    X["day"] += pd.to_timedelta(RNG.integers(0, 900, n), unit="D")
    if coarse:
        X = pd.DataFrame(RNG.integers(0, 2, (n, 5)), columns=list("abcde"))
    return X, RNG.integers(0, 2, n)


def notes(X, y, X_test, y_test):
    table = prepare(X, y, n_splits=3)
    return seen_rows(table, read_test(given_test(X_test, y_test, X), table.reader, table.classes))


def test_the_table_itself_is_no_test_set():
    X, y = drawn(200)
    (note,) = notes(X, y, X, y)
    assert note.startswith("200 of the 200 rows of the test set stand among the rows")


def test_some_copies_in_another_order_are_counted():
    X, y = drawn(200)
    new, labels = drawn(30)
    mixed, own = pd.concat([new, X[50:60]]).sample(frac=1, random_state=0), np.concatenate([labels, y[50:60]])
    own = pd.Series(own, index=[*range(30), *range(50, 60)]).loc[mixed.index].to_numpy()
    (note,) = notes(X, y, mixed, own)
    assert note.startswith("10 of the 40 rows")


@pytest.mark.parametrize("coarse", [False, True])
def test_rows_of_a_new_sample_are_not_copies(coarse):
    assert notes(*drawn(300, coarse), *drawn(100, coarse)) == []


def test_the_same_rows_with_other_labels_are_not_copies():
    X, y = drawn(200)
    assert notes(X, y, X, 1 - y) == []


def test_one_column():
    X, y = drawn(200)
    assert len(notes(X[["size"]], y, X[["size"]][:20], y[:20])) == 1
