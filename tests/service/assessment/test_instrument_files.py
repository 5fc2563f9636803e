"""Survey tools leave and come back as files, over HTTP."""

import asyncio
import json
import uuid
from typing import Any

import httpx
import pytest
from pyxform.xls2xform import convert  # type: ignore[import-untyped]

from shared.embedded.stack import Stack
from tests.service.assessment.steps import BC, INSTRUMENT, Json, published
from tests.support.stacks import client_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"json": "application/json", "yaml": "application/yaml", "xlsform": XLSX}
DEEP: Json = {
    **INSTRUMENT,
    "notice": "Illustrative",
    "sections": [
        *INSTRUMENT["sections"],
        {
            "code": "more",
            "title": "More",
            "questions": [
                BC | {"code": "HOW-MANY", "kind": "number", "unit": "persons", "minimum": 0,
                      "weight": 0, "shown_if": {"question": "CFT-1", "is_any_of": ["yes"]}},
                BC | {"code": "HOW-FAR", "kind": "scale", "minimum": 1, "maximum": 5},
            ],
        },
    ],
}  # fmt: skip
of_each_format = pytest.mark.parametrize("name", MEDIA_TYPES)


def draft_in(read: Json) -> Json:
    """What of an instrument a draft says."""
    return {name: read[name] for name in ("code", "title", "tool", "notice", "sections")}


async def drafted(officer: httpx.AsyncClient, body: Json = DEEP) -> Json:
    answer = await officer.post("/v1/instruments", json=body)
    assert answer.status_code == 201, answer.text[:2000]
    return dict(answer.json())


async def file_of(client: httpx.AsyncClient, instrument: Json, name: str) -> httpx.Response:
    return await client.get(f"/v1/instruments/{instrument['id']}/file", params={"format": name})


async def sent(
    client: httpx.AsyncClient, content: bytes, media_type: str | None, key: str = "", **query: str
) -> httpx.Response:
    headers = {"Content-Type": media_type} if media_type else {}
    if key:
        headers["Idempotency-Key"] = key
    return await client.post(
        "/v1/instruments/imports", content=content, headers=headers, params=query
    )


@of_each_format
async def test_a_file_makes_an_equal_draft(officer: httpx.AsyncClient, name: str) -> None:
    instrument = await drafted(officer)
    file = await file_of(officer, instrument, name)
    assert file.status_code == 200
    assert file.headers["content-type"] == MEDIA_TYPES[name]
    assert file.headers["x-content-type-options"] == "nosniff"
    ending = {"json": "json", "yaml": "yaml", "xlsform": "xlsx"}[name]
    assert file.headers["content-disposition"] == (
        f'attachment; filename="oia-1373-draft-1.{ending}"'
    )

    answer = await sent(officer, file.content, MEDIA_TYPES[name])
    assert answer.status_code == 201, answer.text[:2000]
    read = await officer.get(answer.headers["location"])
    assert draft_in(read.json()) == draft_in(instrument)
    assert (read.json()["status"], read.headers["etag"]) == ("draft", answer.headers["etag"])


async def test_the_form_of_a_published_edition_converts(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    instrument = await published(stack, officer, DEEP | {"code": f"form-{uuid.uuid4().hex[:8]}"})
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as client:
        file = await file_of(client, instrument, "xlsform")
    made = convert(file.content, file_type=".xlsx")
    assert made.warnings == []
    assert f'id="{instrument["code"]}" version="1"' in made.xform


async def test_a_draft_is_no_file_for_outsiders(stack: Stack, officer: httpx.AsyncClient) -> None:
    instrument = await drafted(officer)
    async with client_of(stack, "assessment", "un_entity") as client:
        assert (await file_of(client, instrument, "json")).status_code == 404
    async with client_of(stack, "assessment", "committee_member") as client:
        assert (await file_of(client, instrument, "json")).status_code == 200
    assert (await file_of(officer, instrument, "docx")).status_code == 422


@pytest.mark.parametrize("role", ["committee_member", "member_state", "un_entity", "operator"])
async def test_only_cted_imports(stack: Stack, role: str) -> None:
    claims = {"member_state": "KEN"} if role == "member_state" else {}
    async with client_of(stack, "assessment", role, **claims) as client:
        assert (await sent(client, b"not even JSON", "application/json")).status_code == 403


async def test_it_is_drafted_under_another_code(officer: httpx.AsyncClient) -> None:
    content = json.dumps(INSTRUMENT).encode()
    answer = await sent(officer, content, "application/json; charset=utf-8", code="another-code")
    assert answer.json()["code"] == "another-code"
    answer = await sent(officer, content, "application/json", code="No Code")
    assert [fault["field"] for fault in answer.json()["errors"]] == ["query.code"]


async def test_the_same_key_gives_the_same_draft(officer: httpx.AsyncClient) -> None:
    key, content = uuid.uuid4().hex, json.dumps(INSTRUMENT).encode()
    first = await sent(officer, content, "application/json", key)
    again = await sent(officer, content, "application/json", key)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = await sent(officer, content + b" ", "application/json", key)
    assert other.json()["type"].endswith("idempotency-mismatch")


async def test_every_fault_is_named_by_its_place_and_nothing_is_kept(
    officer: httpx.AsyncClient,
) -> None:
    code = f"faulty-{uuid.uuid4().hex[:8]}"
    wrong: Json = json.loads(json.dumps(INSTRUMENT | {"code": code}))
    wrong["sections"][0]["questions"][0] |= {"weight": 9, "theme": "sports"}
    wrong["sections"][1]["questions"][0] |= {"provisions": [{"resolution": 4}], "colour": 1}
    answer = await sent(officer, json.dumps(wrong).encode(), "application/json")
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {
        "sections.0.questions.0.weight",
        "sections.0.questions.0.theme",
        "sections.1.questions.0.provisions.0.resolution",
        "sections.1.questions.0.colour",
    }
    circle: Json = json.loads(json.dumps(INSTRUMENT | {"code": code}))
    for at, other in ((0, "BC-1"), (1, "CFT-1")):
        condition = {"question": other, "is_any_of": ["yes"]}
        circle["sections"][at]["questions"][0]["shown_if"] = condition
    answer = await sent(officer, json.dumps(circle).encode(), "application/json")
    (fault,) = answer.json()["errors"]
    assert "circle" in fault["message"]
    kept = await officer.get("/v1/instruments", params={"code": code})
    assert kept.json()["items"] == []


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/vnd.ms-excel", ";"])
async def test_other_kinds_of_content_are_refused(
    officer: httpx.AsyncClient, media_type: str | None
) -> None:
    answer = await sent(officer, b"{}", media_type)
    assert answer.status_code == 415
    assert all(name in answer.json()["detail"] for name in MEDIA_TYPES.values())


@pytest.mark.parametrize("key", ["", "a-key"])
async def test_a_file_too_large_is_refused(officer: httpx.AsyncClient, key: str) -> None:
    key = key and uuid.uuid4().hex
    answer = await sent(officer, b" " * (5 * 1024 * 1024 + 1), "application/json", key)
    assert answer.status_code == 413
    assert "5 MiB" in answer.json()["detail"]


@of_each_format
async def test_what_is_no_such_file_is_refused(officer: httpx.AsyncClient, name: str) -> None:
    for content in (b"", b"\xff\xfe\x00", b"PK\x03\x04", b"[" * 100_000):
        answer = await sent(officer, content, MEDIA_TYPES[name])
        assert answer.status_code == 422, answer.text[:2000]
        assert [fault["field"] for fault in answer.json()["errors"]] == ["file"]


async def test_a_file_that_is_long_to_read_keeps_nobody_waiting(
    officer: httpx.AsyncClient,
) -> None:
    hostile = b"a:\n" + b"- {b: [c, d]}\n" * 60_000
    slowest = 0.0
    waiting = asyncio.create_task(sent(officer, hostile, "application/yaml"))
    loop = asyncio.get_running_loop()
    while not waiting.done():
        begun = loop.time()
        assert (await officer.get("/health/live")).status_code == 200
        slowest = max(slowest, loop.time() - begun)
    answer: Any = waiting.result()
    assert answer.status_code == 422
    assert slowest < 1.0
