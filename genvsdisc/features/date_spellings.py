"""How programs and people spell dates, brought to the few shapes that `date_text` reads.

All functions take the different words of one column as an Arrow array.
"""

from __future__ import annotations

import datetime
import re
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.number_text import to_ascii
from genvsdisc.features.spellings import Spelling, changed, respelled

_WEEKDAY = (
    r"^(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|mo|di|mi|do|fr|sa|so|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)\.?,?\s+"
)
_ZONES = {
    **{"PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4},
    **{"WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9},
}  # hours ahead of UTC
_CTIME = r"^([A-Za-z]{3} [ 0-9][0-9]) ([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:(Z|UTC|GMT) )?([0-9]{4})$"
_PLACE = r"^(?P<when>.*:[0-9]{2}.*?)[ ]?\[?(?P<zone>[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)\]?$"
_QUARTERS = (
    re.compile(r"^(?P<year>[0-9]{4})[-/: ]?[QTK](?P<quarter>[1-4])$"),
    re.compile(r"^[QTK](?P<quarter>[1-4])[-/ ']*(?P<year>[0-9]{4})$"),
    re.compile(r"^(?P<quarter>[1-4])(?:[QT]|\. ?Quartal|(?:er|e|ème) trimestre)[-/ ']*(?P<year>[0-9]{4})$"),
)
_WEEK = re.compile(r"^(?P<year>[0-9]{4})[-/ ]?(?:W|KW|CW) ?(?P<week>[0-9]{1,2})(?:-?(?P<day>[1-7]))?$")
_MILLISECONDS = r"^\\?/Date\(-?[0-9]{1,14}(?:[+-][0-9]{4})?\)\\?/$"  # as .NET writes dates in JSON
_SPELLINGS: tuple[Spelling, ...] = (
    # 2019年12月31日, 2019년 12월 31일, with a weekday in parentheses; 2019. 12. 31.
    (r"[年月日년월일]", r"^([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일](?: ?\(.\))?", r"\1-\2-\3 "),
    (r"[年년].*[月월]$", r"^([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월]$", r"\1-\2"),
    (r"^[0-9]{4}\. ", r"^([0-9]{4})\. ([0-9]{1,2})\. ([0-9]{1,2})\.?", r"\1-\2-\3"),
    # 31DEC2019:10:30:00 of SAS, 31-DEC-19 01.30.00.000000 PM of Oracle
    (r"^[0-9]{1,2}-?[A-Za-z]{3}-?[0-9]{2,4}[: ][0-9]", r"^([0-9]{1,2}-?[A-Za-z]{3}-?[0-9]{2,4}):", r"\1 "),
    (r" [0-9]{1,2}\.[0-9]{2}\.[0-9]{2}", r"^(.*[0-9]) ([0-9]{1,2})\.([0-9]{2})\.([0-9]{2})", r"\1 \2:\3:\4"),
    # 31 de diciembre de 2019, 31st of December 2019, le 1er janvier 2020
    (r" (?:de|del|of) ", r"(?i) (?:de|del|of) ", " "),
    (r"^[Ll]e ", r"^[Ll]e ", ""),
)
_HOURS: tuple[Spelling, ...] = (
    (r"Uhr$", r"^([0-9]{1,2}) ?Uhr$", r"\1:00"),
    (r"Uhr$", r"^([0-9]{1,2})[.:]([0-9]{2}) ?Uhr$", r"\1:\2"),
    (r"[AaPp]\.?[Mm]\.?$", r"^([0-9]{1,2}) ?([AaPp]\.?[Mm]\.?)$", r"\1:00 \2"),
    (r"\.[0-9]{2} ?[AaPp]\.?[Mm]\.?$", r"^([0-9]{1,2})\.([0-9]{2}) ?([AaPp]\.?[Mm]\.?)$", r"\1:\2 \3"),
)
_MONTHS = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari stycznia styczeń января январь янв",
    "feb february februar février févr fév fevrier febrero febbraio fevereiro fev februari lutego luty "
    "февраля февраль фев",
    "mar mär mrz march märz mars marzo março marco maart mrt marts marca marzec марта март мар",
    "apr april avril avr abril abr aprile kwietnia kwiecień апреля апрель апр",
    "may mai mayo maggio mag maio mei maj maja мая май",
    "jun june juni juin junio giugno giu junho czerwca czerwiec июня июнь июн",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec июля июль июл",
    "aug august août aout agosto ago augustus augusti sierpnia sierpień августа август авг",
    "sep sept september septembre septiembre setiembre settembre set setembro września wrzesień сентября сентябрь сен",
    "oct okt october oktober octobre octubre ottobre ott outubro out października październik октября октябрь окт",
    "nov november novembre noviembre novembro listopada listopad ноября ноябрь ноя",
    "dec dez december dezember décembre déc decembre diciembre dic dicembre dezembro des desember grudnia grudzień "
    "декабря декабрь дек",
)
MONTH_OF = {name: month for month, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""Month of a name or its short form, in lower case: of the languages of Europe that number their years as we do."""


def plainer(words: pa.Array) -> tuple[pa.Array, dict[str, NDArray[np.intp]]]:
    """Write dates as `date_text` reads them: zones as hours, no days of the week, no words between day and month.

    Names of places, such as Europe/Berlin, are left out too, and given with the words at which they stand; an offset
    before one says all.

    >>> plainer(pa.array(["2024-07-01 10:00 Asia/Tokyo"]))[0].to_pylist()
    ['2024-07-01 10:00']
    """
    words = changed(to_ascii(words), _MILLISECONDS, _since_1970)
    words, places = _without_places(_of_periods(words))
    words = respelled(words, _SPELLINGS)
    if pc.any(pc.match_substring_regex(words, r"[0-9] ?[A-Z]{3,4}$"), min_count=0).as_py():
        for zone, offset in _ZONES.items():
            words = pc.replace_substring_regex(words, rf"(:[0-9]{{2}}(?:[.,][0-9]+)?) ?{zone}$", rf"\1{offset:+03d}00")
    if pc.any(pc.match_substring_regex(words, r"^[A-Za-z\x{80}-\x{10FFFF}]"), min_count=0).as_py():
        words = pc.replace_substring_regex(words, "(?i)" + _WEEKDAY, "")
        words = pc.replace_substring_regex(words, _CTIME, r"\1 \4 \2\3")
    return words, places


def hours_of_day(words: pa.Array) -> pa.Array:
    """Write 7 pm and 7.30 p.m. as 7:00 pm and 7:30 p.m.

    >>> hours_of_day(pa.array(["7 pm", "7.30 p.m.", "7:30"])).to_pylist()
    ['7:00 pm', '7:30 p.m.', '7:30']
    """
    return respelled(words, _HOURS)


def _of_periods(words: pa.Array) -> pa.Array:
    """Write quarters and weeks of ISO 8601 as their first day, a day of such a week as the day."""
    for pattern in (*_QUARTERS, _WEEK):
        words = changed(words, pattern.pattern, partial(_first_day, pattern))
    return words


def _since_1970(word: str) -> str:
    """Write /Date(1600000000123+0200)/ as the moment that it is, whatever the zone: 2020-09-13 12:26:40.123."""
    digits = re.search(r"-?[0-9]+", word)
    assert digits is not None  # the pattern has some
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=int(digits[0]))
    return moment.isoformat(sep=" ", timespec="milliseconds")


def _first_day(pattern: re.Pattern[str], word: str) -> str:
    match = pattern.match(word)
    if match is None:
        return word
    if pattern is not _WEEK:
        return f"{match['year']}-{3 * int(match['quarter']) - 2:02d}-01"
    try:
        day = datetime.date.fromisocalendar(int(match["year"]), int(match["week"]), int(match["day"] or 1))
    except ValueError:  # no year has a week 60
        return word
    return day.isoformat()


def _without_places(words: pa.Array) -> tuple[pa.Array, dict[str, NDArray[np.intp]]]:
    fields = pc.extract_regex(words, _PLACE)
    named = np.flatnonzero(pc.is_valid(fields))
    if not len(named):
        return words, {}
    fields = fields.take(pa.array(named))
    mask = np.zeros(len(words), dtype=bool)
    mask[named] = True
    bare = pc.struct_field(fields, "when")
    offset = np.asarray(pc.match_substring_regex(bare, r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$"), dtype=bool)
    zones = np.where(offset, "", pc.struct_field(fields, "zone").to_numpy(zero_copy_only=False).astype(str))
    words = pc.replace_with_mask(words, pa.array(mask), bare.cast(words.type))
    return words, {str(zone): named[zones == zone] for zone in np.unique(zones) if zone}
