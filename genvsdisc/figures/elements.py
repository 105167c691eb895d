"""Elements of an SVG: shapes and texts, and marks that are many."""

from __future__ import annotations

from dataclasses import dataclass

from genvsdisc.figures.paths import dots_data


@dataclass
class Element:
    """An element: its name, the class that it has, what it is cut by, its other attributes, and what is in it."""

    tag: str
    look: str
    clip: str
    rest: str = ""
    inner: str = ""
    data: str = ""

    def written(self, *, look: bool = True) -> str:
        """Give it as text, with its class or without."""
        data = f" d='{self.data}'" if self.data else ""
        shown = f" class='{self.look}'" if self.look and look else ""
        opened = f"<{self.tag}{data}{shown}{self.rest}"
        return f"{opened}>{self.inner}</{self.tag}>" if self.inner else f"{opened}/>"


@dataclass
class Marks(Element):
    """A mark; several of one shape and look are a line that is not drawn, with a marker at each of its points."""

    name: str = ""  # of the marker
    shape: str = ""
    points: tuple[tuple[float, float], ...] = ()

    def written(self, *, look: bool = True) -> str:
        """Give it as text: a tenth of the bytes of as many elements."""
        if len(self.points) == 1:  # a line of one point has no marker
            return super().written(look=look)
        return f"<path d='{dots_data(self.points)}' class='{self.name}'/>"

    @property
    def marker(self) -> str:
        """What is drawn at each point."""
        return f"<marker id='{self.name}' overflow='visible'>{self.shape}</marker>" if len(self.points) > 1 else ""
