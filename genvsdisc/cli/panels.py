"""Help in panels: options stand together by what they are about, each with an example, in plain text of 80 columns."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

_LISTS = ("models", "columns", "drop", "trust")
"""Options that take several names in one value."""


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


def refuse_blank(parameter: Any, value: Any, name: str | None = None) -> None:
    """Refuse a word of nothing, as scripts write where a variable is unset: as a folder it is the current one.

    Parameters
    ----------
    parameter : Parameter
        Option or argument.
    value : object
        What was given, not yet converted.
    name : str, default=None
        What the user called it; None is the name on the command line.

    Raises
    ------
    ValueError
        If it is, or holds, a string of blanks only.
    """
    given = value if isinstance(value, list | tuple) else [value]
    if not any(isinstance(word, str) and not word.strip() for word in given):
        return
    words, _, example = (getattr(parameter, "help", None) or "").partition(" Example: ")
    remedy = f"write, say, {example}, or leave it out" if example else f"it stands for: {words.rstrip('.')}"
    called = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar or parameter.name.upper()
    raise ValueError(f"{name or called} is empty; {remedy}")


class OnceCommand(TyperCommand):
    """Refuses words of nothing, and an option of one value given twice, of which the first would be lost unsaid."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words after the command's name."""
        parsed: Any = self.make_parser(ctx).parse_args(args=list(args))
        values, _, given = parsed
        single = [each for each in given if each.param_type_name == "option" and not (each.multiple or each.is_flag)]
        for each_option in single:
            if single.count(each_option) > 1 and not ctx.resilient_parsing:
                listed = " (names in one, with commas between)" if each_option.name in _LISTS else ""
                raise typer.BadParameter(f"given twice, where one value is taken{listed}", ctx=ctx, param=each_option)
        for each in () if ctx.resilient_parsing else given:
            refuse_blank(each, values.get(each.name))
        return super().parse_args(ctx, args)

    def get_short_help_str(self, limit: int = 1000) -> str:
        """Give the first sentence whole, which stands in the list of commands; on 45 letters it says little."""
        return super().get_short_help_str(max(limit, 1000))


class PanelCommand(OnceCommand):
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
