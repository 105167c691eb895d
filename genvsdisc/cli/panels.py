"""Help in panels: options stand together by what they are about, each with an example, in plain text of 80 columns."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand


def option(panel: str, words: str, example: str, *names: str, **settings: Any) -> Any:
    """Make an option that stands in a panel of the help, with an example.

    Parameters
    ----------
    panel : str
        Title of the panel.
    words : str
        What it does.
    example : str
        What one would type.
    *names : str
        ``--name``, where it is not that of the parameter.
    **settings
        Of `typer.Option`.
    """
    return typer.Option(*names, help=f"{words} Example: {example}", rich_help_panel=panel, **settings)


class PanelCommand(TyperCommand):
    """Writes the options of a command by panels, in the order of their first options."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then the panels."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                argument = parameter.param_type_name == "argument"
                title = "Arguments" if argument else getattr(parameter, "rich_help_panel", None) or "Options"
                panels.setdefault(title, []).append(record)
        for title, records in panels.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=26)
