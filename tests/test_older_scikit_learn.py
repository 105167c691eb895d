"""scikit-learn before 1.9 has no callbacks: without them all else works."""

import subprocess
import sys

import pytest

OLDER = """
import sys
import sklearn.linear_model, sklearn.model_selection, sklearn.pipeline, sklearn.preprocessing  # they need callbacks

sys.modules["sklearn.callback"] = None

import warnings
import genvsdisc as gd

warnings.simplefilter("error")
data = gd.datasets.make_gaussian_pair(60, random_state=0)
classifiers = {
    "gauss": gd.GaussianClassifier(),
    "bayes": gd.NaiveBayesClassifier(),
    "logit": gd.LogisticClassifier(),
    "cascade": gd.CascadeClassifier(max_iter=30, tol=1e-2, n_iter_no_change=1, random_state=0),
    "mlp": gd.MLPClassifier((4,), tol=1e-2, n_iter_no_change=1, random_state=0),
}
for classifier in classifiers.values():
    assert not hasattr(classifier, "set_callbacks")
    assert classifier.fit(data.X, data.y).predict_proba(data.X).shape == (60, 2)
design = gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(20, 40))
result = gd.compare(data.X, data.y, classifiers, design=design)
assert set(result.models["status"]) == {"ok"}
assert "<table" in result._repr_html_()
assert result.verdict.endswith(".")
"""


@pytest.mark.slow
def test_without_callbacks_everything_else_works():
    done = subprocess.run([sys.executable, "-c", OLDER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
