"""A panel as a small, self-contained SVG: the same bytes each time, legible on a light page and on a dark one."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from genvsdisc.figures.style import RC, TWINS

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_REFERENCE = re.compile(r"#([\w-]+)")
_GEOMETRY = ("x", "y", "width", "height", "transform")
_DEFAULTS = (
    "font-size:10.5px",
    "text-anchor:start",
    "stroke-linejoin:miter",
    "stroke-linecap:square",  # of the hairlines
    "stroke-linecap:butt",
    "stroke-dashoffset:0",
)
FEWEST_MARKS = 3
"""Fewer marks of one shape are written one by one."""
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
        for text in ax.get_children():
            if isinstance(text, Text) and text.get_text() == ax.get_title(loc="left") != "":
                text.set_x((1 - left) / (width - left - right))  # flush with the panel's edge
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _compact(buffer.getvalue(), width, height, clip)


def _compact(text: str, width: int, height: int, clip: bool) -> str:
    """Rewrite matplotlib's SVG: styles as classes, short numbers, palette as variables with dark twins."""
    writer = _Writer(ElementTree.fromstring(text), clip)
    body = "".join(writer.parts)
    rules = "".join(f".{name}{{{style}}}" for style, name in writer.classes.items() if f"class='{name}'" in body)
    rules += "".join(
        f".{name}{{fill:none;marker-start:url(#{name});marker-mid:url(#{name})}}" for name in writer.marks.values()
    )
    colors = [(f"--c{i}", light, dark) for i, (light, dark) in enumerate(TWINS.items()) if f"var(--c{i})" in rules]
    lights = ";".join(f"{name}:{light}" for name, light, _ in colors)
    darks = ";".join(f"{name}:{dark}" for name, _, dark in colors)
    css = f"svg{{{lights};font:10.5px system-ui,sans-serif}}@media(prefers-color-scheme:dark){{svg{{{darks}}}}}{rules}"
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}><style>{css}</style>{body}</svg>"


class _Writer:
    """Elements in drawing order; consecutive paths of one look become one path, as do marks of one shape and look."""

    def __init__(self, root: ElementTree.Element, clip: bool):
        self.clip = clip
        self.parts: list[str] = []
        self.classes: dict[str, str] = {}
        self._shapes: dict[str, str] = {}  # elements of the marks, by id
        self._uses = Counter(e.get(f"{_XLINK}href", "").removeprefix("#") for e in root.iter(f"{_SVG}use"))
        self.marks: dict[tuple[str, str], str] = {}  # shape and class of a mark -> name of its marker
        self._used = {name for e in root.iter() for value in e.attrib.values() for name in _REFERENCE.findall(value)}
        for child in root:
            self._write(child)

    def _write(self, element: ElementTree.Element) -> None:
        tag = element.tag.removeprefix(_SVG)
        if tag in ("metadata", "style") or (tag == "clipPath" and not self.clip):
            return
        attributes = dict(filter(None, (self._attribute(*item) for item in element.attrib.items())))
        if tag == "path":
            self._write_path(attributes)
            return
        if tag == "use":
            self._write_mark(attributes)
            return
        if tag == "defs" and not len(element):
            return
        opened = "".join(f" {key}='{escape(value, _QUOTE)}'" for key, value in attributes.items())
        bare = not opened and tag in ("g", "defs")  # carries nothing: clip paths and shapes of marks may stand anywhere
        inner = escape(element.text or "") if tag == "text" else ""
        if not bare:
            self.parts.append(f"<{tag}{opened}>{inner}")
        for child in element:
            self._write(child)
        if not bare:
            empty = self.parts[-1] == f"<{tag}{opened}>"
            self.parts[-1:] = [self.parts[-1].removesuffix(">") + "/>"] if empty else [self.parts[-1], f"</{tag}>"]

    def _short(self, name: str) -> str:
        """Short name of a clip path; marks keep theirs, which stands nowhere in the end."""
        return f"p{sorted(self._used).index(name)}" if name.startswith("p") else name

    def _write_path(self, attributes: dict[str, str]) -> None:
        data = attributes.pop("d", "")
        if not data:
            return  # a line all of whose points are missing
        if "id" in attributes:
            self._shapes[attributes["id"]] = _circle(data) or f"<path d='{data}'/>"
            return
        look = "".join(f" {key}='{value}'" for key, value in attributes.items())
        style = next((style for style, name in self.classes.items() if name == attributes.get("class")), "")
        if "stroke:" not in style and "fill:none" in style:
            return  # the invisible background of figure and axes
        end = f"'{look}/>"
        if self.parts and self.parts[-1].startswith("<path d=") and self.parts[-1].endswith(end):
            self.parts[-1] = self.parts[-1].removesuffix(end) + data + end
        else:
            self.parts.append(f"<path d='{data}{end}")

    def _write_mark(self, attributes: dict[str, str]) -> None:
        """Write marks as a line that is not drawn, with a marker at each of its points: a fifth of the bytes."""
        shape, look = attributes["href"].removeprefix("#"), attributes.get("class", "")
        x, y = attributes.get("x", "0"), attributes.get("y", "0")
        if self._uses[shape] < FEWEST_MARKS:
            place = "" if x == y == "0" else f" transform='translate({x} {y})'"
            self.parts.append(self._shapes[shape].replace("/>", f" class='{look}'{place}/>"))
            return
        if (shape, look) not in self.marks:
            self.marks[shape, look] = name = f"m{len(self.marks)}"
            drawn = self._shapes[shape].replace("/>", f" class='{look}'/>")
            self.parts.append(f"<marker id='{name}' overflow='visible' markerUnits='userSpaceOnUse'>{drawn}</marker>")
        name = self.marks[shape, look]
        # The line ends where it is: else a single point would be none. Its last marker is not drawn.
        end = f"h0' class='{name}'/>"
        if self.parts[-1].endswith(end):
            self.parts[-1] = self.parts[-1].removesuffix(end) + f" {x} {y}".replace(" -", "-") + end
        else:
            self.parts.append(f"<path d='M{x} {y}{end}")

    def _attribute(self, key: str, value: str) -> tuple[str, str] | None:
        key = key.removeprefix(_XLINK)
        if key == "style":
            return "class", self.classes.setdefault(_themed(value), f"a{len(self.classes)}")
        if (key == "id" and value not in self._used) or (key == "clip-path" and not self.clip):
            return None
        if key in ("id", "clip-path"):
            return key, _REFERENCE.sub(lambda m: f"#{self._short(m[1])}", value) if "#" in value else self._short(value)
        if key == "transform" and value.startswith("rotate(-0 "):
            return None
        if key == "d":
            return key, _path(value)
        return key, _rounded(value) if key in _GEOMETRY else value


def _themed(style: str) -> str:
    """One CSS rule: palette colors as variables; what is the default or comes from the root left out."""
    for i, light in enumerate(TWINS):
        style = style.replace(light, f"var(--c{i})")
    rules = [re.sub(r"\s*([:,])\s*", r"\1", rule.strip()) for rule in style.split(";")]
    return ";".join(rule for rule in rules if rule and not rule.startswith("font-family") and rule not in _DEFAULTS)


def _rounded(value: str) -> str:
    """Tenths of a pixel; scales keep three digits."""
    digits = 3 if "scale" in value or "matrix" in value else 1
    return _NUMBER.sub(lambda m: f"{float(m[0]):.{digits}f}".rstrip("0").rstrip(".").replace("-0.", "-."), value)


def _circle(data: str) -> str:
    """Matplotlib's circle, of eight curves, as one; "" for another path."""
    if re.sub("[^A-Za-z]", "", data) != "MCCCCCCCCz":
        return ""
    numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", data)]
    ends = list(zip(numbers[:1] + numbers[6::6], numbers[1:2] + numbers[7::6], strict=True))
    r = math.hypot(*ends[0])
    return f"<circle r='{r:g}'/>" if all(abs(math.hypot(x, y) - r) < 0.15 for x, y in ends) else ""


def _path(value: str) -> str:
    """Path data in tenths of a pixel; a step is written from the corner or from the last point, what is shorter."""
    words: list[str] = []
    at, open_letter = (0.0, 0.0), ""
    for command, rest in re.findall(r"([MLQCz])([^MLQCz]*)", _rounded(value)):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        x, y = numbers[-2:] or at
        step = (x - at[0], y - at[1])
        if command != "L":
            choices = [command + _spaced(numbers)]
        elif abs(step[1]) < 0.05:  # a dot is such a line of no length, with round ends
            choices = [f"H{_short(x)}", f"h{_short(step[0])}"]
        elif abs(step[0]) < 0.05:
            choices = [f"V{_short(y)}", f"v{_short(step[1])}"]
        else:
            choices = [f"L{_spaced((x, y))}", f"l{_spaced(step)}"]
        if choices[0][0] in "Ll":  # a letter that repeats need not be written
            choices = [(w if w[0] != open_letter else (w[1:] if w[1] == "-" else f" {w[1:]}")) for w in choices]
            chosen = min(range(2), key=lambda i: len(choices[i]))
            open_letter, word = "Ll"[chosen], choices[chosen]
        else:
            open_letter, word = "", min(choices, key=len)
        words.append(word)
        at = (x, y)
    return "".join(words)


def _short(number: float) -> str:
    """A number in tenths, without what it does not need."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _spaced(numbers: Sequence[float]) -> str:
    return " ".join(_short(number) for number in numbers).replace(" -", "-")
