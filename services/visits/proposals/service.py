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
    WhatIf,
    WhatIfRead,
)
from services.visits.proposals.solving import Undecided
from services.visits.ranking.rules import RISK_BASED, Policy, Standing, rank_for_visit
from services.visits.ranking.service import standings
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import FieldError, Invalid, NotFound
from shared.reference import member_states

_CONSTRAINTS = TypeAdapter(Constraints)
_OUTCOME = TypeAdapter(Outcome)
_UNANSWERED = (ConsentStatus.REQUESTED, ConsentStatus.DEFERRED)


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

    def ranked(self, weights: Mapping[str, float]) -> list[Candidate]:
        """The States by rank under these weights."""
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
            for rank in rank_for_visit(self.standings, weights, self.on)
        ]


async def grounds(session: AsyncSession, on: date) -> Grounds:
    """What is known of every State, and the policy in force."""
    return Grounds(await standings(session, on), await _consents(session), RISK_BASED, on)


async def propose(
    work: UnitOfWork, caller: Caller, known: Grounds, wanted: ListProposalCreate
) -> ListProposal:
    """Propose the best list under the constraints, and keep it with all that it was made from."""
    faults = [*_faults_of(wanted.weights, wanted.constraints)]
    if wanted.year < known.on.year:
        message = f"Give {known.on.year} or a later year."
        faults.insert(0, FieldError(field="body.year", message=message))
    _refuse(faults)
    policy = known.policy if wanted.weights is None else None
    weights = known.policy.weights if wanted.weights is None else wanted.weights
    # The search takes a while: not on the event loop.
    ranked, outcome = await asyncio.to_thread(_solved, known, weights, wanted.constraints)
    proposal = ListProposal(
        year=wanted.year,
        title=wanted.title,
        proposed_on=known.on,
        proposed_by=caller.subject,
        policy=policy and policy.name,
        policy_version=policy and policy.version,
        weights=dict(weights),
        constraints=_CONSTRAINTS.dump_python(wanted.constraints, mode="json"),
        scores={state.member_state: state.score for state in ranked},
        member_states=[entry.member_state for entry in outcome.proposed],
        total=outcome.total,
        proven=outcome.proven,
        outcome=_OUTCOME.dump_python(outcome, mode="json"),
    )
    await work.save(proposal)
    return proposal


async def what_if(session: AsyncSession, on: date, wanted: WhatIf) -> WhatIfRead:
    """What other weights or constraints would do to a list; nothing is kept."""
    faults = [*_faults_of(wanted.weights, wanted.constraints)]
    if wanted.weights is None and wanted.constraints is None:
        message = "Send weights, constraints or both: what is to be changed."
        faults += [
            FieldError(field=f"body.{field}", message=message)
            for field in ("weights", "constraints")
        ]
    elif wanted.constraints is None and wanted.proposal_id is None:
        message = "Send constraints, or a proposal_id to take them from."
        faults.append(FieldError(field="body.constraints", message=message))
    _refuse(faults)
    known = await grounds(session, on)
    weights, at = known.policy.weights, "body.constraints"
    if wanted.proposal_id is not None:
        weights, before, at = *await _made_from(session, wanted.proposal_id), "body.proposal_id"
        after = wanted.constraints or before
    else:
        assert wanted.constraints is not None  # noqa: S101 - refused above
        after = wanted.constraints
        before = Constraints(visits=after.visits)
    await session.close()  # no connection waits for the solver
    return await asyncio.to_thread(
        _compared, known, (weights, before, at), (wanted.weights or weights, after)
    )


async def read(session: AsyncSession, proposal_id: UUID) -> ListProposal:
    """One proposed list; its `member_states` are by rank."""
    proposal = await session.get(ListProposal, proposal_id)
    if proposal is None:
        raise NotFound.record("ListProposal", proposal_id)
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


async def _made_from(
    session: AsyncSession, proposal_id: UUID
) -> tuple[Mapping[str, float], Constraints]:
    """The weights and constraints of a proposal."""
    proposal = await session.get(ListProposal, proposal_id)
    if proposal is None:
        message = "No such proposal; see /v1/list-proposals."
        raise Invalid.of_field("body.proposal_id", message)
    return proposal.weights, _CONSTRAINTS.validate_python(proposal.constraints)


async def _consents(session: AsyncSession) -> dict[str, rules.Consent]:
    """How each State stands to the latest request for its consent, unless it consented."""
    latest = await session.execute(
        select(Consent.member_state, Consent.status)
        .distinct(Consent.member_state)
        .order_by(Consent.member_state, Consent.requested_on.desc(), Consent.id.desc())
    )
    known: dict[str, rules.Consent] = {}
    for member_state, status in latest.tuples():
        if status in _UNANSWERED:
            known[member_state] = "unanswered"
        elif status is ConsentStatus.DECLINED:
            known[member_state] = "declined"
    return known


def _faults_of(
    weights: Mapping[str, float] | None, constraints: Constraints | None
) -> Iterator[FieldError]:
    states = member_states()
    if weights is not None:
        for name, message in rules.weight_faults(weights, RISK_BASED.weights):
            yield FieldError(field=f"body.weights.{name}".rstrip("."), message=message)
    if constraints is not None:
        regions = {state.region for state in states.values()}
        for field, message in rules.faults_of(constraints, states, regions):
            yield FieldError(field=f"body.constraints.{field}", message=message)


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        names = ", ".join(fault.field for fault in faults)
        raise Invalid(f"Correct these fields and send again: {names}.", errors=faults)


def _solved(
    known: Grounds,
    weights: Mapping[str, float],
    asked: Constraints,
    at: str = "body.constraints",
) -> tuple[list[Candidate], Outcome]:
    """The ranking, and the best list by it; what cannot be met is at the field `at`."""
    ranked = known.ranked(weights)
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
            clash = f"conflicts with {others}" if others else "cannot be met"
            # Those of a proposal were not sent, and are no fields of the body.
            field = f"{at}.{limit.name}" if at == "body.constraints" else at
            message = f"{limit.name}: {limit.asks} {clash}. To go on, {limit.way_out}."
            errors.append(FieldError(field=field, message=message))
    sets = "; ".join(" with ".join(limit.name for limit in conflict) for conflict in conflicts)
    return Infeasible(f"No list meets all constraints. What conflicts: {sets}.", errors=errors)


def _compared(
    known: Grounds,
    before: tuple[Mapping[str, float], Constraints, str],
    after: tuple[Mapping[str, float], Constraints],
) -> WhatIfRead:
    ranked_before, was = _solved(known, *before)
    ranked_after, would_be = _solved(known, *after)
    return WhatIfRead(
        computed_on=known.on,
        weights_before=dict(before[0]),
        weights_after=dict(after[0]),
        constraints_before=before[1],
        constraints_after=after[1],
        difference=difference(was, would_be, ranked_before, ranked_after),
        before=was,
        after=would_be,
    )
