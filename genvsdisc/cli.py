"""Words in, files out: the command line. What the user can mend is one line on standard error and exit status 2."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

import genvsdisc

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset

Progress = Callable[[str, int, int], None]
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

app = typer.Typer(name="genvsdisc", rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str or None, default=None
        Words after the program's name; None takes those of the process.
    """
    # Every version of typer derives its usage errors from this base, wherever it keeps them.
    usage_error: Any = typer.BadParameter.__mro__[1]
    try:
        status = app(arguments, standalone_mode=False)
    except usage_error as error:
        _fail(error.format_message(), 2)
    except (ValueError, OSError) as error:
        if not _mendable(error):
            raise
        _fail(_words(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    if status == INTERRUPTED:
        _fail("interrupted; what was there before is unchanged", INTERRUPTED)
    sys.exit(status or 0)


@app.callback(invoke_without_command=True)
def _program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Generative against discriminative classifiers: which wins on your table, by how much, how surely, and why."""
    if version or context.invoked_subcommand is None:
        _say(f"genvsdisc {genvsdisc.__version__}" if version else context.get_help())
        raise typer.Exit


@app.command()
def report(
    table: Annotated[
        str | None,
        typer.Argument(
            help="A file (CSV, Excel, Parquet, JSON lines; - is standard input), a table's name, or a saved comparison."
        ),
    ] = None,
    target: Annotated[str | None, typer.Option(help="Column to predict; the last one if not given.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder to write; reports/NAME if not given.")] = None,
    models: Annotated[str | None, typer.Option(help="Names of default models, divided by commas.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every draw.")] = 0,
    jobs: Annotated[int | None, typer.Option(help="Processes, all cores if not given; the result is the same.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer folds and draws: wider intervals.")] = False,
    tune: Annotated[bool, typer.Option("--tune", help="Tune each model's regularization by a search.")] = False,
) -> None:
    """Compare generative with discriminative classifiers on a table, and write the report.

    Without TABLE, the embedded Pokemon-style table. With the folder of a saved comparison, its page is drawn anew.
    """
    if table is not None and Path(table).is_dir():
        if target or models or quick or tune:
            raise ValueError(f"{table!r} is a saved comparison, to be drawn anew as it is: give --output only")
        _redraw(Path(table), output)
        return
    dataset = _dataset(table, target)
    roster = _roster(dataset, models)
    design = genvsdisc.Design(n_splits=5, n_repeats=2, n_draws=20) if quick else None
    folder = output or Path("reports", _file_name(dataset.name))
    with _claimed(folder) as staging:
        with _progress() as progress:
            comparison = genvsdisc.compare(
                dataset.X,
                dataset.y,
                roster,
                design=design,
                random_state=seed,
                n_jobs=-1 if jobs is None else jobs,
                progress=progress,
                name=dataset.name,
                tune=tune,
                posterior=dataset.posterior,
            )
        notes = [*comparison.meta.get("notes", []), *dataset.notes]
        comparison.meta["notes"] = [note for note in notes if note not in comparison.meta["left_out"]]
        page = comparison.to_html(staging / "index.html")
        comparison.save(folder)
        page.replace(folder / "index.html")
    _say(comparison.verdict)
    _say(str(folder / "index.html"))


@app.command()
def datasets(
    name: Annotated[str | None, typer.Argument(help="A table; without it, all are listed.")] = None,
    to: Annotated[Path | None, typer.Option(help="File to write: .csv, .tsv or .parquet.")] = None,
) -> None:
    """List the tables that are known by name, describe one, or write it to a file."""
    from genvsdisc.datasets import load, names

    if name is None:
        if to is not None:
            raise ValueError("--to needs the name of a table")
        for each in names():
            found = load(each)
            size = f"{len(found.X):>5} rows {found.X.shape[1]:>3} columns {found.y.nunique():>3} classes"
            _say(f"{each:<17}{size}  {found.card['title']}")
        return
    found = load(name)
    if to is not None:
        _write_table(found, to)
        _say(str(to))
        return
    _describe(found)


@app.command()
def lessons(
    names: Annotated[list[str] | None, typer.Argument(help="Lessons to run; all if not given.")] = None,
    output: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports", "lessons"),
) -> None:
    """Run the claims of the course notes as experiments, and write what was found."""
    write_lessons = import_module("genvsdisc.lessons").write_lessons
    with _claimed(output) as staging:
        with _progress() as progress:
            page = write_lessons(staging / "index.html", names or None, progress=progress)
        page.replace(output / "index.html")
    _say(str(output / "index.html"))


# Words in ------------------------------------------------------------------------------------------------------


def _dataset(table: str | None, target: str | None) -> Dataset:
    """The table that the words mean: a file, before a name; nothing at all is the embedded one."""
    from genvsdisc.datasets import load, names, read_table

    if table is not None and (table not in names() or Path(table).exists()):
        elsewhere = table == "-" or "://" in table
        if not elsewhere and not Path(table).exists() and not Path(table).suffix:
            close = get_close_matches(table, names()) or names()
            raise ValueError(f"no file and no table is named {table!r}; tables by name: {', '.join(close)}")
        return read_table(table, target)
    found = load(table or "pokemon_style")
    if target not in (None, found.y.name):
        raise ValueError(
            f"the target of {found.name!r} is {found.y.name!r}, not {target!r}; write it to a file to change it"
        )
    return found


def _roster(dataset: Dataset, models: str | None) -> list[Any] | None:
    """Those of the default models that are asked for, in the order asked."""
    if models is None:
        return None
    known = {model.name.casefold(): model for model in genvsdisc.default_models(dataset.X)}
    chosen = []
    for word in filter(None, map(str.strip, _between_names(models, known))):
        if word.casefold() not in known:
            close = get_close_matches(word.casefold(), known) or list(known)
            raise ValueError(f"no model is named {word!r}; did you mean {' or '.join(known[c].name for c in close)}?")
        chosen.append(known[word.casefold()])
    if not chosen:
        raise ValueError(f"--models names no model; there are {'; '.join(model.name for model in known.values())}")
    return chosen


def _between_names(words: str, known: Any) -> list[str]:
    """Split at commas, except those that stand inside the name of a model."""
    longest_first = sorted(known, key=len, reverse=True)
    pattern = "|".join(re.escape(name) for name in longest_first)
    return re.findall(rf"\s*(?:{pattern})(?=\s*(?:,|$))|[^,]+", words, flags=re.IGNORECASE)


def _file_name(name: str) -> str:
    """Name of a folder that every file system takes: letters and digits of any script, dash and underscore."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "table"


# Files out -----------------------------------------------------------------------------------------------------


@contextmanager
def _claimed(folder: Path) -> Iterator[Path]:
    """Make the folder and a staging folder in it, before hours of fitting; leave no trace of either on failure."""
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".unfinished-", dir=folder) as staging:
            yield Path(staging)
    finally:
        for each in made:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


def _redraw(source: Path, output: Path | None) -> None:
    comparison = genvsdisc.Comparison.load(source)
    folder = output or source
    with _claimed(folder) as staging:
        comparison.to_html(staging / "index.html").replace(folder / "index.html")
    _say(comparison.verdict)
    _say(str(folder / "index.html"))


def _write_table(dataset: Dataset, to: Path) -> None:
    """Write rows and labels in the format that the suffix names, in one step or not at all."""
    writers: dict[str, Callable[[Any], Any]] = {
        ".csv": lambda path: dataset.to_frame().to_csv(path, index=False, lineterminator="\n"),
        ".tsv": lambda path: dataset.to_frame().to_csv(path, index=False, lineterminator="\n", sep="\t"),
        ".parquet": lambda path: dataset.to_frame().to_parquet(path, index=False),
    }
    if to.suffix.lower() not in writers:
        raise ValueError(f"--to must end in {', '.join(writers)}; got {str(to)!r}")
    with TemporaryDirectory(prefix=".unfinished-", dir=to.parent) as staging:
        draft = Path(staging, "table")
        writers[to.suffix.lower()](draft)
        draft.replace(to)


# On the terminal -----------------------------------------------------------------------------------------------


def _describe(dataset: Dataset) -> None:
    from genvsdisc.features.kinds import column_kinds, column_table

    for key, text in dataset.card.items():
        _say(f"{key}: {' '.join(text.split())}")
    _say(f"true posterior: {'known' if dataset.posterior else 'not known'}")
    _say("classes: " + ", ".join(f"{label} ({rows})" for label, rows in dataset.y.value_counts().sort_index().items()))
    _say(column_table(column_kinds(dataset.X)).to_string(index=False))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Draw a bar on a terminal; elsewhere be silent."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich import progress as bars
    from rich.console import Console
    from rich.markup import escape

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn())
    clock = (bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
    with bars.Progress(*columns, *clock, console=Console(stderr=True)) as board:
        task = board.add_task("starting", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            board.update(task, description=escape(stage), completed=done, total=total)

        yield advance


def _mendable(error: ValueError | OSError) -> bool:
    """Whether the user can mend it: the file system, or a refusal that we wrote; a ValueError out of NumPy is a bug."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    ours = trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith("genvsdisc")
    return ours or isinstance(error, OSError)


def _words(error: ValueError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename!r}" if error.filename else error.strerror
    return str(error)


def _say(text: str) -> None:
    typer.echo(text)


def _fail(message: str, status: int) -> None:
    typer.echo(f"genvsdisc: {' '.join(message.split())}", err=True)
    sys.exit(status)
