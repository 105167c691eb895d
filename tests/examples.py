"""On how many examples a property is tried."""

from typing import Any

from hypothesis import settings


def examples(count: int, **options: Any) -> settings:
    """So many examples by default, and in a fresh run more in proportion to its profile."""
    return settings(max_examples=count * settings.default.max_examples // 100, **options)
