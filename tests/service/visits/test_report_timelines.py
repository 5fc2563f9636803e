"""Timelines of reports over HTTP: where the time went, what it costs, and how long it will take."""

from datetime import date, timedelta
from typing import Any

import httpx

from tests.service.visits.actors import (
    NOT_FOUND,
    Actors,
    Body,
    done,
    drafted_report,
    fields_of,
    refusal,
)

TIMELINES = "/v1/report-timelines"
BOTTLENECKS = f"{TIMELINES}/bottlenecks"


async def ended_in_review(officer: httpx.AsyncClient) -> int:
    body = await done(await officer.get(BOTTLENECKS))
    (review,) = [stage for stage in body["stages"] if stage["stage"] == "review"]
    return int(review["by_region"].get("Oceania", {"ended": 0})["ended"])


async def test_the_way_of_a_report_from_its_draft_to_its_submission(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    lead, state = actors.of("cted_lead"), actors.state("PNG")
    ended = await ended_in_review(officer)
    report = await drafted_report(actors, "PNG")
    way, path = f"/v1/reports/{report['id']}", f"{TIMELINES}/{report['id']}"
    begun = await actors.today()
    assert refusal(await state.get(path)) == NOT_FOUND
    assert (await done(await state.get(TIMELINES)))["items"] == []
    await actors.advance_to(begun + timedelta(days=20))
    mine: dict[str, Any] = {"member_state": "PNG", "stage": "drafting", "overdue": True}
    (late,) = (await done(await officer.get(TIMELINES, params=mine)))["items"]
    assert {name: late[name] for name in ("stage", "stage_days", "over_days", "overdue")} == {
        "stage": "drafting", "stage_days": 20, "over_days": 6, "overdue": True,
    }  # fmt: skip
    for others in ({"overdue": False}, {"stage": "review"}, {"submitted_from": str(begun)}):
        assert (await done(await officer.get(TIMELINES, params=mine | others)))["items"] == []

    await done(await officer.post(f"{way}/review-request"))
    returned = {"outcome": "returned", "comment": "Add the way ahead."}
    await done(await lead.post(f"{way}/review", json=returned))
    await done(await officer.post(f"{way}/review-request"))
    await actors.advance_to(begun + timedelta(days=30))
    await done(await lead.post(f"{way}/review", json={"outcome": "approved"}))
    seen = await done(await state.get(path))
    assert seen == await done(await officer.get(path))
    assert (seen["stage"], seen["stage_days"], seen["returns"]) == ("fact_check", 0, 1)
    assert seen["stages"][:2] == [
        {"stage": "drafting", "stays": 2, "elapsed_days": 20, "target_days": 28, "over_days": -8},
        {"stage": "review", "stays": 2, "elapsed_days": 10, "target_days": 14, "over_days": -4},
    ]
    assert seen["elapsed_days"] == 30
    check_forecast(seen["forecast"], await actors.today())
    assert await ended_in_review(officer) == ended + 2
    assert refusal(await actors.state("NOR").get(path)) == NOT_FOUND
    listed = await state.get(f"{TIMELINES}/export", params={"format": "csv"})
    assert "drafting: 20 of 28 days; review: 10 of 14 days; fact_check: 0 of 14 days" in listed.text

    await done(await state.post(f"{way}/fact-check/answer"))
    await done(await officer.post(f"{way}/presentation"))
    cleared = {"outcome": "cleared"}
    await done(await actors.of("committee_chair").post(f"{way}/consideration", json=cleared))
    today = str(await actors.today())
    ready = await done(await officer.get(path))
    assert (ready["stage"], ready["overdue"]) == (None, False)
    assert ready["forecast"] == {
        "p50_on": today, "p80_on": today, "basis": "cleared", "draws": 2000, "stages": [],
    }  # fmt: skip
    await done(await officer.post(f"{way}/submission"))
    between = {"member_state": "PNG", "submitted_from": today, "submitted_until": today}
    (submitted,) = (await done(await officer.get(TIMELINES, params=between)))["items"]
    assert (submitted["report_id"], submitted["elapsed_days"]) == (report["id"], 30)
    assert (await done(await state.get(path)))["forecast"] is None


def check_forecast(forecast: Body, today: date) -> None:
    """A forecast is not in the past, and says of each stage to come what it rests on."""
    assert str(today) <= forecast["p50_on"] <= forecast["p80_on"]
    stages = forecast["stages"]
    assert [one["stage"] for one in stages] == ["fact_check", "finalisation", "consideration"]
    assert all(one["by_history"] == (one["stays"] >= 5) for one in stages)
    known = {one["by_history"] for one in stages}
    assert forecast["basis"] == (
        "mixed" if len(known) > 1 else "history" if known == {True} else "targets"
    )


async def test_bottlenecks_are_told_against_the_period_before(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    period = {"from": "2025-03-01", "to": "2025-03-31"}
    body = await done(await actors.of("committee_member").get(BOTTLENECKS, params=period))
    assert {name: body[name] for name in ("from", "to", "previous_from", "previous_to")} == {
        **period, "previous_from": "2025-01-29", "previous_to": "2025-02-28",
    }  # fmt: skip
    assert body["costliest_stage"] is None
    assert body["stages"][0]["all"] == {
        "ended": 0, "median_days": None, "p80_days": None, "over_target_share": None,
        "days_lost": 0,
        "previous": {
            "ended": 0, "median_days": None, "p80_days": None, "over_target_share": None,
            "days_lost": 0,
        },
        "median_change_days": None, "days_lost_change": 0,
    }  # fmt: skip
    turned = {"from": period["to"], "to": period["from"]}
    assert fields_of(await officer.get(BOTTLENECKS, params=turned)) == ["query"]
    assert (await actors.state("PNG").get(BOTTLENECKS)).status_code == 403
