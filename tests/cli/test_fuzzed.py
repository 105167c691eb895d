"""Random files and words: an answer, or one line that says what is wrong. Longer runs: see fuzzed.py."""

import fuzzed
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 1500, 250))
def test_no_traceback_warning_or_odd_line(start):
    seen = {fuzzed.case(seed) for seed in range(start, start + 50)}
    assert {("read_case", "read"), ("read_case", "refused by the reader")} <= seen
    assert [what for kind, what in seen if kind == "words_case"]


def test_a_fault_is_found(monkeypatch):
    """What the cases look for is seen where it is planted."""

    def careless(*given):
        raise ValueError(f"{given[1]!r} is not in list")

    monkeypatch.setattr(fuzzed, "read_table", careless)
    with pytest.raises(ValueError, match="is not in list"):
        fuzzed.case(1)
