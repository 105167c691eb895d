"""How much the difference between two models owes to the rows that trained them.

The mean over the folds of cross-validation varies from table to table for two reasons: each row judges, and each row
trains the models that judge the others. The first part is seen in the spread s^2 of the folds, ``rho s^2`` with rho the
share of the rows in a fold. The second is not: folds share most of their training rows. Nadeau & Bengio's correction
takes it for a fifth of the first (ten folds), which is plenty for a model that a few rows hardly change, and far too
little for one that hangs on single rows: with a nearest neighbor, or a tree grown to the end, 12 to 15% of tables had a
false winner at 5%.

Two models fitted to halves of the table that share no row are independent, and half their squared difference on
the rows of neither, D, is what the training rows do to a mean over m judges. To second order (Hoeffding's
decomposition; b(x, x') what training on x' adds to the loss at x) it is ``n_half E b^2 / m``, and cross-validation,
in which every row of n has both roles, has at most ``n E b^2 / n``, where b is symmetric: ``(m / n) D``, whatever the
models. The halves are smaller than the training sets of the folds, so that D is rather too large.

References
----------
Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52; halves in section 5.
Efron, B. & Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.table import PreparedTable

Luck = Mapping[str, pd.DataFrame]
"""Loss -> what `training_luck` computes."""


def training_luck(evidence: Sequence[Predictions], table: PreparedTable, draws: Draws) -> dict[str, pd.DataFrame]:
    """Contrast the two halves of every draw.

    Returns
    -------
    luck : dict of str to DataFrame
        Loss -> one row a draw, one column a model: mean loss of the fit to the first half minus that of the second, on
        the rows that judge, times ``sqrt(m / (2 n))``, so that the mean square of the difference of two columns is the
        variance of which the module speaks. Models without such fits are no columns, draws that they lack are NaN.
    """
    drawn = table.take(draws.resampled_rows)
    masses = table.sampling.masses(len(table.codes))
    judges = draws.judges
    if not judges:
        return {}
    own = drawn.sampling.masses(len(drawn.codes))
    share = float(np.mean([own[rows].sum() for rows in judges]) / masses.sum())

    def contrast(halves: NDArray, rows: NDArray, loss: str) -> float:
        one, two = pointwise_losses(halves, drawn.codes[rows], loss, table.costs)
        return float(np.sqrt(share / 2)) * mean(one - two, drawn.weights, rows)

    return {
        loss: pd.DataFrame(
            {
                e.model.name: pd.Series([contrast(p, rows, loss) for p, rows in zip(e.halves, judges, strict=False)])
                for e in evidence
                if e.halves
            }
        )
        for loss in table.losses(draws.design.losses)
    }


def variances_of_pairs(luck: pd.DataFrame | None, left: Sequence[str], right: Sequence[str]) -> NDArray:
    """Variance of the mean difference of each pair through the rows that train, (n_left, n_right); 0 if unknown."""
    found = np.zeros((len(left), len(right)))
    for place in np.ndindex(found.shape):
        names = [left[place[0]], right[place[1]]]
        if luck is not None and set(names) <= set(luck.columns):
            found[place] = ((luck[names[0]] - luck[names[1]]) ** 2).mean()
    return found
