"""Kinds of what JSON gives: the first value of another kind is named by its place."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from genvsdisc.study.kinds import NaN, Record, check_kind


@dataclass
class Fields:
    sizes: list[int]
    shares: dict[str, float | None]


POINT = Record({"x": float, "label": str}, needed=("x",))
WANTED = Record({"points": [POINT], "fields": Fields, "loss": float | NaN, "options": dict[str, Any]})
GOOD = {
    "points": [{"x": 1}, {"x": 0.5, "label": "a", "later": [None]}],
    "fields": {"sizes": [1, 2], "shares": {"a b": None, "c": 0.5}},
    "loss": float("nan"),
    "options": {"a": [{}, None, True]},
    "of another version": {"x": "y"},
}


def test_what_is_of_its_kinds_is_taken_and_names_of_other_versions_are_left_alone():
    check_kind(GOOD, WANTED, "")
    check_kind({}, WANTED, "facts")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([], "facts must be an object, got [] (a list)"),
        ({"points": {}}, "facts.points must be a list, got {} (an object)"),
        ({"points": [{"x": True}]}, "facts.points[0].x must be a number, got true"),
        ({"points": [{"x": 1}, {"label": "a"}]}, "facts.points[1] has no 'x'"),
        ({"points": [{"x": float("nan")}]}, "facts.points[0].x must be a number, got NaN"),
        ({"points": None}, "facts.points must be a list, got null"),
        ({"fields": {"sizes": [1, 2.5]}}, "facts.fields.sizes[1] must be a whole number, got 2.5 (a number)"),
        ({"fields": {"shares": {"a b": "x"}}}, "facts.fields.shares.'a b' must be a number or null, got 'x' (text)"),
        ({"loss": "x\ny"}, r"facts.loss must be a number, got 'x\ny' (text)"),
        ({"options": 3}, "facts.options must be an object, got 3 (a whole number)"),
    ],
)
def test_what_is_not_is_named_with_the_kind_wanted_and_the_kind_found(wrong, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        check_kind(wrong, WANTED, "facts")
