"""One thread for linear algebra: how a sum is split over threads changes its last bits."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> Any:
    """Context in which BLAS and OpenMP have one thread, as ``threadpool_limits(1)``.

    Which thread pools a process has is looked up anew only once something was imported: a look at all its libraries
    takes milliseconds, and a comparison has hundreds of jobs.
    """
    return _pools(len(sys.modules)).limit(limits=1)


@lru_cache(maxsize=1)
def _pools(_loaded: int) -> ThreadpoolController:
    return ThreadpoolController()
