"""The assessment service."""

from fastapi import FastAPI

from services.assessment.handlers import JOBS, SUBSCRIPTIONS
from services.assessment.instruments.router import router as instruments
from services.assessment.surveys.router import router as surveys
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers and due jobs of the assessment service."""
    return create_service(
        "assessment",
        title="Assessment",
        description="Instruments, surveys and responses (¶5, ¶12).",
        routers=[instruments, surveys],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
    )
