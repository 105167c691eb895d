"""`--costs`: what mistakes cost, from words or from a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ("fp", "fn")
_DECIMAL_COMMA = re.compile(r"^(\s*[-+]?\d*),(\d+\s*)$")


def asked_costs(words: str | None, y: pd.Series) -> dict[str, float] | pd.DataFrame | None:
    """Costs as `genvsdisc.compare` takes them.

    Parameters
    ----------
    words : str or None
        ``fp=1,fn=10``; numbers, rows divided by semicolons (``0,1;10,0``); or a CSV file: with the names of the
        classes (and of others, which are not looked at) in its first line and first column, or numbers only, in the
        order of the sorted classes.
    y : Series
        Labels.

    Returns
    -------
    costs : dict, DataFrame or None
        A matrix as a table ``costs.loc[true, said]`` with the classes sorted.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If they are no costs of the classes of y.
    """
    if words is None:
        return None
    if "=" in words and not Path(words).exists():
        return _of_errors(words)
    if Path(words).suffix or Path(words).exists():
        rows = _of_file(words)
    else:
        rows = [row.split(",") for row in words.split(";")]
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    return _matrix(rows, sorted(y.unique()), f"--costs {words!r}")


def _of_file(path: str) -> list[list[str]]:
    """Cells of a file in any encoding, divided by commas, or by semicolons or tabs beside decimal commas."""
    from genvsdisc.datasets.encodings import in_utf8
    from genvsdisc.datasets.files import source_of

    try:
        text = in_utf8(source_of(path), []).read().decode("utf-8")
    except ValueError as error:
        raise ValueError(f"--costs: {error}") from error
    readings = [_divided(text, delimiter) for delimiter in (";", "\t", ",")]
    return next(filter(_is_square, readings), max(readings, key=lambda rows: sum(map(len, rows))))


def _divided(text: str, delimiter: str) -> list[list[str]]:
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True) if row]
    return rows if delimiter == "," else [[_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in rows]


def _is_square(rows: list[list[str]]) -> bool:
    """Whether the rows are a matrix, with or without names, of which the corner may be left out."""
    widths = {len(row) for row in rows[1:]}
    return len(rows) > 1 and widths == {len(rows)} and len(rows[0]) in (len(rows), len(rows) - 1)


def _of_errors(words: str) -> dict[str, float]:
    costs: dict[str, float] = {}
    for part in words.casefold().split(","):
        key, equals, number = (each.strip() for each in part.partition("="))
        if key not in _KEYS or not equals or key in costs:
            rule = f"{part.strip()!r} is neither fp=NUMBER nor fn=NUMBER, each once"
            raise ValueError(f"--costs {words!r}: {rule}; write fp=1,fn=10")
        costs[key] = _number(number, f"--costs {words!r}: {key}")
    if set(costs) != set(_KEYS):
        raise ValueError(f"--costs {words!r} lacks {(set(_KEYS) - set(costs)).pop()}; write fp=1,fn=10")
    return costs


def _matrix(rows: list[list[str]], classes: Any, where: str) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    n, names = len(classes), [str(label) for label in classes]
    listed = ", ".join(names[:20])
    shape = (len(rows), max((len(row) for row in rows), default=0))
    known = shape[0] - 1  # classes of a file that names them: those of the table, and perhaps more
    if shape == (n, n):
        cells, true, predicted = rows, names, names
    elif known >= n and shape[1] == known + 1:
        cells, true, predicted = [row[1:] for row in rows[1:]], [row[0] for row in rows[1:]], rows[0][-known:]
    else:
        raise ValueError(
            f"{where} holds {shape[0]} rows of {shape[1]}; it needs {n} of {n} numbers, or these with the classes "
            f"({listed}) in its first line and first column"
        )
    true, predicted = ([_spelled(label, names) for label in labels] for labels in (true, predicted))
    for label in (*true, *predicted):
        if label not in names and not {*names} <= {*true} & {*predicted}:
            close = get_close_matches(label, names)
            raise ValueError(
                f"{where}: no class is named {label!r}; "
                + (f"did you mean {' or '.join(map(repr, close))}?" if close else f"there are {listed}")
            )
    for labels in (true, predicted):
        repeated = [label for label in labels if labels.count(label) > 1]
        if repeated:
            raise ValueError(f"{where}: the class {repeated[0]!r} stands twice")
    places = [f"{where}: true {row}, said {column}" for row in true for column in predicted]
    flat = [cell for row in cells for cell in [*row, *[""] * (len(predicted) - len(row))]]
    numbers = np.array([_number(cell, place) for cell, place in zip(flat, places, strict=True)]).reshape(len(true), -1)
    return (
        pd.DataFrame(numbers, index=true, columns=predicted)
        .loc[names, names]
        .set_axis(classes)
        .set_axis(classes, axis=1)
    )


def _spelled(label: str, names: Sequence[str]) -> str:
    """Name of the class that a label stands for: the same word, or the same value in other words (1.0, 1,5, true)."""
    if label in names:
        return label
    matches = [name for name in names if _value(name) == _value(label)]
    return matches[0] if len(matches) == 1 else label


def _value(label: str) -> float | str:
    try:
        return float(_DECIMAL_COMMA.sub(r"\1.\2", label))
    except ValueError:
        return {"true": "True", "false": "False"}.get(label.casefold(), label)


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{where} must be a number, got {text!r}") from None
