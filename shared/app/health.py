"""Health for Kubernetes: live while the process answers, ready while it can do its work."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from shared.auth import OpenToAll
from shared.events.relay import outbox_backlog

router = APIRouter(tags=["health"])
_PROBE_SECONDS = 3.0  # below what a probe waits for, so that it learns the reason


class Health(BaseModel):
    """What works and what does not."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str]


@router.get("/health/live")
async def live(_: OpenToAll) -> Health:
    """Whether the process answers."""
    return Health(status="ok", checks={})


@router.get("/health/ready", responses={503: {"model": Health}})
async def ready(open_to_all: OpenToAll, request: Request, response: Response) -> Health:
    """Whether database, broker, consumer and relay let this service do its work."""
    state = request.app.state
    checks: dict[str, str] = {
        "broker": "ok" if state.relay.broker_reachable else "the relay is not connected",
        "consumer": "ok" if state.consumer is None or state.consumer.connected else "not connected",
    }
    try:
        async with asyncio.timeout(_PROBE_SECONDS), state.sessions() as session:
            _, age = await outbox_backlog(session)
        checks["database"] = "ok"
        limit = state.settings.ready_max_outbox_age_seconds
        checks["relay"] = "ok" if age <= limit else f"the oldest event waits for {age:.0f} s"
    except (SQLAlchemyError, OSError) as error:
        checks["database"] = type(error).__name__
    well = all(check == "ok" for check in checks.values())
    response.status_code = 200 if well else 503
    return Health(status="ok" if well else "unavailable", checks=checks)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(_: OpenToAll) -> Response:
    """Prometheus metrics; open, so expose the port inside the cluster only."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
