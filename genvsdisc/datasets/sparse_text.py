"""Tables in the format of LIBSVM: a label, then the entries that are not zero, with their places."""

from __future__ import annotations

import io
import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from genvsdisc.datasets.files import Source, first_line

_MOST_ENTRIES = 100_000_000
_SEVERAL_LABELS = re.compile(rb"^[^\s:#,]+,[^\s:#]*\s", re.MULTILINE)
_NAME = re.compile(r"feature \d+")
_QUERY = re.compile(rb"^[^\s#]+\s+qid:", re.MULTILINE)


def libsvm_columns(source: Source, notes: list[str], known: Collection[str] = ()) -> tuple[list[str], list[pd.Series]]:
    """Read all entries of a file of LIBSVM, zeros too, by the places that the file gives; the label is the last column.

    Columns that are known of the file of training rows are all zero where this one has no entry in them.

    Raises
    ------
    ValueError
        If a line is not as the format has it, rows have several labels, or there are more entries than memory may hold.
    """
    from sklearn.datasets import load_svmlight_file  # only such files pay for it

    raw = source.read()
    if _SEVERAL_LABELS.search(raw):
        raise ValueError(
            f"{source.name!r} is a file of LIBSVM with several labels in a row: a row is of one class here"
        )
    queries = _QUERY.search(raw) is not None
    try:
        X, y, *query = load_svmlight_file(io.BytesIO(raw), zero_based=True, query_id=queries)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"cannot read {source.name!r} as a file of LIBSVM: {first_line(error)}") from None
    rows, width = X.shape
    if rows * width > _MOST_ENTRIES:
        raise ValueError(
            f"{source.name!r} is a file of LIBSVM with {rows:,} rows and {width - 1:,} columns, which are too many: "
            "choose columns with sklearn.datasets.load_svmlight_file(...) and give them to genvsdisc.compare in Python"
        )
    first = 0 if X[:, [0]].nnz else 1
    names = [f"feature {place}" for place in range(first, width)]
    columns = [pd.Series(column) for column in X.toarray(order="F").T[first:]]
    if queries:
        notes.append("The numbers of queries (qid) are a column: the rows of a query belong together (--groups qid).")
        names, columns = ["qid", *names], [pd.Series(query[0]), *columns]
    lacking = [name for name in known if _NAME.fullmatch(name) and name not in names]
    names, columns = [*names, *lacking], [*columns, *(pd.Series(np.zeros(rows)) for _ in lacking)]
    labels = y.astype(np.int64) if (y == np.rint(y)).all() else y
    return [*names, "label"], [*columns, pd.Series(labels)]
