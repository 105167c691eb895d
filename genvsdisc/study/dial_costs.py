"""What the dials between the likelihoods cost, and in how many folds there is time to turn them."""

from __future__ import annotations

from collections.abc import Callable

from genvsdisc.study.plan import DIAL_STAGES, processor_seconds

FEW_FOLDS = 3
"""Folds that a dial is turned in where all are too dear."""
DIAL_FIT, DIAL_SQUARED, DIAL_CUBED = 2.5e-3, 4e-10, 3.3e-10
"""Seconds of a fit on the dial: at least, with rows times the square of its coefficients, and with their cube.

Read off fits to 11 synthetic tables (400 to 1,000 rows, 20 to 150 columns, 2 to 10 classes): 0.9 to 2.6 times right.
"""
DIAL_RARE = {True: 3.5, False: 7.5}
"""How many times as long the dial with squares takes where columns are indicators, of two classes and of more: their
variance in a class may vanish, and a hundred steps are then too few. Read off 7 synthetic tables (60 to 400 rows, 12 to
60 columns): 0.4 to 1.1 times right."""
DIAL_PLACES = 9
FEW_FOLDS = 3
"""Folds that a dial is turned in where all are too dear."""
LONGEST_DIAL = 15.0
"""Seconds beyond which the dial is not turned, where no budget says so."""
MOST_DIAL_ROWS = 4000
"""Rows that the dial from one likelihood to the other is turned on, at most."""


def dial_seconds(stage: str, folds: int, rows: int, n_classes: int, n_columns: int, indicators: bool) -> float:
    """Seconds of the places on one of the `DIAL_STAGES`.

    Parameters
    ----------
    stage : str
    folds, rows, n_classes, n_columns : int
        Columns as numbers.
    indicators : bool
        Whether some of them are indicators of words.
    """
    squares = stage == DIAL_STAGES[1]
    size = (n_classes if n_classes > 2 else 1) * ((2 if squares else 1) * n_columns + 1)
    one = DIAL_FIT + DIAL_SQUARED * min(rows, MOST_DIAL_ROWS) * size**2 + DIAL_CUBED * size**3
    rare = DIAL_RARE[n_classes == 2] if squares and indicators else 1.0
    return 1.25 * DIAL_PLACES * folds * rare * one


def affordable_dials(
    price: Callable[[str, int], float], folds: int, most: float
) -> tuple[dict[str, int], float, list[str]]:
    """Folds of each dial that there are seconds for, fewer where it is dear, the linear one first; price; and notes."""
    dial_folds: dict[str, int] = {}
    spent, notes = 0.0, []
    for stage in DIAL_STAGES:
        fits = [k for k in (folds, FEW_FOLDS) if spent + price(stage, k) <= most]
        if fits:
            dial_folds[stage] = fits[0]
            spent += price(stage, fits[0])
        else:
            dear = processor_seconds(price(stage, FEW_FOLDS))
            notes.append(f"The {stage}, between the families, is left out: about {dear}.")
    return dial_folds, spent, notes
