"""Words in, files out: the command line. What the user can mend is one line on standard error and exit status 2."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

import genvsdisc
from genvsdisc.command_words import (
    asked_budget,
    asked_dataset,
    asked_jobs,
    asked_roster,
    folder_name,
    lacking_families,
    shell_command,
    stored_plan,
)
from genvsdisc.files import atomic_file, atomic_folder, unwind_on_termination

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
MODEL_NAMES = (
    "shared Gaussian", "naive Bayes, shared variance", "separate Gaussian", "naive Bayes", "regularized Gaussian",
    "logistic", "logistic, quadratic features", "logistic, additive features", "cascade", "multilayer perceptron",
    "majority class",
)  # fmt: skip
"""Names of the default roster, here for ``--help``, which must not wait for the estimators to be imported."""

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
        with unwind_on_termination():
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
        _fail("interrupted; nothing is half written", INTERRUPTED)
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
    models: Annotated[
        str | None, typer.Option(help=f"Default models, divided by commas; of {'; '.join(MODEL_NAMES)}.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every draw.")] = 0,
    jobs: Annotated[int | None, typer.Option(help="Processes, all cores if not given; the result is the same.")] = None,
    budget: Annotated[float | None, typer.Option(help="Seconds on two cores it may take; 60 if not given.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A budget of 10 seconds: wider intervals.")] = False,
    thorough: Annotated[bool, typer.Option("--thorough", help="A budget of 600 seconds.")] = False,
    plan: Annotated[Path | None, typer.Option(help="meta.json of a former report, to be repeated as planned.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder of finished work: what was stopped goes on.")] = None,
    tune: Annotated[bool, typer.Option("--tune", help="Tune each model's regularization by a search.")] = False,
    groups: Annotated[str | None, typer.Option(help="Column of subjects or files: no split divides one.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of moments: train on the past, test on the future.")] = None,
) -> None:
    """Compare generative with discriminative classifiers on a table, and write the report.

    Without TABLE, the embedded Pokemon-style table. With the folder of a saved comparison, its page is drawn anew.
    """
    if table is not None and Path(table).is_dir():
        if any((target, models, budget, quick, thorough, plan, cache, tune, groups, time)):
            raise ValueError(f"{table!r} is a saved comparison, to be drawn anew as it is: give --output only")
        _redraw(Path(table), output)
        return
    from genvsdisc.study.statistics.leaks import leak_warnings

    dataset = asked_dataset(table, target)
    roster = asked_roster(dataset, models, without=(groups, time))
    options: dict[str, Any] = {
        "budget": asked_budget(budget, quick, thorough),
        "plan": None if plan is None else stored_plan(plan),
        "random_state": seed,
        "n_jobs": -1 if jobs is None else asked_jobs(jobs),
        "progress": sys.stderr.isatty() or None,
        "name": dataset.name,
        "tune": tune,
        "cache": cache,
        "groups": groups,
        "time": time,
        "posterior": dataset.posterior,
    }
    for note in (*dataset.notes, *lacking_families(roster)):
        _note(note)
    folder = output or Path("reports", folder_name(dataset.name))
    with atomic_folder(folder) as staging:
        comparison, status = _compared(dataset, roster, options)
        notes = [*comparison.meta.get("notes", []), *dataset.notes]
        comparison.meta["notes"] = [note for note in notes if note not in comparison.meta.get("left_out", ())]
        asked = {"models": models, "seed": seed, "budget": budget, "plan": plan and plan.name, "groups": groups}
        asked |= {"time": time, "quick": quick, "thorough": thorough, "tune": tune}
        comparison.meta["command"] = shell_command(table, target or str(dataset.y.name), asked)
        comparison.to_html(staging / "index.html")
        comparison.save(staging)
    for text in (*comparison.meta.get("left_out", ()), *comparison.meta.get("plan", {}).get("notes", ())):
        _note(text)
    page = str(folder / "index.html")
    if status:
        _fail(f"{comparison.verdict} The page that lists why: {page}", status)
    for warning in leak_warnings(comparison.leaks):
        _say(f"Warning: {warning}")
    _say(comparison.verdict)
    _say(page)


def _compared(dataset: Dataset, roster: list[Any] | None, options: dict[str, Any]) -> tuple[Any, int]:
    """Compare; where no model could be fitted, what a page can say of that, and exit status 2."""
    try:
        return genvsdisc.compare(dataset.X, dataset.y, roster, **options), 0
    except ValueError as error:
        from genvsdisc.study.run import NothingToCompare  # loaded by compare; slow to import before it

        if not isinstance(error, NothingToCompare):
            raise
        return genvsdisc.Comparison(error.tables, error.meta), 2


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


class _LessonsCommand(TyperCommand):
    """Lists the lessons below its help; they are imported only then."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the names of the lessons."""
        lessons = import_module("genvsdisc.lessons").LESSONS
        with formatter.section("Lessons"):
            formatter.write_text(", ".join(lesson.name for lesson in lessons))
        super().format_epilog(ctx, formatter)


@app.command(cls=_LessonsCommand)
def lessons(
    names: Annotated[list[str] | None, typer.Argument(help="Lessons to run; all if not given.")] = None,
    output: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports", "lessons"),
) -> None:
    """Run the claims of the course notes as experiments, and write what was found."""
    write_lessons = import_module("genvsdisc.lessons").write_lessons
    shown = import_module("genvsdisc.study.progress").shown
    with atomic_folder(output) as staging, shown(sys.stderr.isatty()) as progress:
        write_lessons(staging / "index.html", names or None, progress=progress)
    _say(str(output / "index.html"))


# Files out -----------------------------------------------------------------------------------------------------


def _redraw(source: Path, output: Path | None) -> None:
    comparison = genvsdisc.Comparison.load(source)
    folder = output or source
    with atomic_folder(folder) as staging:
        comparison.to_html(staging / "index.html")
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
    if not to.parent.is_dir():
        raise ValueError(f"--to {str(to)!r}: there is no folder {str(to.parent)!r}")
    with atomic_file(to) as draft:
        writers[to.suffix.lower()](draft)


# On the terminal -----------------------------------------------------------------------------------------------


def _describe(dataset: Dataset) -> None:
    from genvsdisc.features.kinds import column_kinds, column_table

    for key, text in dataset.card.items():
        _say(f"{key}: {' '.join(text.split())}")
    _say(f"true posterior: {'known' if dataset.posterior else 'not known'}")
    _say("classes: " + ", ".join(f"{label} ({rows})" for label, rows in dataset.y.value_counts().sort_index().items()))
    _say(column_table(column_kinds(dataset.X)).to_string(index=False))


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


def _note(text: str) -> None:
    """Say what was guessed, left out or thinned, beside the answer."""
    typer.echo(f"note: {' '.join(text.split())}", err=True)


def _fail(message: str, status: int) -> None:
    typer.echo(f"genvsdisc: {' '.join(message.split())}", err=True)
    sys.exit(status)
