"""What a lesson is: a claim, an experiment that is run over seeds, and a finding that only the numbers decide."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.report.numbers import plain, with_error

Tables = dict[str, pd.DataFrame]
"""Tidy tables by name: "results" is judged and shown, others are only drawn. All have a column `seed`."""

Word = Literal["holds", "mostly holds", "does not hold", "undecided at this size", "depends"]
LEVEL = 0.95
SHARE_THAT_MATTERS = 0.005
"""Difference of two shares of rows below which nobody would care: half a point."""
RATIO_THAT_MATTERS = 0.02
"""Difference of two other numbers below which nobody would care, as a part of the larger."""
_MOST = 2 / 3


@dataclass(frozen=True)
class Part:
    """One thing that a claim says, with what was measured of it.

    Parameters
    ----------
    says : str
        The thing, as a statement.
    margins : ndarray of shape (n_seeds,)
        By how much it is true on each seed; negative where it is false.
    numbers : str
        What was measured, in words that hold the numbers.
    matters : float, default=0.0
        The least mean margin with which the statement is worth making.
    level : float, default=0.95
        Confidence of the interval; `Finding` raises it where a claim has several parts.
    """

    says: str
    margins: NDArray
    numbers: str
    matters: float = 0.0
    level: float = LEVEL

    @property
    def verdict(self) -> Literal["yes", "no", "undecided"]:
        """Whether the mean margin is surely above 0 and large enough to matter, surely not so, or neither."""
        mean, reach = float(self.margins.mean()), self._error * stdtrit(max(len(self.margins) - 1, 1), self._upper)
        if mean - reach > 0 and mean >= self.matters:
            return "yes"
        return "no" if mean + reach <= self.matters else "undecided"

    @property
    def _upper(self) -> float:
        return (1 + self.level) / 2

    @property
    def _error(self) -> float:
        count = len(self.margins)
        return float(self.margins.std(ddof=1) / np.sqrt(count)) if count > 1 else 0.0

    @property
    def clarity(self) -> float:
        """Distance of the mean margin from 0, in standard errors."""
        return abs(float(self.margins.mean())) / self._error if self._error > 0 else np.inf


@dataclass(frozen=True)
class Finding:
    """What the numbers say of a claim, part by part.

    Parameters
    ----------
    parts : tuple of Part
        The intervals of all share one error of 5 % (Holm 1979): the clearest part is judged at the highest level.
    depends_on : str, default=""
        What decides which parts are true, where the experiment has more than one setting of it.
    reason : str, default=""
        Why it came out so, in a sentence.
    """

    parts: tuple[Part, ...]
    depends_on: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        count = len(self.parts)
        order = sorted(range(count), key=lambda i: -self.parts[i].clarity)
        levels = {i: 1 - (1 - LEVEL) / (count - rank) for rank, i in enumerate(order)}
        object.__setattr__(self, "parts", tuple(replace(part, level=levels[i]) for i, part in enumerate(self.parts)))

    @property
    def word(self) -> Word:
        """One of five words.

        *holds*: every part is true; *does not hold*: none is, and some are false; *undecided at this size*: none is
        false, and too few are surely true; *depends*: some are true and some false, and it is named on what; *mostly
        holds*: two thirds are true.
        """
        verdicts = [part.verdict for part in self.parts]
        true, false = verdicts.count("yes"), verdicts.count("no")
        if true == len(verdicts):
            return "holds"
        if not true:
            return "does not hold" if false else "undecided at this size"
        if false and self.depends_on:
            return "depends"
        if true >= _MOST * len(verdicts):
            return "mostly holds"
        return "undecided at this size" if not false else "does not hold"

    @property
    def headline(self) -> str:
        """The word, with what it depends on."""
        return f"depends on {self.depends_on}" if self.word == "depends" else self.word

    @property
    def sentence(self) -> str:
        """Every part with its verdict and its numbers."""
        return " ".join(f"{part.says}: {part.verdict} ({part.numbers})." for part in self.parts)


@dataclass(frozen=True)
class Measure:
    """A column of results that the page shows: its heading, and whether it is a share of rows, written in percent."""

    column: str
    heading: str
    share: bool = False


class Picture(Protocol):
    """Draws one panel from the tables, and says in words what is on it."""

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        ...

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        ...

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        ...


@dataclass(frozen=True)
class Lesson:
    """A claim of the course notes and the experiment that tests it.

    Parameters
    ----------
    name : str
        What it is called on the command line.
    title, claim, source, experiment : str
        A few words; what is said; who says it; what is done, in a sentence or two.
    run : callable
        Seed -> tables. The same seed gives the same tables.
    judge : callable
        Tables of all seeds -> finding.
    by : dict
        Columns of "results" that tell its rows apart, with their headings.
    measures : tuple of Measure
        Columns of "results" that were measured.
    pictures : tuple of Picture
        Panels.
    formula : str
        MathML of what the claim is about, or "".
    code : str
        A few lines that reproduce the heart of it, or "".
    try_this : str
        What a reader may change, and look at.
    n_seeds : int
        Seeds 0 to n_seeds - 1 are run; 1 where nothing is random.
    """

    name: str
    title: str
    claim: str
    source: str
    experiment: str
    run: Callable[[int], Tables]
    judge: Callable[[Tables], Finding]
    by: dict[str, str]
    measures: tuple[Measure, ...]
    pictures: tuple[Picture, ...]
    formula: str = ""
    code: str = ""
    try_this: str = ""
    n_seeds: int = 5

    def measure(self, n_seeds: int | None = None) -> Tables:
        """Run the experiment on every seed, one below the other.

        Parameters
        ----------
        n_seeds : int, default=None
            How many; None for as many as the lesson asks for.

        Returns
        -------
        tables : dict of DataFrames
        """
        with warnings.catch_warnings():
            # Descents are stopped early, or made to diverge, on purpose.
            warnings.simplefilter("ignore", ConvergenceWarning)
            runs = [self.run(seed) for seed in range(self.n_seeds if n_seeds is None else n_seeds)]
        return {
            name: pd.concat([each[name].assign(seed=seed) for seed, each in enumerate(runs)], ignore_index=True)
            for name in runs[0]
        }


def per_seed(table: pd.DataFrame, value: str, **where: Any) -> NDArray:
    """Take a measured column where other columns have given values: one number a seed.

    Parameters
    ----------
    table : DataFrame
        With a column `seed`.
    value : str
        The column.
    **where
        Values of other columns that choose exactly one row a seed.

    Returns
    -------
    values : ndarray of shape (n_seeds,)

    Examples
    --------
    >>> table = pd.DataFrame({"model": ["a", "b"], "error": [0.1, 0.2], "seed": 0})
    >>> per_seed(table, "error", model="b")
    array([0.2])
    """
    rows = table
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    if len(rows) != table["seed"].nunique():
        raise ValueError(f"{where} must choose one row a seed, got {len(rows)} rows")
    return rows.sort_values("seed")[value].to_numpy(dtype=float)


def spread(values: ArrayLike, *, share: bool = False) -> str:
    """Write the mean of numbers and their standard deviation: '20.3 ± 0.4%'.

    Examples
    --------
    >>> spread([0.2, 0.3], share=True), spread([0.5])
    ('25.0 ± 7.1%', '0.5')
    """
    values = np.asarray(values, dtype=float)
    deviation = values.std(ddof=1) if len(values) > 1 else 0.0
    size = abs(values.mean())
    if deviation < 1e-12 * size:
        deviation = 0.0  # rounding
    # Beyond five decimals, or thousands, powers of ten say more.
    if not share and (0 < size < 1e-3 or size >= 1e5):
        shown = [values.mean(), *([deviation] if deviation else [])]
        return " ± ".join(f"{value:.1e}".replace("-", "−") for value in shown)
    if deviation == 0:
        return f"{plain(100 * float(values.mean()))}%" if share else plain(float(values.mean()), 4)
    return with_error("zero_one" if share else "", float(values.mean()), float(deviation))


def less(says: str, small: ArrayLike, large: ArrayLike, *, share: bool = False) -> Part:
    """Make the part that says that one measured number is below another on the same seed."""
    small, large = np.asarray(small, float), np.asarray(large, float)
    numbers = f"{spread(small, share=share)} against {spread(large, share=share)}"
    return Part(says, large - small, numbers, _matters(small, large, share=share))


def _matters(one: NDArray, other: NDArray, *, share: bool) -> float:
    """Difference of two measured numbers that is worth telling."""
    return SHARE_THAT_MATTERS if share else RATIO_THAT_MATTERS * float(max(abs(one.mean()), abs(other.mean())))


def below(says: str, values: ArrayLike, bound: float, *, share: bool = False) -> Part:
    """Make the part that says that a measured number is below a bound."""
    values = np.asarray(values, float)
    limit = (f"{100 * bound:g}%" if share else f"{bound:g}").replace("-", "−")
    return Part(says, bound - values, f"{spread(values, share=share)}, bound {limit}")


def above(says: str, values: ArrayLike, bound: float, *, share: bool = False) -> Part:
    """Make the part that says that a measured number is above a bound."""
    part = below(says, values, bound, share=share)
    return replace(part, margins=-part.margins)


def tidy(rows: Sequence[tuple[Any, ...]], columns: str) -> pd.DataFrame:
    """Make a tidy table of tuples and column names between blanks."""
    return pd.DataFrame(rows, columns=columns.split())


def more(says: str, large: ArrayLike, small: ArrayLike, *, share: bool = False) -> Part:
    """Make the part that says that one measured number is above another on the same seed."""
    large, small = np.asarray(large, float), np.asarray(small, float)
    numbers = f"{spread(large, share=share)} against {spread(small, share=share)}"
    return Part(says, large - small, numbers, _matters(small, large, share=share))
