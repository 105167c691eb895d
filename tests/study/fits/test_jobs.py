"""Jobs: the same result in any number of processes, on Dask too; stopped work leaves no process and resumes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.jobs import add, joined, watch
from genvsdisc.study.statistics.learning_curves import CurveLosses

TINY = gd.Design(n_splits=2, n_repeats=1, n_draws=3)
ROOT = str(Path(gd.__file__).parents[1])
SLOW = """
import os
import time
import numpy as np
import genvsdisc as gd
from sklearn.naive_bayes import GaussianNB

class Slow(GaussianNB):
    def fit(self, X, y):
        os.write(1, b"working\\n")  # in one piece: the other process may write at the same time
        time.sleep(60)

if __name__ == "__main__":
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    gd.compare(X, y, {"a": Slow(), "b": Slow()}, design=gd.Design(n_splits=2, n_repeats=1, n_draws=2), n_jobs=2)
"""


@pytest.fixture(scope="module")
def data():
    return gd.datasets.make_gaussian_pair(80, n_features=3, distance=2.0, random_state=0)


@pytest.fixture(scope="module")
def linear():
    return [model for model in gd.default_models() if model.form == "linear"]


@pytest.fixture(scope="module")
def alone(data, linear):
    return gd.compare(data.X, data.y, linear, design=TINY)


def assert_same(found, expected):
    assert found.meta == expected.meta
    for name in set(expected.tables) - {"timings"}:
        assert_frame_equal(found.tables[name], expected.tables[name])


def children(pid):
    """Processes that `pid` started, those of those too."""
    started = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            started.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:  # it has ended
            continue
    found = [pid]
    for each in found:
        found += started.get(each, [])
    return found[1:]


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def working(tmp_path):
    """A comparison of slow models in two processes, once both have begun; and the processes."""
    (tmp_path / "slow.py").write_text(SLOW)
    environment = os.environ | {"PYTHONPATH": ROOT}
    parent = subprocess.Popen(
        [sys.executable, "slow.py"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        for _ in range(2):
            assert parent.stdout.readline() == b"working\n"
        yield parent, children(parent.pid)
    finally:
        parent.kill()
        parent.communicate()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_workers_end_with_the_process_they_work_for(working, stop):
    parent, workers = working
    assert len(workers) >= 2
    parent.send_signal(stop)
    until = time.monotonic() + 5
    while time.monotonic() < until and any(map(running, workers)):
        time.sleep(0.1)
    assert [pid for pid in workers if running(pid)] == []


def test_nothing_is_watched_where_another_process_started_this_one():
    watch(os.getpid())
    watch(1 << 22)
    assert not any(thread.name == "parent watch" for thread in __import__("threading").enumerate())


def test_a_stopped_comparison_resumes_from_its_cache(data, linear, alone, tmp_path, monkeypatch):
    fitted = []

    def stop(step, done, total):
        fitted.append(step)
        if done == total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gd.compare(data.X, data.y, linear, design=TINY, cache=tmp_path, progress=stop)
    assert fitted
    calls = []
    whole = gd.study.fits.predictions.predict

    def counted(model, *arguments):
        calls.append(arguments[2])
        return whole(model, *arguments)

    monkeypatch.setattr("genvsdisc.study.fits.jobs.predict", counted)
    steps = []
    resumed = gd.compare(data.X, data.y, linear, design=TINY, cache=tmp_path, progress=lambda *step: steps.append(step))
    assert_same(resumed, alone)
    assert len(calls) <= len(steps) - len(fitted)


@pytest.mark.parametrize("change", ["rows", "seed", "design"])
def test_a_cache_is_not_asked_for_other_work(data, linear, tmp_path, change):
    options = {"design": TINY, "random_state": 0}
    gd.compare(data.X, data.y, linear[:1], cache=tmp_path, **options)
    X = data.X + 0.5 * (np.arange(80) % 3)[:, None] if change == "rows" else data.X
    options |= {"random_state": 1} if change == "seed" else {}
    options |= {"design": gd.Design(n_splits=3, n_repeats=1, n_draws=3)} if change == "design" else {}
    cached = gd.compare(X, data.y, linear[:1], cache=tmp_path, **options)
    assert_same(cached, gd.compare(X, data.y, linear[:1], **options))


def test_curves_of_parts_are_the_curve_of_the_whole():
    r = np.random.default_rng(0)
    codes = r.integers(0, 3, 40)
    tests = [r.permutation(40)[:10] for _ in range(6)]
    p = [[r.dirichlet(np.ones(3), 10) for _ in tests] for _ in range(4)]
    whole = {"brier": CurveLosses.of(p, tests, codes, "brier")}
    parts = [
        {"brier": CurveLosses.of([size[cut] for size in p], tests[cut], codes, "brier")}
        for cut in (slice(0, 1), slice(1, 4), slice(4, 6))
    ]
    together = joined(joined(joined({}, parts[0]), parts[1]), parts[2])
    for name in ("by_draw", "by_row", "judged", "mean", "covariance"):
        np.testing.assert_allclose(getattr(together["brier"], name), getattr(whole["brier"], name), rtol=1e-12)


def test_a_part_that_failed_takes_its_stage_with_it():
    whole, part = Predictions(None), Predictions(None, failures={"bias and variance": "no", "learning curve": "no"})
    whole.halves, whole.curves = [np.zeros((2, 3, 2))], {"brier": None}
    add(whole, part)
    assert (whole.halves, whole.quarters, whole.curves) == ([], [], {})


def test_draws_in_slices_are_the_draws_in_one_piece(data, linear, alone, monkeypatch):
    monkeypatch.setattr("genvsdisc.study.run.JOB_SECONDS", 1e-4)
    sliced = gd.compare(data.X, data.y, linear, design=TINY)
    for name in ("scores", "decomposition", "crossings"):
        assert_frame_equal(sliced.tables[name], alone.tables[name], rtol=1e-9)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.mark.filterwarnings("default")  # of Dask's own
def test_dask_gives_the_same_numbers_and_gets_the_rows_once_a_worker(data, linear, alone, cluster):
    with joblib.parallel_config(backend="dask"):
        found = gd.compare(data.X, data.y, linear, design=TINY)
    assert_same(found, alone)
    moved = cluster.run(lambda dask_worker: len(dask_worker.data))
    assert len(moved) == 2
