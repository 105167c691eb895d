"""What knowing p(x, y) is good for: drawing, recognizing, other shares, gaps, and a class that comes later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, above, below, less, per_seed, spread, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Points

_DRAWN, _STRANGE, _GAPS, _SHARES, _TOLD = "rows drawn", "strange rows", "gaps", "other shares", "shares told"
_BOTH = ("generative", "discriminative")
_ADDED = 9  # the digit that comes later


def run_joint(seed: int) -> Tables:
    """Error, or share of strange rows told apart, of a Gaussian and of logistic regression in five situations."""
    rng = np.random.default_rng(seed)
    data, test = (make_pokemon_style(n, random_state=each) for n, each in ((400, seed), (4000, 1000 + seed)))
    X, asked = (each.X.iloc[:, :6].to_numpy(float) for each in (data, test))
    y, truth = np.asarray(data.y), np.asarray(test.y)
    gaussian, logistic = GaussianClassifier().fit(X, y), LogisticClassifier(standardize=True).fit(X, y)
    taught = LogisticClassifier(standardize=True).fit(*gaussian.sample(4000, random_state=seed))
    rows = [
        (_DRAWN, "generative", 1 - taught.score(asked, truth)),
        (_DRAWN, "discriminative", 1 - logistic.score(asked, truth)),
    ]
    # Strange rows: each stat of some Pokemon, put together by chance and moved far out.
    strange = np.column_stack([rng.permutation(column) for column in asked[:1000].T]) + rng.choice([-60, 60], (1000, 6))
    both, is_strange = np.vstack([asked, strange]), np.repeat([0, 1], [len(asked), len(strange)])
    rows.append((_STRANGE, "generative", _told(is_strange, gaussian.score_samples(both))))
    rows.append((_STRANGE, "discriminative", _told(is_strange, logistic.predict_proba(both).max(axis=1))))
    holed = np.where(rng.random(asked.shape) < 0.5, np.nan, asked)
    rows.append((_GAPS, "generative", 1 - gaussian.score(holed, truth)))
    rows.append((_GAPS, "discriminative", 1 - logistic.score(np.where(np.isnan(holed), X.mean(axis=0), holed), truth)))
    rare = np.concatenate([np.flatnonzero(truth == "normal")[:150], np.flatnonzero(truth == "water")])
    priors = [float(np.mean(truth[rare] == label)) for label in gaussian.classes_]
    for name, model in zip(_BOTH, (gaussian, logistic), strict=True):
        rows.append((_SHARES, name, 1 - model.score(asked[rare], truth[rare])))
        rows.append((_TOLD, name, 1 - model.set_priors(priors).score(asked[rare], truth[rare])))
    return {"results": tidy(rows, "task model value")}


def _told(is_strange: NDArray, likely: NDArray) -> float:
    """Share of the pairs of a strange and an ordinary row in which the strange one is the less likely."""
    return float(roc_auc_score(is_strange, -likely))


def judge_joint(tables: Tables) -> Finding:
    """What the Gaussian can, and whether logistic regression can not."""
    value = {
        (task, name): per_seed(tables["results"], "value", task=task, model=name)
        for task in (_DRAWN, _STRANGE, _GAPS, _SHARES, _TOLD)
        for name in _BOTH
    }
    drawn, real = (value[_DRAWN, name] for name in _BOTH)
    gain = {name: value[_SHARES, name] - value[_TOLD, name] for name in _BOTH}
    return Finding(
        (
            Part(
                "rows drawn from the Gaussian teach as well as real ones, to a point",
                0.01 - (drawn - real),
                f"error {spread(drawn, share=True)} against {spread(real, share=True)}",
            ),
            above(
                "by p(x) it tells strange rows from ordinary ones in 9 of 10 pairs or more",
                value[_STRANGE, "generative"],
                0.9,
                share=True,
            ),
            below(
                "how sure logistic regression is tells them apart in fewer than 3 of 4 pairs",
                value[_STRANGE, "discriminative"],
                0.75,
                share=True,
            ),
            less(
                "half of the entries missing: it errs less",
                value[_GAPS, "generative"],
                value[_GAPS, "discriminative"],
                share=True,
            ),
            above(
                "told the new shares of the classes, it errs less by a point or more",
                gain["generative"],
                0.01,
                share=True,
            ),
            below(
                "logistic regression cannot use them: it gains less than half a point",
                gain["discriminative"],
                0.005,
                share=True,
            ),
        ),
        reason="p(x, y) answers every question about x and y; p(y | x) only the one. But shares of classes are no "
        "monopoly: by Bayes' rule they only move the log-odds by a constant, and any classifier's can be moved.",
    )


def _digits(seed: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    return X[order[:1000]], y[order[:1000]], X[order[1000:]], y[order[1000:]]


def run_class_added(seed: int) -> Tables:
    """Error on the old and on the new class, and how far probabilities are from those of a fit to all rows."""
    X, y, asked, truth = _digits(seed)
    new = y == _ADDED
    rows = []
    for family in _BOTH:
        if family == "generative":
            model, whole = (GaussianClassifier(shrinkage=0.1) for _ in range(2))
            model.partial_fit(X[~new], y[~new], classes=np.arange(10)).partial_fit(X[new], y[new])
        else:
            settings: dict[str, Any] = {"standardize": True, "reg_lambda": 0.01, "max_iter": 200}
            model, whole = LogisticClassifier(**settings, warm_start=True), LogisticClassifier(**settings)
            # All classes are known from the first; of the last there is nothing yet but its name.
            here, last = np.vstack([X[~new], X[new][:1]]), np.append(y[~new], _ADDED)
            model.fit(here, last, sample_weight=np.where(last == _ADDED, 1e-9, 1.0))
            here, last = np.vstack([X[new], X[~new][:9]]), np.append(y[new], np.arange(9))
            model.fit(here, last, sample_weight=np.where(last == _ADDED, 1.0, 1e-9))
        whole.fit(X, y)
        gap = float(np.abs(model.predict_proba(asked) - whole.predict_proba(asked)).max())
        for how, each in (("new rows alone", model), ("fit to all rows", whole)):
            wrong = each.predict(asked) != truth
            parts = [float(wrong[chosen].mean()) for chosen in (truth != _ADDED, truth == _ADDED)]
            rows.append((family, how, *parts, gap if each is model else 0.0))
    return {"results": tidy(rows, "model how old new gap")}


def judge_class_added(tables: Tables) -> Finding:
    """Exact for the one, forgetful the other."""
    rows = tables["results"]

    def of(value: str, model: str, how: str = "new rows alone") -> NDArray:
        return per_seed(rows, value, model=model, how=how)

    return Finding(
        (
            below(
                "generative: probabilities are those of a fit to all rows, to rounding", of("gap", "generative"), 1e-8
            ),
            below("it errs on few rows of the new class", of("new", "generative"), 0.15, share=True),
            above(
                "discriminative: it forgets the old classes, half of them at least",
                of("old", "discriminative"),
                0.5,
                share=True,
            ),
            below(
                "given all rows again it knows them", of("old", "discriminative", "fit to all rows"), 0.1, share=True
            ),
        ),
        reason="A generative classifier has a part for each class that only the rows of that class touch, and sums "
        "that can be added up. The boundaries of a discriminative one are between classes: a new class moves them all.",
    )


JOINT = Lesson(
    name="only-generative",
    title="What only a generative model can do",
    claim="Only a generative model draws rows, says how likely a row is, bears gaps, and takes new class shares",
    source="Hung-yi Lee, Classification, why Gaussian; benefits of generative models",
    experiment=(
        "A Gaussian with shared covariance and logistic regression on 400 Pokemon-style rows. Logistic regression on "
        "4,000 rows drawn from the Gaussian; strange rows against ordinary ones, by p(x) or by the largest probability "
        "(share of pairs told apart); half of the entries removed, integrated out or filled by means; 150 normal types "
        "against all of water, before and after the shares are told. Tested on 4,000 rows."
    ),
    run=run_joint,
    judge=judge_joint,
    by={"task": "Asked", "model": "Model"},
    measures=(Measure("value", "Error (strange rows: told apart)", share=True),),
    pictures=(Points("value", "task", "Error; strange rows: share told apart", by="model", share=True, left=92),),
    formula=mathml(r"p(x) = ∑_k π_k p(x ∣ k) , ~ p(k ∣ x) = \frac{π_k p(x ∣ k)}{p(x)}"),
    try_this="Ask for score_samples of the turtle, [103, 45], which was in no training set: it is small and not zero.",
    n_seeds=10,
)

CLASS_ADDED = Lesson(
    name="class-added",
    title="A class that comes later",
    claim="A generative classifier learns a new class from its rows alone; a discriminative one has to start again",
    source="Hung-yi Lee, benefits of generative models: p(x | class) is learned class by class",
    experiment=(
        f"1,000 digits, first all but the {_ADDED}, then the {_ADDED}s alone. Gaussians with a shared covariance "
        "(shrinkage 0.1), updated with the new rows; logistic regression, trained on from where it was. Errors on the "
        "rest of the digits, beside fits to all rows."
    ),
    run=run_class_added,
    judge=judge_class_added,
    by={"model": "Model", "how": "Learned from"},
    measures=(
        Measure("old", "Error, digits 0 to 8", share=True),
        Measure("new", f"Error, digit {_ADDED}", share=True),
        Measure("gap", "Off a fit to all"),
    ),
    pictures=(
        Points("old", "how", "Error on the old digits", by="model", share=True, left=100),
        Points("new", "how", f"Error on the {_ADDED}s", by="model", share=True, left=100),
    ),
    formula=mathml(r"n_k , ~ ∑ x , ~ ∑ x x^T"),
    try_this="Hand the 9s over in ten batches, in any order: the sums, and with them the classifier, stay the same.",
    n_seeds=10,
)
