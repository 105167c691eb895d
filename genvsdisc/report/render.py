"""Sections to one self-contained page. The only place that knows the template engine."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from genvsdisc.files import atomic_file
from genvsdisc.report.blocks import Section, Table

# Control characters have no place in HTML; line ends and tabs do.
_DROPPED = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000)), "\ufffd")


def page(title: str, sections: Sequence[Section], *, subtitle: str = "") -> str:
    """Write sections as one HTML page that needs nothing else.

    Parameters
    ----------
    title, subtitle : str
        Heading of the page, and the quiet line over it.
    sections : sequence of Section
        In reading order.

    Returns
    -------
    html : str
    """
    css = _minified(files("genvsdisc.report").joinpath("templates/page.css").read_text(encoding="utf-8"))
    digest = b64encode(sha256(css.encode()).digest()).decode()
    template = _environment().get_template("page.html")
    return template.render(title=title, subtitle=subtitle, sections=sections, css=Markup(css), digest=digest)


def leaderboard_fragment(verdict: str, table: Table) -> str:
    """Write a verdict and a table as HTML without a page around it, for a notebook."""
    return _environment().get_template("fragment.html").render(verdict=verdict, table=table)


def write(html: str, path: str | os.PathLike[str]) -> Path:
    """Put a page in place in one step: a reader sees the old one or the new one, never a half."""
    target = Path(path)
    if target.is_dir():
        target /= "index.html"
    with atomic_file(target) as draft:
        draft.write_bytes(html.encode())
    return target


def data_uri(svg: str) -> Markup:
    """Give the address of a picture that holds the picture itself; quotes and angle brackets are encoded."""
    return Markup("data:image/svg+xml," + quote(svg, safe=" '()*+,-./:;=?@[]_!$^`{|}~"))


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
    return environment


def _text(value: Any) -> Any:
    return value.translate(_DROPPED) if isinstance(value, str) else value


def _minified(css: str) -> str:
    return "".join(line.strip() for line in css.splitlines() if not line.strip().startswith("/*"))
