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
