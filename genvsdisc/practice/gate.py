"""A rule that a comparison is held to, such as ``loss.logistic > 0.3``: its grammar, and whether it holds.

::

    rule       = all { "or" all }
    all        = clause { "and" clause }
    clause     = "(" rule ")" | sum OPERATOR sum | ("verdict" | "winner") ("==" | "!=") NAME
    sum        = quantity { ("+" | "-") quantity }
    quantity   = NUMBER [ "%" ] | LOSS "." NAME [ "." ("mean" | "lower" | "upper") ]
    OPERATOR   = "<" | "<=" | ">" | ">=" | "==" | "!="

LOSS is a loss of the leaderboard, or ``loss``, the one by which the verdict is reached. NAME is a word, or stands in
quotes, single or double (twice for a quote in it). As NAME of a quantity, ``winner``, ``generative`` and
``discriminative`` stand for the model that won, and the best of each family. The verdict is ``generative``,
``discriminative``, ``equal`` or ``open``. Words may be in any case.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from genvsdisc.practice.quantities import SPECIAL, Quantity, is_true, plain_number
from genvsdisc.practice.winner import verdict_outcome, winner

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

OUTCOMES = ("generative", "discriminative", "equal", "open")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[^\W\d]\w*)"
    r"|(?P<quoted>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')|(?P<sign><=|>=|==|!=|[<>+\-().%]))"
)
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_MEANT = {"=": "==", "≥": ">=", "≤": "<=", "≠": "!=", "&": "and", "|": "or", ",": "a point before decimals"}
"""Signs of others -> what stands for them here."""
_BOUNDS = ("mean", "lower", "upper")
_DEEPEST = 50  # parentheses within parentheses


class RuleError(ValueError):
    """A rule that cannot be read; the message shows where.

    Attributes
    ----------
    problem : str
        What is wrong, in one line.
    pointer : str
        The rule, and under it a caret where it is wrong.
    """

    def __init__(self, problem: str, rule: str, place: int) -> None:
        shown = " ".join(rule.splitlines()) if "\n" in rule or "\r" in rule else rule
        self.problem, self.pointer = problem, f"{shown}\n{' ' * place}^"
        super().__init__(f"{problem}, at character {place + 1} of the rule\n{self.pointer}")


@dataclass(frozen=True)
class Clause:
    """Two sums (or the verdict or winner, and a name) that are compared."""

    text: str
    sign: str
    left: tuple[tuple[int, Quantity], ...] = ()
    right: tuple[tuple[int, Quantity], ...] = ()
    subject: str = ""
    named: str = ""

    def broken(self, comparison: Comparison) -> list[str]:
        """What makes it true, in words; nothing where it is false. A value that is not there makes it true."""
        if self.subject:
            answer = verdict_outcome(comparison) if self.subject == "verdict" else winner(comparison)[0]
            equal = answer.casefold() == self.named.casefold()
            return [f"{self.text}: the {self.subject} is {answer}"] if equal == (self.sign == "==") else []
        values, sides = is_true(self.left, self.right, comparison)
        if values is None:
            return [f"{self.text}: {sides}"]
        return [f"{self.text}: {sides}"] if _OPERATORS[self.sign](*values) else []


@dataclass(frozen=True)
class Rule:
    """Clauses joined by "and" or "or"; one clause stands for itself."""

    joint: str
    parts: tuple[Rule | Clause, ...]

    def broken(self, comparison: Comparison) -> list[str]:
        """What makes it true, in words; nothing where it is false."""
        failures = [part.broken(comparison) for part in self.parts]
        if self.joint == "and" and not all(failures):
            return []
        return [each for part in failures for each in part]


def failed_rules(rule: str, comparison: Comparison, *, losses: Collection[str] = ()) -> list[str]:
    """What of a rule is true of a comparison; see `Comparison.check`.

    Parameters
    ----------
    rule : str
    comparison : Comparison
    losses : collection of str, default=()
        Losses that a rule may name though the comparison did not measure them: they have no value.
    """
    models = list(comparison.models.model) or list(dict.fromkeys(comparison.summary.model))
    losses = list(dict.fromkeys([*comparison.summary.loss, *losses]))
    return read_rule(rule, models=models, losses=losses).broken(comparison)


def read_rule(rule: str, *, models: Collection[str], losses: Collection[str]) -> Rule | Clause:
    """Read a rule, and check the names in it.

    Parameters
    ----------
    rule : str
        By the grammar of this module.
    models, losses : collection of str
        Names that a comparison has, or will have.

    Raises
    ------
    RuleError
        If it does not follow the grammar, or names an unknown loss or model.

    Examples
    --------
    >>> read_rule("loss.logstic > 0.3", models=["logistic"], losses=["zero_one"])
    Traceback (most recent call last):
    ...
    genvsdisc.practice.gate.RuleError: no model is named 'logstic'; did you mean 'logistic'?, at character 6 of the rule
    loss.logstic > 0.3
         ^
    """
    return _Reader(rule, models, losses).whole()


class _Reader:
    """One pass over the words of a rule, from left to right."""

    def __init__(self, rule: str, models: Collection[str], losses: Collection[str]) -> None:
        self.rule, self.models, self.losses = rule, list(models), list(losses)
        self.tokens = list(self._split())
        self.at = 0

    def _split(self) -> Iterator[tuple[str, str, int]]:
        place, end = 0, len(self.rule.rstrip())
        while place < end:
            match = _TOKEN.match(self.rule, place)
            if match is None:
                start = place + len(self.rule[place:]) - len(self.rule[place:].lstrip())
                sign = self.rule[start]
                what = "a quote that is not closed" if sign in "\"'" else repr(sign)
                hint = f"; write {_MEANT[sign]}" if sign in _MEANT else ""
                raise RuleError(f"{what} has no meaning here{hint}", self.rule, start)
            kind = str(match.lastgroup)
            yield kind, match[kind], match.start(kind)
            place = match.end()
        yield "end", "", end

    def whole(self) -> Rule | Clause:
        rule = self._rule(0)
        if self._next()[0] != "end":
            self._fail('expected "and", "or" or the end')
        return rule

    def _rule(self, depth: int) -> Rule | Clause:
        return self._joined("or", lambda: self._joined("and", lambda: self._clause(depth)))

    def _joined(self, word: str, part: Callable[[], Rule | Clause]) -> Rule | Clause:
        parts = [part()]
        while self._is_word(word):
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Rule(word, tuple(parts))

    def _clause(self, depth: int) -> Rule | Clause:
        start = self._next()[2]
        if self._take("("):
            if depth >= _DEEPEST:
                self._fail("too many parentheses within each other")
            rule = self._rule(depth + 1)
            if not self._take(")"):
                self._fail('expected ")"')
            return rule
        if (self._is_word("verdict") or self._is_word("winner")) and self.tokens[self.at + 1][1] != ".":
            return self._named(start)
        left = self._sum()
        sign = self._sign(_OPERATORS)
        right = self._sum()
        return Clause(self._text(start), sign, left, right)

    def _named(self, start: int) -> Clause:
        subject = self._next()[1].casefold()
        self.at += 1
        sign = self._sign(("==", "!="))
        place = self.at
        name = self._name()
        known = OUTCOMES if subject == "verdict" else self.models
        self.at = place
        name = self._known(name, known, f"no {'outcome' if subject == 'verdict' else 'model'} is named")
        self.at = place + 1
        return Clause(self._text(start), sign, subject=subject, named=name)

    def _sum(self) -> tuple[tuple[int, Quantity], ...]:
        sign = -1 if self._take("-") else 1
        terms = [(sign, self._quantity())]
        while (plus := self._take("+")) or self._take("-"):
            terms.append((1 if plus else -1, self._quantity()))
        return tuple(terms)

    def _quantity(self) -> Quantity:
        kind, text, _ = self._next()
        if kind == "number":
            if not math.isfinite(float(text)):
                self._fail("a number that large is infinite, and no loss is beyond it")
            self.at += 1
            return plain_number(float(text) / (100 if self._take("%") else 1))
        if kind != "word":
            self._fail("expected a number or LOSS.MODEL")
        loss = self._known(text, ("loss", *self.losses), "no loss is named")
        self.at += 1
        if not self._take("."):
            self._fail(f'expected "." and the name of a model after {text!r}')
        place, bound = self.at, "mean"
        name = self._name()
        self.at = place
        name = self._known(name, (*self.models, *SPECIAL), "no model is named")
        self.at = place + 1
        if self._take("."):
            bound = self._known(self._next()[1], _BOUNDS, "no end of an interval is named")
            self.at += 1
        return Quantity(f"{loss}.{name}" + (f".{bound}" if bound != "mean" else ""), loss, name, bound)

    def _name(self) -> str:
        kind, text, _ = self._next()
        if kind not in ("word", "quoted"):
            self._fail("expected a name, in quotes where it is more than a word")
        self.at += 1
        return text[1:-1].replace(text[0] * 2, text[0]) if kind == "quoted" else text

    def _known(self, name: str, known: Collection[str], problem: str) -> str:
        """The name as it is spelled elsewhere."""
        folded = {each.casefold(): each for each in reversed(list(known))}
        if name in known or name.casefold() in folded:
            return name if name in known else folded[name.casefold()]
        begun = [each for each in folded if each.startswith(f"{name.casefold()} ")]  # of several words, without quotes
        close = begun[:1] or get_close_matches(name.casefold(), folded, n=1)
        listed = [repr(each) if re.search(r"\W", each) else each for each in known]
        hint = f"did you mean {folded[close[0]]!r}?" if close else f"there are {', '.join(listed[:12])}"
        raise RuleError(f"{problem} {name!r}; {hint}", self.rule, self._next()[2])

    def _sign(self, signs: Collection[str]) -> str:
        kind, text, _ = self._next()
        if kind != "sign" or text not in signs:
            self._fail(f"expected one of {' '.join(signs)}")
        self.at += 1
        return text

    def _next(self) -> tuple[str, str, int]:
        return self.tokens[self.at]

    def _is_word(self, word: str) -> bool:
        kind, text, _ = self._next()
        return kind == "word" and text.casefold() == word

    def _take(self, sign: str) -> bool:
        taken = self._next()[:2] == ("sign", sign)
        self.at += taken
        return taken

    def _text(self, start: int) -> str:
        """The clause as it was written."""
        return self.rule[start : self._next()[2]].strip()

    def _fail(self, problem: str) -> NoReturn:
        raise RuleError(problem, self.rule, self._next()[2])
