"""`genvsdisc predict`: new rows in, labels and probabilities out."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

import genvsdisc
from genvsdisc.cli.terminal import legible, mendable, note, notes_in_sight, say
from genvsdisc.files import refuse_over


def predict_command(
    folder: Annotated[str, typer.Argument(help="Folder of a report made with --save-models.")],
    table: Annotated[str, typer.Argument(help="File of new rows, as for report; - is standard input.")],
    model: Annotated[
        str | None,
        typer.Option(help="Model to ask; the winner of the verdict if not given. Example: --model logistic"),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="What the text of the file is in; UTF-8 or a guess if not given. Example: --encoding cp1250"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="File to write: .csv, .tsv or .parquet; standard output if not given. Example: --output said.csv"
        ),
    ] = None,
    trust: Annotated[
        str | None,
        typer.Option(
            help="Packages of others whose types the model may hold, divided by commas. Example: --trust xgboost"
        ),
    ] = None,
) -> None:
    """Predict the rows of a file with a model of a report: label, probabilities, and rows unlike any class.

    Columns are found by their names; others are ignored. Where the report had costs, least_cost is the answer that is
    expected to cost least. Example: genvsdisc predict reports/wine new.csv --output o.csv
    """
    from genvsdisc.datasets.rows import read_rows
    from genvsdisc.practice.loading import SavedModels
    from genvsdisc.practice.new_rows import told_of_rows, why_not
    from genvsdisc.practice.predicting import (
        as_csv,
        check_destination,
        computed_labels,
        prediction_table,
        write_predictions,
    )

    if output is not None:
        check_destination(output)
        refuse_over("--output", output, [table])
    saved = SavedModels.of(folder)
    name = saved.chosen(model)
    why = f" ({saved.schema['winner']['why']})" if model is None else ""
    note(f"the model is {name}{why}")
    _tell_versions(saved.schema.get("versions", {}))
    trusted = [word.strip() for word in (trust or "").split(",") if word.strip()]
    if any(each.isidentifier() and find_spec(each) is None for each in trusted):
        sys.path.append(str(Path.cwd()))  # a module of the user's own, as for report; behind all others, to hide none
    fitted = saved.load(name, trusted)
    columns = fitted.steps[0][1]
    X, notes = read_rows(table, text=columns.written, known=[*map(str, columns.columns)], encoding=encoding)
    for each in notes:
        note(each)
    notes_in_sight(told_of_rows(fitted, X))
    floors = {each: kept.get("log_density_floor") for each, kept in saved.schema["models"].items()}
    try:
        predictions = prediction_table(fitted, X, floors[name], saved.schema.get("costs"))
    except Exception as error:  # whatever a classifier of anyone says of rows that it cannot take
        if isinstance(error, ValueError) and mendable(error):
            raise
        generative = [each for each, floor in floors.items() if floor is not None]
        raise ValueError(why_not(fitted, X, error, name=name, others=generative)) from error
    for label in computed_labels(predictions)[:1]:
        note(f"the label {label!r} begins like a formula: a spreadsheet may compute it instead of showing it")
    _tell_unlike(predictions)
    if output is None:
        sys.stdout.write(
            legible(as_csv(predictions)) if sys.stdout.isatty() else as_csv(predictions)
        )  # echo would strip codes
        return
    write_predictions(predictions, output)
    say(str(output))


def unsaved_models(folder: Path) -> dict[str, str]:
    """Models that could not be saved with a comparison, and why."""
    from genvsdisc.practice.loading import SavedModels

    return dict(SavedModels.of(folder).schema["not_saved"])


def _tell_unlike(predictions: Any) -> None:
    if "unlike_any_class" not in predictions:
        return
    n = int(predictions["unlike_any_class"].sum())
    if n:
        are = "is" if n == 1 else "are"
        note(f"{n} of {len(predictions)} rows {are} unlike any class: log p(x) below that of 99% of the training rows")


def _tell_versions(versions: dict[str, str]) -> None:
    """Say that a model was saved by other versions, whose predictions may differ."""
    import sklearn

    now = {"genvsdisc": genvsdisc.__version__, "sklearn": sklearn.__version__}
    other = [f"{name} {versions[name]} (now {here})" for name, here in now.items() if versions.get(name, here) != here]
    if other:
        note(f"the model was saved by {' and '.join(other)}: predictions may differ")
