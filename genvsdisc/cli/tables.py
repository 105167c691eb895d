"""The table that the words mean: files or a name, and of its columns those that are asked for."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset


TEST = ("test", "yes", "true", "1")
TRAIN = ("train", "no", "false", "0")
"""What `--test-column` may say of a row."""


def asked_dataset(tables: Sequence[str], target: str | None, encoding: str | None = None) -> Dataset:
    """The table that the words mean: files, before a name; nothing at all is the embedded one."""
    from genvsdisc.datasets import load, names, read_table

    if len(tables) > 1:
        named = [table for table in tables if table in names() and not Path(table).exists()]
        if named:
            raise ValueError(f"{named[0]!r} is a table's name: several tables are files (genvsdisc datasets --to FILE)")
        return read_table(list(tables), target, encoding=encoding)
    table = tables[0] if tables else None
    if table is not None and (table not in names() or Path(table).exists()):
        elsewhere = table == "-" or "://" in table
        if not elsewhere and not Path(table).exists() and not Path(table).suffix:
            close = get_close_matches(table, names()) or names()
            raise ValueError(f"no file and no table is named {table!r}; tables by name: {', '.join(close)}")
        return read_table(table, target, encoding=encoding)
    if encoding is not None:
        raise ValueError(
            f"--encoding is what files are in, and {table or 'pokemon_style'!r} is a table's name: leave it out"
        )
    dataset = load(table or "pokemon_style")
    if target not in (None, dataset.y.name):
        raise ValueError(
            f"the target of {dataset.name!r} is {dataset.y.name!r}, not {target!r}; write it to a file to change it"
        )
    return dataset


def asked_test(path: Path, dataset: Dataset, encoding: str | None = None) -> Dataset:
    """The rows to test on: a file with the same target.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no table with that target.
    """
    from genvsdisc.datasets import read_table

    try:
        test = read_table(path, str(dataset.y.name), like=dataset.X, encoding=encoding)
    except ValueError as error:
        raise ValueError(f"--test: {error}") from None
    return replace(test, notes=tuple(f"{path.name}: {note}" for note in test.notes))


def asked_unlabeled(path: Path | None, dataset: Dataset, encoding: str | None = None) -> tuple[Any, list[str]]:
    """Rows without a label, of the table and from a file, and what was guessed; its target is not looked at.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no table with rows.
    """
    if path is None:
        return dataset.unlabeled, []
    import pandas as pd

    from genvsdisc.datasets.rows import read_rows
    from genvsdisc.features.kept_formats import kept_formats
    from genvsdisc.features.reader import TableReader

    formats = kept_formats(dataset.X)
    reader = TableReader.for_table(dataset.X, formats=formats)
    try:
        rows, notes = read_rows(path, text=reader.written, known=[*map(str, dataset.X)], encoding=encoding)
        known = [name for name in formats if name in rows]
        alike = TableReader.for_table(dataset.X[known], formats=formats)
        notes += reader.notes_of_units(rows)
        rows = rows.assign(**{str(name): values for name, values in alike.transform(rows).items()}) if known else rows
    except ValueError as error:
        raise ValueError(f"--unlabeled: {error}") from None
    blank = [] if dataset.unlabeled is None else [dataset.unlabeled.astype(object)]
    return pd.concat([*blank, rows], ignore_index=True), [f"{path.name}: {note}" for note in notes]


def set_apart_rows(dataset: Dataset) -> str:
    """What reading has said of rows without a label, which is no longer so where models learn from them."""
    n = 0 if dataset.unlabeled is None else len(dataset.unlabeled)
    return f"{n} row{'s' * (n != 1)} without a value of {str(dataset.y.name)!r} left out."


def split_off(dataset: Dataset, column: str) -> tuple[Dataset, Dataset]:
    """The rows to train on and those to test on, as a column says; it leaves both.

    Raises
    ------
    ValueError
        If there is no such column, it says something else of a row, or all rows are of one kind.
    """
    (name,) = _names(_quoted(column), "--test-column", dataset)
    if name == dataset.y.name:
        raise ValueError(f"--test-column names {column!r}, which is the target")
    words = dataset.X[name].map(_written, na_action="ignore")
    odd = words.isna() | ~words.isin([*TEST, *TRAIN])
    if odd.any():
        place = int(odd.to_numpy().argmax())
        cell = dataset.X[name].iloc[place]
        what = "is empty" if dataset.X[name].isna().iloc[place] else f"holds {str(cell)!r}"
        raise ValueError(
            f"--test-column {column!r} {what} in row {place}: it must say "
            f"{', '.join(TEST)} of rows to test on, and {', '.join(TRAIN)} of the others"
        )
    test = words.isin(TEST).to_numpy()
    if test.all() or not test.any():
        raise ValueError(
            f"--test-column {column!r} says the same of all rows: some must be to train on, some to test on"
        )
    X = dataset.X.drop(columns=name)
    parts = [replace(dataset, X=X[rows].reset_index(drop=True), y=dataset.y[rows].reset_index(drop=True))
             for rows in (~test, test)]  # fmt: skip
    message = f"{int(test.sum()):,} rows are set apart by {column!r} to test on."
    return replace(parts[0], notes=(*dataset.notes, message)), replace(parts[1], notes=())


def _written(value: object) -> str:
    text = str(value).strip().casefold()
    return text.removesuffix(".0")


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def check_set_apart(dataset: Dataset, asked: Mapping[str, Any], options: Sequence[str]) -> list[Any]:
    """Columns that options name, such as groups and weights: each one column, and none of them the target.

    Raises
    ------
    ValueError
        If a column is the target, or stands in two options.
    """
    named: dict[Any, str] = {}
    for option in options:
        name = asked[option]
        if name is None:
            continue
        if name == dataset.y.name:
            raise ValueError(f"--{option} names {name!r}, which is the target: it is predicted, and of no other use")
        if name in named and {option, named[name]} != {
            "groups",
            "time",
        }:  # which exclude each other, whatever they name
            raise ValueError(f"--{named[name]} and --{option} both name {name!r}: a column has one use")
        named[name] = option
    return list(named)


def with_columns(dataset: Dataset, columns: str | None, drop: str | None, kept: Collection[str] = ()) -> Dataset:
    """The table with the columns that are asked for, and without those that are to go.

    Parameters
    ----------
    dataset : Dataset
    columns, drop : str or None
        Names divided by commas, as in CSV: a name with a comma stands in double quotes.
    kept : collection of str
        Columns that have a use of their own (groups, times, weights): they stay, asked for or not.

    Raises
    ------
    ValueError
        If there is no such column, the target or a column of `kept` is to go, or none is left.
    """
    if columns is None and drop is None:
        return dataset
    chosen = list(dataset.X.columns) if columns is None else _names(columns, "--columns", dataset)
    dropped = [] if drop is None else _names(drop, "--drop", dataset)
    for option, name in [("--columns", name) for name in chosen] + [("--drop", name) for name in dropped]:
        if name == dataset.y.name:
            raise ValueError(f"{option} names {name!r}, which is the target: it is neither learned from nor left out")
        if name in kept and option == "--drop":
            raise ValueError(f"--drop names {name!r}, which another option uses: leave it out of one of them")
    wanted = [name for name in dataset.X.columns if name in {*chosen, *kept} and name not in dropped]
    if not set(wanted) - set(kept):
        raise ValueError("--columns and --drop leave no column to learn from")
    gone = [str(name) for name in dataset.X.columns if name not in wanted]
    listed = ", ".join(map(repr, gone[:10])) + (f" and {len(gone) - 10} more" if len(gone) > 10 else "")
    notes = (*dataset.notes, f"Left out as asked: {listed}.") if gone else dataset.notes
    notes = tuple(note for note in notes if not any(note.startswith(f"Column {name!r}:") for name in gone))
    posterior, draw = (None, None) if gone else (dataset.posterior, dataset.draw)
    return replace(dataset, X=dataset.X[wanted], notes=notes, posterior=posterior, draw=draw)


def _names(words: str, option: str, dataset: Dataset) -> list[str]:
    """Names in a word, in the table's spelling."""
    known = {str(name): name for name in [*dataset.X.columns, dataset.y.name]}
    rows = list(csv.reader([words], skipinitialspace=True))
    names = [name.strip() for row in rows for name in row if name.strip()]
    if not names:
        raise ValueError(f"{option} names no column")
    for name in names:
        if name not in known:
            folded = {each.casefold(): each for each in known}
            close = [folded[each] for each in get_close_matches(name.casefold(), folded)]
            listed = ", ".join(map(repr, list(known)[:10])) + (", ..." if len(known) > 10 else "")
            hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"there are {listed}"
            raise ValueError(f"{option}: the table has no column {name!r}; {hint}")
    return [known[name] for name in dict.fromkeys(names)]
