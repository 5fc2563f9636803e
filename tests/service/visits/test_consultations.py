"""Experts outside of government are heard at the behest of the assessed State alone (¶7)."""

from datetime import date, timedelta

import httpx

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    done,
    fields_of,
    refusal,
    scheduled_mission,
)
from tests.support.events import read_event

WISH = {
    "sector": "civil_society",
    "experts": ["Women's network"],
    "topics": ["Rehabilitation", "Victims"],
}


async def _asked(actors: Actors, mission: Body, **fields: object) -> Body:
    path = f"/v1/missions/{mission['id']}/consultations"
    state = actors.state(mission["member_state"])
    return await done(await state.post(path, json=WISH | fields))


async def test_the_state_asks_cted_arranges_and_the_meeting_is_kept(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "VCT", confidential=True)
    path = f"/v1/missions/{mission['id']}/consultations"
    assert refusal(await officer.post(path, json=WISH)) == (403, "forbidden")
    assert refusal(await actors.state("LCA").post(path, json=WISH)) == NOT_FOUND
    state = actors.state("VCT")
    assert fields_of(await state.post(path, json={"sector": "press", "experts": []})) == [
        "body.sector",
        "body.experts",
        "body.topics",
    ]
    answer = await state.post(path, json=WISH)
    asked = await done(answer)
    assert (asked["status"], asked["confidential"]) == ("requested", True)
    record = answer.headers["location"]
    told = await read_event(stack, visits.ConsultationRequested, consultation_id=asked["id"])
    assert told["data"]["mission_id"] == mission["id"]
    assert told["data"]["sector"] == "civil_society"

    ends_on = date.fromisoformat(mission["ends_on"])
    held: Body = {"held_on": str(ends_on), "participants": [{"name": "Ms. Network"}]}
    assert refusal(await officer.post(f"{record}/meeting", json=held)) == ILLEGAL
    meeting = {"meets_on": str(ends_on + timedelta(days=1)), "place": "University"}
    assert fields_of(await officer.post(f"{record}/arrangement", json=meeting)) == ["body.meets_on"]
    meeting["meets_on"] = str(ends_on)
    first = {"If-Match": '"1"'}
    await done(await officer.post(f"{record}/arrangement", json=meeting, headers=first))
    stale = await officer.post(f"{record}/arrangement", json=meeting, headers=first)
    assert refusal(stale) == STALE
    moved = await done(
        await officer.post(f"{record}/arrangement", json=meeting | {"place": "Library"})
    )
    assert (moved["status"], moved["place"]) == ("arranged", "Library")
    assert fields_of(await officer.post(f"{record}/meeting", json=held)) == ["body.held_on"]
    await actors.advance_to(ends_on)
    kept = await done(await officer.post(f"{record}/meeting", json=held | {"summary": "Useful."}))
    assert (kept["status"], kept["held_on"]) == ("held", str(ends_on))
    assert kept["participants"] == [{"name": "Ms. Network", "organisation": None}]
    assert refusal(await state.post(f"{record}/withdrawal", json={})) == ILLEGAL

    assert await done(await state.get(record)) == kept
    other = actors.state("LCA")
    assert refusal(await other.get(record)) == NOT_FOUND
    query = {"mission_id": mission["id"]}
    for reader, found in ((actors.of("committee_member"), [kept]), (other, [])):
        assert (await done(await reader.get("/v1/consultations", params=query)))["items"] == found
    export = {"format": "json", "member_state": "VCT"}
    assert (await state.get("/v1/consultations/export", params=export)).json() == [kept]


async def test_the_state_withdraws_it_before_it_is_held(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "LCA")
    wished, other = await _asked(actors, mission), await _asked(actors, mission, sector="academia")
    state = actors.state("LCA")
    path = f"/v1/consultations/{wished['id']}"
    meeting = {"meets_on": mission["ends_on"], "place": "University"}
    await done(await officer.post(f"{path}/arrangement", json=meeting))
    assert refusal(await actors.state("VCT").post(f"{path}/withdrawal", json={})) == NOT_FOUND
    reason = {"reason": "They travel."}
    withdrawn = await done(await state.post(f"{path}/withdrawal", json=reason))
    assert (withdrawn["status"], withdrawn["withdrawal_reason"]) == ("withdrawn", "They travel.")
    assert refusal(await officer.post(f"{path}/arrangement", json=meeting)) == ILLEGAL
    query = {"mission_id": mission["id"], "status": "requested", "sector": "academia"}
    assert (await done(await state.get("/v1/consultations", params=query)))["items"] == [other]
    second = f"/v1/consultations/{other['id']}"
    await done(await officer.post(f"{second}/arrangement", json=meeting))
    cancellation = {"reason": "A cyclone."}
    await done(await officer.post(f"/v1/missions/{mission['id']}/cancellation", json=cancellation))
    held = {"held_on": str(await actors.today()), "participants": [{"name": "Nobody"}]}
    assert refusal(await officer.post(f"{second}/arrangement", json=meeting)) == CONFLICT
    assert refusal(await officer.post(f"{second}/meeting", json=held)) == CONFLICT
    wish = await state.post(f"/v1/missions/{mission['id']}/consultations", json=WISH)
    assert refusal(wish) == CONFLICT
