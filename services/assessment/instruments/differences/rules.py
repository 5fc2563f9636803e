"""What changed between two instruments, and which mandates are asked about more or less."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise, product

from services.assessment.instruments.rules import Question, Section

LIKELY_RENAME = 0.8
"""Share of neighbouring words that two texts have in common; the project's own number."""

# Neighbouring words that more questions have tell none of them apart; the project's own number.
_FEW_QUESTIONS = 50
_Neighbours = Mapping[str, set[tuple[str, str]]]
_SUBJECTS: Mapping[str, Callable[[Question], Iterable[str]]] = {
    "resolution": lambda question: (str(found.resolution) for found in question.provisions),
    "provision": lambda question: (found.name for found in question.provisions),
    "theme": lambda question: (question.theme,),
    "tag": lambda question: question.tags,
}


class ChangeKind(StrEnum):
    """What of a question changed."""

    RENAMED = "renamed"
    REWORDED = "reworded"
    REWEIGHTED = "reweighted"
    MOVED = "moved"
    RETHEMED = "rethemed"
    PROVISIONS = "provisions"
    CONDITION = "condition"
    KIND = "kind"
    CHOICES = "choices"
    BOUNDS = "bounds"
    TAGS = "tags"
    REQUIRED = "required"
    GUIDANCE = "guidance"


_ASPECTS: Mapping[ChangeKind, Callable[["Placed"], object]] = {
    ChangeKind.RENAMED: lambda placed: placed.question.code,
    ChangeKind.REWORDED: lambda placed: placed.question.text,
    ChangeKind.REWEIGHTED: lambda placed: placed.question.weight,
    ChangeKind.MOVED: lambda placed: placed.section,
    ChangeKind.RETHEMED: lambda placed: placed.question.theme,
    ChangeKind.PROVISIONS: lambda placed: frozenset(placed.question.provisions),
    ChangeKind.CONDITION: lambda placed: placed.question.shown_if,
    ChangeKind.KIND: lambda placed: placed.question.kind,
    ChangeKind.CHOICES: lambda placed: (placed.question.choices, placed.question.multiple),
    ChangeKind.BOUNDS: lambda placed: (
        placed.question.unit,
        placed.question.minimum,
        placed.question.maximum,
    ),
    ChangeKind.TAGS: lambda placed: frozenset(placed.question.tags),
    ChangeKind.REQUIRED: lambda placed: placed.question.required,
    ChangeKind.GUIDANCE: lambda placed: placed.question.guidance,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A question and the code of its section."""

    section: str
    question: Question


class WordStep(StrEnum):
    """What became of some words."""

    SAME = "same"
    DROPPED = "dropped"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Words:
    """Neighbouring words of a text that all stayed, went or came."""

    step: WordStep
    text: str


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that is in both instruments, and what of it changed."""

    before: Placed
    after: Placed
    changes: tuple[ChangeKind, ...]
    wording: tuple[Words, ...]
    """The text before and after in one, where it changed."""


class CoverageStep(StrEnum):
    """What became of how much is asked; by questions, and where they are as many by weight."""

    LOST = "lost"
    LESS = "less"
    SAME = "same"
    MORE = "more"
    GAINED = "gained"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is asked about something."""

    questions: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much is asked about something before and after."""

    key: str
    before: Extent
    after: Extent

    @property
    def step(self) -> CoverageStep:
        """From some to none is lost, from none to some gained."""
        before, after = ((extent.questions, extent.weight) for extent in (self.before, self.after))
        if before == after:
            return CoverageStep.SAME
        if not (before[0] and after[0]):
            return CoverageStep.GAINED if after[0] else CoverageStep.LOST
        return CoverageStep.MORE if after > before else CoverageStep.LESS


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that changed between two instruments."""

    added: tuple[Placed, ...]
    dropped: tuple[Placed, ...]
    changed: tuple[QuestionChange, ...]
    coverage: dict[str, tuple[Coverage, ...]]
    """By what is covered: `resolution`, `provision`, `theme` and `tag`."""


def differences(before: Sequence[Section], after: Sequence[Section]) -> Differences:
    """What changed, question by question, and what is covered since (¶5, ¶12).

    Questions are the same where their codes are. One that is gone and one that came with nearly
    its words (`LIKELY_RENAME`) are taken for one question that was renamed, the most alike first.
    """
    old, new = _placed(before), _placed(after)
    dropped = {code: old[code] for code in old if code not in new}
    added = {code: new[code] for code in new if code not in old}
    came_from = {code: code for code in new if code in old} | {
        now: was for was, now in _renamed(dropped, added)
    }
    pairs = ((old[came_from[code]], new[code]) for code in new if code in came_from)
    return Differences(
        added=tuple(placed for code, placed in added.items() if code not in came_from),
        dropped=tuple(placed for code, placed in dropped.items() if code not in came_from.values()),
        changed=tuple(change for pair in pairs if (change := _change(*pair)) is not None),
        coverage={kind: _coverage(old, new, about) for kind, about in _SUBJECTS.items()},
    )


def subjects_of(question: Question) -> set[tuple[str, str]]:
    """What the question is about: each resolution, provision, theme and tag, with its kind."""
    return {(kind, key) for kind, about in _SUBJECTS.items() for key in about(question)}


def wording(before: str, after: str) -> tuple[Words, ...]:
    """The words of both texts in one, each marked as what became of it."""
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(None, old, new, autojunk=False)

    def steps() -> Iterator[Words]:
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                yield Words(WordStep.SAME, " ".join(old[a:b]))
                continue
            if a < b:
                yield Words(WordStep.DROPPED, " ".join(old[a:b]))
            if c < d:
                yield Words(WordStep.ADDED, " ".join(new[c:d]))

    return tuple(steps())


def _placed(sections: Sequence[Section]) -> dict[str, Placed]:
    return {
        question.code: Placed(section.code, question)
        for section in sections
        for question in section.questions
    }


def _change(before: Placed, after: Placed) -> QuestionChange | None:
    changes = tuple(kind for kind, of in _ASPECTS.items() if of(before) != of(after))
    if not changes:
        return None
    texts = before.question.text, after.question.text
    reworded = ChangeKind.REWORDED in changes
    return QuestionChange(before, after, changes, wording(*texts) if reworded else ())


def _renamed(
    dropped: Mapping[str, Placed], added: Mapping[str, Placed]
) -> Iterator[tuple[str, str]]:
    """The pairs that are nearly alike, each question in one at most; alike in both directions.

    Compared is what has some neighbouring words in common that few other questions have, so that
    it stays quick for thousands of questions of one pattern.
    """
    old, new = ({code: _neighbours(one) for code, one in side.items()} for side in (dropped, added))
    alike: list[tuple[float, str, str]] = []
    for was, now in _comparable(old, new):
        share = 2 * len(old[was] & new[now]) / (len(old[was]) + len(new[now]))
        if share >= LIKELY_RENAME:
            alike.append((-share, was, now))
    taken: set[str] = set()
    for _, was, now in sorted(alike):
        if taken.isdisjoint((was, now)):
            taken |= {was, now}
            yield was, now


def _comparable(old: _Neighbours, new: _Neighbours) -> set[tuple[str, str]]:
    having: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, questions in enumerate((old, new)):
        for code, pairs in questions.items():
            for pair in pairs:
                having.setdefault(pair, ([], []))[side].append(code)
    return {
        both
        for codes in having.values()
        if max(map(len, codes)) <= _FEW_QUESTIONS
        for both in product(*codes)
    }


def _neighbours(placed: Placed) -> set[tuple[str, str]]:
    """Each word of the text with the next one; the ends count as words."""
    words = ["", *placed.question.text.casefold().split(), ""]
    return set(pairwise(words))


def _coverage(
    old: Mapping[str, Placed],
    new: Mapping[str, Placed],
    about: Callable[[Question], Iterable[str]],
) -> tuple[Coverage, ...]:
    before, after = (_extents(placed.values(), about) for placed in (old, new))
    return tuple(
        Coverage(key, before.get(key, Extent()), after.get(key, Extent()))
        for key in sorted(before.keys() | after.keys())
    )


def _extents(
    placed: Iterable[Placed], about: Callable[[Question], Iterable[str]]
) -> dict[str, Extent]:
    extents: dict[str, Extent] = {}
    for question in (one.question for one in placed):
        for key in set(about(question)):
            so_far = extents.get(key, Extent())
            extents[key] = Extent(so_far.questions + 1, so_far.weight + question.weight)
    return extents
