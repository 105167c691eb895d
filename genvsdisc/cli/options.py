"""Options of `genvsdisc report`, by panels; each may stand in a file of `--config`, and has a Python twin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvsdisc.cli.config import read_config
from genvsdisc.cli.panels import option

DATA, MODELS, JUDGING = "The table", "The models", "How they are judged"
EFFORT, OUTPUT = "How long it may take", "What is written"
MODEL_NAMES = (
    "shared Gaussian", "naive Bayes, shared variance", "separate Gaussian", "naive Bayes", "regularized Gaussian",
    "logistic", "logistic, quadratic features", "logistic, additive features", "weighted naive Bayes", "cascade",
    "multilayer perceptron", "majority class",
)  # fmt: skip
"""Names of the default roster, here for ``--help``, which must not wait for the estimators to be imported."""

TableArguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TABLE",
        help="A file (CSV, Excel, JSON, ARFF, Parquet, Stata, SAS, SPSS, also in gzip; - is standard input), several "
        "files with the same columns as one table, a table's name, or the folder of a saved comparison.",
    ),
]
TargetOption = Annotated[
    str | None,
    option(DATA, "Column to predict; the last one if not given.", "--target species", metavar="COLUMN"),
]
ColumnsOption = Annotated[
    str | None,
    option(
        DATA,
        "Columns to learn from, divided by commas; all if not given. A name with a comma stands in double quotes.",
        "--columns height,weight",
        metavar="NAMES",
    ),
]
DropOption = Annotated[
    str | None,
    option(DATA, "Columns to leave out, divided by commas.", "--drop id,comment", metavar="NAMES"),
]
GroupsOption = Annotated[
    str | None,
    option(DATA, "Column of subjects or files: no split divides one.", "--groups patient", metavar="COLUMN"),
]
TimeOption = Annotated[
    str | None,
    option(DATA, "Column of moments: train on the past, test on the future.", "--time date", metavar="COLUMN"),
]
WeightsOption = Annotated[
    str | None,
    option(
        DATA,
        "Column of weights: a row of weight 2 counts as the row twice, in fits, splits and scores.",
        "--weights count",
        metavar="COLUMN",
    ),
]
EncodingOption = Annotated[
    str | None,
    option(
        DATA,
        "What text is in, in all files of rows; UTF-8 or a guess if not given.",
        "--encoding cp1250",
        metavar="NAME",
    ),
]
TestOption = Annotated[
    Path | None,
    option(
        DATA,
        "File of rows to test on, with the target: all is chosen and fitted without them, and they are scored once.",
        "--test test.csv",
        metavar="FILE",
    ),
]
TestColumnOption = Annotated[
    str | None,
    option(
        DATA,
        "Column that says which rows are to test on (test, yes, true or 1) and which are not (train, no, false, 0).",
        "--test-column split",
        metavar="COLUMN",
    ),
]
UnlabeledOption = Annotated[
    Path | None,
    option(
        DATA,
        "File of rows without a label, from which generative models learn too, as a condition of its own; so do rows "
        "of TABLE that have none.",
        "--unlabeled new.csv",
        metavar="FILE",
    ),
]
ModelsOption = Annotated[
    str | None,
    option(
        MODELS,
        "What to compare, divided by commas: names of default models, FILE.py:NAME (a list of Model or classifiers, a "
        "dict name -> classifier, or a function of X), import paths with arguments; mixed. Default models: "
        f"{'; '.join(MODEL_NAMES)}.",
        '--models "logistic, mine.py:MODELS, sklearn.svm.SVC(probability=True)"',
        metavar="MODELS",
    ),
]
TuneOption = Annotated[
    bool,
    option(MODELS, "Tune each model's regularization by a search.", "--tune", "--tune/--no-tune"),
]
LossOption = Annotated[
    str | None,
    option(
        JUDGING,
        "What chooses the best of each family and heads the verdict: zero_one, brier, log_loss, or cost with "
        "--costs; zero_one if not given.",
        "--loss log_loss",
        metavar="NAME",
    ),
]
CostsOption = Annotated[
    str | None,
    option(
        JUDGING,
        "What mistakes cost: fp=...,fn=... for two classes (fn: the second of the sorted classes is missed), or a CSV "
        "file with a row for each true class and a column for each answer. Models then answer at the least expected "
        "cost.",
        "--costs fp=1,fn=10",
        metavar="COSTS",
    ),
]
SeedOption = Annotated[int, option(JUDGING, "Seed of every draw.", "--seed 7", min=0, max=2**32 - 1)]
BudgetOption = Annotated[
    float | None,
    option(EFFORT, "Seconds on two cores it may take; 60 if not given.", "--budget 300", metavar="SECONDS"),
]
QuickOption = Annotated[bool, option(EFFORT, "A budget of 10 seconds: wider intervals.", "--quick", "--quick")]
ThoroughOption = Annotated[bool, option(EFFORT, "A budget of 600 seconds.", "--thorough", "--thorough")]
PlanOption = Annotated[
    Path | None,
    option(
        EFFORT,
        "Report, or its meta.json, to be repeated as planned.",
        "--plan reports/iris/meta.json",
        "--plan",
        metavar="FILE",
    ),
]
JobsOption = Annotated[
    int | None,
    option(EFFORT, "Processes, all cores if not given; the result is the same.", "--jobs 1"),
]
CacheOption = Annotated[
    Path | None,
    option(
        EFFORT, "Folder of finished work: what was stopped goes on from there.", "--cache .genvsdisc", metavar="FOLDER"
    ),
]
OutputOption = Annotated[
    Path | None,
    option(OUTPUT, "Folder to write; reports/NAME if not given.", "--output reports/mine", metavar="FOLDER"),
]
SaveModelsOption = Annotated[
    bool,
    option(OUTPUT, "Save the fitted models too, for genvsdisc predict.", "--save-models", "--save-models"),
]
JsonOption = Annotated[
    Path | None,
    option(OUTPUT, "File for all tables, the verdict and the facts as JSON.", "--json report.json", metavar="FILE"),
]
FailIfOption = Annotated[
    list[str] | None,
    option(
        OUTPUT,
        "Rule that must not be true, for CI: if it is, the exit status is 3. LOSS.MODEL, numbers, differences, verdict "
        "and winner, joined by and, or; may be given several times.",
        '--fail-if "loss.logistic > 0.3 or verdict == generative"',
        metavar="RULE",
    ),
]
ConfigOption = Annotated[
    Path | None,
    option(
        OUTPUT,
        "TOML file of these options by their names (table, target, models, ...), or the meta.json of a report, to be "
        "run again. The command line goes before the file.",
        "--config study.toml",
        metavar="FILE",
        is_eager=True,
        callback=read_config,
    ),
]
