"""The gate for X: the same table from every library, a copy, and one clear error for what is no table."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from genvsdisc import TableEncoder
from genvsdisc.features.tables import as_frame, as_rows

COLUMNS = {"a": [1.5, 2.5, 4.0], "b": ["x", "y", "x"]}


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS, index=[7, 7, 9]),
        pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).lazy(),
        pa.table(COLUMNS),
        pa.RecordBatch.from_pydict(COLUMNS),
        COLUMNS,
        np.array([(1.5, "x"), (2.5, "y"), (4.0, "x")], dtype=[("a", float), ("b", "U1")]),
    ],
)
def test_f14_f23_the_same_table_from_every_library(X):
    frame = as_frame(X)
    assert frame.columns.tolist() == ["a", "b"]
    assert frame.index.tolist() == [0, 1, 2]
    assert frame["a"].tolist() == COLUMNS["a"]
    assert frame["b"].tolist() == COLUMNS["b"]
    np.testing.assert_array_equal(TableEncoder().fit_transform(frame), [[1.5, 0], [2.5, 1], [4.0, 0]])


@pytest.mark.parametrize("X", [pl.DataFrame(COLUMNS), pl.DataFrame(COLUMNS).lazy(), pa.table(COLUMNS)])
def test_the_encoder_takes_them_too(X):
    np.testing.assert_array_equal(TableEncoder().fit_transform(X), [[1.5, 0], [2.5, 1], [4.0, 0]])


def test_arrays_and_lists_keep_the_types_of_their_columns():
    assert as_frame([[1, "a"], [2, "b"]]).to_dict("list") == {"x0": [1, 2], "x1": ["a", "b"]}
    assert as_frame(np.array([[1, "a"], [2, "b"]], dtype=object))["x0"].dtype == np.int64
    masked = as_frame(np.ma.masked_equal(np.array([[1, 2], [3, 4]]), 3))
    np.testing.assert_array_equal(masked, [[1, 2], [np.nan, 4]])
    assert as_frame(np.eye(2, dtype=np.float32))["x1"].dtype == np.float32


def test_f23_names_of_several_types_become_text_and_of_one_type_stay():
    assert as_frame(pd.DataFrame([[1, 2]], columns=["a", 3])).columns.tolist() == ["a", "3"]
    assert as_frame(pd.DataFrame([[1, 2]])).columns.tolist() == [0, 1]
    levels = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])
    assert as_frame(pd.DataFrame([[1, 2]], columns=levels)).columns.tolist() == ["a b", "a c"]


@pytest.mark.parametrize(
    "X",
    [
        np.ones((3, 2)),
        pd.DataFrame(np.ones((3, 2))),
        {"a": np.ones(3), "b": np.ones(3)},
        np.asfortranarray(np.ones((3, 2))),
    ],
)
def test_w08_the_frame_is_a_copy(X):
    frame = as_frame(X)
    frame.iloc[:, 0] = 7.0
    frame["new"] = 1
    values = np.column_stack(list(X.values())) if isinstance(X, dict) else np.asarray(X)
    np.testing.assert_array_equal(values, np.ones((3, 2)))


def test_sparse_columns_are_made_dense():
    frame = as_frame(pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(np.eye(2)), columns=["a", "b"]))
    np.testing.assert_array_equal(frame, np.eye(2))
    assert frame["a"].dtype == np.float64


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (sparse.csr_matrix(np.eye(3)), r"X is a sparse matrix of shape \(3, 3\): give X.toarray\(\)"),
        (sparse.coo_array(np.eye(3)), "X is a sparse matrix"),
        ([1, 2, 3], r"X must be a table of shape \(n_samples, n_features\), got shape \(3,\)"),
        (np.zeros((2, 2, 2)), "got shape"),
        (None, "got shape"),
        ("table.csv", "got shape"),
        (np.zeros((3, 0)), "X has no columns"),
        (pd.Series([1, 2], name="s"), r"got the one column 's': give X.to_frame\(\)"),
        (pl.Series("s", [1, 2]), r"got the one column 's': give X.to_frame\(\)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' stands more than once: rename one"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "'1' stands more than once: rename one"),
    ],
)
def test_f23_what_is_no_table_is_one_clear_error(X, message):
    with pytest.raises(ValueError, match=message):
        as_frame(X)


def test_f23_rows_stay_as_they_are_but_for_sparse_and_lazy_ones():
    for X in (pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS), pa.table(COLUMNS), np.eye(2)):
        assert as_rows(X) is X
    assert as_rows(pl.DataFrame(COLUMNS).lazy()).shape == (3, 2)
    assert as_rows([[1, 2], [3, 4]]).shape == (2, 2)
    assert as_rows({"a": [1.0], "b": [2.0]}).shape == as_rows(memoryview(np.ones((1, 2)))).shape == (1, 2)
    assert as_rows(pd.DataFrame([[1, 2]], columns=["a", 3])).columns.tolist() == ["a", "3"]
    assert as_rows(pa.RecordBatch.from_pydict(COLUMNS)).columns.tolist() == ["a", "b"]
    for bad in (np.ones(3), pd.Series([1, 2]), None, np.zeros((2, 2, 2)), pd.DataFrame([[1, 2]], columns=["a", "a"])):
        with pytest.raises(ValueError, match=r"X must be a table|names must differ"):
            as_rows(bad)
    with pytest.raises(ValueError, match=r"X_test is a sparse matrix of shape \(3, 3\): give X_test.toarray\(\)"):
        as_rows(sparse.csr_matrix(np.eye(3)), name="X_test")
