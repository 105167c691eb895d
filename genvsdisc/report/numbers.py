"""Numbers as text, with as many digits as their uncertainty supports."""

from __future__ import annotations

import math
from collections.abc import Iterable

from genvsdisc.report.blocks import Cell, Strip
from genvsdisc.study.statistics.losses import LOSS_NAMES, PERCENT

NOTHING = "–"
_ORDER = ("zero_one", "log_loss", "brier", "roc_auc")  # in which losses are shown


def fixed(value: float, decimals: int) -> str:
    """Write a number with a real minus sign and thin spaces between thousands."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    return text.replace("-", "−") if text.strip("-0.") else text.lstrip("-")


def decimals(uncertainty: float, most: int = 5) -> int:
    """Count the decimals that show two digits of the uncertainty.

    Examples
    --------
    >>> decimals(0.031), decimals(4.2), decimals(120)
    (3, 1, 0)
    """
    if not math.isfinite(uncertainty) or uncertainty <= 0:
        return min(3, most)
    return min(max(1 - math.floor(math.log10(uncertainty)), 0), most)


def scaled(loss: str, value: float) -> float:
    """Percent for a loss that is a share of rows."""
    return 100 * value if loss in PERCENT else value


def unit(loss: str) -> str:
    """Give the unit of a loss, to stand behind its number."""
    return "%" if loss in PERCENT else ""


def loss_word(loss: str) -> str:
    """Name a loss within a sentence."""
    return LOSS_NAMES.get(loss, loss.replace("_", " "))


def losses_in_order(losses: Iterable[str]) -> list[str]:
    """List the losses that occur, the known ones first."""
    present = list(dict.fromkeys(losses))
    return [loss for loss in _ORDER if loss in present] + [loss for loss in present if loss not in _ORDER]


def interval_text(loss: str, mean: float, lower: float, upper: float) -> tuple[str, str]:
    """Write a mean and its interval: ('20.3%', '17.2 to 23.4')."""
    mean, lower, upper = (scaled(loss, value) for value in (mean, lower, upper))
    places = decimals((upper - lower) / 2, most=1 if loss in PERCENT else 3)
    if not math.isfinite(mean):
        return NOTHING, ""
    ends = f"{fixed(lower, places)} to {fixed(upper, places)}" if math.isfinite(upper - lower) else ""
    return fixed(mean, places) + unit(loss), ends


def interval(loss: str, mean: float, lower: float, upper: float, strip: Strip | None = None) -> Cell:
    """Make a cell of a mean over its interval."""
    return Cell(*interval_text(loss, mean, lower, upper), numeric=True, strip=strip)


def difference_text(loss: str, difference: float, lower: float, upper: float) -> tuple[str, str]:
    """Write a difference of two means and its interval; of shares in percentage points: ('−1.5 pp', '−2.7 to 2.9')."""
    text, ends = interval_text(loss, difference, lower, upper)
    return text.replace("%", "\u00a0pp"), ends


def difference_cell(loss: str, difference: float, lower: float, upper: float, reach: float, family: str = "") -> Cell:
    """Make a cell of a difference, its interval, and both drawn around zero on a scale from -reach to reach."""
    text, ends = difference_text(loss, difference, lower, upper)
    strip = strip_on(lower, difference, upper, -reach, reach, family=family, zero=True)
    return Cell(f"+{text}" if difference > 0 else text, note=ends, numeric=True, strip=strip)


def strip_on(
    lower: float, middle: float, upper: float, low: float, high: float, *, family: str = "", zero: bool = False
) -> Strip | None:
    """Place an interval on a scale that runs from `low` to `high`; None where there is nothing to place.

    Examples
    --------
    >>> strip_on(0.1, 0.2, 0.6, 0.0, 0.4)
    Strip(lower=25.0, middle=50.0, upper=100.0, family='', zero=None, cut='right')
    """
    if not (math.isfinite(middle) and high > low):
        return None
    ends = (lower if math.isfinite(lower) else middle, middle, upper if math.isfinite(upper) else middle)
    left, center, right = (round(min(max(100 * (end - low) / (high - low), 0.0), 100.0), 1) for end in ends)
    over = (ends[0] < low - 1e-12, ends[2] > high + 1e-12)
    cut = {(True, True): "both", (True, False): "left", (False, True): "right"}.get(over, "")
    origin = round(-100 * low / (high - low), 1) if zero else None
    return Strip(left, center, right, family=family, zero=origin, cut=cut)


def estimate_text(loss: str, mean: float, error: float) -> tuple[str, str]:
    """Write a mean and its standard error: ('20.3', '± 0.4'); no error where it is rounding or not known."""
    mean, error = scaled(loss, mean), scaled(loss, error)
    if not math.isfinite(mean):
        return NOTHING, ""
    places = decimals(error)
    if not (math.isfinite(error) and round(error, places) > 0):
        return fixed(mean, decimals(0, most=1 if loss in PERCENT else 3)), ""
    return fixed(mean, places), f"± {fixed(error, places)}"


def estimate(loss: str, mean: float, error: float) -> Cell:
    """Make a cell of a mean over its standard error."""
    text, note = estimate_text(loss, mean, error)
    return Cell(text if text == NOTHING else text + unit(loss), note=note, numeric=True)


def with_error(loss: str, mean: float, error: float) -> str:
    """Write a mean and its standard error on one line: '20.3 ± 0.4%'."""
    text, spread = estimate_text(loss, mean, error)
    return text if text == NOTHING else " ".join(filter(None, (text, spread))) + unit(loss)


def probability_text(value: float) -> str:
    """Write a probability in percent, never as certain.

    Examples
    --------
    >>> probability_text(0.931), probability_text(0.0004), probability_text(1.0)
    ('93%', '<1%', '>99%')
    """
    if not math.isfinite(value):
        return NOTHING
    if value < 0.01:
        return "<1%"
    return ">99%" if value > 0.99 else f"{100 * value:.0f}%"


def pvalue(value: float) -> str:
    """Write a p-value with two digits, or as below 0.001."""
    if not math.isfinite(value):
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.2g}"


def plain(value: float, digits: int = 3) -> str:
    """Write a number that has no known uncertainty with a few significant digits.

    Examples
    --------
    >>> plain(0.123456), plain(1234.5), plain(-3.0), plain(1e-5), plain(float("nan"))
    ('0.123', '1\u202f234', '−3', '1e−05', '–')
    """
    if not math.isfinite(value):
        return NOTHING
    if abs(value) >= 10**digits:
        return fixed(value, 0) if abs(value) < 1e9 else f"{value:.{digits - 1}e}".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def counted(count: int, what: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "parameter"), counted(13, "parameter"), counted(2, "class")
    ('1 parameter', '13 parameters', '2 classes')
    """
    plural = "es" if what.endswith("s") else "s"
    return f"{fixed(count, 0)} {what}{'' if count == 1 else plural}"


def number(text: str) -> Cell:
    """Make a right-aligned cell."""
    return Cell(text, numeric=True)
