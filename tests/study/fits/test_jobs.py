"""Jobs: the same result in any number of processes, on Dask too; stopped work leaves no process and resumes."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import joblib
import numpy as np
import pytest
from cloudpickle import register_pickle_by_value
from pandas.testing import assert_frame_equal
from sklearn.naive_bayes import GaussianNB

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits import jobs as jobs_module
from genvsdisc.study.fits.elsewhere import in_processes
from genvsdisc.study.fits.encode import benches
from genvsdisc.study.fits.job import MOST_SIDE_BY_SIDE, Job
from genvsdisc.study.fits.jobs import add, joined
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.fits.workers import watch
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.table import prepare

# Workers of joblib import a class by its module, which is none outside of pytest.
register_pickle_by_value(sys.modules[__name__])
distributed = pytest.importorskip("distributed")
sizeof = pytest.importorskip("dask.sizeof").sizeof
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
        if len(y) <= 40:  # the trial, before
            return super().fit(X, y)
        os.write(1, b"working\\n")  # in one piece: the other process may write at the same time
        time.sleep(60)

if __name__ == "__main__":
    X, y = np.random.default_rng(0).normal(size=(200, 2)), np.arange(200) % 2
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


@pytest.fixture(params=["fits", "trials"])
def working(tmp_path, request):
    """A comparison of models slow in their fits or their trials, in two processes once both have begun; and those."""
    script = SLOW if request.param == "fits" else SLOW.replace("len(y) <= 40", "len(y) > 40")
    (tmp_path / "slow.py").write_text(script)
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


@pytest.mark.slow
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


class Deadly(GaussianNB):
    """It ends its process: always, or where the training rows are fewer than some."""

    def __init__(self, fewer=1 << 30):
        super().__init__()
        self.fewer = fewer

    def fit(self, X, y, sample_weight=None):
        if len(y) < self.fewer:
            os._exit(9)
        return super().fit(X, y, sample_weight)


@pytest.mark.slow
@pytest.mark.parametrize("fewer", [1 << 30, 30], ids=["always", "few rows"])
def test_a_model_that_ends_its_process_is_named_and_the_rest_is_delivered(data, linear, alone, fewer):
    models = [*linear, gd.Model("deadly", Deadly(fewer), family="generative")]
    found = gd.compare(data.X, data.y, models, design=TINY, n_jobs=2)
    told = found.failures.set_index("model")
    assert set(told.index) == {"deadly"}
    assert told["error"].str.contains("process ended in the middle").all()
    status = found.models.set_index("model")["status"]
    assert status["deadly"] == ("failed" if fewer > 80 else "ok")
    if fewer < 80:
        assert "cross-validation" not in set(told["stage"])
    others = found.scores[found.scores["model"] != "deadly"].reset_index(drop=True)
    assert_frame_equal(others, alone.scores, check_dtype=False, check_categorical=False)


class Crashing(gd.GaussianClassifier):
    """A classifier of this package that ends its process on a matrix of weights, as a crash of LAPACK would."""

    __module__ = "genvsdisc.crashing"  # no such module: it travels by value

    def fit_replicates(self, X, y, sample_weight):
        if len(X) >= 40:  # the trial, before
            os._exit(11)
        return super().fit_replicates(X, y, sample_weight)


@pytest.mark.slow
def test_a_large_fit_of_ours_that_ends_its_process_is_named_and_the_rest_is_delivered(data, linear, alone, monkeypatch):
    monkeypatch.setattr(jobs_module, "MOST_ENCODED_CELLS", 1)
    models = [*linear, gd.Model("crashing", Crashing(), family="generative")]
    found = gd.compare(data.X, data.y, models, design=TINY, n_jobs=2)
    told = found.failures.set_index("model")
    assert set(told.index) == {"crashing"}
    assert told["error"].str.contains("process ended in the middle").all()
    others = found.scores[found.scores["model"] != "crashing"].reset_index(drop=True)
    assert_frame_equal(others, alone.scores, check_dtype=False, check_categorical=False)


@pytest.mark.slow
def test_large_fits_run_one_at_a_time_on_rows_that_are_mapped_from_a_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("JOBLIB_TEMP_FOLDER", raising=False)
    rows = np.zeros(1 << 18)
    calls = [joblib.delayed(where_rows_lie)(rows, time.time) for _ in range(3)]
    found = list(in_processes(calls, 2, in_turn=True))
    assert {Path(path).parents[1] for path, *_ in found} == {tmp_path}
    assert all(end <= begin for (*_, end), (_, begin, _) in pairwise(found))


def test_what_makes_a_large_matrix_of_a_part_of_a_table_is_fitted_alone(data, linear):
    draws = make_draws(data.y, TINY, 0)
    jobs = jobs_module.Jobs(benches(linear, prepare(data.X, data.y, n_splits=2)), draws, n_jobs=2)
    wide = MOST_SIDE_BY_SIDE + 1
    alone = [Job(0, stage, 0, 1, cells=wide) for stage in ("cross-validation", "fit to all rows")]
    beside = [Job(0, "learning curve", 0, 1, cells=wide), Job(0, "cross-validation", 0, 1, cells=wide - 1)]
    assert [jobs._fills_memory(job) for job in (*alone, *beside)] == [True, True, False, False]


def where_rows_lie(rows, clock):
    begin = clock()
    time.sleep(0.02)
    return rows.filename, begin, clock()


def test_nothing_is_watched_where_another_process_started_this_one():
    watch(os.getpid())
    watch(1 << 22)
    assert not any(thread.name == "parent watch" for thread in __import__("threading").enumerate())


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_killed_report_resumes_from_its_cache(tmp_path):
    """Killed once a few jobs are in the cache: the next run takes them and writes the same tables."""
    words = [sys.executable, "-m", "genvsdisc", "report", "iris", "--quick", "--jobs", "1", "--output"]
    environment, silent = (
        os.environ | {"PYTHONPATH": ROOT},
        {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL},
    )
    cached = ["--cache", str(tmp_path / "cache")]

    def finished():
        return {path.parent for path in (tmp_path / "cache").rglob("output.pkl")}

    first = subprocess.Popen([*words, str(tmp_path / "a"), *cached], env=environment, **silent)
    while len(finished()) < 5 and first.poll() is None:
        time.sleep(0.02)
    first.kill()
    assert first.wait() == -signal.SIGKILL
    kept = {folder: (folder / "output.pkl").stat().st_mtime_ns for folder in finished()}
    assert len(kept) >= 5
    subprocess.run([*words, str(tmp_path / "a"), *cached], env=environment, check=True, **silent)
    assert {folder: (folder / "output.pkl").stat().st_mtime_ns for folder in kept} == kept
    subprocess.run([*words, str(tmp_path / "b")], env=environment, check=True, **silent)
    for table in (tmp_path / "b").glob("*.csv"):
        if table.name != "timings.csv":
            assert (tmp_path / "a" / table.name).read_bytes() == table.read_bytes(), table.name


@pytest.mark.parametrize(
    "change", ["rows", *(pytest.param(each, marks=pytest.mark.slow) for each in ("seed", "design"))]
)
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


@pytest.mark.slow
def test_draws_in_slices_are_the_draws_in_one_piece(data, linear, alone, monkeypatch):
    monkeypatch.setattr("genvsdisc.study.fits.job.JOB_SECONDS", 1e-4)
    sliced = gd.compare(data.X, data.y, linear, design=TINY)
    for name in ("scores", "decomposition", "crossings"):
        assert_frame_equal(sliced.tables[name], alone.tables[name], rtol=1e-9)


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
        distributed.Client(local) as client,
    ):
        yield client


class Arrivals(distributed.WorkerPlugin):
    """Which large objects arrived in the memory of a worker of Dask."""

    def setup(self, worker):
        self.worker = worker
        worker.arrived = []

    def transition(self, key, start, finish, **_):
        computed = start in ("executing", "long-running")  # what a job gives back did not arrive
        if finish == "memory" and not computed and sizeof(self.worker.data.get(key)) > LARGE:
            self.worker.arrived.append(str(key))


LARGE = 250_000


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of Dask's own
@pytest.mark.usefixtures("cluster")
def test_dask_gives_the_same_numbers(data, linear, alone):
    with joblib.parallel_config(backend="dask"):
        assert_same(gd.compare(data.X, data.y, linear, design=TINY), alone)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_dask_is_sent_the_table_once_a_worker(linear, cluster):
    """However many jobs a worker runs on the rows (320 kB here), they arrive in its memory once."""
    wide = gd.datasets.make_gaussian_pair(1000, n_features=40, distance=2.0, random_state=0)
    cluster.register_plugin(Arrivals(), name="arrivals")
    steps = []
    with joblib.parallel_config(backend="dask"):
        gd.compare(wide.X, wide.y, linear, design=TINY, progress=lambda *step: steps.append(step))
    arrived = list(cluster.run(lambda dask_worker: dask_worker.arrived).values())
    assert len(steps) > 4 * len(arrived)
    assert [len(keys) for keys in arrived] == [1, 1]
    assert arrived[0] == arrived[1]
