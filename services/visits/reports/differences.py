"""What changed between two versions of a report, section by section and word by word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

LONGEST_COMPARED: Final = 8000
"""Words of one rewritten passage; a longer one is shown as gone and come, for want of time."""

_WORD: Final = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+\s*|\s+")
"""Chinese is written without spaces: each character counts as a word."""


class SectionStep(StrEnum):
    """What became of a section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class WordStep(StrEnum):
    """What became of neighbouring words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Words:
    """Neighbouring words that all stayed, went or came."""

    step: WordStep
    text: str


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section as it is in one version."""

    heading: str
    text: str
    themes: tuple[str, ...] = ()
    resolutions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that is not the same in both versions; what it was or is not is None."""

    key: str
    step: SectionStep
    before: SectionText | None
    after: SectionText | None
    words: list[Words]


def section_changes(
    before: Mapping[str, SectionText], after: Mapping[str, SectionText]
) -> list[SectionChange]:
    """Every section that differs: the removed ones first, then the others as they now stand.

    Both are in the order of their version. A section is the same where its key is, and has moved
    where it is not among those that kept their order.
    """
    changes = [
        SectionChange(key, SectionStep.REMOVED, text, None, words(text.text, ""))
        for key, text in before.items()
        if key not in after
    ]
    moved = _moved([key for key in before if key in after], [key for key in after if key in before])
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            step = SectionStep.ADDED
        elif was != now:
            step = SectionStep.CHANGED
        elif key in moved:
            step = SectionStep.MOVED
        else:
            continue
        changes.append(SectionChange(key, step, was, now, words(was.text if was else "", now.text)))
    return changes


def words(before: str, after: str) -> list[Words]:
    """Both texts in one: without what came it is `before`, without what went it is `after`."""
    joined: list[Words] = []
    for part in _compared(_lines(before), _lines(after), finer=True):
        if joined and joined[-1].step is part.step:
            joined[-1] = Words(part.step, joined[-1].text + part.text)
        elif part.text:
            joined.append(part)
    return joined


def _compared(
    before: Sequence[str], after: Sequence[str], *, finer: bool = False
) -> Iterator[Words]:
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        went, came = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            yield Words(WordStep.KEPT, went)
            continue
        old, new = _words(went), _words(came)
        if finer and went and came and max(len(old), len(new)) <= LONGEST_COMPARED:
            yield from _compared(old, new)
            continue
        yield Words(WordStep.REMOVED, went)
        yield Words(WordStep.ADDED, came)


def _moved(before: list[str], after: list[str]) -> set[str]:
    kept = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return set(after) - {key for block in kept for key in after[block.b : block.b + block.size]}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
