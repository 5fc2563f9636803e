"""Proposes the annual list from the ranking, keeps the proposal, and tries changes to it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.visits.consents.models import Consent, ConsentStatus
from services.visits.consents.rules import UNANSWERED
from services.visits.policies import service as policies
from services.visits.proposals import rules
from services.visits.proposals.explaining import (
    Conflicting,
    Outcome,
    difference,
    proposed_list,
)
from services.visits.proposals.limits import Limit
from services.visits.proposals.models import ListProposal
from services.visits.proposals.rules import Candidate, Constraints
from services.visits.proposals.schemas import (
    ListProposalCreate,
    ListProposalQuery,
    ListTrial,
    ListTrialRead,
    Weighing,
)
from services.visits.proposals.solving import Undecided
from services.visits.ranking.factors import Standing
from services.visits.ranking.rules import Policy, faults_of_weights, rank_for_visit
from services.visits.ranking.schemas import PolicyRead
from services.visits.ranking.service import standings
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import FieldError, Invalid, NotFound, require_sound
from shared.reference import member_states

_CONSTRAINTS = TypeAdapter(Constraints)
_OUTCOME = TypeAdapter(Outcome)


class Infeasible(Invalid):
    """Constraints that cannot all be met; those that conflict are named."""

    slug, title = "infeasible", "The constraints cannot all be met"


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a list is proposed from, as it is known on a day."""

    standings: Sequence[Standing]
    consents: Mapping[str, rules.Consent]
    policy: Policy
    on: date

    def ranked(self, policy: Policy) -> list[Candidate]:
        """The States by rank under a policy."""
        states = member_states()
        visited = {known.member_state: known.visited_on for known in self.standings}
        return [
            Candidate(
                member_state=rank.member_state,
                position=rank.position,
                score=rank.score,
                region=states[rank.member_state].region,
                visited_on=visited[rank.member_state],
                consent=self.consents.get(rank.member_state),
            )
            for rank in rank_for_visit(self.standings, policy.weights, self.on)
        ]


async def grounds(
    session: AsyncSession, on: date, wanted: ListProposalCreate | ListTrial
) -> Grounds:
    """What is known of every State, and what they are to be ranked with.

    Raises:
        Invalid: what is wanted has faults, each of them named.
    """
    require_sound(_faults_of(wanted, on), "No list was made; correct these and send again.")
    if wanted.weights is not None:
        policy = Policy(None, None, wanted.weights)
    else:
        try:
            policy = await policies.policy_of(session, wanted.policy, wanted.policy_version)
        except NotFound as error:
            raise Invalid.of_field("body.policy", error.detail) from error
    return Grounds(await standings(session, on), await _consents(session), policy, on)


async def propose(
    work: UnitOfWork, caller: Caller, wanted: ListProposalCreate, known: Grounds
) -> ListProposal:
    """Propose the best list under the constraints, and keep it with all that it was made from."""
    policy = known.policy
    # The search takes a while: not on the event loop.
    ranked, outcome = await asyncio.to_thread(_solved, known, policy, wanted.constraints)
    proposal = ListProposal(
        year=wanted.year,
        title=wanted.title,
        proposed_on=known.on,
        proposed_by=caller.subject,
        policy=policy.name,
        policy_version=policy.version,
        weights=dict(policy.weights),
        constraints=_CONSTRAINTS.dump_python(wanted.constraints, mode="json"),
        scores={state.member_state: state.score for state in ranked},
        member_states=[entry.member_state for entry in outcome.proposed],
        total=outcome.total,
        proven=outcome.proven,
        outcome=_OUTCOME.dump_python(outcome, mode="json"),
    )
    await work.save(proposal)
    return proposal


async def what_if(session: AsyncSession, on: date, wanted: ListTrial) -> ListTrialRead:
    """What other weights or constraints would do to a list; nothing is kept."""
    known = await grounds(session, on, wanted)
    if wanted.proposal_id is not None:
        proposal = await named_in_body(session, wanted.proposal_id)
        policy = Policy(proposal.policy, proposal.policy_version, proposal.weights)
        before = _CONSTRAINTS.validate_python(proposal.constraints)
        after, at = wanted.constraints or before, "body.proposal_id"
    else:
        assert wanted.constraints is not None  # noqa: S101 - refused above
        policy = await policies.in_force(session)
        after, at = wanted.constraints, "body.constraints"
        before = Constraints(visits=after.visits)
    await session.close()  # no connection waits for the solver
    policy_after = known.policy if _names_weights(wanted) else policy
    return await asyncio.to_thread(_compared, known, (policy, before, at), (policy_after, after))


async def read(session: AsyncSession, proposal_id: UUID) -> ListProposal:
    """One proposed list; its `member_states` are by rank."""
    proposal = await session.get(ListProposal, proposal_id)
    if proposal is None:
        raise NotFound.record("ListProposal", proposal_id)
    return proposal


async def named_in_body(session: AsyncSession, proposal_id: UUID | None) -> ListProposal:
    """The proposed list that a request names.

    Raises:
        Invalid: there is none.
    """
    proposal = await session.get(ListProposal, proposal_id)
    if proposal is None:
        raise Invalid.of_field("body.proposal_id", "No such proposal; see /v1/list-proposals.")
    return proposal


async def list_proposals(
    session: AsyncSession, query: ListProposalQuery
) -> RecordPage[ListProposal]:
    """The proposed lists that match the query."""
    table = ListProposal
    statement = select(table).options(defer(table.outcome), defer(table.scores))
    if query.year is not None:
        statement = statement.where(table.year == query.year)
    if query.member_state:
        statement = statement.where(table.member_states.contains([query.member_state]))
    if query.policy:
        statement = statement.where(table.policy == query.policy)
    sortable = {"created_at": table.created_at, "year": table.year}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def _consents(session: AsyncSession) -> dict[str, rules.Consent]:
    """How each State stands to the latest request for its consent, unless it consented."""
    latest = await session.execute(
        select(Consent.member_state, Consent.status)
        .where(Consent.status != ConsentStatus.WITHDRAWN)
        .distinct(Consent.member_state)
        .order_by(Consent.member_state, Consent.requested_on.desc(), Consent.id.desc())
    )
    known: dict[str, rules.Consent] = {}
    for member_state, status in latest.tuples():
        if status in UNANSWERED:
            known[member_state] = "unanswered"
        elif status is ConsentStatus.DECLINED:
            known[member_state] = "declined"
    return known


def _names_weights(wanted: Weighing) -> bool:
    return wanted.weights is not None or wanted.policy is not None


def _faults_of(wanted: ListProposalCreate | ListTrial, on: date) -> Iterator[tuple[str, str]]:
    """What is wrong with what is wanted: (field, what to do)."""
    if isinstance(wanted, ListProposalCreate):
        if wanted.year < on.year:
            yield "year", f"Give {on.year} or a later year."
    elif not _names_weights(wanted) and wanted.constraints is None:
        for field in ("weights", "policy", "constraints"):
            yield field, "Send weights, a policy or constraints: what is to be changed."
    elif wanted.constraints is None and wanted.proposal_id is None:
        yield "constraints", "Send constraints, or a proposal_id to take them from."
    if wanted.weights is not None:
        if wanted.policy is not None:
            yield "policy", "Send one of weights and policy."
        yield from faults_of_weights(wanted.weights)
    if wanted.policy_version is not None and wanted.policy is None:
        yield "policy", "Name the policy of this version."
    if wanted.constraints is not None:
        states = member_states()
        regions = {state.region for state in states.values()}
        for field, message in rules.faults_of(wanted.constraints, states, regions):
            yield f"constraints.{field}", message


def _solved(
    known: Grounds,
    policy: Policy,
    asked: Constraints,
    at: str = "body.constraints",
) -> tuple[list[Candidate], Outcome]:
    """The ranking, and the best list by it; what cannot be met is at the field `at`."""
    ranked = known.ranked(policy)
    try:
        return ranked, proposed_list(asked, ranked, known.on)
    except Conflicting as error:
        raise _infeasible(error.conflicts, at) from error
    except Undecided as error:
        message = "No list was found in the time for it, nor that there is none; ask for less."
        raise Invalid.of_field(at, message) from error


def _infeasible(conflicts: Sequence[Sequence[Limit]], at: str) -> Infeasible:
    errors = []
    for conflict in conflicts:
        for limit in conflict:
            others = "; ".join(other.asks for other in conflict if other is not limit)
            clash = f"conflicts with: {others}" if others else "cannot be met"
            # Those of a proposal were not sent, and are no fields of the body.
            field = f"{at}.{limit.name}" if at == "body.constraints" else at
            message = f"{limit.name}: {limit.asks} {clash}. To go on, {limit.way_out}."
            errors.append(FieldError(field=field, message=message))
    sets = "; ".join(" with ".join(limit.name for limit in conflict) for conflict in conflicts)
    return Infeasible(f"No list meets all constraints. What conflicts: {sets}.", errors=errors)


def _compared(
    known: Grounds,
    before: tuple[Policy, Constraints, str],
    after: tuple[Policy, Constraints],
) -> ListTrialRead:
    ranked_before, was = _solved(known, *before)
    ranked_after, would_be = _solved(known, *after)
    return ListTrialRead(
        computed_on=known.on,
        policy_before=PolicyRead.model_validate(before[0]),
        policy_after=PolicyRead.model_validate(after[0]),
        constraints_before=before[1],
        constraints_after=after[1],
        difference=difference(was, would_be, ranked_before, ranked_after),
        before=was,
        after=would_be,
    )
