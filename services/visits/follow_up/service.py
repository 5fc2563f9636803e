"""Follows up a submitted report: falls due, takes the steps, reports them (¶9)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import FollowUpDue, FollowUpReported, StepTaken
from services.visits.findings.models import IssuedRecommendation, KnownRecommendation
from services.visits.findings.service import recommendations_to
from services.visits.follow_up.models import (
    Extension,
    ExtensionStatus,
    FollowUp,
    FollowUpStatus,
    StepReview,
    StepReviewOutcome,
)
from services.visits.follow_up.rules import (
    AGE_CLASSES,
    FREE_STEPS,
    age_class_of,
    days_overdue,
    faults_of_clarification,
    faults_of_steps,
)
from services.visits.follow_up.schemas import (
    FollowUpQuery,
    OverdueAge,
    OverdueByAge,
    OverdueFollowUp,
    Step,
)
from shared.auth import Caller
from shared.database import (
    HistoryQuery,
    RecordPage,
    UnitOfWork,
    matching,
    paginate,
    read_visible,
    visible_to,
)
from shared.errors import Conflict, Invalid, require_sound, require_step
from shared.reference import member_states
from shared.scheduling import DueJob, schedule

DUE_JOB = "follow-up-due"
"""The kind of the job that lets a follow-up fall due; its key is the follow-up's id and the date.

So each due date has one job, done once, and one that an extension moved away from does nothing.
"""
UNREPORTED = (FollowUpStatus.OPEN, FollowUpStatus.DUE)
_BY_AGE = {"age": "-due_on", "-age": "due_on"}


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
        first_due_on=due_on,
        due_on=due_on,
        status=FollowUpStatus.OPEN,
        steps=[],
        reported_on=None,
        verified_on=None,
        activities=[],
        recommended_on=None,
        agreed=[],
        consideration=None,
        considered_on=None,
    )
    await work.save(follow_up)
    await plan_due(work, follow_up)


async def plan_due(work: UnitOfWork, follow_up: FollowUp) -> None:
    """Plan that the follow-up falls due on its date."""
    await schedule(work, DUE_JOB, f"{follow_up.id} {follow_up.due_on}", follow_up.due_on)


async def fall_due(job: DueJob, work: UnitOfWork) -> None:
    """Tell that the information on steps taken is due, unless it is reported or has more time."""
    follow_up = await work.get(FollowUp, UUID(job.key.partition(" ")[0]), locked=True)
    if follow_up.status != FollowUpStatus.OPEN or follow_up.due_on > work.clock.today():
        return
    follow_up.status = FollowUpStatus.DUE
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
    follow_up = await read_visible(
        work.session, caller, FollowUp, follow_up_id, version=version, locked=True
    )
    require_step("follow-up", follow_up.status, FollowUpStatus.REPORTED, FREE_STEPS)
    known = await recommendations_of(work.session, follow_up)
    sent = {str(step.recommendation_id): step.model_dump(mode="json") for step in steps}
    require_sound(
        faults_of_steps(
            [str(step.recommendation_id) for step in steps],
            {str(recommendation.issued.recommendation_id) for recommendation in known},
        ),
        "Some steps are about no recommendation to this State, or about one twice.",
    )
    if follow_up.status == FollowUpStatus.CLARIFICATION:
        kept = {step["recommendation_id"]: step for step in follow_up.steps}
        asked = {str(review.recommendation_id) for review in await questions(work, follow_up)}
        require_sound(
            faults_of_clarification(
                [kept.get(key) != step for key, step in sent.items()],
                [key in asked for key in sent],
            ),
            "Only the steps that CTED asks about can change now.",
        )
        sent = kept | sent
    follow_up.steps = list(sent.values())
    await work.save(follow_up)
    return follow_up


async def report(
    work: UnitOfWork, caller: Caller, follow_up_id: UUID, version: int | None
) -> FollowUp:
    """Report the saved steps to the Committee, or what was clarified of them since."""
    follow_up = await read_visible(
        work.session, caller, FollowUp, follow_up_id, version=version, locked=True
    )
    require_step("follow-up", follow_up.status, FollowUpStatus.REPORTED, FREE_STEPS)
    if not follow_up.steps:
        if not await recommendations_of(work.session, follow_up):
            raise Conflict(
                f"No recommendation to {follow_up.member_state} is known, so there is nothing to "
                "report on: the Committee considers the follow-up once it is due."
            )
        raise Invalid.of_field("steps", "Save at least one step taken before you report.")
    today = work.clock.today()
    steps = [Step.model_validate(step) for step in follow_up.steps]
    if follow_up.status == FollowUpStatus.CLARIFICATION:
        asked = await questions(work, follow_up)
        for question in asked:
            question.answered_on = today
        clarified = {question.recommendation_id for question in asked}
        steps = [step for step in steps if step.recommendation_id in clarified]
    else:
        follow_up.reported_on = today
        withdraw_recommended(follow_up)
        await _lapse_extensions(work, follow_up)
    follow_up.status = FollowUpStatus.REPORTED
    await work.save(follow_up)
    work.publish(await _reported(work, follow_up, today, steps))
    return follow_up


def withdraw_recommended(follow_up: FollowUp) -> None:
    """What CTED recommended because nothing was reported no longer stands."""
    follow_up.activities, follow_up.recommended_on = [], None


async def last_reviews(session: AsyncSession, follow_up: FollowUp) -> Sequence[StepReview]:
    """An officer's last word on each step."""
    table = StepReview
    found = await session.scalars(
        select(table)
        .distinct(table.recommendation_id)
        .where(table.follow_up_id == follow_up.id)
        .order_by(table.recommendation_id, table.id.desc())
    )
    return found.all()


async def questions(work: UnitOfWork, follow_up: FollowUp) -> list[StepReview]:
    """What the State is asked to clarify and has not answered."""
    return [
        review
        for review in await last_reviews(work.session, follow_up)
        if review.outcome == StepReviewOutcome.CLARIFICATION and review.answered_on is None
    ]


async def recommendations_of(
    session: AsyncSession, follow_up: FollowUp
) -> list[KnownRecommendation]:
    """The recommendations that the State reports on."""
    return await recommendations_to(session, follow_up.member_state)


async def recommended_to(
    session: AsyncSession, follow_up: FollowUp
) -> dict[UUID, IssuedRecommendation]:
    """The same by their ids, as they were issued."""
    known = await recommendations_of(session, follow_up)
    return {one.issued.recommendation_id: one.issued for one in known}


def is_confidential(follow_up: FollowUp, named: Iterable[IssuedRecommendation]) -> bool:
    """Whether an event that names these is confidential: the report is, or one of them (¶23)."""
    return follow_up.confidential or any(issued.confidential for issued in named)


async def list_follow_ups(
    session: AsyncSession, caller: Caller, query: FollowUpQuery, today: date
) -> RecordPage[FollowUp]:
    """The follow-ups that match the query and that the caller may see."""
    statement = visible_to(caller, select(FollowUp), FollowUp)
    statement = matching(statement, FollowUp, query, "member_state", "status")
    if query.due_before:
        statement = statement.where(FollowUp.due_on < query.due_before)
    if query.overdue is not None:
        is_overdue = FollowUp.status.in_(UNREPORTED) & (FollowUp.due_on < today)
        statement = statement.where(is_overdue if query.overdue else ~is_overdue)
    sortable = {"due_on": FollowUp.due_on, "created_at": FollowUp.created_at}
    sort = _BY_AGE.get(query.sort, query.sort)
    return await paginate(session, statement, query, sort, sortable, FollowUp.id)


async def overdue_by_age(session: AsyncSession, caller: Caller, today: date) -> OverdueByAge:
    """What is overdue, in classes of age, with how many there are by region and capacity."""
    statement = select(FollowUp).where(FollowUp.status.in_(UNREPORTED), FollowUp.due_on < today)
    found = await session.scalars(
        visible_to(caller, statement, FollowUp).order_by(FollowUp.due_on, FollowUp.id)
    )
    by_age: dict[object, list[OverdueFollowUp]] = defaultdict(list)
    for follow_up in found:
        state = member_states()[follow_up.member_state]
        days = days_overdue(follow_up.due_on, today)
        by_age[age_class_of(days)].append(
            OverdueFollowUp(
                id=follow_up.id,
                member_state=follow_up.member_state,
                region=state.region,
                least_developed=state.least_developed,
                due_on=follow_up.due_on,
                days_overdue=days,
            )
        )
    ages = [
        OverdueAge(
            from_days=age.from_days,
            to_days=age.to_days,
            count=len(by_age[age]),
            by_region=Counter(one.region for one in by_age[age]),
            by_capacity=Counter(member_states()[one.member_state].capacity for one in by_age[age]),
            follow_ups=by_age[age],
        )
        for age in AGE_CLASSES
    ]
    return OverdueByAge(as_of=today, count=sum(age.count for age in ages), ages=ages)


async def list_reviews(
    session: AsyncSession, caller: Caller, follow_up_id: UUID, query: HistoryQuery
) -> RecordPage[StepReview]:
    """Every word of an officer on the steps."""
    follow_up = await read_visible(session, caller, FollowUp, follow_up_id)
    table = StepReview
    statement = select(table).where(table.follow_up_id == follow_up.id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def _lapse_extensions(work: UnitOfWork, follow_up: FollowUp) -> None:
    """A request for more time has no object once the State has reported."""
    await work.session.execute(
        update(Extension)
        .where(
            Extension.follow_up_id == follow_up.id,
            Extension.status == ExtensionStatus.REQUESTED,
        )
        .values(status=ExtensionStatus.LAPSED, version=Extension.version + 1)
    )


async def _reported(
    work: UnitOfWork, follow_up: FollowUp, on: date, steps: Sequence[Step]
) -> FollowUpReported:
    """The event of the report."""
    known = await recommended_to(work.session, follow_up)
    named = [known[step.recommendation_id] for step in steps]
    return FollowUpReported(
        member_state=follow_up.member_state,
        confidential=is_confidential(follow_up, named),
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
