"""One error hierarchy, mapped once to RFC 9457 problem details."""

from shared.errors.problems import (
    Conflict,
    FieldError,
    Forbidden,
    IdempotencyMismatch,
    IllegalTransition,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    ProblemDetails,
    TooLarge,
    Unauthenticated,
    Unavailable,
    problem_responses,
    require_step,
)

__all__ = [
    "Conflict",
    "FieldError",
    "Forbidden",
    "IdempotencyMismatch",
    "IllegalTransition",
    "Invalid",
    "NotFound",
    "PreconditionFailed",
    "PreconditionRequired",
    "Problem",
    "ProblemDetails",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "problem_responses",
    "require_step",
]
