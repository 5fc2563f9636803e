"""Who may not write what: every write route, every role that it is not for."""

from uuid import UUID

import pytest

from shared.auth import Role
from tests.service.visits.actors import Actors

CTED = {Role.CTED_OFFICER, Role.CTED_LEAD}
STATE = {Role.MEMBER_STATE}
SOME = UUID(int=1)
WRITES = {
    "POST /v1/visit-requests": CTED | STATE,
    "POST /v1/past-visits": CTED,
    f"POST /v1/visit-requests/{SOME}/withdrawal": CTED | STATE,
    "POST /v1/ranking-policies": CTED,
    "POST /v1/ranking-policies/risk-based/versions": CTED,
    "POST /v1/ranking-policies/risk-based/versions/1/entry-into-force": {Role.CTED_LEAD},
    "POST /v1/ranking/what-if": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "POST /v1/visit-lists": CTED,
    f"PATCH /v1/visit-lists/{SOME}": CTED,
    f"POST /v1/visit-lists/{SOME}/submission": CTED,
    f"POST /v1/visit-lists/{SOME}/adoption": {Role.COMMITTEE_CHAIR},
    f"POST /v1/visit-lists/{SOME}/changes": {Role.COMMITTEE_CHAIR},
    "POST /v1/consents": CTED,
    f"POST /v1/consents/{SOME}/answer": CTED | STATE,
    "POST /v1/missions": CTED,
    f"PATCH /v1/missions/{SOME}": CTED,
    f"POST /v1/missions/{SOME}/completion": CTED,
    f"POST /v1/missions/{SOME}/cancellation": CTED,
    "POST /v1/reports": CTED,
    f"PATCH /v1/reports/{SOME}": CTED,
    f"POST /v1/reports/{SOME}/review": {Role.CTED_LEAD},
    f"POST /v1/reports/{SOME}/submission": CTED,
    f"PUT /v1/follow-ups/{SOME}/steps": CTED | STATE,
    f"POST /v1/follow-ups/{SOME}/report": CTED | STATE,
    f"POST /v1/follow-ups/{SOME}/further-activities": CTED,
}
READS = {
    "GET /v1/ranking": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking/comparison": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking/sensitivity": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranked-states": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking-policies": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/ranking-policies-in-force": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/visit-lists": CTED | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/visit-requests": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/past-visits": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/consents": CTED | STATE | {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    "GET /v1/missions": set(Role) - {Role.PARTNER, Role.CIVIL_SOCIETY, Role.OPERATOR},
    "GET /v1/reports": set(Role) - {Role.CIVIL_SOCIETY, Role.OPERATOR},
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
