"""Files as Excel, SAS, R, SPSS, Stata, Orange, databases and offices of many countries write them: the same rows."""

import datetime
from functools import partial

import numpy as np
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.features.kinds import as_numbers, column_kinds

N = 40
RNG = np.random.default_rng(5)
X = (RNG.integers(100, 500000, N) / 100).tolist()
K = RNG.integers(1, 60, N).tolist()
Y = ["ja" if i % 2 else "nein" for i in range(N)]
ROWS = [(str(x), str(k), y) for x, k, y in zip(X, K, Y, strict=True)]
NAMES = ("x", "k", "y")
DAYS = [datetime.date(2015, 1, 31) + datetime.timedelta(days=int(d)) for d in RNG.integers(0, 3000, N)]
MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


@pytest.fixture
def read(tmp_path):
    def read(text, target="y", name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_table(path, target)

    return read


def table(*above, rows=ROWS, names=NAMES, delimiter=","):
    return "\n".join([*above, *(delimiter.join(row) for row in [names, *rows])]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        table("Size,,Outcome"),
        table("Author,A", "Date,2020-01-01", "Units,cm", ""),
        table("Author,A,", "Date,2020-01-01,", ",,"),
        table("Author;A", "Date;2020", "", delimiter=";"),
        table(rows=[("Width of leaf", "Number of teeth", "Class"), *ROWS]),
        table(rows=[("continuous", "continuous", "discrete"), ("", "", "class"), *ROWS]),
        table(rows=[("[cm]", "[n]", "[-]"), *ROWS]),
        table(rows=[tuple(f"'{cell}'" for cell in row) for row in ROWS], names=("'x'", "'k'", "'y'")),
        table(rows=[(x, k, f"'{y}'") for x, k, y in ROWS], names=("'x'", "'k'", "'y'")),
        table(rows=ROWS[:20]) + "\ufeff" + table(rows=ROWS[20:]),
        table(delimiter="||"),
        "|x|k|y|\n|:--|--:|:-:|\n" + "".join(f"|{'|'.join(row)}|\n" for row in ROWS),
        table(rows=[("-----", "----", "---"), *ROWS], delimiter=" | ") + "(40 rows)\n",
        table(rows=[*ROWS, ("\nSource: the office", "2020", "")]),
    ],
)
def test_f29_b07_what_stands_around_a_table_is_no_part_of_it(read, text):
    data = read(text)
    assert (data.X["x"].tolist(), data.X["k"].tolist(), data.y.tolist()) == (X, K, Y)


@pytest.mark.parametrize(
    "text",
    [
        table(rows=[("cm", "n", "-"), *ROWS], names=("x", "", "y")),  # a blank name above units
        table(names=("", "k", "y")),  # names of rows
        "k,y\n" + "".join(f"row {i},{k},{y}\n" for i, (_, k, y) in enumerate(ROWS)),
        "c,d,y\n" + "".join(f"{'pq'[i % 2]},,{y}\n" if i < 3 else f"{'pq'[i % 2]},r,{y}\n" for i, y in enumerate(Y)),
    ],
)
def test_lines_of_names_stay(read, text):
    data = read(text)
    assert data.y.tolist() == Y


def test_apostrophes_that_quote_no_field_stay(read):
    text = table(rows=[(x, k, "l'un" if y == "ja" else "l'autre") for x, k, y in ROWS])
    assert set(read(text).y) == {"l'un", "l'autre"}


@pytest.mark.parametrize("zero", "٠۰०০๐０")
def test_f19_digits_of_every_script_are_numbers(read, zero):
    digits = str.maketrans("0123456789", "".join(chr(ord(zero) + k) for k in range(10)))
    assert read(table(rows=[(x.translate(digits), k, y) for x, k, y in ROWS])).X["x"].tolist() == X


def spelled(day, language, form="{} {} {}"):
    return form.format(day.day, MONTHS[language].split()[day.month - 1], day.year)


FORMS = {language: partial(spelled, language=language) for language in MONTHS} | {
    "es de": partial(spelled, language="es", form="{} de {} de {}"),
    "japan": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "korea": lambda d: f"{d.year}. {d.month}. {d.day}.",
    "sas": lambda d: d.strftime("%d%b%Y").upper(),
    "stata": lambda d: d.strftime("%d%b%Y 00:00:00").lower(),
    "oracle": lambda d: d.strftime("%d-%b-%y").upper() + " 12.00.00.000000 AM",
    "week": lambda d: d.strftime("%G-W%V-%u"),
    "weekday": lambda d: d.strftime("%A, %B %d, %Y"),
}


@pytest.mark.parametrize("form", FORMS)
def test_f17_dates_of_programs_and_countries(read, form):
    data = read(table(rows=[(FORMS[form](day), *row[1:]) for day, row in zip(DAYS, ROWS, strict=True)], delimiter=";"))
    assert data.X["x"].dt.date.tolist() == DAYS
    assert any(note.startswith("Column 'x': ") and "read as the date" in note for note in data.notes)


@pytest.mark.parametrize(
    ("write", "exact"),
    [
        (lambda k: f"{k}/{k + 4}", "looks like numbers"),
        (lambda k: f"48°{k}'12\"N", "looks like numbers"),
        (lambda k: f"street {k}", ""),
        (lambda k: f"{k}k{k % 7}m", "looks like numbers"),
        (lambda k: f"{2000 + k}-{k:03d}", "looks like numbers"),
        (lambda k: f"令和{k}年", "looks like numbers"),
    ],
)
@pytest.mark.parametrize("copies", [1, 60])
def test_f19_what_looks_like_numbers_and_is_not_read_is_told_in_columns_of_any_length(tmp_path, write, exact, copies):
    rows = "".join(f"{write(k)},{Y[k % N]}\n" for k in range(N * copies))
    path = tmp_path / "t.csv"
    path.write_text(f"x,y\n{rows}", "utf-8")
    data = read_table(path, "y")
    told = [note for note in data.notes if note.startswith("Column 'x': ")]
    assert bool(told) == bool(exact)
    assert all(exact in note for note in told)


@pytest.mark.parametrize(
    ("mark", "told"),
    [("-999", True), ("-1", True), ("-9", True), ("1e20", True), ("-9999", True), ("99999999", True), ("-3.5", False)],
)
def test_b15_numbers_that_may_mark_missing_ones_are_pointed_out(read, mark, told):
    data = read(table(rows=[(mark if i % 9 == 4 else x, k, y) for i, (x, k, y) in enumerate(ROWS)]))
    assert ("leave it empty if it marks missing ones" in column_kinds(data.X)["x"].note) == told


@pytest.mark.parametrize(("label", "told"), [("unknown", True), ("n.d.", True), ("?", True), ("none", False)])
def test_b13_labels_that_may_mark_missing_ones_are_told(read, label, told):
    data = read(table(rows=[(x, k, label if i % 5 == 0 else y) for i, (x, k, y) in enumerate(ROWS)]))
    assert any(note.startswith(f"Label {label!r} (8 rows) is a class") for note in data.notes) == told


CODES = [str(10**16 + 1 + i % 2) for i in range(N)]


@pytest.mark.parametrize("blocks", [1, 400])
def test_f16_codes_beyond_floating_point_keep_their_digits_beside_a_gap(read, blocks):
    """Floats hold every second whole number there: two codes would be one."""
    rows = [(CODES[i] if i != 5 else "", x, y) for i, (x, _, y) in enumerate(ROWS)] * blocks
    data = read(table(rows=rows, names=("code", "x", "y")))
    assert column_kinds(data.X)["code"].levels == (10**16 + 1, 10**16 + 2)
    assert data.X["code"].isna().sum() == blocks


def test_f16_codes_that_become_one_number_are_told(read):
    rows = [(CODES[i] if i else "0.5", x, y) for i, (x, _, y) in enumerate(ROWS)]
    notes = read(table(rows=rows, names=("code", "x", "y"))).notes
    assert any("Column 'code': '10000000000000001' is read as 1000000000000000" in note for note in notes)
    many = [(str(10**17 + 3 * i), x, y) for i, (x, _, y) in enumerate(ROWS)]
    assert "numbers floating point tells" in column_kinds(read(table(rows=many)).X)["x"].note


def test_f26_a_number_of_400_digits_is_infinite_as_text_and_as_json(read):
    huge = str(10**400)
    lines = "".join(f'{{"x": {huge if i == 3 else i * i}, "k": {k}, "y": "{y}"}}\n' for i, (_, k, y) in enumerate(ROWS))
    for data in (
        read(lines, name="t.jsonl"),
        read(table(rows=[(huge, k, y) if i == 3 else (x, k, y) for i, (x, k, y) in enumerate(ROWS)])),
    ):
        assert np.isinf(as_numbers(data.X["x"])).tolist() == [i == 3 for i in range(N)]


@pytest.mark.parametrize(("every", "kind"), [(N, "continuous"), (14, "continuous"), (4, "identifier")])
def test_f19_percent_signs_at_a_few_numbers_are_told(read, every, kind):
    """What 12% means beside 1.5 is open; the bare numbers are numbers nevertheless."""
    data = read(table(rows=[(f"{x}{'%' * (i % every == 3)}", k, y) for i, (x, k, y) in enumerate(ROWS)]))
    assert column_kinds(data.X)["x"].kind == kind
    assert any(note.startswith("Column 'x': ") and f"'{ROWS[3][0]}%'" in note for note in data.notes)


@pytest.mark.parametrize("write", ["{:04x}", "0x{:x}", "0X{:06X}"])
def test_f19_numbers_to_the_base_16_are_told(read, write):
    data = read(table(rows=[(write.format(7919 * i % 65536), k, y) for i, (_, k, y) in enumerate(ROWS)]))
    assert any(note.startswith("Column 'x': looks like numbers to the base 16") for note in data.notes)


def test_f17_dates_as_whole_numbers_are_pointed_out(read):
    data = read(table(rows=[(f"{day:%Y%m%d}", k, y) for day, (_, k, y) in zip(DAYS, ROWS, strict=True)]))
    note = column_kinds(data.X)["x"].note
    assert note == f"looks like dates, such as {DAYS[0]:%Y%m%d}: write {DAYS[0]}, and they are read as such"
    wrong = [(f"{20240100 + i}", k, y) for i, (_, k, y) in enumerate(ROWS)]  # 20240100 is no day
    assert "dates" not in column_kinds(read(table(rows=wrong)).X)["x"].note


@pytest.mark.parametrize(("delimiter", "told"), [("\x1f", "unit separator"), ("\x01", "Hive")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\x1e"])
def test_b05_separators_of_databases(read, delimiter, told, end):
    data = read(table(delimiter=delimiter).replace("\n", end))
    assert data.X["x"].tolist() == X
    assert data.y.tolist() == Y
    assert any(told in note for note in data.notes)
    assert any(note.startswith("The lines are divided by") for note in data.notes) == (end.strip("\r\n") != "")


def test_b05_zero_bytes_are_named_with_their_line(read):
    text = table()
    place = text.index("\n", 60)
    with pytest.raises(ValueError, match=r"'table.csv' has a zero byte in line \d, which no text has: remove it"):
        read(text[:place] + "\0" + text[place:])
    with pytest.raises(ValueError, match="is not a text table"):
        read(bytes(range(256)) * 40)


@pytest.mark.parametrize("row", ["{y:+d} 1:{x} 3:{k}", "{y} qid:{k} 1:{x} 3:{k} # a remark"])
def test_b05_the_format_of_libsvm_is_read(read, row):
    data = read("".join(row.format(y=i % 2, x=x, k=k) + "\n" for i, (x, k, _) in enumerate(ROWS)), None)
    np.testing.assert_allclose(data.X["feature 1"], X)
    np.testing.assert_array_equal(data.X["feature 3"], K)
    assert data.y.tolist() == [i % 2 for i in range(N)]


def test_f06_labels_that_differ_in_a_final_point_are_told(read):
    """As the labels of the test file of the table of adults do."""
    data = read(table(rows=[(x, k, ["<=50K", "<=50K.", ">50K"][i % 3]) for i, (x, k, _) in enumerate(ROWS)]))
    assert "Labels that differ in a point at the end only are two classes: '<=50K' and '<=50K.'." in data.notes


TOA5 = '"TOA5","CR1000","1","CR","CPU","12","Table1"\n"x","k","y"\n"Deg C","n",""\n"Avg","Smp",""\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TOA5 + table().split("\n", 1)[1], 'before the names left out: \'"TOA5"'),
        ("# x k y\n" + table(delimiter=" ").split("\n", 1)[1], "divided by blanks"),
        (
            "# by hand, in May\n# x k y\n" + table(delimiter="  ").split("\n", 1)[1],
            "that begins with '#' left out",
        ),
        ("# three words here\n" + table(delimiter=" "), "that begins with '#' left out"),
        ("".join(f'"{line}"\n' for line in table().split("\n") if line), "Each line stands in quotes as one field"),
        (
            "x,k,y\r\n" + "".join(f'"{x},""{k}"",{y}"\r\n' for x, k, y in ROWS),
            "Each line stands in quotes as one field: the quotes are left out.",
        ),
    ],
)
def test_f29_files_of_loggers_of_numpy_and_of_one_spreadsheet_column(read, text, told):
    data = read(text)
    assert (data.X["x"].tolist(), data.X["k"].tolist(), data.y.tolist()) == (X, K, Y)
    assert any(told in note for note in data.notes)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<rows><row x='1' y='a'/></rows>\n" * 30, "XML"),
        ('<table id="t">\n <row>\n' * 9, "HTML"),
        ("- x: 1\n  y: a\n" * 30, "YAML"),
        ("---\n- x: 1\n  y: a\n" * 3, "YAML"),
        ("INSERT INTO `t` VALUES (1,2,'a');\n" * 30, "SQL"),
        ("-- a dump, 2024\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS t;\nCREATE TABLE t (x int);\n", "SQL"),
    ],
)
def test_b10_other_formats_are_named_whatever_they_begin_with(read, text, what):
    with pytest.raises(ValueError, match=rf"'table.csv' is {what}: "):
        read(text, None)


@pytest.mark.parametrize("names", ["insert,create,y", "<a>,<b>,y", "- x,k,y"])
def test_b10_names_that_begin_as_other_formats_do_are_names(read, names):
    assert read(names + "\n" + table().split("\n", 1)[1]).y.tolist() == Y


TOWNS = ["Łódź", "Białystok", "Częstochowa", "Rzeszów", "Gdańsk"]


@pytest.mark.parametrize(("encoding", "name"), [("cp1250", "Windows-1250"), ("iso8859_2", "Latin-2")])
def test_f24_letters_of_central_europe(read, encoding, name):
    rows = [(TOWNS[i % 5], k, y) for i, (_, k, y) in enumerate(ROWS)]
    data = read(table(rows=rows).encode(encoding))
    assert set(data.X["x"]) == set(TOWNS)
    assert data.notes[0].startswith(f"The file is not in UTF-8; it was read as {name}, of Central Europe: ")


@pytest.mark.parametrize("label", ["x", "1"])
def test_f25_rows_without_a_label_are_counted_where_one_class_is_left(read, label):
    """Who leaves the box empty for no has one class only."""
    text = table(rows=[(x, k, label if y == "ja" else "") for x, k, y in ROWS])
    with pytest.raises(ValueError, match=r"has one class only, .*: nothing to tell apart; 20 rows have no label$"):
        read(text)


def test_f07_a_name_that_stands_twice_in_a_json_line_is_refused(read):
    """Python keeps the last value: a copy of the target after it would be the target."""
    rows = "".join(f'{{"x": {x}, "y": "{y}", "x": 1}}\n' for x, _, y in ROWS)
    with pytest.raises(ValueError, match=r"as JSON lines: line 1: column names must differ; 'x' stands more than once"):
        read(rows, name="t.jsonl")


@pytest.mark.parametrize("write", ["{:03d}E45", "{}e3", " {}E{} "])
def test_f16_codes_with_an_e_are_told(read, write):
    """Wells and article numbers are numbers to every reader."""
    data = read(table(rows=[(write.format(int(k) + 7, i % 9), k, y) for i, (_, k, y) in enumerate(ROWS)]))
    assert sum(note.startswith("Column 'x': '") and "with an exponent" in note for note in data.notes) == 1
    for plain in ("{:.1e}", "{:.3f}", "{}E-2"):
        rows = [(plain.format(float(x) if "." in plain else int(k)), k, y) for x, k, y in ROWS]
        assert not any("exponent" in note for note in read(table(rows=rows)).notes)


SURVEYS = {
    "questions": 'Q1,Q2,y\n"How old are you, in years?",How many children?,Do you smoke?\n',
    "Qualtrics": "Q1,Q2,y\nHow old are you?,How many children?,Do you smoke?\n"
    + ",".join(f'"{{""ImportId"":""QID{k}""}}"' for k in (1, 2, 3))
    + "\n",
    "SurveyMonkey": "How old are you?,How many children?,y\nOpen-Ended Response,Response,Response\n",
    "a part of the names": "age,children,y\nmean,sum,class\n",
}


@pytest.mark.parametrize("head", SURVEYS.values(), ids=SURVEYS)
@pytest.mark.parametrize("words", [False, True])
def test_a_second_line_of_names_is_no_row_and_told(read, head, words):
    first = (["young", "old"], ["none", "some", "many"]) if words else (range(20, 60), range(5))
    rows = [
        f"{first[0][i % len(first[0])]},{first[1][i % len(first[1])]},{'yes' if i % 3 else 'no'}" for i in range(60)
    ]
    data = read(head + "\n".join(rows))
    assert data.X.iloc[:, 0].tolist() == [first[0][i % len(first[0])] for i in range(60)]
    assert sorted(set(data.y)) == ["no", "yes"]
    assert any(note.endswith("looks like units or a second line of names: it is left out.") for note in data.notes)


def test_choices_of_surveymonkey_stand_in_the_second_line_and_in_the_cells(read):
    rows = [f"{'Apples' if i % 3 else ''},{'Pears' if i % 4 else ''},{'yes' if i % 5 else 'no'}" for i in range(60)]
    data = read("Which do you like?,,y\nApples,Pears,Response\n" + "\n".join(rows))
    assert len(data.X) == 60
    assert sorted(set(data.y)) == ["no", "yes"]


@pytest.mark.parametrize("last", ["red,small,yes", "red,huge,maybe", "pink,small,maybe"])
def test_a_first_row_of_words_that_stand_again_is_a_row(read, last):
    rows = [f"{['red', 'blue'][i % 2]},{['big', 'small', 'mid'][i % 3]},{'yes' if i % 5 else 'no'}" for i in range(60)]
    assert len(read("\n".join(["color,size,y", last, *rows])).X) == 61


@pytest.mark.parametrize("mark", ["##BLOCKS= 2", "##BLOCKS=2", "##Blocks = 1"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_an_export_of_softmax_pro_is_named(read, mark, encoding):
    text = f"{mark}\nPlate:\tPlate1\t1.3\tPlateFormat\tEndpoint\n\tTemperature\t1\t2\n\t22.1\t0.1\t0.2\n~End\n"
    with pytest.raises(ValueError, match=r"is an export of SoftMax Pro, of several blocks: write one table"):
        read(text.encode(encoding), name="t.txt")


def test_a_statement_of_a_bank_with_lines_of_the_account_above(tmp_path):
    """A decimal comma within quotes divides the line of the balance: it is no delimiter."""
    head = '"Konto:";"DE12 / Giro"\n\n"Von:";"01.01.2023"\n"Saldo vom 31.12.2023:";"1.234,56 EUR"\n\n'
    rows = [(i % 28 + 1, i % 12 + 1, "-" if i % 3 else "", i % 4 + 1, 100 + i, 10 + i % 90) for i in range(60)]
    lines = [
        f'"{d:02}.{m:02}.2023";"{["ein", "aus"][i % 2]}";"{s}{k}.{h},{c}";"{"ab"[i % 2]}"\n'
        for i, (d, m, s, k, h, c) in enumerate(rows)
    ]
    (tmp_path / "t.csv").write_text(head + '"Tag";"Text";"Betrag";"Art"\n' + "".join(lines))
    data = read_table(tmp_path / "t.csv", "Art")
    assert list(data.X) == ["Tag", "Text", "Betrag"]
    assert data.X["Betrag"].tolist() == [float(f"{s}{k}{h}.{c}") for _, _, s, k, h, c in rows]
    assert data.X["Tag"].dt.day.tolist() == [d for d, *_ in rows]
    assert any(note.startswith("3 lines before the names left out") for note in data.notes)


@pytest.mark.parametrize("units", ["", "\t\t(AU)\t(RFU)\t\n", "-\t-\tmg\tmm\t-\n"])
def test_an_instrument_with_its_settings_above_and_units_below_the_names(tmp_path, units):
    head = "Instrument:\tFlex 3\nSerial:\t00123\n\nWell\tSample\tOD600\tFluor\tCall\n"
    rows = "".join(f"A{i:02}\tS{i}\t{0.1 + i % 9 / 10:.3f}\t{1000 + 3 * i}\t{'ab'[i % 2]}\n" for i in range(60))
    (tmp_path / "t.txt").write_text(f"{head}{units}{rows}\nEnd of run\n")
    data = read_table(tmp_path / "t.txt", "Call")
    assert list(data.X) == ["Well", "Sample", "OD600", "Fluor"]
    assert data.X["Fluor"].tolist() == [1000 + 3 * i for i in range(60)]
    assert data.X["OD600"].tolist() == pytest.approx([0.1 + i % 9 / 10 for i in range(60)])
    assert any("lines before the names left out: 'Instrument: Flex 3'" in note for note in data.notes)


@pytest.mark.parametrize("sign", ["\uffe5", "\uff04", "\uffe1", "\u00a5"])
def test_money_of_east_asian_width(tmp_path, sign):
    rows = "".join(f"{sign}{1000 + 37 * i:,}|{'男女'[i % 2]}\n" for i in range(60))
    (tmp_path / "t.csv").write_text(f"金額|性別\n{rows}", encoding="utf-8")
    data = read_table(tmp_path / "t.csv", "性別")
    assert data.X["金額"].tolist() == [1000 + 37 * i for i in range(60)]
