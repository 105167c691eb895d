"""Worker processes that are started before there is work for them."""

import os

import pytest
from joblib import delayed
from joblib.externals.loky import reusable_executor

from genvsdisc.study.fits import workers
from genvsdisc.study.fits.elsewhere import in_processes
from genvsdisc.study.fits.workers import release_workers, wait_for_workers, workers_started


@pytest.fixture(autouse=True)
def no_workers_before_and_after():
    release_workers()
    yield
    release_workers()


def processes():
    return set(reusable_executor._executor._processes)


def test_work_is_done_by_the_processes_that_were_started():
    with workers_started(2):
        wait_for_workers()
        started = processes()
        found = set(in_processes([delayed(os.getpid)() for _ in range(8)], 2))
    assert len(started) == 2
    assert found <= started


def test_an_error_before_there_is_work_leaves_no_thread_and_whole_processes():
    with pytest.raises(ValueError, match="before there was work"), workers_started(2):
        raise ValueError("before there was work for them")
    assert workers._starting == []
    assert set(in_processes([delayed(os.getpid)() for _ in range(8)], 2)) <= processes()


def test_one_process_needs_no_other():
    with workers_started(1):
        assert workers._starting == []
