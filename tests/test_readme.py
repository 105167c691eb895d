"""The README's Python runs, block by block, as a newcomer would paste it, and does what its comments say."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

import genvsdisc as gd

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.slow
def test_the_python_blocks_run_in_order(capsys):
    names = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="joblib")  # slow start of a worker
        for block in BLOCKS:
            exec(compile(block, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert names["result"].verdict in printed
    X, y, search, replicates, weights = (names[name] for name in ("X", "y", "search", "replicates", "weights"))
    assert str(search.best_params_) in printed
    candidates = [clone(search.estimator).set_params(**parameters) for parameters in search.cv_results_["params"]]
    means = [cross_val_score(each, X, y, cv=5, scoring="neg_log_loss").mean() for each in candidates]
    assert means[search.best_index_] == pytest.approx(max(means), rel=1e-9)
    assert replicates.predict_proba(X).shape == (1000, 178, 3)
    alone = gd.GaussianClassifier().fit(X, y, sample_weight=weights[7])
    np.testing.assert_allclose(replicates[7].coef_, alone.coef_, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "command",
    ["python -m pip install . && genvsdisc report", 'python -m pip install ".[test]" && python -m pytest'],
)
def test_the_two_set_up_lines_stand_in_it(command):
    assert command in README
