"""What was found, in the words of the comparison."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from genvsdisc.report.blocks import Section, Text
from genvsdisc.report.numbers import fixed

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def verdict_section(comparison: Comparison) -> Section:
    """Say what was found, in the words of the comparison."""
    first, _, rest = (re.sub(r"(?<=[.!?]) +(?=[A-Z])", "\f", comparison.verdict, count=1)).partition("\f")
    texts = [Text(text) for text in [*rest.split("\n"), _scale(comparison)] if text.strip()]
    return Section("verdict", "Verdict", first or "This comparison carries no verdict.", tuple(texts))


def _scale(comparison: Comparison) -> str:
    meta, design = comparison.meta, comparison.meta.get("design", {})
    used = comparison.classes[comparison.classes.used]
    parts = [
        f"{fixed(meta['n_rows'], 0)} rows" if "n_rows" in meta else "",
        f"{meta['n_columns']} columns" if "n_columns" in meta else "",
        f"{len(used)} classes" if len(used) else "",
        f"{len(comparison.models)} models",
        f"{design['n_splits']} folds, repeated {design['n_repeats']} times"
        if {"n_splits", "n_repeats"} <= set(design)
        else "",
    ]
    return ", ".join(part for part in parts if part) + "."
