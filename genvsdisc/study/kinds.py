"""Whether what was read from JSON is of the kinds that it must have, at any depth."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, is_dataclass
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


class NaN(float):
    """Kind of the number that is none; `float` is that of any other."""


@dataclass(frozen=True)
class Record:
    """Kind of an object: that of each name, and which must be there; others are left alone."""

    kinds: Mapping[str, Any]
    needed: Collection[str] = ()


_WORDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    NaN: "NaN",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


def check_kind(value: Any, wanted: Any, where: str) -> None:
    """Refuse a value that holds, at any depth, one of another kind than is wanted.

    Parameters
    ----------
    value : object
        As JSON gives it.
    wanted : type or Record
        `str`, `int`, `float`, `bool`, `NaN`, `Any`, ``list[...]``, ``dict[str, ...]``, several of these joined by
        ``|``, ``[kind]`` (a list), a `Record`, or a dataclass, of which any field may lack.
    where : str
        What the value is called; "" for none.

    Raises
    ------
    ValueError
        The first such value: the dotted name of it, the kind wanted and the kind found.

    Examples
    --------
    >>> check_kind({"a": [1, "x"]}, dict[str, list[int]], "sizes")
    Traceback (most recent call last):
    ...
    ValueError: sizes.a[1] must be a whole number, got 'x' (text)
    """
    value_kind = _kind(value)
    kinds = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
    fitting = [
        each for each in kinds if each is Any or value_kind is _outer(each) or (value_kind is int and each is float)
    ]
    if not fitting:
        words = " or ".join(_WORDS[_outer(each)] for each in kinds if each is not NaN)
        raise ValueError(f"{where or 'it'} must be {words}, got {_told(value, value_kind)}")
    inner = fitting[0]
    if inner is Any:
        return
    if value_kind is list:
        (kind,) = inner if isinstance(inner, list) else get_args(inner)
        for i, each in enumerate(value):
            check_kind(each, kind, f"{where}[{i}]")
    if value_kind is dict:
        record = _record(inner) or Record(dict.fromkeys(value, get_args(inner)[1]))
        lacking = [name for name in record.needed if name not in value]
        if lacking:
            raise ValueError(f"{where or 'it'} has no {lacking[0]!r}")
        for name in record.kinds:
            if name in value:
                named = str(name) if str(name).isidentifier() else f"{name!r:.40}"
                check_kind(value[name], record.kinds[name], f"{where}.{named}" if where else named)


def _record(wanted: Any) -> Record | None:
    if isinstance(wanted, Record):
        return wanted
    return Record(get_type_hints(wanted)) if is_dataclass(wanted) else None


def _outer(wanted: Any) -> Any:
    """The kind that is wanted, whatever it holds."""
    if isinstance(wanted, list):
        return list
    return dict if _record(wanted) else get_origin(wanted) or wanted


def _kind(value: Any) -> Any:
    if isinstance(value, Real) and not isinstance(value, bool):
        return int if isinstance(value, Integral) else NaN if math.isnan(value) else float
    return dict if isinstance(value, Mapping) else list if isinstance(value, list | tuple) else type(value)


def _told(value: Any, kind: Any) -> str:
    """A value with its kind, where that is not seen at once."""
    return json.dumps(value) if kind in (bool, NaN, NoneType) else f"{value!r:.40} ({_WORDS.get(kind, kind.__name__)})"
