"""What makes a response whole."""

from collections.abc import Collection, Mapping

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "issued": ("submitted",),
    "submitted": ("assessed",),
    "assessed": (),
}
"""The steps allowed from each state of a survey."""


def unknown_codes(answers: Collection[str], questions: Collection[str]) -> list[str]:
    """Answers to questions that the instrument does not ask, sorted."""
    return sorted(set(answers) - set(questions))


def unanswered(answers: Collection[str], questions: Collection[str]) -> list[str]:
    """Questions of the instrument without an answer, sorted."""
    return sorted(set(questions) - set(answers))
