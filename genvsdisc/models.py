"""The default roster: every form of decision function, fitted both ways where both families have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from genvsdisc.baseline import PriorClassifier
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.discriminative.networks.cascade import CascadeClassifier
from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.known_estimators import BASELINE, DISCRIMINATIVE, GENERATIVE, MODEL_FAMILIES, family_and_form
from genvsdisc.preparation import Preparation, final_classifier


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
        None looks it up, see `genvsdisc.known_estimators`; "other" where it is not known.
    form : str or None, default=None
        Form of the log-odds ("linear", "quadratic", "additive"); models of different families with one form are a
        pair: they choose among the same functions. None looks it up where the family is looked up.
    key : str, default=""
        What the default roster calls the model, for prices of assumptions; "" for any other model.
    """

    name: str
    estimator: Any
    family: str | None = None
    form: str | None = None
    key: str = ""


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
        on quadratic features. Additive: naive Bayes, logistic on squares without products, and naive Bayes with
        learned weights of columns (logistic on log ratios of marginal densities). Without a partner: regularized
        Gaussian, cascade, multilayer perceptron. And the majority class.

    Raises
    ------
    ValueError
        If an array holds infinite values, or a column whose squares leave the range of floating point; of a table such
        a column is left out.

    Notes
    -----
    Both families are regularized lightly and on the same scale (columns of unit variance): shrinkage 0.001 for the
    covariances (and pooling 0.001 for separate ones, so that a class of one row has one), ``reg_lambda`` 0.001 for the
    weights. Logistic regression on quadratic features is left out where these are more than 1,000.
    The settings of the cascade and the perceptron were picked among about ten each by cross-validation on the shipped
    Pokemon-style table; those of the other models were not chosen on data. On that table the two networks therefore
    look better than they would on a new one; ``compare(tune=True)`` tunes the regularization of all alike, inside each
    training set.
    Gaussian and naive Bayes classifiers (weighted ones too) integrate missing entries out; for the others a column
    mean, learned from the training rows, and an indicator stand in.

    Examples
    --------
    >>> from genvsdisc import default_models
    >>> [model.name for model in default_models() if model.form == "linear"]
    ['shared Gaussian', 'naive Bayes, shared variance', 'logistic']
    """
    return models_of(Preparation.of(X))


def models_of(table: Preparation) -> list[Model]:
    """Build the models of `default_models` for a table that has been looked at."""
    logistic = LogisticClassifier(optimizer="newton", standardize=True)
    network: dict[str, Any] = {"standardize": True, "reg_lambda": 1e-2}
    cascade = CascadeClassifier((4,), n_restarts=1, tol=1e-4, **network)
    share = Architecture((max(table.n_encoded, 1), 1), ()).step_share  # a small step gains little
    perceptron = MLPClassifier((16,), learning_rate=0.01, tol=1e-3 * share, n_iter_no_change=5, **network)
    generative = [
        Model("shared Gaussian", table.gaussian("shared", shrinkage=1e-3), form="linear", key="shared"),
        Model(
            "naive Bayes, shared variance", table.naive_bayes(shared_variance=True), form="linear", key="naive shared"
        ),
        Model(
            "separate Gaussian",
            table.gaussian("separate", pooling=1e-3, shrinkage=1e-3),
            form="quadratic",
            key="separate",
        ),
        Model("naive Bayes", table.naive_bayes(), form="additive", key="naive"),
        Model("regularized Gaussian", table.gaussian("separate", shrinkage="auto"), key="regularized"),
    ]
    discriminative = [
        Model("logistic", table.complete(logistic), form="linear", key="logistic"),
        *_quadratic(table, logistic),
        Model(
            "logistic, additive features", table.complete(table.squares(), logistic), form="additive", key="additive"
        ),
        Model("weighted naive Bayes", table.weighted_naive_bayes(), form="additive", key="weighted"),
        Model("cascade", table.complete(cascade), key="cascade"),
        Model("multilayer perceptron", table.complete(perceptron), key="perceptron"),
    ]
    majority = Model("majority class", table.behind_encoder(PriorClassifier()), BASELINE, key="majority")
    return [
        *(replace(model, family=GENERATIVE) for model in generative),
        *(replace(model, family=DISCRIMINATIVE) for model in discriminative),
        majority,
    ]


def _quadratic(table: Preparation, logistic: Any) -> list[Model]:
    """Logistic regression on products: of all columns, the pair of the separate Gaussian, or of the numbers only."""
    name = "logistic, quadratic features"
    if (products := table.products()) is not None:
        return [Model(name, table.complete(products, logistic), form="quadratic", key="quadratic")]
    if (products := table.products_of_numbers()) is not None:
        return [Model(f"{name} of numbers", table.complete(products, logistic), key="quadratic of numbers")]
    return []


def as_models(models: Any) -> list[Model]:
    """Roster from a dict name -> classifier, a list of Model and classifiers, or one of them.

    Raises
    ------
    ValueError
        If it is empty, two models share a name, or a family is unknown.
    TypeError
        If a classifier lacks ``predict_proba``.
    """
    if isinstance(models, Model) or hasattr(models, "fit"):
        models = [models]
    if isinstance(models, Mapping):
        given = [e if isinstance(e, Model) else Model(str(name), e) for name, e in models.items()]
    elif isinstance(models, str) or not isinstance(models, Iterable):
        raise TypeError(f"models must be a dict name -> classifier or a list of classifiers or Model, got {models!r}")
    else:
        given = _named(list(models))
    if not given:
        raise ValueError("models is empty; give at least one classifier, or None for the default roster")
    names = [model.name for model in given]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"models must have different names, {repeated[0]!r} stands twice")
    return [_checked(model) for model in given]


def _named(models: list[Any]) -> list[Model]:
    """Name classifiers after their classes, the later ones of a class by number too."""
    taken: Counter[str] = Counter()
    named = []
    for model in models:
        if isinstance(model, Model):
            named.append(model)
            continue
        kind = model.__name__ if isinstance(model, type) else type(final_classifier(model)).__name__
        taken[kind] += 1
        named.append(Model(kind if taken[kind] == 1 else f"{kind} {taken[kind]}", model))
    return named


def _gives_probabilities(estimator: Any) -> bool:
    """Whether there is a predict_proba; a stack shows it only once it is fitted, if its last step is the default."""
    last = final_classifier(estimator)
    stacked = type(last).__name__ == "StackingClassifier" and last.final_estimator is None
    return stacked or hasattr(estimator, "predict_proba")


def check_probabilities(estimator: Any, name: str) -> None:
    """Raise a TypeError for a classifier without ``predict_proba``."""
    if not _gives_probabilities(estimator):
        raise TypeError(
            f"{name} has no predict_proba, which log loss and calibration need; "
            "put it in a sklearn.calibration.CalibratedClassifierCV"
        )


def _for_several_targets(estimator: Any) -> bool:
    """Whether a classifier takes a matrix of targets only."""
    if not hasattr(estimator, "__sklearn_tags__"):
        return False
    targets = get_tags(estimator).target_tags
    return targets.multi_output and not targets.single_output


def _without_none(estimator: Any) -> Any:
    """Pipelines with "passthrough" for the steps that are None, which scikit-learn takes for the same."""
    parts = {"": estimator, **estimator.get_params()}
    idle = {
        f"{where}__{name}".removeprefix("__"): "passthrough"
        for where, part in parts.items()
        if isinstance(part, Pipeline)
        for name, step in part.steps
        if step is None
    }
    return clone(estimator).set_params(**idle) if idle else estimator


def _checked(model: Model) -> Model:
    """Model with its family and form, or what is wrong with it."""
    estimator = model.estimator
    if model.family not in (None, *MODEL_FAMILIES):
        raise ValueError(f"family of {model.name!r} must be one of {', '.join(MODEL_FAMILIES)}, got {model.family!r}")
    if not isinstance(model.name, str) or not model.name.strip() or not model.name.isprintable():
        rule = "a model's name must be text: one line, not blank, without control characters"
        raise ValueError(f"{rule}; got {model.name!r}")
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        kind = estimator.__name__ if isinstance(estimator, type) else "LogisticRegression"
        raise TypeError(f"{model.name!r} must be a classifier such as {kind}(), got {estimator!r}")
    if _for_several_targets(estimator):
        raise TypeError(f"{model.name!r} is for several targets at once; give the classifier inside it")
    check_probabilities(estimator, repr(model.name))
    model = replace(model, estimator=_without_none(estimator))
    if model.family is not None:
        return model
    family, form = family_and_form(estimator)
    return replace(model, family=family, form=model.form or form)
