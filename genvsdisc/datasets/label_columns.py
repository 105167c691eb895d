"""Labels as one column, whatever holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from genvsdisc.features.dtypes import is_text, plain_arrow
from genvsdisc.given import blank_labels, refuse_sparse_labels, unmasked, warn_of_a_column
from genvsdisc.refusals import no_column


def one_column(y: Any, name: str = "y") -> pd.Series:
    """Take labels in any shape as a Series; refuse what is no column, by the name of what was given."""
    if isinstance(y, np.ma.MaskedArray):
        y = unmasked(y)
    refuse_sparse_labels(y)
    if isinstance(y, str):
        raise ValueError(f"{name} must be the labels, got the name {y!r}: give X[{y!r}], and X without this column")
    if isinstance(y, pd.Series):
        return y
    if hasattr(y, "to_arrow") and hasattr(y, "name"):  # a column of polars
        return plain_arrow(pa.chunked_array([y.to_arrow()])).rename(y.name)
    if isinstance(y, pa.Array | pa.ChunkedArray):
        return plain_arrow(pa.chunked_array([y]) if isinstance(y, pa.Array) else y)
    if hasattr(y, "collect_schema") and hasattr(y, "collect"):
        y = y.collect()
    if not isinstance(y, pd.DataFrame) and hasattr(y, "__arrow_c_stream__"):
        table = pa.table(y)
        y = pd.DataFrame({name: plain_arrow(table.column(name)) for name in table.column_names})
    shape = np.shape(y) if hasattr(y, "shape") else np.shape(np.array(y, dtype=object))
    if len(shape) == 2 and shape[1] == 1:
        warn_of_a_column(5)
        return y.iloc[:, 0] if isinstance(y, pd.DataFrame) else pd.Series(np.asarray(y)[:, 0])
    if len(shape) != 1:
        raise ValueError(no_column(shape, name))
    return pd.Series(y if isinstance(y, np.ndarray | pd.Index | pd.api.extensions.ExtensionArray) else list(y))


def blank_rows(labels: pd.Series) -> pd.Series:
    """Return True for labels that are blank text, of which few are different."""
    grouped = isinstance(labels.dtype, pd.CategoricalDtype)
    if not grouped and not is_text(labels):
        return pd.Series(False, index=labels.index)
    words = (labels.cat.categories if grouped else pd.Series(labels.unique())).to_numpy(object)
    blank = words[blank_labels(words)]
    return labels.isin(blank) if len(blank) else pd.Series(False, index=labels.index)
