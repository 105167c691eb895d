"""Rows of a class held out of training, told from the others by each model: the table `novelty`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.schema import groups
from genvsdisc.study.statistics.losses import UNSEEN_ROWS, perfect
from genvsdisc.study.table import PreparedTable

COLUMNS_OF_NOVELTY = ["model", "family", "left_out", "score", "auroc", "se", "lower", "upper", "n_draws"]


def novelty_table(
    measured: Mapping[str, pd.DataFrame],
    models: pd.DataFrame,
    classes: Sequence[Any],
    *,
    test_fraction: float,
    sizes: NDArray,
    level: float = 0.95,
) -> pd.DataFrame:
    """Average the areas under the ROC curve over the draws.

    Parameters
    ----------
    measured : mapping model -> DataFrame
        Columns left_out (a code), score, draw, auroc.
    models : DataFrame
        Columns model, family.
    classes : sequence of label
    test_fraction : float
        ``n_test / (n_train + n_test)`` of a draw: draws share rows, and the variance of their mean is that of the
        corrected resampled t test (Nadeau & Bengio 2003).
    sizes : ndarray of shape (n_classes,)
        Rows of each class: where every row is told, the rule of three for the fewer of the two sides is the error.
    level : float, default=0.95

    Returns
    -------
    novelty : DataFrame
        Columns model, family, left_out (label), score ("p(x)" or "1 - max p"), auroc, se, lower, upper, n_draws.
    """
    families = dict(zip(models["model"], models["family"], strict=True))
    rows = []
    for model, scores in measured.items():
        for (k, score), part in groups(scores, ["left_out", "score"]):
            n, mean = len(part), float(part["auroc"].mean())
            ratio = test_fraction / (1 - test_fraction)
            error = float(part["auroc"].std(ddof=1) * np.sqrt(1 / n + ratio)) if n > 1 else float("nan")
            if perfect("roc_auc", part["auroc"]):
                error = UNSEEN_ROWS / min(sizes[k], sizes.sum() - sizes[k])
            reach = stats.t.ppf((1 + level) / 2, max(n - 1, 1)) * error
            ends = float(np.fmax(mean - reach, 0)), float(np.fmin(mean + reach, 1))
            rows.append((model, families[model], str(classes[k]), score, mean, error, *ends, n))
    return pd.DataFrame(rows, columns=COLUMNS_OF_NOVELTY)


def novelties(
    evidence: Sequence[Predictions], table: PreparedTable, models: pd.DataFrame, draws: Draws
) -> pd.DataFrame:
    """Rows of a class left out, told from the others."""
    measured = {e.model.name: e.novelty for e in evidence if e.novelty is not None}
    return novelty_table(
        measured, models, list(table.classes), test_fraction=draws.design.test_size, sizes=table.class_sizes
    )
