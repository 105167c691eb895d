"""A Parquet file a batch at a time, for tables that are larger than memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genvsdisc.datasets.files import first_line, source_of
from genvsdisc.datasets.headers import column_names, target_place
from genvsdisc.datasets.labels import text_labels
from genvsdisc.datasets.programs import column_order
from genvsdisc.datasets.targets import check_target
from genvsdisc.features.dtypes import plain_arrow, whole_or_plain
from genvsdisc.features.marks import clean


def batches(
    path: str | PathLike[str], size: int = 100_000, *, target: str | None = None
) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """Read a Parquet file a batch of rows at a time, for ``partial_fit``.

    The labels are looked through once before the first batch, so that a fault is told before work starts and a label
    has one type in all batches. No more than a batch of the other columns is in memory.

    Parameters
    ----------
    path : str or path
        A Parquet file.
    size : int, default=100_000
        Rows of a batch; less those without a label, which are left out.
    target : str or None, default=None
        The column to predict; None takes the last one.

    Yields
    ------
    X : DataFrame of shape (at most size, n_columns)
        Numbers, dates and stripped text, of the same type in all batches. Text that stands for numbers is left as it
        is, for a batch cannot be judged alone.
    y : Series
        Labels as `read_table` gives them.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no Parquet file, has no such column, or the target is no set of classes; or size is not positive.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from genvsdisc import GaussianClassifier
    >>> from genvsdisc.datasets import batches, make_gaussian_pair
    >>> data = make_gaussian_pair(500, random_state=0)
    >>> model = GaussianClassifier()
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pair.parquet")
    ...     data.to_frame().to_parquet(path)
    ...     for X, y in batches(path, 200):
    ...         model = model.partial_fit(X, y, classes=[0, 1])
    >>> round(model.score(data.X, data.y), 3)
    0.866
    """
    if not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"size must be a whole number of rows, at least 1, got {size!r}")
    source = source_of(path)
    file = _opened(source.path or pa.BufferReader(source.content), source.name)
    try:
        names = column_order(file.schema_arrow)
        column_names(names, source.name)
        name = names[target_place(names, target, source.name, [])]
        written = _label_map(file, name)
    except BaseException:
        file.close()
        raise
    return _batches(file, int(size), [each for each in names if each != name], name, written)


_BUFFER = 1 << 16  # bytes of a column read at a time, for a row group may be the whole table


def _opened(file: Any, name: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
    except (ValueError, OSError) as error:
        raise ValueError(f"cannot read {name!r} as Parquet: {first_line(error)}") from None


def _label_map(file: pq.ParquetFile, target: str) -> pd.Series:
    """What each label of the file is written as; rows whose label is not in it have none."""
    counts: Counter[Any] = Counter()
    for batch in file.iter_batches(columns=[target]):
        labels = whole_or_plain(pa.chunked_array([batch.column(0)])).dropna()
        counts.update(labels.value_counts().to_dict())
    given = pd.Series(list(counts), name=target).infer_objects()
    labels, lost = text_labels(given)
    labels = labels.dropna()
    if labels.empty:
        raise ValueError(f"the target {target!r} has only missing values{lost}")
    rows = sum(counts[given[place]] for place in labels.index)
    checked = check_target(labels, n_rows=rows)
    return pd.Series(checked.to_numpy(), index=pd.Index(given[labels.index], dtype=object), name=target)


def _batches(
    file: pq.ParquetFile, size: int, names: list[str], target: str, written: pd.Series
) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    known = written.to_dict()
    with file:
        gaps = {name: _has_gaps(file, name) for name in names}
        for batch in file.iter_batches(batch_size=size):
            labels = whole_or_plain(pa.chunked_array([batch.column(target)]))
            labelled = labels.isin(list(known)).to_numpy()
            if not labelled.any():
                continue
            y = labels[labelled].astype(object).map(known).astype(written.dtype).rename(target)
            columns = {name: _column(batch.column(name), gaps[name]) for name in names}
            X = pd.DataFrame(columns, copy=False)
            yield X[labelled].reset_index(drop=True), y.reset_index(drop=True)


def _column(values: pa.Array, gaps: bool) -> pd.Series:
    """A column of a type that does not depend on whether this batch has gaps."""
    if gaps and pa.types.is_integer(values.type):
        values = values.cast(pa.float64())
    column = clean(plain_arrow(pa.chunked_array([values])))
    return column.astype("boolean") if gaps and pa.types.is_boolean(values.type) else column


def _has_gaps(file: pq.ParquetFile, name: str) -> bool:
    """Return True unless the file says that a column has no missing entry."""
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            if column.path_in_schema == name:
                known = column.statistics is not None and column.statistics.has_null_count
                if not known or column.statistics.null_count:
                    return True
    return False
