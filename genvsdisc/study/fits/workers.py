"""The worker processes of joblib: started before there is work for them, ended with it or with this process."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from joblib import Parallel, delayed, effective_n_jobs
from joblib.parallel import get_active_backend

from genvsdisc.cycles import loading

WATCH_SECONDS = 1.0
"""How often a worker looks whether the process that it works for still runs."""
_NEEDED = ("genvsdisc.study.fits.jobs", "genvsdisc.models")
"""What a worker imports for the first job."""
_LOG = logging.getLogger("genvsdisc.study")
_watching: set[int] = set()
_starting: list[threading.Thread] = []


@contextmanager
def workers_started(n_jobs: int | None) -> Iterator[None]:
    """Start the processes that joblib will use: they import what fits need while this one prepares the work.

    Parameters
    ----------
    n_jobs : int or None
        Processes, as joblib counts them; nothing is started for one.
    """
    if local_processes() and (n_workers := effective_n_jobs(n_jobs)) > 1:
        _starting.append(threading.Thread(target=_start, args=(n_jobs, n_workers), daemon=True))
        _starting[-1].start()
    try:
        yield
    finally:  # loky's own thread stumbles where a process is killed while it starts
        wait_for_workers()


def _start(n_jobs: int | None, n_workers: int) -> None:
    try:
        Parallel(n_jobs=n_jobs, batch_size=1)(delayed(_prepare)(os.getpid()) for _ in range(n_workers))
    except Exception as error:  # whoever has work for them starts them again, and says what is wrong
        _LOG.debug("workers could not be started beforehand", exc_info=error)


def _prepare(parent: int) -> None:
    watch(parent)
    with loading():
        for name in _NEEDED:
            import_module(name)


def wait_for_workers() -> None:
    """Wait until the processes that were started beforehand are ready."""
    while _starting:
        _starting.pop().join()


def watch(parent: int) -> None:
    """End this process within a second or so once `parent`, which started it, is gone, however that died.

    Nothing where this process is the parent itself, or was started by another (a worker of Dask).
    """
    if parent in _watching or parent == os.getpid() or os.getppid() != parent:
        return
    _watching.add(parent)

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=look, name="parent watch", daemon=True).start()


def local_processes() -> bool:
    """Whether joblib's processes are on this machine and share its memory: not with Dask, and as it is by default."""
    backend, _ = get_active_backend()
    return not hasattr(backend, "client")


def release_workers() -> None:
    """Let the worker processes end once they are idle, and their memory with them."""
    from joblib.externals.loky import reusable_executor

    executor = reusable_executor._executor
    if executor is not None:
        executor.shutdown(wait=True)


def stop_workers() -> None:
    """End the worker processes at once, in the middle of their fits."""
    from joblib.externals.loky import reusable_executor

    executor = reusable_executor._executor
    if executor is not None:
        executor.shutdown(wait=False, kill_workers=True)
