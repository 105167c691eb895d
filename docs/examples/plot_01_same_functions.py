"""
The same functions, fitted two ways
===================================

A Gaussian with one covariance and a logistic regression have the same set of boundaries, straight lines. They choose
different ones: one makes the rows likely, the other the labels.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_gaussian_pair(60, 2, distance=2.0, random_state=3)
X, y = np.asarray(data.X), np.asarray(data.y)
models = {"generative": gd.GaussianClassifier(), "discriminative": gd.LogisticClassifier(0.0, optimizer="newton")}
fig, ax = plt.subplots(figsize=(6, 4.5))
ax.scatter(X[:, 0], X[:, 1], c=(y == np.unique(y)[1]), cmap="Greys", edgecolor="black", vmin=-0.6, vmax=1.4)
across = np.linspace(*ax.get_xlim(), 2)
for (name, model), color in zip(models.items(), ("#0072B2", "#D55E00"), strict=True):
    model.fit(X, y)
    (a, b), c = model.coef_[0], model.intercept_[0]
    ax.plot(across, -(a * across + c) / b, color=color, label=name, linewidth=2)
ax.set(xlabel="first column", ylabel="second column", ylim=(X[:, 1].min() - 0.5, X[:, 1].max() + 0.5))
ax.legend(frameon=False)
plt.show()
