"""Loss against noise in the training labels, model by model: the table `robustness`."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def robustness_table(measured: Mapping[str, pd.DataFrame], models: pd.DataFrame) -> pd.DataFrame:
    """Put the models together: the table `robustness`.

    Parameters
    ----------
    measured : mapping model -> DataFrame
        What `noise_table` gave for each; the order of the rows.
    models : DataFrame
        Columns model, family, form.

    Returns
    -------
    robustness : DataFrame
        Columns model, family, form, noise, n_train, loss, mean, se, increase, increase_se.
    """
    columns = ["model", "family", "form", "noise", "n_train", "loss", "mean", "se", "increase", "increase_se"]
    if not measured:
        return pd.DataFrame(columns=columns)
    rows = pd.concat([table.assign(model=model) for model, table in measured.items()], ignore_index=True)
    return rows.merge(models[["model", "family", "form"]], on="model", how="left")[columns]
