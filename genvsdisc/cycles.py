"""When Python looks for cycles in processes of our own: never while modules are loaded, and then not among them."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for cycles, of which they make none: it takes a sixth of their time.

    What they made is not looked through later on either; nothing is kept from it where none was loaded.
    """
    known = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        gc.enable()
