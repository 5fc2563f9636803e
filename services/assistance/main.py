"""The assistance service."""

from fastapi import FastAPI

from services.assistance.handlers import JOBS, SUBSCRIPTIONS
from services.assistance.impact.router import router as impact
from services.assistance.matching.router import router as matching
from services.assistance.needs.router import router as needs
from services.assistance.projects.router import router as projects
from services.assistance.providers.router import router as providers
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers and due jobs of the assistance service."""
    return create_service(
        "assistance",
        title="Assistance",
        description="Needs, providers, matching, projects and their impact (¶9, ¶17, ¶22, ¶25).",
        routers=[needs, providers, matching, projects, impact],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
    )
