"""What fits of this package's classifiers cost: processor seconds from sizes alone, the same on every machine.

The cost of a batch of fits is a sum of powers of its sizes, ``sum_t c_t f_t``, with coefficients ``c_t >= 0``. They
were fitted by ``benchmarks/costs.py`` (non-negative least squares on relative errors) to the processor time of
`refit_probabilities` on random synthetic tables: 60 to 20,000 rows, 2 to 80 columns (800 for logistic regression), 2 to
20 classes. With gaps: 60 to 5,000 rows, 3 to 100 columns, of which some are indicators of levels and a tenth to all
have gaps, 2 to 12 classes; timed on a busy machine, and scaled by what complete fits took beside them, as was the
weighted naive Bayes. Gaussians and naive Bayes of fewer rows than columns: 24 to 400 rows, 128 to 8,000 columns. No
real table was among them. All belong to one machine; on another the plan is the same, and the clock differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sklearn.model_selection._search import BaseSearchCV

from genvsdisc.generative.gaussian.wide import fits_in_span
from genvsdisc.study.cost_table import COST_COEFFICIENTS

SAFETY = 1.25
"""Plans count on this much more than the formula says: it was right within 1.6 times for nine of ten batches."""


@dataclass(frozen=True)
class BatchSizes:
    """Sizes of a batch of fits.

    Attributes
    ----------
    fits : int
        Training sets.
    rows : int
        Rows of the table that they are weightings of.
    train, test : int
        Rows with a weight, and rows predicted, in each.
    columns : int
        Columns that the classifier sees.
    classes : int
    gappy : float
        Share of the rows with a gap.
    patterns : int
        Different sets of columns that are missing together.
    holed : int
        Columns with gaps.
    depth : float
        Gaps in a row that has one, on average.
    """

    fits: int
    rows: int
    train: int
    test: int
    columns: int
    classes: int
    gappy: float = 0.0
    patterns: int = 1
    holed: int = 0
    depth: float = 0.0

    @property
    def gap_rows(self) -> float:
        """Rows with gaps that a fit learns from or judges."""
        return self.gappy * (self.train + self.test)

    @property
    def gap_cells(self) -> float:
        """Their gaps."""
        return self.gap_rows * self.depth

    @property
    def thin(self) -> float:
        """Columns for each row of a class: the more there are, the longer EM goes on."""
        return min(3.0, self.columns * self.classes / max(self.train, 1))

    @property
    def bare(self) -> float:
        """Columns for each row."""
        return min(1.0, self.columns / max(self.train, 1))

    @property
    def scarce(self) -> float:
        """Columns for each row, counted from a quarter of one on: with more rows EM is soon at rest."""
        return min(1.0, max(0.0, self.columns / max(self.train, 1) - 0.25))

    @property
    def factored(self) -> float:
        """What it takes to factor a covariance, in columns cubed.

        The coefficients are of up to 80 columns, where a step counts for more than its sums. Of Gaussians with numbers
        for their shrinkage, 72 rows and 300, 1,000 and 2,000 columns, the cube of the columns told 15, 50 and 50 times
        of what was taken: beyond 80 columns it grows with their square, and from 2,000 on with their cube again.
        """
        return max(min(self.columns, 80) * float(self.columns) ** 2, 0.04 * float(self.columns) ** 3)


COST_TERMS: dict[str, Callable[[BatchSizes], float]] = {
    "call": lambda _: 1.0,
    "fits": lambda s: s.fits,
    "fits classes": lambda s: s.fits * s.classes,
    "rows columns": lambda s: s.rows * s.columns,
    "rows columns^2": lambda s: s.rows * s.columns**2,
    "fits rows columns": lambda s: s.fits * s.rows * s.columns,
    "fits rows columns^2": lambda s: s.fits * s.rows * s.columns**2,
    "fits rows columns^2 classes": lambda s: s.fits * s.rows * s.columns**2 * s.classes,
    "fits train columns classes": lambda s: s.fits * s.train * s.columns * s.classes,
    "fits train classes": lambda s: s.fits * s.train * s.classes,
    "fits train columns^2 classes": lambda s: s.fits * s.train * s.columns**2 * s.classes,
    "fits train columns^2 classes^2": lambda s: s.fits * s.train * (s.columns * s.classes) ** 2,
    "fits columns^3": lambda s: s.fits * s.columns**3,
    "fits factored": lambda s: s.fits * s.factored,
    "fits factored classes": lambda s: s.fits * s.factored * s.classes,
    "fits columns^3 classes": lambda s: s.fits * s.columns**3 * s.classes,
    "fits (columns classes)^3": lambda s: s.fits * float(s.columns * s.classes) ** 3,
    "fits test classes": lambda s: s.fits * s.test * s.classes,
    "fits test columns classes": lambda s: s.fits * s.test * s.columns * s.classes,
    "fits test columns^2 classes": lambda s: s.fits * s.test * s.columns**2 * s.classes,
    "fits patterns": lambda s: s.fits * s.patterns,
    "fits patterns classes": lambda s: s.fits * s.patterns * s.classes,
    "fits columns^2 classes": lambda s: s.fits * s.columns**2 * s.classes,
    "fits gaps columns": lambda s: s.fits * s.gap_rows * s.columns,
    "fits gaps columns holed": lambda s: s.fits * s.gap_rows * s.columns * s.holed,
    "fits gaps columns^2": lambda s: s.fits * s.gap_rows * s.columns**2,
    "fits gaps columns^2 classes": lambda s: s.fits * s.gap_rows * s.columns**2 * s.classes,
    "fits bare": lambda s: s.fits * s.bare,
    "fits bare columns^2": lambda s: s.fits * s.bare * s.columns**2,
    "fits bare gaps columns": lambda s: s.fits * s.bare * s.gap_rows * s.columns,
    "fits thin": lambda s: s.fits * s.thin,
    "fits thin holed classes": lambda s: s.fits * s.thin * s.holed * s.classes,
    "fits thin gaps": lambda s: s.fits * s.thin * s.gap_rows,
    "fits cells columns": lambda s: s.fits * s.gap_cells * s.columns,
    "fits thin cells": lambda s: s.fits * s.thin * s.gap_cells,
    "fits thin cells columns": lambda s: s.fits * s.thin * s.gap_cells * s.columns,
    "fits bare cells columns": lambda s: s.fits * s.bare * s.gap_cells * s.columns,
    "fits thin gaps columns": lambda s: s.fits * s.thin * s.gap_rows * s.columns,
    "fits thin^2 gaps columns": lambda s: s.fits * s.thin**2 * s.gap_rows * s.columns,
    "fits train columns": lambda s: s.fits * s.train * s.columns,
    "fits train^2 columns": lambda s: s.fits * s.train**2 * s.columns,
    "fits train^2 classes": lambda s: s.fits * s.train**2 * s.classes,
    "fits train^3": lambda s: s.fits * s.train**3,
    "fits train^3 classes": lambda s: s.fits * s.train**3 * s.classes,
    "fits test train columns": lambda s: s.fits * s.test * s.train * s.columns,
    "fits test train^2 classes": lambda s: s.fits * s.test * s.train**2 * s.classes,
}
"""Power of the sizes -> its value. A kind of classifier uses those in which it was seen to cost something."""
ONE_OUTPUT = ("logistic", "network", "weighted naive Bayes")
IN_ROW_SPAN = ("logistic", "weighted naive Bayes")
"""Classifiers that fit fewer rows than columns in the span of the rows."""
FEWEST_SPANNED = 128
"""Columns from which on they do."""
ROW_SPAN = 0.6e-9
"""Processor seconds of the span for each column and squared row: median of 60 to 150 rows, 600 to 7,000 columns."""
CONTRAST = 1.5e-8
"""Those of the log density of a number in a class, of which weighted naive Bayes then takes the span."""
TIMED_WITH_GAPS = 100
"""Columns up to which fits with gaps were timed on the grid of sizes."""
BEYOND_WITH_GAPS = {"Gaussian, shared": 5e-6, "Gaussian, separate": 1.1e-5, "Gaussian, automatic": 1.25e-5}
"""Processor seconds of EM for each gap and column beyond, in full where there are 1.25 columns for each row.

A step takes about 3e-8 seconds for each gap and column (48 to 200 rows, 130 to 900 columns, a fifth to half missing),
and a fit 70 to 2,000 steps, half of them more than 250: the powers of the sizes told 40 to 70 times too little.
"""
BINARY_OUTPUTS = 1
"""Outputs that a discriminative classifier learns where there are two classes."""


def cost_kind(estimator: Any) -> str:
    """Return the kind of classifier whose coefficients apply, behind pipelines; "" for classifiers of others."""
    classifier = last_step(estimator)
    parameters = classifier.get_params(deep=False) if hasattr(classifier, "get_params") else {}
    if not type(classifier).__module__.startswith("genvsdisc."):
        return ""
    match type(classifier).__name__:
        case "PriorClassifier":
            return "prior"
        case "NaiveBayesClassifier":
            return "naive Bayes"
        case "WeightedNaiveBayesClassifier":
            return "weighted naive Bayes"
        case "GaussianClassifier" if parameters["shrinkage"] == "auto":
            return "Gaussian, automatic"
        case "GaussianClassifier":
            return f"Gaussian, {parameters['covariance']}"
        case "LogisticClassifier" if parameters["optimizer"] == "newton":
            return "logistic, Newton"
        case "LogisticClassifier":
            return "logistic, descent"
        case "CascadeClassifier" | "MLPClassifier":
            return "network"
        case _:
            return ""


def batch_seconds(kind: str, sizes: BatchSizes, estimator: Any = None) -> float:
    """Processor seconds of one batch of fits and their predictions.

    Parameters
    ----------
    kind : str
        As `cost_kind` gives it.
    sizes : BatchSizes
    estimator : classifier, default=None
        A search costs its candidates times its inner folds; a network costs in proportion to its units and epochs.

    Examples
    --------
    >>> small, large = (BatchSizes(10, rows, rows, 50, 5, 2) for rows in (1000, 100_000))
    >>> batch_seconds("Gaussian, shared", small) < batch_seconds("Gaussian, shared", large)
    True
    """
    case = "gaps" if sizes.gappy else "wide" if fits_in_span(sizes.train, sizes.columns) else ""
    known = COST_COEFFICIENTS.get(f"{kind}, {case}", COST_COEFFICIENTS[kind])
    n_classes = sizes.classes
    if kind.startswith(ONE_OUTPUT) and n_classes == 2:
        sizes = replace(sizes, classes=BINARY_OUTPUTS)
    seconds = 0.0
    vectors = sizes.train * (max(1, sizes.classes - 1) if kind.startswith("weighted") else 1)
    if kind.startswith(IN_ROW_SPAN) and sizes.columns > max(vectors, FEWEST_SPANNED):
        seconds = ROW_SPAN * sizes.fits * sizes.columns * (vectors**2 + sizes.test * sizes.classes)
        if kind.startswith("weighted"):
            seconds += CONTRAST * sizes.fits * sizes.columns * (sizes.train + sizes.test) * n_classes
        sizes = replace(sizes, columns=vectors)
    if case == "gaps":
        beyond = max(0, sizes.columns - TIMED_WITH_GAPS)
        seconds += BEYOND_WITH_GAPS.get(kind, 0.0) * sizes.fits * sizes.scarce * sizes.gap_cells * beyond
    seconds += sum(coefficient * COST_TERMS[term](sizes) for term, coefficient in known.items())
    return SAFETY * seconds * (_network_scale(estimator, sizes.columns) if kind == "network" else 1.0)


def search_fits(estimator: Any) -> int:
    """Count the fits behind one fit of `estimator`: candidates times inner folds and a last one, for a search."""
    if not isinstance(estimator, BaseSearchCV):
        return 1
    if hasattr(estimator, "equivalent_fits"):  # a search in closed form
        return int(estimator.equivalent_fits)
    grids = getattr(estimator, "param_grid", {})
    n_candidates = 0
    for grid in grids if isinstance(grids, list) else [grids]:
        size = 1
        for values in grid.values():
            size *= len(values)
        n_candidates += size
    n_candidates = getattr(estimator, "n_iter", n_candidates)
    folds = estimator.cv if isinstance(estimator.cv, int) else getattr(estimator.cv, "n_splits", 5)
    return n_candidates * int(folds or 5) + 1


def last_step(estimator: Any) -> Any:
    """Return the unfitted classifier behind searches and pipelines; an ensemble that makes its members is its own."""
    while getattr(estimator, "estimator", None) is not None or hasattr(estimator, "steps"):
        estimator = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator.estimator
    return estimator


def _network_scale(estimator: Any, columns: int) -> float:
    """Units times epochs of a network, in those of the networks that were timed (16 units, up to 200 epochs).

    Steps are smaller where columns are many: networks took 210, 390 and 740 epochs at 1,000, 3,000 and 7,000 columns.
    Those of up to 200 epochs were timed where they ended after some 90: more columns take more of them.
    """
    parameters: Mapping[str, Any] = last_step(estimator).get_params(deep=False) if estimator is not None else {}
    widths = parameters.get("hidden_layer_sizes", parameters.get("widths", (16,)))
    units = sum(widths) if isinstance(widths, list | tuple) else int(widths)
    restarts = max(1, int(parameters.get("n_restarts", 1)))
    most = int(parameters.get("max_iter", 200))
    epochs = min(most, 400 * max(1.0, columns / 800) ** 0.5) / 200
    early = min(most / 90, max(1.0, columns / 100) ** 0.5) if most <= 200 else 1.0
    return max(1.0, units / 16) * restarts * max(1.0, epochs, early)
