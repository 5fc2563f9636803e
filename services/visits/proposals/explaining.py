"""The proposed list with its reasons: why a State is on it or not, and what each limit costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

from services.visits.proposals.limits import Limit, limits_of
from services.visits.proposals.rules import Candidate, Constraints
from services.visits.proposals.solving import Best, best_list, conflicts_of, smallest
from services.visits.visit_list.rules import LONGEST_LIST

POINTS_A_SCORE: Final = 1_000_000
"""The solver adds whole numbers; a score has six decimals."""

Basis = Literal["rank", "constraint", "next_by_rank"]


@dataclass(frozen=True, slots=True)
class ProposedState:
    """A State on the list, and why."""

    member_state: str
    position: int
    score: float
    basis: Basis
    constraints: tuple[str, ...]
    """Those without any one of which it would not be on the list."""
    because: str


@dataclass(frozen=True, slots=True)
class PassedOverState:
    """A State that its rank would put on a list of this length, and what kept it out."""

    member_state: str
    position: int
    score: float
    constraints: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class ConstraintCost:
    """What one constraint does to the list: it compared with the best without the constraint."""

    constraint: str
    asks: str
    reached: int | None
    """What the list comes to where the constraint is about one number."""
    binds: bool
    """Whether the list would be another without it."""
    cost: float
    """By how much the sum of the scores would be higher."""
    entered: tuple[str, ...]
    left: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The proposed list and its reasons; all States by rank."""

    total: float
    """The sum of the scores."""
    bound: float
    """No list that keeps to the constraints has more."""
    proven: bool
    """Whether it is the best list; otherwise the best that was found."""
    proposed: tuple[ProposedState, ...]
    passed_over: tuple[PassedOverState, ...]
    costs: tuple[ConstraintCost, ...]


class Conflicting(Exception):  # noqa: N818 - it is what the constraints are
    """The constraints cannot all be met; each of the sets conflicts by itself."""

    def __init__(self, conflicts: list[list[Limit]]) -> None:
        super().__init__("the constraints conflict")
        self.conflicts = conflicts


def proposed_list(
    asked: Constraints, ranked: Sequence[Candidate], on: date, longest: int = LONGEST_LIST
) -> Outcome:
    """The States with the highest sum of scores that keep to what is asked (¶6), explained.

    `ranked` are all States in the order of the ranking. Without the maximum of visits a list is
    still not longer than `longest`.

    Raises:
        Conflicting: the constraints cannot all be met.
        Undecided: the solver found neither a list nor that there is none.
    """
    return _Explanation(ranked, limits_of(asked, ranked, on), longest).outcome()


class _Explanation:
    """The best list under all limits, compared with the best under some."""

    def __init__(self, ranked: Sequence[Candidate], limits: list[Limit], longest: int) -> None:
        self._ranked = ranked
        self._limits = {limit.name: limit for limit in limits}
        points = [round(state.score * POINTS_A_SCORE) for state in ranked]

        @cache
        def best_under(names: tuple[str, ...]) -> Best:
            found = best_list(points, [self._limits[name] for name in names], longest)
            if found is None:
                raise Conflicting(conflicts_of(limits) or [limits])
            return found

        self._best_under = best_under
        self._best = best_under(tuple(self._limits))
        self._listed = frozenset(self._best.listed)
        self._without = {
            name: best_under(tuple(other for other in self._limits if other != name))
            for name in self._limits
        }

    def outcome(self) -> Outcome:
        length = len(self._listed)
        return Outcome(
            total=_score(self._best.total),
            bound=_score(self._best.bound),
            proven=self._best.proven,
            proposed=tuple(map(self._proposed, self._best.listed)),
            passed_over=tuple(
                self._passed_over(state) for state in range(length) if state not in self._listed
            ),
            costs=tuple(map(self._cost, self._limits)),
        )

    def _proposed(self, place: int) -> ProposedState:
        state, length = self._ranked[place], len(self._listed)
        owed_to = tuple(name for name, best in self._without.items() if place not in best.listed)
        basis: Basis = "rank"
        because = f"It is among the first {length} by rank."
        if place >= length:
            basis, because = "next_by_rank", "It is the next by rank after States that cannot be."
            if owed_to:
                basis = "constraint"
                because = f"It would not be on the list without: {self._asked(owed_to)}."
        return ProposedState(
            state.member_state, state.position, state.score, basis, owed_to, because
        )

    def _passed_over(self, place: int) -> PassedOverState:
        state = self._ranked[place]
        names = tuple(name for name, best in self._without.items() if place in best.listed)
        because = f"It would be on the list without: {self._asked(names)}."
        if not names:
            names = self._enough_to_keep_out(place)
            because = f"It would not be on it even if this alone were asked: {self._asked(names)}."
        return PassedOverState(state.member_state, state.position, state.score, names, because)

    def _enough_to_keep_out(self, place: int) -> tuple[str, ...]:
        """The fewest limits that keep the State out by themselves, as far as dropping one shows."""

        def keeps_out(names: Sequence[str]) -> bool:
            return place not in self._best_under(tuple(names)).listed

        own = [name for name, limit in self._limits.items() if limit.touches(place)]
        return tuple(smallest(own if keeps_out(own) else [*self._limits], keeps_out))

    def _cost(self, name: str) -> ConstraintCost:
        limit, other = self._limits[name], self._without[name]
        entered = [state for state in other.listed if state not in self._listed]
        left = [state for state in self._best.listed if state not in other.listed]
        return ConstraintCost(
            constraint=name,
            asks=limit.asks,
            reached=limit.reached(self._best.listed),
            binds=bool(entered or left),
            cost=_score(other.total - self._best.total),
            entered=tuple(self._ranked[state].member_state for state in entered),
            left=tuple(self._ranked[state].member_state for state in left),
            proven=self._best.proven and other.proven,
        )

    def _asked(self, names: Sequence[str]) -> str:
        return "; ".join(self._limits[name].asks for name in names)


def _score(points: int) -> float:
    return round(points / POINTS_A_SCORE, 6)


@dataclass(frozen=True, slots=True)
class MovedState:
    """A State's place by rank before and after a change, 1 first, and its score."""

    member_state: str
    position_before: int
    position_after: int
    score_before: float
    score_after: float


@dataclass(frozen=True, slots=True)
class ListDifference:
    """What a change of weights or constraints does to the list."""

    total_before: float
    total_after: float
    entered: tuple[MovedState, ...]
    left: tuple[MovedState, ...]
    moved: tuple[MovedState, ...]
    """On both lists, at another place by rank."""


def difference(
    before: Outcome,
    after: Outcome,
    ranked_before: Sequence[Candidate],
    ranked_after: Sequence[Candidate],
) -> ListDifference:
    """How one list differs from another, each with the ranking that it was made from."""
    first, then = (
        {state.member_state: state for state in ranked} for ranked in (ranked_before, ranked_after)
    )
    was, now = ([entry.member_state for entry in outcome.proposed] for outcome in (before, after))

    def moved(member_states: Iterable[str]) -> tuple[MovedState, ...]:
        return tuple(
            MovedState(
                member_state=state,
                position_before=first[state].position,
                position_after=then[state].position,
                score_before=first[state].score,
                score_after=then[state].score,
            )
            for state in member_states
        )

    return ListDifference(
        total_before=before.total,
        total_after=after.total,
        entered=moved(state for state in now if state not in was),
        left=moved(state for state in was if state not in now),
        moved=moved(
            state for state in now if state in was and first[state].position != then[state].position
        ),
    )
