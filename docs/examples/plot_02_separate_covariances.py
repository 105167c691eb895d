"""
Separate covariances bend the boundary
======================================

With a covariance for each class the log-odds are quadratic: the set p = 1/2 is a conic.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_gaussian_pair(300, 2, distance=2.0, shared=False, random_state=1)
X, y = np.asarray(data.X), np.asarray(data.y)
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
grid = np.stack(np.meshgrid(*[np.linspace(v.min() - 1, v.max() + 1, 200) for v in X.T]), axis=-1)
for ax, covariance in zip(axes, ("shared", "separate"), strict=True):
    p = gd.GaussianClassifier(covariance).fit(X, y).predict_proba(grid.reshape(-1, 2))[:, 1].reshape(200, 200)
    ax.contourf(grid[..., 0], grid[..., 1], p, levels=np.linspace(0, 1, 11), cmap="RdBu", alpha=0.8)
    ax.contour(grid[..., 0], grid[..., 1], p, levels=[0.5], colors="black")
    ax.scatter(X[:, 0], X[:, 1], c=(y == np.unique(y)[1]), cmap="coolwarm_r", s=8)
    ax.set_title(f"{covariance} covariance")
plt.show()
