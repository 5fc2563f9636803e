"""Which offer is proposed for which need, and why (¶25)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "proposed": ("accepted", "declined", "lapsed", "withdrawn"),
    "accepted": (),
    "declined": (),
    "lapsed": (),
    "withdrawn": (),
}
"""The steps allowed from each state of a match (¶25)."""

ANSWER_DAYS = 30
"""Days in which a provider answers: this project's own target, the mandate sets none."""

_URGENCY = {"high": 0, "medium": 1, "low": 2}
_REACH = ("names {state}", "covers {region}", "covers every State")


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """What matching looks at in a need; `region` is the State's M49 region, if it has one."""

    id: UUID
    member_state: str
    state_name: str
    region: str | None
    theme: str
    theme_name: str
    priority: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class StandingOffer:
    """What matching looks at in an offer; an empty `regions` or `member_states` means all."""

    id: UUID
    organisation: str
    themes: frozenset[str]
    regions: frozenset[str]
    member_states: frozenset[str]
    parallel_projects: int
    willing_until: date
    able_until: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """The offer to propose for a need, and why this one."""

    need_id: UUID
    offer_id: UUID
    because: str


class Obstacle(StrEnum):
    """What keeps an offer for the theme from a need; the first that applies is told."""

    STATE = "not for {state}"
    WILLING = "no longer willing"
    ABLE = "no longer able"
    REFUSED = "of an organisation that declined, did not answer or gave up the project"
    CAPACITY = "without free capacity"


def proposed_matches(
    needs: Sequence[OpenNeed],
    offers: Sequence[StandingOffer],
    live: Mapping[UUID, int],
    declined: Collection[tuple[UUID, str]],
    today: date,
) -> list[Proposal]:
    """The proposals to make today, the most urgent and then the oldest need first (¶25).

    `live` counts each offer's proposed matches and running projects, and `declined` holds need
    and organisation of what was declined, left unanswered or given up. Of the offers that fit, the
    most specific wins (State named, then region, then all), then the one with most free capacity,
    then the lower id. The same input gives the same output, in whatever order it comes.
    """
    by_theme: defaultdict[str, list[StandingOffer]] = defaultdict(list)
    for offer in offers:
        for theme in offer.themes:
            by_theme[theme].append(offer)
    free = {offer.id: offer.parallel_projects - live.get(offer.id, 0) for offer in offers}
    proposals = []
    for need in sorted(needs, key=lambda need: (_URGENCY[need.priority], need.opened_on, need.id)):
        fitting = sorted(
            (
                offer
                for offer in by_theme[need.theme]
                if _obstacle(need, offer, free[offer.id], declined, today) is None
            ),
            key=lambda offer: (_breadth(offer), -free[offer.id], offer.id),
        )
        if fitting:
            proposals.append(Proposal(need.id, fitting[0].id, _because(need, fitting, free)))
            free[fitting[0].id] -= 1
    return proposals


def unmet_because(
    need: OpenNeed,
    offers: Sequence[StandingOffer],
    live: Mapping[UUID, int],
    declined: Collection[tuple[UUID, str]],
    today: date,
) -> str:
    """Why no provider is proposed for an open need, in plain words (¶25).

    The arguments are those of `proposed_matches`. Organisations are counted, never named, so
    that the reader learns of nobody's decline.
    """
    on_theme = [offer for offer in offers if need.theme in offer.themes]
    if not on_theme:
        return f"No provider offers help with {need.theme_name}."
    met = Counter(
        _obstacle(need, offer, offer.parallel_projects - live.get(offer.id, 0), declined, today)
        for offer in on_theme
    )
    reasons = [
        f"{met[kind]} {kind.value.format(state=need.state_name)}" for kind in Obstacle if met[kind]
    ]
    return (
        f"No provider is free for it. Offers of help with {need.theme_name}: {len(on_theme)}, "
        f"of which {', '.join(reasons)}."
    )


def duplicated(
    member_state: str, theme: str, running: Collection[tuple[UUID, str, str]]
) -> list[UUID]:
    """The running projects (id, State, theme) that do the same for the same State (¶17), by id."""
    return sorted(
        project for project, state, about in running if (state, about) == (member_state, theme)
    )


def _obstacle(
    need: OpenNeed,
    offer: StandingOffer,
    free: int,
    declined: Collection[tuple[UUID, str]],
    today: date,
) -> Obstacle | None:
    named = not offer.member_states or need.member_state in offer.member_states
    if not named or (offer.regions and need.region not in offer.regions):
        return Obstacle.STATE
    if offer.willing_until < today:
        return Obstacle.WILLING
    if offer.able_until < today:
        return Obstacle.ABLE
    if (need.id, offer.organisation) in declined:
        return Obstacle.REFUSED
    return Obstacle.CAPACITY if free < 1 else None


def _breadth(offer: StandingOffer) -> int:
    """How wide the offer reaches: 0 named States, 1 regions, 2 everywhere."""
    if offer.member_states:
        return 0
    return 1 if offer.regions else 2


def _because(need: OpenNeed, fitting: Sequence[StandingOffer], free: Mapping[UUID, int]) -> str:
    best = fitting[0]
    others = [offer for offer in fitting if offer.organisation != best.organisation]
    chosen = f"{_described(need, best, free[best.id])}."
    if not others:
        return f"{chosen} No other organisation fits."
    return f"{chosen} Runner-up: {_described(need, others[0], free[others[0].id])}."


def _described(need: OpenNeed, offer: StandingOffer, free: int) -> str:
    reach = _REACH[_breadth(offer)].format(state=need.state_name, region=need.region)
    return (
        f"{offer.organisation} offers help with {need.theme_name}, {reach} "
        f"and has {free} of {offer.parallel_projects} parallel projects free"
    )
