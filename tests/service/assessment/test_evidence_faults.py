"""Evidence at its limits, and when something breaks in between."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.evidence import attach, attached, evidence_of, faults
from tests.service.assessment.steps import issued
from tests.support.files import PDF
from tests.support.stacks import client_of, running

KIBIBYTE = 1024
TWO_DAYS = 2 * 24 * 3600


@pytest.fixture(scope="module")
async def narrow() -> AsyncIterator[Stack]:
    """The service with limits that a test can reach."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EVIDENCE_MAX_FILE_MEBIBYTES", "1")
        patched.setenv("EVIDENCE_MAX_SURVEY_MEBIBYTES", "2")
        patched.setenv("EVIDENCE_MAX_FILES_PER_QUESTION", "2")
        patched.setenv("MAX_REQUEST_MEBIBYTES", "3")
        async with running("assessment") as started:
            yield started


@pytest.fixture(scope="module")
async def officer(narrow: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(narrow, "assessment", "cted_officer") as client:
        yield client


@pytest.fixture
def files(narrow: Stack) -> Path:
    """Where the service keeps its files."""
    return narrow.run_directory / "objects" / "evidence"


def pdf(kibibytes: int) -> bytes:
    """A file of its own of this size."""
    content = PDF + uuid4().bytes
    return content + bytes(kibibytes * KIBIBYTE - len(content))


def stored(files: Path) -> set[str]:
    return {path.name for path in files.glob("*")}


async def test_a_file_may_have_a_size_and_no_more(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    survey = await issued(narrow, officer, "KEN")
    await attached(officer, survey, content=pdf(1024))
    before = stored(files)
    larger = await attach(officer, survey, content=pdf(1025))
    assert (larger.status_code, larger.json()["type"]) == (413, "urn:ctc:problem:too-large")
    assert faults(larger) == {"body.file"}
    assert stored(files) == before


async def test_a_survey_may_have_so_much_evidence(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    survey = await issued(narrow, officer, "KEN")
    for _ in range(2):
        await attached(officer, survey, content=pdf(1000))
    before = stored(files)
    more = await attach(officer, survey, content=pdf(100), question="BC-1")
    assert (more.status_code, faults(more)) == (413, {"body.file"})
    assert stored(files) == before
    await attached(officer, survey, content=pdf(40), question="BC-1")


async def test_a_question_may_have_so_many_files(narrow: Stack, officer: httpx.AsyncClient) -> None:
    survey = await issued(narrow, officer, "KEN")
    answers = await asyncio.gather(*(attach(officer, survey, content=pdf(1)) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 4
    assert len(await evidence_of(officer, survey)) == 2
    await attached(officer, survey, content=pdf(1), question="BC-1")


async def _stored_and_waiting(files: Path, before: set[str]) -> str:
    """The file that a request has stored, which now waits for the survey."""
    async with asyncio.timeout(10):
        while not (new := stored(files) - before):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return new.pop()


async def _holding(stack: Stack, survey: dict[str, Any]) -> asyncpg.Connection:
    """A connection whose open transaction holds the survey."""
    url = stack.database_urls["assessment"].replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN")
    await connection.execute("SELECT 1 FROM surveys WHERE id = $1 FOR UPDATE", UUID(survey["id"]))
    return connection


async def _spoken(stack: Stack, head: str, *, body: Iterable[bytes] = ()) -> tuple[str, int]:
    """What a bare connection gets to read for these bytes, and how many of the body it could send.

    It waits for the answer without ending the request.
    """
    url = httpx.URL(stack.urls["assessment"])
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"{head}\r\nHost: {url.host}\r\n\r\n".encode())
    answering = asyncio.create_task(reader.readuntil(b"}"))
    sent = 0
    try:
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):  # it is cut off some time after the answer
                for part in body:
                    if answering.done():
                        break
                    writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                    await writer.drain()
                    await asyncio.sleep(0)  # a socket with room makes nobody wait
                    sent += len(part)
            return (await answering).decode(), sent
    finally:
        answering.cancel()
        writer.close()


def _post(survey: dict[str, Any], *headers: str) -> str:
    return "\r\n".join(
        [
            f"POST /v1/surveys/{survey['id']}/evidence HTTP/1.1",
            "Content-Type: multipart/form-data; boundary=x",
            *headers,
        ]
    )


async def test_a_huge_upload_is_refused_before_it_is_sent(
    narrow: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(narrow, officer, "KEN")
    token = f"Authorization: {officer.headers['authorization']}"
    told, _ = await _spoken(narrow, _post(survey, token, "Content-Length: 5000000000"))
    assert told.startswith("HTTP/1.1 413 ")
    assert "connection: close" in told.lower()
    assert "urn:ctc:problem:too-large" in told


async def test_an_endless_upload_is_cut_off(narrow: Stack, officer: httpx.AsyncClient) -> None:
    survey = await issued(narrow, officer, "KEN")
    token = f"Authorization: {officer.headers['authorization']}"
    opening = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'

    def endless() -> Iterator[bytes]:
        yield opening
        while True:
            yield b"x" * 64 * KIBIBYTE

    told, sent = await _spoken(
        narrow, _post(survey, token, "Transfer-Encoding: chunked"), body=endless()
    )
    assert told.startswith("HTTP/1.1 413 ")
    assert sent < 32 * 1024 * KIBIBYTE  # its limit, and what sockets hold on the way


async def test_who_may_not_call_is_told_before_anything_is_sent(
    narrow: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(narrow, officer, "KEN")
    told, _ = await _spoken(narrow, _post(survey, "Content-Length: 1000"))
    assert told.startswith("HTTP/1.1 401 ")
    token = f"Authorization: Bearer {narrow.token('committee_member')}"
    told, _ = await _spoken(narrow, _post(survey, token, "Content-Length: 1000"))
    assert told.startswith("HTTP/1.1 403 ")


async def test_no_other_request_is_read_without_end_either(officer: httpx.AsyncClient) -> None:
    large = await officer.post("/v1/surveys", json={"surprise": "x" * 4 * 1024 * KIBIBYTE})
    assert (large.status_code, large.json()["type"]) == (413, "urn:ctc:problem:too-large")


async def test_without_its_store_nothing_is_recorded(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    log = narrow.run_directory / "assessment.log"
    survey = await issued(narrow, officer, "KEN")
    evidence = await attached(officer, survey)
    away = files.parent.with_name("away")
    files.parent.rename(away)
    files.parent.write_text("in the way")
    try:
        refused = await attach(officer, survey, content=pdf(1))
        unread = await officer.get(f"/v1/evidence/{evidence['id']}/content")
        removed = await officer.delete(
            f"/v1/evidence/{evidence['id']}", headers={"If-Match": '"1"'}
        )
        async with asyncio.timeout(10):
            while "evidence-left-to-the-sweep" not in log.read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        files.parent.unlink()
        away.rename(files.parent)
    for answer in (refused, unread):
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:ctc:problem:unavailable")
        assert answer.headers["retry-after"] == "5"
    assert removed.status_code == 204
    assert await evidence_of(officer, survey) == []
    assert evidence["id"] in stored(files)  # the sweep removes it
    await attached(officer, survey, content=pdf(1))


async def test_a_survey_submitted_while_the_file_was_stored_takes_no_more(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    survey = await issued(narrow, officer, "KEN")
    before = stored(files)
    holding = await _holding(narrow, survey)
    attaching = asyncio.create_task(attach(officer, survey))
    await _stored_and_waiting(files, before)
    await holding.execute(
        "UPDATE surveys SET status = 'submitted' WHERE id = $1", UUID(survey["id"])
    )
    await holding.execute("COMMIT")
    await holding.close()
    assert (await attaching).json()["type"] == "urn:ctc:problem:conflict"
    assert await evidence_of(officer, survey) == []


async def test_a_file_that_was_lost_is_told_as_such(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    evidence = await attached(officer, await issued(narrow, officer, "KEN"))
    (files / evidence["id"]).unlink()
    assert (await officer.get(f"/v1/evidence/{evidence['id']}/content")).status_code == 404


@pytest.mark.timeout(90)
async def test_a_crash_between_file_and_record_leaves_nothing_for_long(
    narrow: Stack, officer: httpx.AsyncClient, files: Path
) -> None:
    survey = await issued(narrow, officer, "KEN")
    kept = await attached(officer, survey)
    before = stored(files)
    holding = await _holding(narrow, survey)
    attaching = asyncio.create_task(attach(officer, survey, content=pdf(100)))
    orphan = await _stored_and_waiting(files, before)
    narrow.kill("assessment")
    await holding.close()
    with pytest.raises(httpx.TransportError):
        await attaching

    old = time.time() - TWO_DAYS
    for name in (orphan, kept["id"]):
        os.utime(files / name, (old, old))
    fresh, foreign = str(uuid4()), "not-ours"
    (files / fresh).write_bytes(PDF)  # of a request that is still under way, for all we know
    (files / foreign).write_bytes(PDF)
    os.utime(files / foreign, (old, old))

    await narrow.start_service("assessment")
    async with asyncio.timeout(20):
        while (files / orphan).exists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert {kept["id"], fresh, foreign} <= stored(files)
    assert await evidence_of(officer, survey) == [kept]
    await attached(officer, survey, content=pdf(100))
