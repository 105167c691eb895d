"""Tables without groups or leaks, of many kinds, and tables of subjects."""

import numpy as np
import pandas as pd


def clean_table(seed):
    """Independent rows: correlated and rounded numbers, sums of columns, words tied to numbers, gaps, sorted files."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.choice([60, 150, 400, 1000])), int(rng.integers(2, 9))
    n_classes = int(rng.choice([2, 2, 3, 5]))
    y = rng.integers(0, n_classes, n)
    latent = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d) + rng.normal(size=(n_classes, d))[y] * 0.7
    X = pd.DataFrame(latent, columns=[f"x{j}" for j in range(d)])
    if rng.random() < 0.5:
        X["age"] = np.rint(40 + 12 * latent[:, 0]).astype(int)
    if rng.random() < 0.5:
        X["count"] = rng.poisson(np.exp(1 + 0.5 * np.tanh(latent[:, -1])))
    if rng.random() < 0.4:
        X["total"] = np.round(latent[:, 0] + latent[:, 1], 1)
    if rng.random() < 0.4:
        X["town"] = [f"{'abcdefghijklmnop'[int(k)]}ville" for k in np.clip(np.rint(6 + 3 * latent[:, 1]), 0, 15)]
    if rng.random() < 0.4:
        X["month"] = rng.integers(1, 13, n)
        X["warmth"] = 10 * np.sin(X["month"] / 12 * 2 * np.pi) + rng.normal(size=n)
    if rng.random() < 0.3:
        X["x0"] = X["x0"].mask(rng.random(n) < 0.2)
    if rng.random() < 0.3:
        X["heavy"] = rng.standard_t(2, n)
    y = pd.Series(np.array(list("abcde"))[y], name="label")
    order = np.arange(n)
    sort = rng.random()
    if sort < 0.2:
        order = np.argsort(y.to_numpy(), kind="stable")
    elif sort < 0.4:
        order = np.argsort(X["x1"].to_numpy(), kind="stable")
    return X.iloc[order].reset_index(drop=True), y.iloc[order].reset_index(drop=True)


def grouped_table(seed, *, n_subjects=40, n_rows=15, effect=1.0, n_features=5, label="row", separation=1.0):
    """Subjects with an effect of their own on every feature, of `effect` times the spread within; rows in their order.

    `label` is drawn for each row, or once for each subject.
    """
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n_subjects), n_rows)
    y = rng.integers(0, 2, n_subjects)[subject] if label == "subject" else rng.integers(0, 2, len(subject))
    direction = separation * np.ones(n_features) / np.sqrt(n_features)
    means = effect * rng.normal(size=(n_subjects, n_features))
    X = rng.normal(size=(len(subject), n_features)) + means[subject] + np.outer(y, direction)
    return pd.DataFrame(X, columns=[f"x{j}" for j in range(n_features)]), pd.Series(y, name="y"), subject
