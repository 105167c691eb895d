"""Pokemon-style tables: six stats from a known mixture of Gaussians, so that the true posterior is known.

The law, with its parameters from 800 real Pokemon (``pokemon_law.toml``): draw the type, then the stage given the type
(first, middle, final, single, legendary or mega), then the stats from a Gaussian with the stage's covariance around the
stage's mean shifted by the type's. A row is legendary when its stage is; its generation depends on the type alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sklearn.utils import check_random_state

from genvsdisc.datasets.dataset import Dataset

STATS = ("hp", "attack", "defense", "sp_attack", "sp_defense", "speed")
GENERATIONS = ("I", "II", "III", "IV", "V", "VI")
COLUMNS = (*STATS, "legendary", "generation")


@dataclass(frozen=True)
class _Law:
    """T types, S stages, six stats, G generations."""

    types: tuple[str, ...]
    stage_counts: NDArray  # (T, S)
    generation_counts: NDArray  # (T, G)
    offsets: NDArray  # (T, 6)
    legendary: NDArray  # (S,) True for the stage whose rows are legendary
    means: NDArray  # (S, 6)
    covariances: NDArray  # (S, 6, 6)

    def only(self, types: Sequence[str]) -> _Law:
        """Condition the law on the type being one of `types`."""
        rows = [self.types.index(name) for name in types]
        return _Law(
            tuple(types),
            self.stage_counts[rows],
            self.generation_counts[rows],
            self.offsets[rows],
            self.legendary,
            self.means,
            self.covariances,
        )


@cache
def _law() -> _Law:
    facts = tomllib.loads(files("genvsdisc.datasets").joinpath("pokemon_law.toml").read_text(encoding="utf-8"))
    types, stages = facts["types"], facts["stages"]
    return _Law(
        types=tuple(sorted(types)),
        stage_counts=np.array([types[name]["stages"] for name in sorted(types)], dtype=float),
        generation_counts=np.array([types[name]["generations"] for name in sorted(types)], dtype=float),
        offsets=np.array([types[name]["offset"] for name in sorted(types)]),
        legendary=np.array([name == "legendary" for name in stages]),
        means=np.array([stage["mean"] for stage in stages.values()]),
        covariances=np.array([stage["covariance"] for stage in stages.values()]),
    )


def make_pokemon_style(
    n_samples: int = 800,
    *,
    types: Sequence[str] | None = ("water", "normal"),
    missing: float = 0.0,
    random_state: Any = None,
) -> Dataset:
    r"""Draw a table like the Pokemon of the course notes, with a known posterior.

    A row has type y with probability proportional to the type's count, stage s given y by their joint counts, and stats

    .. math:: x \mid y, s \sim N(\mu_s + \delta_y, \Sigma_s),

    rounded to whole numbers and at least 1. ``legendary`` is True when s is the legendary stage; ``generation`` is
    drawn given y, independent of all else. One Gaussian per class is therefore slightly wrong, as in life.

    Parameters
    ----------
    n_samples : int, default=800
        Number of rows.
    types : sequence of str or None, default=("water", "normal")
        The classes, lower-case type names; None for all 18.
    missing : float in [0, 1), default=0.0
        Probability that an entry of X is missing, independent of everything (missing completely at random).
    random_state : int, RandomState instance or None, default=None
        Seed of the draw.

    Returns
    -------
    dataset : Dataset
        Columns hp, attack, defense, sp_attack, sp_defense, speed (points), legendary (True, False) and generation
        (I to VI). ``dataset.posterior(X)`` is the exact ``p(y | x)`` of the law before rounding, classes sorted. It
        takes tables with these columns; missing entries and absent columns are integrated out. An array without names
        is taken as the first columns in this order. Rows that the law cannot produce give NaN.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Examples
    --------
    >>> from genvsdisc.datasets import make_pokemon_style
    >>> data = make_pokemon_style(3, random_state=0)
    >>> data.X[["hp", "attack", "defense"]].shape
    (3, 3)
    >>> data.posterior([[79, 83, 100, 85, 105, 78]]).round(3)  # normal, water
    array([[0.224, 0.776]])
    """
    law = _law().only(_checked_types(types))
    if n_samples < 1:
        raise ValueError(f"n_samples must be at least 1, got {n_samples}")
    if not 0 <= missing < 1:
        raise ValueError(f"missing must be in [0, 1), got {missing}")
    rng = check_random_state(random_state)

    n_stages = len(law.means)
    cells = np.cumsum(law.stage_counts.ravel()) / law.stage_counts.sum()
    type_, stage = np.divmod(np.searchsorted(cells, rng.random_sample(n_samples), side="right"), n_stages)
    factors = np.linalg.cholesky(law.covariances)
    deviations = np.einsum("nij,nj->ni", factors[stage], rng.standard_normal((n_samples, len(STATS))))
    stats = np.maximum(np.rint(law.means[stage] + law.offsets[type_] + deviations), 1)
    steps = np.cumsum(law.generation_counts, axis=1) / law.generation_counts.sum(axis=1, keepdims=True)
    generation = (rng.random_sample((n_samples, 1)) >= steps[type_]).sum(axis=1)

    X = pd.DataFrame(stats.astype(np.int64), columns=list(STATS))
    X["legendary"] = law.legendary[stage]
    X["generation"] = np.array(GENERATIONS)[generation]
    if missing:
        X = X.astype(dict.fromkeys(STATS, float) | {"legendary": "boolean"})
        X = X.mask(rng.random_sample(X.shape) < missing)
    y = pd.Series(np.array(law.types)[type_], name="type")
    card = {
        "title": f"Pokemon-style: {len(law.types)} types by six stats, drawn",
        "source": "genvsdisc.datasets.make_pokemon_style, parameters from summary statistics of 800 Pokemon",
        "licence": "BSD-3-Clause",
        "target": "type",
    }
    draw = partial(make_pokemon_style, types=types, missing=missing)
    return Dataset("pokemon_style", X, y, card, partial(pokemon_posterior, types=law.types), draw=draw)


def pokemon_posterior(X: Any, types: Sequence[str] | None = None) -> NDArray:
    """Compute the true ``p(type | row)`` of the law behind `make_pokemon_style`, before rounding.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_columns)
        Any of the columns of `make_pokemon_style`; what is missing is integrated out.
    types : sequence of str or None, default=None
        The types that can occur; None for all 18.

    Returns
    -------
    posterior : ndarray of shape (n_samples, n_types)
        Columns in sorted order of the types; NaN for a row that the law cannot produce.
    """
    law = _law().only(_checked_types(types))
    rows = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X, columns=list(COLUMNS[: np.shape(X)[1]]))
    rows = rows.reindex(columns=list(COLUMNS))
    with np.errstate(divide="ignore"):  # a stage that a type never has: log 0
        stats = rows[list(STATS)].to_numpy(float, na_value=np.nan)
        stage_scores = np.log(law.stage_counts) + _log_densities(stats, law)
        generation_scores = np.log(law.generation_counts / law.generation_counts.sum(axis=1, keepdims=True))
    legendary = rows["legendary"].astype("boolean").to_numpy(float, na_value=np.nan)[:, None]
    impossible = np.isfinite(legendary) & (legendary != law.legendary)
    scores = logsumexp(np.where(impossible[:, None, :], -np.inf, stage_scores), axis=2)
    generation = pd.Index(GENERATIONS).get_indexer(pd.Index(rows["generation"].astype(object)))
    scores += np.where(generation[:, None] < 0, 0.0, generation_scores[:, generation].T)
    possible = np.isfinite(scores).any(axis=1)
    return np.where(possible[:, None], softmax(np.where(possible[:, None], scores, 0.0), axis=1), np.nan)


def _log_densities(stats: NDArray, law: _Law) -> NDArray:
    """Log N(stats; stage mean + type offset, covariance) up to a constant of the row, NaN integrated out; (n, T, S)."""
    scores = np.zeros((len(stats), len(law.types), len(law.means)))
    observed = ~np.isnan(stats)
    patterns, which = np.unique(observed, axis=0, return_inverse=True)
    which = which.reshape(-1)  # a column in NumPy 2.0 alone
    for p, kept in enumerate(patterns):
        rows = which == p
        for s, (mean, covariance) in enumerate(zip(law.means, law.covariances, strict=True)):
            factor = np.linalg.cholesky(covariance[np.ix_(kept, kept)])
            residuals = np.linalg.solve(factor, (stats[np.ix_(rows, kept)] - mean[kept]).T)  # (observed, rows)
            shifts = np.linalg.solve(factor, law.offsets[:, kept].T)  # (observed, T)
            squares = ((residuals[:, :, None] - shifts[:, None, :]) ** 2).sum(axis=0)
            scores[rows, :, s] = -0.5 * squares - np.log(np.diag(factor)).sum()
    return scores


def _checked_types(types: Sequence[str] | None) -> tuple[str, ...]:
    """Sorted types, all of them for None."""
    known = _law().types
    chosen = known if types is None else tuple(sorted(types))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"types must be among {', '.join(known)}; got {unknown[0]!r}")
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"types must name at least one type, each once; got {types!r}")
    return chosen
