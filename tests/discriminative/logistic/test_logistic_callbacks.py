"""Callbacks hear of every step of LogisticClassifier, whichever way it goes, and can stop it."""

from typing import Any

import numpy as np
import pytest
from sklearn.callback import ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from genvsdisc import LogisticClassifier

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
OPTIMIZERS = ["newton", "lbfgs", "nesterov", "gd", "adam"]


class Recorder:
    """Counts tasks, and asks to stop after some of them."""

    def __init__(self, stop_after: int = 10**6) -> None:
        self.stop_after, self.ended = stop_after, 0

    def setup(self, estimator: Any, context: Any) -> None: ...

    def teardown(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:  # noqa: ARG002
        self.ended += 1
        return self.ended >= self.stop_after


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_step_is_a_task_of_its_own(optimizer: str) -> None:
    recorder = Recorder()
    classifier = LogisticClassifier(1.0, optimizer=optimizer).set_callbacks(recorder).fit(X, y)
    assert recorder.ended == classifier.n_iter_ + 1
    plain = LogisticClassifier(1.0, optimizer=optimizer).fit(X, y)
    np.testing.assert_array_equal(classifier.coef_, plain.coef_)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_request_to_stop_is_honored_at_once_and_without_a_warning(optimizer: str) -> None:
    classifier = LogisticClassifier(1e-3, optimizer=optimizer).set_callbacks(Recorder(stop_after=2)).fit(X, y)
    assert classifier.n_iter_ == len(classifier.loss_curve_) == 2


@pytest.mark.parametrize("optimizer", ["newton", "nesterov", "momentum"])
def test_a_monitor_scores_the_classifier_of_each_step(optimizer: str) -> None:
    monitor = ScoringMonitor(scoring="accuracy")
    classifier = LogisticClassifier(0.1, optimizer=optimizer).set_callbacks(monitor).fit(X, y)
    scores = monitor.get_logs().data_as_pandas
    epochs = scores[scores["task_name"].str.startswith("epoch")]
    assert len(epochs) == classifier.n_iter_
    assert epochs["accuracy"].iloc[-1] == classifier.score(X, y)
