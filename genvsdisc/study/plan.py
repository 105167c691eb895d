"""What a comparison does within its budget: decided before the first fit, from sizes alone, and kept with the result.

The same table, models, seed and budget give the same plan on every machine: what fits of this package's classifiers
cost comes from a formula (`genvsdisc.study.costs`). Classifiers of others are timed once; the plan that was made of it
is stored, and given back to `compare` it is repeated as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, get_type_hints

import numpy as np

from genvsdisc.study.kinds import Record, check_kind

FEWEST_DRAWS = 10
"""Draws below which no standard error is given."""
MOST_REPEATS = 10
LARGE = 50_000
"""Rows from which one part is held out once: its error is that of thousands of paired rows, and folds add nothing."""
MOST_TEST, MOST_TRAIN, MOST_SUBTABLE = 100_000, 200_000, 40_000
"""Rows held out at most; rows that a fit is scored with; rows that learning curves and bootstrap samples come from."""
RESAMPLED_STAGES = ("learning curve", "bias and variance", "label noise")
DIAL_STAGES = ("hybrid dial", "hybrid dial on squares")
"""The dials between the likelihoods: log-odds linear in the columns, and in their squares too."""
CONDITION_STAGES = ("gaps at prediction", "unlabeled rows", "classes left out")
"""Stages with ten draws and no more, after all others have theirs."""


class PlanError(ValueError):
    """A stored plan that is none, or was made for another table or other models."""


@dataclass
class ModelPlan:
    """What is done to one model.

    Folds fitted in the first round, rows that they train on at most, rows of the fit to all rows, draws of each stage;
    whether its descent is followed, folds in which each dial between the likelihoods is turned, whether rows are drawn
    from it; predicted seconds; what was measured, for a classifier of others; and why it is left out, if it is.
    """

    folds: int = 0
    rows: int = 0
    fit_rows: int = 0
    draws: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    searched: bool = False
    dials: dict[str, int] = field(default_factory=dict)
    drawn_from: bool = False
    timed: float | None = None
    left_out: str = ""


@dataclass
class Plan:
    """Everything that is fitted, and what it is expected to take.

    Attributes
    ----------
    budget : float or None
        Seconds asked for; None where a design was given, which is then done as it stands.
    design : dict
        As `Design.as_dict`.
    n_rows, n_classes : int
        Of the table that it was made for.
    held_out_once : bool
    subtable : int
        Rows that learning curves, bias and variance and label noise are drawn from.
    models : dict of name to ModelPlan
    capacity, seconds : float
        Processor seconds that may go, and are expected to go, into fits.
    second_round : dict of name to int
        Folds after the second round, once that is decided.
    notes : list of str
        What was thinned or left out, at what price, and what a larger budget would buy.
    condition_notes : list of str
        The same of the dials that the answer does not rest on: gaps, rows without a label, classes left out. They are
        told beside the map of conditions and nowhere else, but for rows without a label that were given.
    imputed : bool
        Whether rows with gaps are completed by an iterative imputer too.
    n_encoded : int
        Columns of the table as numbers.
    n_indicators : int
        How many more these are than the columns of the table: indicators of words.
    n_unlabeled : int
        Rows without a label that generative models may learn from too.
    """

    budget: float | None
    design: dict[str, Any]
    n_rows: int
    n_classes: int
    held_out_once: bool
    subtable: int
    models: dict[str, ModelPlan]
    capacity: float | None = None
    seconds: float = 0.0
    second_round: dict[str, int] | None = None
    notes: list[str] = field(default_factory=list)
    condition_notes: list[str] = field(default_factory=list)
    imputed: bool = True
    n_encoded: int = 1
    n_indicators: int = 0
    n_unlabeled: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the record."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], *, n_rows: int, n_classes: int, names: Sequence[str]) -> Plan:
        """Take a stored plan for the table and the models at hand.

        Raises
        ------
        PlanError
            If it is not what `as_dict` writes, or was made for another table or other models.
        """
        try:
            check_kind(stored, PLAN, "plan")
            _check_counts(stored, "plan")
            models = {name: _model_plan(values) for name, values in stored["models"].items()}
            plan = cls(**{**stored, "models": models})
            check_budget(plan.budget)
        except (TypeError, KeyError, ValueError) as error:
            raise PlanError(f"plan must be the 'plan' in the facts of a former comparison ({error})") from error
        if (plan.n_rows, plan.n_classes) != (n_rows, n_classes):
            raise PlanError(
                f"the plan was made for {plan.n_rows} rows of {plan.n_classes} classes, the table has {n_rows} of "
                f"{n_classes}; leave the plan out to make a new one"
            )
        if list(models) != list(names):
            raise PlanError(f"the plan was made for the models {', '.join(models)}; got {', '.join(names)}")
        return plan


DESIGN = Record(
    {
        "n_splits": int,
        "n_repeats": int,
        "train_sizes": str | list[int],
        "n_draws": int,
        "test_size": float,
        "losses": list[str],
        "rope": float,
        "scorers": list[str],
    }
)
"""A design as it is kept."""
PLAN = Record(get_type_hints(Plan) | {"design": DESIGN})
"""A plan as it is kept."""


def _check_counts(value: Any, where: str) -> None:
    """Refuse what holds a number below 0, at any depth: all numbers of a plan count rows, fits or seconds."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            _check_counts(each, f"{where}.{name if name.isidentifier() else repr(name)}")
    elif isinstance(value, list):
        for i, each in enumerate(value):
            _check_counts(each, f"{where}[{i}]")
    elif isinstance(value, int | float) and value < 0:
        raise ValueError(f"{where} must not be below 0, got {value!r}")


def _model_plan(values: Mapping[str, Any]) -> ModelPlan:
    """Read a model's plan; one of an earlier record turned both dials in as many folds."""
    kept = {name: value for name, value in values.items() if name != "dialed"}
    if values.get("dialed"):
        kept["dials"] = dict.fromkeys(DIAL_STAGES, values["dialed"])
    return ModelPlan(**kept)


def check_budget(budget: Any) -> None:
    """Refuse what is no number of seconds."""
    number = isinstance(budget, int | float | np.number) and not isinstance(budget, bool)
    if budget is not None and not (number and 0 < budget < np.inf):
        raise ValueError(f"budget must be a number of seconds above 0, got {budget!r}")


def processor_seconds(seconds: float) -> str:
    """Return a price in words."""
    return f"{seconds:,.0f} processor seconds" if seconds >= 2 else f"{seconds:.1f} processor seconds"
