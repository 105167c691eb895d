"""Facts of a comparison beside its tables, for `meta`: what it was made with, and what weights and costs say."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
import pandas as pd
import scipy
import sklearn

import genvsdisc
from genvsdisc.study.decision_costs import least_mistake
from genvsdisc.study.statistics.expected_costs import constant_costs
from genvsdisc.study.statistics.scores import rare_classes
from genvsdisc.study.table import PreparedTable
from genvsdisc.study.weights import effective_rows


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that compute."""
    libraries = {module.__name__: module.__version__ for module in (np, scipy, sklearn, pd)}
    return {"genvsdisc": genvsdisc.__version__, "python": platform.python_version(), **libraries}


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
