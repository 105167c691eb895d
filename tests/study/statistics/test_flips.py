"""Where the answer flips: the rows first, then the other dials, then what was tried."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.statistics.flips import where_it_flips

NAN = float("nan")
NAMES = {"generative": "Gauss", "discriminative": "logit"}
ROW = NAMES | {"loss": "zero_one", "difference": -0.01}


def along(dial, estimate=NAN, lower=NAN, upper=NAN, smallest=0.05, largest=0.4, **others):
    """One row of `condition_crossings`, or of `crossings`."""
    ends = {"estimate": estimate, "lower": lower, "upper": upper, "smallest": smallest, "largest": largest}
    return {**NAMES, "loss": "zero_one", "dial": dial, **ends, "finding": f"Gauss is ahead up to {dial}."} | others


ROWS = along("rows", smallest=15, largest=126)
KNOWN = along("rows", 40, 30, 55, 15, 126)
NOISE, HALF_KNOWN = along("label noise", 0.2, 0.1, 0.3), along("label noise", 0.2, NAN, 0.3)


@pytest.mark.parametrize(
    ("crossings", "conditions", "said"),
    [
        ([KNOWN], [NOISE], "gauss is ahead up to rows."),
        ([ROWS], [ROWS, NOISE], "gauss is ahead up to label noise."),
        ([ROWS], [ROWS, HALF_KNOWN, along("gaps")], "the lead of Gauss or logit changes at 20% of the training labels "
         "flipped; else is not turned for certain by training rows (15 to 126), entries missing (5% to 40%)."),
        ([ROWS], [ROWS], "the lead of Gauss or logit is not turned for certain by training rows (15 to 126)."),
        ([ROWS], [ROWS, along("gaps", smallest=0.2, largest=0.2)], "the lead of Gauss or logit is not turned for "
         "certain by training rows (15 to 126)."),  # a dial that was not turned
        ([ROWS], [ROWS, along("without hp", 1, 0, 1)], "the lead of Gauss or logit is not turned for certain by "
         "training rows (15 to 126)."),  # single columns are not on the map
    ],
)  # fmt: skip
def test_the_first_that_can_be_told(crossings, conditions, said):
    found = where_it_flips(pd.DataFrame(crossings), pd.DataFrame(conditions), pd.Series(ROW))
    assert found == f"In 0-1 error: {said}"


@pytest.mark.parametrize("other", [{"generative": "A"}, {"loss": "brier"}])
def test_nothing_is_told_of_another_pair_or_loss(other):
    tried = pd.DataFrame([along("gaps") | other])
    assert where_it_flips(pd.DataFrame([ROWS]), tried, pd.Series(ROW)) == ""
    assert where_it_flips(pd.DataFrame([ROWS]), None, pd.Series(ROW)) == ""


def test_all_sizes_are_no_interval():
    wide = pd.DataFrame([along("rows", 40, 15, 126, 15, 126)])
    assert where_it_flips(wide, None, pd.Series(ROW)) == ""
    assert np.isfinite(wide["estimate"]).all()
