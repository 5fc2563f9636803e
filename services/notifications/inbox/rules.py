"""Who is told of what (¶8, ¶9, ¶23, ¶25)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """A party of the Committee's work, as the inbox addresses it."""

    CTED = "cted"
    COMMITTEE = "committee"
    STATE = "member_state"
    OCT = "oct"
    PROVIDER = "provider"
    UN_ENTITY = "un_entity"
    CIVIL_SOCIETY = "civil_society"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Audience:
    """A party, narrowed to one State or one organisation where the event is about one."""

    party: Party
    member_state: str | None = None
    organisation: str | None = None


CTED, COMMITTEE, STATE, OCT = Party.CTED, Party.COMMITTEE, Party.STATE, Party.OCT
PROVIDER, UN_ENTITY = Party.PROVIDER, Party.UN_ENTITY
CIVIL_SOCIETY, OPERATOR = Party.CIVIL_SOCIETY, Party.OPERATOR
_OCT_AS_PROVIDER = "OCT"
MAY_KNOW_CONFIDENTIAL = frozenset({CTED, COMMITTEE, STATE, PROVIDER})
"""Who is told of what a State keeps confidential (¶23): a provider of what it takes part in."""

TOLD: Mapping[str, tuple[Party, ...]] = {
    "survey-issued": (STATE, CTED),
    "survey-due-changed": (STATE, CTED),
    "response-submitted": (STATE, CTED),
    "response-returned": (STATE, CTED),
    "response-accepted": (STATE, CTED),
    "assessment-completed": (STATE, CTED, COMMITTEE, OCT),
    "gap-identified": (STATE, CTED),
    "recommendation-issued": (STATE, CTED),
    "recommendation-status-changed": (STATE, CTED),
    "confidentiality-changed": (STATE, CTED, COMMITTEE),
    "trend-identified": (CTED, COMMITTEE, OCT),
    "trend-revised": (CTED, COMMITTEE, OCT),
    "trend-closed": (CTED, COMMITTEE, OCT),
    "product-published": (CTED, COMMITTEE, STATE, OCT, PROVIDER, UN_ENTITY, CIVIL_SOCIETY),
    "product-withdrawn": (CTED, COMMITTEE, STATE, OCT, PROVIDER, UN_ENTITY, CIVIL_SOCIETY),
    "visit-list-submitted": (COMMITTEE, CTED),
    "visit-list-adopted": (COMMITTEE, CTED),
    "visit-list-changed": (COMMITTEE, CTED),
    "consent-requested": (STATE, CTED),
    "consent-given": (STATE, CTED, COMMITTEE),
    "consent-declined": (STATE, CTED, COMMITTEE),
    "consent-deferred": (STATE, CTED, COMMITTEE),
    "consent-reminded": (STATE, CTED),
    "consent-ended": (STATE, CTED, COMMITTEE),
    "standing-consent-given": (STATE, CTED, COMMITTEE),
    "standing-consent-ended": (STATE, CTED, COMMITTEE),
    "visit-scheduled": (STATE, CTED, COMMITTEE),
    "visit-cancelled": (STATE, CTED, COMMITTEE),
    "visit-completed": (STATE, CTED, COMMITTEE),
    "consultation-requested": (STATE, CTED),
    "visit-clash-flagged": (CTED,),
    "report-drafted": (CTED,),
    "report-stage-entered": (CTED,),
    "fact-check-requested": (STATE, CTED),
    "fact-check-ended": (STATE, CTED),
    "report-considered": (COMMITTEE, CTED),
    "report-submitted": (COMMITTEE, STATE, OCT),
    "follow-up-due": (STATE, CTED, COMMITTEE),
    "follow-up-extended": (STATE, CTED, COMMITTEE),
    "follow-up-reported": (COMMITTEE, CTED, STATE, OCT),
    "follow-up-returned": (STATE, CTED),
    "follow-up-verified": (STATE, CTED),
    "follow-up-visit-recommended": (COMMITTEE, CTED, STATE),
    "follow-up-assistance-recommended": (COMMITTEE, CTED, STATE, OCT),
    "follow-up-considered": (COMMITTEE, CTED, STATE, OCT),
    "invitation-requested": (CTED, COMMITTEE),
    "need-opened": (STATE, CTED, OCT),
    "match-proposed": (PROVIDER, CTED, OCT),
    "match-accepted": (STATE, PROVIDER, CTED, OCT),
    "match-declined": (PROVIDER, CTED, OCT),
    "project-started": (STATE, PROVIDER, CTED, OCT),
    "project-completed": (STATE, PROVIDER, CTED, OCT),
    "impact-assessed": (COMMITTEE, CTED, STATE, OCT),
    "duplication-flagged": (CTED, OCT),
    "deadline-approaching": (STATE, PROVIDER, CTED),
    "deadline-missed": (STATE, PROVIDER, CTED),
    "briefing-due": (COMMITTEE, CTED, OCT),
    "invitation-issued": (STATE, CTED, COMMITTEE),
    "invitation-refused": (CTED, COMMITTEE),
    "invitation-answered": (STATE, CTED, COMMITTEE),
    "delivery-failed": (OPERATOR,),
}
"""Each event, by its noun and verb, and the parties that are told of it."""

_READERS: Mapping[str, frozenset[Party]] = {
    "committee": frozenset({CTED, COMMITTEE}),
    "united_nations": frozenset({CTED, COMMITTEE, OCT, UN_ENTITY}),
    "member_states": frozenset({CTED, COMMITTEE, OCT, UN_ENTITY, STATE}),
    "public": frozenset(Party),
}
"""Whom a product may be announced to, by its audience."""
_OWES: Mapping[str, Party] = {"member_state": STATE, "organisation": PROVIDER, "cted": CTED}


def parties_told(
    event_name: str,
    member_state: str | None,
    organisation: str | None,
    *,
    confidential: bool = False,
    owed_by: str | None = None,
    audience: str = "public",
) -> list[Audience]:
    """The audiences of an event, each once.

    A State is told what is about itself, and every State what is about the programme; a provider
    what it takes part in, and every provider what is about the programme. Of what a State keeps
    confidential only CTED, the Committee, that State and the provider that takes part are told
    (¶23). Of a duty, `owed_by` is told, beside CTED. OCT may be a provider, and is told as itself.
    Of a product those are told whom its `audience` lets read it.

    Raises:
        KeyError: the event is not in the table.
    """
    parties = TOLD[event_name]
    if owed_by is not None:
        parties = tuple(party for party in parties if party in {_OWES[owed_by], CTED})
    takes_part: Audience | None = None
    if organisation == _OCT_AS_PROVIDER:
        takes_part = Audience(OCT)
    elif organisation is not None or member_state is None:
        takes_part = Audience(PROVIDER, organisation=organisation)
    told: list[Audience | None] = []
    for party in parties:
        if confidential and party not in MAY_KNOW_CONFIDENTIAL:
            continue
        if party not in _READERS[audience]:
            continue
        if party is PROVIDER:
            told.append(takes_part)
        else:
            told.append(Audience(party, member_state=member_state if party is STATE else None))
    return [audience for audience in dict.fromkeys(told) if audience is not None]
