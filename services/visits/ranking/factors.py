"""The factors of ¶6, each from 0 (no reason to visit) to 1, with the data that it rests on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from services.visits.findings.rules import Assessed, Found

DAYS_A_YEAR: Final = 365.25
SEVERITY_POINTS: Final[Mapping[str, int]] = MappingProxyType(
    {"low": 1, "medium": 2, "high": 4, "critical": 8}
)
"""Each severity weighs twice the one below it: the project's own scale."""
HALF_SCALE_POINTS: Final = 8
"""The points at which gaps or trends reach half their scale: as much as one critical gap."""
FADES_IN_YEARS: Final[Mapping[str, float]] = MappingProxyType(
    {"emerging_issue": 2.0, "trend": 3.0, "event": 1.0}
)
"""How long each kind of trend counts, less every day: an event is sooner past than a trend."""
CONSENT_FADES_IN_YEARS: Final = 5.0
LONG_AGO_YEARS: Final = 10.0
NEVER_ASSESSED: Final = 0.5
"""Nothing is known, so neither a reason for a visit nor one against it."""
FACTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gaps": "existing gaps: 0 without any; each adds points by its severity (1, 2, 4, 8), 8 "
        "points are 0.5, 16 are 0.75",
        "emerging_issues": "as gaps, each issue fading evenly to nothing in 2 years",
        "trends": "as gaps, each trend fading evenly to nothing in 3 years",
        "events": "as gaps, each event fading evenly to nothing in a year",
        "analysis": "the share that the latest assessment found not implemented; 0.5 if none",
        "prior_request": "1 while the State's own request for a visit is open, otherwise 0",
        "consent": "1 while a standing consent is in force, and on the day on which consent was "
        "given, fading evenly to 0 in 5 years; 0 if it was declined or ended",
        "time_since_visit": "years since the last visit, evenly up to 1 at 10 years; 1 if none",
        "never_visited": "1 if no visit is on record, otherwise 0",
        "return_visit": "1 while another visit that a follow-up recommended is open, otherwise 0",
    }
)
"""Every factor with its scale."""


@dataclass(frozen=True, slots=True)
class Requested:
    """A State's own requests for a visit that are open."""

    count: int
    first_on: date
    latest_on: date


@dataclass(frozen=True, slots=True)
class Answered:
    """What a State last said of a visit, or of any visit as long as it stands."""

    given: bool
    answered_on: date
    standing: bool = False
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of one State when it is ranked; None and empty where nothing is."""

    member_state: str
    gaps: Sequence[Found] = ()
    emerging_issues: Sequence[Found] = ()
    trends: Sequence[Found] = ()
    events: Sequence[Found] = ()
    assessed: Assessed | None = None
    requested: Requested | None = None
    answered: Answered | None = None
    visits: int = 0
    visited_on: date | None = None
    """The last day of the last visit."""
    return_recommended_on: date | None = None

    @property
    def never_visited(self) -> bool:
        """Whether no visit is on record (¶6)."""
        return self.visited_on is None


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for or against a visit: its value, and the data that it rests on."""

    name: str
    value: float
    """From 0 to 1."""
    because: str
    count: int = 0
    """How many gaps, trends, requests, ... it rests on."""
    data_as_of: date | None = None
    """The date of the latest of them; None if there is none."""


def gaps_factor(gaps: Sequence[Found], on: date) -> Factor:
    """How much is known to be missing (¶6: existing gaps).

    0 without gaps; each gap adds its severity's points, 8 points are 0.5, 16 are 0.75, and more
    gaps never count for less.
    """
    if not gaps:
        return Factor("gaps", 0.0, "No gap is known.")
    points = sum(SEVERITY_POINTS[found.severity] * found.count for found in gaps)
    count = sum(found.count for found in gaps)
    latest = max(found.latest_on for found in gaps)
    worst = max((found.severity for found in gaps), key=SEVERITY_POINTS.__getitem__)
    because = f"{_count(count, 'gap')}, the worst {worst}; latest {_dated(latest, on)}."
    return Factor("gaps", _saturated(points), because, count, latest)


def emerging_issues_factor(issues: Sequence[Found], on: date) -> Factor:
    """How strongly recent emerging issues bear on the State (¶6); each counts for two years."""
    return _bearing("emerging_issues", "emerging_issue", issues, on)


def trends_factor(trends: Sequence[Found], on: date) -> Factor:
    """How strongly recent trends bear on the State (¶6); each counts for three years."""
    return _bearing("trends", "trend", trends, on)


def events_factor(events: Sequence[Found], on: date) -> Factor:
    """How strongly recent events bear on the State (¶6); each counts for a year."""
    return _bearing("events", "event", events, on)


def counts_from(on: date) -> dict[str, date]:
    """For each kind of trend the date from which on it counts; earlier ones have faded."""
    return {
        kind: on - timedelta(days=math.floor(years * DAYS_A_YEAR))
        for kind, years in FADES_IN_YEARS.items()
    }


def analysis_factor(assessed: Assessed | None, on: date) -> Factor:
    """The share that the latest assessment found not implemented (¶6: analysis); 0.5 if none."""
    if assessed is None:
        return Factor("analysis", NEVER_ASSESSED, "No assessment is known.")
    done = assessed.completed_on
    because = f"Implementation scored {assessed.score:.2f}, assessed {_dated(done, on)}."
    return Factor("analysis", 1 - assessed.score, because, 1, done)


def prior_request_factor(requested: Requested | None, on: date) -> Factor:
    """1 while a State's own request for a visit is open (¶6: prior requests), otherwise 0.

    It is open until the State is visited or withdraws it.
    """
    if requested is None:
        return Factor("prior_request", 0.0, "It has no open request for a visit.")
    because = f"It asked for a visit {_dated(requested.first_on, on)}, and was not visited since."
    return Factor("prior_request", 1.0, because, requested.count, requested.latest_on)


def consent_factor(answered: Answered | None, on: date) -> Factor:
    """Consent previously expressed (¶6): 1 on the day, fading evenly to 0 in five years.

    A standing consent stays 1 as long as it is in force. 0 if the State was never asked, or
    declined when last asked, or its consent was revoked or has expired.
    """
    if answered is None:
        return Factor("consent", 0.0, "It has not said whether it consents to a visit.")
    said_on = answered.answered_on
    when = _dated(said_on, on)
    if answered.ended_on is not None:
        because = f"It consented {when}, which ended {_dated(answered.ended_on, on)}."
        return Factor("consent", 0.0, because, 1, answered.ended_on)
    if not answered.given:
        return Factor("consent", 0.0, f"It declined a visit {when}.", 1, said_on)
    if answered.standing:
        because = f"Its standing consent is in force since {when}."
        return Factor("consent", 1.0, because, 1, said_on)
    left = 1 - (on - said_on).days / (CONSENT_FADES_IN_YEARS * DAYS_A_YEAR)
    value = min(1.0, max(0.0, left))
    return Factor("consent", value, f"It consented to a visit {when}.", 1, said_on)


def time_since_visit_factor(visited_on: date | None, visits: int, on: date) -> Factor:
    """Years since the last visit, evenly up to 1 at ten years and more; 1 if there was none."""
    if visited_on is None:
        return Factor("time_since_visit", 1.0, "No visit is on record.")
    years = max(0.0, (on - visited_on).days / DAYS_A_YEAR)
    because = f"Last visited {_dated(visited_on, on)}."
    return Factor("time_since_visit", min(1.0, years / LONG_AGO_YEARS), because, visits, visited_on)


def never_visited_factor(visited_on: date | None, visits: int) -> Factor:
    """1 for the States that ¶6 names, those never visited, otherwise 0."""
    if visited_on is None:
        return Factor("never_visited", 1.0, "No visit is on record.")
    because = f"{_count(visits, 'visit')} on record."
    return Factor("never_visited", 0.0, because, visits, visited_on)


def return_visit_factor(recommended_on: date | None, visited_on: date | None, on: date) -> Factor:
    """1 while a follow-up's recommendation of another visit is open (¶7, ¶9), otherwise 0."""
    if recommended_on is None:
        return Factor("return_visit", 0.0, "No follow-up recommends another visit.")
    advised = f"A follow-up recommended another visit {_dated(recommended_on, on)}"
    if visited_on is not None and visited_on >= recommended_on:
        return Factor("return_visit", 0.0, f"{advised}, which took place.", 1, recommended_on)
    return Factor("return_visit", 1.0, f"{advised}.", 1, recommended_on)


def factors_of(standing: Standing, on: date) -> list[Factor]:
    """Every factor of one State on a date, in the order of `FACTORS`."""
    visited_on = standing.visited_on
    return [
        gaps_factor(standing.gaps, on),
        emerging_issues_factor(standing.emerging_issues, on),
        trends_factor(standing.trends, on),
        events_factor(standing.events, on),
        analysis_factor(standing.assessed, on),
        prior_request_factor(standing.requested, on),
        consent_factor(standing.answered, on),
        time_since_visit_factor(visited_on, standing.visits, on),
        never_visited_factor(visited_on, standing.visits),
        return_visit_factor(standing.return_recommended_on, visited_on, on),
    ]


def age_of(day: date, on: date) -> int:
    """Days from a date to the day that is looked from; what is dated later is new."""
    return max(0, (on - day).days)


def _bearing(factor: str, kind: str, known: Sequence[Found], on: date) -> Factor:
    """Points as for gaps, but each fades evenly, so that their mean age tells what is left."""
    noun = kind.replace("_", " ")
    if not known:
        return Factor(factor, 0.0, f"No recent {noun} bears on it.")
    span = FADES_IN_YEARS[kind] * DAYS_A_YEAR
    points = sum(
        SEVERITY_POINTS[found.severity] * found.count * max(0.0, 1 - found.mean_age / span)
        for found in known
    )
    count = sum(found.count for found in known)
    latest = max(known, key=lambda found: (found.latest_on, SEVERITY_POINTS[found.severity]))
    because = (
        f"{_count(count, f'recent {noun}')}; latest {latest.latest_theme} ({latest.severity}), "
        f"{_dated(latest.latest_on, on)}."
    )
    return Factor(factor, _saturated(points), because, count, latest.latest_on)


def _saturated(points: float) -> float:
    return 1 - math.exp2(-points / HALF_SCALE_POINTS)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _dated(day: date, on: date) -> str:
    return f"{day} ({_count(age_of(day, on), 'day')} ago)"
