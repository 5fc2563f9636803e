"""Objects by key. The library's stores are the adapters: a local directory, S3 and its likes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from shared.errors import NotFound, Unavailable

log = structlog.get_logger(__name__)
_PART_BYTES = 5 * 1024 * 1024
"""S3 takes no smaller parts of an object that is put while it is still being read."""
_PARTS_AT_ONCE = 2
_READ_BYTES = 256 * 1024


class ObjectStore:
    """Keeps objects whole or not at all, and no more than a few parts of one in memory.

    `file:///directory` is made if need be. `s3://bucket/prefix` takes endpoint, region and
    credentials from the environment (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, ...) or
    from the machine's role.
    """

    def __init__(self, url: str) -> None:
        self._store: obstore.store.ObjectStore
        if url.startswith("file:"):
            self._store = LocalStore.from_url(url, mkdir=True)
        else:
            self._store = from_url(
                url,
                client_options={
                    "allow_http": True,  # where the operator's endpoint says so
                    "connect_timeout": "5s",
                    "read_timeout": "30s",
                    "timeout": "1h",  # of the whole, at the pace of who reads it
                },
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
            )

    async def put(self, key: str, content: AsyncIterator[bytes]) -> None:
        """Store the content under `key` as it is read; if it breaks off, nothing is stored.

        Raises:
            Unavailable: the store cannot take it just now.
        """
        with _told(key):
            await obstore.put_async(
                self._store,
                key,
                content,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The content of the object, as it arrives.

        Raises:
            NotFound: there is no such object.
            Unavailable: the store cannot give it just now.
        """
        with _told(key):
            return (await obstore.get_async(self._store, key)).stream(_READ_BYTES)

    async def delete(self, key: str) -> None:
        """Remove the object; one that is gone already is as it should be.

        Raises:
            Unavailable: the store cannot do so just now.
        """
        try:
            with _told(key):
                await obstore.delete_async(self._store, key)
        except NotFound:
            pass

    async def stored_before(self, prefix: str, instant: datetime) -> AsyncIterator[list[str]]:
        """The keys below `prefix` of objects older than `instant`, by the store's clock.

        Raises:
            Unavailable: the store cannot list them just now.
        """
        with _told(prefix):
            async for objects in obstore.list(self._store, prefix, chunk_size=500):
                yield [found["path"] for found in objects if found["last_modified"] < instant]


@contextmanager
def _told(key: str) -> Iterator[None]:
    """Tell the library's errors in the caller's terms."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no object {key}.") from error
    except (BaseError, OSError) as error:
        log.warning("object-store-error", key=key, error=str(error).partition("\n")[0])
        raise Unavailable(
            "The file store could not complete this; nothing was saved. Try again.",
            headers={"Retry-After": "5"},
        ) from error
