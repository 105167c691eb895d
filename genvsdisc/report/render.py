"""Sections to one self-contained page. The only place that knows the template engine."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from genvsdisc.files import atomic_file
from genvsdisc.report.blocks import Section
from genvsdisc.report.isolation import noted

# Control characters have no place in HTML, nor those that turn the direction of all text after them.
_CONTROLS = (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000))
_DROPPED = dict.fromkeys((*_CONTROLS, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
_ASCII, _SAFE = re.compile(r"[\x00-\x7f]+"), " '()*+,-./:;=?@[]_!$^`{|}~<>"
_CLASSES, _OF_CLASS = re.compile(r'\bclass="?([^">]+)'), re.compile(r"\.([A-Za-z][\w-]*)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]{0,28}(?![\w-])")


def document(
    title: str,
    sections: Sequence[Section],
    *,
    subtitle: str = "",
    carried: Callable[[int], tuple[str, str]] | None = None,
) -> str:
    """Write sections as one HTML page that needs nothing else.

    Parameters
    ----------
    title, subtitle : str
        Heading of the page, and the quiet line over it.
    sections : sequence of Section
        In reading order.
    carried : callable, default=None
        Bytes of the page without it -> data that the page carries, of letters and signs that HTML takes as they are,
        and a line on it for its end.

    Returns
    -------
    html : str
    """
    template = _environment().get_template("page.html")
    bodies = [(section, _body(section)) for section in sections]
    words = {
        "title": title,
        "subtitle": subtitle,
        "sections": bodies,
        "record": "",
        "told": "",
        "css": "",
        "digest": "",
    }
    css = _of_use(_style("page.css"), template.render(**words))
    words |= {"css": Markup(css), "digest": b64encode(sha256(css.encode()).digest()).decode()}
    bare = _plain_quotes(template.render(**words))
    if carried is None:
        return bare
    record, carried_text = carried(len(bare.encode()))
    return _plain_quotes(template.render(**words | {"record": Markup(record), "told": carried_text}))


def notebook_cell(section: Section) -> str:
    """Write one section as HTML without a page around it, for a notebook."""
    template = _environment().get_template("fragment.html")
    return template.render(section=section, body=_body(section), css=Markup(_style("fragment.css")))


def weight(block: Any) -> int:
    """Bytes of a block on the page."""
    return len(_shown(block, "").encode())


def _plain_quotes(html: str) -> str:
    """Write apostrophes as they are: attributes stand between the other quotation marks."""
    return html.replace("&#39;", "'")


def _body(section: Section) -> Markup:
    return Markup("".join(_shown(block, section.name) for block in section.blocks))


def _shown(block: Any, where: str) -> str:
    """Write a block of a section; one that cannot be written is named in its place."""
    blocks: Any = _environment().get_template("blocks.html").module
    try:
        return str(blocks.show(block))
    except Exception as error:
        return str(blocks.show(noted(f"A {block.kind} of “{where}”", error)))


def _style(name: str) -> str:
    """Read a style sheet, its lines joined."""
    text = files("genvsdisc.report").joinpath("templates", name).read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines() if not line.strip().startswith("/*"))


def _of_use(css: str, html: str) -> str:
    """Leave out the rules, and the selectors of rules, for classes that no element of a page has."""
    there = {name for names in _CLASSES.findall(html) for name in names.split()}

    def kept(rule: re.Match[str]) -> str:
        selectors = [each for each in rule[1].split(",") if there.issuperset(_OF_CLASS.findall(each))]
        return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""

    return _RULE.sub(kept, css)


def write(html: str, path: str | os.PathLike[str]) -> Path:
    """Put a page in place in one step: a reader sees the old one or the new one, never a half."""
    target = Path(path)
    if target.is_dir():
        target /= "index.html"
    with atomic_file(target) as draft:
        draft.write_bytes(html.encode())
    return target


def data_uri(svg: str) -> Markup:
    """Give the address of a picture that holds the picture itself; double quotes, "#" and "%" are encoded.

    Letters beyond ASCII stay, as the page is in UTF-8: encoded they would take three times the room.
    """
    return Markup("data:image/svg+xml," + _ASCII.sub(lambda match: quote(match[0], safe=_SAFE), svg))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("genvsdisc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_text,
    )
    environment.filters["data_uri"] = data_uri
    environment.filters["unbroken"] = _unbroken
    return environment


def _unbroken(text: str) -> Markup:
    """Keep the options of the command in one piece: lines end after hyphens. Other signs would be copied along."""
    return Markup(_OPTION.sub(r'<span class="w">\g<0></span>', str(escape(_text(text)))))


def _text(value: Any) -> Any:
    return value.translate(_DROPPED) if isinstance(value, str) else value
