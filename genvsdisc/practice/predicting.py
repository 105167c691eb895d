"""What a kept model says of new rows, as a table that can be written to any file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.densities import log_density
from genvsdisc.files import atomic_file
from genvsdisc.study.statistics.losses import cheapest

SUFFIXES = (".csv", ".tsv", ".parquet")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins a cell that a spreadsheet computes."""


def prediction_table(fitted: Any, X: Any, floor: float | None = None, costs: Any = None) -> pd.DataFrame:
    """Label and probabilities of every row; whether it is unlike any class, where the model knows.

    Parameters
    ----------
    fitted : classifier
        One of `Comparison.fitted`, or of `load_models`.
    X : DataFrame or array-like of shape (n_samples, n_columns)
    floor : float, default=None
        Log density below which a row is unlike any class: the training 1%; None leaves the last two columns out.
    costs : array-like of shape (n_classes, n_classes), default=None
        ``costs[true, said]``, for the column least_cost: the answer of least expected cost, by which the report judged.

    Returns
    -------
    table : DataFrame
        Columns row (from 1), label, least_cost where there are costs, ``p(label)`` for each class, log_density,
        unlike_any_class.
    """
    probabilities = np.asarray(fitted.predict_proba(X), dtype=float)  # float32 too: all its digits, read as a double
    table: dict[str, Any] = {
        "row": np.arange(1, len(probabilities) + 1),
        "label": np.asarray(fitted.predict(X)),
    }
    if costs is not None:
        table["least_cost"] = np.asarray(fitted.classes_)[cheapest(probabilities, np.asarray(costs, dtype=float))]
    table |= {f"p({label})": probabilities[:, k] for k, label in enumerate(fitted.classes_)}
    density = log_density(fitted, X) if floor is not None else None
    if floor is not None and density is not None:
        table |= {"log_density": density, "unlike_any_class": density < floor}
    return pd.DataFrame(table)


def as_csv(table: pd.DataFrame, separator: str = ",") -> str:
    """Write predictions as text: every number with all its digits."""
    return table.to_csv(index=False, lineterminator="\n", sep=separator)


def write_predictions(table: pd.DataFrame, path: Path) -> None:
    """Write predictions in the format that the suffix names, in one step or not at all.

    Raises
    ------
    ValueError
        If the suffix or the folder is not known.
    """
    check_destination(path)
    with atomic_file(path) as draft:
        if path.suffix.lower() == ".parquet":
            table.to_parquet(draft, index=False)
        else:
            text = as_csv(table, "\t" if path.suffix.lower() == ".tsv" else ",")
            draft.write_bytes(text.encode("utf-8"))


def check_destination(path: Path) -> None:
    """Refuse a file that cannot be written, before anything is read.

    Raises
    ------
    ValueError, OSError
        If the suffix is not known, there is no such folder, or it is a folder itself.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"--output must end in {', '.join(SUFFIXES)}; got {str(path)!r}")
    if not path.parent.is_dir():
        raise ValueError(f"--output {str(path)!r}: there is no folder {str(path.parent)!r}")
    if path.is_dir():
        raise IsADirectoryError(f"--output {str(path)!r} is a folder: give the name of a file")


def computed_labels(table: pd.DataFrame) -> list[str]:
    """Labels that a spreadsheet would take for formulas; they are written as they are, for they are the user's."""
    return [str(label) for label in pd.unique(table["label"]) if isinstance(label, str) and label.startswith(FORMULA)]
