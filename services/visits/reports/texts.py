"""What a section's text may hold: Markdown, and nothing that a browser would run."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_CHARACTERS: Final = 1_000_000
"""Of a whole report; the project's own limit."""

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable("table")
_MAY_BE_HTML: Final = re.compile(r"<[A-Za-z/!?]")
_SHOWN: Final = 40


def faults_of_texts(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with the texts of a report, by their fields: (field, what to do)."""
    faults = [(field, fault) for field, text in texts.items() if (fault := fault_of_markdown(text))]
    if (length := sum(map(len, texts.values()))) > MOST_CHARACTERS:
        message = f"At most {MOST_CHARACTERS:,} characters in all; there are {length:,}."
        faults.append(("sections", message))
    return faults


def fault_of_markdown(text: str) -> str | None:
    """Why the text is not fit to be kept, with the way out; None if it is.

    It is rendered elsewhere, so raw HTML is refused rather than mended: nothing that was written
    is lost without being told. Autolinks, and tags that are quoted as code, are Markdown.
    """
    if not _MAY_BE_HTML.search(text):
        return None
    for line, html in _raw_html(_MARKDOWN.parse(text)):
        shown = html.strip()[:_SHOWN]
        return f"Line {line} has HTML, {shown}; write Markdown, or put it between backticks."
    return None


def _raw_html(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """Each piece of HTML and the line where its block begins, from 1."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.type == "html_block":
            yield line, token.content
        for child in token.children or []:
            if child.type == "html_inline":
                yield line, child.content
