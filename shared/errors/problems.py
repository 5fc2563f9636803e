"""Problem details (RFC 9457): each error names what is wrong, where, and the way out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """One fault of the input: the field, as a path, and what to do about it."""

    field: str = Field(examples=["body.member_state"])
    message: str


class ProblemDetails(BaseModel):
    """The body of every error answer, as `application/problem+json`."""

    type: str = Field(examples=["urn:ctc:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[FieldError] = []


class Problem(Exception):  # noqa: N818 - a problem is what RFC 9457 calls it
    """An error that the caller is told about, in the caller's terms."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "The request could not be completed"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers or {}

    @classmethod
    def of_field(cls, field: str, message: str) -> "Problem":
        """A problem with a single faulty field."""
        return cls(message, errors=[FieldError(field=field, message=message)])


class Invalid(Problem):
    """The input breaks a rule; every fault found is listed."""

    status, slug, title = 422, "invalid", "The input is not valid"


class NotFound(Problem):
    """No such record, or none that this caller may see."""

    status, slug, title = 404, "not-found", "Not found"

    @classmethod
    def record(cls, kind: str, key: object) -> "NotFound":
        """The record of this kind and key does not exist for this caller."""
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind).lower()
        return cls(f"There is no {words} {key} that you may see.")


class Conflict(Problem):
    """The record's present state does not allow the request."""

    status, slug, title = 409, "conflict", "The request conflicts with the present state"


class IllegalTransition(Conflict):
    """A state machine refuses the step."""

    slug, title = "illegal-transition", "The step is not allowed from the present state"

    def __init__(self, kind: str, state: str, wanted: str, allowed: Sequence[str]) -> None:
        way_out = f"allowed from here: {', '.join(allowed)}" if allowed else "this state is final"
        super().__init__(f"The {kind} is {state} and cannot become {wanted}; {way_out}.")


def require_step(kind: str, state: str, wanted: str, steps: Mapping[str, Sequence[str]]) -> None:
    """Refuse a step that a record's state does not allow; `steps` are those free from each state.

    Raises:
        IllegalTransition: with the steps that are free instead.
    """
    if wanted not in steps[state]:
        raise IllegalTransition(kind, state, wanted, steps[state])


def require_sound(faults: Iterable[tuple[str, str]], detail: str | None = None) -> None:
    """Refuse a body with faults: the path of each faulty field in it, and what to do about it.

    Raises:
        Invalid: naming every fault; without a `detail`, their messages are it.
    """
    errors = [FieldError(field=f"body.{field}", message=message) for field, message in faults]
    if errors:
        raise Invalid(detail or " ".join(error.message for error in errors), errors=errors)


class PreconditionFailed(Problem):
    """Someone else changed the record since the caller read it."""

    status, slug, title = 412, "precondition-failed", "The record has changed since you read it"


class PreconditionRequired(Problem):
    """The caller must say which version it changes."""

    status, slug, title = 428, "precondition-required", "If-Match is required"


class IdempotencyMismatch(Invalid):
    """One idempotency key came with two different bodies."""

    slug, title = "idempotency-mismatch", "The Idempotency-Key was used with another request"


class Unauthenticated(Problem):
    """No valid bearer token."""

    status, slug, title = 401, "unauthenticated", "A valid bearer token is required"


class Forbidden(Problem):
    """The caller's role or claims do not allow the request."""

    status, slug, title = 403, "forbidden", "You may not do this"


class TooLarge(Problem):
    """The request or what it would make exceeds a stated limit."""

    status, slug, title = 413, "too-large", "The content is too large"


class UnsupportedMediaType(Problem):
    """The body is of a kind that the route does not take."""

    status, slug, title = 415, "unsupported-media-type", "The content is of another kind"


class Unavailable(Problem):
    """Something this service needs is down; trying again later is right."""

    status, slug, title = 503, "unavailable", "Temporarily unavailable"


def problem_responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Declare in OpenAPI what errors a route can give; every one has 401, 403, 422 and 503."""
    titles: dict[int | str, list[str]] = {}
    declared: list[type[Problem]] = [Unauthenticated, Forbidden, Invalid, Unavailable, *problems]
    for problem in declared:
        titles.setdefault(problem.status, []).append(problem.title)
    return {
        status: {"model": ProblemDetails, "description": "; ".join(dict.fromkeys(names))}
        for status, names in titles.items()
    }
