"""A page as a browser's parser sees it: elements with attributes and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
# Start or end tag -> elements that it ends where they are open, though no end tag says so.
IMPLIED = {"td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}}
IMPLIED |= dict.fromkeys(["/thead", "/tbody"], IMPLIED["tr"])


@dataclass
class Element:
    tag: str
    attributes: dict
    parent: "Element | None" = None
    children: list = field(default_factory=list)

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, *tags):
        found = [child for child in self.children if isinstance(child, Element)]
        return [each for child in found for each in ([child] if child.tag in tags else []) + child.all(*tags)]


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.at = self.root = Element("", {})

    def _implied(self, word):
        while self.at.tag in IMPLIED.get(word, ()):
            self.at = self.at.parent

    def handle_starttag(self, tag, attrs):
        self._implied(tag)
        element = Element(tag, dict(attrs), self.at)
        self.at.children.append(element)
        self.at = self.at if tag in VOID else element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.at = self.at.parent if tag not in VOID else self.at

    def handle_endtag(self, tag):
        self._implied(f"/{tag}")
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def parsed(html):
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.at is builder.root, f"<{builder.at.tag}> stays open"
    return builder.root


def pictures(html):
    """The SVG texts of the figures."""
    sources = [image.attributes["src"] for image in parsed(html).all("img")]
    return [unquote(source.removeprefix("data:image/svg+xml,")) for source in sources]
