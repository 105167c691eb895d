"""
A thousand refits at once
=========================

The coefficients of a thousand bootstrap refits, fitted in a few matrix products.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_pokemon_style(140, types=("water", "normal"), random_state=0)
X, y = data.X[["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]].astype(float), data.y
weights = np.random.default_rng(0).multinomial(140, np.full(140, 1 / 140), size=1000)
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for shift, (name, model, color) in zip(
    (-0.17, 0.17),
    (
        ("generative", gd.GaussianClassifier(), "#0072B2"),
        ("discriminative", gd.LogisticClassifier(1e-3, optimizer="newton"), "#D55E00"),
    ),
    strict=True,
):
    replicates = model.fit_replicates(X, y, weights)
    slopes = np.stack([replicates[r].coef_[0] for r in range(1000)])
    low, middle, high = np.quantile(slopes, [0.025, 0.5, 0.975], axis=0)
    place = np.arange(6) + shift
    ax.errorbar(place, middle, [middle - low, high - middle], fmt="o", color=color, label=name, capsize=3)
ax.axhline(0, color="black", linewidth=0.8)
ax.set_xticks(range(6), X.columns)
ax.set_ylabel("slope, 95% of the refits")
ax.legend(frameon=False)
plt.show()
