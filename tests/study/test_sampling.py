import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.sampling import Sampling, read_sampling

X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "Speaker Number": list("aabb"), "day": [3, 1, 2, 2]})


@pytest.mark.parametrize("given", [list("aabb"), np.array(list("aabb")), pd.Series(list("aabb"), index=[9, 8, 7, 6])])
def test_groups_are_given_as_values_of_any_type(given):
    table, sampling = read_sampling(X, groups=given)
    assert sampling.codes.tolist() == [0, 0, 1, 1]
    assert list(table) == list(X)


def test_groups_are_given_as_the_name_of_a_column_which_leaves_the_table():
    table, sampling = read_sampling(X, groups="Speaker Number")
    assert list(table) == ["a", "day"]
    assert (sampling.kind, sampling.column, sampling.codes.tolist()) == ("groups", "Speaker Number", [0, 0, 1, 1])
    assert sampling.facts()["n_groups"] == 2
    table, sampling = read_sampling(pd.DataFrame({0: [1.0, 2.0], 1: [5, 6]}), groups=1)
    assert list(table) == [0]


def test_a_series_gives_its_name():
    assert read_sampling(X, groups=pd.Series([1, 1, 2, 2], name="who"))[1].column == "who"


@pytest.mark.parametrize(
    "values",
    [
        [3, 1, 2, 2],
        ["3", "1", "2", "2"],
        ["2024-03-01", "2024-01-31", "2024-02-01", "2024-02-01"],
        ["2024-03-01T00:00+02:00", "2024-01-31", "2024-02-01T00:00Z", "2024-02-01T02:00+02:00"],
        pd.to_datetime(["2024-03-01", "2024-01-31", "2024-02-01", "2024-02-01"]),
    ],
)
def test_times_are_ranked_and_ties_share_a_rank(values):
    assert read_sampling(X, time=values)[1].codes.tolist() == [2, 0, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": "speaker number"}, "groups='speaker number' is not a column of X; did you mean 'Speaker Number'"),
        ({"groups": "zzz"}, "is not a column of X; it has 'a', 'Speaker Number', 'day'"),
        ({"time": "dya"}, "time='dya' is not a column of X; did you mean 'day'"),
        ({"groups": [1, 1, None, 2]}, "has no value in 1 rows, the first of them row 2"),
        ({"groups": [1.0, np.nan, np.nan, 2]}, "has no value in 2 rows, the first of them row 1"),
        ({"time": [1, 2, np.nan, 3]}, "time '' has no value in 1 rows"),
        ({"groups": [1, 2]}, r"a value for each of the 4 rows of X, or name one of its columns, got shape \(2,\)"),
        ({"groups": np.ones((4, 1))}, r"got shape \(4, 1\)"),
        ({"groups": ["x"] * 4}, "groups has one value only, x: no split"),
        ({"time": ["b", "a", "c", "d"]}, "time '' must hold numbers or dates such as 2024-01-31, got 'b'"),
        ({"groups": "day", "time": "day"}, "give groups or time, not both"),
    ],
)
def test_what_cannot_be_a_group_or_a_time_is_refused_with_a_remedy(arguments, message):
    with pytest.raises(ValueError, match=message):
        read_sampling(X, **arguments)


def test_units_of_time_are_blocks_that_keep_equal_times_together():
    codes = np.sort(np.random.default_rng(0).integers(0, 50, 400))
    units = Sampling("time", codes).units(400)
    assert units.max() + 1 <= 20
    assert (np.diff(units) >= 0).all()
    for moment in range(50):
        assert len(np.unique(units[codes == moment])) == 1


def test_a_class_that_no_split_can_learn_is_named():
    labels = pd.Series(list("aaaabbbbcc"))
    groups = Sampling("groups", np.array([0, 1, 2, 3, 0, 1, 2, 3, 1, 1]), "who")
    assert groups.unlearnable(labels, 3) == {"c": "in 1 groups of 'who', fewer than 3, one for each fold"}
    assert Sampling("time", np.arange(10)).unlearnable(labels, 3) == {"c": "it first appears after 80% of the rows"}
    assert groups.most_splits(labels, 10) == 4
