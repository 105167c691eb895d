"""Loss = noise + bias + variance: identities that hold exactly, row by row, for any finite set of trained models.

S models were trained on S draws of the training set; each gives K probabilities for each of n rows. The label t of
a row is random with law q (n, K), a unit vector where only one label is known. Terms come as *contributions*, one for
each model: their mean over the models is the term, and their spread is its influence function, so that
``contributions.std(ddof=1) / sqrt(S)`` is the infinitesimal-jackknife standard error of the term.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, log_softmax


class Contributions(NamedTuple):
    """Loss and variance of each model at each row, (S, n); their difference averages to bias + noise."""

    loss: NDArray
    variance: NDArray


def noise(q: NDArray, loss: str) -> NDArray:
    """Loss that is left when the law of the label is known.

    Parameters
    ----------
    q : ndarray of shape (n, n_classes)
        True probabilities of the classes.
    loss : {"zero_one", "zero_one_kohavi_wolpert", "brier", "log_loss"}
        ``1 - max q``, ``(1 - sum q^2) / 2``, ``1 - sum q^2`` or the entropy ``-sum q log q`` (nats).

    Returns
    -------
    noise : ndarray of shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> noise(np.array([[0.75, 0.25]]), "zero_one")
    array([0.25])
    """
    if loss == "zero_one":
        return 1 - q.max(axis=-1)
    if loss == "log_loss":
        return entr(q).sum(axis=-1)
    impurity = 1 - np.einsum("...k,...k->...", q, q)
    return impurity / 2 if loss == "zero_one_kohavi_wolpert" else impurity


def brier_contributions(probabilities: NDArray, q: NDArray) -> Contributions:
    """Brier score: ``E|p - e_t|^2 = (1 - sum q^2) + |mean p - q|^2 + mean |p - mean p|^2``.

    Parameters
    ----------
    probabilities : ndarray of shape (S, n, n_classes)
        Predictions of S models.
    q : ndarray of shape (n, n_classes)
        Law of the label.

    Returns
    -------
    contributions : Contributions of arrays (S, n)

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[[1.0, 0.0]], [[0.5, 0.5]]])
    >>> [float(c.mean()) for c in brier_contributions(p, np.array([[1.0, 0.0]]))]
    [0.25, 0.125]
    """
    deviations = probabilities - probabilities.mean(axis=0)
    squares = np.einsum("snk,snk->sn", probabilities, probabilities)
    return Contributions(
        squares - 2 * np.einsum("snk,nk->sn", probabilities, q) + 1, np.einsum("snk,snk->sn", deviations, deviations)
    )


def log_loss_contributions(probabilities: NDArray, q: NDArray, *, floor: float) -> Contributions:
    """Log loss: ``E[-log p_t] = H(q) + KL(q | c) + mean KL(c | p)``, c the normalized geometric mean.

    The mean of the variance contributions is ``-log sum_k exp(mean log p_k)`` (Heskes 1998).

    Parameters
    ----------
    probabilities : ndarray of shape (S, n, n_classes)
        Predictions of S models.
    q : ndarray of shape (n, n_classes)
        Law of the label.
    floor : float
        Smaller probabilities count as this one, or a single certain and wrong model makes every term infinite.

    Returns
    -------
    contributions : Contributions of arrays (S, n)

    References
    ----------
    Heskes, T. (1998). Bias/variance decompositions for likelihood-based estimators. Neural Computation 10.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[[0.8, 0.2]], [[0.2, 0.8]]])
    >>> c = log_loss_contributions(p, np.array([[0.5, 0.5]]), floor=1e-16)
    >>> [round(float(v.mean()), 6) for v in c], round(-float(np.log(2 * np.sqrt(0.16))), 6)
    ([0.916291, 0.223144], 0.223144)
    """
    logs = np.log(np.maximum(probabilities, floor))
    center = log_softmax(logs.mean(axis=0), axis=-1)
    return Contributions(-np.einsum("snk,nk->sn", logs, q), np.einsum("nk,snk->sn", np.exp(center), center - logs))


def kohavi_wolpert_contributions(votes: NDArray, q: NDArray) -> Contributions:
    """0-1 loss after Kohavi & Wolpert: half the Brier decomposition of the votes as unit vectors.

    ``error = (1 - sum q^2)/2 + sum (q - v)^2 / 2 + (1 - sum v^2)/2`` with v the shares of the votes.

    Parameters
    ----------
    votes : ndarray of shape (S, n, n_classes)
        Unit vectors: 1 at the class that the model predicts.
    q : ndarray of shape (n, n_classes)
        Law of the label.

    Returns
    -------
    contributions : Contributions of arrays (S, n)

    References
    ----------
    Kohavi, R. and Wolpert, D. (1996). Bias plus variance decomposition for zero-one loss functions. ICML.
    """
    loss, variance = brier_contributions(votes, q)
    return Contributions(loss / 2, variance / 2)
