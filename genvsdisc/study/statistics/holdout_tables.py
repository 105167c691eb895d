"""Scores on a test set of the user's own, beside the cross-validated ones, and whether the two agree.

Nothing was chosen or fitted on these rows, and each is scored once: their losses are independent, and the error of a
mean is that of a sample. The cross-validated estimate has the error of the corrected resampled t test, which holds the
luck of the training rows too. As the two rest on different rows, their difference has the sum of both variances, and
Welch's degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.evidence import Predictions
from genvsdisc.study.holdout_rows import TestRows
from genvsdisc.study.statistics.decomposition import PAIR
from genvsdisc.study.statistics.differences import paired_splits
from genvsdisc.study.statistics.losses import ends, pointwise_losses, unseen_error
from genvsdisc.study.statistics.paired_tests import corrected_ttest
from genvsdisc.study.table import PreparedTable
from genvsdisc.study.weights import effective_rows, row_counts

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A mean, its standard error and its degrees of freedom."""

    mean: float
    se: float
    df: float

    def interval(self) -> tuple[float, float]:
        """Student's interval of 95 %."""
        reach = self.se * stats.t.ppf((1 + CONFIDENCE) / 2, self.df)
        return float(self.mean - reach), float(self.mean + reach)

    def pvalue(self) -> float:
        """Two-sided p-value of a mean of 0; no error leaves no doubt."""
        if self.se == 0:
            return float(self.mean == 0)
        return float(2 * stats.t.sf(abs(self.mean / self.se), self.df))

    def minus(self, other: Estimate) -> Estimate:
        """Difference of two independent estimates, with Welch's degrees of freedom."""
        variances = np.array([self.se**2, other.se**2])
        squares = variances**2 @ (1 / np.array([self.df, other.df]))
        df = variances.sum() ** 2 / squares if squares > 0 else min(self.df, other.df)
        return Estimate(self.mean - other.mean, float(np.sqrt(variances.sum())), float(df))


def estimate_of(values: NDArray, weights: NDArray | None, units: NDArray) -> Estimate:
    """Weighted mean of values of rows, with the error over independent units.

    ``var = U / (U - 1) sum_u (sum_{i in u} w_i (x_i - mean))^2 / (sum w)^2`` for U units; with single rows of one
    weight that is ``s^2 / n``.

    Examples
    --------
    >>> import numpy as np
    >>> estimate = estimate_of(np.array([0.0, 1.0, 1.0, 0.0]), None, np.arange(4))
    >>> estimate.mean, round(estimate.se, 6), estimate.df
    (0.5, 0.288675, 3)
    """
    row_weights = np.ones(len(values)) if weights is None else weights
    mean = float(row_weights @ values / row_weights.sum())
    parts = np.bincount(units, row_weights * (values - mean)) / row_weights.sum()
    n_units = len(parts)
    if n_units < 2:
        return Estimate(mean, np.nan, np.nan)
    return Estimate(mean, float(np.sqrt(n_units / (n_units - 1) * (parts @ parts))), n_units - 1)


def share_interval(share: Estimate, n_rows: float) -> tuple[float, float]:
    """Wilson's interval of a share of so many rows, which does not shrink to a point where none or all err.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.
    """
    z = stats.norm.ppf((1 + CONFIDENCE) / 2)
    middle = (share.mean + z**2 / (2 * n_rows)) / (1 + z**2 / n_rows)
    reach = z / (1 + z**2 / n_rows) * np.sqrt(share.mean * (1 - share.mean) / n_rows + z**2 / (4 * n_rows**2))
    return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))


def mcnemar_pvalue(only_one: int, only_other: int) -> float:
    """McNemar's exact test: of the rows on which one model alone errs, each is as likely to be either's.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions. Psychometrika 12.

    Examples
    --------
    >>> round(mcnemar_pvalue(1, 6), 6)
    0.125
    """
    together = only_one + only_other
    return float(stats.binomtest(only_one, together, 0.5).pvalue) if together else 1.0


def holdout_tables(
    evidence: Sequence[Predictions],
    table: PreparedTable,
    scores: pd.DataFrame,
    models: pd.DataFrame,
    differences: pd.DataFrame | None,
    losses: Sequence[str],
) -> dict[str, pd.DataFrame | None]:
    """Compute the tables `holdout` and `holdout_differences`; none without a test set.

    Parameters
    ----------
    evidence : sequence of Predictions
        Models without predictions for the test set are left out.
    table : PreparedTable
    scores : DataFrame
        The table `scores`.
    models : DataFrame
        The table `models`.
    differences : DataFrame or None
        The table `differences`: its pairs are compared.
    losses : sequence of str
        Losses that are means over rows.
    """
    test = table.test
    predicted = {e.model.name: e.test for e in evidence if e.test is not None}
    if test is None or not predicted:
        return {}
    of_rows = {
        (name, loss): pointwise_losses(p, test.codes, loss, table.costs)
        for name, p in predicted.items()
        for loss in losses
    }
    facts = models.set_index("model")
    rows = [
        {"model": name, "family": facts.family[name], "form": facts.form[name], "loss": loss}
        | _of_model(values, loss, test, scores, name)
        for (name, loss), values in of_rows.items()
    ]
    pairs = [] if differences is None else differences.drop_duplicates([*PAIR, "loss"]).to_dict("records")
    gaps = [
        {key: pair[key] for key in (*PAIR, "loss")} | _of_pair(of_rows, pair, test, scores)
        for pair in pairs
        if all((pair[side], pair["loss"]) in of_rows for side in PAIR[:2])
    ]
    return {"holdout": pd.DataFrame(rows), "holdout_differences": pd.DataFrame(gaps) if gaps else None}


def _of_model(values: NDArray, loss: str, test: TestRows, scores: pd.DataFrame, name: str) -> dict[str, float]:
    estimate = estimate_of(values, test.weights, test.units)
    lower, upper = estimate.interval()
    row_weights = np.ones(len(test)) if test.weights is None else test.weights
    n_rows = None
    if loss == "zero_one":
        n_rows = _independent_rows(estimate, np.bincount(test.units, row_weights))
        lower, upper = share_interval(estimate, n_rows)
    lowest, highest = ends(loss)
    interval = {"lower": max(lower, lowest), "upper": min(upper, highest)}
    of_loss = scores[(scores["loss"] == loss) & (scores["model"] == name)]
    n_test = round(row_counts(row_weights).sum())
    return {"mean": estimate.mean, "se": estimate.se, **interval, "n_test": n_test, **_shift(estimate, of_loss, n_rows)}


def _independent_rows(share: Estimate, masses: NDArray) -> float:
    """How many independent rows would give a share this error: of single rows of one weight, as many as there are.

    Where none or all err, the error says nothing, and the masses of the units tell.
    """
    if not share.se > 0:
        return effective_rows(masses)
    return share.mean * (1 - share.mean) / share.se**2 * len(masses) / (len(masses) - 1)


def _of_pair(
    of_rows: dict[tuple[str, str], NDArray], pair: dict, test: TestRows, scores: pd.DataFrame
) -> dict[str, float | int | None]:
    one, other = (of_rows[pair[side], pair["loss"]] for side in PAIR[:2])
    estimate = estimate_of(one - other, test.weights, test.units)
    if estimate.se == 0:
        row_weights = np.ones(len(test)) if test.weights is None else test.weights
        least = unseen_error(pair["loss"], effective_rows(np.bincount(test.units, row_weights)))
        estimate = estimate._replace(se=least)
    lower, upper = estimate.interval()
    alone: dict[str, float | int | None] = dict.fromkeys(("only_generative_errs", "only_discriminative_errs"))
    alone["mcnemar_pvalue"] = np.nan
    independent = test.weights is None and len(np.unique(test.units)) == len(test)
    if pair["loss"] == "zero_one" and independent:
        counts = int((one > other).sum()), int((other > one).sum())
        alone = dict(zip(alone, (*counts, mcnemar_pvalue(*counts)), strict=True))
    of_loss = scores[scores["loss"] == pair["loss"]]
    shift = _shift(estimate, paired_splits(of_loss, pair["generative"], pair["discriminative"]))
    means = {
        "difference": estimate.mean,
        "se": estimate.se,
        "lower": lower,
        "upper": upper,
        "pvalue": estimate.pvalue(),
    }
    return {**means, **alone, **shift}


def _shift(estimate: Estimate, splits: pd.DataFrame, n_rows: float | None = None) -> dict[str, float]:
    """Cross-validated estimate, and the test set's minus it, with its error and p-value.

    A share of `n_rows` rows has at least the error that the cross-validated share would have there: its own is 0 where
    no row errs, however few there are.
    """
    values = splits["value"].to_numpy(float)
    if len(values) < 2 or np.isnan(values).any():
        nothing = dict.fromkeys(("shift", "shift_se", "shift_pvalue"), np.nan)
        return {"cross_validated": float(values.mean()) if len(values) else np.nan} | nothing
    fraction = (splits["n_test"] / (splits["n_test"] + splits["n_train"])).to_numpy()
    least = 0.0 if n_rows is None else unseen_error("zero_one", float((splits["n_test"] + splits["n_train"]).mean()))
    crossed = corrected_ttest(values, test_fraction=fraction, least_error=least)
    if n_rows is not None:
        estimate = estimate._replace(se=max(estimate.se, float(np.sqrt(crossed.mean * (1 - crossed.mean) / n_rows))))
    shift = estimate.minus(Estimate(crossed.mean, crossed.standard_error, crossed.df))
    parts = {"shift": shift.mean, "shift_se": shift.se, "shift_pvalue": shift.pvalue()}
    return {"cross_validated": crossed.mean} | parts
