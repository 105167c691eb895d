"""Choosing a model on the test set that everybody sees."""

from __future__ import annotations

import numpy as np

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, less, per_seed, spread, tidy
from genvsdisc.lessons.pictures import Points
from genvsdisc.study.fits.splits import cross_validation_draws

N_FITTED, N_PUBLIC, N_PRIVATE = 140, 70, 4000
N_CANDIDATES = 40


def run_selection(seed: int) -> Tables:
    """Errors of the candidate that is best on the public rows, and of the one that cross-validation chooses."""
    rng = np.random.default_rng(seed)
    data = make_pokemon_style(N_FITTED + N_PUBLIC + N_PRIVATE, random_state=seed)
    X, y = data.X.iloc[:, :6].to_numpy(dtype=float), data.y.to_numpy()
    train, public, private = np.split(np.arange(len(y)), [N_FITTED, N_FITTED + N_PUBLIC])
    weights, held_out = cross_validation_draws(y[train] == "water", 5, 2, random_state=seed)
    masks = np.vstack([weights, np.ones((1, N_FITTED))])
    errors = []
    for _ in range(N_CANDIDATES):
        # A candidate is what people try: some of the columns, some penalty.
        columns = rng.permutation(6)[: rng.integers(1, 5)]
        model = LogisticClassifier(10.0 ** rng.uniform(-3, 0), optimizer="newton", standardize=True)
        wrong = model.fit_replicates(X[train][:, columns], y[train], masks).predict(X[:, columns]) != y
        folds = np.mean([wrong[r, train[rows]].mean() for r, rows in enumerate(held_out)])
        errors.append((folds, wrong[-1, public].mean(), wrong[-1, private].mean()))
    by_folds, by_public = (min(errors, key=lambda each: each[i]) for i in (0, 1))
    chosen = (("public rows", by_public[1], by_public), ("cross-validation", by_folds[0], by_folds))
    rows = [(name, float(score), float(e[1]), float(e[2])) for name, score, e in chosen]
    return {"results": tidy(rows, "chosen_by score public private")}


def judge_selection(tables: Tables) -> Finding:
    """Too good where chosen; not where not."""
    results = tables["results"]
    score, public, private = (
        {name: per_seed(results, column, chosen_by=name) for name in ("public rows", "cross-validation")}
        for column in ("score", "public", "private")
    )
    gap = {name: private[name] - public[name] for name in private}
    folded = "cross-validation"
    folds = private[folded] - score[folded]
    return Finding(
        (
            less(
                "chosen on the public rows, the public error is below the private one",
                public["public rows"],
                private["public rows"],
                share=True,
            ),
            less(
                "chosen by cross-validation, the public error falls short of the private one by less",
                gap[folded],
                gap["public rows"],
                share=True,
            ),
            Part(
                "cross-validation's own error of the model it chose is honest: at most a point below the private one",
                0.01 - folds,
                f"it is {spread(score[folded], share=True)}, the private error {spread(private[folded], share=True)}",
            ),
            less(
                "cross-validation chooses the model with the lower private error",
                private[folded],
                private["public rows"],
                share=True,
            ),
        ),
        depends_on="which score is asked about",
        reason="The best of many scores is best partly by luck, on public rows and in cross-validation alike; only "
        "rows that chose nothing are free of it.",
    )


SELECTION = Lesson(
    name="public-test-set",
    title="The public test set",
    claim="Choosing a model on the public test set makes its score there too good; cross-validation does not",
    source="Hung-yi Lee, Where does the error come from?",
    experiment=(
        f"{N_CANDIDATES} logistic regressions, each on some of six Pokemon-style stats and with some λ, from "
        f"{N_FITTED} rows. Choose one by {N_PUBLIC} public rows or by 2 times 5-fold cross-validation; "
        f"{N_PRIVATE:,} private rows tell."
    ),
    run=run_selection,
    judge=judge_selection,
    by={"chosen_by": "Chosen by"},
    measures=(
        Measure("score", "Score it was chosen by", share=True),
        Measure("public", "Public error", share=True),
        Measure("private", "Private error", share=True),
    ),
    pictures=(
        Points("public", "chosen_by", "Public error of the chosen model", share=True, left=104),
        Points("private", "chosen_by", "Private error of the chosen model", share=True, left=104),
    ),
    n_seeds=20,
)
