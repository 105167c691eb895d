"""
Gaps, integrated out
====================

A Gaussian knows what one column says of another. A row with a gap is classified by what is seen, exactly.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

import genvsdisc as gd

train = gd.datasets.make_gaussian_pair(1000, 6, distance=2.5, random_state=0)
test = gd.datasets.make_gaussian_pair(4000, 6, distance=2.5, random_state=1)
rng = np.random.default_rng(0)
T = np.asarray(test.X, dtype=float)
generative = gd.GaussianClassifier().fit(train.X.to_numpy(), train.y)
discriminative = make_pipeline(SimpleImputer(), gd.LogisticClassifier(optimizer="newton")).fit(
    train.X.to_numpy(), train.y
)
shares = np.linspace(0, 0.8, 9)
errors = {"generative, integrated out": [], "discriminative, mean in the gaps": []}
for share in shares:
    holes = np.where(rng.random(T.shape) < share, np.nan, T)
    for name, model in zip(errors, (generative, discriminative), strict=True):
        errors[name].append(100 * np.mean(model.predict(holes) != test.y))
fig, ax = plt.subplots(figsize=(6, 4))
for (name, error), color in zip(errors.items(), ("#0072B2", "#D55E00"), strict=True):
    ax.plot(100 * shares, error, "o-", color=color, label=name)
ax.set(xlabel="entries deleted, percent", ylabel="0-1 error, percent", ylim=(0, None))
ax.legend(frameon=False)
plt.show()
