"""Each table of a folder as offices write it: the same rows, columns, kinds and classes must be compared.

    python tests/datasets/disguised_folders.py FOLDER [TABLE ...]

FOLDER holds CSV files and TARGETS.csv (columns file, target). Prints a line for each table and disguise whose prepared
table differs from that of the plain file, and how many were the same; the exit status is 1 if one differs.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from genvsdisc.datasets import read_table
from genvsdisc.features.dtypes import as_numbers, is_number
from genvsdisc.study.table import PreparedTable, prepare


class Plain(NamedTuple):
    """The cells of a file as they stand there, and what its columns are."""

    words: pd.DataFrame
    numeric: list[str]
    target: str


Writer = Callable[[Plain, Path], Path]


def plain_words(path: Path) -> pd.DataFrame:
    """The cells as they stand in the file, empty where a plain reader finds nothing."""
    words = pd.read_csv(path, dtype=str, keep_default_na=False)
    return words.map(str.strip)


def regrouped(word: str, decimal: str, thousands: str) -> str:
    """A number with another decimal mark, and signs between thousands where it has decimals or four digits before."""
    sign, digits = ("-", word[1:]) if word[:1] == "-" else ("", word)
    whole, mark, rest = digits.partition(".")
    if not whole.isdigit() or (rest and not rest.isdigit()):
        return word if decimal == "." else word.replace(".", decimal)
    return sign + f"{int(whole):,}".replace(",", thousands) + (decimal + rest if mark else "")


def numbers_as(table: Plain, decimal: str, thousands: str) -> pd.DataFrame:
    """Rewrite the numbers of a table; thousands only in columns that have decimals, whose meaning is certain."""
    words = table.words.copy()
    for name in table.numeric:
        divided = words[name].str.contains(".", regex=False).any()
        words[name] = [regrouped(word, decimal, thousands if divided else "") for word in words[name]]
    return words


def to_csv(words: pd.DataFrame, path: Path, **options: object) -> Path:
    """Write words as they are."""
    words.to_csv(path, index=False, **options)
    return path


def german(table: Plain, path: Path) -> Path:
    """Decimal commas, points between thousands, semicolons."""
    return to_csv(numbers_as(table, ",", "."), path, sep=";")


def tabs_in_utf16(table: Plain, path: Path) -> Path:
    """Decimal commas and hard blanks, as Excel writes Unicode text."""
    return to_csv(numbers_as(table, ",", "\u00a0"), path, sep="\t", encoding="utf-16")


def quoted_thousands(table: Plain, path: Path) -> Path:
    """Commas between thousands, every cell in quotes."""
    return to_csv(numbers_as(table, ".", ","), path, quoting=csv.QUOTE_ALL)


def money(table: Plain, path: Path) -> Path:
    """A currency before the numbers of every third column, a percent sign after those of the next."""
    words = numbers_as(table, ".", "'")
    plain = [name for name in table.numeric if not words[name].str.contains("[A-Za-z]").any()]
    for place, name in enumerate(plain):
        before, after = (("CHF ", ""), ("", " %"), ("", ""))[place % 3]
        words[name] = [f"{before}{word}{after}" if word else word for word in words[name]]
    return to_csv(words, path)


def units(table: Plain, path: Path) -> Path:
    """A first row of units."""
    names = enumerate(table.words)
    row = {name: ("cm", "kg", "mm Hg")[place % 3] if name in table.numeric else "" for place, name in names}
    return to_csv(pd.concat([pd.DataFrame([row]), table.words]), path)


def footer(table: Plain, path: Path) -> Path:
    """A last row of totals, without a label."""
    row = dict.fromkeys(table.words, "") | {next(name for name in table.words if name != table.target): "Total"}
    row |= dict.fromkeys(table.numeric[1:], "123456")
    return to_csv(pd.concat([table.words, pd.DataFrame([row])]), path)


def marked(mark: str) -> Writer:
    """A mark in place of the numbers that are missing."""

    def write(table: Plain, path: Path) -> Path:
        words = table.words.copy()
        words[table.numeric] = words[table.numeric].mask(words[table.numeric] == "", mark)
        return to_csv(words, path)

    return write


def blanks(table: Plain, path: Path) -> Path:
    """Blanks behind every second cell, and behind names."""
    padded = table.words.copy()
    padded.iloc[::2] = padded.iloc[::2].map(lambda word: f"{word}  " if word else word)
    return to_csv(padded.rename(columns=lambda name: f" {name} "), path)


def names_again(table: Plain, path: Path) -> Path:
    """Two files put together, with the names of the second among the rows; carriage returns."""
    words, half = table.words, len(table.words) // 2
    names = pd.DataFrame([dict(zip(words, words, strict=True))])
    return to_csv(pd.concat([words[:half], names, words[half:]]), path, lineterminator="\r\n")


def another_order(table: Plain, path: Path) -> Path:
    """The target first, columns backward, numbers of the rows in front, a title above."""
    words = table.words[list(table.words)[::-1]]
    path.write_text("Exported by the office\n" + words.to_csv(sep="|"), encoding="utf-8")
    return path


def workbook(table: Plain, path: Path) -> Path:
    """Excel, every cell text."""
    table.words.replace("", None).to_excel(path.with_suffix(".xlsx"), index=False)
    return path.with_suffix(".xlsx")


def parquet(table: Plain, path: Path) -> Path:
    """Parquet, every cell text with blanks behind."""
    (table.words + " ").to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


DISGUISES: dict[str, Writer] = {
    "german": german,
    "tabs in UTF-16": tabs_in_utf16,
    "thousands in quotes": quoted_thousands,
    "money and percent": money,
    "units": units,
    "footer": footer,
    "dash": marked("-"),
    "question mark": marked("?"),
    "n/a": marked("n/a"),
    "blanks": blanks,
    "names again": names_again,
    "another order": another_order,
    "workbook": workbook,
    "Parquet of text": parquet,
}


def differences(one: PreparedTable, other: PreparedTable) -> Iterator[str]:
    """Say what of a prepared table is not as that of the plain file."""
    if one.y.tolist() != other.y.tolist() or one.classes.tolist() != other.classes.tolist():
        yield f"labels: {one.classes.tolist()[:4]} for {other.classes.tolist()[:4]}, {len(one.y)} for {len(other.y)}"
        return
    kinds = {name: kind for name, kind in one.kinds.items() if name in other.columns}
    for name in other.kinds | kinds:
        if kinds.get(name) != other.kinds.get(name):
            yield f"{name}: {kinds.get(name)} for {other.kinds.get(name)} ({one.columns[name].note[:80]})"
        elif is_number(other.X[name]):
            if not np.array_equal(as_numbers(one.X[name]), as_numbers(other.X[name]), equal_nan=True):
                yield f"{name}: other numbers"
        elif one.X[name].astype(object).fillna("").tolist() != other.X[name].astype(object).fillna("").tolist():
            yield f"{name}: other words"
    yield from (f"{name} is new" for name in set(one.kinds) - set(other.columns))


def main() -> None:
    """Write, read and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tables", nargs="*", help="names of tables; all if not given")
    asked = parser.parse_args()
    targets = pd.read_csv(asked.folder / "TARGETS.csv").set_index("file")["target"]
    same = different = 0
    with tempfile.TemporaryDirectory() as folder:
        for file, target in targets.items():
            stem = Path(str(file)).stem
            if asked.tables and stem not in asked.tables:
                continue
            data = read_table(asked.folder / str(file), target)
            expected = prepare(data.X, data.y, n_splits=5)
            words = plain_words(asked.folder / str(file))
            plain = Plain(words, [str(name) for name in data.X if is_number(data.X[name])], target)
            for disguise, write in DISGUISES.items():
                found = read_table(write(plain, Path(folder, f"{stem}.csv")), target)
                said = list(differences(prepare(found.X, found.y, n_splits=5), expected))
                same, different = same + (not said), different + bool(said)
                if said:
                    print(f"{stem}, {disguise}: {'; '.join(said[:5])}; {len(said)} in all", found.notes[:3], flush=True)
            twice = words.assign(copy=words[target]).rename(columns={"copy": target})
            twice.to_csv(Path(folder, "twice.csv"), index=False)
            try:
                read_table(Path(folder, "twice.csv"), target)
                print(f"{stem}: a repeated target was not refused")
                different += 1
            except ValueError:
                same += 1
    print(f"{same} the same, {different} different")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
