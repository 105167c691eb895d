"""Text of a file in UTF-8, from whatever encoding it is in; what is no text is named."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from unicodedata import category

from genvsdisc.datasets.files import READABLE, Source
from genvsdisc.datasets.letters import ENCODING_NAMES, most_likely

_OTHER_KINDS = {
    b"SQLite format 3": "an SQLite database: write the table out as CSV (sqlite3 -csv -header)",
    b"\x89HDF": "an HDF5 file: write the table out with pandas.read_hdf(...).to_parquet(...)",
    b"RDX3\nX\n": "a file of R: write the table out with write.csv(..., row.names = FALSE)",
    b"X\n\0\0": "a file of R: write the table out with write.csv(..., row.names = FALSE)",
    b"\x80\x04\x95": "a pickle, which may run code: write the table out with DataFrame.to_parquet(...)",
    b"\x80\x05\x95": "a pickle, which may run code: write the table out with DataFrame.to_parquet(...)",
    b"%PDF": "a PDF: tables are read from files of data",
    b"\x93NUMPY": "a NumPy array: give it to genvsdisc.compare in Python",
}
REMEDY = ": where its words look wrong, say which it is (--encoding NAME, or encoding= in Python)."
_WESTERN = ("latin-1", "cp1252")
_LEAST_MIXED = 0.1  # of the lines beyond ASCII are in UTF-8: by chance a line of another encoding hardly ever is
_SAMPLED = 1 << 16
_MARKED = {
    (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE): "utf-32",  # the first begins as a mark of UTF-16 does
    (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE): "utf-16",
}
_WIDE = {"utf-32-le": 4, "utf-32-be": 4, "utf-16-le": 2, "utf-16-be": 2}
_LEAST_ASCII = 0.1  # of the letters of a table: what divides its fields, its digits
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f]")
_MOST_ZEROS = 0.1  # of the bytes of text in which a program left some
_MOST_CONTROLS = 0.001  # of the characters of text


def in_utf8(source: Source, notes: list[str]) -> Source:
    """Give text in UTF-8 without a mark, from whatever encoding it is in.

    Raises
    ------
    ValueError
        If it is no text: the message says what it is, where that can be seen; or it is not in the encoding that was
        said.
    """
    head = source.head(64)
    if not head:
        raise ValueError(f"{source.name!r} is empty")
    for magic, words in _OTHER_KINDS.items():
        if head.startswith(magic):
            raise ValueError(f"{source.name!r} is {words}")
    if source.encoding:
        return _as_said(source, notes)
    if marked := next((encoding for marks, encoding in _MARKED.items() if head.startswith(marks)), None):
        return _recoded(source, marked)
    if wide := _wide(source.head(_SAMPLED)):
        notes.append(f"The file is not in UTF-8; it was read as {wide.upper()}{REMEDY}")
        return _recoded(source, wide)
    if not _is_utf8(source):
        return _from_other(source, notes)
    return replace(source, path=None, content=source.read()[3:]) if head.startswith(codecs.BOM_UTF8) else source


def _as_said(source: Source, notes: list[str]) -> Source:
    raw, named = source.read(), source.encoding
    in_utf8 = not raw.isascii() and not named.startswith("utf-8") and _decodes(raw, "utf-8")
    try:
        text = raw.decode(named)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        where = f"line {raw[:start].count(10) + 1:,} holds {raw[start : start + 1]!r}, which stands for nothing there"
        remedy = "by its bytes it is in utf-8" if in_utf8 else "name another encoding, or none to have it guessed"
        raise ValueError(f"{source.name!r} is not in {named}: {where}; {remedy}") from None
    if in_utf8:
        hint = "where its words look wrong, name no encoding"
        notes.append(f"The file was read as {named}, as asked, but by its bytes it is in UTF-8: {hint}.")
    return _checked(source, text)


def _is_utf8(source: Source) -> bool:
    """Look through all of a file; a zero in it shows that it is no text."""
    decoder, beyond = codecs.getincrementaldecoder("utf-8")(), False
    try:
        for chunk in source.chunks():
            if b"\0" in chunk:
                raise ValueError(_of_zeros(source))
            beyond = beyond or not chunk.isascii()
            if beyond:
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _of_zeros(source: Source) -> str:
    """Say that bytes are no text, or text but for zeros, which some programs leave in it."""
    raw = source.read()
    zeros, head = raw.count(b"\0"), raw[:_SAMPLED]
    text = head.replace(b"\0", b"")
    controls = sum(byte < 32 and byte not in b"\t\r\n" for byte in text)
    if zeros > _MOST_ZEROS * len(raw) or controls > _MOST_CONTROLS * len(text) or not _decodes(text[:-4], "utf-8"):
        return f"{source.name!r} is not a text table; {READABLE}"
    line = raw[: raw.index(b"\0")].count(b"\n") + 1
    many = f"{zeros:,} zero bytes, the first in" if zeros > 1 else "a zero byte in"
    return f"{source.name!r} has {many} line {line:,}, which no text has: remove {'them' if zeros > 1 else 'it'}"


def _wide(head: bytes) -> str | None:
    """Name the encoding of two or four bytes a letter, without a mark, in which text has lines, if there is one."""
    if b"\0" not in head:
        return None
    for encoding, size in _WIDE.items():
        try:
            text = head[: len(head) // size * size].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 2 * size:  # not a letter cut in two at the end
                continue
            text = head[: error.start].decode(encoding)
        ends = text.count("\n") + text.count("\r")
        odd = sum(category(letter) in ("Cc", "Cn", "Co") for letter in text) - ends - text.count("\t")
        if ends and odd <= _MOST_CONTROLS * len(text) and sum(map(str.isascii, text)) >= _LEAST_ASCII * len(text):
            return encoding
    return None


def _from_other(source: Source, notes: list[str]) -> Source:
    mixed = _line_by_line(source.read())
    if mixed is None:
        return _recoded(source, _encoding(source, notes))
    notes.append(f"Some lines of the file are in UTF-8 and some are not: these were read as Windows-1252{REMEDY}")
    return _recoded(replace(source, path=None, content=mixed), "utf-8")


def _line_by_line(raw: bytes) -> bytes | None:
    """Write in UTF-8 what is not, line by line, in a file that was put together from two; None if it was not.

    Lines of GBK or Thai may be UTF-8 by chance: the others are then no likely words of Western Europe.
    """
    lines = raw.splitlines(keepends=True)
    foreign = [place for place, line in enumerate(lines) if not _decodes(line, "utf-8")]
    beyond = sum(not line.isascii() for line in lines)
    if len(foreign) > (1 - _LEAST_MIXED) * beyond or not all(_decodes(lines[place], "cp1252") for place in foreign):
        return None
    if most_likely(b"".join(lines[place] for place in foreign)[:_SAMPLED]) not in _WESTERN:
        return None
    for place in foreign:
        lines[place] = lines[place].decode("cp1252").encode()
    return b"".join(lines)


def _recoded(source: Source, encoding: str) -> Source:
    try:
        text = source.read().decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"{source.name!r} is not a text table: {error.reason} in {encoding.upper()}") from None
    return _checked(source, text)


def _checked(source: Source, text: str) -> Source:
    """Text as the content of a source, in UTF-8, unless it holds what no text does."""
    beginning = text[: 1 << 20]
    if "\0" in beginning or len(_CONTROLS.findall(beginning)) > _MOST_CONTROLS * len(beginning):
        raise ValueError(f"{source.name!r} is not a text table; {READABLE}")
    return replace(source, path=None, content=text.removeprefix("\ufeff").encode())


def _encoding(source: Source, notes: list[str]) -> str:
    """Name the encoding of text that is not UTF-8 in which its words are most likely."""
    raw = source.read()
    encoding = most_likely(_beyond_ascii(raw), lambda encoding: _decodes(raw, encoding))
    notes.append(f"The file is not in UTF-8; it was read as {ENCODING_NAMES.get(encoding, encoding)}{REMEDY}")
    return encoding


def _beyond_ascii(raw: bytes) -> bytes:
    """Return the first lines that hold other letters than those of ASCII."""
    lines = [line for line in raw[: 1 << 22].splitlines(keepends=True) if not line.isascii()]
    return b"".join(lines)[:_SAMPLED]


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
