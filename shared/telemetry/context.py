"""Request id, correlation id and W3C trace context, from HTTP through outbox, broker and inbox."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid6 import uuid7

from shared.telemetry import metrics

log = structlog.get_logger("http")
_propagator = TraceContextTextMapPropagator()
_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_ACCEPTABLE_ID = re.compile(r"^[A-Za-z0-9._-]{8,100}$")

if not isinstance(trace.get_tracer_provider(), TracerProvider):
    trace.set_tracer_provider(TracerProvider())
_tracer = trace.get_tracer("ctc")


def current_correlation_id() -> str:
    """The id that joins everything one cause led to; a new one where there is no cause yet."""
    return _correlation_id.get() or str(uuid7())


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the span in progress, if any."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def handling(name: str, correlation_id: str | None, traceparent: str | None) -> Iterator[None]:
    """Continue the trace and the correlation of the cause while its effect is worked out."""
    parent = _propagator.extract({"traceparent": traceparent} if traceparent else {})
    correlation = correlation_id or str(uuid7())
    correlation_token = _correlation_id.set(correlation)
    context_token = otel_context.attach(parent)
    bound = structlog.contextvars.bind_contextvars(correlation_id=correlation)
    try:
        with _tracer.start_as_current_span(name):
            yield
    finally:
        structlog.contextvars.reset_contextvars(**bound)
        otel_context.detach(context_token)
        _correlation_id.reset(correlation_token)


class RequestContextMiddleware:
    """Gives each request its ids and its span, logs and measures its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with its ids bound."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _acceptable(headers.get("x-request-id")) or str(uuid7())
        correlation_id = _acceptable(headers.get("x-correlation-id")) or request_id
        status = 500
        started = time.perf_counter()

        async def send_with_ids(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["x-request-id"] = request_id
                answer["x-correlation-id"] = correlation_id
            await send(message)

        # The handler of unexpected errors runs outside of this middleware, so it reads it there.
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with handling(scope["method"], correlation_id, headers.get("traceparent")):
                try:
                    await self._app(scope, receive, send_with_ids)
                finally:
                    route = getattr(scope.get("route"), "path", "unmatched")
                    trace.get_current_span().update_name(f"{scope['method']} {route}")
        finally:
            seconds = time.perf_counter() - started
            metrics.http_seconds.labels(scope["method"], route, status).observe(seconds)
            if not route.startswith(("/health", "/metrics")):
                log.info(
                    "answered",
                    method=scope["method"],
                    # A secret address is for its holder alone.
                    path=route if "{token}" in route else scope["path"],
                    status=status,
                    milliseconds=round(seconds * 1000, 1),
                )
            structlog.contextvars.unbind_contextvars("request_id")


def _acceptable(value: str | None) -> str | None:
    return value if value and _ACCEPTABLE_ID.match(value) else None
