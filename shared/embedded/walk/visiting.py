"""Step 3: whom to visit, consent, the visit, its report."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import shorten
from typing import Any

from shared.embedded.walk.assessing import Assessed
from shared.embedded.walk.scheduling import schedule
from shared.embedded.walk.world import Api, WalkFailedError, World
from shared.reference import member_states

_LIST_SIZE = 12
_VISITS = 3
_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit whose report was submitted."""

    member_state: str
    report_id: str
    submitted_on: date
    follow_up_due_on: date


async def visit(world: World, assessed: Assessed) -> Visited:
    """Rank all States, adopt the year's list, and carry one visit to its submitted report."""
    world.narrator.chapter("Visits (¶6, ¶7): ranking, list, consent, mission, report")
    await _note_history(world)
    await _rank(world, assessed)
    visit_list, wanted = await _adopt(world, assessed)
    refusing, consenting = wanted[0], wanted[1]
    await _decline(world, visit_list, refusing)
    consent = await _consent(world, visit_list, consenting)
    mission = await _carry_out(world, consent)
    visited = await _report(world, mission, consenting)
    world.facts["Visits"] = (
        f"list of {visit_list['year']} adopted and changed by decision; {refusing} declined, "
        f"{consenting} was visited; report submitted on {visited.submitted_on}"
    )
    return visited


async def _note_history(world: World) -> None:
    officer = world.api("visits", "cted_officer")
    for state, visited_on in (("NOR", "2012-05-21"), ("GEO", "2009-10-05")):
        await officer.post("/v1/past-visits", {"member_state": state, "visited_on": visited_on})
    peru = world.api("visits", "member_state", member_state="PER")
    await peru.post(
        "/v1/visit-requests",
        {"member_state": "PER", "reason": "To review progress in border control (illustrative)."},
    )
    world.narrator.tell("Past visits noted; PER asks to be visited (¶6)")


async def _rank(world: World, assessed: Assessed) -> None:
    officer = world.api("visits", "cted_officer")

    def gaps_are_known(ranking: dict[str, Any]) -> bool:
        values = {
            rank["member_state"]: {f["factor"]: f["value"] for f in rank["factors"]}
            for rank in ranking["ranks"]
        }
        return all(any(v > 0 for k, v in values[s].items() if "gap" in k) for s in assessed.states)

    ranking = await officer.until(
        "The assessments' gaps count in the ranking", "/v1/ranking", gaps_are_known
    )
    if len(ranking["ranks"]) != len(member_states()):
        raise WalkFailedError(f"{len(ranking['ranks'])} States are ranked, not all")
    world.narrator.tell("All 193 States ranked by risk; the first, with what puts them there:")
    names = {state.alpha3: state.name for state in member_states().values()}
    world.narrator.ranking(ranking["ranks"][:8], names)


async def _adopt(world: World, assessed: Assessed) -> tuple[dict[str, Any], list[str]]:
    officer = world.api("visits", "cted_officer")
    chair = world.api("visits", "committee_chair")
    taken = {entry["year"] for entry in await officer.all_items("/v1/visit-lists")}
    year = next(y for y in range((await world.today()).year, 9999) if y not in taken)
    ranking = await officer.get("/v1/ranking")
    order = [rank["member_state"] for rank in ranking["ranks"] if rank["member_state"] != "FJI"]
    wanted = [state for state in order if state in assessed.states][:_VISITS]
    proposal = await officer.post("/v1/list-proposals", _proposal(year, wanted))
    if len(proposal["member_states"]) != _LIST_SIZE or not proposal["proven"]:
        raise WalkFailedError(f"The proposed list is {proposal['member_states']}, not the best 12")
    drafted = await officer.post("/v1/visit-lists", {"year": year, "proposal_id": proposal["id"]})
    record = f"/v1/visit-lists/{drafted['id']}"
    world.narrator.tell(
        f"The best list of {_LIST_SIZE} under regional balance is proposed, and drafted"
    )
    await officer.post(f"{record}/submission")
    adopted: dict[str, Any] = await chair.post(f"{record}/adoption")
    await world.expect("visits.visit-list-adopted", visit_list_id=adopted["id"])
    world.narrator.tell(
        f"The Committee adopted the list for {year}: {', '.join(adopted['member_states'])}"
    )
    return adopted, wanted


def _proposal(year: int, wanted: list[str]) -> dict[str, Any]:
    """A list with the States assessed this year, two of every region but Oceania, three new."""
    regions = sorted({state.region for state in member_states().values()} - {"Oceania"})
    return {
        "year": year,
        "title": f"List of {year} (illustrative)",
        "constraints": {
            "visits": {"minimum": _LIST_SIZE, "maximum": _LIST_SIZE},
            "regions": {region: {"minimum": 2} for region in regions},
            "never_visited": 3,
            "required": [
                {"member_state": state, "reason": "Assessed this year."} for state in wanted
            ],
        },
    }


async def _ask(world: World, visit_list: dict[str, Any], state: str) -> dict[str, Any]:
    answer_due_on = await world.today() + timedelta(days=30)
    consent: dict[str, Any] = await world.api("visits", "cted_officer").post(
        "/v1/consents",
        {
            "visit_list_id": visit_list["id"],
            "member_state": state,
            "answer_due_on": answer_due_on.isoformat(),
        },
    )
    await world.expect("visits.consent-requested", consent_id=consent["id"])
    return consent


def _focal_point(world: World, state: str) -> Api:
    return world.api("visits", "member_state", member_state=state)


async def _decline(world: World, visit_list: dict[str, Any], state: str) -> None:
    consent = await _ask(world, visit_list, state)
    await _focal_point(world, state).post(
        f"/v1/consents/{consent['id']}/answer",
        {"answer": "declined", "reason": "Elections are held this year (illustrative)."},
    )
    await world.expect("visits.consent-declined", consent_id=consent["id"])
    ranking = await world.api("visits", "cted_officer").get("/v1/ranking")
    listed = visit_list["member_states"]
    instead = next(r["member_state"] for r in ranking["ranks"] if r["member_state"] not in listed)
    await world.api("visits", "committee_chair").post(
        f"/v1/visit-lists/{visit_list['id']}/changes",
        {"added": [instead], "removed": [state], "reason": f"{state} declined for this year."},
    )
    await world.expect("visits.visit-list-changed", visit_list_id=visit_list["id"])
    world.narrator.tell(f"{state} declined; by recorded decision {instead} takes its place (¶6)")


async def _consent(world: World, visit_list: dict[str, Any], state: str) -> dict[str, Any]:
    consent = await _ask(world, visit_list, state)
    await _focal_point(world, state).post(
        f"/v1/consents/{consent['id']}/answer",
        {"answer": "given", "conditions": ["Dates are agreed beforehand."]},
    )
    await world.expect("visits.consent-given", consent_id=consent["id"])
    world.narrator.tell(f"{state} gave its consent, with a condition")
    return consent


async def _carry_out(world: World, consent: dict[str, Any]) -> dict[str, Any]:
    officer = world.api("visits", "cted_officer")
    starts_on = await world.today() + timedelta(days=45)
    ends_on = starts_on + timedelta(days=4)
    mission = await schedule(world, consent, starts_on, ends_on)
    await _prepare(world, mission)
    await world.advance_to(ends_on + timedelta(days=1))
    await officer.post(f"/v1/missions/{mission['id']}/completion")
    await world.expect("visits.visit-completed", mission_id=mission["id"])
    world.narrator.tell(f"The clock moves to {ends_on + timedelta(days=1)}: the visit took place")
    return mission


async def _prepare(world: World, mission: dict[str, Any]) -> None:
    """Read what is known of the State, and put the first meeting on the programme."""
    officer = world.api("visits", "cted_officer")
    record = f"/v1/missions/{mission['id']}"
    dossier: dict[str, Any] = {}
    try:
        async with asyncio.timeout(world.patience_seconds):
            while True:
                dossier = await officer.post(f"{record}/dossier")
                if dossier["complete"]:
                    break
                await asyncio.sleep(_AGAIN_SECONDS)
    except TimeoutError:
        raise WalkFailedError(f"No whole dossier: {shorten(str(dossier), 300)}") from None
    gaps = [gap["theme"] for gap in dossier["gaps"]["content"]]
    if not gaps:
        raise WalkFailedError("The dossier names no gap")
    item = await officer.post(
        f"{record}/itinerary",
        {
            "kind": "government_meeting",
            "title": "Opening meeting (illustrative)",
            "starts_at": {"local": f"{mission['starts_on']}T09:30", "time_zone": "UTC"},
            "ends_at": {"local": f"{mission['starts_on']}T11:00", "time_zone": "UTC"},
        },
    )
    calendar = await officer.file(f"{record}/calendar.ics")
    if item["id"].encode() not in calendar:
        raise WalkFailedError("The calendar does not show the opening meeting")
    world.narrator.tell(
        f"Its dossier, read from the assessment service, names {len(gaps)} gaps, in "
        f"{', '.join(sorted(set(gaps)))}; its programme is a calendar to subscribe to (¶7)"
    )


async def _report(world: World, mission: dict[str, Any], state: str) -> Visited:
    officer = world.api("visits", "cted_officer")
    lead = world.api("visits", "cted_lead")
    report = await officer.post(
        "/v1/reports",
        {
            "mission_id": mission["id"],
            "title": f"Visit to {member_states()[state].name} (illustrative)",
            "sections": [
                {"heading": "Findings", "text": "Illustrative findings."},
                {"heading": "Sources", "text": "Illustrative sources."},
                {"heading": "Recommendations", "text": "To be written."},
            ],
        },
    )
    record = f"/v1/reports/{report['id']}"
    await world.expect("visits.report-drafted", report_id=report["id"])
    await officer.post(f"{record}/review-request")
    await lead.post(f"{record}/review", {"outcome": "returned", "comment": "Say what to do."})
    await officer.change(
        "PATCH", f"{record}/sections/recommendations", {"text": "Illustrative **steps**."}
    )
    await officer.post(f"{record}/review-request")
    await lead.post(f"{record}/review", {"outcome": "approved", "comment": "Agreed."})
    await world.expect("visits.fact-check-requested", report_id=report["id"])
    await _check_facts(world, record, report["id"], state)
    await world.advance_to(await world.today() + timedelta(days=30))
    await officer.post(f"{record}/presentation")
    chair = world.api("visits", "committee_chair")
    await chair.post(f"{record}/consideration", {"outcome": "cleared"})
    await world.expect("visits.report-considered", report_id=report["id"], outcome="cleared")
    await officer.post(f"{record}/submission")
    event = await world.expect("visits.report-submitted", report_id=report["id"])
    due_on = event["data"]["follow_up_due_on"]
    world.narrator.tell(
        "Report drafted, reviewed, checked by the State, cleared by the Committee and submitted: "
        f"report-submitted; the follow-up is due on {due_on} (¶9)"
    )
    return Visited(
        state,
        report["id"],
        date.fromisoformat(event["data"]["submitted_on"]),
        date.fromisoformat(due_on),
    )


async def _check_facts(world: World, record: str, report_id: str, state: str) -> None:
    """The State proposes a correction and keeps a section confidential before it answers."""
    officer = world.api("visits", "cted_officer")
    focal_point = _focal_point(world, state)
    await world.advance_to(await world.today() + timedelta(days=10))
    comment = await focal_point.post(
        f"{record}/comments",
        {
            "section_key": "findings",
            "text": "The law was passed since (illustrative).",
            "correction": "The law was passed.",
        },
    )
    await focal_point.post(
        f"{record}/sections/sources/confidentiality",
        {"action": "place", "reason": "It names sources (illustrative)."},
    )
    await focal_point.post(f"{record}/fact-check/answer")
    await world.expect("visits.fact-check-ended", report_id=report_id, outcome="answered")
    await officer.change("PATCH", f"{record}/sections/findings", {"text": comment["correction"]})
    await officer.post(f"{record}/comments/{comment['id']}/resolution", {"outcome": "taken_up"})
    world.narrator.tell(f"{state} checked the facts: a correction taken up, a section confidential")
