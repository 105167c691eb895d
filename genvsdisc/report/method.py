"""What was compared and how: the table, the splits, the versions, and how each number was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genvsdisc.report.blocks import Cell, Fold, Items, Section, table
from genvsdisc.report.numbers import fixed, number

if TYPE_CHECKING:
    from genvsdisc.study.results import Comparison

# What -> how it was computed, and by whom it was proposed.
METHODS = (
    (
        "Splits",
        "Repeated stratified cross-validation. Every model is fitted and scored on the same splits; the hash below is of "
        "the row numbers of every fold. What is learned from data (missing values, encodings, scales) is learned from training rows only.",
    ),
    ("0-1 error", "Share of held-out rows whose most probable class is not the true one."),
    (
        "Log loss",
        "Mean of −log p(true class), in nats, p clipped at the machine epsilon. Good (1952), J. Royal Stat. Soc. B 14.",
    ),
    (
        "Brier score",
        "Mean over rows of the sum over classes of (p − 1[true])², between 0 and 2. Brier (1950), Monthly Weather Review 78.",
    ),
    (
        "ROC AUC",
        "Area under the ROC curve; for several classes the mean over pairs of classes. Hand and Till (2001), Machine Learning 45.",
    ),
    (
        "Intervals and p-values",
        "Student t over folds, with the variance multiplied by 1/J + n_test/n_train for J folds, because training sets overlap. "
        "Nadeau and Bengio (2003), Machine Learning 52. Pairs are corrected by Holm (1979), Scand. J. Statistics 6.",
    ),
    (
        "Probabilities of better and equal",
        "The posterior of the mean difference is the Student t of the corrected test; equal is the interval of practical "
        "equivalence around zero. Corani and Benavoli (2015), Machine Learning 100; Benavoli et al. (2017), JMLR 18.",
    ),
    (
        "Bias, variance, noise",
        "Each model is refitted on many draws of training rows and judged on the same held-out rows. 0-1 error: Domingos (2000), AAAI; "
        "net variance is the variance where the main prediction is right minus that where it is wrong, and may be negative. Brier score: "
        "around the mean prediction. Log loss: around the normalized geometric mean, Heskes (1998), Neural Computation 10.",
    ),
    (
        "Crossing",
        "Where the mean difference of two learning curves changes sign, linear in log rows between sizes; the interval holds the middle 95% "
        "of crossings over resampled draws. The question is Ng and Jordan's (2001), NIPS 14.",
    ),
    (
        "Miscalibration, discrimination, uncertainty",
        "Split of the Brier score of the probability of one class against the rest by isotonic regression (CORP). "
        "Dimitriadis, Gneiting and Jordan (2021), PNAS 118.",
    ),
    (
        "Refinement and calibration",
        "Refinement is the log loss after scaling the logits by the best temperature; calibration is the rest. "
        "Guo et al. (2017), ICML; Berta et al. (2025), arXiv 2501.19195.",
    ),
    (
        "ECE",
        "Expected calibration error in equal-width bins. It is above zero even for a calibrated model; the value beside it is "
        "what a calibrated model would show with these forecasts and as many rows.",
    ),
    (
        "Cost of an assumption",
        "Log loss of the model that makes the assumption minus that of the model that is the same but for it, on the same splits.",
    ),
    (
        "Equal covariances, normality, independence",
        "Box's M (1949), Biometrika 36; Mardia's skewness and kurtosis (1970), Biometrika 57; likelihood ratio of a diagonal against a full "
        "covariance. A p-value says whether a violation shows, the cost whether it matters.",
    ),
    (
        "Noisy labels",
        "A share of the training labels is replaced by another class at random; the held-out labels stay clean.",
    ),
)


def data_and_method(comparison: Comparison) -> Section:
    """Rows, columns, classes, splits, seeds, versions, and how each number was computed."""
    meta = comparison.meta
    left, notes = meta.get("left_out", []), meta.get("notes", [])
    blocks: list[Any] = [Items(tuple(("", str(text)) for text in [*left, *notes]))] if [*left, *notes] else []
    columns = comparison.columns
    if len(columns):
        rows = [
            [
                Cell(row.column, note=row.note),
                row.kind,
                "yes" if row.used else "left out",
                number(fixed(row.missing, 0)),
                number(fixed(row.distinct, 0)),
            ]
            for row in columns.itertuples()
        ]
        blocks.append(table("Columns", ["Column", "Kind", "Used", "Missing", "Distinct"], rows, source="columns.csv"))
    classes = comparison.classes
    if len(classes):
        rows = [
            [Cell(row.label, note=row.note), number(fixed(row.rows, 0)), "yes" if row.used else "left out"]
            for row in classes.itertuples()
        ]
        blocks.append(
            table(
                f"Classes of {meta.get('target', 'the target')}", ["Class", "Rows", "Used"], rows, source="classes.csv"
            )
        )
    blocks.append(Fold("Design, seed, splits, versions", (Items(_settings(meta)),)))
    blocks.append(Fold("How each number was computed", (Items(tuple((f"{what}.", how) for what, how in METHODS)),)))
    used = int(columns.used.sum()) if len(columns) else meta.get("n_columns", 0)
    finding = (
        f"{fixed(meta['n_rows'], 0)} rows, {used} of {len(columns)} columns used"
        if "n_rows" in meta and len(columns)
        else "What was compared, and how"
    )
    return Section("method", "Data and method", finding, tuple(blocks))


def _settings(meta: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    settings = [("Seed:", str(meta["seed"]))] if "seed" in meta else []
    settings += [("Hash of the splits:", str(meta["splits_hash"]))] if "splits_hash" in meta else []
    settings += [(f"{name.replace('_', ' ')}:", _listed(value)) for name, value in meta.get("design", {}).items()]
    return tuple(settings + [(f"{name}:", str(version)) for name, version in meta.get("versions", {}).items()])


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
