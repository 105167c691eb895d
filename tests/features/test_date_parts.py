"""Dates as the day, the month, the weekday and the hour."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.features.date_parts import are_dates, date_part, parts_of
from genvsdisc.features.dtypes import as_numbers
from genvsdisc.features.kinds import column_kinds

MOMENTS = pd.Series(pd.date_range("1968-02-28 05:30", periods=900, freq="31h"))


@pytest.mark.parametrize("values", [MOMENTS, MOMENTS.astype(str), MOMENTS.dt.tz_localize("UTC")])
def test_parts_are_those_of_pandas(values):
    encoder = gd.TableEncoder.for_table(pd.DataFrame({"when": values, "x": np.arange(900) % 7}))
    matrix = encoder.transform(pd.DataFrame({"when": values, "x": 0}))
    assert list(encoder.get_feature_names_out()) == ["when", "when (month)", "when (weekday)", "when (hour)", "x"]
    np.testing.assert_allclose(matrix[:, 1], MOMENTS.dt.month)
    np.testing.assert_allclose(matrix[:, 2], MOMENTS.dt.day_of_week)
    np.testing.assert_allclose(matrix[:, 3], MOMENTS.dt.hour + MOMENTS.dt.minute / 60, atol=1e-6)


def test_only_parts_that_say_more_than_the_day():
    def parts(start, periods, freq):
        return parts_of(as_numbers(pd.Series(pd.date_range(start, periods=periods, freq=freq))))

    assert parts("2020-01-01", 5, "D") == ()
    assert parts("2020-01-01", 60, "D") == ("weekday",)
    assert parts("2020-01-06", 200, "7D") == ("month",)
    assert parts("2020-01-01", 800, "D") == ("month", "weekday")
    assert parts("2020-01-01 08:00", 25, "D") == ("weekday",)  # the same hour each day
    assert parts_of(np.array([np.nan])) == ()


def test_gaps_stay_gaps_and_durations_are_no_dates():
    days = np.array([0.25, np.nan])
    assert date_part(days, "hour").tolist()[0] == 6
    assert np.isnan(date_part(days, "hour")[1])
    assert not are_dates(pd.Series(pd.to_timedelta([1, 2], unit="D")))
    assert not are_dates(pd.Series([1.0, 2.0]))
    assert are_dates(pd.Series(MOMENTS.dt.date))


def test_a_weekday_that_decides_is_learned_by_both_families():
    rng = np.random.default_rng(0)
    when = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, 300), unit="D"))
    y = (when.dt.day_of_week >= 5).astype(int)
    X = pd.DataFrame({"when": when, "x": rng.normal(size=300)})
    assert column_kinds(X)["when"].parts == ("month", "weekday")
    for name in ("naive Bayes", "logistic", "separate Gaussian"):
        (model,) = [each for each in gd.default_models(X) if each.name == name]
        assert model.estimator.fit(X, y).score(X, y) > 0.95
