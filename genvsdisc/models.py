"""The default roster: every form of decision function, fitted both ways where both families have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from genvsdisc.base import ProbabilisticClassifier
from genvsdisc.baseline import PriorClassifier
from genvsdisc.discriminative.cascade import CascadeClassifier
from genvsdisc.discriminative.logistic import LogisticClassifier
from genvsdisc.discriminative.mlp import MLPClassifier
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.kinds import column_kinds
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.generative.gaussian import GaussianClassifier
from genvsdisc.generative.naive_bayes import NaiveBayesClassifier

FAMILIES = ("generative", "discriminative", "baseline", "other")


@dataclass(frozen=True)
class Model:
    """A classifier with its place in the comparison.

    Parameters
    ----------
    name : str
        Name in every table; unique in a comparison.
    estimator : scikit-learn classifier
        Anything with ``fit`` and ``predict_proba``.
    family : {"generative", "discriminative", "baseline"} or None, default=None
        None is read off the estimator where it is one of ours, else "other".
    form : str or None, default=None
        Form of the log-odds ("linear", "quadratic", "additive"); models of different families with one form are a
        pair.
    """

    name: str
    estimator: Any
    family: str | None = None
    form: str | None = None


def default_models(X: Any = None) -> list[Model]:
    """Every form of decision function, fitted both ways where both families have it.

    Parameters
    ----------
    X : DataFrame or array-like, default=None
        The table: kinds of columns and missing values decide what stands in front of the classifiers. None, or an
        array of complete numbers, needs nothing in front.

    Returns
    -------
    models : list of Model
        Linear: shared Gaussian, naive Bayes with shared variance, logistic. Quadratic: separate Gaussian, logistic
        on quadratic features. Additive: naive Bayes, logistic on squares without products. Without a partner:
        regularized Gaussian, cascade, multilayer perceptron. And the majority class.

    Notes
    -----
    Both families are regularized lightly and on the same scale (columns of unit variance): shrinkage 0.001 for the
    covariances, ``reg_lambda`` 0.001 for the weights. Gaussian and naive Bayes classifiers integrate missing entries
    out; for the others a column mean, learned from the training rows, and an indicator stand in.

    Examples
    --------
    >>> from genvsdisc import default_models
    >>> [model.name for model in default_models() if model.form == "linear"]
    ['shared Gaussian', 'naive Bayes, shared variance', 'logistic']
    """
    table = Preparation.of(X)
    gaussian = {"shrinkage": 1e-3, "standardize": True}
    logistic = LogisticClassifier(optimizer="newton", standardize=True, max_iter=100)
    network = {"standardize": True, "random_state": 0}
    rows = [
        ("shared Gaussian", "generative", "linear", table.gaussian(GaussianClassifier("shared", **gaussian))),
        ("naive Bayes, shared variance", "generative", "linear", table.naive_bayes(shared_variance=True)),
        ("logistic", "discriminative", "linear", table.complete(logistic)),
        ("separate Gaussian", "generative", "quadratic", table.gaussian(GaussianClassifier("separate", **gaussian))),
        ("logistic, quadratic features", "discriminative", "quadratic", table.complete(QuadraticFeatures(), logistic)),
        ("naive Bayes", "generative", "additive", table.naive_bayes()),
        (
            "logistic, additive features",
            "discriminative",
            "additive",
            table.complete(QuadraticFeatures(interactions=False), logistic),
        ),
        (
            "regularized Gaussian",
            "generative",
            None,
            table.gaussian(GaussianClassifier("separate", shrinkage="auto", standardize=True)),
        ),
        ("cascade", "discriminative", None, table.complete(CascadeClassifier((4,), n_restarts=1, **network))),
        ("multilayer perceptron", "discriminative", None, table.complete(MLPClassifier((16,), **network))),
        ("majority class", "baseline", None, PriorClassifier()),
    ]
    return [Model(name, estimator, family, form) for name, family, form, estimator in rows]


def as_models(models: Mapping[str, Any] | Sequence[Model]) -> list[Model]:
    """Roster from a dict name -> classifier, or from a list of Model.

    Raises
    ------
    ValueError
        If it is empty, two models share a name, or a family is unknown.
    TypeError
        If a classifier lacks ``predict_proba``.
    """
    given = [Model(name, e) for name, e in models.items()] if isinstance(models, Mapping) else list(models)
    if not given:
        raise ValueError("models is empty; give at least one classifier, or None for the default roster")
    names = [model.name for model in given]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"models must have different names, {repeated[0]!r} stands twice")
    for model in given:
        if model.family not in (None, *FAMILIES):
            raise ValueError(f"family of {model.name!r} must be one of {', '.join(FAMILIES)}, got {model.family!r}")
        if not hasattr(model.estimator, "predict_proba"):
            raise TypeError(
                f"{model.name!r} has no predict_proba, which log loss and calibration need; "
                "put it in a sklearn.calibration.CalibratedClassifierCV"
            )
    return [replace(model, family=model.family or family_of(model.estimator)) for model in given]


def family_of(estimator: Any) -> str:
    """Family of a classifier of this package, behind searches and pipelines; "other" for any other."""
    while hasattr(estimator, "estimator") or hasattr(estimator, "steps"):
        estimator = estimator.estimator if hasattr(estimator, "estimator") else estimator.steps[-1][1]
    return getattr(estimator, "_family", "other")


@dataclass(frozen=True)
class Preparation:
    """What a table needs in front of each kind of classifier."""

    kinds: dict[Any, str]
    encoder: Any = None
    missing: bool = False

    @classmethod
    def of(cls, X: Any) -> Preparation:
        """Read off the columns of X what its classifiers need; rows are looked at for kinds and gaps only."""
        if not isinstance(X, pd.DataFrame):
            return cls({}, None, X is not None and bool(np.isnan(np.asarray(X, dtype=float)).any()))
        columns = column_kinds(X)
        kinds: dict[Any, str] = {name: column.kind for name, column in columns.items() if column.used}
        encoder = TableEncoder(columns)
        return cls(kinds, encoder, bool(np.isnan(encoder.fit_transform(X)).any()))

    def gaussian(self, classifier: ProbabilisticClassifier) -> Any:
        """Classifier that integrates missing entries out, on encoded columns."""
        return self._behind_encoder(classifier)

    def naive_bayes(self, **parameters: Any) -> Any:
        """Naive Bayes with the distribution that the kind of each column asks for."""
        distribution = {"continuous": "gaussian", "binary": "bernoulli", "categorical": "categorical"}
        columns: dict[str, list[str]] = {}
        for column, kind in self.kinds.items():
            columns.setdefault(distribution[kind], []).append(column)
        return NaiveBayesClassifier(columns or "auto", **parameters)

    def complete(self, *steps: Any) -> Any:
        """Steps that cannot see gaps: mean and indicator fill them."""
        fill = SimpleImputer(add_indicator=True, keep_empty_features=True)
        return self._behind_encoder(*([fill] if self.missing else []), *steps)

    def _behind_encoder(self, *steps: Any) -> Any:
        before = [self.encoder] if self.encoder is not None else []
        return make_pipeline(*before, *steps) if before or len(steps) > 1 else steps[0]
