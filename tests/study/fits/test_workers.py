"""Worker processes that are started before there is work for them."""

import os
import time

import pytest
from joblib import delayed
from joblib.externals.loky import reusable_executor

from genvsdisc.study.fits import workers
from genvsdisc.study.fits.elsewhere import in_processes
from genvsdisc.study.fits.workers import release_workers, workers_started


@pytest.fixture(autouse=True)
def no_workers_before_and_after():
    release_workers()
    yield
    release_workers()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def processes():
    return set(reusable_executor._executor._processes)


def test_work_is_done_by_the_processes_that_were_started():
    with workers_started(2):
        found = set(in_processes([delayed(os.getpid)() for _ in range(8)], 2))
        assert found <= processes()
        assert workers._starting == []
    assert os.getpid() not in found


def fail_beside_workers(started):
    with workers_started(2):
        while len(started) < 2:
            time.sleep(0.01)
            started |= set() if reusable_executor._executor is None else processes()
        raise ValueError("before there was work for them")


def test_an_error_ends_them_at_once():
    started = set()
    with pytest.raises(ValueError, match="before there was work"):
        fail_beside_workers(started)
    until = time.monotonic() + 10
    while any(map(alive, started)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, started))
    assert workers._starting == []


def test_one_process_needs_no_other():
    with workers_started(1):
        assert workers._starting == []
