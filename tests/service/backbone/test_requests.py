"""One request is one transaction; bad input is named, and the same key gives the same answer."""

import asyncio
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest
from asyncpg.exceptions import DeadlockDetectedError, SerializationError
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from shared.database.idempotency import IdempotentRequest
from shared.errors import Conflict, Invalid
from shared.events.outbox import OutboxEvent
from tests.service.backbone.notebook import FAULTS, HOLDS, Note
from tests.service.backbone.running import Service, until


async def saved(writer: Service, text: str) -> int:
    async with writer.sessions() as session:
        counted = await session.scalar(
            select(func.count()).select_from(Note).where(Note.text == text)
        )
        return counted or 0


async def published(writer: Service, text: str) -> int:
    async with writer.sessions() as session:
        counted = await session.scalar(
            select(func.count())
            .select_from(OutboxEvent)
            .where(OutboxEvent.payload.contains(f'"text":"{text}"'))
        )
        return counted or 0


class MetError(DBAPIError):
    """An error as the driver reports it, with the state that PostgreSQL gave."""

    def __init__(self, cause: type[Exception]) -> None:
        super().__init__("UPDATE", {}, cause("met"))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Conflict("no"), 409),
        (Invalid.of_field("body.text", "It says \ud800."), 422),
        (RuntimeError("bug"), 500),
        (StaleDataError("changed"), 412),
        (MetError(DeadlockDetectedError), 503),
        (MetError(SerializationError), 503),
        (ConnectionRefusedError(), 503),
    ],
)
async def test_nothing_is_saved_or_published_when_the_endpoint_raises(
    writer: Service, error: Exception, status: int
) -> None:
    text = f"fails with {type(error).__name__} {status} {uuid.uuid4()}"
    FAULTS[text] = [error]
    answer = await writer.http.post("/v1/notes", json={"text": text})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert await saved(writer, text) == 0
    assert await published(writer, text) == 0


async def test_a_change_that_another_overtook_is_refused(writer: Service) -> None:
    path = (await writer.write("contested")).headers["location"]
    HOLDS["slower"] = asyncio.Event()
    slower = asyncio.create_task(
        writer.http.patch(path, json={"text": "slower"}, headers={"If-Match": '"1"'})
    )
    await until(lambda: _waiting("slower"), bool)
    faster = await writer.http.patch(path, json={"text": "faster"}, headers={"If-Match": '"1"'})
    HOLDS.pop("slower").set()

    assert faster.status_code == 200
    assert (await slower).status_code == 412
    assert await published(writer, "slower") == 0


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a\x00b"},
        {"text": "t", "member_state": "\x00"},
        {"text": "t", "rank": 2**63},
        {"text": "t", "rank": -(2**200)},
        {"text": "t", "facts": {"a": "\x00"}},
        {"text": "t", "facts": {"\x00": 1}},
        {"text": "t", "day": "0000-00-00"},
        {"text": "t", "day": "99999-01-01"},
        {"text": "t", "day": 1e300},
        {"text": "t", "rank": 1e300},
    ],
)
async def test_a_value_that_cannot_be_stored_is_bad_input(
    writer: Service, body: dict[str, object]
) -> None:
    answer = await writer.http.post("/v1/notes", json=body)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b'{"text": "a\\ud800b"}', "body.text"),
        (b'{"text": "t", "facts": {"a": "\\ud800"}}', "body.facts.a"),
        (b'{"text": "\xff"}', "body"),
        (b'{"text": ' + b"[" * 50_000, "body"),
        (b'{"text": "t", "rank": ' + b"9" * 5000 + b"}", "body"),
        (b'{"text": "t", "rank": NaN}', "body.rank"),
        (b"", "body"),
        (b"null", "body"),
    ],
)
async def test_a_body_that_is_no_proper_text_is_bad_input(
    writer: Service, content: bytes, field: str
) -> None:
    answer = await writer.http.post(
        "/v1/notes", content=content, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["status"]) == (422, 422), answer.text
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field", "way_out"),
    [
        ([], "body", "Send a JSON object."),
        ({"text": "t", "facts": []}, "body.facts", "Send a JSON object."),
        ({}, "body.text", "It is required; send it."),
        ({"text": "t", "txet": "t"}, "body.txet", "Nothing of this name is known here"),
    ],
)
async def test_what_the_validator_refuses_has_a_way_out(
    writer: Service, body: object, field: str, way_out: str
) -> None:
    answer = await writer.http.post("/v1/notes", json=body)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert fault["message"].startswith(way_out)


@pytest.mark.parametrize(
    "query",
    [
        "text=%00",
        "text=a%00b",
        f"rank={2**63}",
        f"rank={10**400}",
        "since=0000-01-01",
        "since=1e30",
        "limit=0",
        "limit=201",
        "sort=nothing",
        "unknown=1",
        "cursor=abc",
        "cursor=%00",
        "cursor=%ff%fe",
        "cursor=" + quote(">s:abc~uuid:1"),
        "cursor=" + quote("<"),
    ],
)
async def test_a_senseless_query_is_bad_input(writer: Service, query: str) -> None:
    answer = await writer.http.get(f"/v1/notes?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/notes/%00", "/v1/notes/" + "9" * 300])
async def test_a_senseless_path_is_bad_input(writer: Service, path: str) -> None:
    answer = await writer.http.patch(path, json={"text": "t"}, headers={"If-Match": "*"})
    assert answer.status_code == 422


@pytest.mark.parametrize("tag", ["", "abc", '"', '"1', "²", '"1", "2"', "-1", "9" * 5000, 'W/"x"'])
async def test_a_malformed_version_is_bad_input(writer: Service, tag: str) -> None:
    path = (await writer.write("versioned")).headers["location"]
    answer = await writer.http.patch(
        path,
        json={"text": "x"},
        headers=[(b"If-Match", tag.encode("latin-1"))],
    )
    assert answer.status_code == (200 if tag == '"1' else 422)


async def test_versions_are_asked_for_compared_and_told(writer: Service) -> None:
    path = (await writer.write("versions")).headers["location"]
    body = {"text": "versions"}
    assert (await writer.http.patch(path, json=body)).status_code == 428
    stale = await writer.http.patch(path, json=body, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    body = {"text": "newer"}
    done = await writer.http.patch(path, json=body, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')


async def test_every_record_is_on_one_page_whatever_the_sort(writer: Service) -> None:
    text = f"paged {uuid.uuid4()}"
    for n in range(7):
        await writer.write(text, rank=n // 3)
    for sort in ("rank", "-rank", "text", "created_at"):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            params = {"text": text, "limit": "2", "sort": sort}
            page = (
                await writer.http.get(
                    "/v1/notes", params=params | ({"cursor": cursor} if cursor else {})
                )
            ).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 7


async def test_a_cursor_of_another_sort_or_list_is_refused(writer: Service) -> None:
    text = f"cursors {uuid.uuid4()}"
    for n in range(3):
        await writer.write(text, rank=n)
    query = {"text": text, "limit": "1"}
    page = await writer.http.get("/v1/notes", params={**query, "sort": "rank"})
    cursor = page.json()["next_cursor"]

    for sort in ("-rank", "text", "created_at"):
        answer = await writer.http.get(
            "/v1/notes", params={**query, "sort": sort, "cursor": cursor}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "query.cursor"
    other = await writer.operator("GET", "/v1/operations/dead-letters", params={"cursor": cursor})
    assert other.status_code == 422
    forged = cursor[:8] + cursor[8:].replace(":0", ":zero")
    answer = await writer.http.get("/v1/notes", params={**query, "sort": "rank", "cursor": forged})
    assert answer.status_code == 422


async def keyed(writer: Service, path: str, key: str, **request: object) -> httpx.Response:
    headers = {"Idempotency-Key": key, **request.pop("headers", {})}  # type: ignore[dict-item]
    return await writer.http.post(path, headers=headers, **request)  # type: ignore[arg-type]


async def test_the_same_key_gives_the_first_answer_again(writer: Service) -> None:
    text, key = f"keyed {uuid.uuid4()}", str(uuid.uuid4())
    first = await keyed(writer, "/v1/notes", key, json={"text": text})
    again = await keyed(writer, "/v1/notes", key, json={"text": text})

    assert (again.status_code, again.content) == (201, first.content)
    for name in ("content-type", "content-length", "etag", "location", "x-shelf"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert (await saved(writer, text), await published(writer, text)) == (1, 1)


async def test_two_requests_with_one_key_at_once_are_one(writer: Service) -> None:
    text, key = f"slow {uuid.uuid4()}", str(uuid.uuid4())
    answers = await asyncio.gather(
        *(keyed(writer, "/v1/notes", key, json={"text": text}) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (await saved(writer, text), await published(writer, text)) == (1, 1)


async def test_another_body_or_query_with_the_key_is_refused(writer: Service) -> None:
    key = str(uuid.uuid4())
    await keyed(writer, "/v1/notes", key, json={"text": "one body"})
    body = await keyed(writer, "/v1/notes", key, json={"text": "another"})
    query = await keyed(writer, "/v1/notes?loud=!", key, json={"text": "one body"})

    for answer in (body, query):
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:ctc:problem:idempotency-mismatch"


@pytest.mark.parametrize("error", [Conflict("not yet"), RuntimeError("bug")])
async def test_after_a_failure_the_key_is_free(writer: Service, error: Exception) -> None:
    text, key = f"retried {uuid.uuid4()}", str(uuid.uuid4())
    FAULTS[text] = [error]
    failed = await keyed(writer, "/v1/notes", key, json={"text": text})
    invalid = await keyed(writer, "/v1/notes", key, json={"text": text, "unknown": 1})
    done = await keyed(writer, "/v1/notes", key, json={"text": text})

    assert failed.status_code in {409, 500}
    assert invalid.status_code == 422
    assert done.status_code == 201
    assert "idempotency-replayed" not in done.headers


async def test_callers_and_paths_do_not_share_keys(writer: Service) -> None:
    text, key = f"shared {uuid.uuid4()}", str(uuid.uuid4())
    one = await keyed(writer, "/v1/notes", key, json={"text": text})
    other = await keyed(
        writer,
        "/v1/notes",
        key,
        json={"text": text},
        headers={"Authorization": "Bearer cted_officer:somebody-else"},
    )
    silence = await keyed(writer, "/v1/silences", key)
    assert one.json()["id"] != other.json()["id"]
    assert silence.status_code == 204


async def test_an_empty_or_streamed_answer_is_given_again(writer: Service) -> None:
    for path, status, content in (
        ("/v1/silences", 204, b""),
        ("/v1/recitals", 200, b"one two three"),
    ):
        key = str(uuid.uuid4())
        first = await keyed(writer, path, key)
        again = await keyed(writer, path, key)
        assert (first.status_code, first.content) == (status, content)
        assert (again.status_code, again.content) == (status, content)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers.get("content-type") == first.headers.get("content-type")


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_senseless_key_is_bad_input(writer: Service, key: str) -> None:
    answer = await keyed(writer, "/v1/notes", key, json={"text": "t"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"


async def test_a_key_is_kept_with_its_answer_only(writer: Service) -> None:
    async with writer.sessions() as session:
        unanswered = await session.scalar(
            select(func.count())
            .select_from(IdempotentRequest)
            .where(IdempotentRequest.status.is_(None))
        )
    assert unanswered == 0


@pytest.mark.parametrize(
    "since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", "2020-01-01"]
)
async def test_absurd_instants_are_bad_input(writer: Service, since: str) -> None:
    again = await writer.operator(
        "POST", "/v1/operations/outbox/republications", json={"since": since}
    )
    assert again.status_code == 422
    clock = await writer.operator("PUT", "/development/clock", json={"now": since})
    assert clock.status_code == 422


async def test_the_clock_of_the_machine_cannot_be_set(writer: Service) -> None:
    now = datetime.now(UTC).isoformat()
    answer = await writer.operator("PUT", "/development/clock", json={"now": now})
    assert answer.status_code == 409


async def _waiting(text: str) -> bool:
    waiters = getattr(HOLDS[text], "_waiters", ())
    return len(waiters) > 0
