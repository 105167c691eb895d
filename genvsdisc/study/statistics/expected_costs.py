"""Decisions of least expected cost, and what they cost: Bayes' rule with a matrix of costs.

With probabilities p of the classes of a row, the answer s of least expected cost minimizes ``sum_t p_t cost[t, s]``.
For two classes that is to say the second one where its probability is above

    ``threshold = fp / (fp + fn)``, ``fp = cost[0, 1] - cost[0, 0]``, ``fn = cost[1, 0] - cost[1, 1]``.

Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI.

The decision curve shows, for every threshold t, the net benefit of acting where the probability is at least t:
``TP / n - FP / n * t / (1 - t)``, in true positives a row, beside that of acting always and never.

Vickers, A. & Elkin, E. (2006). Decision curve analysis. Medical Decision Making 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.losses import mean
from genvsdisc.study.table import PreparedTable

THRESHOLDS = np.round(np.arange(0.01, 1.0, 0.02), 2)
ALWAYS, NEVER = "always", "never"
"""Names of the two decisions that need no model."""


def threshold(costs: NDArray) -> float:
    """Probability of the second class above which saying it costs least; NaN for more than two classes.

    Examples
    --------
    >>> import numpy as np
    >>> threshold(np.array([[0.0, 1.0], [9.0, 0.0]]))
    0.1
    """
    if len(costs) != 2:
        return float("nan")
    fp, fn = costs[0, 1] - costs[0, 0], costs[1, 0] - costs[1, 1]
    return float(fp / (fp + fn))


def decision_table(
    evidence: Sequence[Predictions], table: PreparedTable, draws: Draws, summary: pd.DataFrame
) -> pd.DataFrame:
    """What each model's decisions cost: the table `decisions`.

    Parameters
    ----------
    evidence : sequence of Predictions
    table : PreparedTable
        With costs.
    draws : Draws
    summary : DataFrame
        The table `summary`, with the loss "cost".

    Returns
    -------
    decisions : DataFrame
        Columns model, family, threshold, cost (mean over the folds, with its corrected interval lower to upper), and
        cost_of_likeliest: that of saying the most probable class instead.
    """
    costs = _costs(table)
    mean_costs = summary[summary["loss"] == "cost"].set_index("model")
    rows = []
    for e in evidence:
        likeliest = [
            mean(costs[table.codes[rows], p.argmax(axis=1)], table.weights, rows)
            for p, rows in zip(e.cv, draws.cv_tests, strict=False)
        ]
        of_model = mean_costs.loc[e.model.name]
        ends = {"cost": of_model["mean"], "lower": of_model["lower"], "upper": of_model["upper"]}
        facts = {"model": e.model.name, "family": e.model.family, "threshold": threshold(costs)}
        rows.append(facts | ends | {"cost_of_likeliest": float(np.mean(likeliest))})
    return pd.DataFrame(rows)


def constant_costs(costs: NDArray, codes: NDArray, weights: NDArray | None = None) -> NDArray[np.float64]:
    """Mean cost of giving one answer to every row, for each answer."""
    shares = np.bincount(codes, weights, minlength=len(costs))
    return np.asarray(shares / shares.sum() @ costs)


def net_benefit(forecast: NDArray, outcome: NDArray, weights: NDArray | None = None) -> NDArray[np.float64]:
    """Net benefit of acting where the forecast is at least each of `THRESHOLDS`.

    Examples
    --------
    >>> import numpy as np
    >>> net_benefit(np.array([0.9, 0.2]), np.array([1, 0]))[[0, 25]].tolist()
    [0.494949494949495, 0.5]
    """
    of_rows = np.ones(len(forecast)) if weights is None else weights
    acted = forecast[:, None] >= THRESHOLDS
    true, false = of_rows * outcome @ acted / of_rows.sum(), of_rows * (1 - outcome) @ acted / of_rows.sum()
    return np.asarray(true - false * THRESHOLDS / (1 - THRESHOLDS))


def decision_curves(predictions: Iterable[tuple[str, str, NDArray, NDArray]], table: PreparedTable) -> pd.DataFrame:
    """Decision curves of two classes: the table `decision_curves`.

    Parameters
    ----------
    predictions : iterable of (model, family, probabilities, rows)
        Held-out probabilities (n, 2) of each model, and the indices of the rows.
    table : PreparedTable

    Returns
    -------
    decision_curves : DataFrame
        Columns model, family, threshold, net_benefit; first acting always and never, family "baseline".
    """
    outcome = (table.codes == 1).astype(int)
    always = net_benefit(np.ones(len(outcome)), outcome, table.weights)
    curves = [(ALWAYS, "baseline", always), (NEVER, "baseline", np.zeros(len(THRESHOLDS)))]
    for model, family, probabilities, rows in predictions:
        row_weights = None if table.weights is None else table.weights[rows]
        curves.append((model, family, net_benefit(probabilities[:, 1], outcome[rows], row_weights)))
    parts = [
        pd.DataFrame({"model": model, "family": family, "threshold": THRESHOLDS, "net_benefit": curve})
        for model, family, curve in curves
    ]
    return pd.concat(parts, ignore_index=True)


def _costs(table: PreparedTable) -> NDArray:
    if table.costs is None:
        raise ValueError("the table has no costs")
    return table.costs
