"""What the walk stands on: clients of each role, the clock, the events, the narrator."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from textwrap import shorten
from typing import Any, Protocol
from uuid import uuid4

import httpx

from shared.embedded.event_log import CloudEvent, EventLog

_AGAIN_SECONDS = 0.1
Json = dict[str, Any]
_AWAY = frozenset({502, 503, 504})


class WalkFailedError(Exception):
    """A step's outcome was not observed; one line says which and what came instead."""


class Narrator(Protocol):
    """Tells whoever watches what happens."""

    def chapter(self, title: str) -> None:
        """A new part of the cycle begins."""
        ...

    def tell(self, line: str) -> None:
        """One thing happened and was observed."""
        ...

    def ranking(self, ranks: list[dict[str, Any]], names: Mapping[str, str]) -> None:
        """Show the first of a ranking with what put them there."""
        ...


class Api:
    """One service, called in one role; a service that is away for a moment is called again."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, token: str, patience_seconds: float
    ) -> None:
        self._http = http
        self._patience = patience_seconds
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **params: str | int) -> Json:
        """The body of the answer."""
        return _body(await self._send("GET", path, params=params))

    async def file(self, path: str, **params: str | int) -> bytes:
        """A file."""
        return (await self._send("GET", path, params=params)).content

    async def post(self, path: str, body: object = None) -> Json:
        """Create or act, once, however often it had to be sent."""
        headers = {"Idempotency-Key": str(uuid4())}
        return _body(await self._send("POST", path, json=body, headers=headers))

    async def put(self, path: str, body: object = None) -> Json:
        """Put what may be put again."""
        return _body(await self._send("PUT", path, json=body))

    async def delete(self, path: str) -> None:
        """Delete; what is gone already is as well."""
        await self._send("DELETE", path, accepted=(404,))

    async def change(self, method: str, record: str, body: object, part: str = "") -> Json:
        """Change a record, or a part of it, at the version that it has now."""
        while True:
            read = await self._send("GET", record)
            answer = await self._send(
                method,
                record + part,
                json=body,
                headers={"If-Match": read.headers["etag"]},
                accepted=(412,),
            )
            if answer.status_code != 412:
                return _body(answer)

    async def all_items(self, path: str, **params: str | int) -> list[dict[str, Any]]:
        """Every item of a list, over all of its pages."""
        page = await self.get(path, limit=200, **params)
        items: list[dict[str, Any]] = page["items"]
        while page["next_cursor"]:
            page = await self.get(path, limit=200, cursor=page["next_cursor"], **params)
            items += page["items"]
        return items

    async def until(
        self, what: str, path: str, accepted: Callable[[Json], bool], **params: str | int
    ) -> Json:
        """The body of the answer to a GET, once it is accepted.

        Raises:
            WalkFailedError: it was not accepted in time.
        """
        body: Json = {}
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    if accepted(body := await self.get(path, **params)):
                        return body
                    await asyncio.sleep(_AGAIN_SECONDS)
        except TimeoutError:
            last = shorten(str(body), 300)
            raise WalkFailedError(f"{what}: not observed at {path} in time; last {last}") from None

    async def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        accepted: tuple[int, ...] = (),
    ) -> httpx.Response:
        last = "no answer"
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    try:
                        answer = await self._http.request(
                            method,
                            self._base_url + path,
                            headers={**self._headers, **(headers or {})},
                            params=params,
                            json=json,
                        )
                    except httpx.TransportError as error:
                        last = repr(error)
                    else:
                        if answer.is_success or answer.status_code in accepted:
                            return answer
                        last = f"{answer.status_code} {shorten(answer.text, 500)}"
                        if answer.status_code not in _AWAY:
                            raise WalkFailedError(f"{method} {path}: {last}")
                    await asyncio.sleep(_AGAIN_SECONDS)
        except TimeoutError:
            raise WalkFailedError(f"{method} {path}: {last}") from None


def _body(answer: httpx.Response) -> Json:
    body: Json = answer.json()
    return body


@dataclass(slots=True)
class World:
    """Everything that the walk may touch."""

    urls: Mapping[str, str]
    token: Callable[..., str]
    events: EventLog
    narrator: Narrator
    http: httpx.AsyncClient
    patience_seconds: float = 60.0
    """How long an outcome may take to be observed."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the summary says of the walk, in order."""
    _apis: dict[tuple[str, ...], Api] = field(default_factory=dict)

    def api(self, service: str, role: str, **claims: str) -> Api:
        """The service as a caller of the role sees it."""
        key = (service, role, *sorted(claims.values()))
        if key not in self._apis:
            token = self.token(role, **claims)
            self._apis[key] = Api(self.http, self.urls[service], token, self.patience_seconds)
        return self._apis[key]

    async def today(self) -> date:
        """The services' present date."""
        clock = await self.api("visits", "operator").get("/development/clock")
        return datetime.fromisoformat(clock["now"]).date()

    async def advance_to(self, day: date) -> None:
        """Let time pass for all services, to noon of the day."""
        noon = datetime.combine(day, time(12), tzinfo=UTC).isoformat()
        await self.api("visits", "operator").put("/development/clock", {"now": noon})

    async def expect(self, event_type: str, **data: object) -> CloudEvent:
        """The event of the type with these data, read off the broker.

        Raises:
            WalkFailedError: it did not come in time.
        """
        topic = f"ctc.{event_type.split('.')[0]}"
        full_type = f"org.un.ctc.{event_type}.v1"

        def wanted(event: CloudEvent) -> bool:
            return bool(event["type"] == full_type and data.items() <= event["data"].items())

        try:
            async with asyncio.timeout(self.patience_seconds):
                (event,) = await self.events.wait_for(topic, wanted)
        except TimeoutError:
            raise WalkFailedError(f"No {event_type} with {data} came on {topic} in time") from None
        return event
