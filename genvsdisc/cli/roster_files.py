"""Models that a Python file defines, such as ``roster.py:MODELS``; what is wrong is told with the file and the line."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from inspect import isclass, isroutine, signature
from pathlib import Path
from types import ModuleType
from typing import Any

from genvsdisc.models import Model, as_models

OBJECTS = "a list of classifiers or Model, a dict name -> classifier, or a function of the table X that gives one"


def models_of_file(path: str, name: str, X: Any) -> list[Model]:
    """Run a Python file, and take the models that it gives by this name.

    Parameters
    ----------
    path : str
        The file. Modules beside it can be imported by it.
    name : str
        What it calls its models: a list of `Model` and classifiers, a dict name -> classifier, one of them, or a
        function of X that gives any of these.
    X : DataFrame
        The table, for a function.

    Returns
    -------
    models : list of Model

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no Python, raises something, or gives no models by that name. The message has file and line.
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"no such file: {path!r}")
    module, tree = _run(file)
    line = _lines(tree)
    if not hasattr(module, name):
        listed = [each for each in line if not each.startswith("_")]
        hint = " or ".join(get_close_matches(name, listed)) or ", ".join(listed[:10])
        raise ValueError(f"{path} defines no {name!r}" + (f"; did you mean {hint}?" if hint else ""))
    value, where = getattr(module, name), f"{path}, line {line.get(name, 1)}"
    if isroutine(value) and not hasattr(value, "fit"):
        value = _of_function(value, X, file, where)
    return _models(value, name, where, path, _elements(tree, name))


def _run(file: Path) -> tuple[ModuleType, ast.Module]:
    """Run the file as a module of its own name, its folder in the path as for a script."""
    try:
        source = file.read_bytes()
        tree = ast.parse(source, filename=str(file))
    except SyntaxError as error:
        shown = f": {error.text.strip()!r}" if error.text else ""
        raise ValueError(f"{file}, line {error.lineno or 1}: {error.msg}{shown}") from None
    except ValueError as error:  # null bytes
        raise ValueError(f"{file} is no Python file: {error}") from None
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = spec_from_file_location(_module_name(file), file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{str(file)!r} is no Python file: its name must end in .py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        exec(compile(tree, str(file), "exec"), vars(module))
    except (Exception, SystemExit) as error:  # the file is anyone's
        del sys.modules[spec.name]
        raise ValueError(_told(error, file)) from error
    _by_value(module)
    return module, tree


def _module_name(file: Path) -> str:
    """Name of the file, unless that of another module: whoever imports that one must not get this."""
    name = file.stem
    loaded = sys.modules.get(name)
    origin = getattr(loaded, "__file__", None) if loaded else getattr(_spec(name), "origin", None)
    same = origin is not None and Path(origin).resolve() == file.resolve()
    return name if same or (loaded is None and origin is None and name.isidentifier()) else f"roster_{name}"


def _spec(name: str) -> Any:
    try:
        return find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):
        return None


def _by_value(module: ModuleType) -> None:
    """Send classes of this module to other processes whole: those have not run the file."""
    from genvsdisc.study.fits.predictions import cloudpickle

    cloudpickle.register_pickle_by_value(module)


def _of_function(function: Any, X: Any, file: Path, where: str) -> Any:
    try:
        takes = len(signature(function).parameters)
    except (ValueError, TypeError):
        takes = 1
    try:
        return function(X) if takes else function()
    except (Exception, SystemExit) as error:  # the function is anyone's
        raise ValueError(_told(error, file, where)) from error


def _told(error: BaseException, file: Path, where: str = "") -> str:
    """Say what was raised, at the last line of the file that took part."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    place = f"{file}, line {line}" if line else where or str(file)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return f"{place}: {what}" + (f"; pip install {missing.partition('.')[0]}, where it is a package" if missing else "")


def _models(value: Any, name: str, where: str, path: str, lines: list[int]) -> list[Model]:
    """Check the models one by one, so that a fault is told at its own line."""
    parts: list[Any]
    if isinstance(value, Mapping):
        parts = [{key: estimator} for key, estimator in value.items()]
    elif isinstance(value, list | tuple):
        parts = [[each] for each in value]
    elif isinstance(value, Model) or (hasattr(value, "fit") and not isclass(value)):
        parts = [[value]]
    else:
        raise ValueError(f"{where}: {name} must be {OBJECTS}; got {_short(value)}")
    if not parts:
        raise ValueError(f"{where}: {name} is empty; it must be {OBJECTS}")
    for place, part in enumerate(parts):
        try:
            as_models(part)
        except (ValueError, TypeError) as error:
            at = f"{path}, line {lines[place]}" if len(lines) == len(parts) else where
            raise ValueError(f"{at}: {name}: {error}") from error
    try:
        return as_models(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {name}: {error}") from error


def _lines(tree: ast.Module) -> dict[str, int]:
    """Line at which each name of the file is last defined."""
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            lines[node.name] = node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            lines.update({target.id: node.lineno for target in targets if isinstance(target, ast.Name)})
    return lines


def _elements(tree: ast.Module, name: str) -> list[int]:
    """Lines of the elements of a list or dict that is written out; empty for any other value."""
    lines: list[int] = []
    for node in tree.body:
        if not isinstance(node, ast.Assign) or name not in [getattr(target, "id", None) for target in node.targets]:
            continue
        value = node.value
        lines = [each.lineno for each in getattr(value, "values", getattr(value, "elts", []))]
    return lines


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
