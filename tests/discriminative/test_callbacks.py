"""scikit-learn's callbacks hear of every epoch, can stop a fit, and cost nothing when there are none."""

import importlib
import sys

import numpy as np
import pytest
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import CascadeClassifier, MLPClassifier
from genvsdisc.discriminative import training

X, y = load_iris(return_X_y=True, as_frame=True)
pytestmark = pytest.mark.filterwarnings("ignore:.*reached max_iter")


def short(kind, **settings):
    return {
        "mlp": MLPClassifier((4,), max_iter=6, random_state=0, **settings),
        "joint": CascadeClassifier((3,), n_restarts=2, max_iter=6, random_state=0, **settings),
        "greedy": CascadeClassifier((3, 2), training="greedy", n_restarts=2, max_iter=3, random_state=0, **settings),
    }[kind]


class Recorder:
    """Counts epochs and asks to stop after some of them."""

    def __init__(self, stop_after=10**6):
        self.stop_after, self.begun, self.ended = stop_after, [], []

    def setup(self, estimator, context): ...

    def teardown(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context):  # noqa: ARG002
        self.begun.append(context.task_name)

    def on_fit_task_end(self, estimator, context):  # noqa: ARG002
        self.ended.append(context.task_name)
        return len(self.ended) >= self.stop_after


@pytest.mark.parametrize("kind", ["mlp", "joint", "greedy"])
def test_each_epoch_is_a_task_of_its_own(kind):
    recorder = Recorder()
    short(kind).set_callbacks(recorder).fit(X, y)
    assert len(recorder.ended) == 1 + 6
    assert sorted(recorder.begun) == sorted(recorder.ended)


@pytest.mark.parametrize("kind", ["mlp", "joint"])
def test_a_request_to_stop_is_honored_at_once_and_without_a_warning(kind, recwarn):
    estimator = short(kind).set_callbacks(Recorder(stop_after=2)).fit(X, y)
    assert estimator.n_iter_ == len(estimator.loss_curve_) == 2
    assert not [warning for warning in recwarn if "max_iter" in str(warning.message)]


def test_the_classifier_of_each_epoch_can_be_scored():
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    mlp = MLPClassifier((4,), learning_rate=0.05, batch_norm=True, max_iter=8, standardize=True, random_state=0)
    mlp.set_callbacks(monitor).fit(X, y)
    scores = monitor.get_logs().data_as_pandas
    epochs = scores[scores["task_name"].str.startswith("epoch")]
    assert len(epochs) == 8
    assert epochs["accuracy"].iloc[-1] == mlp.score(X, y)


def test_callbacks_do_not_change_the_fit():
    plain, watched = short("mlp").fit(X, y), short("mlp").set_callbacks(Recorder()).fit(X, y)
    np.testing.assert_array_equal(plain.parameters_, watched.parameters_)
    assert vars(plain).keys() | {"_skl_callbacks"} == vars(watched).keys()


def test_callbacks_reach_a_network_inside_a_search_over_pipelines():
    everywhere = Recorder()
    everywhere.max_propagation_depth = None
    pipeline = make_pipeline(StandardScaler(), short("mlp"))
    search = GridSearchCV(pipeline, {"mlpclassifier__reg_lambda": [0.1, 1.0]}, cv=2)
    search.set_callbacks(everywhere).fit(X, y)
    fits = 2 * 2 + 1
    assert [name.split()[0] for name in everywhere.ended].count("epoch") == fits * 6


def test_a_progress_bar_counts_epochs(capsys):
    short("mlp").set_callbacks(ProgressBar()).fit(X, y)
    assert "MLPClassifier - fit" in capsys.readouterr().out


def test_replicates_are_fitted_without_callbacks():
    recorder = Recorder()
    short("mlp").set_callbacks(recorder).fit_replicates(X, y, np.ones((2, 150)))
    assert not recorder.ended


def test_a_failing_fit_leaves_no_trace():
    mlp = MLPClassifier((4,), "no such activation").set_callbacks(Recorder())
    with pytest.raises(ValueError, match="activation"):
        mlp.fit(X, y)
    assert not hasattr(mlp, "_watch")


def test_older_scikit_learn_without_callbacks_still_imports(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    older = importlib.reload(training)
    assert older.with_callbacks(len) is len
    assert not hasattr(older.CallbackSupportMixin, "set_callbacks")
    monkeypatch.undo()
    importlib.reload(training)
