"""What lies between the generative and the discriminative fit: loss along the dial, against both ends."""

from __future__ import annotations

import pandas as pd

from genvsdisc.study.schema import groups
from genvsdisc.study.statistics.paired_tests import corrected_ttest


def continuum_table(dials: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Mean losses, and their differences to the ends of the dial.

    Parameters
    ----------
    dials : dict of dial to DataFrame
        Losses, as `genvsdisc.study.fits.dial.dial_losses` gives them.

    Returns
    -------
    table : DataFrame or None
        Columns dial, generative_weight, loss, mean, se, and for each end the mean difference (negative: better than
        the end) with its corrected interval of 95 %; the folds are those that the dial is judged on.
    """
    if not dials:
        return None
    rows = []
    whole = pd.concat([dials[name] for name in sorted(dials, reverse=True)])  # linear log-odds first
    for (dial, loss), part in groups(whole, ["dial", "loss"]):
        values = part.pivot_table(index="fold", columns="generative_weight", values="value")
        share = part.groupby("fold")["test_fraction"].first().to_numpy()
        for a in sorted(values.columns):
            row = {"dial": dial, "generative_weight": a, "loss": loss, "mean": values[a].mean()}
            row["se"] = values[a].std(ddof=1) / len(values) ** 0.5
            for end, name in ((1.0, "generative"), (0.0, "discriminative")):
                if a == end or len(values) < 2:
                    difference = (0.0, 0.0, 0.0)
                else:
                    test = corrected_ttest((values[a] - values[end]).to_numpy(), test_fraction=share)
                    difference = (test.mean, test.lower, test.upper)
                row |= dict(zip((f"to_{name}", f"to_{name}_lower", f"to_{name}_upper"), difference, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)
