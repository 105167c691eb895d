"""Tables by name, from files, and drawn from known laws."""

from genvsdisc.datasets.batches import batches
from genvsdisc.datasets.catalogue import load, names
from genvsdisc.datasets.dataset import Dataset
from genvsdisc.datasets.fetching import fetch_pokemon
from genvsdisc.datasets.pokemon import make_pokemon_style
from genvsdisc.datasets.rare_classes import drop_rare_classes
from genvsdisc.datasets.reading import read_table
from genvsdisc.datasets.synthetic import make_gaussian_pair, make_naive_bayes_toy, make_xor
from genvsdisc.datasets.targets import as_target, check_target

__all__ = [
    "Dataset",
    "as_target",
    "batches",
    "check_target",
    "drop_rare_classes",
    "fetch_pokemon",
    "load",
    "make_gaussian_pair",
    "make_naive_bayes_toy",
    "make_pokemon_style",
    "make_xor",
    "names",
    "read_table",
]
