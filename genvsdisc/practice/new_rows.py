"""New rows beside those of training: what a kept model does not look at, has not met, or cannot do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.kinds import Column
from genvsdisc.features.level_codes import level_codes
from genvsdisc.features.marks import listed, named
from genvsdisc.features.tables import as_frame
from genvsdisc.preparation import takes_gaps

_UNKNOWN = -1


def told_of_rows(fitted: Any, X: Any) -> list[str]:
    """Say which columns of new rows are not looked at, which units differ, and which words were not met in training.

    Parameters
    ----------
    fitted : Pipeline
        One of `Comparison.fitted`, or of `load_models`: a `TableReader`, then its steps.
    X : DataFrame or array-like of shape (n_samples, n_columns)

    Returns
    -------
    notes : list of str
        A sentence each; none where the table has the columns, units and words of training.
    """
    reader = fitted.steps[0][1]
    frame = as_frame(X)
    known = {str(name).strip() for name in (*reader.names, *reader.columns)}
    more = [str(name) for name in frame.columns if str(name).strip() not in known]
    table = reader.transform(X)
    them = "them" if len(more) > 1 else "it"
    units = reader.notes_of_units(X)
    unseen = [
        f"Column {str(name)!r}: {words} {'was' if entries == 1 else 'were'} not met in training"
        f"{', but for the case of letters, and counted among its rare words' if column.lumped else ''}."
        for name, column in _words(fitted)
        for words, entries in _unmet(table[name], column)
    ]
    return [f"Not looked at, for the models did not learn from {them}: {listed(more)}."] * bool(more) + units + unseen


def why_not(fitted: Any, X: Any, error: Exception, *, name: str, others: list[str]) -> str:
    """Say in a line why a model could not predict: a gap where it was trained on none, else its own words.

    Parameters
    ----------
    fitted : Pipeline
        As for `told_of_rows`.
    X : DataFrame or array-like of shape (n_samples, n_columns)
    error : Exception
        What it raised.
    name : str
        What the model is called.
    others : list of str
        Models beside it that take gaps.

    Returns
    -------
    reason : str
    """
    steps, encoder = fitted.steps[1:], None
    if isinstance(steps[0][1], TableEncoder):
        encoder, steps = steps[0][1], steps[1:]
    table = fitted.steps[0][1].transform(X)
    missing = table.isna() if encoder is None else _lost(encoder, table)
    if takes_gaps(Pipeline(steps)) or not missing.to_numpy().any():
        lines = str(error).strip().splitlines() or [""]
        return f"{name} cannot predict these rows: {type(error).__name__}: {lines[0]}"
    column = missing.any().idxmax()
    row = int(missing[column].to_numpy().argmax())
    cell = table[column].iloc[row]
    what = "is empty" if pd.isna(cell) else f"holds {str(cell)[:40]!r}, which was not met in training"
    instead = f", or ask a model that takes gaps, such as {others[0]!r}" if others else ""
    needs = f"{name}, trained on rows without such gaps, needs a value: fill it{instead}"
    return f"row {row + 1}: column {str(column)!r} {what}, and {needs}"


def _words(fitted: Any) -> Iterator[tuple[Any, Column]]:
    """Columns of words whose levels the encoder of the model knows."""
    for _, step in fitted.steps:
        if isinstance(step, TableEncoder):
            schema: Mapping[Any, Column] = step.columns if step.columns is not None else step.columns_
            for name, column in schema.items():
                if column.kind in ("binary", "categorical") and len(column.levels) > 1:
                    yield name, column


def _unmet(values: pd.Series, column: Column) -> Iterator[tuple[str, int]]:
    """Words that are none of the levels; where rare ones are none either, those that are one but for the case."""
    strange = level_codes(values, column) == _UNKNOWN
    if column.lumped:
        folded = {str(level).casefold() for level in column.levels}
        strange &= values.astype(str).str.strip().str.casefold().isin(folded).to_numpy()
    if strange.any():
        counts = values[strange].astype(str).value_counts()
        yield named(counts.index.tolist(), counts.tolist()), int(counts.sum())


def _lost(encoder: TableEncoder, table: pd.DataFrame) -> pd.DataFrame:
    """Which entries of the table are missing once encoded."""
    schema = encoder.columns if encoder.columns is not None else encoder.columns_
    used = {name: column for name, column in schema.items() if column.used}
    lost = {
        name: np.isnan(TableEncoder({name: column}, categories=encoder.categories).transform(table)).any(axis=1)
        for name, column in used.items()
    }
    return pd.DataFrame(lost, columns=pd.Index(list(used), dtype=object))
