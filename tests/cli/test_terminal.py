"""What a person reads."""

import sys
import warnings

import pytest

from genvsdisc import cli
from genvsdisc.cli.terminal import MOST_NOTES, notes_in_sight, warnings_as_notes


class _Interrupts:
    """A finder in which a person loses patience."""

    def __init__(self, name):
        self.name = name

    def find_spec(self, name, *_):
        if name == self.name:
            raise KeyboardInterrupt


@pytest.mark.parametrize("module", ["genvsdisc.cli.program", "genvsdisc.cli.report", "genvsdisc.cli.costs"])
def test_c07_an_interruption_while_modules_load_is_one_line(monkeypatch, capsys, module):
    for name in ("genvsdisc.cli.program", "genvsdisc.cli.report", "genvsdisc.cli.costs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [_Interrupts(module), *sys.meta_path])
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    out, err = capsys.readouterr()
    assert (stop.value.code, out, err) == (130, "", "genvsdisc: interrupted; nothing is half written\n")


@pytest.mark.parametrize("number", [0, 1, MOST_NOTES, MOST_NOTES + 1, 300])
def test_as_many_notes_as_are_read(capsys, number):
    notes_in_sight([f"column {i}" for i in range(number)] * 2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == min(number, MOST_NOTES)
    if number > MOST_NOTES:
        assert lines[-1] == f"note: {number - MOST_NOTES + 1} more notes of this kind are on the page"


def test_warnings_of_python_are_notes_without_the_code_that_gave_them(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with warnings_as_notes():
            warnings.warn("divide by zero encountered", RuntimeWarning, stacklevel=1)
    assert capsys.readouterr().err == "note: RuntimeWarning: divide by zero encountered\n"
