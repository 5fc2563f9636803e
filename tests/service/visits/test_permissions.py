"""Who may not write what: every write route, every role that it is not for."""

from uuid import UUID

import pytest

from shared.auth import Role
from tests.service.visits.actors import Actors

CTED = {Role.CTED_OFFICER, Role.CTED_LEAD}
STATE = {Role.MEMBER_STATE}
COMMITTEE = {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR}
VISITING_BODIES = CTED | {Role.OCT, Role.UN_ENTITY, Role.SERVICE}
SOME = UUID(int=1)
WRITES = {
    "POST /v1/visit-requests": CTED | STATE,
    "POST /v1/past-visits": CTED,
    f"POST /v1/visit-requests/{SOME}/withdrawal": CTED | STATE,
    "POST /v1/list-proposals": CTED,
    "POST /v1/list-proposals/what-if": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "POST /v1/ranking-policies": CTED,
    "POST /v1/ranking-policies/risk-based/versions": CTED,
    "POST /v1/ranking-policies/risk-based/versions/1/entry-into-force": {Role.CTED_LEAD},
    "POST /v1/ranking/what-if": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "POST /v1/visit-lists": CTED,
    f"PATCH /v1/visit-lists/{SOME}": CTED,
    f"POST /v1/visit-lists/{SOME}/submission": CTED,
    f"POST /v1/visit-lists/{SOME}/return": {Role.COMMITTEE_CHAIR},
    f"POST /v1/visit-lists/{SOME}/adoption": {Role.COMMITTEE_CHAIR},
    f"POST /v1/visit-lists/{SOME}/changes": {Role.COMMITTEE_CHAIR},
    "POST /v1/consents": CTED,
    f"POST /v1/consents/{SOME}/answer": CTED | STATE,
    f"POST /v1/consents/{SOME}/reminders": CTED,
    f"POST /v1/consents/{SOME}/withdrawal": CTED,
    f"POST /v1/consents/{SOME}/revocation": CTED | STATE,
    f"POST /v1/consents/{SOME}/conditions/0/fulfilment": CTED,
    "POST /v1/standing-consents": CTED | STATE,
    f"POST /v1/standing-consents/{SOME}/revocation": CTED | STATE,
    "POST /v1/missions": CTED,
    f"PATCH /v1/missions/{SOME}": CTED,
    f"POST /v1/missions/{SOME}/completion": CTED,
    f"POST /v1/missions/{SOME}/cancellation": CTED,
    f"POST /v1/missions/{SOME}/checklist": CTED,
    f"PATCH /v1/missions/{SOME}/checklist/{SOME}": CTED,
    f"POST /v1/missions/{SOME}/checklist/{SOME}/status-changes": CTED,
    "POST /v1/officers": CTED,
    f"PATCH /v1/officers/{SOME}": CTED,
    f"DELETE /v1/officers/{SOME}": CTED,
    f"POST /v1/officers/{SOME}/conflicts": CTED,
    f"POST /v1/officers/{SOME}/conflicts/{SOME}/end": {Role.CTED_LEAD},
    "POST /v1/other-visits": VISITING_BODIES,
    f"PATCH /v1/other-visits/{SOME}": VISITING_BODIES,
    f"POST /v1/other-visits/{SOME}/cancellation": VISITING_BODIES,
    f"POST /v1/missions/{SOME}/consultations": STATE,
    f"POST /v1/consultations/{SOME}/arrangement": CTED,
    f"POST /v1/consultations/{SOME}/meeting": CTED,
    f"POST /v1/consultations/{SOME}/withdrawal": STATE,
    f"POST /v1/missions/{SOME}/itinerary": CTED,
    f"PATCH /v1/itinerary-items/{SOME}": CTED,
    f"DELETE /v1/itinerary-items/{SOME}": CTED,
    "POST /v1/calendar-feeds": CTED | COMMITTEE | STATE,
    f"DELETE /v1/calendar-feeds/{SOME}": CTED | COMMITTEE | STATE,
    f"POST /v1/missions/{SOME}/dossier": CTED,
    "POST /v1/reports": CTED,
    f"PATCH /v1/reports/{SOME}": CTED,
    f"PATCH /v1/reports/{SOME}/sections/findings": CTED,
    f"POST /v1/reports/{SOME}/sections/findings/confidentiality": CTED | STATE,
    f"POST /v1/reports/{SOME}/review-request": CTED,
    f"POST /v1/reports/{SOME}/review": {Role.CTED_LEAD},
    f"POST /v1/reports/{SOME}/fact-check/answer": CTED | STATE,
    f"POST /v1/reports/{SOME}/fact-check/extension": CTED,
    f"POST /v1/reports/{SOME}/presentation": CTED,
    f"POST /v1/reports/{SOME}/consideration": {Role.COMMITTEE_CHAIR},
    f"POST /v1/reports/{SOME}/submission": CTED,
    f"POST /v1/reports/{SOME}/comments": CTED | COMMITTEE | STATE,
    f"POST /v1/reports/{SOME}/comments/{SOME}/resolution": CTED,
    f"POST /v1/reports/{SOME}/comments/{SOME}/reopening": CTED,
    f"PUT /v1/follow-ups/{SOME}/steps": CTED | STATE,
    f"POST /v1/follow-ups/{SOME}/report": CTED | STATE,
    f"POST /v1/follow-ups/{SOME}/steps/{SOME}/verification": CTED,
    f"POST /v1/follow-ups/{SOME}/steps/{SOME}/clarification": CTED,
    f"POST /v1/follow-ups/{SOME}/extensions": CTED | STATE,
    f"POST /v1/follow-ups/{SOME}/extensions/{SOME}/decision": {Role.CTED_LEAD},
    f"POST /v1/follow-ups/{SOME}/further-activities": CTED,
    f"POST /v1/follow-ups/{SOME}/consideration": {Role.COMMITTEE_CHAIR},
    "POST /v1/invitation-requests": CTED | {Role.COMMITTEE_CHAIR},
    f"POST /v1/invitation-requests/{SOME}/cancellation": CTED | {Role.COMMITTEE_CHAIR},
}
READS = {
    "GET /v1/ranking": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking/comparison": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking/sensitivity": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranked-states": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/list-proposals": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    f"GET /v1/list-proposals/{SOME}": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking-policies": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking-policies-in-force": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/visit-lists": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/visit-requests": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/past-visits": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/consents": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/standing-consents": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/consent-timelines/FJI": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/listings": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    f"GET /v1/visit-lists/{SOME}/states": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    f"GET /v1/visit-lists/{SOME}/difference": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/missions": set(Role) - {Role.PARTNER, Role.CIVIL_SOCIETY, Role.OPERATOR},
    "GET /v1/missions/export?format=csv": set(Role)
    - {Role.PARTNER, Role.CIVIL_SOCIETY, Role.OPERATOR},
    f"GET /v1/missions/{SOME}/clashes": CTED | COMMITTEE,
    f"GET /v1/missions/{SOME}/checklist": CTED | COMMITTEE,
    f"GET /v1/missions/{SOME}/checklist/{SOME}": CTED | COMMITTEE,
    "GET /v1/officers": CTED,
    f"GET /v1/officers/{SOME}": CTED,
    f"GET /v1/officers/{SOME}/conflicts": CTED,
    "GET /v1/other-visits": VISITING_BODIES | COMMITTEE | STATE,
    "GET /v1/consultations": CTED | COMMITTEE | STATE,
    f"GET /v1/missions/{SOME}/itinerary": CTED | COMMITTEE | STATE,
    f"GET /v1/itinerary-items/{SOME}": CTED | COMMITTEE | STATE,
    f"GET /v1/missions/{SOME}/calendar.ics": CTED | COMMITTEE | STATE,
    "GET /v1/calendar.ics": CTED,
    "GET /v1/calendar-feeds": CTED | COMMITTEE | STATE,
    f"GET /v1/calendar-feeds/{SOME}": CTED | COMMITTEE | STATE,
    f"GET /v1/missions/{SOME}/dossier": CTED,
    f"GET /v1/missions/{SOME}/dossier/versions": CTED,
    f"GET /v1/missions/{SOME}/dossier/versions/1": CTED,
    "GET /v1/reports": set(Role) - {Role.CIVIL_SOCIETY, Role.OPERATOR},
    "GET /v1/reports/templates/focused": CTED,
    f"GET /v1/reports/{SOME}/sections/findings": set(Role) - {Role.CIVIL_SOCIETY, Role.OPERATOR},
    f"GET /v1/reports/{SOME}/confidentiality-requests": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/steps": CTED,
    f"GET /v1/reports/{SOME}/comments": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/comments/{SOME}": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/versions": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/versions/1": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/versions/2/differences": CTED | COMMITTEE | STATE,
    f"GET /v1/reports/{SOME}/document": set(Role) - {Role.CIVIL_SOCIETY, Role.OPERATOR},
    "GET /v1/report-timelines": CTED | COMMITTEE | STATE,
    "GET /v1/report-timelines/bottlenecks": CTED | COMMITTEE,
    "GET /v1/invitation-requests": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/follow-ups/overdue": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/follow-ups": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
}


@pytest.mark.parametrize(("route", "allowed"), (WRITES | READS).items(), ids=WRITES | READS)
async def test_each_role(actors: Actors, route: str, allowed: set[Role]) -> None:
    method, path = route.split()
    refused = {
        role
        for role in Role
        if (await actors.of(role).request(method, path, headers={"If-Match": "1"})).status_code
        == 403
    }
    assert refused == set(Role) - allowed
