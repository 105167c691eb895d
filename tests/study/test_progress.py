"""The bar on standard error."""

import sys

from genvsdisc.study.progress import shown


def test_progress_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with shown(sys.stderr.isatty()) as progress:
        progress("fitted [b]logistic[/b]", 1, 3)
    assert "fitted [b]logistic[/b]" in capsys.readouterr().err
