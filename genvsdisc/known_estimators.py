"""Which family a classifier belongs to, and the form of its log-odds: a literal table of other packages' classes.

Nothing is imported for it: a class is known by the package that it comes from and its name, and so are its subclasses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GENERATIVE, DISCRIMINATIVE, BASELINE, OTHER = "generative", "discriminative", "baseline", "other"
MODEL_FAMILIES = (GENERATIVE, DISCRIMINATIVE, BASELINE, OTHER)

KNOWN: dict[tuple[str, str], tuple[str, str | None]] = {
    ("sklearn", "GaussianNB"): (GENERATIVE, "additive"),
    ("sklearn", "MultinomialNB"): (GENERATIVE, "linear"),
    ("sklearn", "ComplementNB"): (GENERATIVE, "linear"),
    ("sklearn", "BernoulliNB"): (GENERATIVE, None),  # linear in columns cut at a threshold, not in the columns
    ("sklearn", "CategoricalNB"): (GENERATIVE, None),
    ("sklearn", "LinearDiscriminantAnalysis"): (GENERATIVE, "linear"),
    ("sklearn", "QuadraticDiscriminantAnalysis"): (GENERATIVE, "quadratic"),
    ("sklearn", "LogisticRegression"): (DISCRIMINATIVE, "linear"),
    ("sklearn", "LogisticRegressionCV"): (DISCRIMINATIVE, "linear"),
    ("sklearn", "SGDClassifier"): (DISCRIMINATIVE, "linear"),
    ("sklearn", "RidgeClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "RidgeClassifierCV"): (DISCRIMINATIVE, None),
    ("sklearn", "Perceptron"): (DISCRIMINATIVE, None),
    ("sklearn", "PassiveAggressiveClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "MLPClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "SVC"): (DISCRIMINATIVE, None),
    ("sklearn", "NuSVC"): (DISCRIMINATIVE, None),
    ("sklearn", "LinearSVC"): (DISCRIMINATIVE, None),
    ("sklearn", "GaussianProcessClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "KNeighborsClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "RadiusNeighborsClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "NearestCentroid"): (GENERATIVE, None),
    ("sklearn", "DecisionTreeClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "ExtraTreeClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "RandomForestClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "ExtraTreesClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "GradientBoostingClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "HistGradientBoostingClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "AdaBoostClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "StackingClassifier"): (DISCRIMINATIVE, None),
    ("sklearn", "LabelPropagation"): (DISCRIMINATIVE, None),
    ("sklearn", "LabelSpreading"): (DISCRIMINATIVE, None),
    ("sklearn", "DummyClassifier"): (BASELINE, None),
    ("xgboost", "XGBClassifier"): (DISCRIMINATIVE, None),
    ("xgboost", "XGBRFClassifier"): (DISCRIMINATIVE, None),
    ("lightgbm", "LGBMClassifier"): (DISCRIMINATIVE, None),
    ("catboost", "CatBoostClassifier"): (DISCRIMINATIVE, None),
    ("interpret", "ExplainableBoostingClassifier"): (DISCRIMINATIVE, None),
    ("skorch", "NeuralNetClassifier"): (DISCRIMINATIVE, None),
    ("tabpfn", "TabPFNClassifier"): (DISCRIMINATIVE, None),
}
"""(package, class) -> family, and the form of the log-odds in the columns that the classifier is given."""

SEARCHES = (
    "GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "TunedThresholdClassifierCV",
    "FixedThresholdClassifier", "FrozenEstimator", "HeldOutShrinkage",
)  # fmt: skip
"""Meta-estimators whose log-odds are those of the classifier inside; all others change the form."""
AFFINE = (
    "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "SimpleImputer", "TableEncoder",
    "VarianceThreshold",
)  # fmt: skip
"""Steps behind which the log-odds are those of the columns: one column stands for one, none is left out."""
ROTATED = ("linear", "quadratic")
"""Forms that a rotation of the columns leaves as they are; sums over columns are other ones behind it."""
SQUARES = ("QuadraticFeatures", "PolynomialFeatures")
"""Steps behind which a linear classifier is quadratic, as they stand by default."""
BY_DEFAULT = {"BaggingClassifier": (DISCRIMINATIVE, None), "CalibratedClassifierCV": (DISCRIMINATIVE, None)}
"""Meta-estimators that need no classifier to be given: inside is a tree, or a linear support vector machine."""
INNER = ("estimator", "base_estimator", "estimator_", "classifier")
"""Parameters in which meta-estimators hold the classifier."""


def family_and_form(estimator: Any) -> tuple[str, str | None]:
    """Look up the family of a classifier and the form of its log-odds, inside pipelines and meta-estimators too.

    Parameters
    ----------
    estimator : scikit-learn classifier

    Returns
    -------
    family : {"generative", "discriminative", "baseline", "other"}
        "other" for a class that is not in the table.
    form : {"linear", "additive", "quadratic"} or None
        None where it has no name here, or is not known.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import PolynomialFeatures
    >>> family_and_form(make_pipeline(PolynomialFeatures(2), LogisticRegression()))
    ('discriminative', 'quadratic')
    """
    steps = getattr(estimator, "steps", None)
    if steps:
        return _behind([step for _, step in steps[:-1]], *family_and_form(steps[-1][1]))
    known = _known(estimator)
    if known is not None:
        return known
    members = getattr(estimator, "estimators", None)
    if isinstance(members, list):  # a vote: of one family if all its members are
        families = {family_and_form(member)[0] for _, member in members}
        return (families.pop() if len(families) == 1 else OTHER), None
    for name in INNER:
        inner = getattr(estimator, name, None)
        if inner is not None and hasattr(inner, "fit"):
            family, form = family_and_form(inner)
            return family, form if type(estimator).__name__ in SEARCHES else None
    return BY_DEFAULT.get(type(estimator).__name__, (OTHER, None))


def _known(estimator: Any) -> tuple[str, str | None] | None:
    """Entry of the class or of the nearest class it derives from."""
    for kind in type(estimator).__mro__:
        package, name = kind.__module__.partition(".")[0], kind.__name__
        if package == "genvsdisc" and name in OURS:
            return OURS[name](estimator)
        if (package, name) in KNOWN:
            family, form = KNOWN[package, name]
            # Another loss than this has other log-odds than linear ones.
            return family, None if getattr(
                estimator, "loss", "log_loss"
            ) != "log_loss" and name == "SGDClassifier" else form
    family = getattr(estimator, "_family", OTHER)
    return None if family == OTHER else (family, None)


def _gaussian(estimator: Any) -> tuple[str, str | None]:
    forms = {"full": "quadratic", "diagonal": "additive"}
    return GENERATIVE, "linear" if estimator.covariance == "shared" else forms.get(estimator.structure)


OURS: dict[str, Callable[[Any], tuple[str, str | None]]] = {
    "GaussianClassifier": _gaussian,
    "NaiveBayesClassifier": lambda model: (GENERATIVE, "linear" if model.shared_variance else "additive"),
    "LogisticClassifier": lambda _: (DISCRIMINATIVE, "linear"),
    "WeightedNaiveBayesClassifier": lambda model: (DISCRIMINATIVE, "linear" if model.shared_variance else "additive"),
}
"""Classes of this package whose form depends on parameters; the others say their family, and have no form."""


def _behind(steps: list[Any], family: str, form: str | None) -> tuple[str, str | None]:
    """Form behind the steps of a pipeline."""
    for step in reversed([step for step in steps if step not in (None, "passthrough")]):
        name = type(step).__name__
        if name in SQUARES and form == "linear":
            plain = getattr(step, "degree", 2) == 2 and not getattr(step, "interaction_only", False)
            whole = getattr(step, "interactions", True) and getattr(step, "columns", None) is None
            form = "quadratic" if plain and whole else None
        elif name == "PCA":
            form = form if form in ROTATED and step.n_components is None else None
        elif name not in AFFINE or getattr(step, "add_indicator", False) or getattr(step, "threshold", 0.0):
            form = None
    return family, form
