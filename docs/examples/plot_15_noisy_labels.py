"""
Noisy labels
============

Flip a share of the training labels; judge on clean ones.
"""

import matplotlib.pyplot as plt

import genvsdisc as gd

data = gd.datasets.make_gaussian_pair(400, 5, distance=2.5, random_state=0)
roster = [model for model in gd.default_models(data.X) if model.form == "linear"]
result = gd.compare(data.X, data.y, roster, design=gd.Design(n_splits=5, n_repeats=1, n_draws=100), random_state=0)
few = result.robustness["n_train"].min()
table = result.robustness.query("loss == 'zero_one' and n_train == @few")
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for model, curve in table.groupby("model", sort=False):
    color = "#0072B2" if curve["family"].iloc[0] == "generative" else "#D55E00"
    ax.errorbar(
        100 * curve["noise"],
        100 * curve["mean"],
        100 * curve["se"],
        marker="o",
        color=color,
        linestyle="--" if "naive" in model else "-",
        label=model,
    )
ax.set(xlabel="labels flipped, percent", ylabel="0-1 error, percent")
ax.legend(frameon=False)
plt.show()
