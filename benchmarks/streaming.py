"""Fit a Parquet file that is larger than memory: peak memory and time of `batches` with `partial_fit`.

Run ``python benchmarks/streaming.py [--rows 10000000] [--columns 20]``. The file is written in row groups of 100,000,
the fit runs in a process of its own, whose peak memory is that of all of Python, numpy and pyarrow too. With --compare
another process loads the whole table and fits it, and the largest relative difference of the parameters is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

STREAMED = """
import json, resource, sys, time
from genvsdisc import GaussianClassifier
from genvsdisc.datasets import batches
start, model = time.process_time(), GaussianClassifier("separate")
for X, y in batches(sys.argv[1], 100_000, target="y"):
    model.partial_fit(X, y, classes=["negative", "positive"])
"""
WHOLE = """
import json, resource, sys, time
import pandas as pd
from genvsdisc import GaussianClassifier
start, table = time.process_time(), pd.read_parquet(sys.argv[1])
model = GaussianClassifier("separate").fit(table.drop(columns="y"), table["y"])
"""
TOLD = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.process_time() - start, "peak_mb": peak, "means": model.means_.tolist(),
    "covariances": model.covariances_.tolist(), "priors": model.class_prior_.tolist()}))
"""


def write(path: Path, rows: int, columns: int) -> None:
    """Write two Gaussian classes, a row group at a time."""
    rng, writer = np.random.default_rng(0), None
    for start in range(0, rows, 100_000):
        n = min(100_000, rows - start)
        y = rng.integers(0, 2, n)
        X = rng.normal(size=(n, columns)) + 0.3 * y[:, None]
        table = pa.table({f"x{j}": X[:, j] for j in range(columns)} | {"y": np.array(["negative", "positive"])[y]})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def fitted(program: str, path: Path) -> dict[str, object]:
    """Run a fit in a process of its own."""
    command = [sys.executable, "-c", program + TOLD, str(path)]
    told: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return told


def difference(one: dict[str, object], two: dict[str, object]) -> float:
    """Largest difference of the parameters, relative to their sizes."""
    pairs = [(np.array(one[name]), np.array(two[name])) for name in ("means", "covariances", "priors")]
    return float(max(np.abs(a - b).max() / np.abs(b).max() for a, b in pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--compare", action="store_true", help="fit in memory too")
    parser.add_argument("--quick", action="store_true", help="200,000 rows, compared")
    options = parser.parse_args()
    rows = 200_000 if options.quick else options.rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.parquet")
        write(path, rows, options.columns)
        streamed = fitted(STREAMED, path)
        print(f"{rows} x {options.columns}, {path.stat().st_size / 1e6:.0f} MB on disk")
        print(f"by batches: {streamed['seconds']:.1f} processor seconds, peak {streamed['peak_mb']:.0f} MB")
        if options.compare or options.quick:
            whole = fitted(WHOLE, path)
            print(f"in memory: {whole['seconds']:.1f} processor seconds, peak {whole['peak_mb']:.0f} MB")
            print(f"largest relative difference of the parameters: {difference(streamed, whole):.1e}")


if __name__ == "__main__":
    main()
