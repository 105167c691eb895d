"""What rows without a label change, as a table and in words."""

import pandas as pd
import pytest

from genvsdisc.study.statistics.unlabeled_gain import misfit_of, unlabeled_finding

ROW = {
    "dial": "unlabeled rows, added", "model": "shared Gaussian", "family": "generative", "value": 0.75, "rows": 300,
    "weight": 0.6, "loss": "zero_one", "mean": 0.10, "mean_without": 0.15, "change": -0.05, "se": 0.01, "lower": -0.07,
    "upper": -0.03,
}  # fmt: skip
HURTS = {"mean": 0.2, "change": 0.05, "lower": 0.03, "upper": 0.07}
NOISE = {"mean": 0.149, "change": -0.001, "lower": -0.02, "upper": 0.018}
ASSUMED = pd.DataFrame(
    {"assumption": "equal covariances", "simpler": "shared Gaussian", "cost": [0.1], "cost_lower": [0.02]}
)
TOLD = pd.DataFrame({"model": "shared Gaussian", "pvalue": [0.001, 0.7], "finding": ["income is skewed", "age"]})


def finding(change, **tables):
    rows = [ROW | {"value": 0.5, "rows": 100}, ROW | change, ROW | {"loss": "brier"}]
    return unlabeled_finding({"unlabeled": pd.DataFrame(rows)} | tables, "zero_one", "shared Gaussian")


@pytest.mark.parametrize(
    ("change", "tables", "begin", "end"),
    [
        ({}, {}, "With 300 rows without a label added (75% of the training rows), EM on those rows helps shared", ")."),
        ({}, {"assumptions": ASSUMED}, "With 300", "; that equal covariances does not hold did not prevent it."),
        (HURTS, {"predictive": TOLD}, "With 300", "hurts shared Gaussian", ),
        (HURTS, {}, "With 300", "): no misfit of it is shown that would explain it."),
        (NOISE, {}, "With 300", "the weight 0.60 of a labeled row)."),
        (NOISE | {"weight": 0.0}, {"assumptions": ASSUMED}, "With 300", "likely: equal covariances does not hold."),
        ({"dial": "unlabeled rows"}, {}, "With the labels of 300 training rows hidden (75% of the training", ")."),
    ],
)  # fmt: skip
def test_whether_they_helped_and_what_explains_it(change, tables, begin, end):
    text = finding(change, **tables)
    assert text.startswith(begin)
    assert end in text
    assert "95% interval" in text


def test_a_misfit_is_a_costly_assumption_or_what_the_model_would_not_produce():
    assert misfit_of({"predictive": TOLD}, "shared Gaussian") == "it would not produce your rows (income is skewed)"
    assert misfit_of({"predictive": TOLD.assign(pvalue=[0.2, 0.7])}, "shared Gaussian") == ""
    assert misfit_of({"predictive": TOLD, "assumptions": ASSUMED}, "shared Gaussian").startswith("equal covariances")
    assert misfit_of({"predictive": TOLD}, "naive Bayes") == ""
    assert finding({}, predictive=TOLD).endswith("(income is skewed) did not prevent it.")
    assert unlabeled_finding({}, "zero_one", "shared Gaussian") == ""
