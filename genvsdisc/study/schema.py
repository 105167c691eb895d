"""The tables of a comparison: what a row of each is, and its columns with their kinds."""

from __future__ import annotations

import csv
from pathlib import Path
from textwrap import fill
from typing import Any, Self, overload

import pandas as pd

_DTYPES: dict[str, Any] = {"text": "str", "float": "float64", "int": "int64", "bool": "bool", "count": "Int64"}
"""Kind of a column -> its dtype. Text is never missing (absent text is ""); a count is an integer that may be."""


class TidyTable:
    """A table of a comparison, as an attribute: what one row is, and its columns in order.

    Parameters
    ----------
    meaning : str
        What one row is.
    columns : str
        Names in order. A column holds text unless ``:float``, ``:int``, ``:bool`` or ``:count`` (an integer that may
        be missing) follows its name.
    """

    def __init__(self, meaning: str, columns: str):
        self.columns = columns
        self.kinds = {name: kind or "text" for name, _, kind in (c.partition(":") for c in columns.split())}
        shown = ", ".join(name if kind == "text" else f"{name} ({kind})" for name, kind in self.kinds.items())
        self.__doc__ = f"{meaning}\n\n{fill(f'Columns: {shown}.', 110)}"

    def __set_name__(self, owner: type, name: str) -> None:
        self.__name__ = name

    @overload
    def __get__(self, comparison: None, owner: type) -> Self: ...
    @overload
    def __get__(self, comparison: SavedTables, owner: type) -> pd.DataFrame: ...
    def __get__(self, comparison: SavedTables | None, owner: type) -> Self | pd.DataFrame:
        return self if comparison is None else comparison.tables[self.__name__]

    def __set__(self, comparison: SavedTables, value: Any) -> None:
        raise AttributeError(f"the table {self.__name__!r} is given to Comparison({{...}}), not set afterwards")


class SavedTables:
    """Every table as an attribute. To add a table, add a line here: it is then conformed, saved, loaded, documented."""

    tables: dict[str, pd.DataFrame]

    models = TidyTable(
        "The roster: what each model is, whether it could be fitted, and what it was tuned to.",
        "model family form n_parameters:count status error tuned warnings",
    )
    failures = TidyTable(
        "What could not be computed, and why; `model` is empty where a whole table is concerned.",
        "model stage error meaning",
    )
    leaks = TidyTable(
        "Columns and rows that may tell a model what it would not know in use.",
        "kind column evidence value:float message",
    )
    scores = TidyTable(
        "Loss of each model on each fold of each repeat of cross-validation.",
        "model repeat:int fold:int loss value:float n_train:int n_test:int",
    )
    summary = TidyTable(
        "Leaderboard: mean loss over the folds with its interval, and the rank among all models.",
        "model family form n_parameters:count loss mean:float lower:float upper:float rank:count",
    )
    differences = TidyTable(
        "Loss of the generative minus that of the discriminative model of each pair, with its test and its posterior.",
        "generative discriminative form loss difference:float lower:float upper:float pvalue:float "
        "pvalue_holm:float p_generative:float p_equal:float p_discriminative:float",
    )
    decisions = TidyTable(
        "What a row costs by each model's answers of least expected cost, with the interval over the folds; and by its "
        "most probable classes.",
        "model family threshold:float cost:float lower:float upper:float cost_of_likeliest:float",
    )
    decision_curves = TidyTable(
        "Net benefit of acting where the probability of the second class is at least a threshold, by each model, "
        "always and never.",
        "model family threshold:float net_benefit:float",
    )
    holdout = TidyTable(
        "Loss of each model on a test set of the user's own, beside the cross-validated one, and how far apart the two "
        "are.",
        "model family form loss mean:float se:float lower:float upper:float n_test:int "
        "cross_validated:float shift:float shift_se:float shift_pvalue:float",
    )
    holdout_differences = TidyTable(
        "Loss on the test set of the generative minus that of the discriminative model of each pair; test rows on "
        "which one of them alone errs, with McNemar's exact test; and how far it is from the cross-validated one.",
        "generative discriminative form loss difference:float se:float lower:float upper:float pvalue:float "
        "only_generative_errs:count only_discriminative_errs:count mcnemar_pvalue:float "
        "cross_validated:float shift:float shift_se:float shift_pvalue:float",
    )
    decomposition = TidyTable(
        "Bias, variance and noise of each model at each number of training rows, with standard errors over tables; "
        "basis says whether a row is measured, with sets that share no row, extrapolated to the size of the folds, or "
        "measured there on tables drawn from the law.",
        "model family n_train:int basis loss expected:float expected_se:float noise:float noise_se:float "
        "bias:float bias_se:float variance:float variance_se:float net_variance:float net_variance_se:float "
        "interaction:float interaction_se:float",
    )
    decomposition_differences = TidyTable(
        "Loss, bias and variance of the generative minus those of the discriminative model of each pair.",
        "generative discriminative form loss n_train:int term difference:float se:float lower:float upper:float",
    )
    learning_curves = TidyTable(
        "Mean loss of each model over the draws of each number of training rows.",
        "model family form n_train:int loss mean:float se:float lower:float upper:float n_draws:int",
    )
    crossings = TidyTable(
        "Number of training rows at which each pair's learning curves cross, and who leads at either end.",
        "generative discriminative form loss estimate:float lower:float upper:float smallest:int largest:int "
        "leader_smallest leader_largest changes:int leaders finding",
    )
    calibration = TidyTable(
        "Brier score = miscalibration - discrimination + uncertainty; log loss = refinement + calibration; "
        "calibration error (ECE) as predicted and at the temperature that calibrates best.",
        "model family brier:float miscalibration:float discrimination:float uncertainty:float "
        "log_loss:float refinement:float calibration:float temperature:float ece:float ece_calibrated:float",
    )
    reliability = TidyTable(
        "Reliability curve of each model: observed share at each forecast, and the rows it rests on.",
        "model family forecast:float observed:float n:float",
    )
    assumptions = TidyTable(
        "Checks of what the generative models assume, each beside what the assumption costs in loss.",
        "assumption statistic:float df:float pvalue:float effect:float effect_name simpler richer "
        "cost:float cost_lower:float cost_upper:float finding",
    )
    robustness = TidyTable(
        "Loss of each model when a share `noise` of the training labels is flipped, and the increase it makes.",
        "model family form noise:float n_train:int loss mean:float se:float increase:float increase_se:float",
    )
    conditions = TidyTable(
        "Loss of each model along a dial: training rows, flipped labels, entries missing at prediction, other class "
        "shares, rows without a label. At 0 all dials are the learning curve's end.",
        "dial value:float model family loss mean:float se:float lower:float upper:float",
    )
    condition_crossings = TidyTable(
        "Value of each dial at which each pair changes places, and who leads at each of its values, in turn.",
        "dial generative discriminative form loss estimate:float lower:float upper:float smallest:float largest:float "
        "leader_smallest leader_largest leaders finding",
    )
    unlabeled = TidyTable(
        "What rows without a label change for each generative model: loss with them minus loss without, and the weight "
        "that each was given, in labeled rows, by cross-validation inside the training sets.",
        "dial model family value:float rows:int weight:float loss mean:float mean_without:float change:float se:float "
        "lower:float upper:float",
    )
    novelty = TidyTable(
        "Rows of a class held out of training, told from those of the others by p(x) or by the doubt of the posterior: "
        "area under the ROC curve.",
        "model family left_out score auroc:float se:float lower:float upper:float n_draws:int",
    )
    search = TidyTable(
        "Training and validation loss of the first model with a penalty, at each penalty, over the folds of a repeat.",
        "model reg_lambda:float learning_rate:float split loss mean:float se:float",
    )
    hybrid = TidyTable(
        "Loss between the generative (weight 1) and the discriminative (weight 0) fit of one set of functions, and the "
        "differences to both ends.",
        "dial generative_weight:float loss mean:float se:float to_generative:float to_generative_lower:float "
        "to_generative_upper:float to_discriminative:float to_discriminative_lower:float to_discriminative_upper:float",
    )
    predictive = TidyTable(
        "Would each generative model produce the rows? Discrepancy of each column, and of pairs (`other`), between the "
        "rows and rows drawn from the fitted model, with its p-value.",
        "model column other statistic discrepancy:float pvalue:float finding",
    )
    predictive_rows = TidyTable(
        "Some real rows and as many drawn from each generative model, in the columns that tell them apart best.",
        "model source row:int label column value:float",
    )
    traces = TidyTable(
        "Loss of the same model after each epoch of descent on all rows, for each learning rate.",
        "model learning_rate:float epoch:int split loss:float",
    )
    confusion = TidyTable(
        "Share of each true class that each model predicts as each class.", "model true predicted share:float"
    )
    parameters = TidyTable("What each model learned, fitted to all rows.", "model parameter value:float")
    boundaries = TidyTable(
        "Predicted class and its probability, in two digits, over a grid of two columns.",
        "model family x:float y:float label probability:float",
    )
    ellipses = TidyTable(
        "Mean and covariance of each class on the same two columns, as each Gaussian model has them.",
        "model label mean_x:float mean_y:float cov_xx:float cov_xy:float cov_yy:float",
    )
    scatter = TidyTable("Rows of the data on the same two columns.", "label x:float y:float")
    columns = TidyTable(
        "Columns of the data: kind, whether used, entries missing, distinct values.",
        "column kind used:bool missing:int distinct:int note",
    )
    classes = TidyTable("Classes of the target, and whether each is used.", "label rows:int used:bool note")
    timings = TidyTable("Seconds that each stage of each model took.", "stage model seconds:float")


TABLES: dict[str, TidyTable] = {
    name: table for name, table in vars(SavedTables).items() if isinstance(table, TidyTable)
}


def conformed(name: str, table: pd.DataFrame | None) -> pd.DataFrame:
    """Copy a table with its columns in order and of their kind; an empty one for None."""
    kinds = TABLES[name].kinds
    if table is None:
        table = pd.DataFrame(columns=list(kinds))
    wrong = set(kinds) ^ {str(column) for column in table.columns}
    if wrong:
        raise ValueError(
            f"table {name!r} must have the columns {', '.join(kinds)}; differs in {', '.join(sorted(wrong))}"
        )
    return pd.DataFrame({column: of_kind(table[column], kind, f"{name}.{column}") for column, kind in kinds.items()})


def of_kind(column: pd.Series, kind: str, where: str) -> pd.Series:
    """Copy a column as what its kind is kept as; ValueError where its values are no such ones."""
    values = column.reset_index(drop=True)
    if values.dtype == _DTYPES[kind] and not (kind == "text" and values.hasnans):
        return values  # as most are: what this module returned before, or numbers just computed
    if kind == "text":
        return values.astype(object).where(values.notna(), "").map(str).astype(str)
    # The nullable types refuse what astype would round or take for True: 1.5 as an int, "no" as a bool.
    strict = {"int": "Int64", "bool": "boolean"}.get(kind, _DTYPES[kind])
    try:
        return values.astype(strict).astype(_DTYPES[kind])
    except (ValueError, TypeError) as error:
        raise ValueError(f"column {where} must hold {kind} values ({error})") from error


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table so that `read_csv` gives the same back: text is quoted, numbers have all their digits."""
    table.to_csv(path, index=False, encoding="utf-8", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def read_csv(name: str, path: Path) -> pd.DataFrame:
    """Read table `name`; errors name the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path.parent} is not a whole comparison: {path.name} is missing")
    kinds = TABLES[name].kinds
    text = [column for column, kind in kinds.items() if kind == "text"]
    try:
        table = pd.read_csv(
            path,
            dtype={column: _DTYPES[kind] for column, kind in kinds.items() if kind != "float"},
            # float() is exact; what read_csv does with the last bit depends on the version of pandas.
            converters={column: _float for column, kind in kinds.items() if kind == "float"},
            keep_default_na=False,
            na_values={column: [""] for column, kind in kinds.items() if kind == "count"},
            encoding="utf-8",
        )
        whole = conformed(name, table)
        if table[text].isna().any(axis=None):
            raise ValueError("a row is cut short")
    except ValueError as error:
        raise ValueError(f"{path} is not what Comparison.save writes ({error}); run the comparison again") from error
    return whole


def _float(cell: str) -> float:
    return float(cell or "nan")


def records(table: pd.DataFrame) -> list[Any]:
    """Rows as tuples with the columns as attributes; Any, for the type of a column is not known to a type checker."""
    return list(table.itertuples())


def groups(table: pd.DataFrame, by: str | list[str]) -> list[tuple[Any, pd.DataFrame]]:
    """Parts of a table by the values of columns, in the order of the rows."""
    return list(table.groupby(by, sort=False))
