"""The streamlining report over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.streamlining import service
from services.assessment.streamlining.schemas import StreamliningQuery, StreamliningRead
from shared.auth import CtedOrCommittee
from shared.database import ReadSession, TransactionalRoute
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/instruments", tags=["streamlining"], route_class=TransactionalRoute)


@router.get("/{instrument_id}/streamlining", responses=problem_responses(NotFound))
async def report_streamlining(
    caller: CtedOrCommittee,
    session: ReadSession,
    instrument_id: UUID,
    query: Annotated[StreamliningQuery, Query()],
) -> StreamliningRead:
    """Which questions add least, from all answers, and what dropping them does to scores (¶12)."""
    return await service.report(session, caller, instrument_id, query)
