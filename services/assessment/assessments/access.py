"""Who may read and work on which assessments."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment, AssessmentStatus, Audience
from shared.auth import CTED, Caller, Role
from shared.database import UnitOfWork, visible_to
from shared.errors import Conflict, Forbidden, NotFound


def readable(caller: Caller) -> Select[Assessment]:
    """The assessments that the caller may see: while one is open it is CTED's own business."""
    statement = visible_to(caller, select(Assessment), Assessment)
    if caller.has_any(*CTED):
        return statement
    return statement.where(Assessment.status == AssessmentStatus.COMPLETED)


def audience_in_lists(caller: Caller) -> Audience:
    """Whose answers count in a list: a State's focal points find their own State's there alone."""
    sees_all = caller.is_cted_or_committee or caller.has_any(Role.MEMBER_STATE)
    return Audience.ALL if sees_all else Audience.OPEN


async def read_readable(session: AsyncSession, caller: Caller, assessment_id: UUID) -> Assessment:
    """The assessment, if the caller may see it."""
    assessment: Assessment | None = await session.scalar(
        readable(caller).where(Assessment.id == assessment_id)
    )
    if assessment is None:
        raise NotFound.record("Assessment", assessment_id)
    return assessment


async def locked_open(
    work: UnitOfWork, assessment_id: UUID, version: int | None = None
) -> Assessment:
    """The assessment, which is open, locked for a change."""
    assessment = await work.get(Assessment, assessment_id, version=version, locked=True)
    _require_open(assessment)
    return assessment


async def shared_open(work: UnitOfWork, assessment_id: UUID) -> Assessment:
    """The assessment, which is open and stays so, while others may take part beside the caller."""
    assessment: Assessment | None = await work.session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).with_for_update(read=True)
    )
    if assessment is None:
        raise NotFound.record("Assessment", assessment_id)
    _require_open(assessment)
    return assessment


def _require_open(assessment: Assessment) -> None:
    if assessment.status is not AssessmentStatus.OPEN:
        raise Conflict("The assessment is completed: it is final.")


def require_part(caller: Caller, assessment: Assessment) -> None:
    """Its assessors, or a lead, carry an assessment on."""
    if caller.subject not in assessment.assessors and not caller.has_any(Role.CTED_LEAD):
        raise Forbidden("Only its assessors or a lead may do this.")
