"""Numbers as people write them: thousands, decimal commas, currency, percent, units, parentheses for negatives.

All functions take the different words of one column as an Arrow array, so that a million cells cost a few passes in C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.number_spellings import CURRENCY, plain_numbers

_UNIT = rf"""(?:{CURRENCY}|[%‰]|["'″′]|[A-Za-z\x{{80}}-\x{{10FFFF}}][A-Za-z\x{{80}}-\x{{10FFFF}}0-9/*^.-]{{0,12}})"""
_NUMBER = (
    r"^(?P<open>\()?\s*(?P<bound>[<>≤≥~≈]=?|ca\.)?\s*(?P<sign>[+-])?\s*"
    rf"(?P<before>{CURRENCY})?\s*(?P<inner>[(+-])?\s*"
    r"(?P<body>[0-9](?:[0-9.,'’_ ]*[0-9.,])?|[.,][0-9]+)(?P<exponent>[eE][+-]?[0-9]{1,3}|\s[eE][+-][0-9]{1,3})?"
    r"(?P<more>\+|\s*or more|\s*or less|\s*and over|\s*and under)?"
    rf"\s*(?P<after>{_UNIT})?\s*(?P<close>\))?(?P<minus>-)?$"
)
_PARTS = ("open", "bound", "sign", "before", "inner", "body", "exponent", "more", "after", "close", "minus")
_NOT_FINITE = r"^[+-]?(?:[iI][nN][fF]|[iI]nfinity|INFINITY)$"
# What people type for the ASCII signs: minus signs and dashes, blanks of fixed width, digits of other scripts.
_ZEROS = "\u0660\u06f0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0e50\u0ed0\u0f20\u1040\u17e0\u1810\uff10"
_TO_ASCII = str.maketrans(
    "−–—﹣－‐‑\u00a0\u2007\u2009\u202f\u2002\u2003\u3000．，٫％＋٪\u00b5",
    "-------       .,.%+%\u03bc",  # the sign of micro is the Greek letter
) | {ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_POINT_MONEY = ("$", "US$", "A$", "C$", "USD", "CAD", "AUD", "£", "GBP", "¥", "￥", "＄", "￡", "JPY", "₹", "INR")
_THOUSAND = ("k", "K", "Tsd", "Tsd.", "tsd", "tsd.", "thousand", "тыс", "тыс.", "千")
_MILLION = ("m", "M", "mn", "Mn", "mio", "mio.", "Mio", "Mio.", "million", "млн", "млн.", "百万", "百萬")
_BILLION = ("b", "B", "bn", "Bn", "Mrd", "Mrd.", "mrd", "mrd.", "billion", "млрд", "млрд.")
_LETTERS = ("m", "b", "B", "T")
"""Magnitudes that alone beside bare numbers may be something else: metres, the second of two flats, a stage, tesla."""
_MAGNITUDES = {
    **{"": 1.0, "T": 1e12, "tn": 1e12},
    **dict.fromkeys(_THOUSAND, 1e3),
    **dict.fromkeys(_MILLION, 1e6),
    **dict.fromkeys(_BILLION, 1e9),
    **dict.fromkeys(("lakh", "Lakh", "lakhs", "Lakhs", "lac", "Lac", "lacs", "Lacs"), 1e5),
    **dict.fromkeys(("Cr", "Cr.", "crore", "Crore", "crores", "Crores"), 1e7),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("億", "亿", "억"), 1e8),
}
_SHARES = ("%", "‰")
_CLOCKS = ("am", "a.m.", "a.m", "pm", "p.m.", "p.m", "uhr")
_HOUR = r"^(?:[01]?[0-9]|2[0-4])(?:\.[0-5][0-9])?$"
_AMBIGUOUS = {".": r"^[1-9][0-9]{0,2}\.[0-9]{3}$", ",": r"^[1-9][0-9]{0,2},[0-9]{3}$"}


@dataclass(frozen=True)
class NumberFormat:
    """How one column writes its numbers.

    Attributes
    ----------
    decimal : str
        "." or ","; "either" where a column has both and no thousands.
    unit : str
        The unit, currency or percent sign that stands at its numbers; those with another one are not read.
    scaled : bool
        Whether k, M and the like are thousands and millions, because numbers of several magnitudes stand together.
    limits : bool
        Whether <5 is half of 5, because numbers without a sign stand beside it: below a limit of detection, half of it
        is what most put in (EPA QA/G-9, 4.7), and 5 itself would be a tie with what was measured as 5.
    """

    decimal: str = "."
    unit: str = ""
    scaled: bool = False
    limits: bool = False

    def parse(self, words: pa.Array) -> NDArray[np.float64]:
        """Read words as numbers, NaN where one is none."""
        return self.assemble(split(words))

    def assemble(self, parts: Mapping[str, pa.Array]) -> NDArray[np.float64]:
        """Numbers from the parts that `split` gives."""
        body = parts["body"]
        readable = self.reads(parts)
        if self.decimal == "either":
            clean = pc.replace_substring(body, ",", ".")
        else:
            clean = pc.replace_substring_regex(body, r"[ '’_.]" if self.decimal == "," else r"[ '’_,]", "")
            clean = pc.replace_substring(clean, ",", ".") if self.decimal == "," else clean
        text = pc.binary_join_element_wise(clean, parts["exponent"], pa.scalar("", clean.type))
        keep = pa.array(readable)
        numbers = pc.if_else(keep, text, pa.scalar(None, text.type)).cast(pa.float64())
        out = np.asarray(numbers.fill_null(np.nan), dtype=float)
        out = np.where(_negative(parts), -out, out) * (_factors(parts) if self.scaled else 1)
        if self.limits:
            out = np.where(below_limit(parts), out / 2, out)
        return np.where(parts["infinite"], np.where(_negative(parts), -np.inf, np.inf), out)

    def reads(self, parts: Mapping[str, pa.Array]) -> NDArray[np.bool_]:
        """Return True where a word is a number in this format."""
        units = _array(parts["before"]) if self.scaled else unit_of(parts)
        bare = units == ""
        if self.scaled:
            known = ~np.isnan(_factors(parts))
            return _forms(parts["body"], self.decimal) & known & (bare | (units == self.unit)) & parts["balanced"]
        if self.unit in _SHARES:  # 0.5 beside 50 % may be either
            bare &= _matches(parts["body"], r"^[0.,]*$")
        return _forms(parts["body"], self.decimal) & (bare | (units == self.unit)) & parts["balanced"]


def to_ascii(words: pa.Array) -> pa.Array:
    """Write minus signs, dashes, blanks and digits of other scripts in ASCII."""
    if pc.all(pc.string_is_ascii(words), min_count=0).as_py():
        return words
    return pa.array([word.translate(_TO_ASCII).strip() for word in words.to_pylist()], words.type)


def split(words: pa.Array) -> dict[str, Any]:
    """Split words into sign, currency, digits, exponent and unit; empty digits where a word is no number at all."""
    words = to_ascii(words)
    words = plain_numbers(words)
    # Bare digits need no taking apart, which is most of the time in a long column.
    bare = pc.match_substring_regex(words, r"^-?[0-9.,]*[0-9][0-9.,]*$")
    dressed = pc.invert(bare)
    fields = pc.extract_regex(words.filter(dressed), _NUMBER)
    nothing = pa.repeat(pa.scalar("", words.type), len(words))
    parts: dict[str, Any] = {"body": pc.if_else(bare, pc.utf8_ltrim(words, "-"), nothing)}
    parts["sign"] = pc.if_else(pc.and_(bare, pc.starts_with(words, "-")), pa.scalar("-", words.type), nothing)
    for name in _PARTS:
        field = pc.fill_null(pc.struct_field(fields, name), "").cast(words.type)
        parts[name] = pc.replace_with_mask(parts.get(name, nothing), dressed, field)
    parts["exponent"] = pc.utf8_ltrim_whitespace(parts["exponent"])  # 6.4 E+01
    opened = pc.or_(pc.equal(parts["open"], "("), pc.equal(parts["inner"], "("))
    parts["balanced"] = np.asarray(pc.equal(opened, pc.equal(parts["close"], ")")))
    parts["glued"] = np.asarray(pc.match_substring_regex(words, r"[0-9][A-Za-z]"))
    parts["infinite"] = np.asarray(pc.match_substring_regex(words, _NOT_FINITE))
    signs = pc.if_else(pa.array(parts["infinite"]), pc.utf8_slice_codeunits(words, 0, 1), parts["sign"])
    parts["sign"] = signs
    for several in (_marks_at_school(parts), _bounds_that_meet(parts)):
        parts["body"] = pc.if_else(several, nothing, parts["body"])
    return parts


def _marks_at_school(parts: Mapping[str, pa.Array]) -> pa.Array:
    """Find 2+ and 2- where both stand: neither is a number."""
    better, worse = pc.equal(parts["more"], "+"), pc.equal(parts["minus"], "-")
    both = pc.any(better, min_count=0).as_py() and pc.any(worse, min_count=0).as_py()
    return pc.and_(pc.or_(better, worse), pa.scalar(both))


def _bounds_that_meet(parts: Mapping[str, pa.Array]) -> pa.Array:
    """Find <18 and >=18, which are two groups and not one number."""
    bound, more = parts["bound"], parts["more"]
    below = pc.or_(pc.match_substring_regex(bound, "[<≤]"), pc.match_substring_regex(more, "less|under"))
    above = pc.or_(pc.match_substring_regex(bound, "[>≥]"), pc.match_substring_regex(more, r"\+|more|over"))
    met = set(parts["body"].filter(below).to_pylist()) & set(parts["body"].filter(above).to_pylist()) - {""}
    return pc.and_(pc.or_(below, above), pc.is_in(parts["body"], pa.array(sorted(met), parts["body"].type)))


def below_limit(parts: Mapping[str, pa.Array]) -> NDArray[np.bool_]:
    """Return True for <5, but not for <=5 or <-5."""
    return np.asarray(pc.equal(parts["bound"], "<"), dtype=bool) & ~_negative(parts)


def unit_of(parts: Mapping[str, pa.Array]) -> NDArray[np.object_]:
    """The unit of each word: what stands behind the number, or the currency before it."""
    behind = parts["after"]
    return _array(pc.if_else(pc.equal(behind, ""), parts["before"], behind))


def _array(words: pa.Array) -> NDArray[np.object_]:
    return np.asarray(words.to_numpy(zero_copy_only=False), dtype=object)


def _factors(parts: Mapping[str, pa.Array]) -> NDArray[np.float64]:
    """What k, M and the like multiply each number by; NaN where another unit stands."""
    units, places = np.unique(_array(parts["after"]).astype(str), return_inverse=True)
    return np.array([_MAGNITUDES.get(unit, np.nan) for unit in units])[places]


def _is_scaled(parts: Mapping[str, Any], filled: NDArray[np.bool_], counts: NDArray) -> bool:
    """Return True for 300k beside 1.2M, and for 1.2k beside 950, where the unit is no unit but a magnitude."""
    known = filled & ~np.isnan(factors := _factors(parts))
    units = _array(parts["after"])
    if 2 * counts[known].sum() < counts[filled].sum():
        return False
    suffixed = known & (units != "")
    if len(np.unique(factors[suffixed])) > 1:
        return True
    bare = known & (units == "") & ~_matches(parts["body"], r"^[0.,]*$")
    unambiguous = ~np.isin(units[suffixed], _LETTERS)
    return bool(suffixed.any() and bare.any() and parts["glued"][suffixed].all() and unambiguous.all())


def number_format(parts: Mapping[str, Any], counts: NDArray, hint: str = "") -> tuple[NumberFormat, bool]:
    """Choose the format that reads most cells of a column.

    Parameters
    ----------
    parts : mapping
        The different words, split.
    counts : ndarray of int
        How many cells hold each word.
    hint : {"", ".", ","}, default=""
        The decimal mark of the other columns, which decides where this one leaves it open.

    Returns
    -------
    format : NumberFormat
    guessed : bool
        Whether "1,234" or "1.234" might as well have been read the other way.
    """
    form, guessed = _by_marks(parts, counts, hint)
    read = form.reads(parts) & _filled(parts["body"])
    below = below_limit(parts)
    return replace(form, limits=bool((read & below).any() and (read & ~_filled(parts["bound"])).any())), guessed


def _by_marks(parts: Mapping[str, Any], counts: NDArray, hint: str) -> tuple[NumberFormat, bool]:
    """Choose unit and decimal mark."""
    filled = _filled(parts["body"])
    scaled = _is_scaled(parts, filled, counts)
    units = (_array(parts["before"]) if scaled else unit_of(parts))[filled]
    unit = _commonest(units, counts[filled])
    if unit in _SHARES and counts[filled][units == unit].sum() < counts[filled][units == ""].sum():
        unit = ""  # a few percent signs among bare numbers: what these few mean is open
    body = parts["body"]
    if unit.lower() in _CLOCKS and _matches(body.filter(pa.array(unit_of(parts) == unit)), _HOUR).all():
        unit = ""  # 7 pm and 7.30 Uhr are times, 62.5 pm a length

    def cells(mask: NDArray[np.bool_]) -> int:
        return int(counts[mask & filled].sum())

    point, comma = (NumberFormat(decimal, unit, scaled) for decimal in ".,")
    by_point, by_comma = cells(point.reads(parts)), cells(comma.reads(parts))
    either = replace(point, decimal="either")
    if cells(either.reads(parts)) > max(by_point, by_comma):
        return either, False
    if by_point != by_comma:
        return (point if by_point > by_comma else comma), False
    open_point, open_comma = (cells(_matches(body, _AMBIGUOUS[mark])) for mark in ".,")
    if open_comma and (unit in _POINT_MONEY or 2 * cells(_matches(body, r",[0-9]00$")) > open_comma):
        hint = "."
    if open_point and not hint and _divides_thousands(body):
        return comma, True
    chosen = {".": point, ",": comma}.get(hint, point)
    every = open_point == cells(_matches(body, r"\.")) and cells(_matches(body, r"^[0-9]{1,3}$"))  # 1.234 beside 318
    return chosen, bool(open_comma or (open_point and (hint == "," or every)))


def _divides_thousands(body: pa.Array) -> bool:
    """Return True for 609 beside 1.170: who keeps a zero at the end would write 609.000, and who drops it 1.17."""
    return bool(_matches(body, r"^[1-9][0-9]{0,2}\.[0-9]{2}0$").any() and _matches(body, r"^[1-9][0-9]{0,2}$").any())


def _forms(body: pa.Array, decimal: str) -> NDArray[np.bool_]:
    """Return True where the digits and what divides them are a number under this decimal mark."""
    if decimal == "either":
        return _matches(body, r"^(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)$")
    mark, group = (r"\.", r"(?:,[0-9]{2,3})*,[0-9]{3}") if decimal == "." else (",", r"(?:\.[0-9]{3})+")
    blanks = r"(?:(?: [0-9]{3})+|(?:['’][0-9]{3})+|(?:_[0-9]{3})+)"
    return _matches(body, rf"^(?:[0-9]*{mark}[0-9]+|[0-9]+{mark}?|[0-9]{{1,3}}(?:{group}|{blanks})(?:{mark}[0-9]*)?)$")


def _negative(parts: Mapping[str, pa.Array]) -> NDArray[np.bool_]:
    minus = [pc.equal(parts[name], "-") for name in ("sign", "inner", "minus")]
    return np.logical_or.reduce([np.asarray(each) for each in (*minus, pc.equal(parts["close"], ")"))])


def _matches(words: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(words, pattern), dtype=bool)


def _filled(words: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.not_equal(words, ""), dtype=bool)


def _commonest(units: NDArray[np.object_], counts: NDArray) -> str:
    """The unit that most cells have, those without one aside."""
    names, places = np.unique(units.astype(str), return_inverse=True)
    votes = np.bincount(places, weights=counts, minlength=len(names))
    votes[names == ""] = 0
    return str(names[votes.argmax()]) if votes.any() else ""
