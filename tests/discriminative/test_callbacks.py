"""scikit-learn's callbacks hear of every epoch, can stop a fit, and cost nothing when there are none."""

import numpy as np
import pytest
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import CascadeClassifier, MLPClassifier

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


@pytest.mark.parametrize("kind", ["mlp", "joint", "greedy"])
def test_a_request_to_stop_is_honored_at_once_and_without_a_warning(kind, recwarn):
    recorder = Recorder(stop_after=2)
    estimator = short(kind).set_callbacks(recorder).fit(X, y)
    assert estimator.n_iter_ == len(estimator.loss_curve_) == 2
    assert [name.split()[0] for name in recorder.ended] == ["epoch", "epoch", "fit"]
    assert not [warning for warning in recwarn if "max_iter" in str(warning.message)]


@pytest.mark.parametrize(("stop_after", "widths", "epochs"), [(2, (3,), 2), (3, (3,), 3), (6, (3, 2), 3)])
def test_a_greedy_fit_that_is_stopped_is_the_cascade_of_the_banks_so_far(stop_after, widths, epochs):
    stopped = short("greedy").set_callbacks(Recorder(stop_after)).fit(X, y)
    alone = short("greedy").set_params(widths=widths, max_iter=epochs).fit(X, y)
    np.testing.assert_array_equal(stopped.predict_proba(X), alone.predict_proba(X))
    np.testing.assert_array_equal(stopped.transform(X), alone.transform(X))
    assert stopped.n_parameters_ == alone.n_parameters_
    assert list(stopped.get_feature_names_out()) == list(alone.get_feature_names_out())


def test_after_a_stop_a_warm_start_takes_up_greedy_training_where_it_was_left():
    settings = {"optimizer": "gd", "tol": 0.0, "n_iter_no_change": 100, "n_restarts": 1, "warm_start": True}
    cascade = short("greedy").set_params(max_iter=20, **settings)
    cascade.set_callbacks(Recorder(stop_after=7)).fit(X, y)
    recorder = Recorder()
    cascade.set_callbacks(recorder).fit(X, y)
    assert len(recorder.ended) == 20 + 20 + 1  # the bank that was stopped, and the one that had not begun
    first_bank = short("greedy").set_params(max_iter=7 + 20, widths=(3,), **settings).fit(X, y)
    np.testing.assert_allclose(cascade.transform(X, stage=0), first_bank.transform(X), rtol=1e-10)
    assert cascade.transform(X).shape == (150, 2)


def test_the_classifier_of_each_epoch_can_be_scored():
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    mlp = MLPClassifier((4,), learning_rate=0.05, batch_norm=True, max_iter=8, standardize=True, random_state=0)
    mlp.set_callbacks(monitor).fit(X, y)
    scores = monitor.get_logs().data_as_pandas
    epochs = scores[scores["task_name"].str.startswith("epoch")]
    assert len(epochs) == 8
    assert epochs["accuracy"].iloc[-1] == mlp.score(X, y)


def test_in_greedy_training_it_is_the_cascade_of_the_banks_so_far():
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    greedy = short("greedy").set_callbacks(monitor).fit(X, y)
    scores = monitor.get_logs().data_as_pandas
    epochs = scores[scores["task_name"].str.startswith("epoch")]
    first_bank = short("greedy").set_params(widths=(3,)).fit(X, y)
    assert list(epochs["accuracy"].iloc[[2, 5]]) == [first_bank.score(X, y), greedy.score(X, y)]


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
