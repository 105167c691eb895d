"""
What naive Bayes does with correlated columns
=============================================

A column that stands five times counts five times: the ranking stays, the probabilities go to the ends.
"""

import matplotlib.pyplot as plt
import numpy as np

import genvsdisc as gd

data = gd.datasets.make_gaussian_pair(400, 1, distance=2.0, random_state=0)
X, y = np.asarray(data.X), np.asarray(data.y)
line = np.linspace(-3, 5, 200)[:, None]
fig, ax = plt.subplots(figsize=(6, 4))
for copies, style in ((1, "-"), (2, "--"), (5, ":")):
    model = gd.NaiveBayesClassifier(shared_variance=True).fit(np.repeat(X, copies, axis=1), y)
    ax.plot(
        line,
        model.predict_proba(np.repeat(line, copies, axis=1))[:, 1],
        style,
        color="#0072B2",
        label=f"{copies} copies",
    )
ax.set(xlabel="the column", ylabel="probability of the second class")
ax.legend(frameon=False)
plt.show()
