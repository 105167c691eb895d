"""Newton steps where all classes share a covariance and have rows: in the log-odds against the last class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.natural import Densities


def relative_derivative(densities: Densities, *, full: bool) -> NDArray:
    """Derivatives (R, K - 1, d + 1, K - 1, d + 1) of the log-odds by the moments, under the total second moment.

    Of the log-odds of each class against the last, by what each gains and the last loses: of `Features.derivative`
    its blocks less those of the last class. With the differences of slopes and means most terms are products.

    Parameters
    ----------
    found : Densities
        With one covariance for all classes.
    full : bool
        Whether the covariance is a matrix, or variances only.
    """
    means, slopes, precision = densities.means, densities.slopes, densities.precisions[:, 0]
    R, K, d = means.shape
    free = K - 1
    inverse = 1 / densities.shares
    steep, apart = slopes[:, :free] - slopes[:, free:], means[:, :free] - means[:, free:]
    share_terms = np.zeros((R, free, free))  # what a class and the last have of their own, by their shares
    share_terms += inverse[:, free:, None]
    np.einsum("rkk->rk", share_terms)[...] += inverse[:, :free]
    result = np.empty((R, free, d + 1, free, d + 1))
    inner = result[:, :, :d, :, :d]
    by_share = -np.repeat((inverse[:, free:, None] * slopes[:, free:])[:, :, :, None], free, axis=1)
    by_share = np.repeat(by_share, free, axis=3)  # (R, class, column, share of a class)
    np.einsum("rkak->rka", by_share)[...] -= inverse[:, :free, None] * slopes[:, :free]
    norms = np.vecdot(means, slopes)
    corner = np.zeros((R, free, free))
    corner += (inverse[:, free] * (1 + norms[:, free]))[:, None, None]
    np.einsum("rkk->rk", corner)[...] += inverse[:, :free] * (1 + norms[:, :free])
    if full:
        products = means @ slopes.swapaxes(1, 2)
        weight = share_terms + apart @ steep.swapaxes(1, 2)
        np.multiply(weight[:, :, None, :, None], precision[:, None, :, None, :], out=inner)
        inner += steep.swapaxes(1, 2)[:, None, :, :, None] * steep[:, :, None, None, :]
        near, far = products[:, :, :free] - products[:, :, free:], slopes[:, free]
        by_share -= np.einsum("rja,rjk->rkaj", slopes[:, :free], near[:, :free])
        by_share += far[:, None, :, None] * near[:, free, :, None, None]
        squares = products * products
        corner += 0.5 * (squares[:, :free, :free] - squares[:, free:, :free] - squares[:, :free, free:])
        corner += 0.5 * squares[:, free:, free:]
    else:
        diagonal = share_terms[..., None] * precision[:, None, None] + 2 * steep[:, :, None] * steep[:, None]
        inner[...] = 0
        np.einsum("rkaja->rkja", inner)[...] = diagonal
        squares = slopes**2
        steeper = squares[:, :free] - squares[:, free:]
        by_share -= np.einsum("rja,rka->rkaj", steeper, apart)
        second = means**2
        corner += 0.5 * steeper @ (second[:, :free] - second[:, free:]).swapaxes(1, 2)
    result[:, :, :d, :, d] = by_share
    result[:, :, d, :, :d] = np.einsum("rjbk->rkjb", by_share)
    result[:, :, d, :, d] = corner
    return result
