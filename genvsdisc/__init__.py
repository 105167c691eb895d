"""Generative against discriminative classifiers: which wins at this sample size, by how much, how surely, and why."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> module that defines it. Resolved on first use, so that `import genvsdisc` stays light.
_PUBLIC = {
    "GaussianClassifier": "generative.gaussian.classifier",
    "NaiveBayesClassifier": "generative.naive_bayes.classifier",
    "LogisticClassifier": "discriminative.logistic.classifier",
    "HybridClassifier": "hybrid.classifier",
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
