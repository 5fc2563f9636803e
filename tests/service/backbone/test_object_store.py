"""The object store keeps objects whole or not at all: in a directory and over the S3 protocol."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.errors import NotFound, Unavailable
from shared.objects import ObjectStore

MEBIBYTE = 1024 * 1024
LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture(scope="module")
def s3() -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch) -> str:
    host, port = s3.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    boto3.client("s3").create_bucket(Bucket="ctc")
    return "ctc"


@pytest.fixture(params=["file", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "file":
        return ObjectStore((tmp_path / "a directory" / "objects").as_uri())
    bucket = request.getfixturevalue("bucket")
    return ObjectStore(f"s3://{bucket}/{tmp_path.name}")


async def parts(*content: bytes, breaks: bool = False) -> AsyncIterator[bytes]:
    for part in content:
        yield part
    if breaks:
        raise ConnectionAbortedError("the sender has gone")


async def content_of(objects: ObjectStore, key: str) -> bytes:
    return b"".join([part async for part in await objects.get(key)])


async def keys(objects: ObjectStore, before: datetime = LATER) -> set[str]:
    return {key async for some in objects.stored_before("evidence", before) for key in some}


@pytest.mark.parametrize("size", [0, 1, 5 * MEBIBYTE, 13 * MEBIBYTE + 1])
async def test_what_was_put_is_given_back(objects: ObjectStore, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    in_parts = [content[at : at + MEBIBYTE] for at in range(0, size, MEBIBYTE)]
    await objects.put("evidence/law", parts(*in_parts))
    assert await content_of(objects, "evidence/law") == content


async def test_what_breaks_off_leaves_nothing(objects: ObjectStore) -> None:
    with pytest.raises(Unavailable):
        await objects.put("evidence/half", parts(*[b"x" * MEBIBYTE] * 7, breaks=True))
    assert await keys(objects) == set()
    with pytest.raises(NotFound):
        await objects.get("evidence/half")


async def test_a_broken_upload_leaves_no_parts_in_the_bucket(bucket: str, tmp_path: Path) -> None:
    objects = ObjectStore(f"s3://{bucket}/{tmp_path.name}")
    with pytest.raises(Unavailable):
        await objects.put("evidence/half", parts(*[b"x" * MEBIBYTE] * 7, breaks=True))
    assert "Uploads" not in boto3.client("s3").list_multipart_uploads(Bucket=bucket)


async def test_what_was_deleted_is_gone_and_may_be_deleted_again(objects: ObjectStore) -> None:
    await objects.put("evidence/law", parts(b"law"))
    await objects.delete("evidence/law")
    await objects.delete("evidence/law")
    with pytest.raises(NotFound):
        await objects.get("evidence/law")


async def test_old_objects_are_found_below_their_prefix_alone(objects: ObjectStore) -> None:
    assert await keys(objects) == set()
    await asyncio.gather(*(objects.put(f"evidence/{n}", parts(b"law")) for n in range(3)))
    await objects.put("reports/other", parts(b"report"))
    assert await keys(objects) == {"evidence/0", "evidence/1", "evidence/2"}
    assert await keys(objects, datetime.now(UTC) - timedelta(hours=1)) == set()


async def test_a_store_that_is_down_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    objects = ObjectStore("s3://ctc/prefix")
    for doing in (
        objects.put("evidence/law", parts(b"law")),
        objects.get("evidence/law"),
        objects.delete("evidence/law"),
        keys(objects),
    ):
        with pytest.raises(Unavailable) as told:
            await doing
        assert told.value.headers == {"Retry-After": "5"}


async def test_a_place_that_is_no_directory_is_told_as_such(tmp_path: Path) -> None:
    objects = ObjectStore((tmp_path / "objects").as_uri())
    (tmp_path / "objects").rmdir()
    (tmp_path / "objects").write_text("in the way")
    with pytest.raises(Unavailable):
        await objects.put("evidence/law", parts(b"law"))
