"""What decides it: the losses of every model along every dial, and where each pair changes places on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.crossing import NOBODY, crossing_from_losses
from genvsdisc.study.statistics.dials import ADDED_ROWS, DIALS, LABELS_ONLY, TRAINING_ROWS, UNLABELED
from genvsdisc.study.statistics.differences import BEST, pairs
from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses

CONDITION_COLUMNS = ["dial", "value", "model", "family", "loss", "mean", "se", "lower", "upper"]
_MEASURED = ["mean", "se", "lower", "upper"]
OF_CROSSING = ["estimate", "lower", "upper", "smallest", "largest", "leader_smallest", "leader_largest"]


def condition_tables(
    evidence: Sequence[Predictions], draws: Draws, models: pd.DataFrame, best: Sequence[tuple[str, str, str]] = ()
) -> dict[str, pd.DataFrame]:
    """Tabulate the losses along all dials, and the crossings of the pairs.

    Every dial starts from the fits of the learning curve to its largest size (label noise, on large tables, to a
    smaller one): a dial that was turned on the first of those draws only gives the change that it makes, which is added
    to the loss over all of them. So at 0 it is the loss of the learning curve, to the last bit.

    Parameters
    ----------
    evidence : sequence of Predictions
    draws : Draws
    models : DataFrame
        Columns model, family, form.
    best : sequence of (generative, discriminative, loss)
        The best model of each family in each loss, a pair too.

    Returns
    -------
    tables : dict
        ``conditions``, and ``condition_crossings`` with who leads at each value.
    """
    curves = along_dials(evidence, draws)
    families = dict(zip(models["model"], models["family"], strict=True))
    starts = {(e.model.name, dial): along.size for e in evidence for dial, along in e.dials.items()}
    parts = []
    for (dial, model, loss), (values, curve) in curves.items():
        rows, size = _along(values, curve, loss), starts.get((model, dial))
        if size is not None and (plain := curves.get((TRAINING_ROWS, model, loss))) is not None:
            begins = _along(*plain, loss)
            for name in _MEASURED:  # the learning curve's own numbers, to the last bit
                rows[name][0] = begins[name][size]
        named = {"dial": dial, "model": model, "family": families[model], "loss": loss}
        parts.append(rows | {name: np.full(len(values), word, dtype=object) for name, word in named.items()})
    # One DataFrame at the end: hundreds of small ones take longer than all that is computed.
    conditions = pd.DataFrame(
        {name: np.concatenate([part[name] for part in parts]) if parts else [] for name in CONDITION_COLUMNS},
        columns=CONDITION_COLUMNS,
    )
    return {"conditions": conditions, "condition_crossings": _crossings(curves, models, best, draws.seed)}


def best_pairs(differences: pd.DataFrame | None) -> list[tuple[str, str, str]]:
    """The best model of each family in each loss: (generative, discriminative, loss)."""
    if differences is None or differences.empty:
        return []
    best = differences[differences["form"] == BEST]
    return list(zip(best["generative"], best["discriminative"], best["loss"], strict=True))


def along_dials(
    evidence: Sequence[Predictions], draws: Draws
) -> dict[tuple[str, str, str], tuple[NDArray, CurveLosses]]:
    """Values and losses of each (dial, model, loss)."""
    curves = {}
    learned = {
        dial: next(e.dials[dial] for e in evidence if dial in e.dials)
        for dial in (UNLABELED, ADDED_ROWS)
        if any(dial in e.dials for e in evidence)
    }
    for e in evidence:
        for loss, curve in e.curves.items():
            curves[TRAINING_ROWS, e.model.name, loss] = (np.asarray(draws.sizes, dtype=float), curve)
        for dial, along in sorted(e.dials.items(), key=_place):  # stages are done in an order of their prices
            for loss, curve in along.curves.items():
                start = e.curves[loss].at(np.array([along.size])) if loss in e.curves else None
                curves[dial, e.model.name, loss] = (np.array(along.values), anchored(curve, start))
        for dial, along in learned.items():
            curves |= _labels_only(e, dial, along)
    return curves


def _place(dial: tuple[str, DialLosses]) -> int:
    """Place of a dial in the table; those of single columns come last, in the order of the columns."""
    names = list(DIALS)
    return names.index(dial[0]) if dial[0] in DIALS else len(names)


def _labels_only(
    e: Predictions, dial: str, along: DialLosses
) -> dict[tuple[str, str, str], tuple[NDArray, CurveLosses]]:
    """Losses of a model that learns from the rows with a label alone: those of its learning curve at their number.

    A discriminative model has no other way to learn from rows of which some have no label.
    """
    alone = [] if dial in e.dials or e.model.family == "generative" else [dial]
    names = [LABELS_ONLY, *alone] if dial == UNLABELED else alone
    values, sizes = np.array(along.values), np.array(along.labeled)
    return {(name, e.model.name, loss): (values, curve.at(sizes)) for name in names for loss, curve in e.curves.items()}


def anchored(curve: CurveLosses, start: CurveLosses | None) -> CurveLosses:
    """Losses whose first value is that of `start`, which has more of the same draws; the changes are as measured."""
    if start is None or not np.isfinite(start.mean[0] - curve.mean[0]):
        return curve
    shift = start.mean[0] - curve.mean[0]
    return CurveLosses(curve.by_draw + shift, curve.by_row + shift * curve.judged, curve.judged, curve.effects)


def rows_of(values: NDArray, curve: CurveLosses, loss: str, level: float = 0.95) -> pd.DataFrame:
    """Mean loss at each value, with its standard error and its interval, which ends at the ends of the loss's range."""
    return pd.DataFrame(_along(values, curve, loss, level)).assign(loss=loss)


def _along(values: NDArray, curve: CurveLosses, loss: str, level: float = 0.95) -> dict[str, NDArray]:
    return {"value": np.asarray(values, dtype=float)} | curve.intervals(loss, level)


def _crossings(
    curves: Mapping[tuple[str, str, str], tuple[NDArray, CurveLosses]],
    models: pd.DataFrame,
    best: Sequence[tuple[str, str, str]],
    seed: int,
) -> pd.DataFrame:
    rows = []
    formed = pairs(models)
    for dial in DIALS.values():
        for loss in dict.fromkeys(loss for name, _, loss in curves if name == dial.name):
            headline = [(g, d, BEST) for g, d, of_loss in best if of_loss == loss]
            for generative, discriminative, form in [*headline, *formed]:
                both = [curves.get((dial.name, model, loss)) for model in (generative, discriminative)]
                if both[0] is None or both[1] is None or not np.array_equal(both[0][0], both[1][0]):
                    continue
                a, b = common_draws(both[0][1], both[1][1])
                names = (generative, discriminative)
                crossing = crossing_from_losses(both[0][0], a, b, names=names, random_state=seed, dial=dial)
                leaders = [{-1: generative, 0: NOBODY, 1: discriminative}[sign] for sign in crossing.certain]
                found_at = [getattr(crossing, name) for name in OF_CROSSING]
                rows.append([dial.name, *names, form, loss, *found_at, "; ".join(leaders), crossing.finding])
    columns = ["dial", "generative", "discriminative", "form", "loss", *OF_CROSSING, "leaders", "finding"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(["estimate", "lower", "upper", "smallest", "largest"], float))


def common_draws(one: CurveLosses, two: CurveLosses) -> tuple[CurveLosses, CurveLosses]:
    """Cut two curves to the draws that both have; what each row gave is then an average over different draws."""
    n = min(one.by_draw.shape[1], two.by_draw.shape[1])
    return _first(one, n), _first(two, n)


def _first(curve: CurveLosses, n: int) -> CurveLosses:
    if curve.by_draw.shape[1] == n:
        return curve
    cut = curve.by_draw[:, :n]
    effects = None if curve.effects is None else curve.effects.first(n)
    return CurveLosses(cut + (curve.mean - cut.mean(axis=1))[:, None], curve.by_row, curve.judged, effects)
