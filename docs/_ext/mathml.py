"""Formulas of the documentation as MathML, which browsers draw themselves: no script, and nothing from another site."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def _inline(writer: Any, node: nodes.Element) -> None:
    """Write a formula in a line of text."""
    writer.body.append(f'<span class="math">{convert(node.astext())}</span>')
    raise nodes.SkipNode


def _display(writer: Any, node: nodes.Element) -> None:
    """Write a formula that stands alone; lines that are aligned with & are a table of formulas."""
    latex = node.astext()
    if "&" in latex or (r"\\" in latex and r"\begin" not in latex):
        latex = rf"\begin{{aligned}}{latex}\end{{aligned}}"
    writer.body.append(f'<div class="math">{convert(latex, display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer; ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
