"""The notifications service."""

from fastapi import FastAPI

from services.notifications.briefings.router import router as briefings
from services.notifications.briefings.service import begin
from services.notifications.deadlines.router import router as deadlines
from services.notifications.delivery.router import router as deliveries
from services.notifications.delivery.worker import deliver
from services.notifications.handlers import JOBS, SUBSCRIPTIONS
from services.notifications.inbox.router import router as inbox
from services.notifications.meetings.router import invitations
from services.notifications.meetings.router import router as meetings
from services.notifications.subscriptions.router import router as subscriptions
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers, due jobs and the delivery worker of the notifications service."""
    return create_service(
        "notifications",
        title="Notifications",
        description="Deadlines, messages, webhooks, meetings and briefings (¶8, ¶13, ¶15, ¶32).",
        routers=[
            deadlines,
            inbox,
            subscriptions,
            deliveries,
            meetings,
            invitations,
            briefings,
        ],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
        workers=[deliver, begin],
    )
