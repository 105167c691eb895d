"""Calls in other processes: their results in order, None where a process ended, and no process where one is enough."""

import os
import sys
import threading

import pytest
from cloudpickle import register_pickle_by_value

from genvsdisc.study.fits.elsewhere import called_elsewhere, died

register_pickle_by_value(sys.modules[__name__])  # workers of joblib import by module, which is none outside of pytest


def process_after(code):
    return os._exit(code) if code else os.getpid()


@pytest.mark.parametrize("n_jobs", [None, 1])
def test_with_one_process_calls_are_made_in_this_one(n_jobs):
    assert called_elsewhere([(process_after, (0,))] * 2, n_jobs) == [os.getpid()] * 2
    assert called_elsewhere([], n_jobs) == []


def test_errors_are_the_callers():
    with pytest.raises(ZeroDivisionError):
        called_elsewhere([(divmod, (1, 0))], None)
    assert not died(ZeroDivisionError())


@pytest.mark.slow
def test_a_call_that_ends_its_process_has_no_result_and_the_others_have():
    lock = threading.Lock()  # which cannot travel
    found = called_elsewhere([(process_after, (0,)), (process_after, (9,)), (lock.locked, ())], 2)
    assert found[1:] == [None, False]
    assert found[0] != os.getpid()
