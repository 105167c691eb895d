"""The real rows of the water against normal lecture example, which this package does not ship.

They are read from poke-env, whose sixth generation's file also holds what came later; a rule keeps the 800 rows of the
table that courses use (the Kaggle file "abcsds/pokemon").
"""

import json
from functools import cache
from importlib.metadata import distribution
from typing import NamedTuple

import numpy as np
import pandas as pd

STATS = ("hp", "atk", "def", "spa", "spd", "spe")
TABLE = "poke_env/data/static/pokedex/gen6pokedex.json"
# Formes of later generations that carry no number of their generation.
LATER = ("Alola", "Galar", "Hisui", "Paldea", "Starter")
# No rule tells why the courses' table has the first two, whose stats are the default forme's, and lacks the last.
KEPT_ALIKE = ("Keldeo-Resolute", "Meowstic-F")
LEFT_OUT = ("Floette-Eternal",)


class Lecture(NamedTuple):
    """Water and normal types: species below 400 to train, the others to test; columns in the order of `STATS`."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


@cache
def courses_table():
    """All 800 rows: species number, name, first type, six stats."""
    # The path comes from the metadata: importing poke_env would load all of it.
    text = distribution("poke-env").locate_file(TABLE).read_text(encoding="utf-8")
    complete = (entry for entry in json.loads(text).values() if "baseStats" in entry)
    formes = [entry for entry in complete if entry.get("gen", 6) <= 6 and 1 <= entry["num"] <= 721]
    default = {entry["num"]: entry["baseStats"] for entry in formes if "forme" not in entry}
    rows = [
        {"number": entry["num"], "name": entry["name"], "type": entry["types"][0].lower()} | entry["baseStats"]
        for entry in formes
        if _is_a_row(entry, default[entry["num"]])
    ]
    return pd.DataFrame(rows).sort_values(["number", "name"], ignore_index=True)


def _is_a_row(entry, stats_of_default):
    """Default formes, and alternate ones of the first six generations whose stats tell them apart."""
    if "forme" not in entry or entry["name"] in KEPT_ALIKE:
        return True
    later = entry["forme"].split("-")[0] in LATER or entry["name"] in LEFT_OUT
    return not later and entry["baseStats"] != stats_of_default


def lecture():
    """Split the rows as the lecture does."""
    table = courses_table()
    two = table[table["type"].isin(["water", "normal"])]
    halves = (two[two["number"] < 400], two[two["number"] >= 400])
    arrays = [array for half in halves for array in (half[list(STATS)].to_numpy(float), half["type"].to_numpy(str))]
    return Lecture(*arrays)
