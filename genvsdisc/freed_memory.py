"""Hints to the allocators of the C library and of Arrow."""

import ctypes
import sys
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

LARGE_CELLS = 2_000_000
"""Cells of a table from which what is freed is worth the time of giving it back."""


@cache
def keep_freed_memory() -> None:
    """Let glibc keep freed blocks of up to 4 MB for the next fit of this process.

    By default it hands them back to the system and takes them anew, page by page, unless a larger block was freed
    before (mallopt(3): its thresholds adapt). A block that is never touched costs nothing; with it 1,000 refits of 140
    rows with their bias and variance take 0.67 of the processor time, the default comparison 0.85. Elsewhere than on
    glibc it has no effect.
    """
    np.empty(1 << 22, dtype=np.uint8)


def give_freed_memory_back() -> None:
    """Let Arrow and glibc hand what was freed back to the system: a large table leaves as much behind as it holds.

    Elsewhere than on glibc the second half has no effect.
    """
    pa.default_memory_pool().release_unused()
    if (trim := _malloc_trim()) is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
