"""Heat maps: which classes a model takes for one another."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm, to_rgb

from genvsdisc.figures.style import FAMILY_COLORS, INK, axes_or_new, only, short, shortened

_SHADES = 10  # of a heat map: few, so that cells of one shade are one path
_ANNOTATED = 10  # classes up to which each cell carries its number
_NAME = 16  # letters of a class beside a heat map
_LEAST = 0.005  # share from which a cell is drawn


def plot_confusion(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of each true class that is predicted as each class.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.confusion`` with one model.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_confusion
    >>> cells = {"model": "LDA", "true": list("aabb"), "predicted": list("abab"), "share": [0.9, 0.1, 0.2, 0.8]}
    >>> plot_confusion(pd.DataFrame(cells)).get_title()
    'LDA'
    """
    import seaborn as sns

    model = only(table, "model")
    ax = axes_or_new(ax)
    labels = list(dict.fromkeys(table.true))
    wide = table.pivot_table(index="true", columns="predicted", values="share", sort=False).reindex(
        labels, columns=labels
    )
    names = shortened(list(map(str, labels)), _NAME)
    # By the square root, so that few of many show; one color from clear to full lies as well on a dark page.
    shades = ListedColormap([(*to_rgb(FAMILY_COLORS["other"]), 0.06 + 0.06 * level) for level in range(_SHADES)])
    sns.heatmap(
        100 * wide, mask=wide.fillna(0) < _LEAST, norm=PowerNorm(0.5, 0, 100), cmap=shades,
        annot=len(labels) <= _ANNOTATED, fmt=".0f", annot_kws={"color": INK},
        cbar=False, square=True, xticklabels=names, yticklabels=names, ax=ax,
    )  # fmt: skip
    ax.grid(visible=False)
    ax.tick_params(axis="y", labelrotation=0)
    ax.tick_params(axis="x", labelrotation=90 if _upright(names) else 0)
    ax.set(xlabel="predicted", ylabel="true")
    ax.set_title(short(model, 40))
    return ax


def confusion_look(labels: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the size and the margins that the heat map of these classes needs.

    Examples
    --------
    >>> confusion_look(["no", "yes"])
    {'size': (312, 308), 'margins': (24, 10, 44, 62)}
    """
    names = shortened(list(map(str, labels)), _NAME)
    room = 6 * max(map(len, names)) + 12
    below = room if _upright(names) else 18
    side = 240 if len(names) <= _ANNOTATED else min(15 * len(names), 390)
    return {"size": (room + 42 + side, below + 50 + side), "margins": (24, 10, below + 26, room + 32)}


def _upright(names: Sequence[str]) -> bool:
    return sum(map(len, names)) > 26 or len(names) > _ANNOTATED
