"""One thread for a fit: how a sum is split over threads changes its last bits, and fits run beside each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController

_PROCESSORS = "LOKY_MAX_CPU_COUNT"
"""Where joblib finds how many processors there are: LightGBM has a thread for each, whatever OpenMP's limit."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Context in which BLAS and OpenMP have one thread, as ``threadpool_limits(1)``, and joblib counts one processor.

    Which thread pools a process has is looked up anew only once something was imported: a look at all its libraries
    takes milliseconds, and a comparison has hundreds of jobs.
    """
    before = os.environ.get(_PROCESSORS)
    with _pools(len(sys.modules)).limit(limits=1):
        os.environ[_PROCESSORS] = "1"
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(_PROCESSORS, None)
            else:
                os.environ[_PROCESSORS] = before


@lru_cache(maxsize=1)
def _pools(_loaded: int) -> ThreadpoolController:
    return ThreadpoolController()
