"""Tables from workbooks, by openpyxl and calamine: what a sheet shows in a row is in the row that is read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd

from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.nameless import RECORDS_COMPARED, first_line_is_a_row, numbered_names
from genvsdisc.datasets.top_lines import MOST_LINES, lines_above, names_of_two_lines
from genvsdisc.features.marks import bare, quoted

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_BY_CALAMINE = (".xls", ".xlsb", ".ods")
_SHEETS = "xl/worksheets/"


def excel_columns(source: Source, notes: list[str], known: Collection[str] = ()) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of the first sheet of a workbook that has cells, and one of the names that are known.

    Where no sheet has such a name, it is the first that has cells. A cell that is merged over several rows below the
    names stands in each of them.

    Raises
    ------
    ValueError
        If openpyxl is not installed, the workbook cannot be read, or none of its formulas has a value.
    """
    title, rows, merged = _first_sheet(source, notes, known)
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


def is_text_of_another_name(source: Source) -> bool:
    """Return True if a file named as a workbook is text, as programs write that want a spreadsheet to open it."""
    head = source.head(4096)
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or not any(sign < 9 for sign in head)


def _first_sheet(
    source: Source, notes: list[str], known: Collection[str]
) -> tuple[str, list[list[Any]], list[tuple[int, int, int, int]]]:
    """Title and rows of the first sheet with cells, and its areas of merged cells: first and last row and column."""
    if source.suffix in _BY_CALAMINE:
        return _first_old_sheet(source, notes, known)
    merges = _holds(source, b"<mergeCell ")
    book = _book(source, read_only=not merges)
    if not book.worksheets:
        return "", [], []
    titles = [sheet.title for sheet in book.worksheets]
    place, rows = _chosen((_rows(source, sheet) for sheet in book.worksheets), titles, known, notes)
    sheet = book.worksheets[place]
    areas = sheet.merged_cells.ranges if merges else ()
    return sheet.title, rows, [(a.min_row - 1, a.max_row - 1, a.min_col - 1, a.max_col - 1) for a in areas]


def _chosen(
    sheets: Iterable[list[list[Any]]], titles: list[str], known: Collection[str], notes: list[str]
) -> tuple[int, list[list[Any]]]:
    """Place and rows of the sheet to read, and a note which it is of several; no more are read than it takes."""
    place, rows, which = 0, list[list[Any]](), "the first"
    chosen = False
    for other, cells in enumerate(sheets):
        filled = [row for row in cells if any(map(_filled, row))]
        widths = [sum(map(_filled, row)) for row in filled[:MOST_LINES]]
        heads = filled[: widths.index(max(widths)) + 1] if filled else []  # not a row that explains a name
        named = any(bare(_written(cell)) in known for row in heads for cell in row)
        if filled and not chosen:
            place, rows, which = other, cells, "the first" if not other else "the first that has cells"
            chosen = True
        elif named:
            place, rows, which = other, cells, "the first that has a column that was asked for"
        if chosen and (named or not known):
            break
    if len(titles) > 1:
        notes.append(f"Of {len(titles)} sheets {which}, {titles[place]!r}, was read.")
    return place, rows


def _first_old_sheet(
    source: Source, notes: list[str], known: Collection[str]
) -> tuple[str, list[list[Any]], list[tuple[int, int, int, int]]]:
    try:
        import python_calamine
    except ImportError:
        what = f"{source.name!r} is a workbook of an old Excel or of LibreOffice"
        raise ValueError(f"{what}: pip install python-calamine, or save it as .xlsx or CSV") from None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(source.read()))
        sheets = map(book.get_sheet_by_name, book.sheet_names)
        cells = ([[*map(_as_openpyxl, row)] for row in each.to_python(skip_empty_area=False)] for each in sheets)
        place, rows = _chosen(cells, book.sheet_names, known, notes)
        sheet = book.get_sheet_by_name(title := book.sheet_names[place])
    except Exception as error:  # as for openpyxl
        raise _unreadable(source, error) from None
    areas = sheet.merged_cell_ranges or ()
    return title, rows, [(first[0], last[0], first[1], last[1]) for first, last in areas]


def _as_openpyxl(cell: Any) -> Any:
    """A cell of calamine as openpyxl gives it: nothing for an empty one, and whole numbers as such."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


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
    what = "it is text, and no workbook: name it .csv" if is_text_of_another_name(source) else first_line(error)
    return ValueError(f"cannot read {source.name!r} as Excel: {what}")


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
