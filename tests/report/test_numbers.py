"""Numbers as text: as many digits as their uncertainty supports."""

import numpy as np

from genvsdisc.report.numbers import estimate_text, interval_text


def test_an_estimate_shows_its_error_unless_that_is_rounding():
    assert estimate_text("brier", 0.45678, 0.0123) == ("0.457", "± 0.012")
    assert estimate_text("zero_one", 0.51599537, 1e-12) == ("51.6", "")
    assert estimate_text("brier", 0.5, 0.0) == ("0.500", "")
    assert estimate_text("brier", np.nan, 0.1) == ("–", "")
    assert interval_text("zero_one", 0.89858, 0.89858, 0.89858) == ("89.9%", "89.9 to 89.9")
