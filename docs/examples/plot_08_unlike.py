"""
Rows unlike any class
=====================

log p(x) says how likely a row is at all; a posterior cannot: far from all rows it is as sure as ever.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_gaussian_pair(300, 2, distance=3.0, random_state=0)
X, y = np.asarray(data.X), np.asarray(data.y)
model = gd.GaussianClassifier().fit(X, y)
grid = np.stack(np.meshgrid(np.linspace(-8, 11, 120), np.linspace(-8, 8, 120)), axis=-1)
rows = grid.reshape(-1, 2)
fig, axes = plt.subplots(1, 2, figsize=(9.5, 4), sharey=True, layout="constrained")
for ax, values, title in (
    (axes[0], model.predict_proba(rows).max(axis=1), "largest posterior"),
    (axes[1], model.score_samples(rows), "log p(x), nats"),
):
    shade = ax.contourf(grid[..., 0], grid[..., 1], values.reshape(120, 120), levels=20, cmap="viridis")
    ax.scatter(*X.T, s=5, color="white")
    ax.set_title(title)
    fig.colorbar(shade, ax=ax)
plt.show()
