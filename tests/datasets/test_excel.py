"""Workbooks as people make them: merged cells, formulas, covers."""

import zipfile

import openpyxl
import pandas as pd
import pytest

from genvsdisc.datasets import read_table

N = 40


@pytest.fixture
def read(tmp_path):
    def read(fill):
        book = openpyxl.Workbook()
        fill(book.active)
        book.save(tmp_path / "t.xlsx")
        return read_table(tmp_path / "t.xlsx", "y")

    return read


def rows(sheet, *, label=lambda i: "ab"[i % 2], x=lambda i: i * i % 11):
    sheet.append(["y", "x", "z"])
    for i in range(N):
        sheet.append([label(i), x(i), i % 7])


@pytest.mark.parametrize("above", [0, 1])
def test_b09_a_merged_label_stands_in_each_of_its_rows(read, above):
    def fill(sheet):
        if above:
            sheet.append(["Measured in 2020", None, None])
            sheet.merge_cells("A1:C1")
        rows(sheet, label=lambda i: "ab"[i // 10 % 2] if i % 10 == 0 else None)
        for start in range(2 + above, N + 2 + above, 10):
            sheet.merge_cells(start_row=start, end_row=start + 9, start_column=1, end_column=1)

    data = read(fill)
    assert data.y.tolist() == ["ab"[i // 10 % 2] for i in range(N)]
    assert data.X["z"].tolist() == [i % 7 for i in range(N)]
    assert "Merged cells ('a', ...) stand in each of their rows: 36 more entries." in data.notes
    assert data.unlabeled is None


@pytest.mark.parametrize("column", ["x", "label"])
def test_b09_formulas_that_nobody_computed_are_an_error_with_the_remedy(read, column):
    def fill(sheet):
        rows(sheet, **{column: lambda i: f'=IF(C{i + 2}>3,"a","b")'})

    with pytest.raises(
        ValueError, match=r"none of the 40 formulas in 't.xlsx' has a value, the first in row 2, .*: open it"
    ):
        read(fill)


def test_b09_the_first_sheet_that_has_cells_is_read(read):
    def fill(sheet):
        sheet.title = "Cover"
        rows(sheet.parent.create_sheet("data"))

    data = read(fill)
    assert len(data.y) == N
    assert "Of 2 sheets the first that has cells, 'data', was read." in data.notes


@pytest.mark.parametrize("place", [0, 0.3, 0.7])
def test_b12_a_damaged_workbook_is_one_clear_error(read, tmp_path, place):
    read(rows)
    content = bytearray((tmp_path / "t.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    start = sheet.header_offset + 30 + len(sheet.filename) + int(place * (sheet.compress_size - 30))
    content[start : start + 8] = b"\xff" * 8
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(ValueError, match=r"cannot read 't\.xlsx' as Excel"):
        read_table(tmp_path / "t.xlsx", "y")


@pytest.mark.parametrize("above", [[["Read me"]], [["Name", "Meaning"], ["x", "a length"]], []])
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_b09_the_sheet_that_has_the_target_is_read(tmp_path, above, suffix):
    path = tmp_path / f"t.{suffix}"
    table = pd.DataFrame([[k + 0.5, "pq"[k % 2]] for k in range(30)], columns=["x", "y"])
    if suffix == "ods":
        pytest.importorskip("odf")
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(above).to_excel(book, sheet_name="Notes", header=False, index=False)
        table.to_excel(book, sheet_name="Data", index=False)
        table[::-1].to_excel(book, sheet_name="More", index=False)
    data = read_table(path, "y")
    assert data.X["x"].tolist() == table["x"].tolist()
    assert any("'Data', was read" in note for note in data.notes)
    assert read_table(path, "y", like=data.X).X["x"].tolist() == table["x"].tolist()
    with pytest.raises(ValueError, match="no column named 'z'"):
        read_table(path, "z")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_text_under_the_name_of_an_old_workbook_is_read(tmp_path, delimiter, encoding):
    rows = [["größe", "y"], *([f"{i}", "ab"[i % 2]] for i in range(20))]
    text = "\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "t.xls").write_bytes(text.encode(encoding))
    data = read_table(tmp_path / "t.xls", "y")
    assert data.X["größe"].tolist() == list(range(20))
    assert "'t.xls' is text, and no workbook as its name says: it was read as text." in data.notes


def test_what_else_stands_under_the_name_of_a_workbook_is_told(tmp_path):
    (tmp_path / "t.xls").write_text("<html><table><tr><td>1</table></html>")
    with pytest.raises(ValueError, match=r"'t\.xls' is HTML: write its table out with pandas\.read_html"):
        read_table(tmp_path / "t.xls", "y")
    (tmp_path / "t.xls").write_bytes(bytes(range(200)))
    with pytest.raises(ValueError, match=r"cannot read 't\.xls' as Excel: "):
        read_table(tmp_path / "t.xls", "y")
    (tmp_path / "t.xlsx").write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(ValueError, match=r"cannot read 't\.xlsx' as Excel: it is text, and no workbook: name it \.csv"):
        read_table(tmp_path / "t.xlsx", "y")
