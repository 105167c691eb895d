"""
Exclusive or
============

No line tells the corners apart; two logistic regressions feeding a third do.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_xor(200, noise=0.12, random_state=0)
X, y = np.asarray(data.X), np.asarray(data.y)
grid = np.stack(np.meshgrid(np.linspace(-0.5, 1.5, 150), np.linspace(-0.5, 1.5, 150)), axis=-1)
models = {
    "logistic regression": gd.LogisticClassifier(),
    "cascade, 4 units": gd.CascadeClassifier((4,), random_state=0),
}
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    p = model.fit(X, y).predict_proba(grid.reshape(-1, 2))[:, 1].reshape(150, 150)
    ax.contourf(grid[..., 0], grid[..., 1], p, levels=np.linspace(0, 1, 11), cmap="RdBu", alpha=0.8)
    ax.scatter(*X.T, c=(y == np.unique(y)[1]), cmap="coolwarm_r", s=8)
    ax.set_title(f"{name}: error {np.mean(model.predict(X) != y):.0%}")
plt.show()
