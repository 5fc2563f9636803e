"""A visit is scheduled: who goes, with whom, who is heard, and what it clashes with."""

from datetime import date, timedelta
from typing import Any

from shared.embedded.walk.world import WalkFailedError, World

_OFFICERS = (
    {
        "name": "A. Legal Officer",
        "nationalities": ["NOR"],
        "languages": ["en", "fr"],
        "expertise": ["countering-financing"],
    },
    {
        "name": "B. Border Expert",
        "nationalities": ["FJI"],
        "languages": ["en"],
        "expertise": ["border-control"],
    },
)


async def schedule(
    world: World, consent: dict[str, Any], starts_on: date, ends_on: date
) -> dict[str, Any]:
    """Schedule the visit with officers of the register, and prepare it."""
    officer = world.api("visits", "cted_officer")
    entered = [await officer.post("/v1/officers", known) for known in _OFFICERS]
    roles = ("lead", "expert")
    mission: dict[str, Any] = await officer.post(
        "/v1/missions",
        {
            "consent_id": consent["id"],
            "kind": "comprehensive",
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
            "resolutions": [1373, 1624, 2178],
            "themes": ["countering-financing", "border-control"],
            "team": [
                {"officer_id": one["id"], "role": role}
                for one, role in zip(entered, roles, strict=True)
            ],
            "organisations": [{"organisation": "UNODC"}, {"organisation": "WCO"}],
        },
    )
    await world.expect("visits.visit-scheduled", mission_id=mission["id"])
    state = mission["member_state"]
    world.narrator.tell(f"Visit to {state} scheduled from {starts_on} to {ends_on}")
    await _coordinate(world, mission)
    await _consult(world, mission)
    return mission


async def _coordinate(world: World, mission: dict[str, Any]) -> None:
    record = f"/v1/missions/{mission['id']}"
    starts_on = date.fromisoformat(mission["ends_on"]) + timedelta(days=3)
    await world.api("visits", "un_entity").post(
        "/v1/other-visits",
        {
            "body": "1540",
            "reference": mission["id"],
            "member_state": mission["member_state"],
            "purpose": "Visit of its group of experts (illustrative).",
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=2)).isoformat(),
        },
    )
    await world.expect("visits.visit-clash-flagged", mission_id=mission["id"], body="1540")
    known = await world.api("visits", "cted_officer").get(record)
    if known["clashes"]["other_visits"] != 1:
        raise WalkFailedError(f"The clash with the visit of 1540 is not shown at {record}")
    world.narrator.tell("The 1540 Committee goes there just after: the clash is flagged (¶14)")


async def _consult(world: World, mission: dict[str, Any]) -> None:
    state = mission["member_state"]
    asked = await world.api("visits", "member_state", member_state=state).post(
        f"/v1/missions/{mission['id']}/consultations",
        {
            "sector": "civil_society",
            "experts": ["An association of victims (illustrative)"],
            "topics": ["Support to victims"],
        },
    )
    await world.expect("visits.consultation-requested", consultation_id=asked["id"])
    await world.api("visits", "cted_officer").post(
        f"/v1/consultations/{asked['id']}/arrangement",
        {"meets_on": mission["ends_on"], "place": "In the capital"},
    )
    world.narrator.tell(f"At the behest of {state}, civil society is heard on the visit (¶7)")
