"""Where the answer flips: the rows first, then the other dials, then what was tried."""

import pandas as pd
import pytest

from genvsdisc.study.statistics.flips import where_it_flips

NAN = float("nan")
NAMES = {"generative": "Gauss", "discriminative": "logit"}
ROW = NAMES | {"loss": "zero_one", "difference": -0.01, "lower": -0.03, "upper": 0.01}


def along(dial, estimate=NAN, lower=NAN, upper=NAN, smallest=0.05, largest=0.4, **others):
    """One row of `condition_crossings`, or of `crossings`."""
    ends = {
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "smallest": smallest,
        "largest": largest,
        "leaders": "undecided",
    }
    return {**NAMES, "loss": "zero_one", "dial": dial, **ends, "finding": f"Gauss is ahead up to {dial}."} | others


ROWS = along("rows", smallest=15, largest=126)
KNOWN = along("rows", 40, 30, 55, 15, 126)
WIDE = along("rows", 40, 15, 126, 15, 126)
NOISE, HALF_KNOWN = along("label noise", 0.2, 0.1, 0.3), along("label noise", 0.2, NAN, 0.3)
OTHER = along("rows", 40, 30, 55, 15, 126, generative="Bayes", finding="Up to about 40 training rows Bayes is ahead.")
STEADY = "nothing that was tried changes for certain which of Gauss and logit is better (15 to 126 training rows)."


def told(crossings, crossed, conditions=None, **row):
    """With the columns of the tables, as of `along`, where there is no row."""
    tables = (pd.DataFrame(rows, columns=list(ROWS)) for rows in (crossings, crossed))
    return where_it_flips(*tables, pd.Series(ROW | row), conditions)


def values(dial, *at):
    """The values of a dial in the table `conditions`, of both models."""
    both = [(name, each) for name in NAMES.values() for each in at]
    return pd.DataFrame(both, columns=["model", "value"]).assign(dial=dial, loss="zero_one")


FIVE = (0.0, 0.1, 0.25, 0.5, 0.75)
G, L, U = "Gauss", "logit", "undecided"
PICKED = " That the two were picked on these rows counts in the verdict, not in this."


def led(leaders, **row):
    gaps = along("gaps", smallest=0.0, largest=0.75, leaders="; ".join(leaders))
    return told([], [gaps], values("gaps", *FIVE), **row).removeprefix("In 0-1 error: ")


@pytest.mark.parametrize(
    ("leaders", "where"),
    [
        ([U, U, G, G, G], "gauss is ahead by more than noise from 25% of the entries missing at prediction on."),
        ([G, G, U, U, U], "gauss is ahead by more than noise up to 10% of the entries missing at prediction." + PICKED),
        ([G, U, U, U, U], "gauss is ahead by more than noise at 0% of the entries missing at prediction." + PICKED),
        ([G, G, G, G, G],
         "gauss is ahead by more than noise from 0% to 75% of the entries missing at prediction." + PICKED),
        ([U, L, L, U, U], "logit is ahead by more than noise at 10% to 25% of the entries missing at prediction."),
        ([U, U, L, U, U], "logit is ahead by more than noise at 25% of the entries missing at prediction."),
        ([G, U, G, U, U],
         "gauss is ahead by more than noise at 0% and 25% of the entries missing at prediction." + PICKED),
        ([G, U, G, G, U], "gauss is ahead by more than noise at 3 of 5 values from 0% to 50% of the entries missing at "
         "prediction." + PICKED),
        ([G, U, L, L, G], "which of Gauss and logit is better changes somewhere between 0% and 75% of the entries "
         "missing at prediction."),
    ],
)  # fmt: skip
def test_a_lead_that_is_certain_along_a_dial_is_told_where_it_is(leaders, where):
    assert led(leaders) == where


def test_a_certain_lead_of_the_one_that_is_ahead_anyway_is_no_flip():
    steady = "nothing that was tried changes for certain which of Gauss and logit is better (0% to 75% of the"
    assert led([U, U, G, G, G], upper=-0.001).startswith(steady)
    assert led([U, U, L, L, L], upper=-0.001).startswith("logit is ahead by more than noise")
    assert led([U, U, L, L, L], lower=0.001).startswith(steady)
    assert led([U, U, G, G, G], lower=0.001).startswith("gauss is ahead by more than noise")


def test_a_lead_where_the_table_stands_beside_a_verdict_that_cannot_tell_is_explained():
    """The verdict counts that the pair was picked, a condition does not: without a word the two contradict."""
    assert PICKED not in led([G, G, U, U, U], lower=0.001)  # the verdict is decided, for the other one
    most = along("rows", smallest=15, largest=126, leaders=f"{U}; {U}; {U}; {G}; {G}")
    assert told([most], [], values("rows", 15, 30, 50, 80, 126)).endswith(f"training rows on.{PICKED}")
    few = most | {"leaders": f"{G}; {G}; {U}; {U}; {U}"}
    assert told([few], [], values("rows", 15, 30, 50, 80, 126)).endswith("up to 30 training rows.")


def test_leads_of_one_model_are_told_together():
    gaps = along("gaps", smallest=0.0, largest=0.75, leaders=f"{U}; {U}; {U}; {G}; {G}")
    noise = along("label noise", smallest=0.0, largest=0.75, leaders=f"{U}; {U}; {U}; {U}; {G}")
    at = pd.concat([values("gaps", *FIVE), values("label noise", *FIVE)])
    assert told([ROWS], [ROWS, gaps, noise], at) == (
        "In 0-1 error: gauss is ahead by more than noise from 50% of the entries missing at prediction on and from "
        "75% of the training labels flipped on; nothing else that was tried changes for certain which of the two is "
        "better (15 to 126 training rows)."
    )
    shares = along("class shares", smallest=0.0, largest=0.75, leaders=f"{U}; {U}; {U}; {U}; {G}")
    three = told([ROWS], [ROWS, gaps, noise, shares], pd.concat([at, values("class shares", *FIVE)]))
    assert "noise from 50% of the entries missing at prediction on, from 75% of the training labels" in three


def test_a_lead_along_another_dial_is_told_beside_a_crossing():
    gaps = along("gaps", smallest=0.0, largest=0.75, leaders=f"{U}; {U}; {U}; {G}; {G}")
    assert told([KNOWN], [gaps], values("gaps", *FIVE)) == (
        "In 0-1 error: gauss is ahead up to rows. Besides, Gauss is ahead by more than noise from 50% of the entries "
        "missing at prediction on."
    )


@pytest.mark.parametrize(
    ("crossings", "conditions", "said"),
    [
        ([KNOWN], [], "gauss is ahead up to rows."),
        ([KNOWN], [NOISE], "gauss is ahead up to rows. Gauss is ahead up to label noise."),
        ([KNOWN], [along("gaps")], "gauss is ahead up to rows."),
        ([KNOWN], [HALF_KNOWN], "gauss is ahead up to rows. Besides, which of Gauss and logit is better changes "
         "somewhere between 5% and 40% of the training labels flipped."),
        ([ROWS], [ROWS, NOISE], "gauss is ahead up to label noise."),
        ([ROWS], [ROWS, HALF_KNOWN, along("gaps")], "which of Gauss and logit is better changes somewhere between 5% "
         "and 40% of the training labels flipped; nothing else that was tried changes it for certain (15 to 126 "
         "training rows; 5% to 40% of the entries missing at prediction)."),
        ([ROWS], [ROWS], STEADY),
        ([ROWS], [ROWS, along("gaps", smallest=0.2, largest=0.2)], STEADY),  # a dial that was not turned
        ([ROWS], [ROWS, along("without hp", 1, 0, 1)], STEADY),  # single columns are not on the map
        ([WIDE], [WIDE], "which of Gauss and logit is better changes somewhere between 15 and 126 training rows."),
    ],
)  # fmt: skip
def test_the_first_that_can_be_told(crossings, conditions, said):
    assert told(crossings, conditions) == f"In 0-1 error: {said}"


def test_another_pair_is_told_after_that_of_the_verdict_and_named_as_another():
    other = "For another pair, up to about 40 training rows Bayes is ahead."
    assert told([OTHER, ROWS], [ROWS]) == f"In 0-1 error: {STEADY} {other}"
    unknown = "In 0-1 error: what changes which of Gauss and logit is better was not measured (see what was left out)."
    assert told([OTHER], []) == f"{unknown} {other}"
    assert told([OTHER, KNOWN], []) == "In 0-1 error: gauss is ahead up to rows."
    assert told([ROWS], [along("gaps", 0.2, 0.1, 0.3, generative="Bayes")]) == f"In 0-1 error: {STEADY}"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"generative": "A"},
            "In 0-1 error: what changes which of Gauss and logit is better was not measured (see what was left out).",
        ),
        ({"loss": "brier"}, ""),
    ],
)
def test_nothing_is_told_of_dials_of_another_pair_or_loss(other, said):
    """But that the verdict's pair was not looked at, where others were: a reader asks what would change the answer."""
    rows = [ROWS | other]
    assert told(rows, [along("gaps") | other]) == said
    assert where_it_flips(pd.DataFrame(rows), None, pd.Series(ROW)) == said
