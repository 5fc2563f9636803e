"""The in-app inbox over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.notifications.inbox import service
from services.notifications.inbox.schemas import MessageQuery, MessageRead
from shared.auth import AnyCaller
from shared.database import Page, ReadSession, TransactionalRoute, WriteSession
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/messages", tags=["inbox"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def list_messages(
    caller: AnyCaller, session: ReadSession, query: Annotated[MessageQuery, Query()]
) -> Page[MessageRead]:
    """What the caller's role, State and organisation are told, newest first."""
    return await service.list_messages(session, caller, query)


@router.post("/{message_id}/reading", responses=problem_responses(NotFound))
async def mark_read(caller: AnyCaller, work: WriteSession, message_id: UUID) -> MessageRead:
    """Mark a message as read by this person; others of the same role still see it unread."""
    return await service.mark_read(work, caller, message_id)
