"""The visits service."""

from fastapi import FastAPI

from services.visits.consents.router import router as consents
from services.visits.follow_up.router import router as follow_up
from services.visits.handlers import JOBS, SUBSCRIPTIONS
from services.visits.missions.router import router as missions
from services.visits.policies.router import router as policies
from services.visits.policies.service import keep_built_in
from services.visits.ranking.router import router as ranking
from services.visits.reports.router import router as reports
from services.visits.visit_list.router import router as visit_list
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers and due jobs of the visits service."""
    return create_service(
        "visits",
        title="Visits",
        description="Whom to visit, consent, missions, reports and follow-up (¶6-9).",
        routers=[ranking, policies, visit_list, consents, missions, reports, follow_up],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
        workers=[keep_built_in],
    )
