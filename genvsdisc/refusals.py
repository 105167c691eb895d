"""Why labels are refused: one sentence for each reason, whoever says it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def no_column(shape: tuple[int, ...], name: str = "y") -> str:
    """Say that labels have this shape, which is not that of a column."""
    return f"{name} must be one column of labels, of shape (n_samples,), got shape {shape}"


def missing_labels(name: Any, missing: NDArray, *, blank: bool = False) -> str:
    """Say how many labels are missing, and where the first one is."""
    return (
        f"{int(missing.sum())} of {len(missing)} labels in {name!r} are missing, the first in row "
        f"{int(missing.argmax())}: leave these rows out{' (a blank label is a missing one)' if blank else ''}"
    )


def infinite_labels(name: Any) -> str:
    """Say that labels are infinite."""
    return (
        f"the target {name!r} holds infinite numbers: leave these rows out, or write classes as words (a number above "
        "1.8e308 counts as infinite)"
    )


def nested_labels(name: Any, label: Any) -> str:
    """Say that labels are lists or the like."""
    return (
        f"the target {name!r} holds {type(label).__name__}s, such as {str(label)[:40]}: a label is one number or word"
    )


def complex_labels(name: Any) -> str:
    """Say that labels are complex."""
    return f"the target {name!r} holds complex numbers: a label is one number or word"


def one_class(name: Any, label: Any) -> str:
    """Say that there is one class only."""
    return f"the target {name!r} has one class only, {label!r}: nothing to tell apart"


def labels_of_two_types(name: Any, first: Any, other: Any) -> str:
    """Say that two labels differ in type, if they are written alike or not."""
    how = (
        "which are written alike: use one type" if str(first) == str(other) else "of two types: use one, such as words"
    )
    return f"the target {name!r} holds {first!r} and {other!r}, {how}"


def labels_without_order(name: Any, label: Any) -> str:
    """Say that labels are of a type whose values cannot be sorted."""
    return f"the target {name!r} holds {label!r}, of a type that has no order: write labels as words or whole numbers"
