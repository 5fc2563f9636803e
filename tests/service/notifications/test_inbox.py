"""Each party is told of what concerns it, and marks it as read for itself."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import (
    AssessmentCompleted,
    ConfidentialityChanged,
    ProductPublished,
    RecommendationIssued,
    SurveyIssued,
)
from services.assistance.events import MatchProposed
from services.visits.events import ReportSubmitted
from shared.embedded.stack import Stack
from tests.support.events import publish, publish_envelopes
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(60)
DAY = date(2090, 5, 1)


def _recommendation(state: str, **fields: Any) -> RecommendationIssued:
    return RecommendationIssued(
        member_state=state, recommendation_id=uuid4(), gap_id=uuid4(), theme="border-control",
        resolution=2396, text="Screen.", priority="high", technical_assistance_needed=False,
        issued_on=DAY, target_on=DAY, **fields,
    )  # fmt: skip


async def _told(client: httpx.AsyncClient, event_id: str) -> list[dict[str, Any]]:
    page = (await client.get("/v1/messages", params={"limit": "200"})).json()
    return [message for message in page["items"] if message["event_id"] == event_id]


async def _who_was_told(stack: Stack, event_id: str, state: str) -> set[str]:
    who = {
        "cted": ("cted_lead", {}),
        "committee": ("committee_member", {}),
        "oct": ("oct", {}),
        "that State": ("member_state", {"member_state": state}),
        "another State": ("member_state", {"member_state": "ISL"}),
        "the provider": ("partner", {"organisation": "UNODC"}),
        "another provider": ("partner", {"organisation": "UNDP"}),
        "un": ("un_entity", {}),
        "civil society": ("civil_society", {}),
        "operator": ("operator", {}),
    }
    told = set()
    for name, (role, claims) in who.items():
        async with client_of(stack, "notifications", role, **claims) as client:
            messages = await _told(client, event_id)
            assert len(messages) <= 1, "told once"
            if messages:
                told.add(name)
    return told


async def _arrived(officer: httpx.AsyncClient, event_id: str) -> dict[str, Any]:
    page = await eventually(
        officer,
        "/v1/messages",
        lambda page: any(message["event_id"] == event_id for message in page["items"]),
        limit="200",
    )
    return next(message for message in page["items"] if message["event_id"] == event_id)


@pytest.mark.parametrize(
    ("confidential", "told"),
    [
        (False, {"cted", "oct", "the provider"}),
        (True, {"cted", "the provider"}),
    ],
)
async def test_a_match_is_told_to_its_provider(
    stack: Stack, officer: httpx.AsyncClient, told: set[str], *, confidential: bool
) -> None:
    match = MatchProposed(
        member_state="NPL", confidential=confidential, match_id=uuid4(), need_id=uuid4(),
        provider="UNODC", proposed_on=DAY, answer_due_on=DAY,
    )  # fmt: skip
    (envelope,) = await publish(stack, match)
    message = await _arrived(officer, str(envelope.id))
    assert message["title"] == "UNODC proposed for Nepal: answer by 2090-05-01"
    assert message["about"] == {"match_id": str(match.match_id), "need_id": str(match.need_id)}
    assert await _who_was_told(stack, str(envelope.id), "NPL") == told


async def test_a_confidential_recommendation_is_told_to_its_state(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    (envelope,) = await publish(stack, _recommendation("NPL", confidential=True))
    await _arrived(officer, str(envelope.id))
    assert await _who_was_told(stack, str(envelope.id), "NPL") == {"cted", "that State"}


async def test_a_report_is_told_to_the_committee_the_state_and_oct(
    stack: Stack, chair: httpx.AsyncClient
) -> None:
    report = ReportSubmitted(
        member_state="LKA", report_id=uuid4(), mission_id=uuid4(), submitted_on=DAY,
        follow_up_due_on=DAY,
    )  # fmt: skip
    (envelope,) = await publish(stack, report)
    await _arrived(chair, str(envelope.id))
    assert await _who_was_told(stack, str(envelope.id), "LKA") == {"committee", "that State", "oct"}


async def test_a_product_is_told_to_all(stack: Stack, officer: httpx.AsyncClient) -> None:
    (envelope,) = await publish(
        stack,
        ProductPublished(
            product_id=uuid4(), title="Trends", theme="border-control", published_on=DAY
        ),
    )
    await _arrived(officer, str(envelope.id))
    assert await _who_was_told(stack, str(envelope.id), "LKA") == {
        "cted", "committee", "oct", "that State", "another State", "the provider",
        "another provider", "un", "civil society",
    }  # fmt: skip


async def test_a_product_is_told_to_its_audience_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    for audience, told in (
        ("committee", {"cted", "committee"}),
        ("united_nations", {"cted", "committee", "oct", "un"}),
        ("member_states", {"cted", "committee", "oct", "un", "that State", "another State"}),
    ):
        product = ProductPublished.model_validate(
            {
                "product_id": uuid4(), "title": "Brief", "theme": "arms", "published_on": DAY,
                "audience": audience,
            }
        )  # fmt: skip
        (envelope,) = await publish(stack, product)
        await _arrived(officer, str(envelope.id))
        assert await _who_was_told(stack, str(envelope.id), "LKA") == told


async def test_each_person_reads_for_himself(stack: Stack, officer: httpx.AsyncClient) -> None:
    (envelope,) = await publish(stack, _recommendation("BTN"))
    message = await _arrived(officer, str(envelope.id))
    assert message["read"] is False
    path = f"/v1/messages/{message['id']}/reading"
    for _ in range(2):
        answer = await officer.post(path)
        assert (answer.status_code, answer.json()["read"]) == (200, True)
    unread = {"unread": "true", "member_state": "BTN"}
    assert (await officer.get("/v1/messages", params=unread)).json()["items"] == []
    read = (await officer.get("/v1/messages", params=unread | {"unread": "false"})).json()["items"]
    assert [one["id"] for one in read] == [message["id"]]
    async with client_of(stack, "notifications", "cted_officer", subject="another") as colleague:
        listed = (await colleague.get("/v1/messages", params=unread)).json()["items"]
        assert [one["id"] for one in listed] == [message["id"]]
    async with client_of(stack, "notifications", "oct") as stranger:
        assert (await stranger.post(path)).status_code == 404


async def test_redelivery_tells_nothing_anew(stack: Stack, officer: httpx.AsyncClient) -> None:
    survey = SurveyIssued(member_state="MNG", survey_id=uuid4(), instrument="oia", due_on=DAY)
    (envelope,) = await publish(stack, survey)
    await publish_envelopes(stack, envelope, envelope)
    (marker,) = await publish(stack, survey.model_copy(update={"survey_id": uuid4()}))
    await _arrived(officer, str(marker.id))
    assert len(await _told(officer, str(envelope.id))) == 1
    params = {"event_type": SurveyIssued.type, "member_state": "MNG"}
    assert len((await officer.get("/v1/messages", params=params)).json()["items"]) == 2


async def test_what_becomes_confidential_is_taken_back_from_those_who_may_not_know_it(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = AssessmentCompleted(
        member_state="LVA", assessment_id=uuid4(), survey_id=uuid4(), completed_on=DAY,
        score=0.5, scores_by_theme={},
    )  # fmt: skip
    (completed,) = await publish(stack, assessment)
    await _arrived(officer, str(completed.id))
    assert await _who_was_told(stack, str(completed.id), "LVA") == {
        "cted", "committee", "oct", "that State",
    }  # fmt: skip
    (changed,) = await publish(
        stack,
        ConfidentialityChanged(
            member_state="LVA", confidential=True, kind="assessment",
            record_id=assessment.assessment_id, changed_on=DAY,
        ),
    )  # fmt: skip
    await _arrived(officer, str(changed.id))
    for event_id in (str(completed.id), str(changed.id)):
        told = await _who_was_told(stack, event_id, "LVA")
        assert told == {"cted", "committee", "that State"}
