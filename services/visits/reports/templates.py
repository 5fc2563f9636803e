"""The sections that a report begins with, by the kind of its visit (¶7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TemplateSection:
    """A section to be written, and what belongs in it."""

    key: str
    heading: str
    guidance: str
    themes: tuple[str, ...] = ()


_INTRODUCTION = TemplateSection(
    "introduction", "Introduction", "The visit's mandate, dates, team and whom it met."
)
_LEGAL = TemplateSection(
    "legal-framework", "Legal framework", "The laws that implement the resolutions, and what lacks."
)
_INSTITUTIONS = TemplateSection(
    "institutional-framework",
    "Institutional framework",
    "The authorities, how they work together, and the national strategy (¶16).",
)
_EARLIER = TemplateSection(
    "earlier-recommendations",
    "Earlier recommendations",
    "What became of the recommendations of the visit before (¶9).",
)
_EVOLVING = TemplateSection(
    "evolving-threats",
    "Evolving threats",
    "The threats that this visit responds to (¶7), and how the State meets them.",
)
_RIGHTS = TemplateSection(
    "human-rights-and-gender",
    "Human rights and gender",
    "How human rights and a gender perspective are part of the State's measures.",
)
_PRACTICES = TemplateSection(
    "good-practices", "Good practices", "What other States may learn from (¶6)."
)
_NEEDS = TemplateSection(
    "technical-assistance",
    "Technical assistance",
    "The needs, what was received and what would help (¶6, ¶9).",
)
_RECOMMENDATIONS = TemplateSection(
    "recommendations", "Recommendations", "What the State should do, in order of priority (¶9)."
)
_AROUND_THEMES: Final[
    Mapping[str, tuple[tuple[TemplateSection, ...], tuple[TemplateSection, ...]]]
] = {
    "comprehensive": (
        (_INTRODUCTION, _LEGAL, _INSTITUTIONS),
        (_RIGHTS, _PRACTICES, _NEEDS, _RECOMMENDATIONS),
    ),
    "focused": ((_INTRODUCTION, _EARLIER), (_NEEDS, _RECOMMENDATIONS)),
    "targeted": ((_INTRODUCTION, _EVOLVING), (_RIGHTS, _NEEDS, _RECOMMENDATIONS)),
}


def template(kind: str, themes: Sequence[tuple[str, str]]) -> list[TemplateSection]:
    """The sections of a report on a visit of this kind, with one for each theme of its scope.

    `themes` are codes and names. Which sections a report has is the project's own: the programme
    does not say.
    """
    before, after = _AROUND_THEMES[kind]
    of_themes = (
        TemplateSection(code, name, "What was found, and on what evidence.", (code,))
        for code, name in dict(themes).items()
    )
    return [*before, *of_themes, *after]
