"""The draws of a plan: those of a design, on a part of the rows where there are very many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state

from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.splits import _stratified_order, cross_validation_draws, make_draws
from genvsdisc.study.plan import MOST_TEST, Plan
from genvsdisc.study.statistics.holdout import holdout_blocks

MOST_JUDGES = 10_000
"""Rows that judge bootstrap samples and noisy labels, at most."""


def planned_draws(codes: NDArray, design: Design, plan: Plan, random_state: Any) -> Draws:
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
    """
    rng = check_random_state(random_state)
    if plan.subtable == len(codes) and not plan.held_out_once:
        return make_draws(codes, design, rng)
    rows = stratified_rows(codes, plan.subtable, rng)
    draws = make_draws(codes[rows], replace(design, n_splits=2, n_repeats=1), rng)
    judges = draws.held_out[:MOST_JUDGES]
    draws = replace(draws, design=design, curve_rows=rows, resampled_rows=rows, held_out=rows[np.sort(judges)])
    if not plan.held_out_once:
        weights, tests = cross_validation_draws(codes, design.n_splits, design.n_repeats, rng)
        return replace(draws, cv_weights=weights, cv_tests=tests)
    n_test = min(MOST_TEST, max(len(codes) // 4, plan.n_classes))
    train, test = train_test_split(np.arange(len(codes)), test_size=n_test, stratify=codes, random_state=rng)
    train = train[_stratified_order(codes[train])]
    return replace(draws, cv_weights=np.empty((0, 0)), cv_tests=holdout_blocks(test, codes), cv_train=train)


def stratified_rows(codes: NDArray, size: int, rng: np.random.RandomState) -> NDArray:
    """Draw rows with the class shares of the whole, two of each class at least, in ascending order."""
    order = rng.permutation(len(codes))
    order = order[_stratified_order(codes[order])]
    chosen = np.zeros(len(codes), dtype=bool)
    chosen[order[:size]] = True
    for k in np.unique(codes):
        chosen[order[codes[order] == k][:4]] = True
    return np.flatnonzero(chosen)
