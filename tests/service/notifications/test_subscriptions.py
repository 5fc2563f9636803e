"""Registering webhooks, and who may handle them."""

import httpx
import pytest

from services.assessment.events import SurveyIssued
from tests.service.notifications.receiver import Receiver
from tests.service.notifications.webhooks import Person, subscribe

pytestmark = pytest.mark.timeout(60)


async def test_the_secret_is_told_once(person: Person, operator: httpx.AsyncClient) -> None:
    officer = person("cted_officer")
    answer = await officer.post("/v1/subscriptions", json={"url": "https://example.org/hook"})
    assert answer.json()["secret"].startswith("whsec_")
    path = answer.headers["location"]
    for text in (
        (await officer.get(path)).text,
        (await officer.get("/v1/subscriptions")).text,
        (await operator.get(path)).text,
        (await operator.get("/v1/subscriptions")).text,
    ):
        assert answer.json()["id"] in text
        assert "secret" not in text


async def test_only_its_owner_handles_a_subscription(
    person: Person, operator: httpx.AsyncClient, receiver: Receiver
) -> None:
    owner, stranger = person("partner", organisation="UNODC"), person("oct")
    subscription = await subscribe(owner, receiver.url)
    path = f"/v1/subscriptions/{subscription['id']}"
    match = {"If-Match": '"1"'}
    for client in (stranger, operator):
        assert (await client.patch(path, json={"paused": True}, headers=match)).status_code == 404
        assert (await client.post(f"{path}/secret-rotations")).status_code == 404
        assert (await client.post(f"{path}/test-deliveries")).status_code == 404
        since = {"since": "2020-01-01T00:00:00Z"}
        assert (await client.post(f"{path}/replays", json=since)).status_code == 404
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.delete(path)).status_code == 404
    assert (await operator.get(path)).status_code == 200
    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"url": "http://169.254.169.254/latest"}, {"body.url"}),
        ({"url": "https://10.0.0.1/hook"}, {"body.url"}),
        ({"url": "https://user:secret@example.org/hook"}, {"body.url"}),
        ({"url": "ftp://example.org"}, {"body.url"}),
        (
            {"url": "https://[fd00::1]/", "event_types": ["no.such", SurveyIssued.type, "*"]},
            {"body.url", "body.event_types.0", "body.event_types.2"},
        ),
        ({"url": "https://example.org", "member_states": ["ZZZ"]}, {"body.member_states.0"}),
        ({"url": "https://example.org", "themes": ["weather"]}, {"body.themes.0"}),
        ({"url": "https://example.org", "secret": "mine"}, {"body.secret"}),
    ],
)
async def test_bad_subscriptions_are_refused_by_field(
    officer: httpx.AsyncClient, body: dict[str, object], fields: set[str]
) -> None:
    answer = await officer.post("/v1/subscriptions", json=body)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == fields
