"""Trends that bear on whom to visit, and published products."""

import httpx
import pytest

from services.assessment.events import ProductPublished, TrendIdentified
from shared.embedded.stack import Stack
from tests.support.events import read_event
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
TREND = {
    "title": "Financing through virtual assets",
    "theme": "countering-financing",
    "severity": "high",
    "source": "Open briefing of the Committee",
}


async def test_a_trend_bears_on_every_state_of_its_subregions(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    answer = await officer.post(
        "/v1/trends", json=TREND | {"subregions": ["Central Asia"], "member_states": ["KEN"]}
    )
    assert answer.status_code == 201, answer.text
    event = await read_event(stack, TrendIdentified, trend_id=answer.json()["id"])
    assert event["data"]["member_states"] == ["KAZ", "KEN", "KGZ", "TJK", "TKM", "UZB"]
    assert event["subject"] == "programme"
    assert (await officer.get(answer.headers["location"])).json() == answer.json()


@pytest.mark.parametrize("about", [{}, {"subregions": ["Middle Earth"]}])
async def test_a_trend_about_nowhere_is_refused(
    officer: httpx.AsyncClient, about: dict[str, object]
) -> None:
    answer = await officer.post("/v1/trends", json=TREND | about)
    assert answer.status_code == 422
    assert "subregion" in answer.json()["errors"][0]["message"]


async def test_a_product_is_everyones_once_it_is_published(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    body = {"title": "Good practices", "theme": "border-control", "text": "What has worked well."}
    product = (await officer.post("/v1/products", json=body)).json()
    path = f"/v1/products/{product['id']}"
    async with (
        client_of(stack, "assessment", "civil_society") as society,
        client_of(stack, "assessment", "cted_lead") as lead,
    ):
        assert (await society.get(path)).status_code == 404
        assert (await lead.post(f"{path}/publication")).status_code == 200
        assert (await society.get(path)).json()["status"] == "published"
        assert (await lead.post(f"{path}/publication")).status_code == 409
    event = await read_event(stack, ProductPublished, product_id=product["id"])
    assert event["data"]["title"] == "Good practices"
