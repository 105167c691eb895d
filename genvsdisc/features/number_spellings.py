"""How programs and people dress numbers beyond sign, digits and unit, brought to what `number_text` takes apart.

All functions take the different words of one column as an Arrow array.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from genvsdisc.features.spellings import Spelling, changed, respelled

CURRENCY = (
    r"(?:[A-Z]{0,2}[$€£¥￥＄￡￦₹₽₩₺₴₿¢₪₫₦]|R\$|USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|INR|CNY|RMB|SEK|NOK|DKK|PLN|CZK|HUF|BRL"
    r"|MXN|ZAR|TRY|RUB|KRW|Rs\.?|Fr\.?|kr\.?)"
)
MAGNITUDE = (
    r"(?:[kKmMbBT]|bn|tn|[Mm]n|[Tt]sd\.?|[Mm]io\.?|[Mm]rd\.?|thousand|million|billion|[Ll]akhs?|[Ll]acs?|[Cc]rores?|Cr\.?"
    r"|тыс\.?|млн\.?|млрд\.?|[千万萬億亿百]|百万|百萬|만|억)"
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_HALVES = {"½": 0.5, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 0.25, "¾": 0.75, "⅛": 0.125, "⅜": 0.375, "⅝": 0.625, "⅞": 0.875}
_MIXED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{0,9})\s*(?:(?P<sign_>[½⅓⅔¼¾⅛⅜⅝⅞])|(?<=[0-9]\s)(?P<over>[0-9]{1,3})/(?P<under>[1-9][0-9]{0,2}))"
)
_SPELLINGS: tuple[Spelling, ...] = (
    # "5.-" and "5,-- kr" are prices without cents, no negative numbers; 100/- is one in India
    (r"-", r"^(.*[0-9])([.,])-{1,2}([^0-9]*)$", r"\1\20\3"),
    (r"/[-=]$", r"^(.*[0-9])/[-=]$", r"\1"),
    # "$ -" is how the accounting format of a spreadsheet shows 0
    (r"-$", rf"^({CURRENCY})\s*-{{1,2}}$", r"\1 0"),
    (r"^-", rf"^-{{1,2}}\s*({CURRENCY})$", r"0 \1"),
    # spreadsheets mark text with an apostrophe, or write ="5" and =5
    (r"^'", r"^'([+-]?[0-9])", r"\1"),
    (r"^=", r'^="(.*)"$', r"\1"),
    (r"^=", r"^=([+-]?[0-9.,]+)$", r"\1"),
    # 1.5·10^6, 1.5 x 10**6, 1.5*^6 of Mathematica, 1.5D+06 of Fortran
    (r"10", r"^(.*[0-9])\s*[x×*·]\s*10(?:\^|\*\*)\(?([+-]?[0-9]{1,3})\)?", r"\1e\2"),
    (r"\*\^", r"^(.*[0-9])\*\^([+-]?[0-9]{1,3})$", r"\1e\2"),
    (r"[0-9][dD][+-]", r"^([+-]?[0-9.]+)[dD]([+-][0-9]{2,3})$", r"\1e\2"),
    # 1.5 ± 0.3; the sign of a footnote or of significance behind a number
    (r"±|\+/-|\+-", r"^(.*[0-9])\s*(?:±|\+/-|\+-)\s*[0-9.,]+(.*)$", r"\1\2"),
    (r"[*†‡§]$", r"^(.*[0-9%])\s*[*†‡§]{1,4}$", r"\1"),
    (r"[⁰¹²³⁴-⁹]$", r"^(.*[0-9%])[⁰¹²³⁴-⁹]{1,2}$", r"\1"),
    # 1,5 Mio. € is so many millions of a currency, which stands before
    (r"[0-9].*[$€£¥￥＄￡￦₹₽₩₺₴₿¢₪₫₦A-Z]$", rf"^(.*[0-9])\s*({MAGNITUDE})\s*({CURRENCY})$", r"\3 \1 \2"),
)


def plain_numbers(words: pa.Array) -> pa.Array:
    """Write powers of ten, fractions, prices and marks behind numbers as plain numbers.

    >>> plain_numbers(pa.array(["1.5×10⁶", "3,50 ± 0,2", "18 1/2", "7.5D-03", "4.1**"])).to_pylist()
    ['1.5e6', '3,50', '185e-1', '7.5e-03', '4.1']
    """
    if not pc.all(pc.string_is_ascii(words), min_count=0).as_py():
        words = changed(words, r"10\s*[⁻⁺]?[⁰¹²³⁴-⁹]+$", _raised)
    words = changed(words, r"[½⅓⅔¼¾⅛⅜⅝⅞]|[0-9]\s+[0-9]+/[1-9]", _fraction)
    return respelled(words, _SPELLINGS)


def _raised(word: str) -> str:
    """Write 1.5×10⁶ as 1.5×10^6; a bare 10⁶ as 1e6."""
    match = re.fullmatch(r"(.*?)10\s*([⁻⁺]?[⁰¹²³⁴-⁹]+)", word)
    if match is None:
        return word
    exponent = match[2].translate(_SUPERSCRIPTS)
    return (
        f"{match[1]}10^{exponent}" if re.search(r"[x×*·]\s*$", match[1]) else f"1e{exponent}" if not match[1] else word
    )


def _fraction(word: str) -> str:
    """Write 18½ and 18 1/2 as 185e-1, which a decimal comma cannot mistake."""
    match = _MIXED.match(word)
    if match is None:
        return word
    part = _HALVES[match["sign_"]] if match["sign_"] else int(match["over"]) / int(match["under"])
    if part >= 1:
        return word
    digits, _, decimals = f"{int(match['whole'] or 0) + part:.15g}".partition(".")
    return f"{match['sign']}{digits}{decimals}e-{len(decimals)}{word[match.end() :]}"
