"""The draws of a plan: those of a design, on a part of the rows where there are very many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.splits import DRAWS, make_draws
from genvsdisc.study.fits.strata import stratified_order
from genvsdisc.study.plan import MOST_TEST, Plan
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.holdout import holdout_blocks

MOST_JUDGES = 10_000
"""Rows that judge bootstrap samples and noisy labels, at most."""


def planned_draws(
    codes: NDArray, design: Design, plan: Plan, random_state: Any, sampling: Sampling | None = None
) -> Draws:
    """Draw everything that the plan fits.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row.
    design : Design
        Folds, repeats and draws, the most that any model gets.
    plan : Plan
        Whether one part is held out once, and how many rows curves and bootstrap samples come from.
    random_state : int, RandomState instance or None
        Source of every draw.
    sampling : Sampling, default=None
        What every draw has to respect; None for independent rows.
    """
    rng, sampling = check_random_state(random_state), sampling or Sampling()
    if plan.subtable == len(codes) and not plan.held_out_once:
        return make_draws(codes, design, rng, sampling)
    rows = _subtable(codes, plan.subtable, sampling, rng)
    few = replace(design, n_splits=2, n_repeats=1)
    draws = make_draws(codes[rows], few, rng, sampling.take(rows))
    judges = rng.permutation(draws.held_out)[:MOST_JUDGES]
    draws = replace(draws, design=design, curve_rows=rows, resampled_rows=rows, held_out=rows[np.sort(judges)])
    scheme = DRAWS[sampling.kind](codes, sampling)
    if not plan.held_out_once:
        weights, tests = scheme.folds(design.n_splits, design.n_repeats, rng)
        return replace(draws, cv_weights=weights, cv_tests=tests)
    train, test = scheme.hold_out(min(MOST_TEST / len(codes), 0.25), rng)
    train = rng.permutation(train)
    units = None if sampling.kind == "rows" else sampling.units(len(codes))
    return replace(
        draws,
        cv_weights=np.empty((0, 0)),
        cv_tests=holdout_blocks(rng.permutation(test), codes, units),
        cv_train=train[stratified_order(codes[train])],
    )


def stratified_rows(codes: NDArray, size: int, rng: np.random.RandomState) -> NDArray:
    """Draw rows with the class shares of the whole, four of each class at least, in ascending order."""
    order = rng.permutation(len(codes))
    order = order[stratified_order(codes[order])]
    chosen = np.zeros(len(codes), dtype=bool)
    chosen[order[:size]] = True
    for k in np.unique(codes):
        chosen[order[codes[order] == k][:4]] = True
    return np.flatnonzero(chosen)


def _subtable(codes: NDArray, size: int, sampling: Sampling, rng: np.random.RandomState) -> NDArray:
    """About `size` rows: stratified, whole groups, or the most recent ones and an older row of every class."""
    if sampling.kind == "rows":
        return stratified_rows(codes, size, rng)
    if sampling.kind == "groups":
        order = rng.permutation(int(sampling.codes.max()) + 1)
        until = np.searchsorted(np.cumsum(np.bincount(sampling.codes)[order]), size) + 1
        return np.flatnonzero(np.isin(sampling.codes, order[:until]))
    order = np.argsort(sampling.codes, kind="stable")
    older, recent = order[:-size], order[-size:]
    last_of_class = [older[codes[older] == k][-1:] for k in np.unique(codes)]
    return np.sort(np.concatenate([recent, *last_of_class]))
