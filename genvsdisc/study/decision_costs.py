"""What each decision costs, as a matrix over the classes of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

KEYS = ("fp", "fn")


def read_costs(costs: Any, classes: NDArray) -> NDArray[np.float64] | None:
    """Read the costs of decisions.

    Parameters
    ----------
    costs : array-like of shape (n_classes, n_classes), dict, or None
        ``costs[true, said]`` with the classes sorted; a DataFrame whose index and columns are labels may have them in
        any order, and more of them, but must have all; or, for two classes, ``dict(fp=, fn=)``: what it costs to say
        the second of the sorted classes where the first is true, and the first where the second is true.
    classes : ndarray of shape (n_classes,)
        Sorted labels.

    Returns
    -------
    costs : ndarray of shape (n_classes, n_classes) or None

    Raises
    ------
    ValueError
        If the shape or a key is another, a class has no row or column, a cost is missing or infinite, a right answer
        costs more than a wrong one, or no decision costs more than another.

    Examples
    --------
    >>> import numpy as np
    >>> read_costs({"fp": 1, "fn": 10}, np.array(["healthy", "ill"])).tolist()
    [[0.0, 1.0], [10.0, 0.0]]
    """
    if costs is None:
        return None
    labels = ", ".join(map(str, classes[:20]))
    costs = _of_labels(costs, classes) if isinstance(costs, pd.DataFrame) else costs
    matrix = _of_errors(costs, classes) if isinstance(costs, Mapping) else _numbers(costs)
    if matrix.shape != (len(classes), len(classes)):
        raise ValueError(
            f"costs must have the shape ({len(classes)}, {len(classes)}), a row for each true class and a column for "
            f"each answer in the order {labels}; got {matrix.shape}"
        )
    if not np.isfinite(matrix).all():
        true, pred = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(
            f"costs must be finite numbers, got {matrix[true, pred]} for true {classes[true]!s}, said {classes[pred]!s}"
        )
    right = np.diag(matrix)[:, None]
    if (matrix < right).any():
        true, pred = np.argwhere(matrix < right)[0]
        raise ValueError(
            f"being right must not cost more than being wrong: where {classes[true]!s} is true, saying so costs "
            f"{matrix[true, true]:g} and saying {classes[pred]!s} costs {matrix[true, pred]:g}; costs[true, said] has "
            f"the classes in the order {labels}"
        )
    if not (matrix > right).any():
        raise ValueError("costs are the same whatever is said: no answer costs more than the right one")
    return matrix


def least_mistake(costs: NDArray | None) -> float:
    """Cost of the cheapest mistake, beyond that of the right answer: the unit of the rope of costs; 1 without costs.

    Examples
    --------
    >>> import numpy as np
    >>> least_mistake(np.array([[0.0, 1.0], [10.0, 0.0]]))
    1.0
    """
    if costs is None:
        return 1.0
    beyond = costs - np.diag(costs)[:, None]
    return float(beyond[beyond > 0].min())


def _of_errors(costs: Mapping[Any, Any], classes: NDArray) -> NDArray[np.float64]:
    if len(classes) != 2:
        raise ValueError(
            f"costs as fp and fn are for two classes; the table has {len(classes)}: give a matrix costs[true, said]"
        )
    if set(costs) != set(KEYS):
        raise ValueError(f"costs as a dict must have the keys fp and fn and no other, got {', '.join(map(str, costs))}")
    fp, fn = (_numbers(costs[key]) for key in KEYS)
    if fp.ndim or fn.ndim:
        raise ValueError(f"costs fp and fn must be one number each, got {costs['fp']!r} and {costs['fn']!r}")
    return np.array([[0.0, float(fp)], [float(fn), 0.0]])


def _of_labels(costs: pd.DataFrame, classes: NDArray) -> pd.DataFrame:
    """Rows and columns of the classes; a table that is merely numbered has them in their order."""
    numbered = isinstance(costs.index, pd.RangeIndex) and isinstance(costs.columns, pd.RangeIndex)
    if numbered and not {*classes.tolist()} <= {*costs.index} & {*costs.columns}:
        return costs
    rows, columns = (
        [_place(label, labels, where) for label in classes]
        for labels, where in ((costs.index, "row"), (costs.columns, "column"))
    )
    return costs.iloc[rows, columns]


def _place(label: Any, labels: pd.Index, where: str) -> int:
    """Place of a class among labels, which may be words where the classes are numbers."""
    matches = [place for place, each in enumerate(labels) if each == label or str(each) == str(label)]
    if len(matches) != 1:
        listed = ", ".join(map(str, labels[:20]))
        count = f"{len(matches)} {where}s" if matches else f"no {where}"
        raise ValueError(f"costs have {count} for the class {label!s}, but for {listed}; each class needs one")
    return matches[0]


def _numbers(costs: Any) -> NDArray[np.float64]:
    values = costs.to_numpy() if hasattr(costs, "to_numpy") else costs
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"costs must be a matrix of numbers costs[true, said], or dict(fp=, fn=) ({error})") from None
