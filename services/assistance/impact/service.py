"""Keeps States' scores, and compares them before and after projects."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.events import AssessmentCompleted
from services.assistance.events import ImpactAssessed
from services.assistance.impact.models import Impact, StateAssessment
from services.assistance.impact.rules import Assessed, baseline, change, shows_impact
from services.assistance.impact.schemas import ImpactQuery
from services.assistance.matching.proposing import in_turn
from services.assistance.projects.models import Project, ProjectStatus
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to


async def hear_assessment(work: UnitOfWork, event: AssessmentCompleted) -> None:
    """Keep the scores; set baselines that were waiting for them, and tell of impacts."""
    await in_turn(work)
    if await work.session.get(StateAssessment, event.assessment_id) is not None:
        return
    assessment = StateAssessment(
        id=event.assessment_id,
        member_state=event.member_state,
        confidential=event.confidential,
        completed_on=event.completed_on,
        scores_by_theme=event.scores_by_theme,
    )
    await work.save(assessment)
    for project in await _projects(work, event.member_state, ProjectStatus.RUNNING):
        await set_baseline(work, project)
    for project in await _projects(work, event.member_state, ProjectStatus.COMPLETED):
        await _assess(work, project, assessment)


async def set_baseline(work: UnitOfWork, project: Project) -> None:
    """Set the project's baseline from what is known: an assessment may be heard of late."""
    assessments = await work.session.scalars(
        select(StateAssessment)
        .where(StateAssessment.member_state == project.member_state)
        .order_by(StateAssessment.created_at, StateAssessment.id)
    )
    found = baseline(
        [Assessed(a.completed_on, a.scores_by_theme, a.confidential) for a in assessments],
        project.theme,
        project.starts_on,
    )
    if found is not None:
        project.baseline_score = found.scores_by_theme[project.theme]
        project.baseline_confidential = found.confidential


async def list_impacts(
    session: AsyncSession, caller: Caller, query: ImpactQuery
) -> RecordPage[Impact]:
    """The impacts that match the query and that the caller may see."""
    statement = visible_to(caller, select(Impact), Impact)
    if query.member_state:
        statement = statement.where(Impact.member_state == query.member_state)
    if query.theme:
        statement = statement.where(Impact.theme == query.theme)
    if query.organisation:
        statement = statement.where(Impact.organisation == query.organisation)
    sortable = {"assessed_on": Impact.assessed_on}
    return await paginate(session, statement, query, query.sort, sortable, Impact.id)


async def _assess(work: UnitOfWork, project: Project, assessment: StateAssessment) -> None:
    """Keep the impact; it is published where there is a baseline to compare with."""
    theme = project.theme
    assessed = Assessed(
        assessment.completed_on, assessment.scores_by_theme, assessment.confidential
    )
    if project.ended_on is None or not shows_impact(assessed, theme, project.ended_on):
        return
    later_score = assessment.scores_by_theme[theme]
    impact = Impact(
        member_state=project.member_state,
        confidential=(
            project.confidential or project.baseline_confidential or assessment.confidential
        ),
        project_id=project.id,
        assessment_id=assessment.id,
        organisation=project.organisation,
        theme=theme,
        baseline_score=project.baseline_score,
        later_score=later_score,
        change=change(project.baseline_score, later_score),
        assessed_on=assessment.completed_on,
    )
    await work.save(impact)
    if impact.baseline_score is None:
        return
    work.publish(
        ImpactAssessed(
            member_state=impact.member_state,
            confidential=impact.confidential,
            project_id=impact.project_id,
            theme=impact.theme,
            baseline_score=impact.baseline_score,
            later_score=impact.later_score,
            assessed_on=impact.assessed_on,
        )
    )


async def _projects(
    work: UnitOfWork, member_state: str, status: ProjectStatus
) -> Sequence[Project]:
    found = await work.session.scalars(
        select(Project)
        .where(Project.member_state == member_state, Project.status == status)
        .order_by(Project.id)
        .with_for_update()
    )
    return found.all()
