"""The one place where errors become HTTP answers."""

import json
from collections.abc import Iterator

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from shared.database.failures import is_transient, is_unstorable, storable
from shared.errors.problems import (
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    ProblemDetails,
    TooLarge,
    Unavailable,
)

log = structlog.get_logger(__name__)
_UNKNOWN = "Nothing of this name is known here; leave it out."
_OBJECT = "Send a JSON object."
_WAYS_OUT = {
    "extra_forbidden": _UNKNOWN,
    "unexpected_keyword_argument": _UNKNOWN,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "dict_type": _OBJECT,
    "missing": "It is required; send it.",
}
"""Instead of what the validator says in words of Python, by its types of errors."""


class _ProblemResponse(JSONResponse):
    """Problem details; what they quote of the input may be no proper text, and is escaped."""

    media_type = "application/problem+json"

    def render(self, content: object) -> bytes:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="backslashreplace")


def install_error_handlers(app: FastAPI) -> None:
    """Answer every error of the application as problem details."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(IntegrityError, _integrity)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_exception_handler(OSError, _database)  # it cannot be connected to
    app.add_exception_handler(Exception, _unexpected)


def _answer(request: Request, problem: Problem) -> JSONResponse:
    body = ProblemDetails(
        type=f"urn:ctc:problem:{problem.slug}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", None),
        errors=problem.errors,
    )
    return _ProblemResponse(
        body.model_dump(mode="json"), status_code=problem.status, headers=problem.headers
    )


def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - narrows the type for the checker
    return _answer(request, error)


def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if any(
        fault["type"] == "missing" and fault["loc"] == ("header", "If-Match")
        for fault in error.errors()
    ):
        return _answer(
            request,
            PreconditionRequired(
                "Send If-Match with the ETag of the version you read, "
                "so that nobody's change is lost."
            ),
        )
    faults = [
        FieldError(
            field=".".join(str(part) for part in fault["loc"]),
            message=_WAYS_OUT.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, "),
        )
        for fault in error.errors()
    ]
    names = ", ".join(fault.field for fault in faults)
    return _answer(
        request, Invalid(f"Correct these fields and send again: {names}.", errors=faults)
    )


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return _answer(request, NotFound(f"There is no {request.url.path} here; see /docs."))
    if error.status_code == 400:  # FastAPI's and Starlette's, of a body that cannot be taken apart
        way_out = f"It cannot be read ({error.detail}): send what its Content-Type says."
        return _answer(request, Invalid.of_field("body", way_out))
    if error.status_code == TooLarge.status:
        return _answer(request, TooLarge(error.detail, headers=dict(error.headers or {})))
    body = ProblemDetails(
        type="about:blank",
        title=str(error.detail),
        status=error.status_code,
        detail=str(error.detail),
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", None),
    )
    return _ProblemResponse(
        body.model_dump(mode="json"), status_code=error.status_code, headers=error.headers
    )


def _stale(request: Request, error: Exception) -> JSONResponse:
    return _answer(
        request,
        PreconditionFailed("Someone changed this record meanwhile; read it again and retry."),
    )


def _integrity(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, IntegrityError)  # noqa: S101
    log.warning("integrity-error", error=str(error.orig))
    constraint = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    return _answer(
        request,
        Conflict(
            f"The request breaks the rule {constraint or 'of the database'}: "
            "such a record exists already or refers to one that does not."
        ),
    )


async def _database(request: Request, error: Exception) -> JSONResponse:
    if is_unstorable(error):
        log.warning("unstorable-value", path=request.url.path, error=str(error))
        return _answer(
            request,
            Invalid(
                "A value cannot be stored: text must be Unicode without NUL, numbers and dates "
                "within range. Nothing was saved.",
                errors=await _unstorable_texts(request),
            ),
        )
    if not is_transient(error):
        return _unexpected(request, error)
    log.error("database-error", path=request.url.path, error=str(error))
    return _answer(
        request,
        Unavailable(
            "The database could not complete this; nothing was saved. Try again.",
            headers={"Retry-After": "1"},
        ),
    )


async def _unstorable_texts(request: Request) -> list[FieldError]:
    """Where the input has text that no column takes."""
    sent: dict[str, object] = {"path": request.path_params, "query": dict(request.query_params)}
    if request.headers.get("content-type", "").startswith("application/json"):
        sent["body"] = await request.json()  # read before, and kept by the request
    message = "Leave NUL and lone surrogates out: they cannot be stored."
    return [
        FieldError(field=field, message=message)
        for field, text in _texts_in(sent)
        if storable(text, len(text)) != text
    ]


def _texts_in(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ".".join(at), value
    elif isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            yield from _texts_in(part, (*at, str(name)))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    request_id = getattr(request.state, "request_id", "unknown")
    log.error("unexpected-error", path=request.url.path, request_id=request_id, exc_info=error)
    return _answer(
        request,
        Problem(
            "An unexpected error was logged; nothing was saved. Quote the request id.",
            headers={"x-request-id": request_id},
        ),
    )
