"""Ranking policies over HTTP: saved in versions, compared in the ranking, put in force."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.policies import service
from services.visits.policies.schemas import (
    EntryCreate,
    EntryQuery,
    EntryRead,
    NumberInPath,
    PolicyCreate,
    PolicyName,
    PolicyQuery,
    PolicyVersionRead,
    VersionCreate,
    VersionQuery,
)
from shared.auth import CtedCaller, CtedLead, CtedOrCommittee
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1", tags=["ranking policies"], route_class=TransactionalRoute)


@router.post("/ranking-policies", status_code=201, responses=problem_responses(Conflict))
async def create_ranking_policy(
    caller: CtedCaller, work: WriteSession, wanted: PolicyCreate, response: Response
) -> PolicyVersionRead:
    """Save weights under a new name; they are in force only once they are put in force."""
    saved = await service.create(work, caller, wanted)
    created(response, f"/v1/ranking-policies/{saved.name}", saved.number)
    return PolicyVersionRead.of(saved, await service.in_force(work.session))


@exported(router)
@router.get("/ranking-policies", responses=problem_responses())
async def list_ranking_policies(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[PolicyQuery, Query()]
) -> Page[PolicyVersionRead]:
    """Every policy in its latest version."""
    present = await service.in_force(session)
    page = await service.list_policies(session, query)
    return page.map(lambda saved: PolicyVersionRead.of(saved, present))


@router.get("/ranking-policies/{name}", responses=problem_responses(NotFound))
async def read_ranking_policy(
    caller: CtedOrCommittee, session: ReadSession, name: PolicyName, response: Response
) -> PolicyVersionRead:
    """A policy in its latest version, whose number is the ETag."""
    saved = await service.read(session, name)
    set_etag(response, saved.number)
    return PolicyVersionRead.of(saved, await service.in_force(session))


@router.post(
    "/ranking-policies/{name}/versions",
    status_code=201,
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def save_ranking_policy_version(
    caller: CtedCaller,
    work: WriteSession,
    name: PolicyName,
    version: OptionalVersion,
    wanted: VersionCreate,
    response: Response,
) -> PolicyVersionRead:
    """Save other weights as the policy's next version; If-Match is the policy's ETag."""
    saved = await service.add_version(work, caller, name, version, wanted)
    created(response, f"/v1/ranking-policies/{name}/versions/{saved.number}", saved.number)
    return PolicyVersionRead.of(saved, await service.in_force(work.session))


@exported(router)
@router.get("/ranking-policies/{name}/versions", responses=problem_responses(NotFound))
async def list_ranking_policy_versions(
    caller: CtedOrCommittee,
    session: ReadSession,
    name: PolicyName,
    query: Annotated[VersionQuery, Query()],
) -> Page[PolicyVersionRead]:
    """The history of a policy: who gave it which weights, when and why."""
    present = await service.in_force(session)
    page = await service.list_versions(session, name, query)
    return page.map(lambda saved: PolicyVersionRead.of(saved, present))


@router.get("/ranking-policies/{name}/versions/{number}", responses=problem_responses(NotFound))
async def read_ranking_policy_version(
    caller: CtedOrCommittee,
    session: ReadSession,
    name: PolicyName,
    number: NumberInPath,
    response: Response,
) -> PolicyVersionRead:
    """One version of a policy."""
    saved = await service.read_version(session, name, number)
    set_etag(response, saved.number)
    return PolicyVersionRead.of(saved, await service.in_force(session))


@router.post(
    "/ranking-policies/{name}/versions/{number}/entry-into-force",
    status_code=201,
    responses=problem_responses(NotFound, Conflict),
)
async def put_ranking_policy_in_force(
    caller: CtedLead,
    work: WriteSession,
    name: PolicyName,
    number: NumberInPath,
    wanted: EntryCreate,
    response: Response,
) -> EntryRead:
    """Rank States with this version from now on; the decision is kept with its reason."""
    entry = await service.enter_into_force(work, caller, name, number, wanted)
    created(response, f"/v1/ranking-policies-in-force/{entry.id}", entry.version)
    return EntryRead.model_validate(entry)


@exported(router)
@router.get("/ranking-policies-in-force", responses=problem_responses())
async def list_ranking_policies_in_force(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[EntryQuery, Query()]
) -> Page[EntryRead]:
    """Which version was put in force when and why, the present one first.

    Before the first of these decisions it was the built-in policy, `risk-based` in version 1.
    """
    return (await service.list_entries(session, query)).map(EntryRead.model_validate)


@router.get("/ranking-policies-in-force/{entry_id}", responses=problem_responses(NotFound))
async def read_ranking_policy_in_force(
    caller: CtedOrCommittee, session: ReadSession, entry_id: UUID, response: Response
) -> EntryRead:
    """One decision that put a version in force."""
    entry = await service.read_entry(session, entry_id)
    set_etag(response, entry.version)
    return EntryRead.model_validate(entry)
