"""On how many examples a property or a test is tried by default."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def examples(count: int, **options: Any) -> settings:
    """So many examples by default, and in a fresh run more in proportion to its profile."""
    return settings(max_examples=count * settings.default.max_examples // 100, **options)


def few(values: Iterable[Any], *fast: Any) -> list[Any]:
    """All values, of which only some, or the first, belong to the fast tests."""
    return [value if (value in fast if fast else i == 0) else _slow(value) for i, value in enumerate(values)]


def _slow(value: Any) -> Any:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.slow)
