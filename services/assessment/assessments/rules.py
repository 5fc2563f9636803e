"""How far a State implements what the instrument asks about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K", str, int)

ANSWER_VALUES: Mapping[str, float] = {"yes": 1.0, "partial": 0.5, "no": 0.0}
"""What an answer counts for. `not_applicable` counts for nothing, on neither side."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the instrument."""

    code: str
    text: str
    theme: str
    resolution: int
    paragraph: str | None
    weight: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of what is asked that is implemented, each 0 to 1."""

    overall: float
    by_theme: dict[str, float]
    by_resolution: dict[int, float]


def implementation_scores(answers: Mapping[str, str], questions: Iterable[Asked]) -> Scores | None:
    """The weighted mean of the answers, overall, by theme and by resolution (¶4, ¶5).

    A question counts as often as its weight says (1 to 5). A theme or resolution of which
    everything is not applicable has no score; None where that is so of the whole.
    """
    counted = [question for question in questions if answers.get(question.code) in ANSWER_VALUES]
    if not counted:
        return None
    return Scores(
        overall=_mean(answers, counted),
        by_theme=_means(answers, counted, lambda question: question.theme),
        by_resolution=_means(answers, counted, lambda question: question.resolution),
    )


def _means(
    answers: Mapping[str, str], questions: Iterable[Asked], key: Callable[[Asked], K]
) -> dict[K, float]:
    groups: dict[K, list[Asked]] = {}
    for question in questions:
        groups.setdefault(key(question), []).append(question)
    return {name: _mean(answers, group) for name, group in sorted(groups.items())}


def _mean(answers: Mapping[str, str], questions: list[Asked]) -> float:
    weight = sum(question.weight for question in questions)
    value = sum(ANSWER_VALUES[answers[question.code]] * question.weight for question in questions)
    return round(value / weight, 4)
