"""The default roster: every form of decision function, fitted both ways where both families have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from genvsdisc.baseline import PriorClassifier
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.discriminative.networks.cascade import CascadeClassifier
from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.kinds import Column, column_kinds
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier

DISTRIBUTIONS = {"continuous": "gaussian", "binary": "bernoulli", "categorical": "categorical"}
"""Kind of a column -> its distribution given the class, in naive Bayes."""
MOST_PRODUCTS = 1000
"""More quadratic features than this (44 continuous columns) are too many weights to learn from a table."""
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
    covariances (and pooling 0.001 for separate ones, so that a class of one row has one), ``reg_lambda`` 0.001 for the
    weights. Logistic regression on quadratic features is left out where these are more than 1,000.
    The settings of the cascade and the perceptron were picked among about ten each by cross-validation on the shipped
    Pokemon-style table; those of the other models were not chosen on data. On that table the two networks therefore
    look better than they would on a new one; ``compare(tune=True)`` tunes the regularization of all alike, inside each
    training set.
    Gaussian and naive Bayes classifiers integrate missing entries out; for the others a column mean, learned from the
    training rows, and an indicator stand in.

    Examples
    --------
    >>> from genvsdisc import default_models
    >>> [model.name for model in default_models() if model.form == "linear"]
    ['shared Gaussian', 'naive Bayes, shared variance', 'logistic']
    """
    table = Preparation.of(X)
    logistic = LogisticClassifier(optimizer="newton", standardize=True)
    network: dict[str, Any] = {"standardize": True, "reg_lambda": 1e-2}
    generative: list[tuple[str, str | None, Any]] = [
        ("shared Gaussian", "linear", table.gaussian("shared", shrinkage=1e-3)),
        ("naive Bayes, shared variance", "linear", table.naive_bayes(shared_variance=True)),
        ("separate Gaussian", "quadratic", table.gaussian("separate", pooling=1e-3, shrinkage=1e-3)),
        ("naive Bayes", "additive", table.naive_bayes()),
        ("regularized Gaussian", None, table.gaussian("separate", shrinkage="auto")),
    ]
    discriminative: list[tuple[str, str | None, Any]] = [
        ("logistic", "linear", table.complete(logistic)),
        ("logistic, quadratic features", "quadratic", table.complete(table.squares(interactions=True), logistic)),
        ("logistic, additive features", "additive", table.complete(table.squares(interactions=False), logistic)),
        (
            "cascade",
            None,
            table.complete(CascadeClassifier((4,), n_restarts=1, tol=1e-4, **network)),
        ),
        (
            "multilayer perceptron",
            None,
            table.complete(MLPClassifier((16,), learning_rate=0.01, tol=1e-3, n_iter_no_change=5, **network)),
        ),
    ]
    if table.n_products > MOST_PRODUCTS:
        discriminative = [row for row in discriminative if row[1] != "quadratic"]
    return [
        *(Model(name, estimator, "generative", form) for name, form, estimator in generative),
        *(Model(name, estimator, "discriminative", form) for name, form, estimator in discriminative),
        Model("majority class", table.behind_encoder(PriorClassifier()), "baseline"),
    ]


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


def takes_gaps(estimator: Any) -> bool:
    """Whether a classifier takes rows with missing entries: it says so itself, or an imputer stands in front."""
    for _, step in getattr(estimator, "steps", [("", estimator)]):
        if step == "passthrough":
            continue
        if not get_tags(step).input_tags.allow_nan:
            return False
        if type(step).__module__.startswith("sklearn.impute"):
            return True
    return True


@dataclass(frozen=True)
class Preparation:
    """What a table needs in front of each kind of classifier."""

    columns: Mapping[Any, Column] | None = None
    missing: bool = False
    n_encoded: int = 0

    @classmethod
    def of(cls, X: Any) -> Preparation:
        """Read off the columns of X what its classifiers need; rows are looked at for kinds and gaps only."""
        if not isinstance(X, pd.DataFrame):
            rows = np.empty((0, 0)) if X is None else np.asarray(X, dtype=float)
            return cls(None, bool(np.isnan(rows).any()), rows.shape[1])
        columns = column_kinds(X)
        rows = TableEncoder(columns).fit_transform(X)
        return cls(columns, bool(np.isnan(rows).any()), rows.shape[1])

    @property
    def n_products(self) -> int:
        """How many features the quadratic logistic regression has."""
        squared = self.n_encoded
        if self.columns is not None:
            squared = sum(column.kind == "continuous" for column in self.columns.values())
        return self.n_encoded + squared * (squared + 1) // 2

    def gaussian(self, covariance: str, **parameters: Any) -> Any:
        """Gaussian classifier on numbers and indicators."""
        return self.behind_encoder(GaussianClassifier(covariance, standardize=True, tol=1e-4, **parameters))

    def naive_bayes(self, **parameters: Any) -> Any:
        """Naive Bayes with the distribution that the kind of each column asks for."""
        if self.columns is None:
            return NaiveBayesClassifier(**parameters)
        distributions = [DISTRIBUTIONS[column.kind] for column in self.columns.values() if column.used]
        classifier = NaiveBayesClassifier(distributions, **parameters)
        return make_pipeline(TableEncoder(self.columns, categories="codes"), classifier)

    def squares(self, *, interactions: bool) -> QuadraticFeatures:
        """Squares and products of the continuous columns; indicators stay as they are."""
        if self.columns is None:
            return QuadraticFeatures(interactions=interactions)
        names = TableEncoder(self.columns).get_feature_names_out()
        continuous = {str(name) for name, column in self.columns.items() if column.kind == "continuous"}
        chosen = [j for j, name in enumerate(names) if name in continuous]
        return QuadraticFeatures(interactions=interactions, columns=chosen)

    def complete(self, *steps: Any) -> Any:
        """Steps that cannot see gaps: mean and indicator fill them."""
        fill = SimpleImputer(add_indicator=True, keep_empty_features=True)
        return self.behind_encoder(*([fill] if self.missing else []), *steps)

    def behind_encoder(self, *steps: Any) -> Any:
        """Steps that take numbers, behind what turns the table into numbers."""
        before = [] if self.columns is None else [TableEncoder(self.columns)]
        return make_pipeline(*before, *steps) if before or len(steps) > 1 else steps[0]
