"""The code that makes a model: text that, executed, gives a pipeline with equal parameters, not yet fitted."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

WIDTH = 110


def pipeline_code(name: str, fitted: Any) -> str:
    """Write the code of a fitted classifier's pipeline, as the variable ``pipeline``.

    Parameters
    ----------
    name : str
        Name of the model, for the comment above the code.
    fitted : estimator
        Its parameters are written, not what it learned: ``pipeline.fit(X, y)`` learns it again.

    Returns
    -------
    code : str

    Raises
    ------
    ValueError
        If a parameter is nothing that code can name, such as a function without a name or an open file.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> print(pipeline_code("l2", LogisticRegression(C=0.5)))
    # the model 'l2'
    from sklearn.linear_model import LogisticRegression
    <BLANKLINE>
    pipeline = LogisticRegression(C=0.5)
    <BLANKLINE>
    """
    writer = _Writer()
    text = writer.expression(fitted, 0)
    imports = "\n".join(writer.import_lines())
    return f"# the model {name!r}\n{imports}{chr(10) * 2 if imports else ''}pipeline = {text}\n"


class _Writer:
    """Expressions, and the names that they need."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, str]] = {}  # name in the code -> module, attribute

    def import_lines(self) -> list[str]:
        lines = []
        for name, (module, attribute) in sorted(self.names.items(), key=lambda item: (item[1], item[0])):
            if not attribute:
                lines.append(f"import {module}" + ("" if name == module else f" as {name}"))
            else:
                lines.append(f"from {module} import {attribute}" + ("" if name == attribute else f" as {name}"))
        return sorted(lines)

    def expression(self, value: Any, indent: int) -> str:
        """Write a value; the line that it starts on has `indent` blanks before it."""
        plain = self._plain(value)
        if plain is not None:
            return plain
        if isinstance(value, dict):
            pairs = [f"{self.expression(k, indent + 4)}: {self.expression(v, indent + 4)}" for k, v in value.items()]
            return _bracketed("{", pairs, "}", indent)
        if isinstance(value, tuple) and type(value) is tuple:
            items = [self.expression(each, indent + 4) for each in value]
            return _bracketed("(", items, ",)" if len(items) == 1 else ")", indent)
        if isinstance(value, list):
            return _bracketed("[", [self.expression(each, indent + 4) for each in value], "]", indent)
        if isinstance(value, np.ndarray):
            rows = self.expression(value.tolist(), indent + 4)
            return f"{self.imported('numpy', 'array')}({rows}, dtype={str(value.dtype)!r})"
        return self._object(value, indent)

    def _plain(self, value: Any) -> str | None:
        """Numbers, words, moments, and what has a name; None for all others."""
        if value is None or (isinstance(value, bool | int | str | bytes) and type(value) in (bool, int, str, bytes)):
            return repr(value)
        if type(value) is float:
            return repr(value) if np.isfinite(value) else f"float({str(value)!r})"
        if isinstance(value, np.generic):
            module = self.imported("numpy", type(value).__name__)
            return f"{module}({self.expression(value.item(), 0)})"
        if isinstance(value, pd.Timestamp | pd.Timedelta):
            return f"{self.imported('pandas', type(value).__name__)}({str(value)!r})"
        if isinstance(value, np.ufunc):
            return self.imported("numpy", value.__name__)
        if inspect.isfunction(value) or inspect.isclass(value) or inspect.isbuiltin(value):
            return self.imported(*_home(value))
        return None

    def _object(self, value: Any, indent: int) -> str:
        """A call of its class with the arguments that differ from the defaults."""
        kind = type(value)
        called = self.imported(*_home(kind))
        given = {}
        try:
            parameters = inspect.signature(kind).parameters
        except ValueError:  # of some types written in C
            raise ValueError(f"{kind.__name__} keeps no parameter by name: it cannot be written as code") from None
        for name, parameter in parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if not hasattr(value, name) or _bound(getattr(value, name)):
                raise ValueError(f"{kind.__name__} keeps no parameter {name!r}: it cannot be written as code")
            given[name] = (getattr(value, name), parameter)
        more = value.get_params(deep=False) if hasattr(value, "get_params") else {}
        arguments, positional = [], kind.__name__ == "Pipeline" or dataclasses.is_dataclass(value)
        for name, (content, parameter) in given.items():
            if parameter.default is not parameter.empty and _same(content, parameter.default):
                positional = False
                continue
            positional = positional and parameter.kind is not parameter.KEYWORD_ONLY
            text = self.expression(content, indent + 4)
            arguments.append(text if positional else f"{name}={text}")
        arguments += [
            f"{name}={self.expression(content, indent + 4)}"
            for name, content in more.items()
            if name not in given and content is not None
        ]
        return _bracketed(f"{called}(", arguments, ")", indent)

    def imported(self, module: str, attribute: str) -> str:
        """Name of an attribute of a module in the code."""
        if module == "builtins":
            return attribute
        outer, _, rest = attribute.partition(".")
        name = outer
        while self.names.get(name, (module, outer)) != (module, outer):
            name = f"{module.split('.')[0]}_{name}"
        self.names[name] = (module, outer)
        return f"{name}.{rest}" if rest else name


def _bound(value: Any) -> bool:
    """Whether a function belongs to an object."""
    owner = getattr(value, "__self__", None)
    return inspect.ismethod(value) or (inspect.isbuiltin(value) and owner is not None and not inspect.ismodule(owner))


def _bracketed(opening: str, items: list[str], closing: str, indent: int) -> str:
    """Write items in a line, or, where they are too long for one, each in its own."""
    line = f"{opening}{', '.join(items)}{closing}"
    if indent + len(line) <= WIDTH and "\n" not in line:
        return line
    inner = " " * (indent + 4)
    body = "".join(f"{inner}{item},\n" for item in items)
    return f"{opening}\n{body}{' ' * indent}{closing.removeprefix(',')}"


def _home(named: Any) -> tuple[str, str]:
    """The shortest module that has a class or function under its name, private ones last."""
    module, attribute = getattr(named, "__module__", None), getattr(named, "__qualname__", "")
    if not module or "<" in attribute:
        raise ValueError(f"{named!r} has no name that code could import")
    parts = module.split(".")
    prefixes = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
    for prefix in sorted(prefixes, key=lambda each: (any(part.startswith("_") for part in each.split(".")), len(each))):
        value = import_module(prefix) if prefix in sys.modules else None
        for part in attribute.split("."):
            value = getattr(value, part, None)
        if value is named:
            return prefix, attribute
    raise ValueError(f"{attribute!r} cannot be imported from {module!r}: define it in a module")


def _same(value: Any, default: Any) -> bool:
    """Whether an argument is what it would be anyway."""
    if value is default:
        return True
    if type(value) is not type(default):
        return False
    if isinstance(value, float) and value != value:
        return default != default
    return isinstance(value, bool | int | float | str | tuple | list | dict) and bool(value == default)
