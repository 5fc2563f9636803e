"""Proposed lists over HTTP: made, read back, and changed on trial."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.visits.proposals import service
from services.visits.proposals.schemas import (
    ListProposalCreate,
    ListProposalQuery,
    ListProposalRead,
    ListProposalSummary,
    ListTrial,
    ListTrialRead,
)
from shared.auth import CtedCaller, CtedOrCommittee
from shared.database import (
    Page,
    ReadSession,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import NotFound, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/list-proposals", tags=["list proposals"], route_class=TransactionalRoute
)


Asked = tuple[ListProposalCreate, service.Grounds]


async def _asked(
    caller: CtedCaller, session: ReadSession, today: Today, wanted: ListProposalCreate
) -> Asked:
    known = await service.grounds(session, today, wanted)
    await session.close()  # no connection waits for the solver
    return wanted, known


@router.post("", status_code=201, responses=problem_responses())
async def propose_list(
    caller: CtedCaller,
    asked: Annotated[Asked, Depends(_asked)],
    work: WriteSession,
    response: Response,
) -> ListProposalRead:
    """Propose the year's list: the highest sum of scores under the constraints (¶6).

    It says why each State is on it, what kept others out and what each constraint costs. If no
    list meets all constraints, the answer (422, `infeasible`) names those that conflict: all of
    them can be met without any one of a conflict's.
    """
    proposal = await service.propose(work, caller, *asked)
    created(response, f"/v1/list-proposals/{proposal.id}", proposal.version)
    return ListProposalRead.model_validate(proposal)


@router.post("/what-if", responses=problem_responses())
async def try_list_change(
    caller: CtedOrCommittee, session: ReadSession, today: Today, wanted: ListTrial
) -> ListTrialRead:
    """What other weights or constraints would do to a list, without keeping anything.

    With `proposal_id` they are compared with that proposal's, otherwise with the policy in force
    and no constraint but the number of visits. Both lists are made from what is known today, so
    that the difference is due to the change alone.
    """
    return await service.what_if(session, today, wanted)


@exported(router)
@router.get("", responses=problem_responses())
async def list_list_proposals(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[ListProposalQuery, Query()]
) -> Page[ListProposalSummary]:
    """The proposed lists."""
    page = await service.list_proposals(session, query)
    return page.map(ListProposalSummary.model_validate)


@router.get("/{proposal_id}", responses=problem_responses(NotFound))
async def read_list_proposal(
    caller: CtedOrCommittee, session: ReadSession, proposal_id: UUID, response: Response
) -> ListProposalRead:
    """One proposed list with its reasons, as it was made."""
    proposal = await service.read(session, proposal_id)
    set_etag(response, proposal.version)
    return ListProposalRead.model_validate(proposal)
