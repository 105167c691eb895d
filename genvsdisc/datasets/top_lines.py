"""What stands above the names of a text table: who made it and when, or the names of groups of columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from genvsdisc.features.marks import MARKS, bare

MOST_LINES = 60
_MOST_ABOVE = 20
_FEWEST_BELOW, _MOST_BELOW = 5, 10
_LOGGERS = ("TOA5", "TOACI1")
"""First field of the files of Campbell's data loggers, whose second line has the names."""
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][+-]?\d+)?\s*%?")
_UNIT = re.compile(
    r"\W*|[\[(].*[\])]|%|[kcmµμn]?m[²³]?|[kmµμ]?g|[°][CFK]|[mµμn]?s|[mkM]?[lVAWJN]|mmol|mol|[kh]?pa|ppm|db|[kmg]?hz|kwh"
    r"|usd|eur|chf|gbp|years?|yrs?|months?|days?|hours?|h|min|sec|n|pieces|[a-zA-Z²³]{1,4}/[a-zA-Z²³]{1,4}",
    re.IGNORECASE,
)


def lines_above(lines: Sequence[Sequence[str]], width: int, known: Collection[str] = ()) -> int:
    """Count the lines above the names, where the first line lacks some of them.

    The line of names is then the first that has a word in each field, each once, above numbers in a column that has
    none before, or one of the names that are known. A first line of which only the first field is blank or left out is
    one of names: of a table with names of rows.

    Parameters
    ----------
    lines : sequence of sequences of str
        Fields of the first lines of a file.
    width : int
        Number of fields of most lines.
    known : collection of str, default=()
        Names of columns, such as that of the target.

    Returns
    -------
    above : int
        0 where the first line may be the one of names.

    Examples
    --------
    >>> rows = [[f"{k}.5", str(k), "a"] for k in range(9)]
    >>> lines_above([["Made by", "Ann"], ["Units", "cm"], [], ["height", "age", "class"], *rows], 3)
    3
    """
    records = [[field.strip() for field in fields] for fields in lines]
    filled = [place for place, record in enumerate(records) if any(record)]
    if len(filled) < _FEWEST_BELOW or records[filled[0]][0].startswith("#"):
        return 0
    first, second = (records[place] for place in filled[:2])
    if first[0] in _LOGGERS:
        return filled[1]
    row_names = len(first) == width - 1 and all(first) and len(second) == width
    if len(first) > width or (len(first) == width and all(first[1:])) or row_names:
        return 0
    if known and any(bare(field) in known for field in first):
        return 0
    for place in filled[1:_MOST_ABOVE]:
        record = records[place]
        if len(record) == width and all(record):
            if len(set(record)) == width and any(bare(field) in known for field in record):
                return place
            below = [records[other] for other in filled if other > place and len(records[other]) == width][:_MOST_BELOW]
            above = [records[other] for other in filled if other < place]
            return place if _are_names(record, above, below) else 0
    return 0


def names_of_two_lines(
    first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]], notes: list[str]
) -> list[str] | None:
    """Names of a table whose first line repeats or lacks some, as over merged cells, and whose second tells them apart.

    Parameters
    ----------
    first, second : sequence of str
        Fields of the first two lines.
    below : sequence of sequences of str
        Fields of some rows below them.
    notes : list of str
        What was joined is added.

    Returns
    -------
    names : list of str or None
        A name that is repeated, or left out behind it, has the word below it behind it; any other stays as it is. None
        where the second line has a number, or no word above numbers, or names would still be repeated.

    Examples
    --------
    >>> names_of_two_lines(["Size", "Size", "Kind"], ["length", "width", ""], [["1.5", "2.5", "a"]], [])
    ['Size length', 'Size width', 'Kind']
    """
    heads = [name.strip() for name in first]
    words = ["" if word.strip().lower() in MARKS else word.strip() for word in second]
    for place in range(1, min(len(heads), len(words))):
        if words[place] and not heads[place]:  # merged with the cell before it
            heads[place] = heads[place - 1]
    repeated = [bool(name) and heads.count(name) > 1 for name in heads]
    if not any(repeated) or len(words) != len(heads) or any(map(_NUMBER.fullmatch, words)):
        return None
    columns = [[row[place].strip() for row in below if len(row) == len(heads)] for place in range(len(heads))]
    cells = [[cell for cell in column if cell] for word, column in zip(words, columns, strict=True) if word]
    below_units = [column[1:] for column in cells]  # which may stand in a line of their own
    if not any(column and all(map(_NUMBER.fullmatch, column)) for column in (*cells, *below_units)):
        return None
    alone = len(set(heads)) == 1 and all(words)  # one title over all columns
    joined = [
        word if alone else f"{name} {word}" if again else name
        for name, word, again in zip(heads, words, repeated, strict=True)
    ]
    if len(set(joined)) < len(joined) or not all(word for word, again in zip(words, repeated, strict=True) if again):
        return None
    shown = ", ".join(repr(name) for name, again in zip(joined, repeated, strict=True) if again)
    notes.append(f"The names stand in two lines, of which the first names several columns at once: {shown[:120]}.")
    return joined


def _are_names(record: Sequence[str], above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> bool:
    if len(set(record)) < len(record) or any(_NUMBER.fullmatch(field) for field in record):
        return False
    if any(_UNIT.fullmatch(field) for field in record):
        return False
    for place in range(len(record)):
        cells = [row[place] for row in below if row[place]]
        if cells and _UNIT.fullmatch(cells[0]):  # of a line of units below the names
            cells = cells[1:]
        before = [row[place] for row in above if len(row) > place]
        numbers = len(cells) >= _FEWEST_BELOW and all(map(_NUMBER.fullmatch, cells))
        if numbers and not any(_NUMBER.fullmatch(cell) for cell in before):
            return True
    return False
