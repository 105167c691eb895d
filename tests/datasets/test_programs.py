"""Files of Stata, SAS, SPSS, Arrow, ORC, LIBSVM and LibreOffice: the rows that were written."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from sklearn.datasets import dump_svmlight_file

from genvsdisc.datasets import read_table
from genvsdisc.features.kinds import column_kinds

RNG = np.random.default_rng(8)
N = 40
TABLE = pd.DataFrame({
    "x": RNG.normal(size=N), "k": RNG.integers(0, 9, N).astype(float),
    "town": [("Ulm", "Rom")[i % 2] for i in range(N)], "y": [("a", "b")[i % 3 == 0] for i in range(N)],
})  # fmt: skip
GAPS = TABLE.assign(x=np.where(np.arange(N) == 7, np.nan, TABLE["x"]))


def stata(path, table, **given):
    table.to_stata(path, write_index=False, **given)


WRITERS = {
    "table.dta": stata,
    "old.dta": lambda path, table: stata(path, table, version=114),
    "new.dta": lambda path, table: stata(path, table, version=119),
    "table.sav": lambda path, table: pyreadstat.write_sav(table, path),
    "table.zsav": lambda path, table: pyreadstat.write_sav(table, path, compress=True),
    "table.xpt": lambda path, table: pyreadstat.write_xport(table, path, file_format_version=5),
    "table.feather": lambda path, table: table.to_feather(path),
    "table.arrow": lambda path, table: table.to_feather(path, compression="uncompressed"),
    "table.orc": lambda path, table: table.to_orc(path),
    "table.ods": lambda path, table: table.to_excel(path, index=False),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("table", [TABLE, GAPS], ids=["whole", "gaps"])
def test_the_rows_that_were_written_come_back(tmp_path, name, table):
    WRITERS[name](tmp_path / name, table)
    data = read_table(tmp_path / name, "y")
    np.testing.assert_allclose(data.X["x"].to_numpy(float), table["x"], rtol=1e-14)
    np.testing.assert_array_equal(data.X["k"].to_numpy(float), table["k"])
    assert data.X["town"].tolist() == table["town"].tolist()
    assert data.y.tolist() == table["y"].tolist()
    assert data.notes == ()


def test_labels_of_values_are_what_is_read(tmp_path):
    codes = TABLE.assign(town=RNG.integers(0, 2, N), y=[1 + (i % 3 == 0) for i in range(N)])
    labels = {"town": {0: "Ulm", 1: "Rom"}, "y": {1: "alive", 2: "dead"}}
    stata(tmp_path / "table.dta", codes, value_labels=labels)
    pyreadstat.write_sav(codes, tmp_path / "table.sav", variable_value_labels=labels)
    for name in ("table.dta", "table.sav"):
        data = read_table(tmp_path / name, "y")
        assert data.X["town"].tolist() == codes["town"].map(labels["town"]).tolist()
        assert data.y.tolist() == codes["y"].map(labels["y"]).tolist()
        assert column_kinds(data.X)["town"].kind in ("categorical", "binary")


def test_a_number_that_says_why_it_is_missing_is_told(tmp_path):
    """99 with a label among numbers without one is a word, and no number."""
    table = TABLE.assign(k=np.where(np.arange(N) % 10 == 3, 99, TABLE["k"]))
    stata(tmp_path / "table.dta", table, value_labels={"k": {99: "refused"}})
    data = read_table(tmp_path / "table.dta", "y")
    assert pd.to_numeric(data.X["k"], errors="coerce").max() < 99
    assert any("'k'" in note and "refused" in note for note in data.notes)


def test_two_values_of_one_label_are_numbers_and_told(tmp_path):
    codes = TABLE.assign(town=RNG.integers(0, 3, N))
    stata(tmp_path / "table.dta", codes, value_labels={"town": {0: "Ulm", 1: "Rom", 2: "Rom"}})
    data = read_table(tmp_path / "table.dta", "y")
    assert data.X["town"].tolist() == codes["town"].tolist()
    assert any("one label" in note for note in data.notes)


@pytest.mark.parametrize("label", [[0, 1], [-1, 1], [1, 2, 3]])
def test_libsvm(tmp_path, label):
    y = np.array([label[i % len(label)] for i in range(N)])
    X = TABLE[["x", "k"]].to_numpy()
    dump_svmlight_file(X, y, str(tmp_path / "table.svm"), zero_based=False)
    data = read_table(tmp_path / "table.svm")
    np.testing.assert_allclose(data.X[["feature 1", "feature 2"]], X, rtol=1e-12)
    assert data.y.tolist() == y.tolist()


def test_libsvm_of_too_many_columns_is_one_line(tmp_path):
    (tmp_path / "table.svm").write_text("".join(f"{i % 2} 1:1 {40_000_000 + i}:2.5\n" for i in range(N)))
    with pytest.raises(
        ValueError, match="40 rows and 40,000,039 columns, which are too many: choose columns"
    ) as caught:
        read_table(tmp_path / "table.svm")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "program"),
    [
        (b"r\x02\x01\x00", "Stata"),
        (b"s\x01\x01\x00 and more", "Stata"),
        (b"<stata_dta><header>", "Stata"),
        (b"HEADER RECORD*******LIBRARY HEADER", "SAS"),
        (bytes(12) + b"\xc2\xea\x81\x60" + bytes(60), "SAS"),
        (b"$FL2@(#) SPSS", "SPSS"),
        (b"ARROW1\0\0", "Feather"),
        (b"ORC\n", "ORC"),
    ],
)
def test_b10_a_damaged_file_is_one_line(tmp_path, content, program):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ValueError, match=f"cannot read 't.csv' as a file of {program}: ") as caught:
        read_table(tmp_path / "t.csv", "y")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0 no workbook", b"PK\x03\x04"])
def test_a_damaged_workbook_is_one_line(tmp_path, content):
    (tmp_path / "t.xls").write_bytes(content)
    with pytest.raises(ValueError, match=r"'t.xls'") as caught:
        read_table(tmp_path / "t.xls", "y")
    assert "\n" not in str(caught.value)
