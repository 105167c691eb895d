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


class Terms(NamedTuple):
    """Terms of one decomposition, pointwise: ``loss = noise + bias + variance``, each (n,)."""

    loss: NDArray
    noise: NDArray
    bias: NDArray
    variance: NDArray


class DomingosTerms(NamedTuple):
    """Domingos' terms, pointwise: ``loss = weighted_noise + bias + net_variance``, each (n,).

    ``weighted_noise = c1 noise`` and ``net_variance = c2 variance`` in his letters.
    """

    loss: NDArray
    noise: NDArray
    bias: NDArray
    variance: NDArray
    net_variance: NDArray
    weighted_noise: NDArray


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


def domingos(shares: NDArray, q: NDArray) -> DomingosTerms:
    """0-1 loss after Domingos, any number of classes: ``loss = c1 noise + bias + c2 variance``.

    With y* the most probable label, m the main prediction (most votes; ties go to the lower class) and y the
    prediction of a random model: ``noise = P(t != y*)``, ``bias = 1[m != y*]``, ``variance = P(y != m)``,
    ``c1 = P(y = y*) - P(y != y*) P(y = t | y != y*, t != y*)``, ``c2 = 1`` where m = y* and
    ``-P(y = y* | y != m)`` elsewhere (-1 for two classes only). The products simplify to
    ``c1 noise = P(y != t) - P(y != y*)`` and ``c2 variance = P(y != y*) - bias``.

    Parameters
    ----------
    shares : ndarray of shape (..., n, n_classes)
        Share of the models that predict each class.
    q : ndarray of shape (n, n_classes)
        Law of the label.

    Returns
    -------
    terms : DomingosTerms of arrays (..., n)

    References
    ----------
    Domingos, P. (2000). A unified bias-variance decomposition for zero-one and squared loss. AAAI, 564-569.

    Examples
    --------
    >>> import numpy as np
    >>> terms = domingos(np.array([[0.75, 0.25]]), np.array([[0.0, 1.0]]))
    >>> [float(v[0]) for v in (terms.loss, terms.bias, terms.variance, terms.net_variance)]
    [0.75, 1.0, 0.25, -0.25]
    """
    best = np.broadcast_to(q.argmax(axis=-1), shares.shape[:-1])
    loss = 1 - np.einsum("...nk,nk->...n", shares, q)
    suboptimal = 1 - np.take_along_axis(shares, best[..., None], axis=-1)[..., 0]
    bias = (shares.argmax(axis=-1) != best).astype(float)
    return DomingosTerms(
        loss, noise(q, "zero_one"), bias, 1 - shares.max(axis=-1), suboptimal - bias, loss - suboptimal
    )


def kong_dietterich(shares: NDArray, q: NDArray) -> Terms:
    """0-1 loss after Kong & Dietterich (1995): bias = loss of the main prediction, noise not told apart.

    The variance ``P(y != t) - P(m != t)`` can be negative. Parameters as in `domingos`.
    """
    loss = 1 - np.einsum("...nk,nk->...n", shares, q)
    bias = 1 - _at(q, shares.argmax(axis=-1))
    return Terms(loss, np.zeros_like(loss), bias, loss - bias)


def breiman(shares: NDArray, q: NDArray) -> Terms:
    """0-1 loss after Breiman (1996): the excess over the noise is bias where m != y*, variance elsewhere.

    Both are never negative. Parameters as in `domingos`.
    """
    terms = domingos(shares, q)
    excess = terms.loss - terms.noise
    return Terms(terms.loss, terms.noise, terms.bias * excess, (1 - terms.bias) * excess)


def james(shares: NDArray, q: NDArray) -> Terms:
    """0-1 loss after James (2003): systematic effect ``P(t != m) - P(t != y*)`` and variance effect, the rest.

    The variance effect can be negative. Parameters as in `domingos`.
    """
    main = kong_dietterich(shares, q)
    noise_ = noise(q, "zero_one")
    return Terms(main.loss, noise_, main.bias - noise_, main.variance)


def diversity(probabilities: NDArray, loss: str) -> NDArray:
    """Measure what an ensemble gains: mean loss of its members - loss of their center, whatever the label.

    Parameters
    ----------
    probabilities : ndarray of shape (S, n, n_classes)
        Predictions of the members, none of them 0 for the log loss.
    loss : {"brier", "log_loss"}
        The center is the arithmetic mean for the Brier score, the normalized geometric mean for the log loss.

    Returns
    -------
    diversity : ndarray of shape (n,)

    References
    ----------
    Wood, D. et al. (2023). A unified theory of diversity in ensemble learning. JMLR 24.
    """
    anything = np.zeros(probabilities.shape[1:])
    if loss == "brier":
        return brier_contributions(probabilities, anything).variance.mean(axis=0)
    return log_loss_contributions(probabilities, anything, floor=0.0).variance.mean(axis=0)


def _at(values: NDArray, classes: NDArray) -> NDArray:
    return np.take_along_axis(values, classes[..., None], axis=-1)[..., 0]
