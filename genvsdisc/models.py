"""The default roster: every form of decision function, fitted both ways where both families have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FAMILIES = ("generative", "discriminative", "baseline", "other")


@dataclass(frozen=True)
class Model:
    """A classifier with its place in the comparison.

    Parameters
    ----------
    name : str
        Name in every table; unique in a comparison.
    estimator : scikit-learn classifier
        Anything with ``fit`` and ``predict_proba``.
    family : {"generative", "discriminative", "baseline"} or None, default=None
        None is read off the estimator where it is one of ours, else "other".
    form : str or None, default=None
        Form of the log-odds ("linear", "quadratic", "additive"); models of different families with one form are a
        pair.
    """

    name: str
    estimator: Any
    family: str | None = None
    form: str | None = None
