"""Records and finds gaps."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment, Audience
from services.assessment.assessments.scoring import Response
from services.assessment.events import GapIdentified
from services.assessment.gaps.models import Gap, Severity
from services.assessment.gaps.rules import Basis, Finding, gaps_in
from services.assessment.gaps.schemas import GapQuery
from services.assessment.instruments.rules import AnswerValue
from services.assessment.ratings.rules import RatedItem
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to


async def record_gaps(
    work: UnitOfWork, assessment: Assessment, response: Response, rated: Sequence[RatedItem]
) -> None:
    """Keep and announce every gap that answers and ratings show; others hear of the open ones."""
    gaps = [
        Gap(
            member_state=assessment.member_state,
            confidential=assessment.confidential
            or not response.is_open(question.code for question in finding.questions),
            assessment_id=assessment.id,
            survey_id=assessment.survey_id,
            basis=finding.basis,
            rating=finding.rating,
            question=finding.question.code,
            answer=_in_words(response.answers.get(finding.question.code, "")),
            answers={
                question.code: _in_words(response.answers.get(question.code, ""))
                for question in finding.questions
            },
            theme=finding.question.theme,
            resolution=finding.provisions[0].resolution,
            provisions=[asdict(provision) for provision in finding.provisions],
            tags=sorted({tag for question in finding.questions for tag in question.tags}),
            severity=Severity(finding.severity),
            description=_description(finding),
            identified_on=assessment.completed_on,
        )
        for finding in gaps_in(response.counted[Audience.ALL], rated)
    ]
    await work.save(*gaps)
    work.publish(
        *(
            GapIdentified(
                member_state=gap.member_state,
                confidential=gap.confidential,
                gap_id=gap.id,
                assessment_id=gap.assessment_id,
                theme=gap.theme,
                resolution=gap.resolution,
                severity=gap.severity.value,
                identified_on=gap.identified_on,
            )
            for gap in gaps
        )
    )


async def list_gaps(session: AsyncSession, caller: Caller, query: GapQuery) -> RecordPage[Gap]:
    """The gaps that match the query and that the caller may see."""
    statement = visible_to(caller, select(Gap), Gap)
    wanted = query.model_dump(
        exclude={"limit", "cursor", "sort", "resolution", "tag"}, exclude_none=True
    )
    for name, value in wanted.items():
        statement = statement.where(getattr(Gap, name) == value)
    if query.resolution:
        statement = statement.where(Gap.provisions.contains([{"resolution": query.resolution}]))
    if query.tag:
        statement = statement.where(Gap.tags.contains([query.tag]))
    sortable = {"identified_on": Gap.identified_on, "theme": Gap.theme}
    return await paginate(session, statement, query, query.sort, sortable, Gap.id)


def _description(finding: Finding) -> str:
    asked = finding.question.text
    if finding.basis is Basis.ANSWER:
        return f"Not fully in place: {asked}"
    return f"Found less in place ({finding.rating}) than answered: {asked}"


def _in_words(answer: AnswerValue) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)
