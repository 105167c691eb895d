"""Bytes of a table: from a path or standard input, out of their compression and in UTF-8."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from encodings.aliases import aliases
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

READABLE = (
    "CSV, TSV, JSON, ARFF, LIBSVM, Parquet, Feather, ORC, workbooks, and files of Stata, SAS and SPSS can be read, "
    "also in gzip, bzip2, xz, zstd or zip"
)
_CHUNK = 1 << 22
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip")
_UNPACKED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\0": lzma.decompress,
    b"\x28\xb5\x2f\xfd": lambda raw: pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read(),
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Source:
    """A file, or the content of one.

    Attributes
    ----------
    name : str
        Its name as the user knows it.
    stem : str
        The name without suffixes, for titles and folders.
    suffix : str
        In lower case, without that of a compression.
    path : Path or None
        Where it lies, if its bytes can be read from there as they are.
    content : bytes
        Its bytes, if not.
    encoding : str
        What its text is in, if that was said.
    """

    name: str
    stem: str
    suffix: str
    path: Path | None = None
    content: bytes = b""
    encoding: str = ""

    def open(self) -> BinaryIO:
        """Open the bytes for reading; each time from the start."""
        return self.path.open("rb") if self.path else io.BytesIO(self.content)

    def stream(self, start: int) -> Any:
        """Open the bytes from a place on, without a copy, for pyarrow."""
        if self.path is None:
            return pa.BufferReader(pa.py_buffer(self.content)[start:])
        stream = self.path.open("rb")
        stream.seek(start)
        return stream

    def head(self, size: int) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def size(self) -> int:
        """Return the number of bytes."""
        return self.path.stat().st_size if self.path else len(self.content)

    def read(self) -> bytes:
        """Return all bytes."""
        return self.path.read_bytes() if self.path else self.content

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, a few megabytes at a time."""
        with self.open() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


def source_of(path: str | PathLike[str], encoding: str | None = None) -> Source:
    """Find a file, or "-" for standard input, and take it out of its compression.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If it is a URL, an archive of several files, or damaged; or Python knows no such encoding.
    """
    named = "" if encoding is None else _known_encoding(encoding)
    return replace(_found(fspath(path)), encoding=named)


def _known_encoding(name: str) -> str:
    """The name that Python has for an encoding of text."""
    if (python_name := _python_name(name)) is not None:
        return python_name
    spelt = re.sub(r"[^a-z0-9]+", "_", name.lower().replace("windows", "cp"))
    close = get_close_matches(spelt, sorted({*aliases, *aliases.values()}))
    known = dict.fromkeys(each for each in map(_python_name, close) if each is not None)
    hint = f"did you mean {' or '.join(known)}?" if known else "such are utf-8, cp1252, latin-1, cp932, gb18030"
    raise ValueError(f"no encoding of text is named {name[:60]!r}; {hint}")


def _python_name(name: str) -> str | None:
    try:
        "a".encode(name)  # a codec of bytes, such as hex, is found but is none of text
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def _found(given: str) -> Source:
    if re.match(r"[a-z][a-z0-9+.-]+://", given, re.IGNORECASE):
        raise ValueError(f"{given!r} is a URL: download it first, for tables are read from files")
    if given == "-":
        return _unpacked(Source("standard input", "stdin", "", content=sys.stdin.buffer.read()))
    file = Path(given)
    if not file.exists():
        raise FileNotFoundError(f"no such file: {given!r}")
    if file.is_dir():
        raise IsADirectoryError(f"{given!r} is a folder, not a table")
    bare = Path(file.stem) if file.suffix.lower() in _SUFFIXES else Path(file.name)
    if file.is_file():
        return _unpacked(Source(file.name, bare.stem, bare.suffix.lower(), path=file))
    return _unpacked(Source(file.name, bare.stem, bare.suffix.lower(), content=file.read_bytes()))  # a pipe


def _unpacked(source: Source) -> Source:
    head = source.head(16)
    try:
        for magic, unpack in _UNPACKED.items():
            if head.startswith(magic):
                return replace(source, path=None, content=unpack(source.read()))
        if head.startswith(_OLD_OFFICE):
            return replace(source, suffix=".xls")
        return _member(source) if head.startswith(_ZIP) else source
    except _Several as error:
        raise ValueError(str(error)) from None
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        if source.path is not None and isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"{source.name!r} is compressed, and damaged: {first_line(error)}") from None


def _member(source: Source) -> Source:
    """The one table of a zip archive; a workbook of Excel, which is such an archive too, is left as it is."""
    with source.open() as stream, zipfile.ZipFile(stream) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX")]
        names = [name for name in names if not Path(name).name.startswith(".")]  # what a Mac leaves in folders
        if "[Content_Types].xml" in names:
            return replace(source, suffix=".xlsb" if "xl/workbook.bin" in names else ".xlsx")
        if "content.xml" in names and "mimetype" in names:
            return replace(source, suffix=".ods")
        if len(names) != 1:
            listed = ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
            raise _Several(f"{source.name!r} holds {len(names)} files ({listed}): unpack it, and give one of them")
        try:
            content = archive.read(names[0])
        except (RuntimeError, NotImplementedError) as error:  # a password; an odd compression
            raise _Several(f"cannot unpack {source.name!r}: {first_line(error)}") from None
    return replace(source, suffix=Path(names[0]).suffix.lower(), path=None, content=content)


class _Several(Exception):
    """An archive that is fine but is no single table."""


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, or its kind where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
