"""Calls in other processes: a model that ends its process ends none but that, and none outlives the one that asked."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError

from genvsdisc.study.fits.predictions import check_portable
from genvsdisc.study.fits.workers import local_processes, release_workers, stop_workers, wait_for_workers, watch


def in_processes(calls: Sequence[Any], n_jobs: int | None, *, in_turn: bool = False) -> Generator[Any, None, None]:
    """Yield the results of joblib's calls in their order; where that ends early, the processes end at once.

    To be closed by who reads it: an interruption may come while no result is waited for.

    Parameters
    ----------
    calls : sequence of joblib's delayed calls
    n_jobs : int or None
        Processes, as joblib counts them.
    in_turn : bool, default=False
        Whether each call waits until the one before it has ended. The arrays that they share are then written once to
        the folder for temporary files, and not to a file system in memory, and the processes map them from there.
    """
    wait_for_workers()
    if in_turn and calls and local_processes():
        release_workers()  # those that run keep the folder that they were started with
    how: dict[str, Any] = {"pre_dispatch": 1, "batch_size": 1, "temp_folder": _on_disk()} if in_turn else {}
    try:
        yield from Parallel(n_jobs=n_jobs, return_as="generator", **how)(calls)
    except BaseException:
        stop_workers()
        raise


def _on_disk() -> str | None:
    """Folder for arrays that processes share; None where the user has named one for joblib."""
    return None if "JOBLIB_TEMP_FOLDER" in os.environ else tempfile.gettempdir()


def died(error: Exception) -> bool:
    """Whether an error says that a worker process ended, as loky or Dask tell it."""
    distributed: Any = sys.modules.get("distributed")
    kinds = (TerminatedWorkerError,) if distributed is None else (TerminatedWorkerError, distributed.KilledWorker)
    return isinstance(error, kinds)


def called_elsewhere(calls: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]], n_jobs: int | None) -> list[Any]:
    """Results of calls, each made in another process if there are to be several.

    Parameters
    ----------
    calls : sequence of (function, arguments)
        What cannot travel to another process is called in this one.
    n_jobs : int or None
        Processes, as joblib counts them; with one, all calls are made in this process.

    Returns
    -------
    results : list
        None where the process of a call has ended in the middle of it.
    """
    results: list[Any] = [None] * len(calls)
    away = [i for i, call in enumerate(calls) if effective_n_jobs(n_jobs) > 1 and _travels(call)]
    here = [i for i in range(len(calls)) if i not in away]
    for some in (away, *([i] for i in away)):  # together; if one ends its process, one by one
        try:
            with closing(in_processes([delayed(_watched)(os.getpid(), *calls[i]) for i in some], n_jobs)) as returned:
                for i, result in zip(some, returned, strict=True):
                    results[i] = result
        except BrokenProcessPool as error:
            if not died(error):  # a class that another process cannot import
                here += some if len(some) == 1 else []
        except Exception as error:
            if not died(error):
                raise
        else:
            if some is away:
                break
    for i in here:
        function, arguments = calls[i]
        results[i] = function(*arguments)
    return results


def _travels(call: tuple[Callable[..., Any], tuple[Any, ...]]) -> bool:
    try:
        check_portable(call)
    except TypeError:
        return False
    return True


def _watched(parent: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    watch(parent)
    return function(*arguments)
