"""Cells of text: marks, one number or date against Python's own, and properties of what is written and read back."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.features.cells import read_cells
from genvsdisc.features.date_text import DateFormat, parse_times
from genvsdisc.features.kinds import column_kinds
from genvsdisc.features.marks import clean
from genvsdisc.features.number_text import NumberFormat
from genvsdisc.features.typed import typed_table


def number(cell, decimal=".", unit=""):
    return float(NumberFormat(decimal, unit).parse(pa.array([cell]))[0])


@pytest.mark.parametrize(
    ("cell", "decimal", "unit", "value"),
    [
        ("12", ".", "", 12),
        ("-12.50", ".", "", -12.5),
        (".5", ".", "", 0.5),
        ("5.", ".", "", 5),
        ("1,234,567.8", ".", "", 1234567.8),
        ("1,23,456", ".", "", 123456),
        ("1.234.567,8", ",", "", 1234567.8),
        (",5", ",", "", 0.5),
        ("1 234,5", ",", "", 1234.5),
        ("1'234.5", ".", "", 1234.5),
        ("1_000", ".", "", 1000),
        ("$1,234", ".", "$", 1234),
        ("-$5", ".", "$", -5),
        ("$-5", ".", "$", -5),
        ("($5)", ".", "$", -5),
        ("$(5)", ".", "$", -5),
        ("5-", ".", "", -5),
        ("5.-", ".", "", 5),
        ("-5.\u2014", ".", "", -5),
        ("CHF 1'116.-", ".", "CHF", 1116),
        ("1.116,-- \u20ac", ",", "\u20ac", 1116),
        ("'911", ".", "", 911),
        ("R$ 5,50", ",", "R$", 5.5),
        ("12.5 %", ".", "%", 12.5),
        ("36.6\u00b0C", ".", "\u00b0C", 36.6),
        ("5 mg/dL", ".", "mg/dL", 5),
        ("\u22125", ".", "", -5),
        ("\uff11\uff12", ".", "", 12),
        ("\u0663\u066b\u0665", ".", "", 3.5),
        ("1.5e-3", ".", "", 0.0015),
        ("-1,5E+3", ",", "", -1500),
        ("\u22645", ".", "", 5),
        ("inf", ".", "", np.inf),
        ("-Infinity", ".", "", -np.inf),
    ],
)
def test_numbers(cell, decimal, unit, value):
    assert number(cell, decimal, unit) == value


@pytest.mark.parametrize(
    ("cell", "decimal", "unit"),
    [
        ("1,23", ".", ""),
        ("12,34,56", ".", ""),
        ("1.234.56", ",", ""),
        ("1..5", ".", ""),
        ("1.2.3", ".", ""),
        ("12 34", ".", ""),
        ("5 cm", ".", "kg"),
        ("0.5", ".", "%"),
        ("(5", ".", ""),
        ("5)", ".", ""),
        ("--", ".", ""),
        ("e5", ".", ""),
        ("", ".", ""),
        (".", ".", ""),
        ("12 Main Street", ".", ""),
    ],
)
def test_what_is_no_number(cell, decimal, unit):
    assert np.isnan(number(cell, decimal, unit))


@given(
    st.decimals(-(10**12), 10**12, allow_nan=False, places=3),
    st.sampled_from([(".", ","), (".", ""), (".", " "), (".", "'"), (",", "."), (",", ""), (",", " ")]),
)
def test_a_decimal_written_in_any_country_is_read_to_the_nearest_float(value, marks):
    decimal, group = marks
    text = f"{value:,}".translate(str.maketrans({",": group, ".": decimal}))
    assert number(text, decimal) == float(value)


@given(
    st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)).map(lambda stamp: stamp.replace(microsecond=0)),
    st.sampled_from(["{:%d.%m.}{:04}{:T%H:%M:%S}", "{:%d/%m/}{:04}{: %I:%M:%S %p}", "{:%d-%m-}{:04}{: %H:%M:%S}"]),
)
def test_a_date_of_any_year_is_read(stamp, form):
    text = form.format(stamp, stamp.year, stamp)
    iso = stamp.isoformat()
    for cell in (text, iso):
        assert DateFormat("day").parse(pa.array([cell]))[0] == np.datetime64(stamp, "us")


@pytest.mark.parametrize(
    ("cell", "order", "iso"),
    [
        ("01/02/2020", "day", "2020-02-01"),
        ("01/02/2020", "month", "2020-01-02"),
        ("1.2.99", "day", "1999-02-01"),
        ("1.2.68", "day", "2068-02-01"),
        ("29.02.2020", "day", "2020-02-29"),
        ("2020-02-29T23:59:59.25+02:00", "day", "2020-02-29T21:59:59.25"),
        ("2020-01-01 00:30 -0530", "day", "2020-01-01T06:00"),
        ("March 5, 1999", "day", "1999-03-05"),
        ("5 M\u00e4rz 1999", "day", "1999-03-05"),
        ("3rd Jan 2020", "day", "2020-01-03"),
        ("1/2/2020 12:00 am", "month", "2020-01-02T00:00"),
        ("1/2/2020 12:15 PM", "month", "2020-01-02T12:15"),
        ("2020-05", "day", "2020-05-01"),
        ("2024-03-01 10:00 Europe/Berlin", "day", "2024-03-01T09:00"),
        ("2024-07-01T10:00[Europe/Berlin]", "day", "2024-07-01T08:00"),
        ("2024-07-01T10:00+09:00[Europe/Berlin]", "day", "2024-07-01T01:00"),  # the offset says all
        ("1.7.2024 10:00 America/Argentina/Buenos_Aires", "day", "2024-07-01T13:00"),
        ("2024-10-27 02:30 Europe/Berlin", "day", "2024-10-27T00:30"),  # stands twice: the first
        ("2024-03-31 02:30 Europe/Berlin", "day", "2024-03-31T01:00"),  # no clock shows it: the next
    ],
)
def test_dates(cell, order, iso):
    assert DateFormat(order).parse(pa.array([cell]))[0] == np.datetime64(iso, "us")


@pytest.mark.parametrize(
    "cell",
    [
        "29.02.2019",
        "31.04.2020",
        "2020-00-01",
        "2020-01-01T24:00",
        "5 mayor 20",
        "13/13/2020",
        "1.2.3",
        "2020",
        "0/1/2020",
        "2024-03-01 10:00 Mars/Olympus",
        "10:00 Europe/Berlin",
    ],
)
def test_what_is_no_date(cell):
    for order in ("day", "month"):
        assert np.isnat(DateFormat(order).parse(pa.array([cell])))[0]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("7:30", 27000),
        ("130:00", 468000),
        ("57:57.5", 3477.5),
        ("13h30", 48600),
        ("13 h 30 min", 48600),
        ("1 days 02:00:00", 93600),
        ("-1 days +22:00:00", -7200),
        ("1 day, 2:03:04.5", 93784.5),
        ("PT2H5M", 7500),
        ("P1DT0.5S", 86400.5),
        ("P2W", 1209600),
        ("5 d 3 h", 442800),
        ("1:30 pm", 48600),
        ("-0:30", -1800),
    ],
)
def test_times_and_durations(cell, seconds):
    assert parse_times(pa.array([cell]))[0] == np.timedelta64(round(seconds * 1e6), "us")


@pytest.mark.parametrize("cell", ["", "P", "PT", "5", "1:75", "d h", "25:00 pm", "1:2:3", "12:30 Uhr nachts"])
def test_what_is_no_time(cell):
    assert np.isnat(parse_times(pa.array([cell]))[0])


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["18 1/2", "5", "3\u00bd", "\u00bc", "-2 3/4"], [18.5, 5, 3.5, 0.25, -2.75]),
        (["1,5 Mio. \u20ac", "300 Tsd. \u20ac"], [1.5e6, 3e5]),
        (["8.689\u00d710\u2076", "1.0\u00d710\u207b\u00b3"], [8.689e6, 1e-3]),
        (["Rs. 86,89,355.77/-", "Rs. 5/-"], [8689355.77, 5]),
        (["1.5**", "2.5*", "3.1\u00b9", "4\u2020"], [1.5, 2.5, 3.1, 4]),
        (["=1190.5", "=3"], [1190.5, 3]),
        (["1.5\u00b10.2 cm", "3.1 +/- 0.1 cm"], [1.5, 3.1]),
        (["\u20b91.5 Cr", "\u20b980 Lakh"], [1.5e7, 8e6]),
        (["1.2\u4e07", "9500", "3\u5104"], [12000, 9500, 3e8]),
        (["120\u5186", "3500\u5186"], [120, 3500]),
        (["8.6D+06", "1D-03"], [8.6e6, 1e-3]),
        (["6.4 E+01", "-2,5 e-1"], [64, -0.25]),
        (["5 km\u00b2", "7.5 km\u00b2"], [5, 7.5]),
    ],
)
def test_f19_numbers_as_programs_and_countries_dress_them(cells, numbers):
    reading = read_cells(pd.Series(cells))
    assert reading.column.tolist() == pytest.approx(numbers, rel=1e-15)
    assert "is read as" in reading.note


def test_times_are_read_as_times():
    read = read_cells(pd.Series(["7:30", "12:05:59.5", "-"])).column
    assert read.iloc[:2].tolist() == [pd.Timedelta("7:30:00"), pd.Timedelta("12:05:59.5")]
    assert read.isna().tolist() == [False, False, True]


ERRORS = [
    *("#DIV/0!", "#REF!", "#SPILL!", "#GETTING_DATA", "#WERT!", "#BEZUG!", "#ZAHL!", "#NV", "#VALEUR!", "#NOM?"),
    *("#\u00a1VALOR!", "#\u00bfNOMBRE?", "#N/D", "#RIF!", "#WAARDE!", "#DEEL/0!", "########"),
    *("#\u0417\u041d\u0410\u0427!", "#\u041d/\u0414"),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_f18_what_spreadsheets_show_for_a_value_in_any_language_is_missing_among_numbers(error):
    """Of a column of 1 and 2 with "#ZAHL!" the numbers were levels, and the error a third one."""
    reading = read_cells(pd.Series(["1", "2", error] * 9))
    np.testing.assert_array_equal(reading.column, [1, 2, np.nan] * 9)
    assert error in reading.note
    judged = column_kinds(pd.DataFrame({"x": ["a", "b", "c", error] * 9}))["x"]
    assert f"{error!r} (9 entries) is a level" in judged.note or judged.missing == 9


@pytest.mark.parametrize("word", ["#1", "#12", "#blue", "# note!", "No. 1!", "#a b!"])
def test_f18_what_is_no_error_of_a_spreadsheet_is_a_word(word):
    assert "level" not in column_kinds(pd.DataFrame({"x": ["a", "b", "c", word] * 9}))["x"].note


def test_objects_keep_what_is_a_number_already():
    cells = pd.Series([1, 2.5, "1,5", None, "n/a", Decimal("0.25"), "7,125"], dtype=object)
    np.testing.assert_array_equal(read_cells(clean(cells)).column, [1, 2.5, 1.5, np.nan, np.nan, 0.25, 7.125])


def test_a_column_of_marks_or_words_is_not_numbers():
    for cells in (["?", "-", "?"], ["None", "some"], ["a", "b", "1"], [True, "x"], ["1", "2", "a", "b"]):
        assert read_cells(clean(pd.Series(cells))).format is None


def test_long_columns_are_judged_by_a_sample_and_then_whole():
    words = pd.Series([f"name {i}" for i in range(5000)])
    assert read_cells(words).format is None
    numbers = pd.Series([f"{i:,}.5" for i in range(4999)] + ["low"])
    reading = read_cells(numbers)
    assert reading.column.isna().tolist() == [False] * 4999 + [True]
    assert "'low' (1 entry) as missing" in reading.note


def test_clean_strips_and_drops_blanks_of_every_kind_of_column():
    for dtype in (str, object, "string[python]"):
        column = clean(pd.Series([" a", "a ", "\u00a0", "NA", None], dtype=dtype))
        assert column.iloc[:2].tolist() == ["a", "a"]
        assert column.isna().tolist() == [False, False, True, True, True]
    category = clean(pd.Series([" a", "a ", "b", " "], dtype="category"))
    assert category.cat.categories.tolist() == ["a", "b"]
    assert category.isna().tolist() == [False, False, False, True]
    ordered = pd.Series(pd.Categorical(["lo", "hi"], ["lo", "hi"], ordered=True))
    assert clean(ordered) is ordered


def test_a_certain_decimal_comma_decides_an_open_column_of_the_same_table():
    table = pd.DataFrame({"sure": ["1,5", "2,25", "3,125"], "open": ["1,234", "2,345", "3,456"]})
    typed = typed_table(table)
    assert typed.decimal == ","
    assert typed.table["open"].tolist() == [1.234, 2.345, 3.456]
    assert "'open'" in typed.notes[1]
    assert "which is a guess" in typed.notes[1]
    alone = typed_table(table[["open"]])
    assert alone.table["open"].tolist() == [1234, 2345, 3456]
    assert "which is a guess" in alone.notes[0]


def test_typed_tables_leave_the_given_one_alone():
    table = pd.DataFrame({"a": ["1", "2 "], "b": ["True", "false"], "c": ["x", None]})
    before = table.copy(deep=True)
    typed = typed_table(table).table
    typed["a"] = 0
    pd.testing.assert_frame_equal(table, before)
    assert typed["b"].tolist() == [True, False]


def test_a_date_is_quoted_whose_day_is_no_month():
    """It shows which of the two orders was taken."""
    days = pd.Series(["10/10/1969", "2/3/1970", "3/14/1971", "12/01/1972"])
    assert read_cells(days).note == "'3/14/1971' is read as the date 1971-03-14"


@pytest.mark.parametrize(
    "slots",
    [
        [f"{hour:02d}:00-{hour + 1:02d}:00" for hour in range(6, 20)],
        [f"{hour}:30-{hour + 2}:30" for hour in range(6, 20)],
        [f"2024-05-{day:02d} 9:00-16:30" for day in range(1, 20)],
        [f"2024-05-{day:02d} 9:00-11" for day in range(1, 20)],
    ],
)
def test_f19_a_slot_of_time_is_no_time_of_a_zone(slots):
    """09:00-10:00 was 19:00, read as the clock of a zone ten hours behind."""
    reading = read_cells(pd.Series(slots))
    assert reading.format is None
    assert reading.note.startswith("looks like dates, such as")


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        (["7 pm", "11 am", "12 am", "12pm"], [19, 11, 0, 12]),
        (["7.30 p.m.", "11.15 a.m.", "6.45 PM"], [19.5, 11.25, 18.75]),
        (["7pm", "8pm", "9pm", "10pm"], [19, 20, 21, 22]),
        (["7pm", "7:30pm", "8.15pm"], [19, 19.5, 20.25]),
    ],
)
def test_f19_hours_before_and_after_noon_are_times(cells, hours):
    read = read_cells(pd.Series(cells)).column
    assert (read / pd.Timedelta(hours=1)).round(6).tolist() == hours


def test_f19_a_length_in_picometres_is_a_number():
    assert read_cells(pd.Series(["62.5 pm", "118 pm", "7.5 pm"])).column.tolist() == [62.5, 118, 7.5]


@pytest.mark.parametrize("marks", [["1+", "2-", "3", "1-"], [f"{k}{'+-'[k % 2]}" for k in range(40)]])
def test_f19_marks_at_school_are_no_negative_numbers(marks):
    reading = read_cells(pd.Series(marks * 5))
    assert reading.format is None
    assert reading.note.startswith("looks like numbers, such as")
    assert read_cells(pd.Series(["1-", "2", "3-"])).column.tolist() == [-1, 2, -3]  # as SAP writes them
    assert read_cells(pd.Series(["7", "8", "9+"])).column.tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2024/01/06 6:05:07 PM GMT+2", "2024-01-06 16:05:07"),  # forms of Google
        ("2024/01/06 6:05:07 AM GMT+5:30", "2024-01-06 00:35:07"),
        ("2024-01-06 10:05 UTC-7", "2024-01-06 17:05:00"),
        ("2024-01-06 10:00:00+02", "2024-01-06 08:00:00"),  # PostgreSQL
        ("2024-01-06 10:00:00.25-05", "2024-01-06 15:00:00.25"),
        ("2024-01-06T10:00-05:00", "2024-01-06 15:00:00"),
    ],
)
def test_f17_zones_of_forms_and_databases(cell, utc):
    assert read_cells(pd.Series([cell, cell])).column[0] == pd.Timestamp(utc)


def test_f18_extended_missing_values_of_statistical_packages_are_missing():
    cells = [".a", ".b", ".", ".z"] + [str(k) for k in range(9)]
    reading = read_cells(pd.Series(cells))
    assert reading.column.isna().tolist() == [True] * 4 + [False] * 9
    assert reading.note.endswith("taken as missing")


@pytest.mark.parametrize(
    "words", [["<18", ">=18"], ["<$10,000", ">$10,000"], ["<1", "1", ">1"], ["5+", "<5"], ["0", "<5", ">5", "10"]]
)
def test_f19_bounds_that_meet_are_groups_and_no_number(words):
    """<18 and >=18 were one number, so that a column of two groups was a constant."""
    assert read_cells(pd.Series(words * 10)).format is None
    assert column_kinds(pd.DataFrame({"x": words * 10}))["x"].levels == tuple(sorted(words))


@pytest.mark.parametrize(
    ("cell", "number"),
    [("<0.05", 0.025), ("< 5", 2.5), ("<1,000", 500), ("<=5", 5), ("\u22645", 5), (">400", 400), ("<0", 0), ("~5", 5)],
)
def test_f19_bounds_of_an_instrument_are_numbers(cell, number):
    """Half of the limit where something lies below it: the limit itself is a tie with what was measured as that."""
    cells = pd.Series([cell, *[f"{k}.5" for k in range(30)], "5", "400"])
    reading = read_cells(cells)
    assert reading.column.iloc[0] == number
    assert reading.format.read(pd.Series([cell, "5"])).tolist() == [number, 5]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["<5"] * 7 + ["5", "6", "7", "9"], "'<5' is read as 2.5, half of the limit, in 7 entries below one"),
        (
            ["<5", "<10", "5", "12", "-"],
            "'<5' is read as 2.5, half of the limit, in 2 entries below one; '-' (1 entry) as missing",
        ),
        (["<0.5 mg", "0.5 mg", "2 mg"], "'<0.5 mg' is read as 0.25, half of the limit, in 1 entry below one"),
        (["(<5)", "5", "7", "8"], "'(<5)' is read as -5"),
        (["<5", "<6", "<7"], "'<5' is read as 5"),  # all are limits, and none is a tie
    ],
)
def test_f19_a_note_counts_what_lies_below_a_limit(cells, note):
    assert read_cells(pd.Series(cells)).note == note


def test_f19_both_signs_of_micro_are_one_unit():
    assert read_cells(pd.Series(["1.5 \u00b5g", "2 \u03bcg", "3 \u00b5g"])).column.tolist() == [1.5, 2, 3]


@pytest.mark.parametrize(("day", "first"), [("{m} {d}", "Jan 1"), ("{d}-{m}", "1-Jan"), ("{m}. {d}", "Jan. 1")])
def test_f17_days_without_a_year_are_told(day, first):
    cells = [day.format(m=["Jan", "Sep", "May"][k % 3], d=k % 28 + 1) for k in range(60)]
    assert read_cells(pd.Series(cells)).note == f"looks like dates, such as {first!r}, but cannot be read as such"


@pytest.mark.parametrize("sign", [";", ", ", "|"])
def test_f18_lists_of_answers_are_told(sign):
    answers = ["TV", "Radio", "Email", "Web", "Friends"]
    cells = [sign.join(word for place, word in enumerate(answers) if k >> place & 1) for k in range(1, 32)]
    note = read_cells(pd.Series(cells * 3)).note
    assert note.startswith(f"holds lists, such as {'TV' + sign + 'Radio'!r}, of 5 words: give each word a column")
    names = [f"{word}, {other}" for word in answers for other in map(str, range(60))]
    assert read_cells(pd.Series(names)).note == ""


def test_f19_months_beside_days_are_no_minutes():
    """The age 3m was three minutes beside 5d."""
    ages = [f"{k}{'dm'[k % 2]}" for k in range(1, 40)]
    assert read_cells(pd.Series(ages)).format is None
    minutes = read_cells(pd.Series(["1d", "3m", "2h"])).column
    assert minutes.tolist() == [pd.Timedelta(days=1), pd.Timedelta(minutes=3), pd.Timedelta(hours=2)]


def test_f19_german_hours_are_times():
    read = read_cells(pd.Series(["7 Uhr", "7.30 Uhr", "19:15 Uhr", "9 Uhr"])).column
    assert (read / pd.Timedelta(hours=1)).tolist() == [7, 7.5, 19.25, 9]


def test_f03_three_decimals_beside_whole_numbers_are_told_as_a_guess():
    """1.234 beside 318 is 1234 to half of Europe."""
    assert "'3.425' is read as 3.425, which is a guess" in read_cells(pd.Series(["3.425", "318", "4.251"])).note
    for certain in (["3.425", "31.8", "4"], ["3.425", "4.251"], ["0.425", "318", "4.251"]):
        assert read_cells(pd.Series(certain)).note == ""
