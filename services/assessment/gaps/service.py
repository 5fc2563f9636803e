"""Records and finds gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment
from services.assessment.assessments.rules import Scored
from services.assessment.events import GapIdentified
from services.assessment.gaps.models import Gap, Severity
from services.assessment.gaps.rules import gaps_in
from services.assessment.gaps.schemas import GapQuery
from services.assessment.instruments.rules import AnswerValue
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to


async def record_gaps(
    work: UnitOfWork,
    assessment: Assessment,
    answers: Mapping[str, AnswerValue],
    counted: Iterable[Scored],
    open_to_all: Iterable[Scored],
) -> None:
    """Keep and announce every gap that the answers show; others are told of the open ones."""
    open_codes = {entry.question.code for entry in open_to_all}
    gaps = [
        Gap(
            member_state=assessment.member_state,
            confidential=assessment.confidential or finding.question.code not in open_codes,
            assessment_id=assessment.id,
            survey_id=assessment.survey_id,
            question=finding.question.code,
            answer=_in_words(answers[finding.question.code]),
            theme=finding.question.theme,
            resolution=finding.question.provisions[0].resolution,
            provisions=[asdict(provision) for provision in finding.question.provisions],
            tags=list(finding.question.tags),
            severity=Severity(finding.severity),
            description=f"Not fully in place: {finding.question.text}",
            identified_on=assessment.completed_on,
        )
        for finding in gaps_in(counted)
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


def _in_words(answer: AnswerValue) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)
