"""Structured logs, metrics and trace context, alike in every service."""

from shared.telemetry.context import (
    RequestContextMiddleware,
    current_correlation_id,
    current_traceparent,
    handling,
)
from shared.telemetry.logging import configure_logging

__all__ = [
    "RequestContextMiddleware",
    "configure_logging",
    "current_correlation_id",
    "current_traceparent",
    "handling",
]
