"""How likely words of old encodings are: a naive Bayes classifier of encodings, from the letters of their languages.

A word in an encoding is a chain of letters: whether the next one is of ASCII, a small or a capital one depends on the
last, and which it is on how frequent it is in the languages that are written in this encoding. Letters of ideographs
are as likely as others of their part of the code: the standards put the frequent ones first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from unicodedata import category

_WESTERN = "éäöüáíóñçßèàåøêæúãâôëîïœõûùìòðþýÿ"
_CENTRAL = "áéíłóęąěýřžčśšůżćúńöőüďťűňźäôșțăâîđľĺŕ"
_TURKISH = "ıüşöçğâîû"
_BALTIC = "šėžąųįūāčīēņõäöüķļģęōŗóśłżń"
_LATIN = (_WESTERN, _CENTRAL, _TURKISH, _BALTIC)
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєёґўъ"
_ENCODINGS = {
    "latin-1": (0.0, _WESTERN),
    "cp1252": (0.0, _WESTERN),
    "cp1250": (-3.5, _CENTRAL),
    "iso8859_2": (-4.5, _CENTRAL),
    "cp1254": (-3.0, _TURKISH),
    "cp1257": (-4.0, _BALTIC),
    "mac_roman": (-4.0, _WESTERN),
    "cp850": (-4.0, _WESTERN),
    "cp1251": (-1.0, _CYRILLIC),
    "koi8_r": (-3.0, _CYRILLIC),
    "cp866": (-3.0, _CYRILLIC),
    "iso8859_5": (-6.0, _CYRILLIC),
    "mac_cyrillic": (-6.0, _CYRILLIC),
    "cp1253": (-3.0, "αοιετσνηυρπκμλςάίωόέήγδύχθώφβξζψϊϋΐΰ"),
    "cp1255": (-3.0, "יוהלאםרתבמשנכדקעחטפגסןזצךףץ"),
    "cp1256": (-3.0, "اليمنروتةبعدسفهكقحجشطصأخىضذثزغظإءئآؤ"),
    "cp874": (-3.0, "านรอกเง่มยล้วดัทสตะิีปบคหแ์จพชขุใื็ไูโึผซถฟำณศธภญษฉฐฮฏ"),
    "gb18030": (-2.0, ""),
    "big5": (-3.0, ""),
    "cp949": (-3.0, ""),
    "cp932": (-3.0, ""),
    "euc_jp": (-4.0, ""),
}
"""Encoding -> log of how often files are in it, and its small letters, from the most frequent on."""
ENCODING_NAMES = {
    "latin-1": "Latin-1", "cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "cp850, of DOS",
    "cp1250": "Windows-1250, of Central Europe", "iso8859_2": "Latin-2, of Central Europe",
    "cp1254": "Windows-1254, of Turkish", "cp1257": "Windows-1257, of the Baltic", "cp1255": "Windows-1255, of Hebrew",
    "cp1256": "Windows-1256, of Arabic", "cp874": "Windows-874, of Thai", "gb18030": "GB 18030, of Chinese",
    "big5": "Big5, of Chinese", "cp949": "EUC-KR, of Korean", "cp932": "Shift JIS, of Japanese",
    "euc_jp": "EUC-JP, of Japanese",
}  # fmt: skip
"""What notes call an encoding, where not by the name that Python has for it."""
_FREQUENT = {
    "gb18030": [("gb2312", (0xB0A1, 0xD7FA), 0.95)],
    "big5": [("big5", (0xA440, 0xC67E), 0.95)],
    "cp949": [("cp949", (0xB0A1, 0xC8FE), 0.95)],
    "cp932": [("cp932", (0x829F, 0x8396), 0.55), ("cp932", (0x889F, 0x9872), 0.4)],
    "euc_jp": [("euc_jp", (0xA4A1, 0xA5F6), 0.55), ("euc_jp", (0xB0A1, 0xCFD3), 0.4)],
}
"""Where the frequent letters lie, and their share: by Pinyin, by strokes, by sound."""
_SIGNS = "°’²³–“”€µ…‘—·®©™«»§½¼±×\u00a0、。「」・ー（）：，％"
_BEFORE_LETTERS = "\u00a0’‘“–—…·«µ°・「"
_ODD = 0.2  # another sign with a letter after it, as ³ódŸ for Łódź
_AT_AN_END = 4.0  # how much likelier a sign is at an end of a word
_ALONE = 0.1  # how often one letter beyond ASCII is a word, in Latin
_STEEP = 3.5  # how much rarer the rarest small letter is than the most frequent one, in logs
_SMALL, _OTHER_LETTERS, _OTHER_SIGNS, _KNOWN_SIGNS = 0.85, 0.01, 0.002, 0.12
_MIXED = {"alphabet": 0.003, "ideographs": 0.05}  # of letters beyond ASCII behind one of it, as in A型
_NEVER = 1e-7  # a control, or a byte that the encoding lacks
_AFTER = {"": (0.7, 0.3), "small": (0.995, 0.005), "capital": (0.6, 0.4), "sign": (0.7, 0.3)}
"""After what -> how likely a small letter is, and a capital one."""
_DIVIDERS = re.compile(rb"""[\s,;"'()/:.!?<>=+*&%#\d_-]+""")
_MOST_WORDS = 3000


def most_likely(raw: bytes, possible: Callable[[str], bool] = lambda _: True) -> str:
    """Name the encoding in which the words of a text are most likely; each word counts once.

    Parameters
    ----------
    raw : bytes
        Text with letters beyond ASCII, not in UTF-8.
    possible : callable, default=lambda _: True
        Whether all of a file is in an encoding, of which `raw` is a part.

    Returns
    -------
    encoding : str

    Examples
    --------
    >>> most_likely("Москва,мужчина".encode("cp1251"))
    'cp1251'
    >>> most_likely("Größe,männlich".encode("latin-1"))
    'latin-1'
    """
    words = [word for word in dict.fromkeys(_DIVIDERS.split(raw)) if not word.isascii()][:_MOST_WORDS]
    return max(filter(possible, _ENCODINGS), key=lambda encoding: _log_likelihood(words, encoding))


def _log_likelihood(words: list[bytes], encoding: str) -> float:
    prior, letters = _ENCODINGS[encoding]
    likely = _probabilities(encoding)
    script = "ideographs" if encoding in _FREQUENT else "latin" if letters in _LATIN else "alphabet"
    return prior + sum(_word(word.decode(encoding, "replace"), likely, script) for word in words)


def _word(word: str, likely: dict[str, float], script: str) -> float:
    total, before, kind = 0.0, "", ""
    for letter, after in zip(word, word[1:] + " ", strict=True):
        alpha = letter.isascii() and letter.isalpha()
        beyond = _beyond(before, script)
        total += math.log(1 - beyond if letter.isascii() else beyond)
        if letter.isascii():
            total += math.log(0.05 if alpha else 0.0002)
        else:
            total += math.log(likely.get(letter, _NEVER))
            if letter.isalpha():
                total += math.log(_ALONE) if script == "latin" and len(word) == 1 else 0.0
            elif after.isalpha() and letter not in _BEFORE_LETTERS:
                total += math.log(_ODD)
            elif not before or after == " ":
                total += math.log(_AT_AN_END)
        now = "sign" if not letter.isalpha() else "capital" if letter.isupper() else "small"
        if letter.isalpha() and letter.upper() != letter.lower():
            total += math.log(_AFTER[kind][now == "capital"])
        before, kind = letter, now
    return total


def _beyond(before: str, script: str) -> float:
    """How likely the next letter is beyond ASCII, after this one."""
    if script == "latin":
        return 0.12 if not before or before.isascii() else 0.05
    return 0.7 if not before else _MIXED[script] if before.isascii() else 0.97


@cache
def _probabilities(encoding: str) -> dict[str, float]:
    """Letter beyond ASCII -> how likely it is among those of its case."""
    if encoding in _FREQUENT:
        return _of_ideographs(encoding)
    letters = _ENCODINGS[encoding][1]
    present = {bytes([byte]).decode(encoding, "ignore") for byte in range(128, 256)} - {""}
    known = [letter for letter in letters if letter in present]
    likely = _falling(known, _SMALL)
    likely |= {letter.upper(): value for letter, value in likely.items() if letter.upper() in present}
    if encoding == "cp1254":
        likely["İ"] = likely["ı"]
    return likely | _others(present - set(likely))


def _falling(letters: Sequence[str], share: float) -> dict[str, float]:
    """Share out a probability, to the first the most."""
    weights = [math.exp(-_STEEP * rank / len(letters)) for rank in range(len(letters))]
    return {letter: share * weight / sum(weights) for letter, weight in zip(letters, weights, strict=True)}


def _of_ideographs(encoding: str) -> dict[str, float]:
    likely: dict[str, float] = {}
    for codec, (first, last), share in _FREQUENT[encoding]:
        codes = [code.to_bytes(2) for code in range(first, last + 1)]
        letters = [letter for code in codes if len(letter := code.decode(codec, "ignore")) == 1]
        likely |= dict.fromkeys(letters, share / len(letters))
    leads, trails = range(0x81, 0xFF), [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    whole = {bytes([lead, trail]).decode(encoding, "ignore") for lead in leads for trail in trails}
    return likely | _others({letter for letter in whole if len(letter) == 1 and not letter.isascii()} - set(likely))


def _others(letters: set[str]) -> dict[str, float]:
    """Share out what is left: more to the signs of good type, less to letters of other languages, least to signs."""
    kinds = {letter: category(letter) for letter in letters}
    known = [letter for letter in _SIGNS if letter in letters]
    words = [letter for letter in letters if kinds[letter][0] in "LM" and letter not in _SIGNS]
    signs = [letter for letter in letters if kinds[letter][0] in "NPSZ" and letter not in _SIGNS]
    return {
        **_falling(known, _KNOWN_SIGNS),
        **dict.fromkeys(words, _OTHER_LETTERS / max(len(words), 1)),
        **dict.fromkeys(signs, _OTHER_SIGNS / max(len(signs), 1)),
    }
