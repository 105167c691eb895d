"""Names in two lines, as over merged cells: the right columns in text and workbooks, for new rows too."""

import openpyxl
import pytest

from genvsdisc.datasets import read_table
from genvsdisc.datasets.rows import read_rows

ROWS = [[10 + i % 7 + 0.5, 3 + i % 5, 60 + i, "ab"[i % 2]] for i in range(30)]
SIZES = ["Size length", "Size width", "Weight", "Kind"]


def written(tmp_path, kind, head, rows, delimiter=","):
    lines = [line.split(",") for line in head.split("\n")]
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        path.write_text("".join(delimiter.join(map(str, line)) + "\n" for line in [*lines, *rows]))
        return path
    book = openpyxl.Workbook()
    for line in [*lines, *rows]:
        book.active.append([cell if cell != "" else None for cell in line])
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("Size,Size,Weight,Kind\nlength,width,kg,name", SIZES),
        ("Size,Size,Weight,Kind\nlength,width,,", SIZES),
        (" Size ,Size,Weight,Kind\nlength,width,kg,name\ncm,cm,kg,", SIZES),
        ("Size,,Weight,Kind\nlength,width,,", SIZES),  # as a workbook writes merged cells
        ("Size,,Weight,Kind\nlength,width,kg,name\ncm,cm,kg,", SIZES),
        ("Size,,Mass,\nlength,width,length,kind", ["Size length", "Size width", "Mass length", "Mass kind"]),
        ("Size,Weight,Size,Kind\nlength,kg,width,", ["Size length", "Weight", "Size width", "Kind"]),
        ("a,a,b,kind\nx,y,x,kind", ["a x", "a y", "b", "kind"]),
        ("Size,Size,Mass,Mass\nlength,width,length,kind", ["Size length", "Size width", "Mass length", "Mass kind"]),
        ("All,All,All,All\nlength,width,weight,kind", ["length", "width", "weight", "kind"]),
    ],
)
def test_f07_the_second_line_tells_names_apart_that_the_first_repeats(tmp_path, kind, head, names):
    path = written(tmp_path, kind, head, ROWS)
    data = read_table(path, names[-1])
    assert [*data.X, data.y.name] == names
    assert data.X.to_numpy().tolist() == [row[:3] for row in ROWS]
    assert data.y.tolist() == [row[3] for row in ROWS]
    assert any("The names stand in two lines" in note and names[0] in note for note in data.notes)
    rows, _ = read_rows(written(tmp_path, kind, head, ROWS[:1]), known=names)
    assert list(rows) == names
    assert rows.iloc[-1].tolist()[:3] == ROWS[0][:3] or "cm" in head  # units make text of a row to be predicted


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "head",
    [
        "kind,b,c,kind",  # a copy of the target
        "a,a,c,kind\n1.5,2,3,a",  # a row, and no line of names
        "a,a,c,kind\nx,x,y,",  # still the same name twice
        "a,a,c,kind\nx,,y,",  # one of the two is not told apart
        "a,a,kind,kind\n,,x,y",
    ],
)
def test_f07_a_name_that_stands_twice_is_refused_all_the_same(tmp_path, kind, head):
    with pytest.raises(ValueError, match=r"column names must differ; .(kind|a). stands more than once"):
        read_table(written(tmp_path, kind, head, ROWS), "kind")


def test_f07_words_above_words_are_no_second_line_of_names(tmp_path):
    rows = [["red", "blue", "big", "ab"[i % 2]] for i in range(20)]
    with pytest.raises(ValueError, match="column names must differ; 'a' stands more than once"):
        read_table(written(tmp_path, "csv", "a,a,c,kind", rows), "kind")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("title", ["", "Survey of 2021,,,\n,,,\n"])
@pytest.mark.parametrize("names", ["Mg,K,g,Type", "a,b,c,Type", "Type,a,b,c"])
def test_f07_groups_of_names_stand_above_the_line_that_has_the_target(tmp_path, kind, title, names):
    """Mg was taken for a unit, and names above words for a row: the target was not found."""
    rows = [["xyz"[i % 3], 3 + i % 5, "uv"[i % 2], "ab"[i % 2]] for i in range(30)]
    path = written(tmp_path, kind, f"{title}One,,Two,\n{names}", rows)
    data = read_table(path, "Type")
    assert [*data.X] == [name for name in names.split(",") if name != "Type"]
    assert data.y.tolist() == [row[names.split(",").index("Type")] for row in rows]
    assert any("before the names left out" in note for note in data.notes)
    assert list(read_rows(path, known=[*data.X])[0]) == names.split(",")


def test_f07_a_column_without_a_name_above_words_and_a_mark_is_no_second_line_of_names(tmp_path):
    rows = [["red", "blue", "n/a", "a"], *(["red", "green", i, "ab"[i % 2]] for i in range(20))]
    data = read_table(written(tmp_path, "csv", "a,,c,kind", rows), "kind")
    assert [*data.X] == ["a", "Unnamed: 1", "c"]
    assert len(data.y) == 21


def test_f07_other_delimiters_line_ends_and_quotes(tmp_path):
    path = written(tmp_path, "csv", "Size,Size,Weight,Kind\nlength,width,kg,", ROWS, ";")
    for text in (path.read_text(), path.read_text().replace("length;", '"length";')):
        for end in ("\n", "\r\n", "\r", "\n\n"):
            path.write_bytes(text.replace("\n", end).encode())
            data = read_table(path, "Kind")
            assert list(data.X) == SIZES[:3], (text[:40], end)
            assert data.X["Size length"].tolist() == [row[0] for row in ROWS]
