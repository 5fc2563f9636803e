"""How a request or a consent ends: withdrawn, revoked, expired, or by a change of the list (¶6)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from services.visits.consent_timelines.service import tell
from services.visits.consents.models import Consent, ConsentStatus
from services.visits.consents.rules import (
    FREE_STEPS,
    HOLDING,
    UNANSWERED,
    hindrance_to_revocation,
)
from services.visits.events import ConsentEnded
from services.visits.missions.models import Mission, MissionStatus
from services.visits.ranking.service import end_answer
from services.visits.visit_list.models import VisitList
from shared.auth import Caller
from shared.database import UnitOfWork, read_visible
from shared.errors import Conflict, require_step
from shared.scheduling import DueJob, schedule

EXPIRY_JOB = "consent-expiry"
"""The kind of the job that lets a consent expire; its details name the consent."""


async def withdraw(work: UnitOfWork, consent_id: UUID, version: int | None, reason: str) -> Consent:
    """Take back a request that was not answered yet."""
    consent = await work.get(Consent, consent_id, version=version, locked=True)
    await _end(work, consent, ConsentStatus.WITHDRAWN, reason)
    return consent


async def revoke(
    work: UnitOfWork, caller: Caller, consent_id: UUID, version: int | None, reason: str
) -> Consent:
    """Take back consent, which a State may always do until its visit begins.

    A visit that is scheduled already is marked as without consent, and CTED is told to cancel it.
    """
    consent = await read_visible(
        work.session, caller, Consent, consent_id, version=version, locked=True
    )
    require_step("consent", consent.status, ConsentStatus.REVOKED, FREE_STEPS)
    today = work.clock.today()
    mission = await _mission_of(work, consent.id)
    if hindrance := hindrance_to_revocation(mission.starts_on if mission else None, today):
        raise Conflict(hindrance)
    if mission is not None:
        mission.consent_revoked_on = today
    await _end(work, consent, ConsentStatus.REVOKED, reason, mission)
    await end_answer(work, consent.id)
    return consent


async def plan_expiry(work: UnitOfWork, consent: Consent) -> None:
    """Let a consent of limited validity expire on the day after its last."""
    if consent.valid_until is not None:
        due_on = consent.valid_until + timedelta(days=1)
        await schedule(work, EXPIRY_JOB, str(consent.id), due_on, consent_id=str(consent.id))


async def expire(job: DueJob, work: UnitOfWork) -> None:
    """Let a consent expire, unless a visit was made of it or is still to be."""
    consent = await work.get(Consent, UUID(job.details["consent_id"]), locked=True)
    if ConsentStatus.EXPIRED not in FREE_STEPS[consent.status]:
        return
    mission = await _mission_of(work, consent.id)
    if mission is None:
        await _end(work, consent, ConsentStatus.EXPIRED, "")
        await end_answer(work, consent.id)
    elif mission.status == MissionStatus.SCHEDULED:  # it may yet be cancelled
        again_on = max(mission.ends_on, work.clock.today()) + timedelta(days=1)
        key = f"{consent.id} {again_on}"
        await schedule(work, EXPIRY_JOB, key, again_on, consent_id=str(consent.id))


async def leave_list(
    work: UnitOfWork, visit_list: VisitList, member_states: Sequence[str]
) -> tuple[list[UUID], list[UUID]]:
    """End the unanswered requests to States that leave the list, and mark what they consented to.

    The requests withdrawn and the consents kept.

    Raises:
        Conflict: a visit to one of them is scheduled.
    """
    consents = list(
        await work.session.scalars(
            select(Consent)
            .where(
                Consent.visit_list_id == visit_list.id,
                Consent.member_state.in_(member_states),
                Consent.status.in_(HOLDING),
            )
            .order_by(Consent.id)
            .with_for_update()
        )
    )
    withdrawn = [consent for consent in consents if consent.status in UNANSWERED]
    kept = [consent for consent in consents if consent.status == ConsentStatus.GIVEN]
    scheduled = await work.session.scalars(
        select(Mission)
        .where(
            Mission.consent_id.in_([consent.id for consent in kept]),
            Mission.status == MissionStatus.SCHEDULED,
        )
        .order_by(Mission.id)
    )
    if visits := [f"/v1/missions/{one.id} to {one.member_state}" for one in scheduled]:
        raise Conflict(f"A visit is scheduled: cancel {', '.join(visits)} first.")
    reason = f"The State was taken off the list of {visit_list.year}."
    for consent in withdrawn:
        await _end(work, consent, ConsentStatus.WITHDRAWN, reason)
    for consent in kept:
        consent.removed_on = work.clock.today()
    return [consent.id for consent in withdrawn], [consent.id for consent in kept]


async def join_list(work: UnitOfWork, visit_list: VisitList, member_states: Sequence[str]) -> None:
    """Let what States consented to be of use again, now that they are back on the list."""
    await work.session.execute(
        update(Consent)
        .where(
            Consent.visit_list_id == visit_list.id,
            Consent.member_state.in_(member_states),
            Consent.removed_on.is_not(None),
        )
        .values(removed_on=None, version=Consent.version + 1, updated_at=work.clock.now())
    )


async def _end(
    work: UnitOfWork,
    consent: Consent,
    status: ConsentStatus,
    reason: str,
    mission: Mission | None = None,
) -> None:
    require_step("consent", consent.status, status, FREE_STEPS)
    today = work.clock.today()
    consent.status, consent.ended_on, consent.ended_because = status, today, reason
    await work.save(consent)
    tell(
        work,
        ConsentEnded(
            member_state=consent.member_state,
            confidential=consent.confidential,
            consent_id=consent.id,
            outcome=status.value,
            ended_on=today,
            reason=reason,
            mission_id=mission.id if mission else None,
        ),
        reason,
    )


async def _mission_of(work: UnitOfWork, consent_id: UUID) -> Mission | None:
    """The visit that was made of a consent, or is to be; it does not change meanwhile."""
    mission: Mission | None = await work.session.scalar(
        select(Mission)
        .where(Mission.consent_id == consent_id, Mission.status != MissionStatus.CANCELLED)
        .with_for_update()
    )
    return mission
