"""How a timeline tells of each event."""

from datetime import date
from uuid import uuid4

import pytest

from services.notifications.events import DeadlineApproaching, DeadlineMissed
from services.visits.consent_timelines.models import MomentKind
from services.visits.consent_timelines.rules import Told, told
from services.visits.events import (
    ConsentDeclined,
    ConsentDeferred,
    ConsentEnded,
    ConsentGiven,
    ConsentReminded,
    ConsentRequested,
    ReportDrafted,
    StandingConsentEnded,
    StandingConsentGiven,
    VisitCancelled,
    VisitCompleted,
    VisitScheduled,
)
from shared.events import StateEvent

DAY, KEY = date(2020, 5, 4), uuid4()
STATE = {"member_state": "KEN"}
CONSENT = STATE | {"consent_id": KEY}
STANDING = STATE | {"standing_consent_id": KEY}
VISIT = STATE | {"mission_id": KEY}
DUE = STATE | {"deadline_id": uuid4(), "duty": "consent-answer", "due_on": DAY, "about_id": KEY}
EVENTS: list[StateEvent] = [
    ConsentRequested.model_validate(CONSENT | {"requested_on": DAY, "answer_due_on": DAY}),
    ConsentReminded.model_validate(CONSENT | {"reminded_on": DAY, "answer_due_on": DAY}),
    ConsentDeferred.model_validate(CONSENT | {"deferred_on": DAY, "answer_due_on": DAY}),
    ConsentGiven.model_validate(CONSENT | {"given_on": DAY}),
    ConsentDeclined.model_validate(CONSENT | {"declined_on": DAY}),
    *(
        ConsentEnded.model_validate(CONSENT | {"outcome": outcome, "ended_on": DAY})
        for outcome in ("withdrawn", "revoked", "expired")
    ),
    StandingConsentGiven.model_validate(STANDING | {"given_on": DAY}),
    *(
        StandingConsentEnded.model_validate(STANDING | {"outcome": outcome, "ended_on": DAY})
        for outcome in ("revoked", "expired")
    ),
    DeadlineApproaching.model_validate(DUE),
    DeadlineMissed.model_validate(DUE),
    VisitScheduled.model_validate(VISIT | {"kind": "focused", "starts_on": DAY, "ends_on": DAY}),
    VisitCompleted.model_validate(VISIT | {"completed_on": DAY, "report_due_on": DAY}),
    VisitCancelled.model_validate(VISIT | {"cancelled_on": DAY, "reason": "Unsafe."}),
]


def _told(event: StateEvent) -> Told:
    return told(event.type.split(".")[4], event.model_dump())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type.split(".")[4])
def test_each_event_has_its_kind_its_sentence_and_its_record(event: StateEvent) -> None:
    moment = _told(event)
    assert moment.kind in set(MomentKind)
    assert moment.text.endswith(".")
    assert "{" not in moment.text
    assert (moment.record_id, moment.record.rsplit("/", 1)[1]) == (KEY, str(KEY))


def test_all_kinds_but_those_of_no_event_are_told() -> None:
    without_event = {MomentKind.LISTED, MomentKind.REMOVED, MomentKind.CONDITION_MET}
    assert {_told(event).kind for event in EVENTS} == set(MomentKind) - without_event


def test_what_a_standing_consent_answered_says_so_and_links_to_the_answer() -> None:
    given = ConsentGiven.model_validate(CONSENT | {"given_on": DAY, "standing_consent_id": uuid4()})
    moment = _told(given)
    assert "standing consent" in moment.text
    assert moment.record_id == KEY


def test_other_events_are_not_told() -> None:
    drafted = ReportDrafted.model_validate(VISIT | {"report_id": uuid4(), "drafted_on": DAY})
    with pytest.raises(KeyError):
        _told(drafted)
