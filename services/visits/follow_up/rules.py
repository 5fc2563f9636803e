"""When steps taken are due, what may be said of them, and what may follow (¶9)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

MONTHS: Final = 12
"""¶9: within 12 months of the submission of the report."""

LONGEST_EXTENSION_MONTHS: Final = 6
"""After the first due date, all extensions together: the project's own number."""
LONGEST_EXTENSION_MONTHS_OF_LEAST_DEVELOPED: Final = 12
"""As ¶9 bears in mind differences in capacity and resources; the project's own number."""
SILENCE: Final = timedelta(days=90)
"""How long after the due date a follow-up of which nothing is reported comes before the Committee
all the same: the project's own number."""

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("open", "due", "reported"),
    "due": ("open", "reported", "considered"),
    "reported": ("clarification", "verified"),
    "clarification": ("clarification", "reported", "verified"),
    "verified": ("considered",),
    "considered": (),
}
"""The steps allowed from each state of a follow-up.

It may be reported before it is due, an extension keeps it open or opens it again, and where nothing
is reported it is considered as it is.
"""

FREE_STEPS_OF_EXTENSION: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("granted", "refused", "lapsed"),
    "granted": (),
    "refused": (),
    "lapsed": (),
}
"""The steps allowed from each state of an extension; it lapses once the State has reported."""

AGES: Final = (30, 90, 180, 365)
"""The last day of each class of overdue follow-ups but the last: the project's own numbers."""

Faults = list[tuple[str, str]]
"""What is wrong: (field, what to do)."""


def follow_up_due_on(submitted_on: date) -> date:
    """The same day 12 months later, by calendar; 29 February becomes 28 February (¶9)."""
    return submitted_on + relativedelta(months=MONTHS)


def latest_extension(first_due_on: date, *, least_developed: bool) -> date:
    """The last day to which the first due date may be moved, by calendar (¶9)."""
    months = (
        LONGEST_EXTENSION_MONTHS_OF_LEAST_DEVELOPED if least_developed else LONGEST_EXTENSION_MONTHS
    )
    return first_due_on + relativedelta(months=months)


def faults_of_extension(until: date, due_on: date, latest_on: date, today: date) -> Faults:
    """What is wrong with the day to which a follow-up is to be extended.

    It comes after the present due date and after today, and is `latest_on` or earlier.
    """
    if until <= max(due_on, today):
        return [("until", f"Give a date after {max(due_on, today)}.")]
    if until > latest_on:
        return [("until", f"Give {latest_on} or an earlier date: it is extended no longer.")]
    return []


def faults_of_steps(reported: Sequence[str], known: Collection[str]) -> Faults:
    """What is wrong with the recommendations reported on, by their ids.

    Each is one of the recommendations to the State, `known`, and is reported on once.
    """
    faults = []
    for n, recommendation_id in enumerate(reported):
        if recommendation_id not in known:
            message = "No such recommendation to this State; see the follow-up's recommendations."
            faults.append((f"steps.{n}.recommendation_id", message))
        elif recommendation_id in reported[:n]:
            faults.append((f"steps.{n}.recommendation_id", "Report on each recommendation once."))
    return faults


def faults_of_clarification(changed: Sequence[bool], asked: Sequence[bool]) -> Faults:
    """What is wrong with the steps sent to clarify.

    Of each it is said whether it differs from what was reported and whether CTED asks about it.
    """
    message = "CTED does not ask about this step: leave it as it was reported."
    return [
        (f"steps.{n}", message)
        for n, (differs, is_asked) in enumerate(zip(changed, asked, strict=True))
        if differs and not is_asked
    ]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The last word of an officer on one step: what was found, or a question."""

    progress: str | None
    """As verified; none for a question."""
    answered: bool = False
    """Whether the State has reported since it was asked."""

    @property
    def is_open_question(self) -> bool:
        """Whether the State's answer is awaited."""
        return self.progress is None and not self.answered


def status_after_review(last: Collection[Reviewed | None]) -> str:
    """Where a follow-up is after a review: `last` is the last word on each step reported (¶9)."""
    if any(review is not None and review.is_open_question for review in last):
        return "clarification"
    if all(review is not None and review.progress is not None for review in last):
        return "verified"
    return "reported"


def comes_unreported_on(due_on: date) -> date:
    """The first day on which the Committee considers that nothing was reported (¶9)."""
    return due_on + SILENCE


@dataclass(frozen=True, slots=True)
class Proposed:
    """An additional follow-up activity, and the recommendations that it is for, by their ids."""

    activity: str
    recommendations: Sequence[str]


def faults_of_activities(proposed: Sequence[Proposed], known: Collection[str]) -> Faults:
    """What is wrong with the activities that CTED recommends (¶9).

    Each is recommended once and `none` alone; technical assistance, and it only, names some of the
    recommendations to the State, `known`, once each.
    """
    faults = []
    named = [one.activity for one in proposed]
    for n, one in enumerate(proposed):
        if one.activity in named[:n]:
            faults.append((f"activities.{n}.activity", "Recommend each activity once."))
        elif one.activity == "none" and len(proposed) > 1:
            faults.append((f"activities.{n}.activity", "Recommend none alone, or leave it out."))
        if one.activity == "technical_assistance" and not one.recommendations:
            message = "Name the recommendations whose implementation needs assistance."
            faults.append((f"activities.{n}.recommendations", message))
        for m, recommendation in enumerate(one.recommendations):
            field = f"activities.{n}.recommendations.{m}"
            if one.activity != "technical_assistance":
                faults.append((field, "Only technical assistance is for recommendations."))
            elif recommendation not in known:
                faults.append((field, "No such recommendation to this State."))
            elif recommendation in one.recommendations[:m]:
                faults.append((field, "Name each recommendation once."))
    return faults


def faults_of_consideration(agreed: Sequence[str], recommended: Collection[str]) -> Faults:
    """What is wrong with what the Committee agrees to: some of what CTED recommended, once each."""
    faults = []
    for n, activity in enumerate(agreed):
        if activity not in recommended:
            faults.append((f"agreed.{n}", "CTED does not recommend it for this follow-up."))
        elif activity in agreed[:n]:
            faults.append((f"agreed.{n}", "Name each activity once."))
    return faults


def days_overdue(due_on: date, today: date) -> int:
    """Whole days since the due date; on the day itself nothing is overdue yet."""
    return max(0, (today - due_on).days)


@dataclass(frozen=True, slots=True)
class AgeClass:
    """Overdue for so many days: from, and to (none for the last class), both included."""

    from_days: int
    to_days: int | None


AGE_CLASSES: Final = tuple(
    AgeClass(before + 1, upto) for before, upto in zip((0, *AGES), (*AGES, None), strict=True)
)
"""Every class of overdue follow-ups, youngest first."""


def age_class_of(days: int) -> AgeClass:
    """The class of what is overdue for `days` days.

    Raises:
        ValueError: it is not overdue.
    """
    for age in AGE_CLASSES:
        if age.from_days <= days <= (age.to_days or days):
            return age
    raise ValueError(f"{days} days are not overdue")


def still_to_report(
    recommendations: Iterable[tuple[str, bool]], steps: Collection[str]
) -> list[str]:
    """The recommendations, as (id, closed), on which the State has yet to report a step."""
    return [key for key, closed in recommendations if not closed and key not in steps]
