"""What a failure says: the error with the names of the user's columns, and what is missing because of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from genvsdisc.study.evidence import Failure, Predictions
from genvsdisc.study.statistics.parameters import seen_columns

MEANINGS = {
    "cross-validation": "Nothing of this model can be compared; the other models are unaffected.",
    "fit to all rows": "Its parameters are not shown; its scores, which come from the folds, are.",
    "test set": "Its loss on the test set is missing; its cross-validated scores are there.",
    "learning curve at ": "Its learning curve lacks this size; with the largest, other class shares are missing too.",
    "learning curve": "Its learning curve is missing, and with it the crossing of its pair and other class shares.",
    "tables of the law": "What its bias and variance are at the size of the folds is extrapolated.",
    "bias and variance": "Its loss is not split into bias and variance.",
    "label noise": "Its loss under noisy labels is missing.",
    "gaps at prediction": "Its loss where entries are missing at prediction is missing.",
    "class shares": "Its loss under other class shares is missing.",
    "unlabeled rows beside ": "What it learns from rows without a label is missing beside so few with one.",
    "unlabeled rows": "What it learns from rows without a label is missing.",
    "classes left out": "Whether it tells rows unlike any class is missing.",
    "descent paths": "The search over penalties and the loss traces are not shown.",
    "hybrid dial": "Loss between the generative and the discriminative fit is not shown, or not for this form.",
    "rows of the model": "Rows drawn from this model are not compared with the real ones.",
    "decision planes": "The pictures in two columns are not drawn, or not for this model.",
    "verdict": "The verdict is not written; the tables that it would have summed up are all there.",
}
"""Stage or table -> what its absence means."""
_NUMBERED = re.compile(r"\bfeature (\d+)\b|\bcolumn (\d+) of X\b")
_CODED = re.compile(r"\bclass (\d+)\b")


def reason(error: BaseException, columns: Sequence[Any] = (), classes: Sequence[Any] = ()) -> str:
    """Return the error, or the warning, as one line in which columns and classes have the user's names.

    Parameters
    ----------
    error : exception
    columns : sequence, default=()
        Names of the columns that the classifier saw; "feature 2" becomes the third of them.
    classes : sequence, default=()
        Labels, where the classifier saw their codes: "class 2" becomes the third of them.
    """

    def column(match: re.Match) -> str:
        place = int(match[1] or match[2])
        return f"column {str(columns[place])!r}" if place < len(columns) else match[0]

    def label(match: re.Match) -> str:
        code = int(match[1])
        return f"class {classes[code]!r}" if code < len(classes) else match[0]

    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if any(line.startswith("Traceback (") for line in lines):  # of the fits of a search: how many, and why the last did
        lines = [lines[0], lines[-1]]
    message = _NUMBERED.sub(column, " ".join(" ".join(lines).split()))
    return f"{type(error).__name__}: {_CODED.sub(label, message)}"


def columns_seen(estimator: Any, columns: Sequence[Any]) -> Sequence[Any]:
    """Return the names of the columns that the classifier of a pipeline sees, as far as its steps can tell."""
    try:
        return list(seen_columns(estimator, list(columns)))
    except Exception:  # a step of somebody else that cannot name its columns before it is fitted: numbers stay
        return ()


def meaning(stage: str) -> str:
    """Return what is missing from the page because `stage` failed."""
    known = next((text for name, text in MEANINGS.items() if stage.startswith(name)), None)
    return known or f"The part {stage!r} is missing; everything else is computed without it."


def isolated(name: str, compute: Callable[[], Any], failures: list[Failure], default: Any = None) -> Any:
    """Return ``compute()``, or `default` and a row in `failures` if it raises."""
    try:
        return compute()
    except Exception as error:
        failures.append(Failure("", name, reason(error), meaning(name)))
        return default


def failure_table(evidence: Sequence[Predictions], failures: Sequence[Failure]) -> pd.DataFrame:
    """Tabulate what failed: the table `failures`, stages of models first, then parts of the page (model "")."""
    rows = [(e.model.name, stage, why, meaning(stage)) for e in evidence for stage, why in e.failures.items()]
    rows += [(f.model, f.stage, f.error, f.meaning) for f in failures]
    return pd.DataFrame(rows, columns=["model", "stage", "error", "meaning"])
