"""The visits service."""

from fastapi import FastAPI

from services.visits.calendars.router import router as calendars
from services.visits.consent_timelines.router import router as consent_timelines
from services.visits.consents.router import router as consents
from services.visits.consultations.router import router as consultations
from services.visits.dossiers.router import router as dossiers
from services.visits.follow_up.router import router as follow_up
from services.visits.handlers import JOBS, SUBSCRIPTIONS
from services.visits.invitations.router import router as invitations
from services.visits.itineraries.router import router as itineraries
from services.visits.missions.router import router as missions
from services.visits.officers.router import router as officers
from services.visits.other_visits.router import router as other_visits
from services.visits.policies.router import router as policies
from services.visits.policies.service import keep_built_in
from services.visits.proposals.router import router as proposals
from services.visits.ranking.router import router as ranking
from services.visits.report_documents.router import router as report_documents
from services.visits.report_timelines.router import router as report_timelines
from services.visits.reports.comments_router import router as report_comments
from services.visits.reports.router import router as reports
from services.visits.reports.steps_router import router as report_steps
from services.visits.reports.versions_router import router as report_versions
from services.visits.standing_consents.router import router as standing_consents
from services.visits.visit_list.router import listings
from services.visits.visit_list.router import router as visit_list
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers and due jobs of the visits service."""
    return create_service(
        "visits",
        title="Visits",
        description="Whom to visit, consent, missions, reports and follow-up (¶6-9).",
        routers=[
            ranking,
            policies,
            proposals,
            visit_list,
            listings,
            consents,
            standing_consents,
            consent_timelines,
            officers,
            other_visits,
            missions,
            consultations,
            itineraries,
            calendars,
            dossiers,
            reports,
            report_steps,
            report_comments,
            report_versions,
            report_documents,
            report_timelines,
            follow_up,
            invitations,
        ],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
        workers=[keep_built_in],
    )
