"""The table of the dial: means by hand, intervals of the corrected test."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc import corrected_ttest
from genvsdisc.study.statistics.dial_table import continuum_table


def test_means_and_corrected_intervals():
    rng = np.random.default_rng(0)
    values = {a: rng.normal(0.5, 0.1, size=5) for a in (0.0, 0.3, 1.0)}
    rows = [("d", a, "log_loss", f, v, 0.2) for a, vs in values.items() for f, v in enumerate(vs)]
    columns = ["dial", "generative_weight", "loss", "fold", "value", "test_fraction"]
    table = continuum_table({"d": pd.DataFrame(rows, columns=columns)}).set_index("generative_weight")
    assert table["mean"].to_dict() == pytest.approx({a: v.mean() for a, v in values.items()})
    test = corrected_ttest(values[0.3] - values[1.0], test_fraction=0.2)
    found = table.loc[0.3, ["to_generative", "to_generative_lower", "to_generative_upper"]]
    assert found.tolist() == pytest.approx([test.mean, test.lower, test.upper])
    assert table.loc[1.0, "to_generative_lower"] == 0


def test_nothing_gives_nothing():
    assert continuum_table({}) is None
