"""Starts, completes and cancels projects."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assistance.events import ProjectCompleted, ProjectStarted
from services.assistance.impact import service as impact
from services.assistance.matching.models import Match
from services.assistance.matching.proposing import in_turn, propose
from services.assistance.needs.models import Need, NeedStatus
from services.assistance.projects.models import Project, ProjectStatus
from services.assistance.projects.rules import FREE_STEPS, date_faults
from services.assistance.projects.schemas import ProjectQuery
from services.assistance.providers.service import require_provider, takes_part
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, NotFound, require_sound, require_step


async def start(
    work: UnitOfWork, match: Match, *, starts_on: date, ends_on: date, budget: int | None
) -> Project:
    """Start the project of an accepted match."""
    require_sound(date_faults(starts_on, ends_on, match.proposed_on))
    need = await work.get(Need, match.need_id, locked=True)
    need.status = NeedStatus.IN_PROJECT
    project = Project(
        match_id=match.id,
        need_id=need.id,
        offer_id=match.offer_id,
        recommendation_id=need.recommendation_id,
        organisation=match.organisation,
        member_state=need.member_state,
        confidential=need.confidential,
        theme=need.theme,
        status=ProjectStatus.RUNNING,
        starts_on=starts_on,
        ends_on=ends_on,
        budget_usd=budget,
        baseline_confidential=False,
    )
    await impact.set_baseline(work, project)
    await work.save(need, project)
    work.publish(
        ProjectStarted(
            member_state=project.member_state,
            confidential=project.confidential,
            project_id=project.id,
            need_id=project.need_id,
            recommendation_id=project.recommendation_id,
            provider=project.organisation,
            theme=project.theme,
            started_on=project.starts_on,
            ends_on=project.ends_on,
        )
    )
    return project


async def complete(
    work: UnitOfWork, caller: Caller, project_id: UUID, version: int | None, summary: str
) -> Project:
    """Complete a project: its need is met, and its provider has capacity again."""
    project = await _own(work, caller, project_id, version, ProjectStatus.COMPLETED)
    today = work.clock.today()
    if today < project.starts_on:
        raise Conflict(f"The project starts on {project.starts_on} and cannot be complete before.")
    project.summary = summary
    await _end(work, project, ProjectStatus.COMPLETED, NeedStatus.MET)
    work.publish(
        ProjectCompleted(
            member_state=project.member_state,
            confidential=project.confidential,
            project_id=project.id,
            recommendation_id=project.recommendation_id,
            provider=project.organisation,
            completed_on=today,
        )
    )
    await propose(work)
    return project


async def cancel(
    work: UnitOfWork, caller: Caller, project_id: UUID, version: int | None, reason: str
) -> Project:
    """Cancel a project: its need is open again, for another organisation."""
    project = await _own(work, caller, project_id, version, ProjectStatus.CANCELLED)
    project.cancelled_because = reason
    await _end(work, project, ProjectStatus.CANCELLED, NeedStatus.OPEN)
    await propose(work)
    return project


async def find(session: AsyncSession, caller: Caller, project_id: UUID) -> Project:
    """The project, if the caller may see it; a provider sees those it takes part in."""
    project = await session.scalar(
        visible_to(
            caller,
            select(Project).where(Project.id == project_id),
            Project,
            party=takes_part(caller, Project.organisation),
        )
    )
    if project is None:
        raise NotFound.record("project", project_id)
    return project


async def list_projects(
    session: AsyncSession, caller: Caller, query: ProjectQuery
) -> RecordPage[Project]:
    """The projects that match the query and that the caller may see."""
    statement = visible_to(
        caller, select(Project), Project, party=takes_part(caller, Project.organisation)
    )
    if query.member_state:
        statement = statement.where(Project.member_state == query.member_state)
    if query.theme:
        statement = statement.where(Project.theme == query.theme)
    if query.organisation:
        statement = statement.where(Project.organisation == query.organisation)
    if query.status:
        statement = statement.where(Project.status == query.status)
    sortable = {"starts_on": Project.starts_on, "ends_on": Project.ends_on}
    return await paginate(session, statement, query, query.sort, sortable, Project.id)


async def _own(
    work: UnitOfWork, caller: Caller, project_id: UUID, version: int | None, wanted: ProjectStatus
) -> Project:
    await in_turn(work)
    visible = await find(work.session, caller, project_id)
    require_provider(caller, visible.organisation)
    project = await work.get(Project, project_id, version=version, locked=True)
    require_step("project", project.status, wanted, FREE_STEPS)
    return project


async def _end(
    work: UnitOfWork, project: Project, status: ProjectStatus, need_status: NeedStatus
) -> None:
    project.status = status
    project.ended_on = work.clock.today()
    need = await work.get(Need, project.need_id, locked=True)
    need.status = need_status
    await work.save(project, need)
