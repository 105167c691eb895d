"""
Bias and variance against the number of rows
============================================

Separate covariances have less bias and more variance than a shared one; with more rows the variance goes.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

train = gd.datasets.make_gaussian_pair(4000, 6, distance=2.0, shared=False, random_state=0)
test = gd.datasets.make_gaussian_pair(1000, 6, distance=2.0, shared=False, random_state=1)
sizes = (30, 60, 120, 240)
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
for ax, covariance in zip(axes, ("shared", "separate"), strict=True):
    model = gd.GaussianClassifier(covariance, shrinkage=0.01)
    terms = [
        gd.bias_variance(
            model,
            train.X,
            train.y,
            test.X,
            test.y,
            losses=("brier",),
            n_repeats=4000 // size,
            resample="disjoint",
            train_size=size,
            posterior=test.posterior,
            random_state=0,
        ).loc["brier"]
        for size in sizes
    ]
    place = np.arange(len(sizes))
    below = np.zeros(len(sizes))
    for part, color in (("noise", "#BBBBBB"), ("bias", "#0072B2"), ("net_variance", "#9CC9E8")):
        height = np.array([term[part] for term in terms])
        ax.bar(place, height, bottom=below, color=color, label=part.replace("net_", ""))
        below += height
    ax.set_xticks(place, sizes)
    ax.set(title=f"{covariance} covariance", xlabel="training rows")
axes[0].set_ylabel("Brier score")
axes[0].legend(frameon=False)
plt.show()
