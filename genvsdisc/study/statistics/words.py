"""Numbers of the verdict as words: shares of rows in percent, their differences in percentage points."""

from __future__ import annotations

from genvsdisc.study.statistics.losses import PERCENT

MINUS = "\u2212"
THIN_SPACE = "\u202f"
_ROUNDING = 1e-9
"""What is smaller is the rounding of a sum, and written as zero."""


def level(loss: str, value: float) -> str:
    """Write a loss.

    Examples
    --------
    >>> level("zero_one", 0.2414), level("log_loss", 0.2414)
    ('24.1%', '0.241')
    """
    return f"{100 * value:.1f}%" if loss in PERCENT else f"{value:.3f}"


def amount(loss: str, value: float) -> str:
    """Write a difference of losses, with one digit where it would be written as zero.

    Examples
    --------
    >>> amount("zero_one", 0.01), amount("zero_one", 0.0002), amount("log_loss", 0.0204), amount("zero_one", -1e-17)
    ('1 percentage point', '0.02 percentage points', '0.020 nats', '0.0 percentage points')
    """
    unit = {"zero_one": " percentage points", "log_loss": " nats"}.get(loss, "")
    text = _number(loss, value)
    if loss in PERCENT and text == "1.0":
        return "1 percentage point"
    return text + unit


def between(loss: str, lower: float, upper: float) -> str:
    """Write an interval of a difference.

    Examples
    --------
    >>> between("zero_one", -0.055, 0.005)
    '\u22125.5 to 0.5 percentage points'
    """
    unit = {"zero_one": " percentage points", "log_loss": " nats"}.get(loss, "")
    decimals, scale = (1, 100) if loss in PERCENT else (3, 1)
    ends = (round(scale * end, decimals) + 0.0 for end in (lower, upper))  # + 0.0: no -0.0
    return " to ".join(f"{end:.{decimals}f}".replace("-", MINUS) for end in ends) + unit


def probability(value: float) -> str:
    """Write a probability in percent, but none as certain or impossible.

    Examples
    --------
    >>> probability(0.974), probability(0.999), probability(0.001)
    ('97%', 'above 99%', 'below 1%')
    """
    if value > 0.99:
        return "above 99%"
    return "below 1%" if value < 0.01 else f"{100 * value:.0f}%"


def number_of(count: float) -> str:
    """Write a count with thin spaces between thousands.

    Examples
    --------
    >>> number_of(100000)
    '100\u202f000'
    """
    return f"{count:,.0f}".replace(",", THIN_SPACE)


def _number(loss: str, value: float) -> str:
    scaled, decimals = (100 * value, 1) if loss in PERCENT else (value, 3)
    text = f"{scaled:.{decimals}f}"
    if not text.strip("-0."):
        text = f"{scaled:.1g}" if abs(scaled) > _ROUNDING else text.lstrip("-")
    return text.replace("-", MINUS)
