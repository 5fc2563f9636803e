"""Comments on a report: who makes them when, who reads them, and what becomes of them."""

from uuid import uuid4

import httpx

from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    at,
    done,
    drafted_report,
    fields_of,
    refusal,
)

TAKEN_UP = {"outcome": "taken_up"}


async def test_comments_are_answered_before_a_report_goes_on(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "MDV")
    path = f"/v1/reports/{report['id']}"
    comments = f"{path}/comments"
    lead, state = actors.of("cted_lead"), actors.state("MDV")
    chair, member = actors.of("committee_chair"), actors.of("committee_member")

    async def said(client: httpx.AsyncClient, **body: object) -> Body:
        return await done(await client.post(comments, json={"text": "Look again."} | body))

    async def read_by(client: httpx.AsyncClient, **query: str) -> list[str]:
        return [
            item["id"] for item in (await done(await client.get(comments, params=query)))["items"]
        ]

    async def resolve(comment: Body, **body: object) -> httpx.Response:
        return await officer.post(f"{comments}/{comment['id']}/resolution", json=TAKEN_UP | body)

    whole = await said(officer)
    await done(await resolve(whole))
    await done(await officer.post(f"{path}/review-request"))
    opened = await said(lead, section_key="findings", correction="Open to readers.")
    second = await said(officer, section_key="sources")
    reply = await said(officer, thread_id=opened["id"])
    assert (reply["section_key"], reply["status"]) == ("findings", None)
    assert (opened["status"], opened["text_version"], opened["party"]) == ("open", 1, "cted")
    location = (await officer.get(f"{comments}/{opened['id']}")).headers["etag"]
    assert location == f'"{opened["version"]}"'
    bad = {"text": " ", "section_key": "no such", "correction": "", "author": "me"}
    assert fields_of(await officer.post(comments, json=bad)) == [
        "body.section_key", "body.text", "body.correction", "body.author",
    ]  # fmt: skip
    bad = {"text": "T", "section_key": "no-such", "thread_id": str(uuid4())}
    misplaced = ["body.section_key", "body.thread_id"]
    assert fields_of(await officer.post(comments, json=bad)) == misplaced
    bad = {"text": "T", "thread_id": reply["id"]}
    assert fields_of(await officer.post(comments, json=bad)) == ["body.thread_id"]
    bad = {"text": "T", "thread_id": opened["id"], "section_key": "sources"}
    assert fields_of(await officer.post(comments, json=bad)) == ["body.section_key"]

    approved = {"outcome": "approved"}
    blocked = await lead.post(f"{path}/review", json=approved)
    assert refusal(blocked) == CONFLICT
    waiting = [fault["field"] for fault in blocked.json()["errors"]]
    assert waiting == [f"comments.{opened['id']}", f"comments.{second['id']}"]
    bare = await resolve(opened, outcome="not_taken_up", reason=" ")
    assert fields_of(bare) == ["body.reason"]
    assert refusal(await resolve(reply)) == CONFLICT
    resolved = await done(await resolve(opened, outcome="not_taken_up", reason="It is so."))
    assert (resolved["outcome"], resolved["outcome_reason"]) == ("not_taken_up", "It is so.")
    assert refusal(await resolve(opened)) == ILLEGAL
    reopening = f"{comments}/{opened['id']}/reopening"
    assert refusal(await officer.post(reopening, headers=at(opened))) == STALE
    reopened = await done(await officer.post(reopening, headers=at(resolved)))
    assert (reopened["status"], reopened["outcome"], reopened["resolved_by"]) == (
        "open",
        None,
        None,
    )
    assert refusal(await officer.post(reopening)) == ILLEGAL
    await done(await resolve(opened))
    await done(await resolve(second))
    for closed in (state, member):
        assert refusal(await closed.post(comments, json={"text": "T"})) == NOT_FOUND
    await done(await lead.post(f"{path}/review", json=approved))

    of_state = await said(state, section_key="findings", correction="Open to some.")
    answer = await said(officer, thread_id=of_state["id"])
    into_review = {"text": "T", "thread_id": opened["id"]}
    assert fields_of(await state.post(comments, json=into_review)) == ["body.thread_id"]
    assert await read_by(state) == [of_state["id"], answer["id"]]
    assert refusal(await state.get(f"{comments}/{opened['id']}")) == NOT_FOUND
    assert refusal(await actors.state("NOR").get(comments)) == NOT_FOUND
    assert len(await read_by(officer)) == 6
    await done(await state.post(f"{path}/fact-check/answer"))
    blocked = await officer.post(f"{path}/presentation")
    assert refusal(blocked) == CONFLICT
    assert [fault["field"] for fault in blocked.json()["errors"]] == [f"comments.{of_state['id']}"]
    await done(await resolve(of_state, outcome="not_taken_up", reason="The law says all."))
    assert (await done(await state.get(f"{comments}/{of_state['id']}")))["status"] == "resolved"
    await done(await officer.post(f"{path}/presentation"))

    of_member = await said(member, section_key="sources")
    assert await read_by(chair) == [of_state["id"], answer["id"], of_member["id"]]
    assert await read_by(state) == [of_state["id"], answer["id"]]
    assert refusal(await state.post(comments, json={"text": "T"})) == CONFLICT
    exported = await state.get(f"{comments}/export", params={"format": "json"})
    assert [row["id"] for row in exported.json()] == [of_state["id"], answer["id"]]
    returned = {"outcome": "returned", "comment": "Answer the member."}
    await done(await chair.post(f"{path}/consideration", json=returned))
    assert refusal(await officer.post(f"{path}/presentation")) == CONFLICT
    await done(await resolve(of_member))
    await done(await officer.post(f"{path}/presentation"))
    cleared = await chair.post(f"{path}/consideration", json={"outcome": "cleared"})
    assert (await done(cleared))["status"] == "cleared"
    assert refusal(await officer.post(comments, json={"text": "T"})) == CONFLICT
    assert refusal(await officer.post(reopening)) == CONFLICT

    assert await read_by(officer, opened_by="member_state", status="resolved") == [of_state["id"]]
    assert await read_by(officer, thread_id=opened["id"]) == [opened["id"], reply["id"]]
    on_sources = await read_by(officer, section_key="sources")
    assert on_sources == [second["id"], of_member["id"]]
