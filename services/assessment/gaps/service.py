"""Records and finds gaps."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment
from services.assessment.assessments.rules import Asked
from services.assessment.events import GapIdentified
from services.assessment.gaps.models import Gap, Severity
from services.assessment.gaps.rules import gaps_in
from services.assessment.gaps.schemas import GapQuery
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to


async def record_gaps(
    work: UnitOfWork,
    assessment: Assessment,
    answers: Mapping[str, str],
    questions: Sequence[Asked],
) -> None:
    """Keep and announce every gap that the answers show."""
    gaps = [
        Gap(
            member_state=assessment.member_state,
            confidential=assessment.confidential,
            assessment_id=assessment.id,
            question=finding.question.code,
            answer=finding.answer,
            theme=finding.question.theme,
            resolution=finding.question.resolution,
            paragraph=finding.question.paragraph,
            severity=Severity(finding.severity),
            description=f"Not fully in place: {finding.question.text}",
            identified_on=assessment.completed_on,
        )
        for finding in gaps_in(answers, questions)
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
    wanted = query.model_dump(exclude={"limit", "cursor", "sort"}, exclude_none=True)
    for name, value in wanted.items():
        statement = statement.where(getattr(Gap, name) == value)
    sortable = {"identified_on": Gap.identified_on, "theme": Gap.theme}
    return await paginate(session, statement, query, query.sort, sortable, Gap.id)
