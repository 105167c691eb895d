"""Split the loss of a learning algorithm into noise, bias and variance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from genvsdisc.datasets.targets import as_target, class_labels
from genvsdisc.features.tables import as_rows
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.resampling import training_draws
from genvsdisc.study.statistics.bias_variance import TERMS, decomposition_terms
from genvsdisc.study.statistics.losses import LOSSES
from genvsdisc.study.table import checked_posterior
from genvsdisc.validation import check_jobs, refuse_other_length

_COLUMNS = pd.Index([name.replace("expected", "loss") + suffix for name in TERMS for suffix in ("", "_se")])


def bias_variance(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    X_test: Any,
    y_test: ArrayLike,
    *,
    losses: Sequence[str] = LOSSES,
    n_repeats: int = 200,
    resample: str | ArrayLike = "bootstrap",
    train_size: int | float | None = None,
    posterior: Callable[[Any], ArrayLike] | None = None,
    sample_weight: ArrayLike | None = None,
    test_weight: ArrayLike | None = None,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    r"""Split the expected loss of a learning algorithm into noise, bias and variance.

    The algorithm is fitted to `n_repeats` draws of the training rows; each fit judges all test rows. With t a label
    (of law q where `posterior` is given, else the one in `y_test`), p the probabilities of a random fit and y its
    prediction, the terms, averaged over the test rows, are

    ========== ============== ======================= ==========================
    loss       noise          bias                    variance
    ========== ============== ======================= ==========================
    zero_one   1 - max q      1[m != y*]              P(y != m)
    brier      1 - sum q^2    \|mean p - q\|^2        mean \|p - mean p\|^2
    log_loss   H(q), nats     KL(q | c)               mean KL(c | p)
    ========== ============== ======================= ==========================

    where m is the most frequent prediction, y* the most probable label and c the normalized geometric mean of the p.
    Always ``loss = noise + bias + net_variance + interaction``. For Brier score and log loss ``net_variance`` is the
    variance and ``interaction`` is 0. For the 0-1 loss they are Domingos': with ``loss = c1 noise + bias + c2
    variance``, ``net_variance = c2 variance`` (variance helps where the main prediction is wrong) and ``interaction =
    (c1 - 1) noise`` (a wrong prediction can hit a noisy label); no decomposition of the 0-1 loss adds up without one.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        Any scikit-learn classifier. Those with ``fit_replicates`` make all fits at once.
    X, y : array-like of shape (n_samples, n_features) and (n_samples,)
        Training rows and labels of any type that sorts.
    X_test, y_test : array-like of shape (n_test, n_features) and (n_test,)
        Rows on which the fits are judged.
    losses : sequence of {"zero_one", "brier", "log_loss", "zero_one_kohavi_wolpert"}
        Rows of the result. The last, Kohavi & Wolpert's decomposition of the 0-1 loss, is half the Brier
        decomposition of the predictions as unit vectors; its variance is never negative, its bias never 0 on noise.
    n_repeats : int, default=200
        Number of draws, at least 2.
    resample : {"bootstrap", "subsample", "disjoint"} or array-like of shape (n_repeats, n_samples)
        Which variance is estimated. "disjoint": stratified sets that share no row, the only ones that are independent:
        the variance over tables of that size, in the rows given. "bootstrap", rows drawn with replacement, and
        "subsample", without and stratified by class: the variance *conditional on this table*; what its rows have in
        common, by which they differ from those of another table, counts as bias. An array: how often each row stands
        in each draw; the variance is that over these draws.
    train_size : int or float, default=None
        Rows of a draw, as a number or as a share of n_samples. None: n_samples for the bootstrap, half of them for
        subsamples, ``n_samples // n_repeats`` for disjoint sets.
    posterior : callable, default=None
        True class probabilities: X_test -> (n_test, n_classes), classes sorted. None: unknown; the noise is then NaN
        and ``bias`` is bias + noise, because the label is taken for the truth.
    sample_weight : array-like of shape (n_samples,), default=None
        How likely a training row is to be drawn, in proportion; 0 leaves it out. Not used with an array `resample`.
    test_weight : array-like of shape (n_test,), default=None
        Weights of the test rows in all averages.
    random_state : int, RandomState instance or None, default=None
        Seeds the draws, and every ``random_state`` of the estimator that is None.
    n_jobs : int, default=None
        Processes for estimators without ``fit_replicates``. Changes no result.

    Returns
    -------
    terms : DataFrame indexed by loss
        Columns loss, noise, bias, variance, net_variance and interaction, and for each its standard error with
        ``_se`` behind the name: the Monte-Carlo error over training draws, given the test rows. `noise_se` alone is
        over test rows, since the noise does not depend on the draws.

    Raises
    ------
    ValueError
        If fewer than 2 draws are asked for, if disjoint sets do not fit in the rows, if a loss or a way to resample
        has no such name, or if `posterior` gives no probabilities of the classes.

    Notes
    -----
    Few draws make the plug-in variance too small. The variance of the Brier score and of Kohavi & Wolpert is
    therefore multiplied by S / (S - 1), which makes it unbiased, and that of the log loss too, to first order; bias
    is what is left of the loss, and can be negative within its error. For Domingos' bias and variance no correction is
    known and none is made. The standard errors of the 0-1 bias and net variance are extrapolated from halves and
    quarters of the draws, and rather too large: over 1,000 runs of naive Bayes, Gaussian classifiers and logistic
    regression on two tables they were 0.91 to 1.11 times the spread with 100 or 200 draws, and 1.01 to 1.16 times with
    20 or 40. Bootstrap and subsamples vary within one table: their terms are conditional on it. For logistic regression
    on 45 rows of two normal classes (10 columns, distance 2) the log loss has a bias of .05 nats and a variance of .30
    over independent tables; the bootstrap of one table says about .13 and .11.

    References
    ----------
    Domingos, P. (2000). A unified bias-variance decomposition for zero-one and squared loss. AAAI, 564-569.
    Heskes, T. (1998). Bias/variance decompositions for likelihood-based estimators. Neural Computation 10.
    Yang, Z. et al. (2020). Rethinking bias-variance trade-off for generalization of neural networks. ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_iris(return_X_y=True)
    >>> terms = bias_variance(GaussianNB(), X[::2], y[::2], X[1::2], y[1::2], n_repeats=20, random_state=0)
    >>> bool(abs(terms["loss"] - terms["bias"] - terms["net_variance"]).max() < 1e-12)
    True
    """
    losses = [losses] if isinstance(losses, str) else list(losses)
    if not losses:
        raise ValueError("losses is empty; give at least one of zero_one, brier, log_loss, zero_one_kohavi_wolpert")
    if posterior is not None and not callable(posterior):
        raise TypeError(f"posterior must be a function X_test -> probabilities, got {type(posterior).__name__}")
    check_jobs(n_jobs)
    X, X_test = as_rows(X), as_rows(X_test, name="X_test")
    y, y_test = _labels(y, y_test)
    refuse_other_length(X, y)
    refuse_other_length(X_test, y_test, "X_test", "y_test")
    classes, codes = np.unique(np.concatenate([y, y_test]), return_inverse=True)
    truth = codes[len(y) :] if posterior is None else checked_posterior(posterior(X_test), len(y_test), classes)
    rng = check_random_state(random_state)
    weights = training_draws(
        codes[: len(y)], n_repeats, resample, size=train_size, sample_weight=sample_weight, random_state=rng
    )
    probabilities = refit_probabilities(
        estimator, X, y, weights, X_test, classes=classes, random_state=rng, n_jobs=n_jobs
    )
    terms = decomposition_terms(probabilities, truth, losses, test_weight, rng)
    values = np.array([list(row.values()) for row in terms.values()])
    return pd.DataFrame(values, index=list(terms), columns=_COLUMNS)


def _labels(y: ArrayLike, y_test: ArrayLike) -> tuple[NDArray, NDArray]:
    """Labels of both tables, of one type."""
    if _are_codes(y) and _are_codes(y_test) and y.dtype == y_test.dtype and (len(y) and (y != y[0]).any()):
        return y, y_test
    train, test = as_target(y), as_target(y_test, name="y_test")
    labels = class_labels(pd.concat([train, test]).rename(train.name)).to_numpy()
    return labels[: len(train)], labels[len(train) :]


def _are_codes(y: Any) -> TypeGuard[NDArray]:
    """Whether nothing has to be asked of labels: they are whole numbers, none of which can be missing."""
    return isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "iu"
