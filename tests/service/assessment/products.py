"""What tests of products do again and again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from shared.embedded.stack import Stack
from tests.support.stacks import client_of

CLAIMS = {"member_state": {"member_state": "KEN"}, "partner": {"organisation": "UNODC"}}
PRODUCT = {
    "title": "Good practices at borders",
    "abstract": "What has worked at the borders of several States.",
    "text": "Advance passenger information is checked before departure.",
    "kind": "good_practice",
    "themes": ["border-control"],
    "resolutions": [2396],
    "language": "en",
    "audience": "public",
}


@asynccontextmanager
async def calling(stack: Stack, role: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the role, with the claims that it needs."""
    async with client_of(stack, "assessment", role, **CLAIMS.get(role, {})) as client:
        yield client


async def drafted(officer: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await officer.post("/v1/products", json=PRODUCT | fields)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/products/{answer.json()['id']}"
    return dict(answer.json())


async def approved(
    officer: httpx.AsyncClient, lead: httpx.AsyncClient, **fields: object
) -> dict[str, Any]:
    product = await drafted(officer, **fields)
    path = f"/v1/products/{product['id']}"
    assert (await officer.post(f"{path}/submission")).status_code == 200
    answer = await lead.post(f"{path}/review", json={"outcome": "approved"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def published(
    officer: httpx.AsyncClient, lead: httpx.AsyncClient, **fields: object
) -> dict[str, Any]:
    product = await approved(officer, lead, **fields)
    answer = await lead.post(f"/v1/products/{product['id']}/publication")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def faulty(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [fault["field"] for fault in answer.json()["errors"]]
