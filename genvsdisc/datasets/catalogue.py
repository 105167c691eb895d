"""Tables by name: the one shipped here, scikit-learn's, and fixed draws of the synthetic ones."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.datasets.dataset import Dataset
from genvsdisc.datasets.pokemon import make_pokemon_style
from genvsdisc.datasets.synthetic import make_gaussian_pair, make_naive_bayes_toy, make_xor


def names() -> tuple[str, ...]:
    """Names that `load` takes.

    Returns
    -------
    names : tuple of str

    Examples
    --------
    >>> from genvsdisc.datasets import names
    >>> names()[:3]
    ('pokemon_style', 'iris', 'wine')
    """
    return tuple(_LOADERS)


def load(name: str) -> Dataset:
    """Load a table by name; nothing is downloaded.

    Parameters
    ----------
    name : str
        One of `names`: ``pokemon_style`` (800 rows, water against normal, with its true posterior), scikit-learn's
        ``iris``, ``wine``, ``breast_cancer`` and ``digits``, and fixed draws of the synthetic tables.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    ValueError
        If no table has this name; the message names the closest.

    Examples
    --------
    >>> from genvsdisc.datasets import load
    >>> load("pokemon_style").y.value_counts().to_dict()
    {'water': 401, 'normal': 399}
    """
    if name not in _LOADERS:
        close = get_close_matches(str(name), _LOADERS) or list(_LOADERS)
        raise ValueError(f"no table is named {name!r}; did you mean {' or '.join(close)}?")
    return _LOADERS[name]()


def tables_folder() -> Path:
    """Folder of the shipped tables: a ``.toml`` card each, a ``.csv`` where the rows are ours.

    They lie at the top level of the repository, ``datasets/``. A wheel carries them as ``genvsdisc/datasets/tables``
    (``force-include`` in pyproject.toml); where that is not there, the package is run from its checkout.
    """
    package = Path(str(files("genvsdisc.datasets")))
    installed, checkout = package / "tables", package.parents[1] / "datasets"
    return installed if installed.is_dir() else checkout


_ADVANTAGE = (
    "The settings of the cascade and the multilayer perceptron were picked on this table, which favors them here."
)


def _card(name: str) -> dict[str, str]:
    return tomllib.loads((tables_folder() / f"{name}.toml").read_text(encoding="utf-8"))


def _pokemon_style() -> Dataset:
    card = _card("pokemon_style")
    table = pd.read_csv(tables_folder() / "pokemon_style.csv")
    y = table.pop(card["target"])
    law = make_pokemon_style(1, random_state=0)
    return Dataset("pokemon_style", table, y, card, law.posterior, notes=(_ADVANTAGE,), draw=law.draw)


def _bundled(name: str) -> Dataset:
    """One of the tables that come with scikit-learn, labels as words where it has them."""
    import sklearn.datasets

    bunch: Any = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    card = _card(name)
    labels = np.asarray(bunch.target_names)[bunch.target]
    return Dataset(name, bunch.data, pd.Series(labels, name=card["target"]), card)


_LOADERS: dict[str, Callable[[], Dataset]] = {
    "pokemon_style": _pokemon_style,
    "iris": lambda: _bundled("iris"),
    "wine": lambda: _bundled("wine"),
    "breast_cancer": lambda: _bundled("breast_cancer"),
    "digits": lambda: _bundled("digits"),
    "pokemon_style_18": lambda: replace(make_pokemon_style(800, types=None, random_state=0), name="pokemon_style_18"),
    "gaussian_pair": lambda: make_gaussian_pair(random_state=0),
    "xor": lambda: make_xor(noise=0.2, random_state=0),
    "naive_bayes_toy": make_naive_bayes_toy,
}
