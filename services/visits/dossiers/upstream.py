"""Calls another service, with patience that ends."""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus

import httpx
import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.messages import Event
from purgatory.domain.messages.events import ContextChanged
from purgatory.domain.model import OpenedState
from stamina import AsyncRetryingCaller

from services.visits.dossiers.rules import PASSING, UnreadReason, retry_after
from services.visits.dossiers.settings import AssessmentSettings
from shared.telemetry import current_correlation_id, current_traceparent
from shared.telemetry.metrics import upstream_breaker_open, upstream_seconds

log = structlog.get_logger(__name__)
_LONGEST_WAIT_SECONDS = 2.0
_FIRST_WAIT_SECONDS = 0.1
_REFUSED: dict[int, UnreadReason] = {
    HTTPStatus.UNAUTHORIZED: UnreadReason.FORBIDDEN,
    HTTPStatus.FORBIDDEN: UnreadReason.FORBIDDEN,
    HTTPStatus.NOT_FOUND: UnreadReason.NOT_FOUND,
}
_FAILURES = PASSING - {UnreadReason.BUSY}
Parameters = Mapping[str, str | int | Sequence[str]]


class UpstreamError(Exception):
    """The service did not answer, or not with what was asked for."""

    def __init__(self, reason: UnreadReason, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.wait = wait
        """Seconds after which it may be otherwise, where that is known."""


class Upstream:
    """A service that this one reads from; its circuit breaker is of this process."""

    def __init__(self, name: str, settings: AssessmentSettings) -> None:
        self.name = name
        self.settings = settings
        self._timeout = httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds)
        self._retrying = AsyncRetryingCaller(
            attempts=settings.attempts,
            timeout=settings.total_seconds,
            wait_initial=_FIRST_WAIT_SECONDS,
            wait_max=_LONGEST_WAIT_SECONDS,
            wait_jitter=_FIRST_WAIT_SECONDS,
        ).on(_again)
        self._breakers = AsyncCircuitBreakerFactory(
            settings.breaker_failures,
            settings.breaker_seconds,
            # A service that says it is busy works; what it asks for is less of it.
            exclude=[(UpstreamError, lambda error: error.reason not in _FAILURES)],
        )
        self._breakers.add_listener(self._note_state)
        upstream_breaker_open.labels(name).set(0)

    async def get(
        self, http: httpx.AsyncClient, authorization: str, path: str, parameters: Parameters
    ) -> httpx.Response:
        """The answer to a GET in the caller's own name; tried again where that may help.

        Raises:
            UpstreamError: there is none, or it is a refusal.
        """
        if self.settings.url is None:
            raise UpstreamError(UnreadReason.NOT_CONFIGURED, "ASSESSMENT_URL is not set.")
        request = http.build_request(
            "GET",
            self.settings.url.rstrip("/") + path,
            params=parameters,
            headers=_headers(authorization),
            timeout=self._timeout,
        )
        answer = await self._retrying(self._attempt, http, request)
        if answer.status_code != HTTPStatus.OK:
            reason = _REFUSED.get(answer.status_code, UnreadReason.MALFORMED)
            raise UpstreamError(reason, f"{self.name} answered {answer.status_code} to {path}.")
        return answer

    async def _attempt(self, http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        started, outcome = time.perf_counter(), "answered"
        try:
            async with await self._breakers.get_breaker(self.name):
                return await self._sent(http, request)
        except OpenedState as state:
            state.with_traceback(None)  # it is raised again and again, and would keep each frame
            outcome = UnreadReason.NOT_TRIED
            wait = max(0.0, state.opened_at + self.settings.breaker_seconds - time.time())
            detail = f"{self.name} failed {self.settings.breaker_failures} times in a row."
            raise UpstreamError(UnreadReason.NOT_TRIED, detail, wait) from None
        except UpstreamError as error:
            outcome = error.reason
            raise
        finally:
            upstream_seconds.labels(self.name, outcome).observe(time.perf_counter() - started)

    async def _sent(self, http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        try:
            answer = await http.send(request)
        except httpx.TimeoutException as error:
            waited = f"{self.name} did not answer in time ({type(error).__name__})."
            raise UpstreamError(UnreadReason.TIMED_OUT, waited) from error
        except httpx.TransportError as error:
            unreached = f"{self.name} cannot be reached ({type(error).__name__})."
            raise UpstreamError(UnreadReason.DOWN, unreached) from error
        except httpx.RequestError as error:
            unread = f"{self.name}'s answer cannot be read ({type(error).__name__})."
            raise UpstreamError(UnreadReason.MALFORMED, unread) from error
        wait = retry_after(answer.headers.get("retry-after"), answer.headers.get("date"))
        said = f"{self.name} answered {answer.status_code}."
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise UpstreamError(UnreadReason.BUSY, said, wait)
        if answer.is_server_error:
            raise UpstreamError(UnreadReason.FAILING, said, wait)
        return answer

    def _note_state(self, name: str, _: str, event: Event) -> None:
        if isinstance(event, ContextChanged):
            upstream_breaker_open.labels(name).set(event.state != "closed")
            log.warning("upstream-breaker", upstream=name, state=event.state)


@cache
def assessment() -> Upstream:
    """The assessment service, one for this process."""
    return Upstream("assessment", AssessmentSettings())


def _again(error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds where the service has said so."""
    if not isinstance(error, UpstreamError) or error.reason not in PASSING:
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= _LONGEST_WAIT_SECONDS else False


def _headers(authorization: str) -> dict[str, str]:
    headers = {"Authorization": authorization, "X-Correlation-Id": current_correlation_id()}
    traceparent = current_traceparent()
    return headers | ({"traceparent": traceparent} if traceparent else {})
