"""Places and lifts confidentiality, and carries it over to everything that follows from it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.findings import keep_findings
from services.assessment.assessments.models import Assessment, AssessmentStatus
from services.assessment.assessments.scoring import response_to
from services.assessment.confidentiality.models import Action, ConfidentialityRequest, Subject
from services.assessment.confidentiality.schemas import (
    ConfidentialityCreate,
    ConfidentialityQuery,
)
from services.assessment.events import ConfidentialityChanged
from services.assessment.evidence.service import follow_confidentiality
from services.assessment.gaps.models import Gap
from services.assessment.gaps.service import withhold
from services.assessment.recommendations.models import Recommendation
from services.assessment.recommendations.rules import UNDER_REVIEW
from services.assessment.recommendations.service import about_any, among, readable
from services.assessment.surveys.drafting import mark_confidential
from services.assessment.surveys.models import Survey
from shared.auth import Caller
from shared.database import RecordPage, StateRecord, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, Invalid


async def request(
    work: UnitOfWork, caller: Caller, wanted: ConfidentialityCreate
) -> ConfidentialityRequest:
    """Do what the State asks, and keep that it asked."""
    placed = wanted.action is Action.PLACE
    record = await _subject_of(work, caller, wanted)
    kept = ConfidentialityRequest(
        **wanted.model_dump(),
        member_state=record.member_state,
        confidential=True,
        requested_on=work.clock.today(),
        requested_by=caller.subject,
    )
    if wanted.subject is Subject.ANSWERS:
        assert isinstance(record, Survey)  # noqa: S101 - answers are a survey's
        await mark_confidential(work, caller, record, wanted.questions, confidential=placed)
    elif await _is_kept(work, wanted.subject, record) == placed:
        raise Conflict(f"It is {'already' if placed else 'not'} kept confidential.")
    await work.save(kept)
    if isinstance(record, Survey):
        if wanted.subject is Subject.SURVEY:
            await _set(work, "survey", record, confidential=placed)
        await _carry_over(work, record)
        # Last: who shows a recommendation's status by evidence locks them in this order.
        await follow_confidentiality(work, record)
    else:
        assert isinstance(record, Recommendation)  # noqa: S101 - the subjects are these
        await _settle(work, [record])
    return kept


async def list_requests(
    session: AsyncSession, caller: Caller, query: ConfidentialityQuery
) -> RecordPage[ConfidentialityRequest]:
    """The requests that match the query and that the caller may see."""
    statement = visible_to(caller, select(ConfidentialityRequest), ConfidentialityRequest)
    wanted = query.model_dump(exclude={"limit", "cursor", "sort"}, exclude_none=True)
    for name, value in wanted.items():
        statement = statement.where(getattr(ConfidentialityRequest, name) == value)
    sortable = {"created_at": ConfidentialityRequest.created_at}
    return await paginate(
        session, statement, query, query.sort, sortable, ConfidentialityRequest.id
    )


async def _subject_of(
    work: UnitOfWork, caller: Caller, wanted: ConfidentialityCreate
) -> Survey | Recommendation:
    kind = Recommendation if wanted.subject is Subject.RECOMMENDATION else Survey
    known = readable(caller) if kind is Recommendation else visible_to(caller, select(kind), kind)
    found: Survey | Recommendation | None = await work.session.scalar(
        known.where(kind.id == wanted.subject_id).with_for_update()
    )
    if found is None:
        raise Invalid.of_field(
            "body.subject_id", f"There is no {kind.__name__.lower()} of this id that you may see."
        )
    return found


async def _is_kept(work: UnitOfWork, subject: Subject, record: Survey | Recommendation) -> bool:
    """Whether the State keeps the record itself confidential, not only what it comes from."""
    if subject is Subject.SURVEY:
        return record.confidential
    return record.id in await _kept_recommendations(work, [record.id])


async def _kept_recommendations(work: UnitOfWork, ids: list[UUID]) -> set[UUID]:
    """Those of the recommendations about which the State's last word is to keep them."""
    latest = await work.session.execute(
        select(ConfidentialityRequest.subject_id, ConfidentialityRequest.action)
        .where(
            ConfidentialityRequest.subject == Subject.RECOMMENDATION,
            ConfidentialityRequest.subject_id.in_(ids),
        )
        .distinct(ConfidentialityRequest.subject_id)
        .order_by(ConfidentialityRequest.subject_id, ConfidentialityRequest.id.desc())
    )
    return {subject_id for subject_id, action in latest if action is Action.PLACE}


async def _carry_over(work: UnitOfWork, survey: Survey) -> None:
    """Make what was found from the response as confidential as it now is, and no more."""
    assessment = await work.session.scalar(
        select(Assessment).where(Assessment.survey_id == survey.id).with_for_update()
    )
    if assessment is None:
        return
    if assessment.status is AssessmentStatus.OPEN:
        assessment.confidential = survey.confidential  # nothing of it is known to others yet
        return
    response = await response_to(work.session, survey)
    found = await keep_findings(work, assessment, response)
    await _set(
        work, "assessment", assessment, confidential=survey.confidential or not found.is_open
    )
    gaps = list(
        await work.session.scalars(
            select(Gap).where(Gap.assessment_id == assessment.id).order_by(Gap.id).with_for_update()
        )
    )
    for gap, withheld in withhold(gaps, assessment, response, found.rated):
        await _set(work, "gap", gap, confidential=withheld)
    recommendations = await work.session.scalars(
        select(Recommendation)
        .where(about_any(gap.id for gap in gaps))
        .order_by(Recommendation.id)
        .with_for_update()
    )
    await _settle(work, list(recommendations))


async def _settle(work: UnitOfWork, recommendations: list[Recommendation]) -> None:
    """A recommendation is confidential if one of its gaps is, or if the State keeps it so."""
    kept = await _kept_recommendations(work, [record.id for record in recommendations])
    gap_ids = (UUID(gap_id) for record in recommendations for gap_id in record.gap_ids)
    of_gaps = await work.session.scalars(
        select(Gap.id).where(among(Gap.id, gap_ids), Gap.confidential)
    )
    withheld = {str(gap_id) for gap_id in of_gaps}
    for record in recommendations:
        confidential = record.id in kept or not withheld.isdisjoint(record.gap_ids)
        if record.status in UNDER_REVIEW:
            record.confidential = confidential  # nobody was told of it yet
        else:
            await _set(work, "recommendation", record, confidential=confidential, text=record.text)


async def _set(
    work: UnitOfWork, kind: str, record: StateRecord, *, confidential: bool, text: str = ""
) -> None:
    if record.confidential == confidential:
        return
    record.confidential = confidential
    await work.save(record)
    work.publish(
        ConfidentialityChanged.model_validate(
            {
                "member_state": record.member_state,
                "confidential": confidential,
                "kind": kind,
                "record_id": record.id,
                "changed_on": work.clock.today(),
                "text": text,
            }
        )
    )
