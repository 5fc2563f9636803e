"""The text of a report: its sections, who keeps them confidential, and every version of it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from services.visits import events as visits
from shared.embedded.stack import Stack
from shared.reference import themes
from tests.service.visits.actors import (
    CONFLICT,
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    at,
    completed_mission,
    done,
    drafted_report,
    fields_of,
    refusal,
    to_consideration,
    to_fact_check,
)
from tests.support.events import read_event, read_events

OTHERS = ("oct", "partner", "un_entity", "service")


def headings(report: Body) -> list[str]:
    return [section["heading"] for section in report["sections"]]


def given(section: Body, **fields: object) -> Body:
    """A section as it is sent again."""
    kept = ("key", "heading", "text", "themes", "resolutions")
    return {name: section[name] for name in kept} | fields


async def items(client: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, Any]]:
    return list((await done(await client.get(path, params=params)))["items"])


async def test_a_report_begins_with_its_template_and_is_written_section_by_section(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await completed_mission(actors, "BTN")
    body: Body = {"mission_id": mission["id"], "title": "Visit to Bhutan"}
    report = await done(await officer.post("/v1/reports", json=body))
    path = f"/v1/reports/{report['id']}"
    query = {"themes": ["border-control"]}
    offered = await officer.get("/v1/reports/templates/comprehensive", params=query)
    template = (await done(offered))["sections"]
    misspelt = await officer.get("/v1/reports/templates/comprehensive", params={"theme": "arms"})
    assert fields_of(misspelt) == ["query.theme"]
    assert headings(report) == [section["heading"] for section in template]
    (theme,) = [section for section in report["sections"] if section["themes"]]
    assert (theme["key"], theme["text"]) == ("border-control", "")
    assert set(theme["resolutions"]) == {1373, 1624} & set(themes()["border-control"].resolutions)

    empty = await officer.post(f"{path}/review-request")
    assert fields_of(empty) == [f"sections.{section['key']}.text" for section in template]
    first, second = report["sections"][:2]
    write = {"text": "Written by one officer."}
    answers = await asyncio.gather(
        *(
            officer.patch(f"{path}/sections/{section['key']}", json=write, headers=at(section))
            for section in (first, second, first)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 412]
    now = await done(await officer.get(path))
    assert [section["text"] for section in now["sections"][:3]] == [write["text"]] * 2 + [""]
    assert now["text_version"] == report["text_version"] + 2
    assert refusal(await officer.patch(path, json={"title": "T"}, headers=at(report))) == STALE
    section = f"{path}/sections/{first['key']}"
    saved = await done(await officer.get(section))
    same = await done(await officer.patch(section, json=write, headers=at(saved)))
    assert same == saved
    assert (await done(await officer.get(path)))["version"] == now["version"]

    bad: Body = {
        "text": "<b>",
        "heading": " ",
        "themes": ["piracy"],
        "resolutions": [1],
        "order": 2,
    }
    assert fields_of(await officer.patch(section, json=bad, headers=at(saved))) == [
        "body.heading", "body.themes.0", "body.resolutions.0", "body.order",
    ]  # fmt: skip
    html = await officer.patch(section, json={"text": "A <b>b</b>"}, headers=at(saved))
    assert fields_of(html) == ["body.text"]
    twice = {
        "mission_id": str(uuid4()),
        "title": "T",
        "sections": [
            {"heading": "One", "text": "<i>1</i>"},
            {"heading": "one!", "text": "2"},
            {"heading": "三", "text": "3"},
        ],
    }
    assert fields_of(await officer.post("/v1/reports", json=twice)) == [
        "body.sections.1.key", "body.sections.2.key", "body.sections.0.text", "body.mission_id",
    ]  # fmt: skip
    nowhere = await officer.patch(f"{path}/sections/no-such", json=write, headers=at(saved))
    assert refusal(nowhere) == NOT_FOUND
    unsaid = await officer.patch(section, json=write)
    assert refusal(unsaid) == (428, "precondition-required")


async def test_every_version_is_kept_and_its_differences_shown(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "MLT")
    path = f"/v1/reports/{report['id']}"
    findings, sources = report["sections"]
    added = {"heading": "Way ahead", "text": "Steps.", "themes": ["border-control"]}
    change: Body = {
        "sections": [added, given(sources), given(findings, text="Open to few readers.")]
    }
    revised = await done(await officer.patch(path, json=change, headers=at(report)))
    assert headings(revised) == ["Way ahead", "Sources", "Findings"]
    assert [section["confidential"] for section in revised["sections"]] == [False, True, False]
    change = {"title": "To Malta", "sections": [given(s) for s in revised["sections"][1:]]}
    await done(await officer.patch(path, json=change, headers=at(revised)))
    again = {"sections": [given(s) for s in revised["sections"]]}
    third = await done(await officer.get(path))
    await done(await officer.patch(path, json=again, headers=at(third)))

    versions = await items(officer, f"{path}/versions", sort="number")
    assert [version["number"] for version in versions] == [1, 2, 3, 4]
    titles = ["Visit to MLT", "Visit to MLT", "To Malta", "To Malta"]
    assert [version["title"] for version in versions] == titles
    read = [await done(await officer.get(f"{path}/versions/{n}")) for n in (1, 2, 3, 4)]
    assert [headings(version) for version in read] == [
        ["Findings", "Sources"],
        ["Way ahead", "Sources", "Findings"],
        ["Sources", "Findings"],
        ["Way ahead", "Sources", "Findings"],
    ]
    assert read[0]["sections"][0]["text"] == findings["text"]
    for version in (0, 5, 2**31):
        answer = await officer.get(f"{path}/versions/{version}")
        assert refusal(answer)[0] in (404, 422)
    assert fields_of(await officer.get(f"{path}/versions/1/differences")) == ["query.since"]
    misspelt = await officer.get(f"{path}/versions/2/differences", params={"against": 1})
    assert fields_of(misspelt) == ["query.against"]

    two = await done(await officer.get(f"{path}/versions/2/differences"))
    assert (two["before"]["number"], two["after"]["number"]) == (1, 2)
    by_key = {change["key"]: change for change in two["sections"]}
    assert {key: change["step"] for key, change in by_key.items() if key != "sources"} == {
        "way-ahead": "added", "findings": "changed",
    }  # fmt: skip
    assert by_key["way-ahead"]["before"] is None
    assert by_key["way-ahead"]["after"]["themes"] == ["border-control"]
    assert by_key["findings"]["words"] == [
        {"step": "kept", "text": "Open to "},
        {"step": "removed", "text": "all "},
        {"step": "added", "text": "few "},
        {"step": "kept", "text": "readers."},
    ]
    three = await done(await officer.get(f"{path}/versions/3/differences"))
    assert [(c["key"], c["step"], c["after"]) for c in three["sections"]] == [
        ("way-ahead", "removed", None)
    ]
    since = await officer.get(f"{path}/versions/4/differences", params={"since": 2})
    assert (await done(since))["sections"] == []

    await to_consideration(actors, report)
    state, member = actors.state("MLT"), actors.of("committee_member")
    now = await done(await officer.get(f"{path}/sections/findings"))
    late = {"text": "Corrected."}
    answer = await officer.patch(f"{path}/sections/findings", json=late, headers=at(now))
    assert refusal(answer) == CONFLICT
    returned = {"outcome": "returned", "comment": "Correct a date."}
    await done(await actors.of("committee_chair").post(f"{path}/consideration", json=returned))
    blank = {"text": " "}
    now = await done(await officer.patch(f"{path}/sections/findings", json=blank, headers=at(now)))
    assert fields_of(await officer.post(f"{path}/presentation")) == ["sections.findings.text"]
    await done(await officer.patch(f"{path}/sections/findings", json=late, headers=at(now)))
    for reader in (state, member):
        assert [v["number"] for v in await items(reader, f"{path}/versions")] == [6, 5, 4]
        assert refusal(await reader.get(f"{path}/versions/3")) == NOT_FOUND
        earlier = await reader.get(f"{path}/versions/6/differences", params={"since": 3})
        assert fields_of(earlier) == ["query.since"]
        seen = await done(await reader.get(f"{path}/versions/6/differences"))
        assert [change["key"] for change in seen["sections"]] == ["findings"]


async def test_what_a_state_keeps_confidential_is_nowhere_to_be_read(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "TLS")
    path = f"/v1/reports/{report['id']}"
    place = {"action": "place", "reason": "It names our sources."}
    lift = {"action": "lift", "reason": "They agree to be named."}
    section = f"{path}/sections/findings"
    state = actors.state("TLS")
    assert refusal(await state.post(f"{section}/confidentiality", json=place)) == NOT_FOUND
    opened = [given(s, confidential=False) for s in report["sections"]]
    answer = await officer.patch(path, json={"sections": opened}, headers=at(report))
    assert fields_of(answer) == ["body.sections.1.confidential"]
    hidden = report["sections"][1]
    answer = await officer.patch(
        f"{path}/sections/sources", json={"confidential": False}, headers=at(hidden)
    )
    assert fields_of(answer) == ["body.confidential"]

    await to_fact_check(actors, report)
    other = actors.state("NOR")
    assert refusal(await other.post(f"{section}/confidentiality", json=place)) == NOT_FOUND
    assert fields_of(await state.post(f"{section}/confidentiality", json={"action": "hide"})) == [
        "body.action", "body.reason",
    ]  # fmt: skip
    read = await done(await state.get(section))
    assert refusal(await state.post(f"{section}/confidentiality", json=lift)) == CONFLICT
    before = await done(await officer.get(path))
    placed = await done(
        await state.post(f"{section}/confidentiality", json=place, headers=at(read))
    )
    assert placed["confidential"]
    assert (await done(await officer.get(path)))["version"] > before["version"]
    stale = await state.post(f"{section}/confidentiality", json=lift, headers=at(read))
    assert refusal(stale) == STALE
    await done(await state.post(f"{path}/comments", json={"text": "S", "section_key": "findings"}))
    await done(await state.post(f"{path}/fact-check/answer"))
    (comment,) = await items(officer, f"{path}/comments")
    write = {"text": "Other secret findings."}
    await done(await officer.patch(section, json=write, headers=at(placed)))
    resolved = {"outcome": "taken_up"}
    await done(await officer.post(f"{path}/comments/{comment['id']}/resolution", json=resolved))
    await done(await officer.post(f"{path}/presentation"))
    chair = actors.of("committee_chair")
    await done(await chair.post(f"{path}/consideration", json={"outcome": "cleared"}))
    await done(await officer.post(f"{path}/submission"))

    for reader in map(actors.of, OTHERS):
        whole = await done(await reader.get(path))
        assert whole["sections"] == []
        assert refusal(await reader.get(section)) == NOT_FOUND
        for part in ("comments", "versions", "versions/2", "versions/2/differences"):
            assert refusal(await reader.get(f"{path}/{part}")) == (403, "forbidden")
        query = {"format": "json", "member_state": "TLS"}
        exported = await reader.get("/v1/reports/export", params=query)
        assert len(exported.json()) == 1
        assert not any(word in exported.text for word in ("secret", "indings", "ources"))
    told = await read_events(
        stack, "ctc.visits", lambda event: event["data"].get("report_id") == report["id"], 10
    )
    assert not any(word in str(told) for word in ("secret", "indings", "ources"))

    asked = await items(state, f"{path}/confidentiality-requests")
    assert [(a["section_key"], a["action"], a["party"]) for a in asked] == [
        ("sources", "place", "cted"),
        ("findings", "place", "member_state"),
    ]
    assert (asked[1]["reason"], asked[1]["requested_by"]) == (place["reason"], "member_state-TLS")
    await done(await state.post(f"{section}/confidentiality", json=lift))
    for reader in map(actors.of, OTHERS):
        assert headings(await done(await reader.get(path))) == ["Findings"]
    await done(await officer.post(f"{section}/confidentiality", json=place))
    assert (await done(await actors.of("oct").get(path)))["sections"] == []
    data = (await read_event(stack, visits.ReportSubmitted, report_id=report["id"]))["data"]
    assert data["confidential"] is False
