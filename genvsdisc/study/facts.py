"""Facts of a comparison beside its tables, for `meta`: what it was made with, and what weights and costs say."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import scipy
import sklearn

import genvsdisc
from genvsdisc.models import Model
from genvsdisc.study.decision_costs import least_mistake
from genvsdisc.study.statistics.expected_costs import constant_costs
from genvsdisc.study.statistics.scores import rare_classes
from genvsdisc.study.table import PreparedTable
from genvsdisc.study.weights import effective_rows

_MOST_LETTERS = 200  # of a parameter


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that compute."""
    libraries = {module.__name__: module.__version__ for module in (np, scipy, sklearn, pd)}
    return {"genvsdisc": genvsdisc.__version__, "python": platform.python_version(), **libraries}


def parameters_given(model: Model) -> dict[str, str]:
    """Class and parameters of a model's classifier as text, nested ones too; without those that are None."""
    named = {"class": _parameter(type(model.estimator))}
    try:
        given = model.estimator.get_params(deep=True)
        return named | {str(name): _parameter(given[name]) for name in sorted(given) if given[name] is not None}
    except Exception as error:  # whatever a classifier of others raises while it is taken apart
        return named | {"parameters": f"{type(error).__name__}: {' '.join(str(error).split())}"}


def _parameter(value: Any) -> str:
    """A value as text that is the same in every process; of what has parameters of its own, the class."""
    named = type(value) if hasattr(value, "get_params") and not isinstance(value, type) else value
    if hasattr(named, "__qualname__"):
        return f"{getattr(named, '__module__', '')}.{named.__qualname__}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(repr(named).split()))[:_MOST_LETTERS]


def versions_of_models(models: Iterable[Model]) -> dict[str, str]:
    """Versions of the packages of others that models are of."""
    packages = sorted({type(model.estimator).__module__.partition(".")[0] for model in models})
    by_package = {name: getattr(sys.modules.get(name), "__version__", None) for name in packages}
    return {name: version for name, version in by_package.items() if isinstance(version, str)}


def value_hashes(table: PreparedTable) -> dict[str, Any]:
    """Hashes of labels, columns and weights as they were read, the same for equal numbers of any type.

    By them `genvsdisc.practice.difference` knows whether rows are the same.
    """
    columns = {str(name): _value_hash(column) for name, column in pd.DataFrame(table.X).items()}
    weights = {} if table.weights is None else {"weights": _value_hash(pd.Series(table.weights))}
    return {"labels": _value_hash(pd.Series(table.y).astype(str)), "columns": columns} | weights


def _value_hash(values: pd.Series) -> str:
    values = values.infer_objects()
    if values.dtype.kind in "biuf":
        hashed = pd.util.hash_array(values.to_numpy(dtype=float)).tobytes()
    else:
        hashed = pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes()
    return sha256(hashed).hexdigest()[:8]


def facts_of_options(table: PreparedTable, rope: float) -> dict[str, Any]:
    """Facts of weights, rare classes, a test set, rows without a label and costs, where there are any.

    `rope` is a share of the least mistake.
    """
    facts: dict[str, Any] = {}
    if table.weights is not None:
        facts["weights"] = {"sum": float(table.weights.sum()), "effective_rows": effective_rows(table.weights)}
    rare = rare_classes(table)
    if rare:
        facts["rare_classes"] = {str(label): share for label, share in rare.items()}
    if table.test is not None:
        facts["test_rows"] = len(table.test)
    if table.unlabeled is not None:
        facts["unlabeled_rows"] = len(table.unlabeled)
    if table.costs is not None:
        labels = [str(label) for label in table.classes]
        rope = rope * least_mistake(table.costs)
        constant = constant_costs(table.costs, table.codes, table.weights).tolist()
        facts["costs"] = {"classes": labels, "matrix": table.costs.tolist(), "rope": rope, "constant": constant}
    return facts
