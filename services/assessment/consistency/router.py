"""Consistency over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.assessment.consistency import service
from services.assessment.consistency.schemas import (
    AgreementReport,
    ConsistencyQuery,
    DriftQuery,
    DriftReport,
    OutlierQuery,
    OutlierReport,
)
from shared.auth import CtedCaller, CtedOrCommittee
from shared.database import ReadSession, TransactionalRoute
from shared.errors import problem_responses

router = APIRouter(prefix="/v1/consistency", tags=["consistency"], route_class=TransactionalRoute)


@router.get("/agreement", responses=problem_responses())
async def read_agreement(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[ConsistencyQuery, Query()]
) -> AgreementReport:
    """How far assessors who rate apart agree: overall, by theme and by pair (¶7)."""
    return await service.agreement_among(session, caller, query)


@router.get("/outliers", responses=problem_responses())
async def read_outliers(
    caller: CtedCaller, session: ReadSession, query: Annotated[OutlierQuery, Query()]
) -> OutlierReport:
    """Assessors who rate unlike the others, and ratings far from what the answers come to (¶7)."""
    return await service.outliers_among(session, query)


@router.get("/drift", responses=problem_responses())
async def read_drift(
    caller: CtedCaller, session: ReadSession, query: Annotated[DriftQuery, Query()]
) -> DriftReport:
    """Scores and changes that stand out among those of the State's subregion (¶7)."""
    return await service.drift_among(session, query)
