"""Path data of SVG in few letters: tenths of a pixel, and no point that a line between others passes through."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STRAIGHT = 0.2
"""Pixels by which a point may lie beside the line that is drawn without it."""
CROWD = 16
"""So many marks, or fewer, stand on tenths of a pixel."""
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_STEP = re.compile(r"([MLQCz])([^MLQCz]*)")
_Step = tuple[str, list[float]]


def path_data(value: str, shift: tuple[float, float] = (0.0, 0.0)) -> str:
    """Write path data in tenths of a pixel; a step is written from the corner or from the last point, what is shorter.

    Parameters
    ----------
    value : str
        As matplotlib writes it: steps M, L, Q, C, z, from the corner.
    shift : (float, float), default=(0, 0)
        By how much all of it is moved to the right and down.

    Returns
    -------
    data : str
        Lines pass within `STRAIGHT` pixels of every point of theirs that is left out.

    Examples
    --------
    >>> path_data("M 10 20 L 15 20 L 30 20 L 30.04 40 z")
    'M10 20H30V40z'
    """
    steps = [(letter, [float(number) for number in _NUMBER.findall(rest)]) for letter, rest in _STEP.findall(value)]
    moved = [(letter, [number + shift[i % 2] for i, number in enumerate(numbers)]) for letter, numbers in steps]
    words: list[str] = []
    at, open_letter = (0.0, 0.0), ""
    for letter, numbers in _without_straight(moved):
        ends = [round(number, 1) for number in numbers]
        x, y = ends[-2:] or at
        step = (x - at[0], y - at[1])
        if letter != "L":
            choices = [letter + _spaced(ends)]
        elif abs(step[1]) < 0.05:  # a dot is such a line of no length, with round ends
            choices = [f"H{_short(x)}", f"h{_short(step[0])}"]
        elif abs(step[0]) < 0.05:
            choices = [f"V{_short(y)}", f"v{_short(step[1])}"]
        else:
            choices = [f"L{_spaced((x, y))}", f"l{_spaced(step)}"]
        if choices[0][0] in "Ll":  # a letter that repeats need not be written
            choices = [(w if w[0] != open_letter else (w[1:] if w[1] == "-" else f" {w[1:]}")) for w in choices]
            chosen = min(range(2), key=lambda i: len(choices[i]))
            open_letter, word = "Ll"[chosen], choices[chosen]
        else:
            open_letter, word = "", min(choices, key=len)
        words.append(word)
        at = (x, y)
    return "".join(words)


def dots_data(places: Sequence[tuple[float, float]]) -> str:
    """Write the places of marks that look the same as a line from each to the next.

    Those of a crowd stand on whole pixels and from left to right, which makes the steps short.

    Examples
    --------
    >>> dots_data([(1.0, 2.0), (3.26, 4.0)])
    'M1 2 3.3 4'
    >>> dots_data([(20.1, 7.0), *[(9.8, 8.2)] * CROWD])[:13]
    'm10 8 0 0 0 0'
    """
    if len(places) <= CROWD:
        return "M" + _spaced([round(number, 1) for place in places for number in place])
    points = np.sort(np.rint(places).astype(int).view("i8,i8"), axis=0).view(int).reshape(-1, 2)
    steps = np.diff(points, axis=0, prepend=0).ravel()
    return f"m{' '.join(map(str, steps))}".replace(" -", "-")


def circle(data: str) -> float | None:
    """Radius of matplotlib's circle around the origin, of eight curves; None for another path."""
    if re.sub("[^A-Za-z]", "", data) != "MCCCCCCCCz":
        return None
    numbers = [float(number) for number in _NUMBER.findall(data)]
    ends = list(zip(numbers[:1] + numbers[6::6], numbers[1:2] + numbers[7::6], strict=True))
    radius = math.hypot(*ends[0])
    return round(radius, 1) if all(abs(math.hypot(x, y) - radius) < 0.15 for x, y in ends) else None


def _without_straight(steps: Sequence[_Step]) -> list[_Step]:
    """Leave out the points of runs of lines that the line without them passes by."""
    kept: list[_Step] = []
    i = 0
    while i < len(steps):
        j = i
        while j < len(steps) and steps[j][0] == "L":
            j += 1
        if j - i > 1 and kept:
            points = np.array([kept[-1][1][-2:] or steps[i][1], *(numbers for _, numbers in steps[i:j])])
            kept += [steps[i + k - 1] for k in map(int, np.flatnonzero(_needed(points))) if k]
        else:
            kept += steps[i : max(j, i + 1)]
        i = max(j, i + 1)
    return kept


def _needed(points: NDArray) -> NDArray:
    """Mark the points of a line that it cannot do without (Douglas and Peucker 1973)."""
    needed = np.zeros(len(points), dtype=bool)
    needed[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        start, along = points[first], points[last] - points[first]
        offsets = points[first + 1 : last] - start
        length = along @ along
        share = np.clip(offsets @ along / length, 0, 1) if length else np.zeros(len(offsets))
        away = np.hypot(*(offsets - share[:, None] * along).T)
        worst = int(away.argmax())
        if away[worst] > STRAIGHT:
            middle = first + 1 + worst
            needed[middle] = True
            parts += [(first, middle), (middle, last)]
    return needed


def _short(number: float) -> str:
    """A number in tenths, without what it does not need."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text in ("0", "-0") else text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _spaced(numbers: Sequence[float]) -> str:
    return " ".join(_short(number) for number in numbers).replace(" -", "-")
