"""
Few rows, many rows
===================

Ng and Jordan's two regimes: naive Bayes nears its limit with few rows, logistic regression goes further with many.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer

import genvsdisc as gd

X, y = load_breast_cancer(return_X_y=True)
crossing = gd.learning_curve_crossing(
    gd.NaiveBayesClassifier(shared_variance=True),
    gd.LogisticClassifier(optimizer="newton", standardize=True),
    X,
    y,
    n_draws=60,
    random_state=0,
)
print(crossing.finding)
fig, ax = plt.subplots(figsize=(6, 4))
for name, color in (("generative", "#0072B2"), ("discriminative", "#D55E00")):
    curve = crossing.curves[crossing.curves["model"] == name]
    ax.plot(curve["n_train"], 100 * curve["mean"], "o-", color=color, label=name)
    ax.fill_between(curve["n_train"], 100 * curve["lower"], 100 * curve["upper"], color=color, alpha=0.15, linewidth=0)
ax.set(xscale="log", xlabel="training rows", ylabel="0-1 error, percent", ylim=(0, None))
ax.legend(frameon=False)
plt.show()
