"""Whom to visit: the factors of ¶6, each from 0 (no reason to visit) to 1, and their weighing."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from services.visits.findings.rules import Assessed, Finding

DAYS_A_YEAR: Final = 365.25
SEVERITY_POINTS: Final[Mapping[str, int]] = MappingProxyType(
    {"low": 1, "medium": 2, "high": 4, "critical": 8}
)
"""Each severity weighs twice the one below it: the project's own scale."""
HALF_SCALE_POINTS: Final = 8
"""The points at which gaps or trends reach half their scale: as much as one critical gap."""
TREND_FADES_IN_YEARS: Final = 3.0
CONSENT_FADES_IN_YEARS: Final = 5.0
LONG_AGO_YEARS: Final = 10.0
VISITED_LONG_AGO: Final = 0.8
"""Below 1, which is kept for the States that ¶6 names: those never visited."""
NEVER_ASSESSED: Final = 0.5
"""Nothing is known, so neither a reason for a visit nor one against it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A State's latest answer to a request for its consent."""

    given: bool
    answered_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of one State when it is ranked; None and empty where nothing is."""

    member_state: str
    gaps: tuple[Finding, ...] = ()
    trends: tuple[Finding, ...] = ()
    assessed: Assessed | None = None
    requested_on: date | None = None
    answered: Answered | None = None
    visited_on: date | None = None
    return_recommended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for or against a visit: its value from 0 to 1, and the data that it rests on."""

    name: str
    value: float
    because: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A factor as it counts: value times weight, over the sum of all weights."""

    factor: str
    value: float
    weight: float
    contribution: float
    because: str


@dataclass(frozen=True, slots=True)
class Rank:
    """A State's place among all States, 1 first, and what put it there."""

    position: int
    member_state: str
    score: float
    factors: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Named weights, so that a rank of years ago can be told from one of today."""

    name: str
    version: int
    weights: Mapping[str, float]


RISK_BASED: Final = Policy(
    name="risk-based",
    version=1,
    weights=MappingProxyType(
        {
            "gaps": 0.25,
            "trends": 0.15,
            "assessment": 0.10,
            "prior_request": 0.10,
            "consent": 0.10,
            "time_since_visit": 0.20,
            "return_visit": 0.10,
        }
    ),
)
"""The weights in force. ¶6 names the factors and puts existing gaps first, but no numbers: these
are the project's own. What is found (gaps, trends, assessment) has half of the weight, the time
since the last visit a fifth, and what States ask for or agree to the rest."""


def gaps_factor(gaps: Iterable[Finding], on: date) -> Factor:
    """How much is known to be missing (¶6: existing gaps).

    0 without gaps; each gap adds its severity's points, 8 points are 0.5, 16 are 0.75, and more
    gaps never count for less.
    """
    known = list(gaps)
    if not known:
        return Factor("gaps", 0.0, "No gap is known.")
    points = sum(SEVERITY_POINTS[gap.severity] for gap in known)
    latest = max(gap.identified_on for gap in known)
    worst = max(known, key=lambda gap: SEVERITY_POINTS[gap.severity]).severity
    because = f"{_count(len(known), 'gap')}, the worst {worst}; latest {_dated(latest, on)}."
    return Factor("gaps", _saturated(points), because)


def trends_factor(trends: Iterable[Finding], on: date) -> Factor:
    """How strongly recent trends bear on the State (¶6: emerging issues, trends, events).

    As for gaps, but a trend's points fade evenly to nothing in three years.
    """
    recent = [t for t in trends if _fading(t.identified_on, on, TREND_FADES_IN_YEARS) > 0]
    if not recent:
        return Factor("trends", 0.0, "No trend of the last three years bears on it.")
    points = sum(
        SEVERITY_POINTS[trend.severity] * _fading(trend.identified_on, on, TREND_FADES_IN_YEARS)
        for trend in recent
    )
    latest = max(recent, key=lambda trend: (trend.identified_on, trend.theme))
    because = (
        f"{_count(len(recent), 'trend')} of the last three years; latest {latest.theme} "
        f"({latest.severity}), {_dated(latest.identified_on, on)}."
    )
    return Factor("trends", _saturated(points), because)


def trends_count_from(on: date) -> date:
    """The date from which on trends still count; those identified earlier have faded."""
    return on - timedelta(days=TREND_FADES_IN_YEARS * DAYS_A_YEAR)


def assessment_factor(assessed: Assessed | None, on: date) -> Factor:
    """The share that the latest assessment found not implemented (¶6: analysis); 0.5 if none."""
    if assessed is None:
        return Factor("assessment", NEVER_ASSESSED, "No assessment is known.")
    because = (
        f"Implementation scored {assessed.score:.2f}, assessed {_dated(assessed.completed_on, on)}."
    )
    return Factor("assessment", 1 - assessed.score, because)


def prior_request_factor(requested_on: date | None, visited_on: date | None, on: date) -> Factor:
    """1 while a State's own request for a visit is unmet (¶6: prior requests), otherwise 0."""
    if requested_on is None:
        return Factor("prior_request", 0.0, "It has not asked for a visit.")
    asked = f"It asked for a visit {_dated(requested_on, on)}"
    if visited_on is not None and visited_on >= requested_on:
        return Factor("prior_request", 0.0, f"{asked}, and was visited since.")
    return Factor("prior_request", 1.0, f"{asked}, and was not visited since.")


def consent_factor(answered: Answered | None, on: date) -> Factor:
    """Consent previously expressed (¶6): 1 on the day, fading evenly to 0 in five years.

    0 if the State was never asked, or declined when last asked.
    """
    if answered is None:
        return Factor("consent", 0.0, "It has not answered a request for consent.")
    when = _dated(answered.answered_on, on)
    if not answered.given:
        return Factor("consent", 0.0, f"It declined a visit {when}.")
    left = _fading(answered.answered_on, on, CONSENT_FADES_IN_YEARS)
    return Factor("consent", left, f"It consented to a visit {when}.")


def time_since_visit_factor(visited_on: date | None, on: date) -> Factor:
    """Years since the last visit, up to 0.8 at ten years and more; never visited is 1 (¶6)."""
    if visited_on is None:
        return Factor("time_since_visit", 1.0, "No visit is on record.")
    years = max(0.0, (on - visited_on).days / DAYS_A_YEAR)
    value = VISITED_LONG_AGO * min(1.0, years / LONG_AGO_YEARS)
    return Factor("time_since_visit", value, f"Last visited {_dated(visited_on, on)}.")


def return_visit_factor(recommended_on: date | None, visited_on: date | None, on: date) -> Factor:
    """1 while a follow-up's recommendation of another visit is open (¶7, ¶9), otherwise 0."""
    if recommended_on is None:
        return Factor("return_visit", 0.0, "No follow-up recommends another visit.")
    advised = f"A follow-up recommended another visit {_dated(recommended_on, on)}"
    if visited_on is not None and visited_on >= recommended_on:
        return Factor("return_visit", 0.0, f"{advised}, which took place.")
    return Factor("return_visit", 1.0, f"{advised}.")


def factors_of(standing: Standing, on: date) -> list[Factor]:
    """Every factor of one State on a date."""
    visited_on = standing.visited_on
    return [
        gaps_factor(standing.gaps, on),
        trends_factor(standing.trends, on),
        assessment_factor(standing.assessed, on),
        prior_request_factor(standing.requested_on, visited_on, on),
        consent_factor(standing.answered, on),
        time_since_visit_factor(visited_on, on),
        return_visit_factor(standing.return_recommended_on, visited_on, on),
    ]


def rank_for_visit(
    standings: Iterable[Standing], weights: Mapping[str, float], on: date
) -> list[Rank]:
    """The States by score, highest first, States of equal score by alpha-3 code (¶6).

    A score is from 0 to 1, whatever the weights sum to; a factor without a weight counts nothing.

    Raises:
        ValueError: a weight is negative, or all are 0.
    """
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("weights must not be negative")
    total = sum(weights.values())
    if total == 0:
        raise ValueError("at least one weight must be above 0")
    scored = []
    for standing in standings:
        contributions = tuple(
            Contribution(
                factor=factor.name,
                value=round(factor.value, 4),
                weight=(weight := weights.get(factor.name, 0.0)),
                contribution=round(factor.value * weight / total, 6),
                because=factor.because,
            )
            for factor in factors_of(standing, on)
        )
        score = round(sum(part.contribution for part in contributions), 6)
        scored.append((-score, standing.member_state, contributions))
    scored.sort(key=lambda entry: entry[:2])
    return [
        Rank(position, state, -negated, contributions)
        for position, (negated, state, contributions) in enumerate(scored, start=1)
    ]


def _saturated(points: float) -> float:
    return 1 - math.exp2(-points / HALF_SCALE_POINTS)


def _fading(since: date, on: date, years: float) -> float:
    return min(1.0, max(0.0, 1 - (on - since).days / (years * DAYS_A_YEAR)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _dated(day: date, on: date) -> str:
    return f"{day} ({_count(max(0, (on - day).days), 'day')} ago)"
