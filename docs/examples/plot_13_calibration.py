"""
Reliability
===========

Does 80 percent mean 80 percent? Naive Bayes on correlated columns says too much.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer

import genvsdisc as gd

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
roster = [model for model in gd.default_models(X) if model.name in ("naive Bayes", "logistic")]
result = gd.compare(X, y, roster, design=gd.Design(n_splits=5, n_repeats=1, n_draws=4), random_state=0)
fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
for ax, name in zip(axes, ("naive Bayes", "logistic"), strict=True):
    gd.figures.plot_reliability(result.reliability.query("model == @name"), ax=ax)
    ax.set_title(name)
plt.show()
