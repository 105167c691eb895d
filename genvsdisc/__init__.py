"""Generative against discriminative classifiers: which wins at this sample size, by how much, how surely, and why.

`compare` takes a table and its labels and returns a `Comparison`: its verdict in words, its tables as attributes
(``help(genvsdisc.Comparison)`` lists them with their columns), its page by ``to_html``. `default_models` is the roster
it compares, `Model` a row of one of your own, `Design` the splits and draws.

One question at a time: `bias_variance`, `learning_curve_crossing`, `condition_curve`, `search_verdict`. The
classifiers, which work wherever scikit-learn's do: `GaussianClassifier`, `NaiveBayesClassifier` (generative),
`LogisticClassifier`, `CascadeClassifier`, `MLPClassifier` (discriminative), `HybridClassifier` and
`WeightedNaiveBayesClassifier` (between them). Tables are read by ``genvsdisc.datasets.read_table``, drawn by
``genvsdisc.figures``. In a shell: ``genvsdisc report --help``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> module that defines it. Resolved on first use, so that `import genvsdisc` stays light.
_PUBLIC = {
    "GaussianClassifier": "generative.gaussian.classifier",
    "NaiveBayesClassifier": "generative.naive_bayes.classifier",
    "LogisticClassifier": "discriminative.logistic.classifier",
    "HybridClassifier": "hybrid.classifier",
    "WeightedNaiveBayesClassifier": "hybrid.weighted_naive_bayes",
    "CascadeClassifier": "discriminative.networks.cascade",
    "MLPClassifier": "discriminative.networks.mlp",
    "QuadraticFeatures": "features.transforms",
    "PrototypeDistances": "features.transforms",
    "TableEncoder": "features.encoding",
    "compare": "study.compare",
    "default_models": "models",
    "bias_variance": "questions.bias_variance",
    "learning_curve_crossing": "questions.crossing",
    "condition_curve": "questions.conditions",
    "corrected_ttest": "study.statistics.paired_tests",
    "bayesian_comparison": "study.statistics.paired_tests",
    "search_verdict": "questions.search",
    "Model": "models",
    "Design": "study.design",
    "Comparison": "study.comparison",
    "load_models": "practice.loading",
}
_MODULES = ("datasets", "figures")
__all__ = ["__version__", *_MODULES, *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
