"""
Four learning rates
===================

Too small creeps, too large diverges: loss per epoch of gradient descent.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.exceptions import ConvergenceWarning

import genvsdisc as gd

data = gd.datasets.make_pokemon_style(400, types=("water", "normal"), random_state=0)
X = data.X[["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]].astype(float)
fig, ax = plt.subplots(figsize=(6, 4))
warnings.simplefilter("ignore", ConvergenceWarning)
for rate in (0.01, 0.1, 1.0, 3.0):
    model = gd.LogisticClassifier(optimizer="gd", learning_rate=rate, max_iter=60, tol=0.0, standardize=True)
    ax.plot(model.fit(X, data.y).loss_curve_, label=f"learning rate {rate:g}")
ax.set(xlabel="epoch", ylabel="objective")
ax.legend(frameon=False)
plt.show()
