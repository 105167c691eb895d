"""One BLAS thread for small products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from threading import Lock
from typing import Any

_SMALL_PRODUCT = 10_000_000
_lock = Lock()
_users = 0
_limiter: Any = None


def blas_threads(multiplications: int) -> AbstractContextManager[Any]:
    """Limit BLAS to one thread if its largest matrix product has few multiplications: more threads only wait.

    An MLP on 1,797 x 64 digits took 0.12 s on one thread and 0.56 s on two.
    """
    return _one_thread() if multiplications < _SMALL_PRODUCT else nullcontext()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold the limit while any thread of the process is inside: the first sets it and the last one takes it back."""
    global _users, _limiter
    with _lock:
        if not _users:
            _limiter = _thread_pools().limit(limits=1, user_api="blas")
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _limiter.restore_original_limits()


@cache
def _thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
