"""Numbers as text, with as many digits as their uncertainty supports."""

from __future__ import annotations

import math

from genvsdisc.report.blocks import Cell

LOSS_WORDS = {"zero_one": "0-1 error", "log_loss": "log loss", "brier": "Brier score", "roc_auc": "ROC AUC"}
PERCENT = ("zero_one",)
NOTHING = "–"


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


def interval_text(loss: str, mean: float, lower: float, upper: float) -> tuple[str, str]:
    """Write a mean and its interval: ('20.3%', '17.2 to 23.4')."""
    mean, lower, upper = (scaled(loss, value) for value in (mean, lower, upper))
    places = decimals((upper - lower) / 2, most=1 if loss in PERCENT else 3)
    if not math.isfinite(mean):
        return NOTHING, ""
    ends = f"{fixed(lower, places)} to {fixed(upper, places)}" if math.isfinite(upper - lower) else ""
    return fixed(mean, places) + unit(loss), ends


def interval(loss: str, mean: float, lower: float, upper: float) -> Cell:
    """Make a cell of a mean over its interval."""
    return Cell(*interval_text(loss, mean, lower, upper), numeric=True)


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


def probability(value: float) -> str:
    """Write a probability in percent, never as certain.

    Examples
    --------
    >>> probability(0.931), probability(0.0004), probability(1.0)
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
    >>> counted(1, "parameter"), counted(13, "parameter")
    ('1 parameter', '13 parameters')
    """
    return f"{fixed(count, 0)} {what}{'' if count == 1 else 's'}"


def number(text: str) -> Cell:
    """Make a right-aligned cell."""
    return Cell(text, numeric=True)
