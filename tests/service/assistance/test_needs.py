"""Needs: opened by events and by hand, withdrawn, and shown to whom they concern."""

from datetime import date
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import ConfidentialityChanged, RecommendationStatusChanged
from services.assistance.events import MatchDeclined
from services.visits.events import FollowUpAssistanceRecommended, VerifiedStep
from shared.embedded.stack import Stack
from tests.service.assistance import steps
from tests.support.events import publish, publish_envelopes, read_event
from tests.support.stacks import client_of
from tests.support.waiting import eventually


async def test_a_recommendation_without_need_of_help_opens_none_until_a_follow_up_asks(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    silent = steps.recommendation("GHA", technical_assistance_needed=False)
    asking = steps.recommendation("GHA")
    await publish(stack, silent, asking)
    await steps.needs_of(officer, asking.recommendation_id, 1)
    assert await steps.needs_of(officer, silent.recommendation_id, 0) == []

    await publish(stack, steps.follow_up("GHA", silent.recommendation_id, asking.recommendation_id))
    (need,) = await steps.needs_of(officer, silent.recommendation_id, 1)
    assert (need["source"], need["priority"], need["resolutions"], need["title"]) == (
        "follow_up", "high", [2396], silent.text,
    )  # fmt: skip
    assert len(await steps.needs_of(officer, asking.recommendation_id, 1)) == 1


async def test_the_committees_word_opens_a_need_unless_one_is_live(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    silent = steps.recommendation("GAB", technical_assistance_needed=False)
    asking = steps.recommendation("GAB")
    await publish(stack, silent, asking)
    await steps.needs_of(officer, asking.recommendation_id, 1)
    keys = (silent.recommendation_id, asking.recommendation_id)
    recommended = FollowUpAssistanceRecommended(
        member_state="GAB",
        follow_up_id=uuid4(),
        recommended_on=date(2027, 6, 1),
        recommendations=[
            VerifiedStep(recommendation_id=key, theme="border-control", progress="in_progress")
            for key in keys
        ],
        reason="Training.",
    )
    await publish(stack, recommended)
    (need,) = await steps.needs_of(officer, silent.recommendation_id, 1)
    assert (need["source"], need["title"]) == ("follow_up", silent.text)
    assert len(await steps.needs_of(officer, asking.recommendation_id, 1)) == 1


async def test_a_follow_up_heard_before_its_recommendation_leaves_one_need_that_is_completed(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommended = steps.recommendation("TGO", confidential=True)
    key = recommended.recommendation_id
    await publish(stack, steps.follow_up("TGO", key, key))
    (early,) = await steps.needs_of(officer, key, 1)
    assert (early["title"], early["priority"], early["confidential"]) == (
        "Technical assistance: Border control", "medium", False,
    )  # fmt: skip

    await publish(stack, recommended)
    path = f"/v1/needs/{early['id']}"
    completed = await eventually(officer, path, lambda need: need["confidential"])
    assert (completed["priority"], completed["resolutions"]) == ("high", [2396])
    assert len(await steps.needs_of(officer, key, 1)) == 1


async def test_a_recommendation_heard_after_its_need_was_withdrawn_does_not_open_it_again(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommended, marker = steps.recommendation("MRT"), steps.recommendation("MRT")
    key = recommended.recommendation_id
    await publish(stack, steps.follow_up("MRT", key))
    (need,) = await steps.needs_of(officer, key, 1)
    await officer.post(f"/v1/needs/{need['id']}/withdrawal", json={"reason": "Settled."})
    await publish(stack, recommended, marker)
    await steps.needs_of(officer, marker.recommendation_id, 1)
    assert len(await steps.needs_of(officer, key, 1)) == 1


async def test_a_proposal_is_withdrawn_when_its_recommendation_turns_out_confidential(
    stack: Stack, officer: httpx.AsyncClient, unodc: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    await steps.offered(unodc, "BEN")
    recommended = steps.recommendation("BEN", confidential=True)
    await publish(stack, steps.follow_up("BEN", recommended.recommendation_id))
    (need,) = await steps.needs_of(officer, recommended.recommendation_id, 1)
    path = f"/v1/matches/{(await steps.proposed_for(undp, need['id']))['id']}"
    await publish(stack, recommended)
    withdrawn = await eventually(officer, path, lambda match: match["confidential"])
    assert withdrawn["status"] == "withdrawn"
    assert (await undp.get(path)).status_code == 404
    assert (await officer.get(f"/v1/needs/{need['id']}")).json()["status"] == "open"


async def test_redelivery_changes_nothing(stack: Stack, officer: httpx.AsyncClient) -> None:
    recommended = steps.recommendation("MLI")
    envelopes = await publish(stack, recommended)
    (need,) = await steps.needs_of(officer, recommended.recommendation_id, 1)
    withdrawn = await officer.post(f"/v1/needs/{need['id']}/withdrawal", json={"reason": "Done."})
    assert withdrawn.json()["status"] == "withdrawn"

    marker = steps.recommendation("MLI")
    await publish_envelopes(stack, *envelopes)
    await publish(stack, marker)
    await steps.needs_of(officer, marker.recommendation_id, 1)
    again = await steps.needs_of(officer, recommended.recommendation_id, 1)
    assert again[0]["version"] == withdrawn.json()["version"]


async def test_the_same_follow_up_reported_again_opens_no_second_need(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommended, marker = steps.recommendation("NER"), steps.recommendation("NER")
    key = recommended.recommendation_id
    await publish(stack, recommended)
    await steps.needs_of(officer, key, 1)
    await publish(stack, steps.follow_up("NER", key), steps.follow_up("NER", key))
    await publish(stack, steps.follow_up("NER", marker.recommendation_id))
    await steps.needs_of(officer, marker.recommendation_id, 1)
    assert len(await steps.needs_of(officer, key, 1)) == 1


async def test_a_follow_up_after_the_need_was_withdrawn_opens_the_next_one(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommended = steps.recommendation("TCD")
    key = recommended.recommendation_id
    await publish(stack, recommended)
    (first,) = await steps.needs_of(officer, key, 1)
    await officer.post(f"/v1/needs/{first['id']}/withdrawal", json={"reason": "Not just now."})
    await publish(stack, steps.follow_up("TCD", key))
    both = await steps.needs_of(officer, key, 2)
    assert [need["status"] for need in both] == ["withdrawn", "open"]


@pytest.mark.parametrize(
    ("status", "state"), [("implemented", "SEN"), ("no_longer_relevant", "GMB")]
)
async def test_a_closed_recommendation_withdraws_its_need_and_match(
    stack: Stack, officer: httpx.AsyncClient, unodc: httpx.AsyncClient, status: str, state: str
) -> None:
    await steps.offered(unodc, state, parallel_projects=1)
    recommended = steps.recommendation(state)
    key = recommended.recommendation_id
    await publish(stack, recommended)
    (need,) = await steps.needs_of(officer, key, 1)
    match = await steps.proposed_for(unodc, need["id"])
    waiting = await steps.needed(officer, state)
    assert waiting["status"] == "open"

    changed = RecommendationStatusChanged(
        member_state=state,
        recommendation_id=key,
        previous="in_progress",
        status=status,
        changed_on=recommended.issued_on,
    )
    await publish(stack, changed)
    path = f"/v1/needs/{need['id']}"
    withdrawn = await steps.with_status(officer, path, "withdrawn")
    assert withdrawn["withdrawn_because"] == f"The recommendation is {status.replace('_', ' ')}."
    told = await read_event(stack, MatchDeclined, match_id=match["id"])
    assert (told["data"]["outcome"], told["data"]["provider"]) == ("withdrawn", "UNODC")
    assert (await unodc.get(f"/v1/matches/{match['id']}")).json()["status"] == "withdrawn"
    # The place that became free goes to the need that waited.
    assert (await officer.get(f"/v1/needs/{waiting['id']}")).json()["status"] == "proposed"

    await publish(stack, steps.follow_up(state, key))  # heard late
    marker = uuid4()
    await publish(stack, steps.follow_up(state, marker))
    await steps.needs_of(officer, marker, 1)
    assert len(await steps.needs_of(officer, key, 1)) == 1


async def test_a_recommendation_whose_end_is_taken_back_needs_help_again(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    ended, settled = steps.recommendation("GNB"), steps.recommendation("GNB")
    keys = [ended.recommendation_id, settled.recommendation_id]
    await publish(stack, ended, settled)
    (need,) = await steps.needs_of(officer, keys[0], 1)
    (other,) = await steps.needs_of(officer, keys[1], 1)
    await officer.post(f"/v1/needs/{other['id']}/withdrawal", json={"reason": "Settled."})
    for previous, status in (("issued", "implemented"), ("implemented", "in_progress")):
        changes = [
            RecommendationStatusChanged(
                member_state="GNB",
                recommendation_id=key,
                previous=previous,
                status=status,
                changed_on=ended.issued_on,
            )
            for key in keys
        ]
        await publish(stack, *changes, *changes)
    again = await steps.needs_of(officer, keys[0], 2)
    assert [one["status"] for one in again] == ["withdrawn", "open"]
    assert [one["title"] for one in again] == [need["title"]] * 2
    marker = steps.recommendation("GNB")
    await publish(stack, marker)
    await steps.needs_of(officer, marker.recommendation_id, 1)
    assert len(await steps.needs_of(officer, keys[0], 2)) == 2
    assert len(await steps.needs_of(officer, keys[1], 1)) == 1


async def test_a_confidential_recommendation_makes_a_need_without_its_text_for_few_eyes(
    stack: Stack, officer: httpx.AsyncClient, oct_office: httpx.AsyncClient
) -> None:
    recommended = steps.recommendation("CIV", confidential=True)
    key = str(recommended.recommendation_id)
    await publish(stack, recommended)
    (need,) = await steps.needs_of(officer, recommended.recommendation_id, 1)
    assert need["title"] == "Technical assistance: Border control"
    path = f"/v1/needs/{need['id']}"
    for role, claims, seen in (
        ("committee_member", {}, True),
        ("member_state", {"member_state": "CIV"}, True),
        ("member_state", {"member_state": "GHA"}, False),
        ("partner", {"organisation": "UNODC"}, False),
        ("oct", {}, False),
        ("un_entity", {}, False),
    ):
        async with client_of(stack, "assistance", role, **claims) as reader:
            assert (await reader.get(path)).status_code == (200 if seen else 404), role
            listed = (await reader.get("/v1/needs", params={"recommendation_id": key})).json()
            assert len(listed["items"]) == int(seen), role

    lifted = ConfidentialityChanged(
        member_state="CIV",
        confidential=False,
        kind="recommendation",
        record_id=recommended.recommendation_id,
        changed_on=recommended.issued_on,
        text="Screen travellers against watch lists.",
    )
    await publish(stack, lifted)
    body = await eventually(oct_office, path, lambda body: not body["confidential"])
    assert body["title"] == lifted.text


async def test_a_state_sees_its_own_needs_only_and_states_them_for_itself(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    of_ghana = await steps.needed(officer, "GHA")
    async with client_of(stack, "assistance", "member_state", member_state="MAR") as morocco:
        own = await steps.needed(morocco, "MAR", confidential=True)
        listed = (await morocco.get("/v1/needs")).json()["items"]
        assert {need["member_state"] for need in listed} == {"MAR"}
        assert (await morocco.get(f"/v1/needs/{of_ghana['id']}")).status_code == 404
        for other in ({"member_state": "GHA"}, {"member_state": "FRA"}):
            answer = await morocco.post("/v1/needs", json=_body() | other)
            assert answer.status_code == 403
        reason = {"reason": "We help ourselves."}
        foreign = await morocco.post(f"/v1/needs/{of_ghana['id']}/withdrawal", json=reason)
        assert foreign.status_code == 404
        withdrawal = f"/v1/needs/{own['id']}/withdrawal"
        stale = await morocco.post(withdrawal, json=reason, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        done = await morocco.post(withdrawal, json=reason, headers={"If-Match": '"1"'})
        assert (done.status_code, done.json()["withdrawn_because"]) == (200, reason["reason"])
        again = await morocco.post(withdrawal, json=reason)
        assert (again.status_code, again.json()["type"]) == (
            409,
            "urn:ctc:problem:illegal-transition",
        )


@pytest.mark.parametrize(
    ("role", "claims"),
    [
        ("partner", {"organisation": "UNODC"}),
        ("oct", {}),
        ("committee_member", {}),
        ("un_entity", {}),
        ("operator", {}),
    ],
)
async def test_only_cted_and_the_state_state_and_withdraw_needs(
    stack: Stack, officer: httpx.AsyncClient, role: str, claims: dict[str, str]
) -> None:
    need = await steps.needed(officer, "DZA")
    async with client_of(stack, "assistance", role, **claims) as other:
        assert (await other.post("/v1/needs", json=_body())).status_code == 403
        withdrawal = await other.post(f"/v1/needs/{need['id']}/withdrawal", json={"reason": "No."})
        assert withdrawal.status_code == 403


async def test_needs_are_not_for_the_public(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.urls["assistance"]) as nobody:
        assert (await nobody.get("/v1/needs")).status_code == 401
    async with client_of(stack, "assistance", "civil_society") as society:
        for path in ("needs", "offers", "matches", "duplications", "projects", "impacts"):
            assert (await society.get(f"/v1/{path}")).status_code == 403, path


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"member_state": "ZZZ"}, "body.member_state"),
        ({"theme": "gardening"}, "body.theme"),
        ({"resolutions": [1]}, "body.resolutions.0"),
        ({"resolutions": []}, "body.resolutions"),
        ({"kind": "money"}, "body.kind"),
        ({"priority": "asap"}, "body.priority"),
        ({"title": ""}, "body.title"),
        ({"surprise": 1}, "body.surprise"),
    ],
)
async def test_bad_input_is_named(
    officer: httpx.AsyncClient, fields: dict[str, object], field: str
) -> None:
    answer = await officer.post("/v1/needs", json=_body() | fields)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_needs_are_filtered_by_each_of_their_facts(officer: httpx.AsyncClient) -> None:
    theme = "human-rights-and-gender"
    wanted = await steps.needed(officer, "LBR", theme=theme, priority="low")
    await steps.needed(officer, "LBR", theme="arms", priority="high")
    for filters in (
        {"theme": theme},
        {"priority": "low"},
        {"theme": theme, "status": "open"},
    ):
        listed = (await officer.get("/v1/needs", params={"member_state": "LBR"} | filters)).json()
        assert [need["id"] for need in listed["items"]] == [wanted["id"]], filters
    none = await officer.get("/v1/needs", params={"member_state": "LBR", "status": "met"})
    assert none.json()["items"] == []


def _body() -> dict[str, object]:
    return {
        "member_state": "DZA",
        "theme": "border-control",
        "resolutions": [2396],
        "kind": "training",
        "title": "Training of border guards",
        "priority": "medium",
    }


async def test_a_need_follows_what_its_state_keeps_confidential_and_lifts(
    stack: Stack, officer: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    await steps.offered(undp, "CPV")
    recommended = steps.recommendation("CPV")
    await publish(stack, recommended)
    (need,) = await steps.needs_of(officer, recommended.recommendation_id, 1)
    match = await steps.proposed_for(undp, need["id"])
    changed = ConfidentialityChanged(
        member_state="CPV",
        confidential=True,
        kind="recommendation",
        record_id=recommended.recommendation_id,
        changed_on=recommended.issued_on,
    )
    await publish(stack, changed)
    path = f"/v1/needs/{need['id']}"
    await eventually(officer, path, lambda body: body["confidential"])
    assert (await undp.get(path)).status_code == 404
    await steps.with_status(officer, f"/v1/matches/{match['id']}", "withdrawn")
    await publish(stack, changed.model_copy(update={"confidential": False}))
    await eventually(officer, path, lambda body: not body["confidential"])
    assert (await undp.get(path)).status_code == 200
    again = await steps.proposed_for(undp, need["id"])
    assert again["id"] != match["id"]
