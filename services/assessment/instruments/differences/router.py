"""Differences between instruments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.instruments.differences import service
from services.assessment.instruments.differences.schemas import InstrumentDifferences
from shared.auth import AnyCaller
from shared.database import ReadSession, TransactionalRoute
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/instruments", tags=["differences"], route_class=TransactionalRoute)


@router.get("/{instrument_id}/differences", responses=problem_responses(NotFound))
async def compare_instruments(
    caller: AnyCaller,
    session: ReadSession,
    instrument_id: UUID,
    earlier_id: Annotated[
        UUID | None, Query(alias="from", description="Left out: the previous edition of its code")
    ] = None,
) -> InstrumentDifferences:
    """What changed between two survey tools; drafts are for CTED and the Committee."""
    return await service.compare(session, caller, instrument_id, earlier_id)
