"""Each row of the list of faults that were found by trying the package has a test that bears its number.

Two digits: what was reported of other packages (f), a user's first hour (u, b; c the command line, d the page, e the
notebook), wrong numbers under adversarial checks (w), small things (m). One digit: crashes under these checks (c), the
README (f). From 10 on the two kinds of c share their numbers.
"""

import re
from pathlib import Path

import pytest

FIRST_HOUR = {"f": 29, "u": 10, "b": 18, "c": 11, "d": 16, "e": 5, "w": 15, "m": 8}
ROWS = {f"{kind}{row:02}" for kind, last in FIRST_HOUR.items() for row in range(1, last + 1)}
ROWS |= {f"c{row}" for row in range(1, 13)} | {f"f{row}" for row in range(1, 7)}
NAME = re.compile(r"^def test_((?:[a-z]\d+[a-d]?_)+)", re.MULTILINE)


def borne():
    """Rows that the names of tests bear."""
    found = set()
    for path in Path(__file__).parent.rglob("test_*.py"):
        for rows in NAME.findall(path.read_text(encoding="utf-8")):
            found |= {re.sub(r"[a-d]$", "", row) for row in rows.split("_")}
    return found


TESTED = borne()


@pytest.mark.parametrize("row", sorted(ROWS))
def test_a_row_has_a_test(row):
    assert row in TESTED
