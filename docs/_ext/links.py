"""Links inside the site: each leads to a file that is there, and to a place on it; a warning for each that does not."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


class Page(HTMLParser):
    """The places of a page that a link may name, and its links."""

    def __init__(self, path: Path):
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is named and what is linked."""
        given = dict(attrs)
        self.places.update(filter(None, (given.get("id"), given.get("name") if tag == "a" else None)))
        self.links += filter(None, (given.get("href"), given.get("src")))


def broken_links(folder: Path) -> list[tuple[str, str]]:
    """List (page, link) of each link inside the site that leads nowhere."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.exists() or (place and target in pages and place not in pages[target].places):
                broken.append((path.relative_to(folder.resolve()).as_posix(), link))
    return broken


def _warn(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        for page, link in broken_links(Path(app.outdir)):
            logger.warning("%s links to %s, which is not there", page, link, type="links")


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at all pages when they are written."""
    app.connect("build-finished", _warn, priority=1000)  # after the extensions that copy their styles at the end
    return {"parallel_read_safe": True, "parallel_write_safe": True}
