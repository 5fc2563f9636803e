"""Keeps what States consent to before they are asked, until it ends."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consent_timelines.service import tell
from services.visits.events import StandingConsentEnded, StandingConsentGiven
from services.visits.ranking.models import ExpressedAnswer
from services.visits.ranking.service import end_answer, keep_answer
from services.visits.standing_consents.models import StandingConsent, StandingConsentStatus
from services.visits.standing_consents.rules import FREE_STEPS, faults_of_standing_consent
from services.visits.standing_consents.schemas import StandingConsentCreate, StandingConsentQuery
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate, read_visible, visible_to
from shared.errors import Conflict, require_sound, require_step
from shared.scheduling import DueJob, cancel, schedule

EXPIRY_JOB = "standing-consent-expiry"
"""The kind of the job that lets a standing consent expire; its key is the consent's id."""


async def give(work: UnitOfWork, caller: Caller, wanted: StandingConsentCreate) -> StandingConsent:
    """Record a State's standing consent; it has one at a time."""
    caller.require_state(wanted.member_state)
    today = work.clock.today()
    by_state = caller.speaks_for(wanted.member_state)
    require_sound(
        faults_of_standing_consent(wanted.valid_until, wanted.document, today, by_state=by_state),
        "The standing consent is not complete.",
    )
    if earlier := await in_force(work, wanted.member_state):
        raise Conflict(
            f"/v1/standing-consents/{earlier.id} is in force; revoke it before you give another."
        )
    standing = StandingConsent(
        **wanted.model_dump(), status=StandingConsentStatus.IN_FORCE, given_on=today
    )
    await work.save(standing)
    await keep_answer(
        work, standing.member_state, standing.id, ExpressedAnswer.GIVEN, standing=True
    )
    if standing.valid_until is not None:
        due_on = standing.valid_until + timedelta(days=1)
        await schedule(work, EXPIRY_JOB, str(standing.id), due_on)
    conditions = "\n".join(standing.conditions)
    tell(
        work,
        StandingConsentGiven(
            member_state=standing.member_state,
            confidential=standing.confidential,
            standing_consent_id=standing.id,
            given_on=today,
            valid_until=standing.valid_until,
            conditions=conditions,
        ),
        conditions,
    )
    return standing


async def in_force(work: UnitOfWork, member_state: str) -> StandingConsent | None:
    """The State's standing consent, if it has one; it does not end meanwhile."""
    standing: StandingConsent | None = await work.session.scalar(
        select(StandingConsent)
        .where(
            StandingConsent.member_state == member_state,
            StandingConsent.status == StandingConsentStatus.IN_FORCE,
        )
        .with_for_update()
    )
    return standing


async def revoke(
    work: UnitOfWork, caller: Caller, standing_consent_id: UUID, version: int | None, reason: str
) -> StandingConsent:
    """Take back a standing consent; what was given under it is revoked for itself."""
    standing = await read_visible(
        work.session, caller, StandingConsent, standing_consent_id, version=version, locked=True
    )
    require_step("standing consent", standing.status, StandingConsentStatus.REVOKED, FREE_STEPS)
    await _end(work, standing, StandingConsentStatus.REVOKED, reason)
    await cancel(work, EXPIRY_JOB, str(standing.id))
    return standing


async def expire(job: DueJob, work: UnitOfWork) -> None:
    """Let a standing consent expire, unless it was revoked."""
    standing = await work.get(StandingConsent, UUID(job.key), locked=True)
    if StandingConsentStatus.EXPIRED in FREE_STEPS[standing.status]:
        await _end(work, standing, StandingConsentStatus.EXPIRED, "")


async def list_standing_consents(
    session: AsyncSession, caller: Caller, query: StandingConsentQuery
) -> RecordPage[StandingConsent]:
    """The standing consents that match the query and that the caller may see."""
    statement = visible_to(caller, select(StandingConsent), StandingConsent)
    statement = matching(statement, StandingConsent, query, "member_state", "status")
    sortable = {"given_on": StandingConsent.given_on}
    return await paginate(session, statement, query, query.sort, sortable, StandingConsent.id)


async def _end(
    work: UnitOfWork, standing: StandingConsent, status: StandingConsentStatus, reason: str
) -> None:
    today = work.clock.today()
    standing.status, standing.ended_on, standing.ended_because = status, today, reason
    await work.save(standing)
    await end_answer(work, standing.id)
    tell(
        work,
        StandingConsentEnded(
            member_state=standing.member_state,
            confidential=standing.confidential,
            standing_consent_id=standing.id,
            outcome=status.value,
            ended_on=today,
        ),
        reason,
    )
