"""The README's Python runs, block by block, as a newcomer would paste it."""

import re
import warnings
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_blocks_run_in_order(capsys):
    shared = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="joblib")  # slow start of a worker
        for block in BLOCKS:
            exec(compile(block, "README.md", "exec"), shared)
    printed = capsys.readouterr().out
    assert "generative" in printed
    assert shared["search"].best_params_["logisticclassifier__reg_lambda"] in (0.01, 0.1, 1.0)
    assert shared["replicates"].predict_proba(shared["X"]).shape == (1000, 178, 3)
    assert (shared["scores"]["test_score"] > -0.5).all()


@pytest.mark.parametrize(
    "command",
    ["python -m pip install . && genvsdisc report", 'python -m pip install ".[test]" && python -m pytest'],
)
def test_the_two_set_up_lines_stand_in_it(command):
    assert command in README
