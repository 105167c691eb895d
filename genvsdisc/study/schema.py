"""The tables of a comparison: what columns they have, and how they are written as text and read back exactly."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# Table -> its columns in order. A column holds text unless a kind follows its name: float, int, bool, or count (an
# integer that may be missing). Text is never missing: absent text is "".
TABLES = {
    "models": "model family form n_parameters:count status error tuned warnings",
    "scores": "model repeat:int fold:int loss value:float n_train:int n_test:int",
    "summary": "model family form n_parameters:count loss mean:float lower:float upper:float rank:count",
    "differences": "generative discriminative form loss difference:float lower:float upper:float pvalue:float "
    "pvalue_holm:float p_generative:float p_equal:float p_discriminative:float",
    "decomposition": "model family n_train:int loss expected:float expected_se:float noise:float noise_se:float "
    "bias:float bias_se:float variance:float variance_se:float net_variance:float net_variance_se:float "
    "interaction:float interaction_se:float",
    "learning_curves": "model family form n_train:int loss mean:float se:float lower:float upper:float n_draws:int",
    "crossings": "generative discriminative form loss estimate:float lower:float upper:float smallest:int largest:int "
    "leader_smallest leader_largest changes:int leaders finding",
    "calibration": "model family brier:float miscalibration:float discrimination:float uncertainty:float "
    "log_loss:float refinement:float calibration:float temperature:float ece:float ece_calibrated:float",
    "reliability": "model family forecast:float observed:float n:float",
    "assumptions": "assumption statistic:float df:float pvalue:float effect:float effect_name simpler richer "
    "cost:float cost_lower:float cost_upper:float finding",
    "robustness": "model family form noise:float n_train:int loss mean:float se:float increase:float increase_se:float",
    "search": "model reg_lambda:float learning_rate:float split loss mean:float se:float",
    "traces": "model learning_rate:float epoch:int split loss:float",
    "confusion": "model true predicted share:float",
    "parameters": "model parameter value:float",
    "boundaries": "model family x:float y:float label probability:float",
    "ellipses": "model label mean_x:float mean_y:float cov_xx:float cov_xy:float cov_yy:float",
    "scatter": "label x:float y:float",
    "columns": "column kind used:bool missing:int distinct:int note",
    "classes": "label rows:int used:bool note",
    "timings": "stage model seconds:float",
}
_DTYPES = {"float": "float64", "int": "int64", "bool": "bool", "count": "Int64"}
_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "float": lambda cell: float(cell) if cell else np.nan,
    "int": int,
    "bool": {"True": True, "False": False}.__getitem__,
    "count": lambda cell: int(cell) if cell else pd.NA,
}


def _kinds(table: str) -> dict[str, str]:
    pairs = (column.partition(":") for column in TABLES[table].split())
    return {name: kind or "text" for name, _, kind in pairs}


def conformed(name: str, table: pd.DataFrame | None) -> pd.DataFrame:
    """Copy a table with its columns in order and of their kind; an empty one for None."""
    kinds = _kinds(name)
    if table is None:
        table = pd.DataFrame(columns=list(kinds))
    wrong = set(kinds) ^ {str(column) for column in table.columns}
    if wrong:
        raise ValueError(
            f"table {name!r} must have the columns {', '.join(kinds)}; differs in {', '.join(sorted(wrong))}"
        )
    return pd.DataFrame({column: _cast(table[column], kind, f"{name}.{column}") for column, kind in kinds.items()})


def _cast(column: pd.Series, kind: str, where: str) -> pd.Series:
    values = column.reset_index(drop=True)
    if kind == "text":
        cells = ["" if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]
        return pd.Series(cells, dtype="str" if pd.Series([""]).dtype != object else object)
    try:
        return values.astype(_DTYPES[kind])  # type: ignore[call-overload]
    except (ValueError, TypeError) as error:
        raise ValueError(f"column {where} must hold {kind} values ({error})") from error


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table so that `read_csv` gives the same back."""
    # The csv module and not to_csv/read_csv: floats by repr, quoted line ends and NUL come back as they were.
    columns = [
        ["" if missing else value for value, missing in zip(table[name].tolist(), table[name].isna(), strict=True)]
        for name in table.columns
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*columns, strict=True))


def read_csv(name: str, path: Path) -> pd.DataFrame:
    """Read table `name`; errors name the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path.parent} is not a whole comparison: {path.name} is missing")
    kinds = _kinds(name)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    try:
        if header != list(kinds):
            raise ValueError(f"its columns are {', '.join(header) or 'none'}")
        cells = zip(*rows, strict=True) if rows else [()] * len(kinds)
        parsed = {
            c: [_PARSERS[kind](cell) for cell in column] for (c, kind), column in zip(kinds.items(), cells, strict=True)
        }
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path} is not what Comparison.save writes ({error}); run the comparison again") from error
    return pd.DataFrame(parsed, columns=list(kinds))


def records(table: pd.DataFrame) -> list[Any]:
    """Rows as tuples with the columns as attributes; Any, for the type of a column is not known to a type checker."""
    return list(table.itertuples())


def groups(table: pd.DataFrame, by: str | list[str]) -> list[tuple[Any, pd.DataFrame]]:
    """Parts of a table by the values of columns, in the order of the rows."""
    return list(table.groupby(by, sort=False))
