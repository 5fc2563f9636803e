"""Whoever takes part in a visit, and the way to each point of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from shared.embedded.stack import Stack
from tests.support.stacks import client_of
from tests.support.waiting import advance_clock

Body = dict[str, Any]


@dataclass
class Actors:
    """A client of the visits service for each role and State that a test asks for."""

    stack: Stack
    clients: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self.clients.values():
            await client.aclose()

    def of(self, role: str) -> httpx.AsyncClient:
        claims = {"partner": {"organisation": "unodc"}, "member_state": {"member_state": "FJI"}}
        return self._client(role, claims.get(role, {}))

    def state(self, alpha3: str) -> httpx.AsyncClient:
        return self._client("member_state", {"member_state": alpha3})

    def _client(self, role: str, claims: dict[str, str]) -> httpx.AsyncClient:
        key = (role, claims.get("member_state", ""))
        if key not in self.clients:
            self.clients[key] = client_of(self.stack, "visits", role, **claims)
        return self.clients[key]

    async def today(self) -> date:
        now = (await self.of("operator").get("/development/clock")).json()["now"]
        return date.fromisoformat(now[:10])

    async def advance_to(self, day: date) -> None:
        """Move the shared clock forward; a day that has begun already stays as it is."""
        if day > await self.today():
            token = self.of("operator").headers["Authorization"].removeprefix("Bearer ")
            await advance_clock(self.stack.urls["visits"], token, f"{day}T00:00:01Z")


async def done(answer: httpx.Response) -> Body:
    """The body of an answer that must be a success."""
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def free_year(actors: Actors) -> int:
    """A year that no test has a list for yet."""
    pages = (await actors.of("cted_officer").get("/v1/visit-lists", params={"limit": 200})).json()
    taken = {entry["year"] for entry in pages["items"]}
    return next(year for year in range((await actors.today()).year, 9999) if year not in taken)


async def drafted_list(actors: Actors, *states: str) -> Body:
    body = {"year": await free_year(actors), "member_states": list(states)}
    return await done(await actors.of("cted_officer").post("/v1/visit-lists", json=body))


async def adopted_list(actors: Actors, *states: str) -> Body:
    drafted = await drafted_list(actors, *states)
    path = f"/v1/visit-lists/{drafted['id']}"
    await done(await actors.of("cted_officer").post(f"{path}/submission"))
    return await done(await actors.of("committee_chair").post(f"{path}/adoption"))


async def requested_consent(actors: Actors, state: str, **fields: object) -> Body:
    listed = await adopted_list(actors, state)
    due_on = await actors.today() + timedelta(days=30)
    body = {"visit_list_id": listed["id"], "member_state": state, "answer_due_on": str(due_on)}
    return await done(await actors.of("cted_officer").post("/v1/consents", json=body | fields))


async def given_consent(actors: Actors, state: str, **fields: object) -> Body:
    consent = await requested_consent(actors, state, **fields)
    path = f"/v1/consents/{consent['id']}/answer"
    return await done(await actors.state(state).post(path, json={"answer": "given"}))


async def entered_officer(actors: Actors, **fields: object) -> Body:
    """An officer of CTED in the register, of whatever State no test visits."""
    body = {"name": "A. Legal", "nationalities": ["NOR"], "expertise": ["border-control"]}
    return await done(await actors.of("cted_officer").post("/v1/officers", json=body | fields))


async def mission_body(actors: Actors, consent: Body) -> Body:
    """A visit of five days that begins today, by an officer who is on no other."""
    today = await actors.today()
    lead = await entered_officer(actors)
    return {
        "consent_id": consent["id"],
        "kind": "comprehensive",
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=4)),
        "resolutions": [1373, 1624],
        "themes": ["border-control"],
        "team": [{"officer_id": lead["id"], "role": "lead"}],
    }


async def scheduled_mission(actors: Actors, state: str, **fields: object) -> Body:
    consent = await given_consent(actors, state, **fields)
    body = await mission_body(actors, consent)
    return await done(await actors.of("cted_officer").post("/v1/missions", json=body))


async def completed_mission(actors: Actors, state: str, **fields: object) -> Body:
    mission = await scheduled_mission(actors, state, **fields)
    await actors.advance_to(date.fromisoformat(mission["ends_on"]))
    path = f"/v1/missions/{mission['id']}/completion"
    return await done(await actors.of("cted_officer").post(path))


def report_body(mission: Body) -> Body:
    return {
        "mission_id": mission["id"],
        "title": f"Visit to {mission['member_state']}",
        "sections": [
            {"heading": "Findings", "text": "Open to all readers."},
            {"heading": "Sources", "text": "For the State alone.", "confidential": True},
        ],
    }


async def drafted_report(actors: Actors, state: str, **fields: object) -> Body:
    mission = await completed_mission(actors, state, **fields)
    return await done(
        await actors.of("cted_officer").post("/v1/reports", json=report_body(mission))
    )


async def to_fact_check(actors: Actors, report: Body) -> Body:
    """A draft, reviewed and with the State."""
    path = f"/v1/reports/{report['id']}"
    await done(await actors.of("cted_officer").post(f"{path}/review-request"))
    return await done(
        await actors.of("cted_lead").post(f"{path}/review", json={"outcome": "approved"})
    )


async def to_consideration(actors: Actors, report: Body) -> Body:
    """A draft, reviewed, checked by the State and before the Committee."""
    await to_fact_check(actors, report)
    path = f"/v1/reports/{report['id']}"
    await done(await actors.state(report["member_state"]).post(f"{path}/fact-check/answer"))
    return await done(await actors.of("cted_officer").post(f"{path}/presentation"))


async def to_clearance(actors: Actors, report: Body) -> Body:
    """A draft, ready to be submitted."""
    await to_consideration(actors, report)
    path = f"/v1/reports/{report['id']}/consideration"
    return await done(await actors.of("committee_chair").post(path, json={"outcome": "cleared"}))


async def submitted_report(actors: Actors, state: str, **fields: object) -> Body:
    report = await to_clearance(actors, await drafted_report(actors, state, **fields))
    path = f"/v1/reports/{report['id']}/submission"
    return await done(await actors.of("cted_officer").post(path))


async def follow_up_of(actors: Actors, state: str) -> Body:
    """The State's follow-up, with its recommendations and steps."""
    officer = actors.of("cted_officer")
    listed = (await officer.get("/v1/follow-ups", params={"member_state": state})).json()["items"]
    (summary,) = listed
    return await done(await officer.get(f"/v1/follow-ups/{summary['id']}"))


def at(record: Body) -> dict[str, str]:
    """The header that says which version a change was decided on."""
    return {"If-Match": f'"{record["version"]}"'}


def fields_of(answer: httpx.Response) -> list[str]:
    """The faulty fields that a refusal names."""
    assert answer.status_code == 422, answer.text
    return [fault["field"] for fault in answer.json()["errors"]]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and kind of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("urn:ctc:problem:")


NOT_FOUND = (404, "not-found")
ILLEGAL = (409, "illegal-transition")
CONFLICT = (409, "conflict")
STALE = (412, "precondition-failed")
