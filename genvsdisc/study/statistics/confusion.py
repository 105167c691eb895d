"""Which classes are taken for which."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix


def confusion_table(
    name: str, probabilities: NDArray, codes: NDArray, classes: NDArray, weights: NDArray | None = None
) -> pd.DataFrame:
    """Share of each true class that is predicted as each class, from out-of-fold predictions."""
    labels = np.arange(len(classes))
    predicted = probabilities.argmax(axis=1)
    shares = confusion_matrix(codes, predicted, labels=labels, normalize="true", sample_weight=weights)
    return pd.DataFrame(
        {
            "model": name,
            "true": np.repeat(classes, len(classes)),
            "predicted": np.tile(classes, len(classes)),
            "share": shares.ravel(),
        }
    )
