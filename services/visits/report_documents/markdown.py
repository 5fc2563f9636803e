"""The Markdown of a report as blocks of plain text: what every form of it is made from.

CommonMark with tables and strikethrough. HTML is text, an image its alternative text, and a link
leads to the web or to a mailbox or is no link.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MOST_NESTED: Final[int] = _PARSER.options["maxNesting"]
"""Markdown-it leaves out what is nested as deep as this."""
_LINKED = ("http://", "https://", "mailto:")
_MOST_LINK_CHARACTERS = 2000
_STYLES: Final = {"strong": "bold", "em": "italic", "s": "struck"}

Alignment = Literal["", "left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks alike; a new line in it is a line break."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on its own: a paragraph, a heading or a cell."""

    runs: list[Run]
    rtl: bool
    """Whether it is written from right to left, as its first letter is."""

    @classmethod
    def of(cls, runs: list[Run]) -> "Words":
        """The runs, with the direction that they are written in."""
        return cls(runs, rtl=is_rtl("".join(run.text for run in runs)))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    words: Words
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 1 is the highest."""

    words: Words
    level: int
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is shown as it was typed."""

    text: str
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""

    kind: Literal["rule"] = "rule"


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said."""

    blocks: "list[Block]"
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: numbered from `first`, or with bullets."""

    first: int | None
    items: "list[list[Block]]" = field(default_factory=list)
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells, of which the first is the head."""

    alignments: list[Alignment] = field(default_factory=list)
    rows: list[list[Words]] = field(default_factory=list)
    kind: Literal["table"] = "table"


Block = Paragraph | Heading | Code | Rule | Quote | Listing | Table


def blocks_of(text: str) -> list[Block]:
    """The blocks of a Markdown text.

    A text that is nested deeper than anybody means to is shown as it was typed: nothing of it is
    lost.
    """
    tokens = _PARSER.parse(text)
    if any(_is_too_deep(token) for token in tokens):
        return [Code(text)]
    return _blocks(iter(tokens))


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is of a script from right to left (UAX 9, P2)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def _is_too_deep(token: Token) -> bool:
    holds_blocks = token.type in ("blockquote_open", "list_item_open")
    return holds_blocks and token.level >= _MOST_NESTED - 1


def _blocks(tokens: Iterator[Token], until: str = "") -> list[Block]:
    blocks: list[Block] = []
    for token in tokens:
        if token.type == until:
            break
        blocks.append(_block(token, tokens))
    return blocks


def _block(token: Token, following: Iterator[Token]) -> Block:
    match token.type:
        case "heading_open":
            return Heading(_words(following), level=int(token.tag[1:]))
        case "paragraph_open":
            return Paragraph(_words(following))
        case "blockquote_open":
            return Quote(_blocks(following, "blockquote_close"))
        case "bullet_list_open":
            return Listing(None, _items(following, "bullet_list_close"))
        case "ordered_list_open":
            first = int(token.attrs.get("start", 1))
            return Listing(first, _items(following, "ordered_list_close"))
        case "table_open":
            return _table(following)
        case "hr":
            return Rule()
        case _:  # fence and code_block
            return Code(token.content.removesuffix("\n"))


def _items(tokens: Iterator[Token], until: str) -> list[list[Block]]:
    items = []
    for token in tokens:
        if token.type == until:
            break
        items.append(_blocks(tokens, "list_item_close"))
    return items


def _table(tokens: Iterator[Token]) -> Table:
    table = Table()
    for token in tokens:
        match token.type:
            case "tr_open":
                table.rows.append([])
            case "th_open":
                style = str(token.attrs.get("style", ""))
                table.alignments.append(_ALIGNMENTS[style.removeprefix("text-align:")])
                table.rows[-1].append(_words(tokens))
            case "td_open":
                table.rows[-1].append(_words(tokens))
            case "table_close":
                break
    return table


_ALIGNMENTS: Final[dict[str, Alignment]] = {
    "": "", "left": "left", "center": "center", "right": "right",
}  # fmt: skip


def _words(tokens: Iterator[Token]) -> Words:
    """What the inline token that comes next holds, read with the token that closes it."""
    inline = next(tokens)
    next(tokens)
    return Words.of(list(_runs(inline.children or [])))


def _runs(tokens: list[Token]) -> Iterator[Run]:
    depth = dict.fromkeys(_STYLES.values(), 0)
    link: str | None = None
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if name in _STYLES:
            depth[_STYLES[name]] += token.nesting
        elif name == "link":
            link = _link_of(str(token.attrs["href"])) if end == "open" else None
        elif text := _text_of(token):
            styles = {style: count > 0 for style, count in depth.items()}
            yield Run(text, **styles, code=token.type == "code_inline", link=link)


def _text_of(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return "".join(map(_text_of, token.children or []))
        case _:
            return token.content


def _link_of(address: str) -> str | None:
    known = address.lower().startswith(_LINKED) and len(address) <= _MOST_LINK_CHARACTERS
    return address if known else None
