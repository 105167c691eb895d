"""Classifiers by import path, such as ``sklearn.svm.SVC(probability=True)``: read as literals and calls, never run.

What may be called are classes with scikit-learn's ``get_params``, and whatever scikit-learn and this package define.
Everything else, ``os.system`` to begin with, is refused before it is called.
"""

from __future__ import annotations

import ast
import sys
from difflib import get_close_matches
from importlib import import_module
from inspect import isclass, signature
from pathlib import Path
from typing import Any

from genvsdisc.known_estimators import KNOWN

TRUSTED = ("sklearn", "genvsdisc")
"""Packages of which functions, and classes without parameters to get, may be called too."""


def estimator_of(text: str) -> Any:
    """Make the classifier that an import path with arguments stands for.

    Parameters
    ----------
    text : str
        ``package.module.Class`` or ``package.module.Class(argument, name=value)``; values are literals, lists, tuples,
        dicts, other import paths, or calls of these.

    Returns
    -------
    estimator : object
        A class without parentheses is called without arguments.

    Raises
    ------
    ValueError
        If it is no such expression, or what it names is not there, may not be called, or does not take the arguments.

    Examples
    --------
    >>> estimator_of("sklearn.svm.SVC(C=10, kernel='poly')")
    SVC(C=10, kernel='poly')
    >>> estimator_of("sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), sklearn.svm.SVC)").steps[1]
    ('svc', SVC())
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        place = f", at its character {error.offset}" if isinstance(error, SyntaxError) else ""
        raise ValueError(f"--models {text!r} cannot be read{place}: write package.module.Class(name=value)") from None
    _check_here(text)
    return _value(tree, text)


def suggestion(word: str) -> str:
    """Full import path of a class of scikit-learn, XGBoost, ... that is named without its module; "" for any other."""
    name = word.partition("(")[0].strip()
    known = {kind: package for package, kind in KNOWN}
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    if not close:
        return ""
    if known[close[0]] != "sklearn":
        return f"{known[close[0]]}.{close[0]}"
    from sklearn.utils import all_estimators

    modules = {kind: estimator.__module__ for kind, estimator in all_estimators("classifier")}
    public = [part for part in modules.get(close[0], "").split(".") if not part.startswith("_")]
    return ".".join([*public, close[0]])


def _check_here(text: str) -> None:
    """Let modules of the current folder be found, as `python -m` does."""
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    if "\0" in text:
        raise ValueError(f"--models {text!r} holds a null character")


def _value(node: ast.expr, text: str) -> Any:
    """What one part of the expression stands for."""
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float() as number)):
            return -number if isinstance(node.op, ast.USub) else number
        case ast.List(elts=parts):
            return [_value(part, text) for part in parts]
        case ast.Tuple(elts=parts):
            return tuple(_value(part, text) for part in parts)
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_value(key, text): _value(value, text) for key, value in zip(keys, values, strict=True) if key}
        case ast.Call(func=function):
            return _called(node, _found(_dotted(function, text), text), text)
        case ast.Name() | ast.Attribute():
            named = _found(_dotted(node, text), text)
            return _made(named, (), {}, text, _dotted(node, text)) if isclass(named) else named
    written = ast.get_source_segment(text.strip(), node) or text
    raise ValueError(f"--models {text!r}: {written!r} is neither a literal nor an import path; nothing else is read")


def _called(node: ast.Call, function: Any, text: str) -> Any:
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        raise ValueError(f"--models {text!r}: * and ** cannot be read; write the arguments out")
    twice = [each.arg for k, each in enumerate(node.keywords) if each.arg in {one.arg for one in node.keywords[:k]}]
    if twice:
        raise ValueError(f"--models {text!r}: {twice[0]} is given twice; write it once")
    positional = tuple(_value(each, text) for each in node.args)
    named = {str(each.arg): _value(each.value, text) for each in node.keywords}
    return _made(function, positional, named, text, _dotted(node.func, text))


def _made(function: Any, positional: tuple[Any, ...], named: dict[str, Any], text: str, path: str) -> Any:
    package = str(getattr(function, "__module__", "")).partition(".")[0]
    if not (package in TRUSTED and callable(function)) and not (isclass(function) and hasattr(function, "get_params")):
        raise ValueError(
            f"--models {text!r}: {path} is no estimator, and is not called; put what makes the model into a file, and "
            "give FILE.py:NAME"
        )
    try:
        return function(*positional, **named)
    except Exception as error:  # the class is anyone's
        raise ValueError(f"--models {text!r}: {_told(error, function, named)}") from error


def _told(error: Exception, function: Any, named: dict[str, Any]) -> str:
    """Message of a call that failed, with the parameter that an unknown one is closest to."""
    message = f"{type(error).__name__}: {error}"
    try:
        known = list(signature(function).parameters)
    except (ValueError, TypeError):
        return message
    unknown = [name for name in named if name not in known]
    close = get_close_matches(unknown[0], known) if unknown and isinstance(error, TypeError) else []
    return f"{message}; did you mean {' or '.join(close)}?" if close else message


def _dotted(node: ast.expr, text: str) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=before, attr=name):
            return f"{_dotted(before, text)}.{name}"
    written = ast.get_source_segment(text.strip(), node) or text
    raise ValueError(f"--models {text!r}: {written!r} is no import path")


def _found(path: str, text: str) -> Any:
    """Import the longest part of a dotted path that is a module, and look up the rest."""
    parts = path.split(".")
    if len(parts) == 1:
        near = suggestion(path)
        hint = f"did you mean {near}?" if near else "write package.module.Class, or FILE.py:NAME"
        raise ValueError(f"no model is named {path!r}; {hint}")
    module, rest = _module(parts, text)
    for name in rest:
        if not hasattr(module, name):
            close = get_close_matches(name, [each for each in dir(module) if not each.startswith("_")])
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise ValueError(f"--models {text!r}: {getattr(module, '__name__', module)} has no {name!r}{hint}")
        module = getattr(module, name)
    return module


def _module(parts: list[str], text: str) -> tuple[Any, list[str]]:
    for stop in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:stop])
        try:
            return import_module(name), parts[stop:]
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise ValueError(f"--models {text!r}: importing {name} fails: {error}") from error
        except Exception as error:  # the module is anyone's
            raise ValueError(f"--models {text!r}: importing {name} fails: {type(error).__name__}: {error}") from error
    remedy = f"pip install {parts[0]}, or check the spelling"
    raise ValueError(f"--models {text!r}: no package is named {parts[0]!r}; {remedy}")
