"""What was compared and how: the table, the splits, the versions, and how each number was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genvsdisc.report.blocks import Cell, Fold, Items, Section, table
from genvsdisc.report.numbers import fixed, number
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

# What -> how it was computed, and who proposed it.
METHODS = (
    (
        "Splits",
        "Repeated stratified cross-validation. Every model is fitted and scored on the same splits; their hash is "
        "above. What is learned from data (missing values, encodings, scales) is learned from training rows only.",
    ),
    ("0-1 error", "Share of held-out rows whose most probable class is not the true one."),
    (
        "Log loss",
        "Mean of −log p(true class), in nats, p clipped at the machine epsilon. Good (1952), Journal of the Royal "
        "Statistical Society B 14.",
    ),
    (
        "Brier score",
        "Mean over rows of the sum over classes of (p − 1[true])², between 0 and 2. Brier (1950), "
        "Monthly Weather Review 78.",
    ),
    (
        "ROC AUC",
        "Area under the ROC curve; for several classes the plain mean of each class against the rest. Fawcett (2006), "
        "Pattern Recognition Letters 27.",
    ),
    (
        "Intervals and p-values",
        "Student t over folds, with the variance of a fold multiplied by 1/J + n_test/n_train for J folds, because "
        "training sets overlap. Nadeau and Bengio (2003), Machine Learning 52. p-values of several pairs are corrected "
        "as in Holm (1979), Scandinavian Journal of Statistics 6.",
    ),
    (
        "Probabilities of better and equal",
        "The posterior of the mean difference is the Student t of the corrected test; equal means within the region of "
        "practical equivalence around zero. Corani and Benavoli (2015), Machine Learning 100; Benavoli, Corani, Demšar "
        "and Zaffalon (2017), JMLR 18.",
    ),
    (
        "Bias, variance, noise",
        "Each model is refitted on many draws of training rows and judged on the same held-out rows. 0-1 error: around "
        "the most frequent prediction, Domingos (2000), AAAI; net variance is the variance where that prediction is "
        "right minus the variance where it is wrong, and may be negative. Brier score: around the mean prediction. Log "
        "loss: around the normalized geometric mean, Heskes (1998), Neural Computation 10.",
    ),
    (
        "Crossing",
        "Where the mean difference of two learning curves changes sign, linear in the logarithm of the rows between "
        "the sizes that were run, with a bootstrap interval over draws. The question is that of Ng and Jordan (2001), "
        "NIPS 14.",
    ),
    (
        "Miscalibration, discrimination, uncertainty",
        "Split of the Brier score by isotonic recalibration (CORP). Dimitriadis, Gneiting and Jordan (2021), PNAS 118.",
    ),
    (
        "Refinement and calibration",
        "Refinement is the log loss after scaling the logits by the best temperature; calibration is the rest. Guo, "
        "Pleiss, Sun and Weinberger (2017), ICML; Berta, Holzmüller, Jordan and Bach (2025), arXiv 2501.19195.",
    ),
    (
        "ECE",
        "Expected calibration error in equal-width bins. It is above zero even for a calibrated model, so the value "
        "beside it is what a calibrated model would show with these forecasts and as many rows.",
    ),
    (
        "Cost of an assumption",
        "Log loss of the model that makes the assumption minus that of the model that differs only in not making it, "
        "on the same splits.",
    ),
    (
        "Equal covariances, normality, independence",
        "Box (1949), Biometrika 36; Mardia (1970), Biometrika 57; likelihood ratio of a diagonal against a full "
        "covariance. The p-value says whether a violation shows, the cost whether it matters.",
    ),
    (
        "Noisy labels",
        "A share of the training labels is replaced by another class at random; held-out labels stay clean.",
    ),
)


_OPEN = 16  # columns listed before a fold hides them


def data_and_method_section(comparison: Comparison) -> Section:
    """Rows, columns, classes, splits, seeds, versions, and how each number was computed."""
    meta, columns, classes = comparison.meta, comparison.columns, comparison.classes
    said = tuple(("", str(text)) for text in [*meta.get("left_out", []), *meta.get("notes", [])])
    blocks: list[Any] = [Items(said)] if said else []
    if len(columns):
        rows = [
            [
                Cell(row.column, note=row.note),
                row.kind,
                _used(row.used),
                number(fixed(row.missing, 0)),
                number(fixed(row.distinct, 0)),
            ]
            for row in records(columns)
        ]
        heads = ["Column", "Kind", "Used", "Missing", "Distinct"]
        listed = table("Columns", heads, rows, source="columns.csv")
        blocks.append(listed if len(rows) <= _OPEN else Fold(f"All {len(rows)} columns", (listed,)))
    if len(classes):
        rows = [
            [Cell(row.label, note=row.note), number(fixed(row.rows, 0)), _used(row.used)] for row in records(classes)
        ]
        caption = f"Classes of {meta['target']}" if "target" in meta else "Classes"
        blocks.append(table(caption, ["Class", "Rows", "Used"], rows, source="classes.csv"))
    blocks.append(Fold("Design, seed, splits, versions", (Items(_settings(meta)),)))
    blocks.append(Fold("How each number was computed", (Items(tuple((f"{what}.", how) for what, how in METHODS)),)))
    return Section("method", "Data and method", _finding(comparison), tuple(blocks))


def _finding(comparison: Comparison) -> str:
    meta, columns = comparison.meta, comparison.columns
    if "n_rows" not in meta or columns.empty:
        return "What was compared, and how"
    rows = f"{fixed(meta['n_rows'], 0)} rows"
    used = int(columns.used.sum())
    return (
        f"{rows}, all {used} columns used" if used == len(columns) else f"{rows}, {used} of {len(columns)} columns used"
    )


def _used(used: bool) -> str:
    return "yes" if used else "left out"


def _settings(meta: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    settings = {"seed": meta.get("seed"), "hash of the splits": meta.get("splits_hash"), **meta.get("design", {})}
    settings |= meta.get("versions", {})
    return tuple(
        (f"{name.replace('_', ' ')}:", _listed(value)) for name, value in settings.items() if value is not None
    )


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
