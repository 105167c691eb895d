"""
What the model thinks the rows look like
========================================

A generative classifier draws rows. Beside the real ones they show what it does not know.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_pokemon_style(600, types=("water", "normal"), random_state=0)
X, y = data.X[["hp", "attack"]].astype(float), data.y
model = gd.GaussianClassifier("separate").fit(X, y)
drawn, labels = model.sample(len(y), random_state=0)
drawn = np.asarray(drawn)
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharex=True, sharey=True)
for ax, points, classes, title in (
    (axes[0], X.to_numpy(), y.to_numpy(), "rows"),
    (axes[1], drawn, labels, "drawn by the model"),
):
    for label, color in zip(np.unique(y), ("#56B4E9", "#E69F00"), strict=True):
        ax.scatter(*points[classes == label].T, s=8, color=color, label=label)
    ax.set(title=title, xlabel="hp", ylabel="attack")
axes[0].legend(frameon=False)
plt.show()
