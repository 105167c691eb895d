"""`genvsdisc report`: a table in, a page and its tables out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import genvsdisc
from genvsdisc.cli import options
from genvsdisc.cli.after import check_asked, finish, keep_what_is_read
from genvsdisc.cli.config import former_plan, settled, tables_of
from genvsdisc.cli.costs import asked_costs
from genvsdisc.cli.folders import SOURCE, report_folder, source_digest
from genvsdisc.cli.predict import unsaved_models
from genvsdisc.cli.rosters import ROSTER, asked_roster, content_of_files, lacking_families
from genvsdisc.cli.tables import (
    asked_dataset,
    asked_test,
    asked_unlabeled,
    check_set_apart,
    set_apart_rows,
    split_off,
    with_columns,
)
from genvsdisc.cli.terminal import fail, kept_off, note, notes_in_sight, say
from genvsdisc.cli.words import asked_budget, asked_jobs, recorded, shell_command, stored_plan
from genvsdisc.cycles import loading
from genvsdisc.files import atomic_folder

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset

REDRAWN_WITH = ("output", "json", "fail_if", "config", "jobs", "tables", "context")
"""What may be said when a saved comparison is drawn anew."""
SET_APART = ("groups", "time", "weights")
"""Options that name a column which is not learned from."""


def report(
    context: typer.Context,
    tables: options.TableArguments = None,
    target: options.TargetOption = None,
    columns: options.ColumnsOption = None,
    drop: options.DropOption = None,
    groups: options.GroupsOption = None,
    time: options.TimeOption = None,
    weights: options.WeightsOption = None,
    encoding: options.EncodingOption = None,
    test: options.TestOption = None,
    test_column: options.TestColumnOption = None,
    unlabeled: options.UnlabeledOption = None,
    models: options.ModelsOption = None,
    tune: options.TuneOption = False,
    loss: options.LossOption = None,
    costs: options.CostsOption = None,
    seed: options.SeedOption = 0,
    budget: options.BudgetOption = None,
    quick: options.QuickOption = False,
    thorough: options.ThoroughOption = False,
    plan: options.PlanOption = None,
    cache: options.CacheOption = None,
    jobs: options.JobsOption = None,
    output: options.OutputOption = None,
    save_models: options.SaveModelsOption = False,
    json: options.JsonOption = None,
    fail_if: options.FailIfOption = None,
    config: options.ConfigOption = None,
) -> None:
    """Compare generative with discriminative classifiers on a table, and write the report.

    Without TABLE, the embedded Pokemon-style table. With the folder of a saved comparison, its page is drawn anew.
    """
    asked = settled(context, dict(locals()))
    given = list(tables or tables_of(context))
    if len(given) == 1 and Path(given[0]).is_dir():
        _redraw(Path(given[0]), asked)
        return
    with loading():
        from genvsdisc.practice.saving import FOLDER, drop_former_models
        from genvsdisc.study.fits.tuning import TUNING_PRICE
        from genvsdisc.study.statistics.leaks import leak_warnings

    arguments = _arguments(asked)
    files = content_of_files(asked["models"])
    former = former_plan(context, files) if asked["plan"] is None else None
    dataset, test_rows, set_apart = _rows(given, asked)
    if test_rows is not None:
        arguments |= {"X_test": test_rows.X, "y_test": test_rows.y}
    arguments["unlabeled"], read = asked_unlabeled(asked["unlabeled"], dataset, asked["encoding"])
    roster = asked_roster(asked["models"], dataset.X.drop(columns=[n for n in set_apart if n in dataset.X]))
    arguments["costs"] = asked_costs(asked["costs"], dataset.y)
    check_asked(asked, roster, dataset.X, dataset.y)
    folder, elsewhere = report_folder(dataset.name, given, asked["output"])
    keep_what_is_read(asked, given, folder)
    kept_back = set_apart_rows(dataset)  # till it is known whether models learn from them
    notes_in_sight(
        [*elsewhere, *(each for each in dataset.notes if each != kept_back), *read, *lacking_families(roster)]
    )
    if asked["tune"]:
        note(TUNING_PRICE)
    with atomic_folder(folder) as staging:
        comparison, status = _compared(dataset, roster, arguments, former)
        used = "unlabeled_rows" in comparison.meta
        of_dataset = [each for each in dataset.notes if each != kept_back or not used]
        notes = [*comparison.meta.get("notes", []), *of_dataset]
        comparison.meta["notes"] = [each for each in notes if each not in comparison.meta.get("left_out", ())]
        recorded_options = recorded(
            given, asked, {each.name: each.default for each in context.command.params if each.name}
        )
        comparison.meta |= {"command": _command(given, recorded_options, asked, dataset)} | (
            {ROSTER: files} if files else {}
        )
        with loading():
            import_module("genvsdisc.report.sections")
        comparison.to_html(staging / "index.html")
        comparison.meta["options"] = recorded_options  # not on the page: it may name folders
        comparison.meta[SOURCE] = source_digest(given)
        comparison.save(staging, models=asked["save_models"] and not status)
        not_saved = unsaved_models(staging) if asked["save_models"] and not status else {}
        written = {file.name for file in staging.glob(f"{FOLDER}/*")}
    if drop_former_models(Path(folder), written):
        note("the models that a former report had saved there are removed: they are not of this one")
    for name, why in not_saved.items():
        note(f"{name} could not be saved: {why}")
    notes_of_run = [text for text in comparison.meta.get("left_out", ()) if text not in dataset.notes]
    said_before = {*dataset.notes, TUNING_PRICE} - {kept_back}
    notes_of_run += [each for each in comparison.meta["notes"] if each not in said_before]
    notes_in_sight(notes_of_run)
    notes_in_sight(comparison.meta.get("plan", {}).get("notes", ()))
    page = str(folder / "index.html")
    if status:
        fail(f"{comparison.verdict} The page that lists why: {page}", status)
    for warning in leak_warnings(comparison.leaks):
        if warning not in comparison.verdict:  # which begins with the gravest
            say(f"Warning: {warning}")
    say(comparison.verdict)
    say(page)
    finish(comparison, asked)


def _rows(given: list[str], asked: Mapping[str, Any]) -> tuple[Dataset, Dataset | None, list[Any]]:
    """The table, the rows to test on where there are some, and the columns that are not learned from."""
    dataset = asked_dataset(given, asked["target"], asked["encoding"])
    set_apart = check_set_apart(dataset, asked, SET_APART)
    if asked["test"] is not None and asked["test_column"] is not None:
        raise ValueError("--test and --test-column are two sets of rows to test on; give one")
    test = None if asked["test"] is None else asked_test(asked["test"], dataset, asked["encoding"])
    if asked["test_column"] is not None:
        dataset, test = split_off(dataset, asked["test_column"])
    dataset = with_columns(dataset, asked["columns"], asked["drop"], set_apart)
    notes = () if test is None else test.notes
    return replace(dataset, notes=(*dataset.notes, *notes)), test, set_apart


def _arguments(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What `genvsdisc.compare` is given, beside the table and the models."""
    cache, version = asked["cache"], content_of_files(asked["models"])
    arguments: dict[str, Any] = {
        "budget": asked_budget(asked["budget"], asked["quick"], asked["thorough"]),
        "plan": None if asked["plan"] is None else stored_plan(asked["plan"]),
        "random_state": asked["seed"],
        "n_jobs": -1 if asked["jobs"] is None else asked_jobs(asked["jobs"]),
        "progress": sys.stderr.isatty() or None,
        "tune": asked["tune"],
        "cache": cache / version if cache and version else cache,
        "groups": asked["groups"],
        "time": asked["time"],
        "sample_weight": asked["weights"],
    }
    return arguments | ({} if asked["loss"] is None else {"loss": asked["loss"]})


def _command(given: list[str], recorded_options: Mapping[str, Any], asked: Mapping[str, Any], dataset: Dataset) -> str:
    """The command on the page, with the target and the seed even where they were not given."""
    target = {"target": str(dataset.y.name)} if given else {}
    return shell_command(
        given, target | {name: value for name, value in asked.items() if name in (*recorded_options, "seed")}
    )


def _compared(
    dataset: Dataset, roster: list[Any] | None, arguments: dict[str, Any], former: dict[str, Any] | None
) -> tuple[Any, int]:
    """Compare; where no model could be fitted, what a page can say of that, and exit status 2.

    A former plan that is not of this table, or of another version, is made anew.
    """
    named = {"name": dataset.name, "posterior": dataset.posterior, "draw": dataset.draw}
    planned = {} if former is None else {"plan": former}
    try:
        with kept_off():
            return genvsdisc.compare(dataset.X, dataset.y, roster, **arguments | named | planned), 0
    except ValueError as error:
        from genvsdisc.study.plan import PlanError
        from genvsdisc.study.run import NothingToCompare  # loaded by compare; slow to import before it

        if former is not None and isinstance(error, PlanError):
            note(f"planned anew, for the table or the models have changed since the report that is run again: {error}")
            return _compared(dataset, roster, arguments, None)
        if not isinstance(error, NothingToCompare):
            raise
        return genvsdisc.Comparison(error.tables, error.meta), 2


def _redraw(source: Path, asked: Mapping[str, Any]) -> None:
    if any(value for name, value in asked.items() if name not in REDRAWN_WITH):
        raise ValueError(f"{str(source)!r} is a saved comparison, to be drawn anew as it is: give --output only")
    comparison = genvsdisc.Comparison.load(source)
    check_asked(asked, list(comparison.models.model), None, losses=tuple(comparison.summary.loss))
    folder = asked["output"] or source
    with atomic_folder(folder) as staging:
        comparison.to_html(staging / "index.html")
    say(comparison.verdict)
    say(str(folder / "index.html"))
    finish(comparison, asked)
