"""
A leaderboard
=============

Every model, with intervals that count the overlap of the training sets.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris

import genvsdisc as gd

X, y = load_iris(return_X_y=True, as_frame=True)
result = gd.compare(X, y, design=gd.Design(n_splits=5, n_repeats=2, n_draws=10), random_state=0)
fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
gd.figures.plot_scores(result.summary.query("loss == 'log_loss'"), ax=ax)
plt.show()
