"""
Efron's efficiency
==================

Two Gaussians with one covariance at distance D: the rows that the Gaussian classifier needs for each row
of logistic regression (Efron 1975).
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad
from scipy.stats import norm


def efficiency(distance):
    """Evaluate (4 + D^2) E[p (1 - p)] by quadrature."""

    def integrand(x):
        p = 1 / (1 + np.exp(-distance * x))
        return p * (1 - p) * (norm.pdf(x - distance / 2) + norm.pdf(x + distance / 2)) / 2

    return (4 + distance**2) * quad(integrand, -12, 12)[0]


distances = np.linspace(0.2, 4, 60)
fig, ax = plt.subplots(figsize=(6, 4))
ax.plot(distances, [efficiency(d) for d in distances], color="black", label="Efron's formula")
ax.axhline(1, color="#0072B2", linestyle=":")
ax.set(xlabel="distance of the classes, in standard deviations", ylabel="relative efficiency", ylim=(0, 1.05))
ax.legend(frameon=False)
plt.show()
