"""The verdict: every sentence on tables made for it, and how often it is right on laws whose truth is known."""

import re

import numpy as np
import pandas as pd
import pytest
from verdict_laws import LAWS, true_losses

import genvsdisc as gd
from genvsdisc.study.schema import conformed
from genvsdisc.study.statistics.verdict import BEST, write_verdict

META = {"n_rows": 140, "design": {"rope": 0.01}}
NAMES = {"generative": "Gauss", "discriminative": "logit"}


def pair(loss="zero_one", difference=0.0, half_width=0.03, p=(0.3, 0.4, 0.3), form=BEST):
    """One row of `differences`; p is of generative better, practically equal, discriminative better."""
    return {
        **NAMES, "form": form, "loss": loss, "difference": difference, "lower": difference - half_width,
        "upper": difference + half_width, "pvalue": 0.5, "pvalue_holm": 0.5, "p_generative": p[0], "p_equal": p[1],
        "p_discriminative": p[2],
    }  # fmt: skip


def terms(model, bias, variance, error=0.001, n_train=105):
    """One row of `decomposition`, of the log loss."""
    row = dict.fromkeys(("noise", "noise_se", "interaction", "interaction_se"), 0.0)
    row |= {"model": model, "family": "", "n_train": n_train, "loss": "log_loss"}
    row |= {"expected": bias + variance, "bias": bias, "variance": variance, "net_variance": variance}
    return row | {f"{term}_se": error for term in ("expected", "bias", "variance", "net_variance")}


def crossing(estimate, lower, upper, loss="zero_one"):
    return {
        **NAMES, "form": "linear", "loss": loss, "estimate": estimate, "lower": lower, "upper": upper, "smallest": 6,
        "largest": 105, "leader_smallest": "Gauss", "leader_largest": "logit", "changes": 1,
        "leaders": "Gauss; then logit", "finding": "",
    }  # fmt: skip


def assumption(name, cost, half_width):
    row = {"assumption": name, "statistic": 1.0, "df": 1.0, "pvalue": 0.5, "effect": 0.1, "effect_name": "V"}
    row |= {"simpler": "a", "richer": "b", "cost": cost, "cost_lower": cost - half_width, "finding": ""}
    return row | {"cost_upper": cost + half_width}


def verdict(*differences, **others):
    tables = {"differences": differences, "decomposition": (), "crossings": (), "assumptions": ()} | others
    return write_verdict({k: conformed(k, pd.DataFrame(list(v)) if v else None) for k, v in tables.items()}, META)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            pair(difference=-0.05, p=(0.97, 0.02, 0.01)),
            "The generative family wins at 140 rows. Its best, Gauss, beats logit by 0.050 in 0-1 error "
            "(95% interval -0.080 to -0.020); its lead exceeds 0.01 with probability 0.97.",
        ),
        (
            pair(difference=0.05, p=(0.01, 0.01, 0.98)),
            "The discriminative family wins at 140 rows. Its best, logit, beats Gauss by 0.050 in 0-1 error "
            "(95% interval 0.020 to 0.080); its lead exceeds 0.01 with probability 0.98.",
        ),
        (
            pair(difference=0.002, half_width=0.005, p=(0.01, 0.96, 0.03)),
            "Practically equal at 140 rows. The best of each family, Gauss (generative) and logit (discriminative), "
            "differ by 0.002 in 0-1 error, less than 0.01 with probability 0.96.",
        ),
        (
            pair(difference=-0.025, half_width=0.03, p=(0.84, 0.14, 0.02)),
            "Cannot tell at 140 rows which family has the lower 0-1 error. Of the best of each, Gauss (generative) and "
            "logit (discriminative), the generative one leads by 0.025 (generative minus discriminative: 95% interval "
            "-0.055 to 0.005). Probability that generative is better by more than 0.01: 0.84, practically equal: 0.14, "
            "discriminative better: 0.02. If the difference stayed as it is, about 560 rows would settle it.",
        ),
        (
            pair(difference=0.0004, half_width=0.005, p=(0.01, 0.98, 0.01)),
            "Practically equal at 140 rows. The best of each family, Gauss (generative) and logit (discriminative), "
            "have the same 0-1 error to three decimals; they differ by less than 0.01 with probability 0.98.",
        ),
        (
            pair(difference=0.0, half_width=0.02, p=(0.16, 0.68, 0.16)),
            "Cannot tell at 140 rows which family has the lower 0-1 error. The best of each, Gauss (generative) and "
            "logit (discriminative), are level to three decimals (generative minus discriminative: 95% interval "
            "-0.020 to 0.020). Probability that generative is better by more than 0.01: 0.16, practically equal: 0.68, "
            "discriminative better: 0.16. If the difference stayed as it is, about 560 rows would settle it.",
        ),
    ],
    ids=["generative", "discriminative", "equal", "cannot tell", "equal, level", "cannot tell, level"],
)
def test_the_headline_says_what_the_probabilities_allow(row, sentence):
    assert verdict(row) == sentence


def test_no_probability_is_told_as_certain_or_impossible():
    wins = verdict(pair(difference=-0.05, p=(1.0, 0.0, 0.0)), pair("log_loss", -0.2, p=(0.9996, 0.0004, 0.0)))
    assert wins.count("with probability above 0.99") == 2
    assert "differ by 0.002 in 0-1 error, less than 0.01 with probability above 0.99." in verdict(
        pair(difference=0.002, p=(0.001, 0.998, 0.001))
    )
    assert "by more than 0.01: 0.90, practically equal: 0.10, discriminative better: below 0.01." in verdict(
        pair(difference=-0.025, p=(0.899, 0.0999, 0.0011))
    )


def test_a_lead_is_never_zero():
    assert "beats Gauss by 0.0002 in 0-1 error" in verdict(
        pair(difference=0.0002, half_width=0.0001, p=(0.0, 0.0, 1.0))
    )


def test_just_below_certainty_nobody_wins():
    assert verdict(pair(difference=-0.05, p=(0.949, 0.05, 0.001))).startswith("Cannot tell")
    assert verdict(pair(difference=-0.05, p=(0.95, 0.05, 0.0))).startswith("The generative family wins")


@pytest.mark.parametrize("difference", [0.01, -0.0101, 0.012])
def test_at_the_edge_of_equivalence_no_number_of_rows_is_promised(difference):
    assert "would settle it" not in verdict(pair(difference=difference, half_width=0.03))


def test_rows_that_settle_it_follow_the_square_law():
    # Half-width 0.03 at 140 rows, edge of the region 0.04 away from the difference: 0.06 would need 140 (0.06/0.04)^2.
    assert "about 320 rows" in verdict(pair(difference=0.05, half_width=0.06))
    # And 140 (0.03/0.04)^2 is less than there are.
    assert "would settle it" not in verdict(pair(difference=0.05, half_width=0.03))


def test_without_a_pair_of_families_there_is_no_verdict():
    message = "No verdict: a comparison needs a generative and a discriminative model that could both be fitted."
    assert verdict() == message
    assert verdict(pair(form="linear")) == message


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            pair("log_loss", -0.2, p=(0.99, 0.01, 0.0)),
            "In log loss, which judges the probabilities, Gauss is better by 0.200",
        ),
        (
            pair("log_loss", 0.2, p=(0.0, 0.01, 0.99)),
            "In log loss, which judges the probabilities, logit is better by 0.200",
        ),
        (pair("log_loss", 0.001, p=(0.01, 0.98, 0.01)), "In log loss the two are practically equal (probability 0.98)"),
        (
            pair("log_loss", -0.02),
            "In log loss the difference is -0.020 (95% interval -0.050 to 0.010), which settles nothing",
        ),
        (
            pair("log_loss", -0.0004),
            "In log loss the two are level to three decimals (95% interval -0.030 to 0.030), which settles nothing",
        ),
    ],
)
def test_probabilities_are_judged_apart(row, sentence):
    assert sentence in verdict(pair(), row)


@pytest.mark.parametrize(
    ("generative", "discriminative", "sentence"),
    [
        (
            (0.50, 0.02),
            (0.40, 0.05),
            "log loss at 105 training rows is bias: Gauss has 0.100 more (standard error 0.001)",
        ),
        ((0.40, 0.02), (0.41, 0.30), "log loss at 105 training rows is variance: logit has 0.280 more"),
        ((0.40, 0.02), (0.401, 0.02), "At 105 training rows neither bias nor variance tells them apart."),
    ],
)
def test_the_larger_part_of_the_difference_is_named(generative, discriminative, sentence):
    rows = (terms("Gauss", *generative), terms("logit", *discriminative), terms("other", 9.0, 9.0))
    smaller = (terms("Gauss", 5.0, 1.0, n_train=20), terms("logit", 1.0, 5.0, n_train=20))
    assert sentence in verdict(pair(), pair("log_loss"), decomposition=(*smaller, *rows))


def test_a_reason_is_of_the_one_that_loses():
    rows = (terms("Gauss", 0.50, 0.02), terms("logit", 0.30, 0.15))  # logit is better, though it varies more
    said = verdict(pair(), pair("log_loss", 0.07), decomposition=rows)
    assert "is bias: Gauss has 0.200 more" in said
    assert "training rows" not in verdict(pair(), pair("log_loss", -0.07), decomposition=rows)


def test_without_the_decomposition_of_both_no_reason_is_given():
    assert "bias" not in verdict(pair(), pair("log_loss"), decomposition=(terms("Gauss", 1.0, 1.0),))


def test_a_crossing_is_told_with_its_interval_and_only_if_there_is_one():
    told = verdict(pair(), crossings=(crossing(40.4, 29.6, 55.2), crossing(80.0, 70.0, 90.0, "brier")))
    assert "Gauss and logit change places near 40 training rows (95% interval 30 to 55)." in told
    assert told.count("change places") == 1
    assert "change places" not in verdict(pair(), crossings=(crossing(np.nan, np.nan, np.nan),))


def test_the_costliest_assumption_is_told_if_its_cost_is_certain():
    costs = (
        assumption("equal covariances", 0.08, 0.02),
        assumption("normality", 0.3, 0.4),
        assumption("b", 0.02, 0.01),
    )
    told = "costs most is equal covariances: dropping it lowers the log loss by 0.080 (95% interval 0.060 to 0.100)."
    assert told in verdict(pair(), assumptions=costs)
    assert "assumption" not in verdict(pair(), assumptions=(assumption("normality", 0.3, 0.4),))


def test_every_number_stands_in_a_table():
    differences = (pair(difference=-0.031, p=(0.811, 0.123, 0.066)), pair("log_loss", -0.2, p=(0.991, 0.004, 0.005)))
    others = {
        "decomposition": (terms("Gauss", 0.412, 0.043), terms("logit", 0.512, 0.065)),
        "crossings": (crossing(40.4, 29.6, 55.2),),
        "assumptions": (assumption("equal covariances", 0.081, 0.022),),
    }
    said = verdict(*differences, **others).replace("0-1 error", "error")
    told = set(re.findall(r"-?\d[\d.,]*\d|\d+", said))
    stand = {"140", "0.01", "95", "105", "40", "30", "55"}
    stand |= {"0.031", "-0.061", "-0.001", "0.81", "0.12", "0.07", "0.200", "0.99"}
    stand |= {"0.100", "0.001", "0.081", "0.059", "0.103"}
    # The one that does not, but follows from interval and rows: 140 (0.03 / 0.021)^2, in two digits.
    assert told == stand | {"290"}


# Right on laws whose truth is known ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_better_with_probability_95_percent_is_right_in_95_percent_of_cases():
    """Pairs of one form and the best of each family, on a table of 150 rows from each of forty laws.

    The truth: the mean losses of 40 fits to fresh tables of 150 rows, on 8,000 others.
    """
    models = [model for model in gd.default_models() if model.form]
    design = gd.Design(n_splits=5, n_repeats=4, n_draws=2, train_sizes=(75,), losses=("zero_one", "log_loss"))
    found = []
    for seed, law in enumerate(LAWS):
        table = gd.compare(*law.draw(150, np.random.RandomState(seed)), models, design=design, random_state=seed)
        truth = true_losses(law, models, 150, design.losses)
        gaps = [
            truth[row.generative, row.loss] - truth[row.discriminative, row.loss]
            for row in table.differences.itertuples()
        ]
        found.append(table.differences.assign(law=law.name, truth=[gap.mean() for gap in gaps]))
    pairs = pd.concat(found, ignore_index=True)
    sure = pairs[pairs[["p_generative", "p_discriminative"]].max(axis=1) >= 0.95]
    sure = sure.assign(right=np.sign(sure["truth"]) == np.sign(sure["difference"]))
    columns = ["law", "generative", "discriminative", "loss", "difference", "truth", "right"]
    print(sure[columns].to_string(index=False, float_format="{:.3f}".format))
    print(f"right in {sure['right'].sum()} of {len(sure)}, of {len(pairs)} pairs on {len(LAWS)} laws")
    assert pairs["law"].nunique() == 40
    assert len(sure) >= 20
    assert sure["right"].mean() >= 0.95
