"""A panel as a small, self-contained SVG: the same bytes each time, legible on a light page and on a dark one."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from genvsdisc.figures.style import RC, TWINS

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GEOMETRY = ("d", "x", "y", "width", "height", "points", "viewBox")
_XLINK = "{http://www.w3.org/1999/xlink}"
_SVG = "{http://www.w3.org/2000/svg}"
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


def svg(
    plot: Callable[..., Axes],
    *tables: Any,
    size: tuple[int, int] = (312, 220),
    margins: tuple[int, int, int, int] = (22, 10, 38, 46),
    **options: Any,
) -> str:
    """Draw one panel and return it as SVG text.

    Parameters
    ----------
    plot : callable
        A ``plot_x`` function.
    *tables : DataFrame
        What it draws.
    size : (int, int), default=(312, 220)
        Width and height in CSS pixels.
    margins : (int, int, int, int), default=(22, 10, 38, 46)
        Room around the axes: top, right, bottom, left. Fixed, so that panels side by side line up.
    **options
        Passed to `plot`.

    Returns
    -------
    svg : str
    """
    (width, height), (top, right, bottom, left) = size, margins
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    buffer = io.StringIO()
    with rc_context(RC), warnings.catch_warnings():
        # Names in any script: the reader's fonts draw them, only matplotlib's own font lacks the letters.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width / 72, height / 72))
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        plot(*tables, ax=figure.add_axes(box), **options)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _compact(buffer.getvalue(), width, height)


def _compact(text: str, width: int, height: int) -> str:
    """Rewrite matplotlib's SVG: styles as classes, short numbers, palette as variables with dark twins."""
    root = ElementTree.fromstring(text)
    used = {name for e in root.iter() for value in e.attrib.values() for name in re.findall(r"#([\w-]+)", value)}
    classes: dict[str, str] = {}
    names: dict[str, str] = {}
    body = "".join(_element(child, used, classes, names) for child in root)
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    colors = [(f"--c{i}", light, dark) for i, (light, dark) in enumerate(TWINS.items())]
    colors = [(name, light, dark) for name, light, dark in colors if f"var({name})" in rules + body]
    lights = ";".join(f"{name}:{light}" for name, light, _ in colors)
    darks = ";".join(f"{name}:{dark}" for name, _, dark in colors)
    css = f"svg{{{lights}}}@media(prefers-color-scheme:dark){{svg{{{darks}}}}}text{{font-family:{_FONT}}}{rules}"
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}><style>{css}</style>{body}</svg>"


def _element(element: ElementTree.Element, used: set[str], classes: dict[str, str], names: dict[str, str]) -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag in ("metadata", "style"):
        return ""
    attributes = []
    for key, value in element.attrib.items():
        key = key.removeprefix(_XLINK)
        if key == "style":
            key, value = "class", classes.setdefault(_themed(value), f"a{len(classes)}")
        elif key == "id":
            if value not in used:
                continue
            value = names.setdefault(value, f"i{len(names)}")
        elif key == "clip-path" or (key == "href" and value.startswith("#")):
            value = re.sub(r"#([\w-]+)", lambda m: "#" + names.setdefault(m[1], f"i{len(names)}"), value)
        elif key == "transform" and value.startswith("rotate(-0 "):
            continue
        elif key == "transform" or key in _GEOMETRY:
            value = _shortened(value, key)
        attributes.append(f" {key}='{escape(value, {chr(39): '&apos;'})}'")
    inner = escape(element.text or "") if tag == "text" else ""
    inner += "".join(_element(child, used, classes, names) for child in element)
    if tag in ("g", "defs") and not inner:
        return ""
    if tag == "g" and not attributes:
        return inner
    return f"<{tag}{''.join(attributes)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(attributes)}/>"


def _themed(style: str) -> str:
    """One CSS rule: palette colors as variables, the font left to the root."""
    style = re.sub(r"font-family:[^;]*;?", "", style)
    for i, light in enumerate(TWINS):
        style = style.replace(light, f"var(--c{i})")
    return re.sub(r"\s*([:;,])\s*", r"\1", style).strip("; ")


def _shortened(value: str, key: str) -> str:
    """Tenths of a pixel; scales keep three digits."""
    digits = 3 if "scale" in value or "matrix" in value else 1
    value = _NUMBER.sub(lambda m: f"{float(m[0]):.{digits}f}".rstrip("0").rstrip(".").replace("-0.", "-."), value)
    value = re.sub(r"\s+", " ", value).strip()
    if key != "d":
        return value
    value = re.sub(r" ?([MLQCZHVz]) ?", r"\1", value)
    return re.sub(r"M([\d.-]+ [\d.-]+)L\1(?=M|$)", r"M\1h0", value)  # a dot: a line of no length with round ends
