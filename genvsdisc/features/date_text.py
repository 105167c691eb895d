"""Dates and times as people write them: ISO, day first, month first, with the month's name, with a time and a zone.

All functions take the different words of one column as an Arrow array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.date_spellings import MONTH_OF, hours_of_day, plainer

Order = Literal["day", "month", ""]

_TIME = r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<F>[0-9]{1,9}))?)?\s*(?P<P>[AaPp]\.?[Mm]\.?)?"
_CLOCK = _TIME + r"\s*(?P<Z>Z|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?|UTC|GMT)?"
_TIME_OF_DAY = _TIME + r"\s*(?P<Z>Z|UTC|GMT)?"  # 09:00-10:30 is an hour and a half, no time of a zone
_LETTERS = r"[A-Za-z\x{80}-\x{10FFFF}]{3,12}"  # \p{L} would take ten times as long to compile
_YEAR = r"(?P<y>[0-9]{4}|[0-9]{2})"
_END = rf"(?:[T ,]+{_CLOCK})?$"
_PATTERNS = {
    "year": rf"^(?P<y>[0-9]{{4}})[-/.](?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}}){_END}",
    "numbers": rf"^(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}|[0-9]{{2}}){_END}",
    "day": rf"^(?P<b>[0-9]{{1,2}})(?:st|nd|rd|th|er|º)?[-. /]*(?P<n>{_LETTERS})\.?[-., /]*{_YEAR}{_END}",
    "name": rf"^(?P<n>{_LETTERS})\.? +(?P<b>[0-9]{{1,2}})(?:st|nd|rd|th)?,? +(?P<y>[0-9]{{4}}){_END}",
    "month": r"^(?P<y>[0-9]{4})[-/](?P<a>[0-9]{1,2})$",
    "month_first": r"^(?P<a>[0-9]{1,2})[-/](?P<y>(?:1[6-9]|2[01])[0-9]{2})$",
    "month_name": rf"^(?P<n>{_LETTERS})(?:\.?[-/ ,']+(?P<y>[0-9]{{4}})|[-'](?P<s>[0-9]{{2}}))$",
}
_WITH_NAMES = ("day", "name", "month_name")
_FRACTION = r"[0-9]{1,6}(?:[.,][0-9]{1,9})?"
_DURATIONS = (
    r"^(?P<minus>-)?(?:(?P<D>[0-9]{1,6}) days?,? (?P<back>\+)?)?(?P<H>[0-9]{1,6}):(?P<M>[0-5][0-9])"
    r"(?::(?P<S>[0-5][0-9](?:[.,][0-9]{1,9})?))?$",
    r"^(?P<minus>-)?(?P<M>[0-9]{1,4}):(?P<S>[0-5][0-9][.,][0-9]{1,6})$",
    rf"^(?P<minus>-)?P(?:(?P<W>[0-9]{{1,6}})W)?(?:(?P<D>[0-9]{{1,6}})D)?"
    rf"(?:T(?:(?P<H>[0-9]{{1,6}})H)?(?:(?P<M>[0-9]{{1,6}})M)?(?:(?P<S>{_FRACTION})S)?)?$",
    r"^(?P<minus>-)?(?P<H>[0-9]{1,6}) ?(?:h|Uhr) ?(?P<M>[0-5][0-9])$",
    r"^(?P<minus>-)?(?:(?P<D>[0-9]{1,6}) ?(?:d|days?|Tage?|j|jours?),? ?)?"
    r"(?:(?P<H>[0-9]{1,6}) ?(?:h|hrs?|hours?|Std\.?|heures?),? ?)?"
    r"(?:(?P<M>[0-9]{1,6}) ?(?:m|min\.?|mins|minutes?|Min\.?),? ?)?"
    rf"(?:(?P<S>{_FRACTION}) ?(?:s|sec\.?|secs|seconds?|Sek\.?))?$",
)
_SECONDS = {"W": 604_800, "D": 86_400, "H": 3600, "M": 60, "S": 1}
_MOST_MICRO = 2.0**62
_PIVOT = 69  # two digits: 69 to 99 are 1969 to 1999, as POSIX has it
_MICRO = 1_000_000
_FARTHEST_WEST, _FARTHEST_EAST = -12 * 60, 14 * 60  # minutes ahead of UTC
_UNREAD = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class DateFormat:
    """How one column writes its dates.

    Attributes
    ----------
    order : {"day", "month", ""}
        What stands first in dates whose year stands last; "" where the column has none, so that it reads none.
    """

    order: Order = "day"

    def parse(self, words: pa.Array) -> NDArray[np.datetime64]:
        """Read words as UTC dates of microseconds, NaT where one is none; any year from 1 to 9999."""
        words, places = plainer(words)
        out = np.full(len(words), _UNREAD)
        named = bool(_matches(words, r"[A-Za-z\x{80}-\x{10FFFF}]{3}").any())
        for name, pattern in _PATTERNS.items():
            if name in _WITH_NAMES and not named:
                continue
            fields = pc.extract_regex(words, pattern)
            matched = np.flatnonzero(pc.is_valid(fields))
            if not len(matched):
                continue
            fields = fields.take(pa.array(matched))
            if name == "numbers" and not self.order:
                continue
            days = _days(name, fields, self.order)
            clock = _clock(fields) if not name.startswith("month") else np.zeros(len(matched), np.int64)
            good = ~np.isnat(days) & (clock != _NO_TIME)
            out[matched[good]] = days[good].astype("M8[us]") + clock[good].astype("m8[us]")
        for zone, some in places.items():
            out[some] = _in_utc(out[some], zone)
        return out


def _in_utc(stamps: NDArray[np.datetime64], zone: str) -> NDArray[np.datetime64]:
    """Moments of the clocks of a place; of an hour that stands twice the first, of one that clocks leave out the next.

    All are unread where no such place is known.
    """
    try:
        local = pd.DatetimeIndex(stamps).tz_localize(
            zone, ambiguous=np.ones(len(stamps), dtype=bool), nonexistent="shift_forward"
        )
    except (KeyError, ValueError, OSError):  # what zoneinfo raises of names that it does not know
        return np.full_like(stamps, _UNREAD)
    return local.tz_convert(None).to_numpy().astype("M8[us]")


_NO_TIME = np.iinfo(np.int64).min


def date_format(words: pa.Array, counts: NDArray) -> tuple[DateFormat, bool]:
    """Choose the order that reads most cells of a column.

    Parameters
    ----------
    words : Arrow array of str
        The different words.
    counts : ndarray of int
        How many cells hold each word.

    Returns
    -------
    format : DateFormat
    guessed : bool
        Whether no date tells the day from the month: then dots and dashes have the day first, slashes the month.
    """
    readings = {"day": DateFormat("day").parse(words)}
    plain, _ = plainer(words)
    bare = pc.match_substring_regex(plain, r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.]")
    if not pc.any(bare, min_count=0).as_py():
        return DateFormat(""), False
    readings["month"] = DateFormat("month").parse(words)
    by_day, by_month = (int(counts[~np.isnat(stamps)].sum()) for stamps in readings.values())
    if by_day != by_month:
        return DateFormat("day" if by_day > by_month else "month"), False
    slashes = np.asarray(pc.match_substring_regex(plain, r"^[0-9]{1,2}/"), dtype=bool)
    guessed = bool(((readings["day"] != readings["month"]) & ~np.isnat(readings["day"])).any())
    return DateFormat("month" if counts[slashes].sum() * 2 > by_day else "day"), guessed


def parse_times(words: pa.Array) -> NDArray[np.timedelta64]:
    """Read times of day and durations as timedelta64, NaT where a word is none.

    Such as 7:30, 7 pm, 7.30 pm, 12:05:59.5, 130:00 (hours and minutes), 13h30, 2 h 5 min, 1 days 02:00:00, PT2H5M.
    """
    words = hours_of_day(words)
    fields = pc.extract_regex(words, rf"^{_TIME_OF_DAY}$")
    clock = _clock(fields)
    is_time = np.asarray(pc.is_valid(fields)) & (clock != _NO_TIME)
    out = np.where(is_time, clock.astype("m8[us]"), np.timedelta64("NaT", "us"))
    if np.isnat(out).any() and _matches(words, r"^-?P?T?[0-9]+.*[0-9hmsdDTWHMSegnrej.]$").any():
        _read_durations(words, out)
    return out


def months_perhaps(words: pa.Array) -> NDArray[np.bool_]:
    """Find 3m beside 5d, where no word has hours or seconds: minutes may not be meant."""
    months = _matches(words, r"^[0-9]+ ?m$")
    days, hours = _matches(words, r"^[0-9]+ ?(?:d|days?|Tage?|j|jours?)$"), _matches(words, r"[0-9] ?(?:h|s)")
    return months & days.any() & ~hours.any()


def _read_durations(words: pa.Array, out: NDArray[np.timedelta64]) -> None:
    """Read what is no time of day yet."""
    for pattern in _DURATIONS:
        fields = pc.extract_regex(words, pattern)
        places = np.flatnonzero(np.asarray(pc.is_valid(fields)) & np.isnat(out) & _matches(words, "[0-9]"))
        if len(places):
            out[places] = _duration(fields.take(pa.array(places)))


def _duration(fields: pa.StructArray) -> NDArray[np.timedelta64]:
    names = [fields.type.field(place).name for place in range(fields.type.num_fields)]
    parts = {name: pc.fill_null(pc.struct_field(fields, name), "") for name in names}
    total = np.zeros(len(fields))
    for name, seconds in _SECONDS.items():
        if name in parts:
            digits = pc.replace_substring(parts[name], ",", ".")
            total += seconds * np.asarray(pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.float64()))
    negative = np.asarray(pc.equal(parts["minus"], "-"), dtype=bool)
    total = np.where(negative, -total, total)
    if "back" in parts:  # Python's "-1 days +22:00:00" is two hours before
        back = negative & np.asarray(pc.equal(parts["back"], "+"), dtype=bool)
        days = np.asarray(pc.if_else(pc.equal(parts["D"], ""), "0", parts["D"]).cast(pa.float64())) * _SECONDS["D"]
        total = np.where(back, -total - 2 * days, total)
    micro = np.rint(total * _MICRO)
    return np.where(np.abs(micro) < _MOST_MICRO, micro, np.nan).astype("m8[us]")


def _days(name: str, fields: pa.StructArray, order: Order) -> NDArray[np.datetime64]:
    """Calendar days, NaT where there is no such day."""
    written = pc.struct_field(fields, "y")
    if name == "month_name":
        written = pc.if_else(pc.equal(written, ""), pc.struct_field(fields, "s"), written)
    year = np.asarray(written.cast(pa.int64()))
    short = np.asarray(pc.fill_null(pc.equal(pc.utf8_length(written), 2), False))
    year = np.where(short, np.where(year < _PIVOT, 2000, 1900) + year, year)
    if name in _WITH_NAMES:
        words = pc.utf8_lower(pc.fill_null(pc.struct_field(fields, "n"), "")).to_pylist()
        month = np.array([MONTH_OF.get(word, 0) for word in words], dtype=np.int64)
    else:
        month = _whole(fields, "b" if name == "numbers" and order == "day" else "a")
    first = name == "numbers" and order == "day"
    day = np.ones_like(month) if name.startswith("month") else _whole(fields, "a" if first else "b")
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    days = months.astype("M8[D]") + np.where(good, day - 1, 0)
    good &= days.astype("M8[M]") == months  # no 30 February
    return np.where(good, days, np.datetime64("NaT", "D"))


def _clock(fields: pa.StructArray) -> NDArray[np.int64]:
    """Microseconds from midnight UTC; `_NO_TIME` where there is no such time."""
    hour, minute, second = (_whole(fields, part) for part in "HMS")
    half = np.asarray(pc.utf8_lower(pc.fill_null(pc.struct_field(fields, "P"), "")).to_numpy(zero_copy_only=False))
    afternoon, morning = (np.char.startswith(half.astype(str), each) for each in "pa")
    good = (minute < 60) & (second < 60) & np.where(afternoon | morning, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where((afternoon | morning) & (hour == 12), 0, hour) + 12 * afternoon
    fraction = pc.utf8_rpad(pc.utf8_slice_codeunits(pc.fill_null(pc.struct_field(fields, "F"), ""), 0, 6), 6, "0")
    micro = np.asarray(fraction.cast(pa.int64()))
    written = pc.fill_null(pc.struct_field(fields, "Z"), "")
    alone = _matches(written, r"^[+-][0-9]{1,2}$") & (np.asarray(pc.fill_null(pc.struct_field(fields, "S"), "")) == "")
    zone = pc.replace_substring_regex(written, r"Z|UTC|GMT|:|\+", "")
    zone = pc.replace_substring_regex(zone, r"^(-?[0-9]{1,2})$", r"\100")
    ahead = np.asarray(pc.if_else(pc.equal(zone, ""), "0", zone).cast(pa.int64()))
    offset = np.sign(ahead) * (np.abs(ahead) // 100 * 60 + np.abs(ahead) % 100)
    # 9:00-16:30 and 9:00-11 are no times of a zone
    good &= ~alone & (offset >= _FARTHEST_WEST) & (offset <= _FARTHEST_EAST)
    total = ((hour * 60 + minute - offset) * 60 + second) * _MICRO + micro
    return np.where(good, total, _NO_TIME)


def _matches(words: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(words, pattern), dtype=bool)


def _whole(fields: pa.StructArray, name: str) -> NDArray[np.int64]:
    digits = pc.fill_null(pc.struct_field(fields, name), "")
    return np.asarray(pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()))
