"""The best list under limits, and the limits that cannot all be kept, by OR-Tools CP-SAT.

One worker, a fixed seed and effort counted in the solver's own steps: the answer is the same on
every machine, however busy. Presolving is off: on models this small it costs more than the search,
and with assumptions it can name the wrong ones (google/or-tools#5141).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from ortools.sat.python import cp_model

from services.visits.proposals.limits import Limit

T = TypeVar("T")

EFFORT: Final = 1.0
"""How much of the solver's deterministic time one search may take, about as many seconds."""
_AT_ONCE: Final = 40
"""States whose order is settled by one search: 2 to this power is within its integers."""


@dataclass(frozen=True, slots=True)
class Best:
    """The States on the list, as places in the ranking from 0 upwards."""

    listed: tuple[int, ...]
    total: int
    """The sum of their points."""
    bound: int
    """No list has more; the total itself where that is proven."""

    @property
    def proven(self) -> bool:
        """Whether no other list is better."""
        return self.bound == self.total


class Undecided(Exception):  # noqa: N818 - it is no error, only not known
    """Neither a list nor a proof that there is none was found with the effort allowed."""


def best_list(
    points: Sequence[int], limits: Sequence[Limit], longest: int, effort: float = EFFORT
) -> Best | None:
    """The list of at most `longest` States with most points that keeps to the limits.

    `points` are those of each State, 0 or more, highest first. Of lists with as many points it is
    the one that has the first State by rank on which they differ. None: there is no list.

    Raises:
        Undecided: the effort did not suffice to find a list.
    """
    before = _contenders(len(points), limits, longest)
    open_to = [*before]
    model = cp_model.CpModel()
    states, _ = _add(model, limits, open_to)
    place = {state: n for n, state in enumerate(open_to)}
    for n, earlier in enumerate(before.values()):
        if earlier is not None:
            model.add_implication(states[n], states[place[earlier]])
    model.add_linear_constraint(cp_model.LinearExpr.sum(states), 0, longest)
    total = cp_model.LinearExpr.weighted_sum(states, [points[state] for state in open_to])
    model.maximize(total)
    solver = _solver(effort)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise Undecided
    listed = [solver.boolean_value(state) for state in states]
    reached, bound = round(solver.objective_value), int(solver.best_objective_bound)
    if status == cp_model.OPTIMAL:
        bound = reached
        model.add_linear_constraint(total, reached, reached)
        listed = _first_by_rank(model, states, listed, solver)
    on_it = (state for state, is_on in zip(open_to, listed, strict=True) if is_on)
    return Best(tuple(on_it), reached, bound)


def conflicts_of(limits: Sequence[Limit], effort: float = EFFORT) -> list[list[Limit]]:
    """Sets of limits that cannot be kept together, though they can without any one of them.

    No limit is in two of the sets; empty if all can be kept.
    """
    conflicts: list[list[Limit]] = []
    left = list(limits)
    while core := _core(left, effort):
        conflict = smallest(core, lambda some: bool(_core(some, effort)))
        conflicts.append(conflict)
        left = [limit for limit in left if limit not in conflict]
    return conflicts


def smallest(items: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """Those that are left when each that `holds` can do without is dropped, one after another."""
    kept = list(items)
    for item in items:
        without = [other for other in kept if other is not item]
        if holds(without):
            kept = without
    return kept


def _core(limits: Sequence[Limit], effort: float) -> list[Limit]:
    """Some of the limits that cannot be kept together, not always the fewest; empty if all can."""
    if not limits:
        return []
    model = cp_model.CpModel()
    _, rows = _add(model, limits, range(len(limits[0].rows[0].weights)))
    kept = [model.new_bool_var(limit.name) for limit in limits]
    for literal, constraints in zip(kept, rows, strict=True):
        for constraint in constraints:
            constraint.only_enforce_if(literal)
    model.add_assumptions(kept)
    solver = _solver(effort)
    if solver.solve(model) != cp_model.INFEASIBLE:
        return []
    named = set(solver.sufficient_assumptions_for_infeasibility())
    return [limit for limit, literal in zip(limits, kept, strict=True) if literal.index in named]


def _contenders(count: int, limits: Sequence[Limit], longest: int) -> dict[int, int | None]:
    """The States that can be on the best list, each with the one that is on it before this one.

    Of States that no limit tells apart, those of a higher rank come first: at most as many as a
    list can hold, by `longest` and by each limit to which every State adds.
    """
    rows = [row for limit in limits for row in limit.rows]
    for row in rows:
        if row.high is not None and (least := int(row.weights.min())) > 0:
            longest = min(longest, row.high // least)
    weights = np.stack([np.zeros(count, dtype=np.int64), *(row.weights for row in rows)])
    kinds = np.unique(weights, axis=1, return_inverse=True)[1].ravel().tolist()
    seen: dict[int, list[int]] = defaultdict(list)
    before: dict[int, int | None] = {}
    for state, kind in enumerate(kinds):
        alike = seen[kind]
        if len(alike) < longest:
            before[state] = alike[-1] if alike else None
            alike.append(state)
    return before


def _add(
    model: cp_model.CpModel, limits: Sequence[Limit], open_to: Sequence[int]
) -> tuple[list[cp_model.IntVar], list[list[cp_model.Constraint]]]:
    """Give the model a variable for each State, and the rows of each limit."""
    states = [model.new_bool_var("") for _ in open_to]
    rows: list[list[cp_model.Constraint]] = []
    for limit in limits:
        rows.append([])
        for row in limit.rows:
            weights = row.weights[list(open_to)]
            (places,) = weights.nonzero()
            summed = cp_model.LinearExpr.weighted_sum(
                [states[place] for place in places], weights[places].tolist()
            )
            low = cp_model.INT_MIN if row.low is None else row.low
            high = cp_model.INT_MAX if row.high is None else row.high
            rows[-1].append(model.add_linear_constraint(summed, low, high))
    return states, rows


def _first_by_rank(
    model: cp_model.CpModel,
    states: Sequence[cp_model.IntVar],
    listed: list[bool],
    solver: cp_model.CpSolver,
) -> list[bool]:
    """Of the model's solutions the one that has the first State on which two of them differ.

    `listed` is one of them. If there are others with States that it does not have, it is settled
    for some States at a time, each weighing more than all after it.
    """
    for state, is_on in zip(states, listed, strict=True):
        model.add_hint(state, is_on)
    others = [state for state, is_on in zip(states, listed, strict=True) if not is_on]
    other = model.clone()
    other.add_linear_constraint(cp_model.LinearExpr.sum(others), 1, len(others))
    if solver.solve(other) == cp_model.INFEASIBLE:
        return listed
    for start in range(0, len(states), _AT_ONCE):
        some = states[start : start + _AT_ONCE]
        model.maximize(
            cp_model.LinearExpr.weighted_sum(some, [1 << n for n in reversed(range(len(some)))])
        )
        if solver.solve(model) != cp_model.OPTIMAL:
            break
        listed = [solver.boolean_value(state) for state in states]
        for state, is_on in zip(some, listed[start:], strict=False):
            model.add_linear_constraint(state, int(is_on), int(is_on))
    return listed


def _solver(effort: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.cp_model_presolve = False
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    return solver
