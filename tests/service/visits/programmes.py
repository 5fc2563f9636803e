"""The programme of a visit, and the steps to it."""

from datetime import date, timedelta

from tests.service.visits.actors import (
    Actors,
    Body,
    done,
    entered_officer,
    given_consent,
    mission_body,
)


async def mission_with_team(actors: Actors, state: str, **fields: object) -> Body:
    """A visit of five days, ten days from now; the second of its team has the subject STATE-b."""
    consent = await given_consent(actors, state, **fields)
    starts_on = await actors.today() + timedelta(days=10)
    body = await mission_body(actors, consent)
    second = await entered_officer(actors, name="B. Border", subject=f"{state}-b")
    body |= {
        "starts_on": str(starts_on),
        "ends_on": str(starts_on + timedelta(days=4)),
        "team": [*body["team"], {"officer_id": second["id"], "role": "expert"}],
    }
    return await done(await actors.of("cted_officer").post("/v1/missions", json=body))


def ids_of(mission: Body) -> list[str]:
    """Who is on the visit's team."""
    return [member["officer_id"] for member in mission["team"]]


def at(mission: Body, day: int, time: str, zone: str = "Africa/Nairobi") -> Body:
    """A time on the visit's day of this number; 1 is the first."""
    on = date.fromisoformat(mission["starts_on"]) + timedelta(days=day - 1)
    return {"local": f"{on}T{time}", "time_zone": zone}


def item_body(mission: Body, day: int = 1, start: str = "09:00", end: str = "10:30") -> Body:
    return {
        "kind": "government_meeting",
        "title": "Ministry of Justice",
        "location": "Harambee Avenue",
        "starts_at": at(mission, day, start),
        "ends_at": at(mission, day, end),
        "hosts": ["Principal Secretary"],
        "notes": "Bring the draft bill.",
    }


async def planned_item(actors: Actors, mission: Body, *when: object, **fields: object) -> Body:
    body = item_body(mission, *when) | fields  # type: ignore[arg-type]
    path = f"/v1/missions/{mission['id']}/itinerary"
    return await done(await actors.of("cted_officer").post(path, json=body))
