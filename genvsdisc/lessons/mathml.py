"""Formulas as they are typed, to MathML: the part of LaTeX's way of writing that the lessons need."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[a-z]+|\d+(?:\.\d+)?|\"[^\"]*\"|\s+|.")
_UNDER = {"∑", "∏", "max", "min", "argmax", "argmin"}
"""Below these, and not beside them, stands what their sums run over."""


def mathml(text: str) -> str:
    r"""Write a formula as MathML.

    Parameters
    ----------
    text : str
        Letters, numbers and signs; ``_`` and ``^`` for what stands lower and higher, braces for what belongs together,
        ``\frac{}{}``, ``\sqrt{}`` and ``\hat{}``, words between quotation marks; ``~`` parts
        formulas that may stand on lines of their own.

    Returns
    -------
    mathml : str
        What stands inside of ``<math>``.

    Examples
    --------
    >>> mathml("w_k = 2")
    '<msub><mi>w</mi><mi>k</mi></msub><mo>=</mo><mn>2</mn>'
    >>> mathml(r"\frac{1}{\sqrt{t}}")
    '<mfrac><mn>1</mn><msqrt><mi>t</mi></msqrt></mfrac>'
    """
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
    written = _row(tokens)
    if tokens:
        raise ValueError(f"a closing brace too many in {text!r}")
    return "".join(written)


def _row(tokens: list[str]) -> list[str]:
    """Read to the end, or to a closing brace."""
    parts: list[str] = []
    while tokens and tokens[0] != "}":
        base = _part(tokens)
        scripts = {}
        while tokens and tokens[0] in "_^":
            sign = tokens.pop(0)
            scripts[sign] = _part(tokens)
        parts.append(_scripted(base, scripts))
    return parts


def _part(tokens: list[str]) -> str:
    """Read one letter, number, sign, group or command."""
    token = tokens.pop(0)
    if token == "{":
        inside = _row(tokens)
        if not tokens:
            raise ValueError("a brace is not closed")
        tokens.pop(0)
        return inside[0] if len(inside) == 1 else f"<mrow>{''.join(inside)}</mrow>"
    if token == "\\frac":
        return f"<mfrac>{_part(tokens)}{_part(tokens)}</mfrac>"
    if token == "\\sqrt":
        return f"<msqrt>{_part(tokens)}</msqrt>"
    if token == "\\hat":
        return f"<mover>{_part(tokens)}<mo>^</mo></mover>"
    if token[0] == "\\":
        return f"<mi>{token[1:]}</mi>"
    if token[0] == '"':
        return f"<mtext>{token[1:-1]}</mtext>"
    if token == "~":
        return "</math> <math displaystyle='true'>"
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    token = token.replace("-", "−")
    return f"<mi>{token}</mi>" if token.isalpha() and token not in _UNDER else f"<mo>{token.replace('<', '&lt;')}</mo>"


def _scripted(base: str, scripts: dict[str, str]) -> str:
    """Put what stands lower and higher where it belongs."""
    if not scripts:
        return base
    below = any(f">{word}<" in base for word in _UNDER)
    names = {"_": "munder", "^": "mover", "_^": "munderover"} if below else {"_": "msub", "^": "msup", "_^": "msubsup"}
    name = names["".join(sorted(scripts, key="_^".index))]
    return f"<{name}>{base}{''.join(scripts[sign] for sign in '_^' if sign in scripts)}</{name}>"
