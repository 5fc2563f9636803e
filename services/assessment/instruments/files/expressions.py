"""Conditions as XLSForm says them: `${CFT-1} = 'yes' or ${CFT-1} = 'partial'`.

What is written reads back as the same condition. For that, the parts of `all` and `any` stand in
parentheses, and a part that stands alone is joined with `true()` or `false()`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from services.assessment.instruments.rules import Condition

ITSELF = "."
"""The name by which a constraint calls the answer that it is about."""
SUPPORTED = (
    "supported are ${question} = 'choice', selected(${question}, 'choice'), ${question} >= 1, "
    "${question} <= 5, and, or, true(), false() and parentheses"
)
_MOST_DEEP = 50
_END = ("end", "")
_TOKEN = re.compile(
    r"""\s*(?:
        \$\{\s*(?P<name>[^\s{}]+)\s*\}
      | '(?P<single>[^']*)' | "(?P<double>[^"]*)"
      | (?P<number>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))
      | (?P<word>[A-Za-z-]+)
      | (?P<sign>>=|<=|[=().,])
    )\s*""",
    re.VERBOSE,
)


class NotSupportedError(ValueError):
    """The expression says what no condition of an instrument can say."""


def written(
    condition: Condition, names: Mapping[str, str], several: Collection[str] = frozenset()
) -> str:
    """The condition as an expression.

    `names` are those of the questions in the form, by code; `several` the codes of the
    questions that take several choices.
    """
    for word, parts, alone in (
        ("and", condition.all, "true()"),
        ("or", condition.any, "false()"),
    ):
        if parts:
            told = [f"({written(part, names, several)})" for part in parts]
            return f" {word} ".join(told if len(told) > 1 else [*told, alone])
    code = condition.question or ""
    answer = ITSELF if code == ITSELF else f"${{{names[code]}}}"
    if condition.is_any_of:
        form = "selected({}, '{}')" if code in several else "{} = '{}'"
        return " or ".join(form.format(answer, choice) for choice in condition.is_any_of)
    return " and ".join(
        f"{answer} {sign} {number(bound)}"
        for sign, bound in ((">=", condition.at_least), ("<=", condition.at_most))
        if bound is not None
    )


def number(value: float) -> str:
    """The number in full: XPath knows no exponents."""
    return format(Decimal(repr(value)).normalize(), "f")


def condition_of(expression: str) -> Condition:
    """What the expression says, with the form's names in place of codes.

    Raises:
        NotSupportedError: no condition can say it; the message names what is supported.
    """
    return _Parser(expression).whole()


class _Parser:
    def __init__(self, expression: str) -> None:
        self._tokens = _tokens(expression)
        self._next = next(self._tokens)
        self._deep = 0

    def whole(self) -> Condition:
        """The whole expression."""
        found = self._joined("or")
        self._require("end")
        if isinstance(found, bool):
            raise NotSupportedError("it says always or never")
        return found

    def _joined(self, word: str) -> Condition | bool:
        """What `or` joins, or `and` within it."""
        operands = [self._operand(word)]
        while self._took("word", word):
            operands.append(self._operand(word))
        if len(operands) == 1:
            return operands[0][0]
        parts = _parts(word, operands)
        if len(parts) == 1 and not any(isinstance(part, bool) for part, _ in operands):
            return parts[0]
        return Condition(all=parts) if word == "and" else Condition(any=parts)

    def _operand(self, word: str) -> tuple[Condition | bool, bool]:
        """The next operand, and whether it stands without parentheses."""
        is_bare = self._next != ("sign", "(")
        return self._joined("and") if word == "or" else self._single(), is_bare

    def _single(self) -> Condition | bool:
        if self._took("sign", "("):
            self._deep += 1
            if self._deep > _MOST_DEEP:
                raise NotSupportedError(f"it lies more than {_MOST_DEEP} parentheses deep")
            inner = self._joined("or")
            self._require("sign", ")")
            self._deep -= 1
            return inner
        for word, value in (("true", True), ("false", False)):
            if self._took("word", word):
                self._require("sign", "(")
                self._require("sign", ")")
                return value
        if self._took("word", "selected"):
            self._require("sign", "(")
            question = self._question()
            self._require("sign", ",")
            choice = self._require("text")
            self._require("sign", ")")
            return Condition(question, is_any_of=(choice,))
        return self._comparison()

    def _comparison(self) -> Condition:
        question = self._question()
        sign = self._require("sign")
        kind, literal = self._next
        self._next = next(self._tokens, _END)
        if (sign, kind) == ("=", "text"):
            return Condition(question, is_any_of=(literal,))
        if kind != "number" or sign not in {"=", ">=", "<="}:
            raise NotSupportedError(SUPPORTED)
        bound = float(literal)
        return Condition(
            question,
            at_least=None if sign == "<=" else bound,
            at_most=None if sign == ">=" else bound,
        )

    def _question(self) -> str:
        return ITSELF if self._took("sign", ITSELF) else self._require("name")

    def _took(self, kind: str, value: str) -> bool:
        found = self._next == (kind, value)
        if found:
            self._next = next(self._tokens, _END)
        return found

    def _require(self, kind: str, value: str | None = None) -> str:
        found, told = self._next
        if found != kind or value not in {None, told}:
            raise NotSupportedError(SUPPORTED)
        self._next = next(self._tokens, _END)
        return told


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(expression):
        found = _TOKEN.match(expression, at)
        if found is None or found.lastgroup is None:
            raise NotSupportedError(SUPPORTED)
        kind = "text" if found.lastgroup in {"single", "double"} else found.lastgroup
        yield kind, found[found.lastgroup]
        at = found.end()
    yield _END


def _parts(word: str, operands: Sequence[tuple[Condition | bool, bool]]) -> tuple[Condition, ...]:
    """The operands without `true()` and `false()`, neighbours that test one answer as one test."""
    parts: list[Condition] = []
    after_bare = False
    for part, is_bare in operands:
        if isinstance(part, bool):
            if part is not (word == "and"):
                raise NotSupportedError(f"with {part} joined by {word}, it says always or never")
            continue
        if is_bare and after_bare and (one := _as_one_test(word, parts[-1], part)):
            parts[-1] = one
        else:
            parts.append(part)
        after_bare = is_bare
    if not parts:
        raise NotSupportedError("it says always or never")
    return tuple(parts)


def _as_one_test(word: str, one: Condition, other: Condition) -> Condition | None:
    if one.question is None or one.question != other.question:
        return None
    if word == "or" and one.is_any_of and other.is_any_of:
        return replace(one, is_any_of=(*one.is_any_of, *other.is_any_of))
    bounds = not one.is_any_of and not other.is_any_of
    if word == "and" and bounds and one.at_most is None and other.at_least is None:
        return replace(one, at_most=other.at_most)
    return None
