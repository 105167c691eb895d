"""A comparison as strict JSON, for programs that are not Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.practice.winner import verdict_outcome, winner
from genvsdisc.study.schema import TABLES

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

JSON_FORMAT = "genvsdisc comparison, format 1"
_INFINITE = "\0infinity"
_NEGATIVE = f"{_INFINITE}-"


def json_text(comparison: Comparison) -> str:
    """Write a comparison as JSON text: no NaN, keys in a fixed order, a row of a table in each line."""
    card = comparison.meta.get("verdict_card", {})
    try:
        use, why = winner(comparison)
    except ValueError:
        use, why = None, ""
    head = {
        "format": JSON_FORMAT,
        "verdict": {
            "outcome": verdict_outcome(comparison),
            "winner": use,
            "winner_why": why,
            **{key: card.get(key) for key in ("sentence", "loss", "probabilities", "points", "warnings")},
            "text": comparison.verdict,
        },
        "meta": comparison.meta,
    }
    parts = [f"{_text(key)}: {_text(content)}" for key, content in head.items()]
    tables = ",\n".join(f"{_text(name)}: {_table(name, table)}" for name, table in comparison.tables.items())
    return "{" + ",\n".join([*parts, f'"tables": {{\n{tables}\n}}']) + "}\n"


def _table(name: str, table: pd.DataFrame) -> str:
    columns = [{"name": column, "kind": kind} for column, kind in TABLES[name].kinds.items()]
    rows = [_text(dict(zip(table.columns, row, strict=True))) for row in table.itertuples(index=False, name=None)]
    lines = "[" + ",\n".join(rows) + "]"
    return f'{{"columns": {_text(columns)}, "rows": {lines}}}'


def _text(value: Any) -> str:
    text = json.dumps(_strict(value), ensure_ascii=False, allow_nan=False)
    return text.replace(json.dumps(_NEGATIVE), "-1e999").replace(json.dumps(_INFINITE), "1e999")


def _strict(value: Any) -> Any:
    """Values that JSON has; NaN and missing ones as null."""
    if isinstance(value, dict):
        return {str(key): _strict(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(each) for each in value]
    if value is pd.NA or value is None:
        return None
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None if value != value else _INFINITE if value > 0 else _NEGATIVE
    return value
