"""Generative classifiers that learn from rows without a label too, by EM, with a weight chosen inside.

An unlabeled row stands in the table once for each class, under that label and with the weight ``w r_k``: r_k is its
posterior (E-step), and the next fit to all these rows is the M-step. So whatever fits weighted rows can do it, and all
training sets are replicates of one fit. It maximizes ``sum_labeled log p(x, y) + w sum_unlabeled log p(x)``. The weight
w is chosen for each training set among 0, 0.2 and 1 by the log loss of labeled rows held out inside it: where the model
is wrong, the many rows without a label lead it away from the boundary. A regularization that is chosen is chosen on the
labeled rows.

References
----------
Nigam, McCallum, Thrun & Mitchell (2000), Machine Learning 39, 103-134: EM-lambda.
Cozman, Cohen & Cirelo (2003), Semi-supervised learning of mixture models, ICML: when unlabeled rows hurt.
O'Neill (1978), JASA 73, 821-826: what a row without a label is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples, has_fit_parameter

from genvsdisc.study.fits.held_out_shrinkage import leaving_out_rows
from genvsdisc.study.fits.inner_folds import last_of, two_classes
from genvsdisc.study.fits.refit import _aligned, seeded
from genvsdisc.study.fits.stateless import split_stateless, through
from genvsdisc.study.fits.weighted_fits import rounding_unsaid, unweighted_steps, weight_arguments
from genvsdisc.study.stage_costs import UNSHARED
from genvsdisc.study.statistics.losses import pointwise_losses

UNLABELED_WEIGHTS = (0.0, 0.2, 1.0)
INNER_FOLDS = 3
MOST_STEPS, CHOOSING_STEPS = 40, 12
SETTLED = 1e-3
"""EM stops when posteriors move by less than this on average."""
NEED = "rows without a label need"
_CELLS = 4_000_000
_CHOSEN = ("pooling_", "shrinkage_")


def fits_weights(estimator: Any) -> bool:
    """Whether a classifier can be fitted to rows of any weight: a stack of them at once, or by its ``fit``.

    So must be every step in front of it that learns. A search takes copies of a row for rows.
    """
    estimator = leaving_out_rows(estimator)
    if split_stateless(estimator) is not None:
        return True
    return bool(has_fit_parameter(last_of(estimator)[1], "sample_weight")) and not unweighted_steps(estimator)


def without_weights(estimator: Any) -> str:
    """Name the first step that learns and takes no weights, or the classifier behind them all."""
    return [*unweighted_steps(estimator), type(last_of(leaving_out_rows(estimator))[1]).__name__][0]


def semi_supervised_probabilities(
    estimator: Any,
    X: Any,
    codes: NDArray,
    labeled: NDArray,
    unlabeled: NDArray,
    tests: Sequence[NDArray],
    *,
    n_classes: int,
    weights: Sequence[float] = UNLABELED_WEIGHTS,
    random_state: int | None = None,
    sample_weight: NDArray | None = None,
    units: NDArray | None = None,
) -> tuple[list[NDArray], NDArray]:
    """Fit to labeled and unlabeled rows and predict.

    Parameters
    ----------
    estimator : generative classifier
        With ``fit_replicates``, or whose ``fit`` takes ``sample_weight``.
    X : array-like of shape (n, d)
    codes : ndarray of shape (n,)
        Classes; those of unlabeled rows are not looked at.
    labeled, unlabeled : ndarray of bool, shape (n_draws, n)
        Rows of each training set with and without a label.
    tests : sequence of integer arrays
        Rows that judge each draw.
    n_classes : int
    weights : sequence of float, default=UNLABELED_WEIGHTS
        Of an unlabeled row, in units of a labeled one; one value is not chosen but used.
    random_state : int or None, default=None
    sample_weight : ndarray of shape (n,), default=None
        How much each row counts in the fits.
    units : ndarray of shape (n,), default=None
        Group, or block of successive rows, of each row: the folds that choose a weight keep them whole. None for rows.

    Returns
    -------
    probabilities : list of ndarray of shape (n_rows, n_classes)
    chosen : ndarray of shape (n_draws,)
        Weight of unlabeled rows in each draw.
    """
    used = labeled | unlabeled
    apart = UNSHARED * used.sum(axis=1).max() <= used.any(axis=0).sum()
    batches = [slice(r, r + 1) for r in range(len(labeled))] if apart else [slice(0, len(labeled))]
    posteriors: list[NDArray] = []
    chosen = np.full(len(labeled), float(weights[0]))
    for some in batches:
        problem = _Problem(estimator, X, codes, used[some].any(axis=0), n_classes, random_state, sample_weight)
        known, more = labeled[some][:, problem.rows], unlabeled[some][:, problem.rows]
        if len(weights) > 1:
            row_units = None if units is None else units[problem.rows]
            chosen[some] = _best_weights(problem, known, more, weights, random_state, row_units)
        posteriors += problem.judged(known, more, chosen[some], tests[some])
    return posteriors, chosen


def _best_weights(
    problem: _Problem,
    labeled: NDArray,
    unlabeled: NDArray,
    weights: Sequence[float],
    seed: int | None,
    units: NDArray | None,
) -> NDArray:
    """Weight of least held-out log loss in each draw; without unlabeled rows, or too few labeled ones, the first."""
    rng, codes = np.random.default_rng(seed), problem.codes
    losses = np.zeros((len(labeled), len(weights)))
    if units is None:
        counts = (np.bincount(codes[row], minlength=problem.n_classes)[np.unique(codes[row])] for row in labeled)
        fewest = min(count.min() for count in counts)
    else:
        fewest = min(len(np.unique(units[row])) for row in labeled)
    folds = int(min(INNER_FOLDS, fewest))
    if folds < 2:
        return np.full(len(labeled), float(weights[0]))
    if units is None:
        parts = np.stack([_stratified_parts(codes, row, folds, rng) for row in labeled])
    else:
        parts = np.stack([_whole_parts(units, row, folds, rng) for row in labeled])
    tries = list(product(range(folds), range(len(weights))))
    abreast = max(1, _CELLS // (labeled.size * problem.n_classes))
    for first in range(0, len(tries), abreast):
        some = tries[first : first + abreast]
        held_out = np.concatenate([labeled & (parts == f) for f, _ in some])
        shown = np.tile(labeled, (len(some), 1)) & ~held_out
        of = np.array(list(product([w for _, w in some], range(len(labeled)))))  # weight and draw
        use = np.array([two_classes(codes[rows]) for rows in shown])  # of one class there is nothing to learn
        if not use.any():
            continue
        held_out, shown, of = held_out[use], shown[use], of[use]
        added = unlabeled[of[:, 1]]
        if units is not None:
            added &= ~np.stack([np.isin(units, units[rows]) for rows in held_out])
        seen = problem.settled(shown, added, np.asarray(weights, dtype=float)[of[:, 0]], CHOOSING_STEPS)
        for (w, r), rows, p in zip(of, held_out, seen, strict=True):
            losses[r, w] += problem.counts[rows] @ pointwise_losses(p[rows], codes[rows], "log_loss")
    return np.asarray(weights, dtype=float)[losses.argmin(axis=1)]


def _stratified_parts(codes: NDArray, rows: NDArray, folds: int, rng: np.random.Generator) -> NDArray:
    """Fold of each labeled row, dealt out class by class."""
    part = np.full(len(codes), -1)
    order = rng.permutation(np.flatnonzero(rows))
    order = order[np.argsort(codes[order], kind="stable")]
    part[order] = np.arange(len(order)) % folds
    return part


def _whole_parts(units: NDArray, rows: NDArray, folds: int, rng: np.random.Generator) -> NDArray:
    """Fold of each labeled row, dealt out unit by unit."""
    present, places = np.unique(units[rows], return_inverse=True)
    part = np.full(len(units), -1)
    part[rows] = rng.permutation(np.arange(len(present)) % folds)[places]
    return part


class _Problem:
    """The rows that are learned from, once with their labels and once more for each class."""

    def __init__(
        self, estimator: Any, X: Any, codes: NDArray, used: NDArray, n_classes: int, seed: int | None,
        sample_weight: NDArray | None,
    ) -> None:  # fmt: skip
        split = split_stateless(estimator)
        self.replicates = split is not None
        if split is not None:
            X, estimator = through(split[0], X), clone(split[1])
        elif not fits_weights(estimator):
            raise ValueError(f"the fit of {without_weights(estimator)} takes no sample_weight, which {NEED}")
        self.rows = np.flatnonzero(used)
        self.estimator, self.all_rows, self.n_classes, self.seed = estimator, X, n_classes, seed
        self.X, self.codes = _safe_indexing(X, self.rows), codes[self.rows]
        self.copies = np.tile(np.arange(len(self.rows)), 1 + n_classes)
        self.labels = np.concatenate([self.codes, np.repeat(np.arange(n_classes), len(self.rows))])
        self.classes = np.arange(n_classes)
        self.counts = np.ones(len(self.rows)) if sample_weight is None else sample_weight[self.rows]

    def settled(self, labeled: NDArray, unlabeled: NDArray, weights: NDArray, steps: int) -> NDArray:
        """Posteriors (R, n, K) of the rows at the end of EM, which begins at the fit to the labeled rows."""
        return self._em(labeled, unlabeled, weights, steps)[0]

    def judged(self, labeled: NDArray, unlabeled: NDArray, weights: NDArray, tests: Sequence[NDArray]) -> list[NDArray]:
        """Posteriors of rows of the whole table at the end of EM: those of its last fits, which are made again."""
        _, last, held, moved = self._em(labeled, unlabeled, weights, MOST_STEPS)
        shown, places = np.unique(np.concatenate(tests), return_inverse=True)
        X = _safe_indexing(self.all_rows, shown)
        posterior = np.empty((len(labeled), len(shown), self.n_classes))
        alone = np.zeros((len(labeled), self.n_classes * len(self.codes)))
        for some, spread, chosen in ((~moved, alone, held[:, :0]), (moved, last, held)):
            replicates = np.flatnonzero(some)
            if len(replicates):
                whole = np.concatenate([labeled[replicates].astype(float), spread[replicates]], axis=1)
                posterior[replicates] = self._held_fit(whole, chosen[replicates], X)
        ends = np.cumsum([len(rows) for rows in tests])[:-1]
        return [posterior[r, test_places] for r, test_places in enumerate(np.split(places.ravel(), ends))]

    def _em(
        self, labeled: NDArray, unlabeled: NDArray, weights: NDArray, steps: int
    ) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Posteriors; weights of the copies in the last fits, what was held in them, and where any step was made."""
        _, firsts, places = np.unique(np.packbits(labeled, axis=1), axis=0, return_index=True, return_inverse=True)
        alone = np.zeros((len(firsts), self.n_classes * len(self.codes)))
        begun, held = self._fit(np.concatenate([labeled[firsts].astype(float), alone], axis=1))
        posterior, held = begun[places.ravel()], held[places.ravel()]
        moved = (weights > 0) & unlabeled.any(axis=1)
        moving, last = np.flatnonzero(moved), np.zeros((len(labeled), alone.shape[1]))
        for _ in range(steps):
            if not len(moving):
                break
            soft = posterior[moving] * (weights[moving, None] * unlabeled[moving])[:, :, None]
            last[moving] = soft.transpose(0, 2, 1).reshape(len(moving), -1)
            whole = np.concatenate([labeled[moving].astype(float), last[moving]], axis=1)
            after = self._held_fit(whole, held[moving], self.X)
            change = np.abs(after - posterior[moving])[:, :, 0].mean(axis=1)
            posterior[moving] = after
            moving = moving[change > SETTLED]
        return posterior, last, held, moved

    def _held_fit(self, weights: NDArray, held: NDArray, X: Any) -> NDArray:
        """Posteriors of rows X by fits whose regularization is what the labeled rows chose, where it is chosen at all.

        EM climbs one likelihood; one that changes with every step, by leaving out rows that are no rows, is none.
        """
        if not held.shape[1]:
            return self._fit(weights, X)[0]
        after = np.empty((len(weights), _num_samples(X), self.n_classes))
        groups, places = np.unique(held, axis=0, return_inverse=True)
        for g, (pooling, shrinkage) in enumerate(groups):
            replicates = np.flatnonzero(places.ravel() == g)
            place, _ = last_of(self.estimator)
            held_there = {f"{place}pooling": float(pooling), f"{place}shrinkage": float(shrinkage)}
            fixed = clone(self.estimator).set_params(**held_there)
            after[replicates] = self._fit(weights[replicates], X, fixed)[0]
        return after

    def _fit(self, weights: NDArray, X: Any = None, estimator: Any = None) -> tuple[NDArray, NDArray]:
        """Posteriors (R, n, K) of rows X, for None of those that are learned from, and what was chosen.

        That is pooling and shrinkage (R, 2); (R, 0) where none were chosen.
        """
        weights = weights * self.counts[self.copies]
        used = np.flatnonzero(weights.any(axis=0))  # copies that weigh nothing anywhere are left out
        rows, labels = self.copies[used], self.labels[used]
        judged, training = self.X if X is None else X, _safe_indexing(self.X, rows)
        estimator = self.estimator if estimator is None else estimator
        step = max(1, _CELLS // len(used))
        parts = [
            self._fit_some(estimator, training, labels, weights[r : r + step, used], judged)
            for r in range(0, len(weights), step)
        ]
        posteriors, held = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return posteriors, held

    def _fit_some(
        self, estimator: Any, X: Any, labels: NDArray, weights: NDArray, judged: Any
    ) -> tuple[NDArray, NDArray]:
        automatic = last_of(estimator)[1].get_params().get("shrinkage") == "auto"
        nothing = np.empty((len(weights), 0))
        if self.replicates:
            fits = estimator.fit_replicates(X, labels, weights)
            posterior = _aligned(fits.predict_proba(judged), fits.template.classes_, self.classes).astype(float)
            return posterior, _chosen(fits) if automatic else nothing
        posteriors, chosen = [], []
        for w in weights:
            rows = np.flatnonzero(w)
            fitted = seeded(estimator, self.seed)
            with rounding_unsaid():
                fitted.fit(_safe_indexing(X, rows), labels[rows], **weight_arguments(fitted, w[rows]))
            posteriors.append(_aligned(fitted.predict_proba(judged), fitted.classes_, self.classes))
            chosen.append([np.ravel(getattr(last_of(fitted)[1], name))[0] for name in _CHOSEN] if automatic else [])
        return np.stack(posteriors).astype(float), np.array(chosen, dtype=float)


def _chosen(fits: Any) -> NDArray:
    """Pooling and shrinkage (R, 2) of replicates."""
    return np.column_stack([np.reshape(fits.parameters[name], (len(fits), -1))[:, 0] for name in _CHOSEN])
