"""Records and finds gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.access import audience_in_lists
from services.assessment.assessments.models import Assessment, Audience
from services.assessment.assessments.scoring import Response
from services.assessment.events import GapIdentified
from services.assessment.gaps.models import Gap, Severity
from services.assessment.gaps.rules import Basis, Finding, gaps_in
from services.assessment.gaps.schemas import GapQuery, GapRead
from services.assessment.instruments.rules import AnswerValue
from services.assessment.ratings.rules import RatedItem
from shared.auth import Caller
from shared.database import Page, UnitOfWork, paginate, read_visible, visible_to


async def record_gaps(
    work: UnitOfWork, assessment: Assessment, response: Response, rated: Sequence[RatedItem]
) -> None:
    """Keep and announce every gap that answers and ratings show; others hear of the open ones."""
    gaps = [
        Gap(
            member_state=assessment.member_state,
            confidential=False,
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
    for gap, withheld in withhold(gaps, assessment, response, rated):
        gap.confidential = withheld
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
                severity=((not gap.confidential and gap.open_severity) or gap.severity).value,
                identified_on=gap.identified_on,
            )
            for gap in gaps
        )
    )


def withhold(
    gaps: Sequence[Gap], assessment: Assessment, response: Response, rated: Sequence[RatedItem]
) -> Iterable[tuple[Gap, bool]]:
    """Whether each gap is confidential; those that are not are told as others may know them.

    A gap is open where the open answers, and the ratings that rest on them alone, show it as well,
    and as grave as they show it (¶23).
    """
    of_open = [
        item for item in rated if response.is_open(asked.code for asked in item.item.questions)
    ]
    known = {
        (found.basis, found.question.theme, frozenset(asked.code for asked in found.questions)): (
            found
        )
        for found in gaps_in(response.counted[Audience.OPEN], of_open)
    }
    for gap in gaps:
        found = known.get((gap.basis, gap.theme, frozenset(gap.answers)))
        if found is None or [asdict(cited) for cited in found.provisions] != gap.provisions:
            gap.open_rating = gap.open_severity = None
            yield gap, True
        else:
            gap.open_rating, gap.open_severity = found.rating, Severity(found.severity)
            yield gap, assessment.confidential


async def list_gaps(session: AsyncSession, caller: Caller, query: GapQuery) -> Page[GapRead]:
    """The gaps that match the query and that the caller may see."""
    statement = visible_to(caller, select(Gap), Gap)
    wanted = query.model_dump(
        exclude={"limit", "cursor", "sort", "resolution", "tag", "severity"}, exclude_none=True
    )
    for name, value in wanted.items():
        statement = statement.where(getattr(Gap, name) == value)
    # Whoever is shown more than the open ones sees none but its own State's.
    sees_all = audience_in_lists(caller) is Audience.ALL
    shown = Gap.severity if sees_all else Gap.open_severity
    if query.severity:
        statement = statement.where(shown == query.severity)
    if query.resolution:
        statement = statement.where(Gap.provisions.contains([{"resolution": query.resolution}]))
    if query.tag:
        statement = statement.where(Gap.tags.contains([query.tag]))
    sortable = {
        "identified_on": Gap.identified_on,
        "theme": Gap.theme,
        "severity": case({severity: rank for rank, severity in enumerate(Severity)}, value=shown),
    }
    page = await paginate(session, statement, query, query.sort, sortable, Gap.id)
    return page.map(lambda gap: as_read(caller, gap))


async def read(session: AsyncSession, caller: Caller, gap_id: UUID) -> GapRead:
    """The gap, if the caller may see it."""
    return as_read(caller, await read_visible(session, caller, Gap, gap_id))


def as_read(caller: Caller, gap: Gap) -> GapRead:
    """The gap as the caller may know it."""
    read = GapRead.model_validate(gap)
    if not caller.may_see_confidential_of(gap.member_state):
        assert gap.open_severity is not None  # noqa: S101 - a gap that others see is open
        read.rating, read.severity = gap.open_rating, gap.open_severity
    return read


def _description(finding: Finding) -> str:
    asked = finding.question.text
    if finding.basis is Basis.ANSWER:
        return f"Not fully in place: {asked}"
    return f"Found less in place ({finding.rating}) than answered: {asked}"


def _in_words(answer: AnswerValue) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)
