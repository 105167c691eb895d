"""Tables in the format of LIBSVM: a label, then the entries that are not zero, with their places."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from genvsdisc.datasets.files import Source, first_line

_MOST_ENTRIES = 100_000_000


def libsvm_columns(source: Source) -> tuple[list[str], list[pd.Series]]:
    """Read all entries of a file of LIBSVM, zeros too; the label is the last column.

    Raises
    ------
    ValueError
        If a line is not as the format has it, or there are more entries than memory may hold.
    """
    from sklearn.datasets import load_svmlight_file  # only such files pay for it

    try:
        X, y = load_svmlight_file(io.BytesIO(source.read()))
    except ValueError as error:
        raise ValueError(f"cannot read {source.name!r} as a file of LIBSVM: {first_line(error)}") from None
    rows, width = X.shape
    if rows * width > _MOST_ENTRIES:
        raise ValueError(
            f"{source.name!r} is a file of LIBSVM with {rows:,} rows and {width:,} columns, which are too many: choose "
            "columns with sklearn.datasets.load_svmlight_file(...) and give them to genvsdisc.compare in Python"
        )
    labels = y.astype(np.int64) if (y == np.rint(y)).all() else y
    dense = X.toarray(order="F")
    return [*(f"feature {place}" for place in range(1, width + 1)), "label"], [
        *(pd.Series(column) for column in dense.T),
        pd.Series(labels),
    ]
