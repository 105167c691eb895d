"""A page and a JSON file give the comparison back; a page that was cut or changed is refused."""

import json
import lzma
from base64 import b85decode, b85encode

import example
import numpy as np
import pandas as pd
import pytest
from examples import few
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc import Comparison, report
from genvsdisc.practice.other_versions import understood
from genvsdisc.practice.packing import Blocks, packed_table, rounded, unpacked_table
from genvsdisc.practice.record import (
    ABSENT,
    KEPT,
    LEFT_OUT,
    PICTURES,
    ROUNDED,
    _first,
    carried_record,
    packed_record,
    unpacked_record,
)
from genvsdisc.study.schema import TABLES

RELATIVE_ERROR = 2.0**-17  # of rounded numbers
COMPARISONS = {"full": example.full, "nasty": example.nasty, "bare": example.bare}


@pytest.fixture(params=COMPARISONS)
def comparison(request):
    return COMPARISONS[request.param]()


@pytest.fixture
def page(comparison, tmp_path, monkeypatch):
    monkeypatch.setattr("genvsdisc.report.isolation.svg", lambda *_, **__: "<svg/>")
    return comparison.to_html(tmp_path / "index.html")


def assert_same(found, expected, but=LEFT_OUT):
    assert found.meta == expected.meta
    for name in TABLES:
        table = expected.tables[name]
        pd.testing.assert_frame_equal(found.tables[name], table.iloc[:0] if name in but else table, check_exact=True)


def test_a_page_gives_its_comparison_back_to_the_last_bit(comparison, page):
    assert_same(Comparison.load(page), comparison)


def test_numbers_of_all_kinds_come_back():
    odd = [0.1, -0.0, 5e-324, 1.7976931348623157e308, np.inf, -np.inf, np.nan, 1 / 3]
    table = pd.DataFrame({"model": "m", "family": "f", "form": "", "loss": "l", "mean": odd, "lower": odd[::-1]})
    table = table.assign(n_parameters=pd.array([1, None] * 4, "Int64"), upper=odd, rank=pd.array([None] * 8, "Int64"))
    comparison = Comparison({"summary": table})
    found = Comparison(*unpacked_record(packed_record(comparison.tables, {})))
    assert_same(found, comparison)
    bits = [c.summary[["mean", "lower", "upper"]].to_numpy().view(np.int64) for c in (found, comparison)]
    np.testing.assert_array_equal(*bits)


def test_the_text_needs_no_escape_in_html():
    text = packed_record(example.nasty().tables, example.nasty().meta)
    assert not set(text) & set("<>&\"'\n")


@pytest.mark.parametrize(
    "harm", few([lambda t: t[:50] + "0000" + t[54:], lambda t: t[:-5], lambda _: "", lambda t: t + "|"])
)
def test_a_damaged_record_is_refused(page, harm):
    text = page.read_text(encoding="utf-8")
    before, record = text.rsplit('<template id="genvsdisc-record">', 1)
    record, after = record.split("</template>", 1)
    page.write_text(f'{before}<template id="genvsdisc-record">{harm(record)}</template>{after}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"index.html': the record is damaged, or of another version"):
        Comparison.load(page)


def resealed(change):
    """The text of a record whose head was changed by hand and packed again: nothing of it is cut or garbled."""
    table = pd.DataFrame({"model": ["a", "b", "c"], "family": "f", "form": "", "loss": "l", "mean": [0.1, 0.2, 0.4]})
    table = table.assign(n_parameters=1, lower=0.0, upper=1.0, rank=[1, 2, 3])
    text = packed_record(Comparison({"summary": table}).tables, {"name": "t"})
    content = lzma.decompress(b85decode(text.translate(str.maketrans(",./", "<>&"))))
    head, _, rest = content.partition(b"\0")
    told = json.loads(head)
    change(told, told["tables"]["summary"])
    packed = b85encode(lzma.compress(json.dumps(told).encode() + b"\0" + rest)).decode()
    return packed.translate(str.maketrans("<>&", ",./"))


CHANGES = {
    "infinite rows": lambda _, summary: summary.update(rows=float("inf")),
    "rows beyond all numbers": lambda _, summary: summary.update(rows=10**30),
    "more rows than there are": lambda _, summary: summary.update(rows=10**9),
    "no way to write numbers": lambda _, summary: summary["columns"].update(mean=""),
    "no way, as an object": lambda _, summary: summary["columns"].update(mean={}),
    "a way of a later version": lambda _, summary: summary["columns"].update(mean="=by magic"),
    "no facts": lambda told, _: told.update(meta=None),
    "facts in a list": lambda told, _: told.update(meta=[1]),
    **{
        f"{name} of another kind": lambda told, _, name=name: told["meta"].update({name: "x"})
        for name in ("verdict_card", "plan", "design", "versions", "values", "not_in_page", "n_rows")
    },
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_record_that_somebody_packed_is_refused_in_one_line(change, tmp_path):
    """Some ended in OverflowError, StopIteration or TypeError; numbers of a way not known were read by another."""
    (tmp_path / "p.html").write_text(f'<template id="genvsdisc-record">{resealed(change)}</template>', "utf-8")
    for read in (Comparison.load, understood):
        with pytest.raises(ValueError, match=r"p.html': the record is damaged, or of another version") as refused:
            read(tmp_path / "p.html")
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("facts", [[1], None, "x", {"plan": 3}, {"not_in_page": "scores"}])
def test_facts_of_a_folder_that_are_of_another_kind_are_refused(facts, tmp_path):
    folder = example.bare().save(tmp_path / "c")
    stored = json.loads((folder / "meta.json").read_text("utf-8"))
    (folder / "meta.json").write_text(json.dumps(stored | {"meta": facts}), "utf-8")
    for read in (Comparison.load, understood):
        with pytest.raises(ValueError, match=r"meta.json is not what Comparison.save writes"):
            read(folder)


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"\xff\xfe", b'<template id="genvsdisc-record">'])
def test_a_file_that_is_no_page_is_refused(tmp_path, content):
    (tmp_path / "x.html").write_bytes(content)
    with pytest.raises(ValueError, match="is no page of a comparison that carries its tables"):
        Comparison.load(tmp_path / "x.html")


def assert_rounded(found, expected, names):
    """The tables named are near, the others the same."""
    for name in set(TABLES) - set(LEFT_OUT) - set(found.meta.get(ABSENT, ())):
        table, other = expected.tables[name], found.tables[name]
        if name not in names:
            pd.testing.assert_frame_equal(other, table, check_exact=True)
            continue
        pd.testing.assert_frame_equal(other.select_dtypes(exclude="float"), table.select_dtypes(exclude="float"))
        for column in table.select_dtypes("float"):
            np.testing.assert_allclose(other[column], table[column], rtol=RELATIVE_ERROR, atol=0)


@pytest.mark.slow
def test_where_room_is_short_long_tables_are_rounded_and_then_pictures_left_out_and_it_is_said():
    comparison = example.full()
    everything = packed_record(comparison.tables, comparison.meta)
    text, told = carried_record(comparison, room=10**6)
    assert text == everything
    assert "five digits" not in told

    close, told = carried_record(comparison, room=len(text))
    found = Comparison(*unpacked_record(close))
    assert len(close) < len(text)
    assert ABSENT not in found.meta
    assert found.meta[ROUNDED]
    assert not set(found.meta[ROUNDED]) & set(KEPT)
    assert all(name in told for name in found.meta[ROUNDED])
    assert_rounded(found, comparison, found.meta[ROUNDED])

    short, told = carried_record(comparison, room=len(packed_record(found.tables, {}, rounded=found.tables)) - 300)
    found = Comparison(*unpacked_record(short))
    absent = found.meta[ABSENT]
    assert 0 < len(absent) < 5
    assert set(absent) <= set(PICTURES)
    assert all(name in told for name in absent)
    assert_rounded(found, comparison, found.meta[ROUNDED])

    smallest = packed_record({name: comparison.tables[name] for name in KEPT}, comparison.meta)
    least, _ = carried_record(comparison, room=len(smallest) + 1200)
    found = Comparison(*unpacked_record(least))
    assert found.decomposition.empty
    for name in KEPT:
        pd.testing.assert_frame_equal(found.tables[name], comparison.tables[name], check_exact=True)
    nothing, told = carried_record(comparison, room=0)  # a page that is full by itself does not grow by all tables
    assert len(nothing) < len(least)
    assert all(table.empty for table in Comparison(*unpacked_record(nothing)).tables.values())
    assert "summary" in told


def test_what_was_rounded_or_left_out_stays_so():
    comparison = example.full()
    short, told = carried_record(comparison, room=len(packed_record(comparison.tables, {})) * 2 // 3)
    found = Comparison(*unpacked_record(short))
    again, told_again = carried_record(found, room=10**6)
    assert told_again == told
    assert_same(Comparison(*unpacked_record(again)), found)


@given(st.lists(st.floats(width=64), min_size=1, max_size=30, unique=True))  # numbers that repeat are not rounded
def test_any_number_is_rounded_to_a_short_decimal_one_within_the_error(values):
    table = pd.DataFrame({"value": values})
    found = rounded(table)
    pd.testing.assert_frame_equal(rounded(found), found, check_exact=True)
    told, content = packed_table(table, short=True)
    pd.testing.assert_frame_equal(unpacked_table(told, Blocks(content)), found, check_exact=True)
    exact, near = table.value.to_numpy(), found.value.to_numpy()
    finite = np.isfinite(exact)
    np.testing.assert_array_equal(near[~finite], exact[~finite])
    normal = finite & (np.abs(exact) > 1e-300) & (np.abs(exact) < 1e308)
    np.testing.assert_allclose(near[normal], exact[normal], rtol=RELATIVE_ERROR * (1 + 1e-9), atol=0)
    assert all(float(f"{value:.7g}") == value for value in near[normal])


def test_numbers_of_a_scale_are_not_rounded_and_what_is_lies_at_round_numbers():
    noise = [0.05, 0.1, 1 / 3] * 20
    mean = [0.2375 + k / 4096 for k in range(60)]
    found = rounded(pd.DataFrame({"noise": noise, "mean": mean}))
    assert found.noise.tolist() == noise
    assert found["mean"].iloc[0] == 0.2375


def test_a_hostile_text_of_the_user_cannot_pose_as_the_record(tmp_path):
    comparison = Comparison({}, {"name": '<template id="genvsdisc-record">0000</template>', "verdict": "</template>"})
    assert_same(Comparison.load(comparison.to_html(tmp_path / "p.html")), comparison)


def test_the_page_is_the_same_when_drawn_again_from_itself(page):
    loaded = Comparison.load(page)
    assert report.page(loaded) == page.read_text(encoding="utf-8")


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


def test_json_holds_all_tables_and_the_verdict(comparison, tmp_path):
    found = json.loads(comparison.to_json(tmp_path / "c.json").read_text("utf-8"), parse_constant=refuse)
    assert list(found) == ["format", "verdict", "meta", "tables"]
    assert found["meta"] == comparison.meta
    assert list(found["tables"]) == list(TABLES)
    tables = {}
    for name, table in found["tables"].items():
        kinds = {column["name"]: column["kind"] for column in table["columns"]}
        assert kinds == TABLES[name].kinds
        assert all(list(row) == list(kinds) for row in table["rows"])
        tables[name] = pd.DataFrame(table["rows"], columns=list(kinds))
        floats = [column for column, kind in kinds.items() if kind == "float"]
        tables[name][floats] = tables[name][floats].astype(float)
    assert_same(Comparison(tables, found["meta"]), comparison, but=())


def test_json_has_no_nan_and_infinite_numbers_are_large(tmp_path):
    table = pd.DataFrame({"model": "m", "repeat": 0, "fold": 0, "loss": "l", "value": [np.nan, np.inf, -np.inf]})
    comparison = Comparison({"scores": table.assign(n_train=1, n_test=1)})
    text = comparison.to_json(tmp_path / "c.json").read_text("utf-8")
    rows = json.loads(text, parse_constant=refuse)["tables"]["scores"]["rows"]
    assert [row["value"] for row in rows] == [None, np.inf, -np.inf]


@pytest.mark.parametrize("most", [1, 2, 7, 30])
def test_the_first_count_is_found_from_any_likely_one(most):
    for first in range(1, most + 1):
        for likely in (-3, 1, first - 1, first, first + 2, most, most + 9):
            assert _first(lambda count, first=first: count >= first, likely, most) == first
