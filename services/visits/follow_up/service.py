"""Follows up a submitted report: falls due, takes the steps, recommends what to do next."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import (
    FollowUpDue,
    FollowUpReported,
    FollowUpVisitRecommended,
    StepTaken,
)
from services.visits.findings.models import KnownRecommendation
from services.visits.findings.service import recommendations_to
from services.visits.follow_up.models import FollowUp, FollowUpStatus
from services.visits.follow_up.rules import FREE_STEPS, faults_of_steps
from services.visits.follow_up.schemas import FollowUpQuery, FurtherActivities, Step
from services.visits.ranking.service import keep_return_visit
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import FieldError, Invalid, require_step
from shared.scheduling import DueJob, schedule

DUE_JOB = "follow-up-due"
"""The kind of the job that lets a follow-up fall due; its key is the follow-up's id."""


async def open_for(
    work: UnitOfWork,
    report_id: UUID,
    member_state: str,
    submitted_on: date,
    due_on: date,
    *,
    confidential: bool,
) -> None:
    """Open the follow-up of a report that is being submitted, and plan its falling due."""
    follow_up = FollowUp(
        report_id=report_id,
        member_state=member_state,
        confidential=confidential,
        submitted_on=submitted_on,
        due_on=due_on,
        status=FollowUpStatus.OPEN,
        steps=[],
        reported_on=None,
        activity=None,
        activity_reason=None,
        considered_on=None,
    )
    await work.save(follow_up)
    await schedule(work, DUE_JOB, str(follow_up.id), due_on)


async def fall_due(job: DueJob, work: UnitOfWork) -> None:
    """Tell that the information on steps taken is due, unless the State has reported already."""
    follow_up = await work.get(FollowUp, UUID(job.key), locked=True)
    if follow_up.status != FollowUpStatus.OPEN:
        return
    follow_up.status = FollowUpStatus.DUE
    await work.save(follow_up)
    work.publish(
        FollowUpDue(
            member_state=follow_up.member_state,
            confidential=follow_up.confidential,
            follow_up_id=follow_up.id,
            report_id=follow_up.report_id,
            due_on=follow_up.due_on,
        )
    )


async def save_steps(
    work: UnitOfWork, caller: Caller, follow_up_id: UUID, version: int | None, steps: list[Step]
) -> FollowUp:
    """Save the steps taken so far; nobody is told before they are reported."""
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    caller.require_state(follow_up.member_state)
    require_step("follow-up", follow_up.status, FollowUpStatus.REPORTED, FREE_STEPS)
    known = await recommendations_to(work.session, follow_up.member_state)
    faults = faults_of_steps(
        [str(step.recommendation_id) for step in steps],
        {str(recommendation.issued.recommendation_id) for recommendation in known},
    )
    if faults:
        raise Invalid(
            "Some steps are about no recommendation to this State, or about one twice.",
            errors=[FieldError(field=f"body.{field}", message=text) for field, text in faults],
        )
    follow_up.steps = [step.model_dump(mode="json") for step in steps]
    await work.save(follow_up)
    return follow_up


async def report(
    work: UnitOfWork, caller: Caller, follow_up_id: UUID, version: int | None
) -> FollowUp:
    """Report the saved steps to the Committee; from then on they do not change."""
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    caller.require_state(follow_up.member_state)
    require_step("follow-up", follow_up.status, FollowUpStatus.REPORTED, FREE_STEPS)
    if not follow_up.steps:
        raise Invalid.of_field("steps", "Save at least one step taken before you report.")
    follow_up.status = FollowUpStatus.REPORTED
    follow_up.reported_on = work.clock.today()
    await work.save(follow_up)
    work.publish(await _reported(work, follow_up, follow_up.reported_on))
    return follow_up


async def recommend_activities(
    work: UnitOfWork, follow_up_id: UUID, version: int | None, wanted: FurtherActivities
) -> FollowUp:
    """Recommend what to do next; another visit counts in the ranking from then on."""
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    require_step("follow-up", follow_up.status, FollowUpStatus.CONSIDERED, FREE_STEPS)
    today = work.clock.today()
    follow_up.status = FollowUpStatus.CONSIDERED
    follow_up.considered_on = today
    follow_up.activity = wanted.activity
    follow_up.activity_reason = wanted.reason
    await work.save(follow_up)
    if wanted.activity == "visit":
        await keep_return_visit(work, follow_up.member_state, follow_up.id)
        work.publish(
            FollowUpVisitRecommended(
                member_state=follow_up.member_state,
                confidential=follow_up.confidential,
                follow_up_id=follow_up.id,
                recommended_on=today,
                reason=wanted.reason,
            )
        )
    return follow_up


async def recommendations_of(
    session: AsyncSession, follow_up: FollowUp
) -> list[KnownRecommendation]:
    """The recommendations that the State reports on."""
    return await recommendations_to(session, follow_up.member_state)


async def list_follow_ups(
    session: AsyncSession, caller: Caller, query: FollowUpQuery
) -> RecordPage[FollowUp]:
    """The follow-ups that match the query and that the caller may see."""
    statement = visible_to(caller, select(FollowUp), FollowUp)
    if query.member_state:
        statement = statement.where(FollowUp.member_state == query.member_state)
    if query.status:
        statement = statement.where(FollowUp.status == query.status)
    if query.due_before:
        statement = statement.where(FollowUp.due_on < query.due_before)
    sortable = {"due_on": FollowUp.due_on, "created_at": FollowUp.created_at}
    return await paginate(session, statement, query, query.sort, sortable, FollowUp.id)


async def _reported(work: UnitOfWork, follow_up: FollowUp, on: date) -> FollowUpReported:
    """The event of the report; confidential if any recommendation that it names is (¶23)."""
    known = {
        recommendation.issued.recommendation_id: recommendation.issued
        for recommendation in await recommendations_to(work.session, follow_up.member_state)
    }
    steps = [Step.model_validate(step) for step in follow_up.steps]
    named = [known[step.recommendation_id] for step in steps]
    return FollowUpReported(
        member_state=follow_up.member_state,
        confidential=follow_up.confidential or any(issued.confidential for issued in named),
        follow_up_id=follow_up.id,
        report_id=follow_up.report_id,
        reported_on=on,
        steps=[
            StepTaken(
                recommendation_id=step.recommendation_id,
                theme=issued.theme,
                progress=step.progress,
                technical_assistance_needed=step.technical_assistance_needed,
            )
            for step, issued in zip(steps, named, strict=True)
        ],
    )
