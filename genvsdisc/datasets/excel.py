"""Tables from workbooks, by openpyxl and calamine: what a sheet shows in a row is in the row that is read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection
from typing import Any

import pandas as pd

from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.nameless import RECORDS_COMPARED, first_line_is_a_row, numbered_names
from genvsdisc.datasets.top_lines import MOST_LINES, lines_above, names_of_two_lines
from genvsdisc.features.marks import quoted

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_BY_CALAMINE = (".xls", ".xlsb", ".ods")
_SHEETS = "xl/worksheets/"


def excel_columns(source: Source, notes: list[str], known: Collection[str] = ()) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of the first sheet of a workbook that has cells.

    A cell that is merged over several rows below the names stands in each of them.

    Raises
    ------
    ValueError
        If openpyxl is not installed, the workbook cannot be read, or none of its formulas has a value.
    """
    title, rows, merged = _first_sheet(source, notes)
    filled = [place for place, row in enumerate(rows) if any(map(_filled, row))]
    while len(filled) > 1 and sum(map(_filled, rows[filled[0]])) == 1 and sum(map(_filled, rows[filled[1]])) > 1:
        notes.append(_left_out(rows[filled.pop(0)]))
    if not filled:
        raise ValueError(f"{source.name!r} is empty")
    width = max(len(rows[place]) for place in filled)
    above = lines_above([[_written(cell) for cell in rows[place]] for place in filled[:MOST_LINES]], width, known)
    notes += [_left_out(rows[place]) for place in filled[:above]]
    names, below = filled[above], filled[above + 1 :]
    for row in rows:
        row += [None] * (width - len(row))
    _spread(rows, [area for area in merged if area[0] > names], notes)
    _look_for_values(source, title, rows, notes)
    head = [_written(cell) for cell in rows[names]]
    if first_line_is_a_row(head, [[*map(_written, rows[place])] for place in below[:RECORDS_COMPARED]], known):
        head, below = numbered_names(head, notes, known), filled[above:]
    elif below:
        second, *others = ([*map(_written, rows[place])] for place in below[:RECORDS_COMPARED])
        if (joined := names_of_two_lines(head, second, others, notes)) is not None:
            head, below = joined, below[1:]
    columns = [pd.Series([rows[place][j] for place in below], dtype=object).infer_objects() for j in range(width)]
    return head, columns


def _first_sheet(source: Source, notes: list[str]) -> tuple[str, list[list[Any]], list[tuple[int, int, int, int]]]:
    """Title and rows of the first sheet with cells, and its areas of merged cells: first and last row and column."""
    if source.suffix in _BY_CALAMINE:
        return _first_old_sheet(source, notes)
    merges = _holds(source, b"<mergeCell ")
    book = _book(source, read_only=not merges)
    sheets = [(sheet, _rows(source, sheet)) for sheet in book.worksheets[:1]]
    while sheets and not any(any(map(_filled, row)) for row in sheets[-1][1]) and len(sheets) < len(book.worksheets):
        sheets.append((sheet := book.worksheets[len(sheets)], _rows(source, sheet)))
    if not sheets:
        return "", [], []
    sheet, rows = sheets[-1]
    _say_which(len(book.worksheets), len(sheets), sheet.title, notes)
    areas = sheet.merged_cells.ranges if merges else ()
    return sheet.title, rows, [(a.min_row - 1, a.max_row - 1, a.min_col - 1, a.max_col - 1) for a in areas]


def _first_old_sheet(source: Source, notes: list[str]) -> tuple[str, list[list[Any]], list[tuple[int, int, int, int]]]:
    try:
        import python_calamine
    except ImportError:
        what = f"{source.name!r} is a workbook of an old Excel or of LibreOffice"
        raise ValueError(f"{what}: pip install python-calamine, or save it as .xlsx or CSV") from None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.read()))
        for read, title in enumerate(book.sheet_names, start=1):
            sheet = book.get_sheet_by_name(title)
            rows = [[*map(_as_openpyxl, row)] for row in sheet.to_python(skip_empty_area=False)]
            if any(any(map(_filled, row)) for row in rows) or read == len(book.sheet_names):
                break
    except Exception as error:  # as for openpyxl
        raise _unreadable(source, error) from None
    _say_which(len(book.sheet_names), read, title, notes)
    areas = sheet.merged_cell_ranges or ()
    return title, rows, [(first[0], last[0], first[1], last[1]) for first, last in areas]


def _as_openpyxl(cell: Any) -> Any:
    """A cell of calamine as openpyxl gives it: nothing for an empty one, and whole numbers as such."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


def _say_which(several: int, read: int, title: str, notes: list[str]) -> None:
    if several > 1:
        which = "the first" if read == 1 else "the first that has cells"
        notes.append(f"Of {several} sheets {which}, {title!r}, was read.")


def _book(source: Source, **rules: bool) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise ValueError(f"{source.name!r} is an Excel file: pip install openpyxl, or save it as CSV") from None
    try:
        return openpyxl.load_workbook(io.BytesIO(source.read()), **{"data_only": True, **rules})
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        raise _unreadable(source, error) from None


def _rows(source: Source, sheet: Any) -> list[list[Any]]:
    try:
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        raise _unreadable(source, error) from None


def _unreadable(source: Source, error: Exception) -> ValueError:
    return ValueError(f"cannot read {source.name!r} as Excel: {first_line(error)}")


def _holds(source: Source, mark: bytes) -> bool:
    """Return True if a sheet holds a mark, which openpyxl passes over while it reads row by row."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            return any(mark in archive.read(name) for name in archive.namelist() if name.startswith(_SHEETS))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        # damaged, in one of three ways; a password; an odd compression
        raise _unreadable(source, error) from None


def _spread(rows: list[list[Any]], areas: list[tuple[int, int, int, int]], notes: list[str]) -> None:
    """Write the value of each area of merged cells into all rows of its first column."""
    areas = [area for area in sorted(areas) if area[1] > area[0] and _filled(rows[area[0]][area[2]])]
    for first, last, column, _ in areas:
        for row in rows[first + 1 : last + 1]:
            row[column] = rows[first][column]
    if areas:
        shown = quoted(_written(rows[areas[0][0]][areas[0][2]]))
        count = sum(last - first for first, last, *_ in areas)
        notes.append(f"Merged cells ({shown}, ...) stand in each of their rows: {count} more entries.")


def _look_for_values(source: Source, title: str, rows: list[list[Any]], notes: list[str]) -> None:
    """Say how many formulas have no value: the program that wrote them has computed none."""
    if source.suffix in _BY_CALAMINE or not _holds(source, b"<f"):
        return
    formulas = [
        (i, j, cell)
        for i, row in enumerate(_rows(source, _book(source, read_only=True, data_only=False)[title]))
        for j, cell in enumerate(row)
        if isinstance(cell, str) and cell.startswith("=")
    ]
    without = [
        (i, j, cell) for i, j, cell in formulas if i < len(rows) and j < len(rows[i]) and not _filled(rows[i][j])
    ]
    if not without:
        return
    i, j, cell = without[0]
    first = f"the first in row {i + 1}, column {j + 1} ({quoted(cell)})"
    if len(without) == len(formulas):
        raise ValueError(
            f"none of the {len(formulas)} formulas in {source.name!r} has a value, {first}: open it in a spreadsheet "
            "program and save it, which computes them"
        )
    notes.append(f"{len(without)} of {len(formulas)} formulas have no value and are read as missing, {first}.")


def _left_out(row: list[Any]) -> str:
    return f"A line before the names left out: {' '.join(map(_written, filter(_filled, row)))[:60]!r}."


def _written(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
