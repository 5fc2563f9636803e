"""What assessors rate, what the answers claim, and where two assessors differ."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.assessment.assessments.rules import Scored, score_of
from services.assessment.instruments.rules import Provision, Question

ItemKey = tuple[str, str]
"""A theme and a provision's name."""


class Rating(StrEnum):
    """How far an assessor finds an item implemented."""

    FULLY = "fully"
    LARGELY = "largely"
    PARTIALLY = "partially"
    NOT_IMPLEMENTED = "not_implemented"
    NOT_APPLICABLE = "not_applicable"


RATING_VALUES: Mapping[Rating, float] = {
    Rating.NOT_IMPLEMENTED: 0.0,
    Rating.PARTIALLY: 1 / 3,
    Rating.LARGELY: 2 / 3,
    Rating.FULLY: 1.0,
}
"""The share in place that a rating stands for beside a score, worst first; evenly spaced.

The spacing is the project's own. `not_applicable` has no place on this scale.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """What is rated: a provision within a theme, with the questions that it rests on."""

    theme: str
    provision: Provision
    questions: tuple[Question, ...]

    @property
    def key(self) -> ItemKey:
        """What names it within an assessment."""
        return self.theme, self.provision.name


@dataclass(frozen=True, slots=True)
class RatedItem:
    """An item with the score of its answers, where it has one, and its final rating."""

    item: Item
    score: float | None
    rating: Rating


@dataclass(frozen=True, slots=True)
class RatingTally:
    """Several items' ratings taken together."""

    rating: Rating
    """The middle one; of two in the middle, the worse."""
    counts: dict[Rating, int]


def items_of(assessable: Iterable[Question]) -> list[Item]:
    """Each provision within each theme that the questions are about, in the instrument's order."""
    grouped: dict[tuple[str, Provision], list[Question]] = {}
    for question in assessable:
        for provision in dict.fromkeys(question.provisions):
            grouped.setdefault((question.theme, provision), []).append(question)
    return [
        Item(theme, provision, tuple(questions))
        for (theme, provision), questions in grouped.items()
    ]


def item_scores(items: Iterable[Item], counted: Iterable[Scored]) -> dict[ItemKey, float | None]:
    """The score of each item's answers, 0 to 1; None where none of them counts."""
    entries = {entry.question.code: entry for entry in counted}
    scores = {}
    for item in items:
        of_item = [entries[asked.code] for asked in item.questions if asked.code in entries]
        scores[item.key] = score_of(of_item).score if of_item else None
    return scores


def claimed_rating(score: float | None) -> Rating:
    """What the State's answers to an item claim, in the words of the ratings.

    Everything in place (1) is fully, more than half largely, half or less partially, nothing (0)
    not implemented. Where no answer counts, as where the State finds the item not applicable, it
    claims to lack nothing: fully. This reading is the project's own.
    """
    if score is None or score >= 1:
        return Rating.FULLY
    if score > 0.5:
        return Rating.LARGELY
    return Rating.PARTIALLY if score > 0 else Rating.NOT_IMPLEMENTED


def is_not_borne_out(rated: RatedItem) -> bool:
    """Whether the final rating is worse than what the answers claim (¶4: neutral, expert)."""
    if rated.rating is Rating.NOT_APPLICABLE:
        return False
    return RATING_VALUES[rated.rating] < RATING_VALUES[claimed_rating(rated.score)]


def agreed(ratings: Sequence[Rating]) -> Rating | None:
    """The rating that all assessors gave, or None where they differ."""
    return ratings[0] if len(set(ratings)) == 1 else None


def tally(ratings: Iterable[Rating]) -> RatingTally:
    """The ratings of at least one item, counted, with the middle one.

    What is not applicable counts only where nothing else does.
    """
    counts = Counter(ratings)
    on_scale = [rating for rating in RATING_VALUES for _ in range(counts[rating])]
    middle = on_scale[(len(on_scale) - 1) // 2] if on_scale else Rating.NOT_APPLICABLE
    return RatingTally(middle, {rating: counts[rating] for rating in Rating if counts[rating]})
