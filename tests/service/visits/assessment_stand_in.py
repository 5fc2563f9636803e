"""A service on the assessment service's address that fails as it is told to."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import uvicorn
from starlette.types import Receive, Scope, Send

ASSESSMENT, SURVEY = UUID(int=11), UUID(int=12)
SCORE = {"score": 0.5, "low": 0.4, "high": 0.6, "asked": 10, "answered": 8}
OUTLINE = {
    "id": str(ASSESSMENT),
    "completed_on": "2026-01-05",
    "overall": SCORE,
    "rating": "partially",
}
LATEST = OUTLINE | {
    "survey_id": str(SURVEY),
    "summary": "Invented.",
    "by_theme": {"border-control": SCORE},
}
GAP = {
    "id": str(UUID(int=13)),
    "theme": "border-control",
    "resolution": 2178,
    "severity": "high",
    "description": "No advance passenger information.",
    "answer": "no",
    "identified_on": "2026-01-05",
}
PATHS = {
    "assessments": "/v1/assessments",
    "latest": f"/v1/assessments/{ASSESSMENT}",
    "ratings": f"/v1/assessments/{ASSESSMENT}/ratings",
    "gaps": "/v1/gaps",
    "evidence": f"/v1/surveys/{SURVEY}/evidence",
    "recommendations": "/v1/recommendations",
    "trends": "/v1/trends",
    "strategies": "/v1/strategies",
    "products": "/v1/products",
}


@dataclass
class Answer:
    """What to say next on a path; the last one is said again and again."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: asyncio.Event | None = None
    """Say nothing before this."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it is asked for."""


def page(*items: object, next_cursor: str | None = None) -> Answer:
    return Answer({"items": items, "next_cursor": next_cursor})


class AssessmentStandIn:
    """Serves what it is told to, and remembers what it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._answers: dict[str, deque[Answer]] = {}
        self.asked: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
        """By path: the query and the headers of each request."""
        self._server: uvicorn.Server | None = None

    async def start(self) -> None:
        """Serve whole answers about a State with one assessment and one gap."""
        self.asked.clear()
        self._answers = {path: deque([page()]) for path in PATHS.values()}
        self.says("assessments", page(OUTLINE))
        self.says("latest", Answer(LATEST))
        self.says("gaps", page(GAP))
        if self._server is None:
            self._server = uvicorn.Server(
                uvicorn.Config(
                    self._app,
                    port=self._port,
                    interface="asgi3",
                    lifespan="off",
                    log_level="critical",
                    timeout_graceful_shutdown=1,
                )
            )
            self._serving = asyncio.create_task(self._server.serve())
            while not self._server.started:  # noqa: ASYNC110 - it has no event for that
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Be away: connections are refused."""
        if self._server is not None:
            self._server.should_exit = True
            await self._serving
            self._server = None

    def says(self, name: str, *answers: Answer) -> None:
        self._answers[PATHS[name]] = deque(answers)

    def times_asked(self, name: str) -> int:
        return len(self.asked[PATHS[name]])

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked[path].append((scope["query_string"].decode(), headers))
        waiting = self._answers[path]
        answer = waiting.popleft() if len(waiting) > 1 else waiting[0]
        answer.asked.set()
        if answer.after is not None:
            await answer.after.wait()
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        sent: list[Any] = [(k.encode(), v.encode()) for k, v in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": sent})
        await send({"type": "http.response.body", "body": body})
