"""Batches of a Parquet file: the same rows, labels and types as the whole table, and no more than a batch in memory."""

import datetime
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from genvsdisc import GaussianClassifier
from genvsdisc.datasets import batches, make_gaussian_pair, read_table


@pytest.fixture
def written(tmp_path):
    def written(table, name="t.parquet", **options):
        path = tmp_path / name
        table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table)
        pq.write_table(table, path, **options)
        return path

    return written


def mixed(n=1000):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "k": pd.array([None if i == n - 1 else i % 7 for i in range(n)], dtype="Int64"),
            "flag": pd.array([None if i == n - 2 else bool(i % 2) for i in range(n)], dtype="boolean"),
            "when": [datetime.date(1500, 1, 1) + datetime.timedelta(days=int(i)) for i in range(n)],
            "color": [" red", "blue ", "gr\u00fcn"][:3] * (n // 3) + ["red"] * (n % 3),
            "y": [None if i % 50 == 0 else ("oak ", "pine")[i % 2] for i in range(n)],
        }
    )


@pytest.mark.parametrize("size", [1, 7, 100, 999, 5000])
def test_batches_are_the_rows_of_the_table(written, size):
    path = written(mixed(300 if size == 1 else 1000), row_group_size=128)
    whole = read_table(path, "y")
    parts = list(batches(path, size, target="y"))
    assert max(len(X) for X, _ in parts) <= size
    X, y = (pd.concat(each, ignore_index=True) for each in zip(*parts, strict=True))
    assert y.tolist() == whole.y.tolist()
    assert y.name == "y"
    pd.testing.assert_frame_equal(X, whole.X, check_dtype=False)
    assert len({tuple(X.dtypes.astype(str)) for X, _ in parts}) == 1


def test_a_model_of_batches_is_the_model_of_the_whole(written):
    data = make_gaussian_pair(500, random_state=0)
    path = written(data.to_frame())
    model = GaussianClassifier()
    for X, y in batches(path, 64):
        model = model.partial_fit(X, y, classes=[0, 1])
    whole = GaussianClassifier().fit(data.X, data.y)
    np.testing.assert_allclose(model.predict_proba(data.X), whole.predict_proba(data.X), rtol=1e-9)


def test_memory_does_not_grow_with_the_rows(written):
    def most(n):
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(n, 4))).rename(columns=str).assign(y=rng.integers(0, 2, n))
        path = written(table, row_group_size=n)
        del table
        pool = pa.default_memory_pool()
        before, high, rows = pool.bytes_allocated(), 0, 0
        for X, _ in batches(path, 1000):
            high = max(high, pool.bytes_allocated() - before)
            rows += len(X)
        assert rows == n
        return high

    assert most(800_000) < 1.1 * most(200_000)


@pytest.mark.parametrize(
    ("labels", "exact"),
    [
        (pa.array([9007199254740993, None, 9007199254740992]), [9007199254740993, 9007199254740992]),
        (pa.array([1.0, None, 2.0]), [1, 2]),
        (pa.array(["1", " ", "2 "]), [1, 2]),
        (pa.array(["True", "NA", "False"]), [True, False]),
        (pa.array([datetime.date(2020, 1, 1), None, datetime.date(2021, 1, 1)]), ["2020-01-01", "2021-01-01"]),
        (pa.array(["a", None, "b"]).dictionary_encode(), ["a", "b"]),
    ],
)
def test_labels_have_one_type_in_all_batches(written, labels, exact):
    path = written(pa.table({"x": [1.0, 2.0, 3.0], "y": labels}))
    parts = [y for _, y in batches(path, 1)]
    assert [y.tolist() for y in parts] == [[label] for label in exact]
    assert len({y.dtype for y in parts}) == 1


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"x": [1, 2], "y": ["a", "a"]}, {}, "one class only, 'a'"),
        ({"x": [1, 2], "y": [None, None]}, {}, "has only missing values"),
        ({"x": [1, 2], "y": ["a", "b"]}, {"target": "z"}, "no column named 'z'"),
        ({"x": [1, 2], "y": ["a", "b"]}, {"size": 0}, "size must be a whole number of rows, at least 1, got 0"),
        ({"x": range(100), "y": np.linspace(0, 1, 100)}, {}, "is continuous .100 different numbers in 100 rows"),
    ],
)
def test_faults_are_told_before_the_first_batch(written, table, options, message):
    with pytest.raises(ValueError, match=message):
        batches(written(pd.DataFrame(table)), **options)


def test_only_parquet_comes_in_batches(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(ValueError, match=r"cannot read 't\.csv' as Parquet"):
        batches(tmp_path / "t.csv")
    with pytest.raises(FileNotFoundError, match="no such file"):
        batches(tmp_path / "nothing.parquet")


@pytest.mark.slow
def test_a_file_fitted_by_batches_takes_little_memory_and_is_the_fit_in_memory():
    """The benchmark at a tenth of its size, a process for each fit: 160 MB of numbers under the peak of 500 MB."""
    words = [sys.executable, "benchmarks/streaming.py", "--rows", "1000000", "--compare"]
    root = Path(__file__).parents[2]
    told = subprocess.run(words, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    _, streamed, whole, difference = told.stdout.strip().splitlines()
    peak, all_rows = (float(line.split("peak ")[1].removesuffix(" MB")) for line in (streamed, whole))
    assert peak < 500
    assert peak < all_rows
    assert float(difference.rsplit(" ", 1)[1]) < 1e-10
