"""What was compared and how: the table, the splits, the versions, and how each number was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genvsdisc.report.blocks import Cell, Fold, Items, Table, table
from genvsdisc.report.isolation import Draft, part
from genvsdisc.report.numbers import counted, fixed, number, plain
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
        "training sets overlap; by the design effect of the difference times n_test/n_train where that is more, as for "
        "nearest neighbors, which err together. Nadeau and Bengio (2003), Machine Learning 52. p-values of several "
        "pairs are corrected as in Holm (1979), Scandinavian Journal of Statistics 6.",
    ),
    (
        "Probabilities of better and equal",
        "The posterior of the mean difference is the Student t of the corrected test; equal means within the region of "
        "practical equivalence around zero. Corani and Benavoli (2015), Machine Learning 100; Benavoli, Corani, Demšar "
        "and Zaffalon (2017), JMLR 18.",
    ),
    (
        "Best of each family",
        "The interval holds whichever models are the best of their families, not only the two that came out lowest: "
        "the largest t statistic of all rivals takes the place of one. It is longer toward a family with a rival that "
        "is hardly known. Hsu (1996), Multiple Comparisons, chapter 4.",
    ),
    (
        "Bias, variance, noise",
        "Each model is fitted to training sets that share no row, of a quarter and of half of the rows that train, "
        "drawn many times over; at the size of the folds the loss is that of cross-validation and its variance is "
        "extrapolated from the two sizes (what it takes beyond the whole loss is added to its error), or, where the "
        "law of the table is known, measured on tables drawn from it. "
        "0-1 error: the variance is half the rate at which two fits name different classes, Kohavi and Wolpert (1996), "
        "ICML. Brier score: around the mean prediction. Log loss: around the normalized geometric mean, Heskes (1998), "
        "Neural Computation 10.",
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
        "Columns in naive Bayes",
        "Given the class, two values are Bernoulli and words categorical, with one row added to each count; numbers "
        "are normal, and whole numbers from 0 to 100 Poisson where the rows prefer that given their class (Bayesian "
        "information criterion): the list of columns says which.",
    ),
    (
        "Cost of an assumption",
        "Log loss of the model that makes the assumption minus that of the model that differs only in not making it, "
        "on the same splits.",
    ),
    (
        "Equal covariances, normality, independence",
        "Equal covariances: Box (1949), Biometrika 36. Normality: Henze and Zirkler (1990), Communications in "
        "Statistics: Theory and Methods 19, joined over classes by Fisher's method; the effect is the kurtosis of "
        "Mardia (1970), Biometrika 57, over that of a normal law. Independence: likelihood ratio of a diagonal against "
        "a full covariance. The p-value says whether a violation shows, the cost whether it matters.",
    ),
    (
        "Noisy labels",
        "A share of the training labels is replaced by another class at random; held-out labels stay clean.",
    ),
)


_OPEN = 16  # columns or classes listed before a fold hides them


def data_and_method_section(comparison: Comparison) -> Draft:
    """Rows, columns, classes, splits, seeds, versions, what failed, and how each number was computed."""
    return Draft(
        lambda: _finding(comparison),
        (
            part("what was left out or guessed", _told, comparison),
            part("columns", _columns, comparison),
            part("classes", _classes, comparison),
            part("what failed", _failures, comparison),
            part("leaks", _leaks, comparison),
            part("settings", _settings_fold, comparison),
            part("methods", _methods),
        ),
    )


def _told(comparison: Comparison) -> Items | None:
    """List in full what the top of the page may fold away."""
    meta = comparison.meta
    notes = [*meta.get("left_out", []), *meta.get("notes", []), *meta.get("plan", {}).get("notes", [])]
    return Items(tuple(("", str(text)) for text in dict.fromkeys(notes))) if notes else None


def _columns(comparison: Comparison) -> Table | Fold | None:
    rows = [
        [
            Cell(row.column, note=row.note),
            row.kind,
            _used(row.used),
            number(fixed(row.missing, 0)),
            number(fixed(row.distinct, 0)),
        ]
        for row in records(comparison.columns)
    ]
    if not rows:
        return None
    listed = table("Columns", ["Column", "Kind", "Used", "Missing", "Distinct"], rows, source="columns.csv")
    return listed if len(rows) <= _OPEN else Fold(f"All {len(rows)} columns", (listed,))


def _classes(comparison: Comparison) -> Table | Fold | None:
    rows = [
        [Cell(row.label, note=row.note), number(fixed(row.rows, 0)), _used(row.used)]
        for row in records(comparison.classes)
    ]
    meta = comparison.meta
    caption = f"Classes of {meta['target']}" if "target" in meta else "Classes"
    listed = table(caption, ["Class", "Rows", "Used"], rows, source="classes.csv")
    if len(rows) > _OPEN:
        return Fold(f"All {len(rows)} classes", (listed,))
    return listed if rows else None


def _failures(comparison: Comparison) -> Table | None:
    """List all that failed in one place; each also stands where the part would have stood."""
    rows = [
        [Cell(row.model or "all models", note=row.stage), row.error, row.meaning]
        for row in records(comparison.failures)
    ]
    heads = ["What failed", "Error", "Meaning"]
    return table("What could not be computed", heads, rows, source="failures.csv") if rows else None


def _leaks(comparison: Comparison) -> Items | None:
    """List possible leaks: what each is, and the number that gives it away. As cells, such sentences are columns."""
    items = tuple(
        (f"{row.column or 'rows'} ({row.kind}):", f"{row.message} Evidence: {row.evidence} = {plain(row.value)}.")
        for row in records(comparison.leaks)
    )
    return Items(items) if items else None


def _settings_fold(comparison: Comparison) -> Fold:
    return Fold("Design, seed, splits, versions", (Items(_settings(comparison.meta)),))


def _methods() -> Fold:
    return Fold("How each number was computed", (Items(tuple((f"{what}.", how) for what, how in METHODS)),))


def _finding(comparison: Comparison) -> str:
    meta, columns = comparison.meta, comparison.columns
    if "n_rows" not in meta or columns.empty:
        return "What was compared, and how"
    rows, used = counted(meta["n_rows"], "row"), int(columns.used.sum())
    if used == len(columns):
        return f"{rows}, all {counted(used, 'column')} used" if used > 1 else f"{rows}, one column"
    return f"{rows}, {used} of {counted(len(columns), 'column')} used"


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
