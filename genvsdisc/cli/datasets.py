"""`genvsdisc datasets`: the tables that are known by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genvsdisc.cli.terminal import say
from genvsdisc.files import atomic_file

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset


def datasets(
    name: Annotated[str | None, typer.Argument(help="A table; without it, all are listed.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="File to write: .csv, .tsv or .parquet. Example: --to iris.csv")
    ] = None,
) -> None:
    """List the tables that are known by name, describe one, or write it to a file."""
    from genvsdisc.datasets import load, names

    if name is None:
        if to is not None:
            raise ValueError("--to needs the name of a table")
        for each in names():
            table = load(each)
            size = f"{len(table.X):>5} rows {table.X.shape[1]:>3} columns {table.y.nunique():>3} classes"
            say(f"{each:<17}{size}  {table.card['title']}")
        return
    table = load(name)
    if to is not None:
        _write_table(table, to)
        say(str(to))
        return
    _describe(table)


def _write_table(dataset: Dataset, to: Path) -> None:
    """Write rows and labels in the format that the suffix names, in one step or not at all."""
    writers: dict[str, Callable[[Any], Any]] = {
        ".csv": lambda path: dataset.to_frame().to_csv(path, index=False, lineterminator="\n"),
        ".tsv": lambda path: dataset.to_frame().to_csv(path, index=False, lineterminator="\n", sep="\t"),
        ".parquet": lambda path: dataset.to_frame().to_parquet(path, index=False),
    }
    if to.suffix.lower() not in writers:
        raise ValueError(f"--to must end in {', '.join(writers)}; got {str(to)!r}")
    if not to.parent.is_dir():
        raise ValueError(f"--to {str(to)!r}: there is no folder {str(to.parent)!r}")
    with atomic_file(to) as draft:
        writers[to.suffix.lower()](draft)


def _describe(dataset: Dataset) -> None:
    from genvsdisc.features.kinds import column_kinds, column_table

    for key, text in dataset.card.items():
        say(f"{key}: {' '.join(text.split())}")
    say(f"true posterior: {'known' if dataset.posterior else 'not known'}")
    say("classes: " + ", ".join(f"{label} ({rows})" for label, rows in dataset.y.value_counts().sort_index().items()))
    say(column_table(column_kinds(dataset.X)).to_string(index=False))
