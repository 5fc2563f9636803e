"""What is to be settled for a visit, by whom and when (¶7, ¶14, ¶16)."""

from datetime import date, timedelta
from uuid import uuid4

import httpx

from tests.service.visits.actors import (
    ILLEGAL,
    NOT_FOUND,
    STALE,
    Actors,
    done,
    fields_of,
    refusal,
    scheduled_mission,
)


async def test_a_visit_has_a_checklist_that_moves_with_its_dates(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "KNA")
    record = f"/v1/missions/{mission['id']}"
    path = f"{record}/checklist"
    starts_on = date.fromisoformat(mission["starts_on"])
    ends_on = date.fromisoformat(mission["ends_on"])
    listed = (await done(await officer.get(path, params={"limit": 200})))["items"]
    items = {item["code"]: item for item in listed}
    assert {"consent", "visas", "assessment_tools", "national_strategy"} <= items.keys()
    assert not {"connection", "recommendations"} & items.keys()  # neither virtual nor a follow-up
    assert items["visas"]["due_on"] == str(starts_on - timedelta(days=30))
    assert items["thanks"]["due_on"] == str(ends_on + timedelta(days=7))
    assert [item["due_on"] for item in listed] == sorted(item["due_on"] for item in listed)
    assert mission["checklist"]["total"] == len(listed)
    assert mission["checklist"]["open"] == [item["title"] for item in listed]

    wish = {"title": "Gifts are declared", "responsible": "lead", "anchor": "end", "days": 2}
    bad = {"title": "", "responsible": "lead", "anchor": "middle", "days": 1000}
    assert fields_of(await officer.post(path, json=bad)) == [
        "body.title",
        "body.anchor",
        "body.days",
    ]
    answer = await officer.post(path, json=wish)
    added = await done(answer)
    own = answer.headers["location"]
    assert await done(await officer.get(own)) == added
    assert (added["code"], added["due_on"]) == (None, str(ends_on + timedelta(days=2)))
    first = {"If-Match": '"1"'}
    change = {"days": -1, "responsible": "mission support"}
    revised = await done(await officer.patch(own, json=change, headers=first))
    assert revised["due_on"] == str(ends_on - timedelta(days=1))
    assert refusal(await officer.patch(own, json=change, headers=first)) == STALE
    move = {
        "starts_on": str(starts_on + timedelta(days=5)),
        "ends_on": str(ends_on + timedelta(days=6)),
        "reason": "A holiday.",
    }
    await done(await officer.patch(record, json=move, headers=first))
    moved = await done(await officer.get(own))
    assert moved["due_on"] == str(ends_on + timedelta(days=5))
    until = {"due_until": str(starts_on + timedelta(days=5 - 30)), "sort": "-due_on"}
    early = (await done(await officer.get(path, params=until)))["items"]
    assert early[-1]["code"] == "consent"
    assert "visas" in [item["code"] for item in early]


async def test_items_are_settled_and_what_is_open_is_named_when_the_visit_is_completed(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "STP")
    path = f"/v1/missions/{mission['id']}/checklist"
    listed = (await done(await officer.get(path, params={"limit": 200})))["items"]
    items = {item["code"]: item for item in listed}
    for code in items.keys() - {"thanks", "national_strategy", "visas"}:
        change = f"{path}/{items[code]['id']}/status-changes"
        await done(await officer.post(change, json={"status": "done"}))
    visas = f"{path}/{items['visas']['id']}"
    none_needed = {"status": "not_applicable", "note": "Nobody needs one."}
    settled = await done(
        await officer.post(f"{visas}/status-changes", json=none_needed, headers={"If-Match": '"1"'})
    )
    assert (settled["status"], settled["note"]) == ("not_applicable", "Nobody needs one.")
    assert (settled["settled_on"], settled["settled_by"]) == (
        str(await actors.today()),
        "cted_officer",
    )
    done_as_well = await officer.post(f"{visas}/status-changes", json={"status": "done"})
    assert refusal(done_as_well) == ILLEGAL
    strategy = f"{path}/{items['national_strategy']['id']}/status-changes"
    await done(await officer.post(strategy, json={"status": "done"}))
    reopened = await done(await officer.post(strategy, json={"status": "open"}))
    assert (reopened["settled_on"], reopened["settled_by"]) == (None, None)
    await actors.advance_to(date.fromisoformat(mission["ends_on"]))
    record = f"/v1/missions/{mission['id']}"
    completed = await done(await officer.post(f"{record}/completion"))
    assert completed["checklist"] == {
        "total": len(items),
        "settled": len(items) - 2,
        "open": [items["national_strategy"]["title"], items["thanks"]["title"]],
    }
    await done(await officer.post(strategy, json={"status": "done"}))
    still_open = await done(await officer.get(path, params={"status": "open"}))
    assert [item["code"] for item in still_open["items"]] == ["thanks"]
    csv = await officer.get(f"{path}/export", params={"format": "csv", "status": "open"})
    assert len(csv.text.splitlines()) == 2
    nowhere = f"/v1/missions/{uuid4()}/checklist"
    assert refusal(await officer.get(nowhere)) == NOT_FOUND
    assert refusal(await officer.get(f"{nowhere}/{items['thanks']['id']}")) == NOT_FOUND
