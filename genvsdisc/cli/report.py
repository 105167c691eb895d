"""`genvsdisc report`: a table in, a page and its tables out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import genvsdisc
from genvsdisc.cli.rosters import asked_roster, file_names_only, lacking_families
from genvsdisc.cli.terminal import fail, note, say
from genvsdisc.cli.words import (
    asked_budget,
    asked_dataset,
    asked_jobs,
    folder_name,
    shell_command,
    stored_plan,
)
from genvsdisc.files import atomic_folder

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset

MODEL_NAMES = (
    "shared Gaussian", "naive Bayes, shared variance", "separate Gaussian", "naive Bayes", "regularized Gaussian",
    "logistic", "logistic, quadratic features", "logistic, additive features", "cascade", "multilayer perceptron",
    "majority class",
)  # fmt: skip
"""Names of the default roster, here for ``--help``, which must not wait for the estimators to be imported."""


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
    set_apart = [name for name in (groups, time) if name in dataset.X]
    roster = asked_roster(models, dataset.X.drop(columns=set_apart))
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
    for text in (*dataset.notes, *lacking_families(roster)):
        note(text)
    folder = output or Path("reports", folder_name(dataset.name))
    with atomic_folder(folder) as staging:
        comparison, status = _compared(dataset, roster, options)
        notes = [*comparison.meta.get("notes", []), *dataset.notes]
        comparison.meta["notes"] = [each for each in notes if each not in comparison.meta.get("left_out", ())]
        asked = {
            "models": file_names_only(models),
            "seed": seed,
            "budget": budget,
            "plan": plan and plan.name,
            "groups": groups,
        }
        asked |= {"time": time, "quick": quick, "thorough": thorough, "tune": tune}
        comparison.meta["command"] = shell_command(table, target or str(dataset.y.name), asked)
        comparison.to_html(staging / "index.html")
        comparison.save(staging)
    for text in (*comparison.meta.get("left_out", ()), *comparison.meta.get("plan", {}).get("notes", ())):
        note(text)
    page = str(folder / "index.html")
    if status:
        fail(f"{comparison.verdict} The page that lists why: {page}", status)
    for warning in leak_warnings(comparison.leaks):
        say(f"Warning: {warning}")
    say(comparison.verdict)
    say(page)


def _compared(dataset: Dataset, roster: list[Any] | None, options: dict[str, Any]) -> tuple[Any, int]:
    """Compare; where no model could be fitted, what a page can say of that, and exit status 2."""
    try:
        return genvsdisc.compare(dataset.X, dataset.y, roster, **options), 0
    except ValueError as error:
        from genvsdisc.study.run import NothingToCompare  # loaded by compare; slow to import before it

        if not isinstance(error, NothingToCompare):
            raise
        return genvsdisc.Comparison(error.tables, error.meta), 2


def _redraw(source: Path, output: Path | None) -> None:
    comparison = genvsdisc.Comparison.load(source)
    folder = output or source
    with atomic_folder(folder) as staging:
        comparison.to_html(staging / "index.html")
    say(comparison.verdict)
    say(str(folder / "index.html"))
