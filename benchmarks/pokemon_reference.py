"""Hold the classifiers against the course's Pokemon example: water against normal types on the real table.

Run ``python benchmarks/pokemon_reference.py [TABLE.csv]``. Without a file the table is downloaded (`fetch_pokemon`).
Species numbers below 400 train, the others test; columns as in the Kaggle file "abcsds/pokemon". Prints how many of the
70 test rows each model gets right, beside what the literature's formulas give, and stops if one differs.
"""

import sys

import numpy as np
import pandas as pd

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier
from genvsdisc.datasets import fetch_pokemon

TWO = ["Defense", "Sp. Def"]
SIX = ["HP", "Attack", "Defense", "Sp. Atk", "Sp. Def", "Speed"]
MODELS = {
    "separate covariance, 2 columns": (GaussianClassifier("separate"), TWO, 36),
    "shared covariance, 2 columns": (GaussianClassifier("shared"), TWO, 34),
    "separate covariance, 6 columns": (GaussianClassifier("separate"), SIX, 45),
    "shared covariance, 6 columns": (GaussianClassifier("shared"), SIX, 54),
    "naive Bayes, 6 columns": (NaiveBayesClassifier(), SIX, 40),
    "logistic regression without penalty, 6 columns": (LogisticClassifier(0.0, optimizer="newton"), SIX, 55),
}


def real_table() -> pd.DataFrame:
    """The table as courses have it, from a file or downloaded."""
    if len(sys.argv) > 1:
        return pd.read_csv(sys.argv[1])
    data = fetch_pokemon()
    names = {"hp": "HP", "attack": "Attack", "defense": "Defense", "sp_attack": "Sp. Atk", "sp_defense": "Sp. Def"}
    names |= {"speed": "Speed", "number": "#", "type": "Type 1"}
    table = data.to_frame().rename(columns=names)
    return table.assign(**{"Type 1": table["Type 1"].str.capitalize()})


def main() -> None:
    table = real_table()
    table = table[table["Type 1"].isin(["Water", "Normal"])]
    train, test = table[table["#"] < 400], table[table["#"] >= 400]
    print(f"{len(train)} rows to train, {len(test)} to test")
    for name, (model, columns, expected) in MODELS.items():
        X = train[columns].to_numpy(dtype=float)
        right = int(
            (model.fit(X, train["Type 1"]).predict(test[columns].to_numpy(dtype=float)) == test["Type 1"]).sum()
        )
        print(f"{name:<48}{right:>4} of {len(test)} right, expected {expected}")
        if right != expected:
            raise SystemExit(f"{name}: {right} right, expected {expected}")
    shared = GaussianClassifier("shared").fit(train[SIX].to_numpy(dtype=float), train["Type 1"])
    expected_w = [-0.01784845, -0.01215023, 0.02407923, 0.02956168, 0.00900934, -0.01822378]
    np.testing.assert_allclose(shared.coef_[0], expected_w, atol=5e-9)
    np.testing.assert_allclose(shared.intercept_, -0.39615839, atol=5e-9)
    print("shared covariance: w", shared.coef_[0].round(8), "b", shared.intercept_.round(8))
    for name, model, expected in (
        ("separate", GaussianClassifier("separate"), 0.889727),
        ("shared", GaussianClassifier("shared"), 0.750720),
        ("naive Bayes", NaiveBayesClassifier(), 0.812899),
    ):
        fitted = model.fit(train[TWO].to_numpy(dtype=float), train["Type 1"])
        water = fitted.predict_proba([[103.0, 45.0]])[0, 1]
        np.testing.assert_allclose(water, expected, atol=1e-6)
        print(f"P(water | Defense 103, Sp. Def 45), {name}: {water:.6f}")


if __name__ == "__main__":
    main()
