"""What a person reads."""

import pytest

from genvsdisc.cli.terminal import MOST_NOTES, notes_in_sight


@pytest.mark.parametrize("number", [0, 1, MOST_NOTES, MOST_NOTES + 1, 300])
def test_as_many_notes_as_are_read(capsys, number):
    notes_in_sight([f"column {i}" for i in range(number)] * 2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == min(number, MOST_NOTES)
    if number > MOST_NOTES:
        assert lines[-1] == f"note: {number - MOST_NOTES + 1} more notes of this kind are on the page"
