import os

import joblib
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from genvsdisc.study.fits.one_thread import one_thread


def test_all_thread_pools_have_one_thread_inside_and_what_they_had_outside():
    with threadpool_limits(2):
        before = [pool["num_threads"] for pool in threadpool_info()]
        for _ in range(2):  # the second time the pools are known
            with one_thread():
                assert [pool["num_threads"] for pool in threadpool_info()] == [1] * len(before)
            assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert 2 in before


@pytest.mark.parametrize("before", [None, "3"])
def test_joblib_counts_one_processor_inside_and_what_it_did_outside(monkeypatch, before):
    """LightGBM makes as many threads as joblib counts processors, whatever OpenMP's limit, in each of our processes."""
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    if before is not None:
        monkeypatch.setenv("LOKY_MAX_CPU_COUNT", before)
    outside = joblib.cpu_count()
    with one_thread():
        assert joblib.cpu_count() == joblib.cpu_count(only_physical_cores=True) == 1
    assert joblib.cpu_count() == outside
    assert os.environ.get("LOKY_MAX_CPU_COUNT") == before
