"""Follow-ups over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.follow_up import considering, extending, service, verifying
from services.visits.follow_up.models import Extension, FollowUp
from services.visits.follow_up.schemas import (
    ExtensionCreate,
    ExtensionDecision,
    ExtensionRead,
    FollowUpConsideration,
    FollowUpQuery,
    FollowUpRead,
    FollowUpSummary,
    FurtherActivities,
    OverdueByAge,
    Question,
    StepReviewRead,
    Steps,
    Verification,
)
from shared.auth import CommitteeChair, CtedCaller, CtedCommitteeOrState, CtedLead, CtedOrState
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/follow-ups", tags=["follow-up"], route_class=TransactionalRoute)
_CHANGED = problem_responses(NotFound, Conflict, PreconditionFailed)


async def _answer(session: AsyncSession, follow_up: FollowUp, response: Response) -> FollowUpRead:
    set_etag(response, follow_up.version)
    return FollowUpRead.of(
        follow_up,
        await service.recommendations_of(session, follow_up),
        await service.last_reviews(session, follow_up),
    )


def _extension(extension: Extension, response: Response) -> ExtensionRead:
    set_etag(response, extension.version)
    return ExtensionRead.model_validate(extension)


@exported(router)
@router.get("", responses=problem_responses())
async def list_follow_ups(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    query: Annotated[FollowUpQuery, Query()],
    today: Today,
) -> Page[FollowUpSummary]:
    """Follow-ups, by due date; a State sees its own."""
    return (await service.list_follow_ups(session, caller, query, today)).map(
        FollowUpSummary.model_validate
    )


@router.get("/overdue", responses=problem_responses())
async def read_overdue(
    caller: CtedCommitteeOrState, session: ReadSession, today: Today
) -> OverdueByAge:
    """What is due and not reported, by age, region and capacity; a State sees its own."""
    return await service.overdue_by_age(session, caller, today)


@router.get("/{follow_up_id}", responses=problem_responses(NotFound))
async def read_follow_up(
    caller: CtedCommitteeOrState, session: ReadSession, follow_up_id: UUID, response: Response
) -> FollowUpRead:
    """One follow-up, with the recommendations and the steps taken about them."""
    follow_up = await read_visible(session, caller, FollowUp, follow_up_id)
    return await _answer(session, follow_up, response)


@router.put("/{follow_up_id}/steps", responses=_CHANGED)
async def save_steps(
    caller: CtedOrState,
    work: WriteSession,
    follow_up_id: UUID,
    version: RequiredVersion,
    wanted: Steps,
    response: Response,
) -> FollowUpRead:
    """Save the steps taken, recommendation by recommendation."""
    follow_up = await service.save_steps(work, caller, follow_up_id, version, wanted.steps)
    return await _answer(work.session, follow_up, response)


@router.post("/{follow_up_id}/report", responses=_CHANGED)
async def report_steps(
    caller: CtedOrState,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> FollowUpRead:
    """Report the steps taken to the Committee, when due or earlier, or what is clarified (¶9)."""
    follow_up = await service.report(work, caller, follow_up_id, version)
    return await _answer(work.session, follow_up, response)


@router.post("/{follow_up_id}/steps/{recommendation_id}/verification", responses=_CHANGED)
async def verify_step(
    caller: CtedCaller,
    work: WriteSession,
    follow_up_id: UUID,
    recommendation_id: UUID,
    version: OptionalVersion,
    found: Verification,
    response: Response,
) -> FollowUpRead:
    """Say what was found of a reported step; with the last one the follow-up is verified (¶9)."""
    follow_up = await verifying.verify(
        work, caller, follow_up_id, recommendation_id, version, found
    )
    return await _answer(work.session, follow_up, response)


@router.post("/{follow_up_id}/steps/{recommendation_id}/clarification", responses=_CHANGED)
async def ask_for_clarification(
    caller: CtedCaller,
    work: WriteSession,
    follow_up_id: UUID,
    recommendation_id: UUID,
    version: OptionalVersion,
    question: Question,
    response: Response,
) -> FollowUpRead:
    """Ask the State to clarify a reported step; it may change that one and report it again."""
    follow_up = await verifying.ask(
        work, caller, follow_up_id, recommendation_id, version, question
    )
    return await _answer(work.session, follow_up, response)


@exported(router)
@router.get("/{follow_up_id}/reviews", responses=problem_responses(NotFound))
async def list_step_reviews(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    follow_up_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[StepReviewRead]:
    """Every verification of a step, and every question about one."""
    page = await service.list_reviews(session, caller, follow_up_id, query)
    return page.map(StepReviewRead.model_validate)


@router.post("/{follow_up_id}/extensions", status_code=201, responses=_CHANGED)
async def request_extension(
    caller: CtedOrState,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    wanted: ExtensionCreate,
    response: Response,
) -> ExtensionRead:
    """Ask for more time to report; what the lead of CTED gives of its own is granted (¶9)."""
    extension = await extending.request(work, caller, follow_up_id, version, wanted)
    location = f"/v1/follow-ups/{follow_up_id}/extensions/{extension.id}"
    created(response, location, extension.version)
    return ExtensionRead.model_validate(extension)


@exported(router)
@router.get("/{follow_up_id}/extensions", responses=problem_responses(NotFound))
async def list_extensions(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    follow_up_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ExtensionRead]:
    """Every extension that was asked for, and what was decided."""
    page = await extending.list_extensions(session, caller, follow_up_id, query)
    return page.map(ExtensionRead.model_validate)


@router.get("/{follow_up_id}/extensions/{extension_id}", responses=problem_responses(NotFound))
async def read_extension(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    follow_up_id: UUID,
    extension_id: UUID,
    response: Response,
) -> ExtensionRead:
    """One extension."""
    return _extension(await extending.read(session, caller, follow_up_id, extension_id), response)


@router.post("/{follow_up_id}/extensions/{extension_id}/decision", responses=_CHANGED)
async def decide_extension(
    caller: CtedLead,
    work: WriteSession,
    follow_up_id: UUID,
    extension_id: UUID,
    version: OptionalVersion,
    decided: ExtensionDecision,
    response: Response,
) -> ExtensionRead:
    """Grant or refuse an extension; the follow-up falls due again on the new date (¶9)."""
    extension = await extending.decide(work, caller, follow_up_id, extension_id, version, decided)
    return _extension(extension, response)


@router.post("/{follow_up_id}/further-activities", responses=_CHANGED)
async def recommend_activities(
    caller: CtedCaller,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    wanted: FurtherActivities,
    response: Response,
) -> FollowUpRead:
    """Recommend another visit, technical assistance or nothing more to the Committee (¶9)."""
    follow_up = await considering.recommend_activities(work, follow_up_id, version, wanted)
    return await _answer(work.session, follow_up, response)


@router.post("/{follow_up_id}/consideration", responses=_CHANGED)
async def consider_follow_up(
    caller: CommitteeChair,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    concluded: FollowUpConsideration,
    response: Response,
) -> FollowUpRead:
    """Record what the Committee concludes from the steps taken and CTED's recommendations (¶9)."""
    follow_up = await considering.consider(work, follow_up_id, version, concluded)
    return await _answer(work.session, follow_up, response)
