"""A panel as a small, self-contained SVG: the same bytes each time, legible on a light page and on a dark one."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from string import ascii_lowercase
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from genvsdisc.figures.elements import Element, Marks
from genvsdisc.figures.paths import circle, path_data
from genvsdisc.figures.style import QUIET, RC, TWINS

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_REFERENCE = re.compile(r"#([\w-]+)")
_GEOMETRY = ("x", "y", "width", "height", "transform")
_DEFAULTS = (
    "fill:none",
    "font-size:10.5px",
    "text-anchor:start",
    "stroke-linejoin:miter",
    "stroke-linecap:square",  # of the hairlines
    "stroke-linecap:butt",
    "stroke-dashoffset:0",
)
FEWEST_MARKS = 3
"""Fewer marks of one shape are written one by one."""
_LEADING = re.compile(r"\b(:)0\.(?=\d)")
_QUIET = f"fill:var(--{list(TWINS).index(QUIET)})"
"""What most texts are: they have it from the root."""
_DOUBLED = re.compile(r"#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3(?=[;}])")
_MOVED = re.compile(r"translate\((\S+) (\S+)\)")
_QUOTE = {"'": "&apos;"}
_XLINK = "{http://www.w3.org/1999/xlink}"
_SVG = "{http://www.w3.org/2000/svg}"


def svg(
    plot: Callable[..., Axes],
    *tables: Any,
    size: tuple[int, int] = (312, 220),
    margins: tuple[int, int, int, int] = (22, 10, 38, 46),
    clip: bool = False,
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
    clip : bool, default=False
        Cut what reaches over the axes; costs bytes, and most panels reach nowhere.
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
        ax = plot(*tables, ax=figure.add_axes(box), **options)
        left = _room_at_the_left(ax, width, left)
        right = _room_at_the_right(ax, width, right)
        for text in ax.get_children():
            if isinstance(text, Text) and text.get_text() == ax.get_title(loc="left") != "":
                text.set_x((1 - left) / (width - left - right))  # flush with the panel's edge
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _compact(buffer.getvalue(), width, height, clip)


def _room_at_the_left(ax: Axes, width: int, left: int) -> int:
    """Widen the left margin where long numbers push the label of the axis out of the picture."""
    drawn = ax.yaxis.get_tightbbox() if ax.get_ylabel() else None
    missing = 0 if drawn is None else int(np.ceil(1 - drawn.x0 * 72 / ax.figure.dpi))
    if missing <= 0:
        return left
    box = ax.get_position(original=True)
    ax.set_position((box.x0 + missing / width, box.y0, box.width - missing / width, box.height))
    return left + missing


def _room_at_the_right(ax: Axes, width: int, right: int) -> int:
    """Widen the right margin where the last number under the axis would be cut by the edge of the picture."""
    drawn = ax.xaxis.get_tightbbox()
    missing = 0 if drawn is None else int(np.ceil(drawn.x1 * 72 / ax.figure.dpi + 1 - width))
    if missing <= 0:
        return right
    box = ax.get_position(original=True)
    ax.set_position((box.x0, box.y0, box.width - missing / width, box.height))
    return right + missing


def _compact(text: str, width: int, height: int, clip: bool) -> str:
    """Rewrite matplotlib's SVG: styles as classes, short numbers, palette as variables with dark twins."""
    writer = _Writer(ElementTree.fromstring(text), clip)
    body = writer.written()
    rules = "".join(f".{name}{{{style}}}" for style, name in writer.classes.items() if f"class='{name}'" in body)
    rules += "".join(f".{name}{{marker:url(#{name})}}" for name in writer.markers)
    used = rules + _QUIET
    colors = [(f"--{i}", light, dark) for i, (light, dark) in enumerate(TWINS.items()) if f"var(--{i})" in used]
    lights = ";".join(f"{name}:{light}" for name, light, _ in colors)
    darks = ";".join(f"{name}:{dark}" for name, _, dark in colors)
    root = f"svg{{{lights};font:10.5px system-ui,sans-serif;{_QUIET}}}path,circle{{fill:none}}"
    css = f"{root}@media(prefers-color-scheme:dark){{svg{{{darks}}}}}{rules}"
    size = f"width='{width}' viewBox='0 0 {width} {height}'"
    css = _DOUBLED.sub(r"#\1\2\3", css)
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}><style>{css}</style>{body}</svg>"


class _Writer:
    """Elements in drawing order, texts on top of all.

    Consecutive paths of one look become one path, as do marks of one shape and look; what is cut by the same frame
    stands in one group, as do texts of one look.
    """

    def __init__(self, root: ElementTree.Element, clip: bool):
        self.clip = clip
        self.parts: list[Element] = []
        self.classes: dict[str, str] = {}
        self._marks: dict[tuple[str, str], str] = {}  # shape and class of a mark -> name of its marker
        self._texts: list[Element] = []
        self._frames: list[str] = []
        self._shapes: dict[str, str] = {}  # path data of the marks, by id
        self._clips: dict[str, str] = {}  # names of clip paths -> names of two letters
        self._uses = Counter(e.get(f"{_XLINK}href", "").removeprefix("#") for e in root.iter(f"{_SVG}use"))
        for child in root:
            self._write(child, "")

    def written(self) -> str:
        """Give all of it."""
        words = []
        for cut, parts in groupby(self.parts, key=lambda part: part.clip):
            text = "".join(part.written() for part in parts)
            words.append(f"<g clip-path='url(#{cut})'>{text}</g>" if cut else text)
        looks = list(dict.fromkeys(text.look for text in self._texts))
        for look in looks:
            of_look = [text for text in self._texts if text.look == look]
            grouped = len(of_look) > 1 and look
            text = "".join(each.written(look=not grouped) for each in of_look)
            words.append(f"<g class='{look}'>{text}</g>" if grouped else text)
        return "".join([*self.markers.values(), *self._frames, *words])

    @property
    def markers(self) -> dict[str, str]:
        """Name -> definition of the marks that lines are drawn with."""
        return {part.name: part.marker for part in self.parts if isinstance(part, Marks) and part.marker}

    def _write(self, element: ElementTree.Element, cut: str) -> None:
        tag = element.tag.removeprefix(_SVG)
        if tag in ("metadata", "style"):
            return
        raw = dict(element.attrib)
        if self.clip and "clip-path" in raw:
            cut = self._short(_REFERENCE.findall(raw["clip-path"])[0])
        if tag == "clipPath":
            self._define_clip(element)
        elif tag == "path":
            self._write_path(raw, cut)
        elif tag == "use":
            self._write_mark(raw, cut)
        elif tag == "text":
            self._write_text(element, raw)
        elif tag == "image":
            self._add(Element("image", "", cut, _attributes(raw)))
        else:  # groups carry nothing but names
            for child in element:
                self._write(child, cut)

    def _define_clip(self, element: ElementTree.Element) -> None:
        if self.clip:
            inner = "".join(f"<{each.tag.removeprefix(_SVG)}{_attributes(each.attrib)}/>" for each in element)
            self._frames.append(f"<clipPath id='{self._short(element.attrib['id'])}'>{inner}</clipPath>")

    def _short(self, name: str) -> str:
        """Name of a clip path, of two letters."""
        return self._clips.setdefault(name, f"p{len(self._clips)}")

    def _write_path(self, raw: dict[str, str], cut: str) -> None:
        if "id" in raw:
            self._shapes[raw["id"]] = raw.get("d", "")
            return
        look = self._look(raw)
        if raw.get("d") and look:  # else a line all of whose points are missing, or the background that is not seen
            self._add(Element("path", look, cut, data=path_data(raw["d"])))

    def _write_mark(self, raw: dict[str, str], cut: str) -> None:
        shape, look = raw[f"{_XLINK}href"].removeprefix("#"), self._look(raw)
        place = float(raw.get("x", 0)), float(raw.get("y", 0))
        alone = self._shape(shape, look, cut, place)
        if self._uses[shape] < FEWEST_MARKS:
            self._add(alone)
            return
        name = self._marks.setdefault((shape, look), f"m{len(self._marks)}")
        last = self.parts[-1] if self.parts else None
        if isinstance(last, Marks) and (last.name, last.clip) == (name, cut):
            last.points += (place,)
        else:
            drawn = self._shape(shape, look, "", (0.0, 0.0)).written()
            self.parts.append(Marks(**vars(alone), name=name, shape=drawn, points=(place,)))

    def _shape(self, shape: str, look: str, cut: str, place: tuple[float, float]) -> Element:
        """A mark at its place."""
        radius = circle(self._shapes[shape])
        if radius is None:
            return Element("path", look, cut, data=path_data(self._shapes[shape], place))
        centre = "".join(f" {key}='{_rounded(f'{at:f}')}'" for key, at in zip(("cx", "cy"), place, strict=True) if at)
        return Element("circle", look, cut, f" r='{radius:g}'{centre}")

    def _add(self, part: Element) -> None:
        last = self.parts[-1] if self.parts else None
        kind = type(last), *(getattr(last, name, "") for name in ("tag", "look", "clip"))
        if part.tag == "path" and last and kind == (Element, "path", part.look, part.clip):
            last.data += part.data
        else:
            self.parts.append(part)

    def _write_text(self, element: ElementTree.Element, raw: dict[str, str]) -> None:
        """Write a text, which is cut by nothing, on a whole pixel if level; the lines of a text have a place each."""
        turned = raw.get("transform", "")
        moved = _MOVED.fullmatch(turned)
        level = moved or not turned or turned.startswith("rotate(-0 ")
        x, y = moved.groups() if moved else (raw.get("x", "0"), raw.get("y", "0"))
        placed = {"x": f"{float(x):.0f}", "y": f"{float(y):.0f}", "transform": ""} if level else {}
        style = ";".join(rule for rule in _themed(raw.get("style", "")).split(";") if rule != _QUIET)
        self._texts.append(
            Element("text", self._named(style), "", _attributes(raw | placed), escape(element.text or ""))
        )

    def _look(self, raw: dict[str, str]) -> str:
        """The class that stands for the style of an element; none for a shape without fill and stroke."""
        style = raw.get("style", "")
        style = _themed(style if "fill" in style else f"fill:#000;{style}")  # black is what matplotlib does not say
        return self._named(style) if re.search("fill:|stroke:", style) else ""

    def _named(self, style: str) -> str:
        return self.classes.setdefault(style, _letters(len(self.classes))) if style else ""


def _attributes(raw: dict[str, str]) -> str:
    """Attributes as text, without those that say what is so anyway."""
    words = []
    for long, value in raw.items():
        key = long.removeprefix(_XLINK)
        if key in ("id", "style") or (key == "transform" and (not value or value.startswith("rotate(-0 "))):
            continue
        words.append(f" {key}='{escape(_rounded(value) if key in _GEOMETRY else value, _QUOTE)}'")
    return "".join(words)


def _letters(count: int) -> str:
    """Name of a class: a to z, then of two letters."""
    more, last = divmod(count, len(ascii_lowercase))
    return (ascii_lowercase[more - 1] if more else "") + ascii_lowercase[last]


def _themed(style: str) -> str:
    """One CSS rule: palette colors as variables; what is the default or comes from the root left out."""
    for i, light in enumerate(TWINS):
        style = style.replace(light, f"var(--{i})")
    rules = [_LEADING.sub(r"\1.", re.sub(r"\s*([:,])\s*", r"\1", rule.strip())) for rule in style.split(";")]
    return ";".join(rule for rule in rules if rule and not rule.startswith("font-family") and rule not in _DEFAULTS)


def _rounded(value: str) -> str:
    """Tenths of a pixel; scales keep three digits."""
    digits = 3 if "scale" in value or "matrix" in value else 1
    return _NUMBER.sub(lambda m: f"{float(m[0]):.{digits}f}".rstrip("0").rstrip(".").replace("-0.", "-."), value)
