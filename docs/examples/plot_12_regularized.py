"""
Between separate and shared
===========================

Friedman's two dials on wine: pooling moves the covariances together, shrinkage toward a sphere.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict

import genvsdisc as gd

X, y = load_wine(return_X_y=True)
dials = (0.0, 0.01, 0.1, 0.3, 1.0)
loss = np.array(
    [
        [
            log_loss(
                y,
                cross_val_predict(
                    gd.GaussianClassifier("separate", pooling=p, shrinkage=max(s, 1e-3), standardize=True),
                    X,
                    y,
                    cv=5,
                    method="predict_proba",
                ),
            )
            for s in dials
        ]
        for p in dials
    ]
)
fig, ax = plt.subplots(figsize=(5.5, 4.5), layout="constrained")
shade = ax.imshow(loss, cmap="viridis_r", origin="lower")
ax.set_xticks(range(5), dials)
ax.set_yticks(range(5), dials)
ax.set(xlabel="shrinkage", ylabel="pooling")
fig.colorbar(shade, label="log loss, 5 folds")
plt.show()
