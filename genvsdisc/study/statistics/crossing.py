"""Where, along a dial, the better of two models changes: along the number of training rows, or any other condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.utils import check_random_state

from genvsdisc.study.statistics.dials import DIALS, TRAINING_ROWS, Dial
from genvsdisc.study.statistics.differences import pairs
from genvsdisc.study.statistics.learning_curves import CurveLosses

N_BOOTSTRAP = 2000
NOBODY = "undecided"
_ANY = {TRAINING_ROWS: "size"}

_ROUNDING = 1e-12  # of a loss


@dataclass(frozen=True)
class Crossing:
    """Where the better of two models changes.

    `estimate`, `lower` and `upper` are values of the dial (training rows, unless another was turned), or None where no
    crossing was found; `leaders` names who is ahead by more than noise, in turn as the dial is turned up; `certain`
    gives -1 for each value at which the first model is, 1 for the second, 0 where noise hides it; `finding` says it in
    a sentence; `curves` holds the losses of both models.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    smallest: float
    largest: float
    leader_smallest: str
    leader_largest: str
    leaders: tuple[str, ...]
    finding: str
    curves: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    notes: tuple[str, ...] = ()
    certain: tuple[int, ...] = ()

    def _repr_html_(self) -> str:
        return f"<p>{escape(' '.join((self.finding, *self.notes)))}</p>"


def crossing_from_losses(
    sizes: NDArray,
    generative: CurveLosses,
    discriminative: CurveLosses,
    *,
    names: tuple[str, str] = ("the generative model", "the discriminative model"),
    level: float = 0.95,
    random_state: Any = None,
    dial: Dial = DIALS[TRAINING_ROWS],
) -> Crossing:
    """Find the value of a dial at which the sign of the mean paired difference changes for good.

    The split of the values into a side for each model that agrees best with the difference curve is found; the
    crossing is interpolated linearly (for rows, in their logarithm) between the two at the split, so it never leaves
    the range. It is reported only if each model is ahead by more than noise somewhere on its side, by a one-sided test
    over all values at once: a pair that never crosses is said to cross with probability 1 - level at most.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Values of the dial, ascending: training rows.
    generative, discriminative : CurveLosses
        Losses on the same draws. Values at which either is NaN are left out.
    names : tuple of 2 str
        Names for the sentence.
    level : float, default=0.95
        Confidence of each lead and of the percentile interval.
    random_state : int, RandomState instance or None, default=None
        Source of the bootstrap curves, drawn from the normal law with the covariance of the difference curve.
    dial : Dial, default=that of training rows
        How values are placed and put into words.

    Returns
    -------
    crossing : Crossing
        Without curves. The interval ends where the values end.

    References
    ----------
    Page, E. S. (1955). A test for a change in a parameter occurring at an unknown point. Biometrika 42 (the change is
    where the cumulative sum of the differences is farthest from half its total).
    Hothorn, T., Bretz, F. & Westfall, P. (2008). Simultaneous inference in general parametric models. Biometrical
    Journal 50 (the leads: the largest of correlated statistics).
    """
    fitted = np.isfinite(generative.mean - discriminative.mean)
    if not fitted.any():
        finding = f"{names[0]} and {names[1]} could not both be fitted at any {_ANY.get(dial.name, 'value')}."
        nowhere = (0,) * len(sizes)
        ends = _plain(sizes[0]), _plain(sizes[-1])
        return Crossing(None, None, None, *ends, NOBODY, NOBODY, (), finding, certain=nowhere)
    difference, sizes = (generative - discriminative).at(fitted), sizes[fitted]
    places = dial.place(sizes)
    mean, noise = difference.mean, _noise(difference.covariance, check_random_state(random_state))
    ahead = _certain_signs(mean, difference.covariance, noise, level, difference.freedom)
    split, crossing = (values[0] for values in _change(places, mean[None]))
    left, right = ahead[: split + 1], ahead[split + 1 :]
    direction = np.sign(np.diff(mean)[split]) if len(sizes) > 1 else 0.0
    # Each side has a certain lead of the model it belongs to, and none of the other.
    crosses = not np.isnan(crossing) and set(left) - {0} == {-direction} and set(right) - {0} == {direction}
    bounds: list[float] = []
    if crosses:
        reach = _interval(places, mean + noise * _widening(level, difference.freedom.min()), direction, level)
        bounds = [float(bound) for bound in dial.value(np.array([crossing, *reach]))]
    estimate, lower, upper = bounds or (None, None, None)
    named = {-1: names[0], 0: NOBODY, 1: names[1]}
    certain = ahead[ahead != 0]
    in_turn = certain[np.insert(np.diff(certain) != 0, 0, True)] if len(certain) else certain
    leaders = tuple(named[int(sign)] for sign in in_turn)
    return Crossing(
        estimate,
        lower,
        upper,
        smallest=_plain(sizes[0]),
        largest=_plain(sizes[-1]),
        leader_smallest=named[int(ahead[0])],
        leader_largest=named[int(ahead[-1])],
        leaders=leaders,
        finding=_finding(sizes, leaders, bounds, names, (direction, float(np.sign(mean[-1]))), level, dial),
        certain=_everywhere(fitted, ahead),
    )


def _everywhere(fitted: NDArray, ahead: NDArray) -> tuple[int, ...]:
    """Signs at all values: 0 where a model could not be fitted."""
    signs = np.zeros(len(fitted), dtype=int)
    signs[fitted] = ahead
    return tuple(signs.tolist())


def _plain(value: Any) -> Any:
    """Value as a plain number: whole where the dial counts."""
    return value.item() if isinstance(value, np.generic) else value


def _noise(covariance: NDArray, rng: np.random.RandomState) -> NDArray:
    """Curves (N_BOOTSTRAP, n_sizes) around 0 with this covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    return rng.standard_normal((N_BOOTSTRAP, len(values))) @ (vectors * np.sqrt(np.maximum(values, 0))).T


def _certain_signs(mean: NDArray, covariance: NDArray, noise: NDArray, level: float, freedom: NDArray) -> NDArray:
    """-1, 0 or 1 for each size: the sign of the difference where a simultaneous one-sided test finds it.

    What is divided by a standard error of few units has the law of Student's t: the normal reach is not enough.
    """
    standard_error = np.sqrt(np.diag(covariance))
    some = standard_error > 0
    reach = np.quantile((noise[:, some] / standard_error[some]).max(axis=1), level) if some.any() else 0.0
    reach = stats.t.ppf(stats.norm.cdf(reach), freedom)
    # Curves that are moved to a common start differ by rounding where the models say the same.
    return np.where(np.abs(mean) > np.maximum(reach * standard_error, _ROUNDING), np.sign(mean), 0)


def _widening(level: float, freedom: float) -> float:
    """Ratio of the ends of Student's interval of this level to the normal one's."""
    return float(stats.t.ppf((1 + level) / 2, freedom) / stats.norm.ppf((1 + level) / 2))


def _change(places: NDArray, curves: NDArray) -> tuple[NDArray, NDArray]:
    """Last size before the best change of sign of each curve, and the interpolated place; NaN where none helps."""
    below = np.cumsum(curves, axis=1)
    total = below[:, -1]
    contrast = total[:, None] - 2 * below[:, :-1]
    if not contrast.shape[1]:
        return np.zeros(len(curves), dtype=int), np.full(len(curves), np.nan)
    split = np.abs(contrast).argmax(axis=1)
    row = np.arange(len(curves))
    a, b = curves[row, split], curves[row, split + 1]
    # The sums on the two sides then differ in sign, and so, but for rounding, do the values at the best split.
    changes = (np.abs(contrast[row, split]) > np.abs(total)) & (a != b)
    share = np.divide(a, a - b, out=np.full(len(a), np.nan), where=changes).clip(0, 1)
    return split, places[split] + share * (places[split + 1] - places[split])


def _interval(places: NDArray, curves: NDArray, direction: float, level: float) -> NDArray:
    """Percentile interval; a curve all on one side crosses beyond the end where the other side would be."""
    _, crossed_at = _change(places, curves)
    beyond = np.where(curves.sum(axis=1) * direction > 0, places[0], places[-1])
    return np.quantile(np.where(np.isnan(crossed_at), beyond, crossed_at), [(1 - level) / 2, (1 + level) / 2])


def _finding(
    sizes: NDArray, leaders: Sequence[str], bounds: list[float], names: tuple[str, str], signs: tuple[float, float],
    level: float, dial: Dial,
) -> str:  # fmt: skip
    """Say it in a sentence; `signs` are those of the difference: beyond the crossing, and at the last value."""
    direction, last = signs
    unit = "rows" if dial.name == TRAINING_ROWS else dial.unit
    between = f"between {dial.number(sizes[0])} and {dial.number(sizes[-1])} {unit}"
    if bounds:
        estimate, lower, upper = (dial.number(bound) for bound in bounds)
        first, second = names if direction > 0 else names[::-1]
        back = f"; within noise, {first} is ahead again at {dial.number(sizes[-1])}" if last == -direction else ""
        return (
            f"Up to about {estimate} {dial.unit} {first} is ahead, beyond that {second} "
            f"({level:.0%} interval {lower} to {upper}){back}."
        )
    if len(leaders) > 1:
        often = "more than once " if len(leaders) > 2 else ""
        return f"{names[0]} and {names[1]} change places {often}{between}: ahead is {'; then '.join(leaders)}."
    if not leaders:
        return f"No crossing {between}: neither {names[0]} nor {names[1]} is ahead by more than noise."
    leader, other = names if leaders[0] == names[0] else names[::-1]
    return f"No crossing {between}: {leader} is ahead of {other} wherever the two can be told apart."


def crossing_table(
    sizes: NDArray,
    curves: Mapping[tuple[str, str], CurveLosses],
    models: pd.DataFrame,
    *,
    level: float = 0.95,
    random_state: Any = None,
) -> pd.DataFrame:
    """Find the crossing of every pair of one form: the table `crossings`.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Training rows.
    curves : mapping (model, loss) -> CurveLosses
        All on the same draws. A pair one of whose models has no curve is left out.
    models : DataFrame
        Columns model, family, form.
    level : float, default=0.95
        Confidence of the intervals.
    random_state : int, RandomState instance or None, default=None
        Source of the bootstrap.

    Returns
    -------
    crossings : DataFrame
        Columns generative, discriminative, form, loss, estimate, lower, upper (NaN where none), smallest, largest,
        leader_smallest, leader_largest ("undecided" where noise hides it), changes (of the certain lead), leaders (in
        turn), finding.
    """
    rng = check_random_state(random_state)
    measured = ["estimate", "lower", "upper", "smallest", "largest", "leader_smallest", "leader_largest"]
    described = ["changes", "leaders", "finding"]
    rows = []
    for loss in dict.fromkeys(loss for _, loss in curves):
        for *pair, form in pairs(models):
            if all((name, loss) in curves for name in pair):
                a, b = (curves[name, loss] for name in pair)
                crossing = crossing_from_losses(sizes, a, b, names=(pair[0], pair[1]), level=level, random_state=rng)
                leaders = "; then ".join(crossing.leaders) or NOBODY
                measures = [getattr(crossing, name) for name in measured]
                rows.append(
                    [*pair, form, loss, *measures, max(len(crossing.leaders) - 1, 0), leaders, crossing.finding]
                )
    table = pd.DataFrame(rows, columns=["generative", "discriminative", "form", "loss", *measured, *described])
    return table.astype(dict.fromkeys(["estimate", "lower", "upper"], float))
