"""One value of a JSON document, at any depth, in the place of which one of another kind stands."""

from copy import deepcopy

from hypothesis import strategies as st

OTHERS = (None, "x", 7, 0.5, float("nan"), [], [1], {}, {"a": 1}, True)


def places(value, at=()):
    """Where values stand, from the outermost on."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*at, key))


def altered(whole, place, value):
    """The document with another value at a place."""
    if not place:
        return value
    whole = inner = deepcopy(whole)
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return whole


def alterations(whole):
    """Documents that differ in the kind of one value; places of any depth alike, though most lie deep."""
    by_depth = {}
    for place in places(whole):
        by_depth.setdefault(place[:2], []).append(place)
    chosen = st.sampled_from(sorted(by_depth, key=str)).flatmap(lambda key: st.sampled_from(by_depth[key]))
    return st.builds(lambda place, value: altered(whole, place, value), chosen, st.sampled_from(OTHERS))
