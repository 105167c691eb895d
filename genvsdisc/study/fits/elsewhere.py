"""Calls in other processes, where a model that ends its process ends none but that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from joblib import Parallel, delayed, effective_n_jobs
from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError

from genvsdisc.study.fits.predictions import check_portable


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
            found = Parallel(n_jobs=n_jobs)(delayed(calls[i][0])(*calls[i][1]) for i in some)
        except BrokenProcessPool as error:
            if not died(error):  # a class that another process cannot import
                here += some if len(some) == 1 else []
        except Exception as error:
            if not died(error):
                raise
        else:
            for i, result in zip(some, found, strict=True):
                results[i] = result
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
