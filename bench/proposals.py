"""`python -m bench.proposals`: the annual list as the optimum under constraints.

Measured is the request, over HTTP, and how long others wait meanwhile; then the search alone, for
the 193 Member States and for 100 times as many, with invented scores, visits and consents: the
best list, the list with its reasons and what each constraint costs, and the constraints that
conflict. The baseline is the first States by rank, as if nothing were asked of the list.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter

from bench.measuring import machine, median_seconds, timed_beside
from services.visits.proposals.explaining import POINTS_A_SCORE, proposed_list
from services.visits.proposals.limits import limits_of
from services.visits.proposals.rules import (
    Bounds,
    Candidate,
    Constraints,
    NamedState,
    NumberOfVisits,
    OfficersCapacity,
    RecentlyVisited,
)
from services.visits.proposals.solving import best_list, conflicts_of
from services.visits.visit_list.rules import LONGEST_LIST
from shared.embedded.stack import Ports, Stack
from shared.reference import member_states

_REPEATS = 5
_ON = date(2026, 6, 1)
_MANY_TIMES = 100
_EFFORT = 60.0


def ranking(times: int) -> list[Candidate]:
    """Every Member State so many times over, by rank."""
    chance = random.Random(1373)
    states = [
        Candidate(
            member_state=f"{state.alpha3}-{copy}" if copy else state.alpha3,
            position=0,
            score=round(0.8 * chance.random(), 6),
            region=state.region,
            visited_on=_ON - timedelta(days=chance.randrange(5000))
            if chance.random() < 0.7
            else None,
            consent=chance.choice((*8 * (None,), "unanswered", "declined")),
        )
        for copy in range(times)
        for state in member_states().values()
    ]
    states.sort(key=lambda state: (-state.score, state.member_state))
    return [replace(state, position=n) for n, state in enumerate(states, start=1)]


def constraints(ranked: Sequence[Candidate], times: int = 1) -> Constraints:
    """Something of every kind, all numbers so many times over; several of them bind."""
    willing = [state.member_state for state in ranked if state.consent is None]
    return Constraints(
        NumberOfVisits(minimum=15 * times, maximum=20 * times),
        regions={
            "Africa": Bounds(4 * times, 6 * times),
            "Americas": Bounds(3 * times, 5 * times),
            "Asia": Bounds(4 * times, 6 * times),
            "Oceania": Bounds(minimum=2 * times),
        },
        regional_share_tolerance=0.15,
        capacity=OfficersCapacity(
            16 * times, 40, 40, 18, tuple(s.member_state for s in ranked[::7])
        ),
        never_visited=7 * times,
        recently_visited=RecentlyVisited(under_years=3, maximum=2 * times),
        required=(NamedState(willing[100 * times], "It asked to be visited."),),
        left_out=(NamedState(willing[2], "Elections."),),
        left_out_by_consent=("declined", "unanswered"),
    )


def search(times: int) -> list[tuple[str, float]]:
    """Seconds of each search among so many times the Member States."""
    ranked = ranking(times)
    asked = constraints(ranked)
    limits = limits_of(asked, ranked, _ON)
    points = [round(state.score * POINTS_A_SCORE) for state in ranked]
    too_much = limits_of(replace(asked, visits=NumberOfVisits(12, 12)), ranked, _ON)
    assert best_list(points, limits, LONGEST_LIST, _EFFORT) is not None
    assert conflicts_of(too_much)
    repeats = 1 if times > 1 else _REPEATS
    return [
        ("the first by rank", median_seconds(lambda: _first(ranked), repeats)),
        (
            "the best list",
            median_seconds(lambda: best_list(points, limits, LONGEST_LIST, _EFFORT), repeats),
        ),
        (
            f"with its reasons and the costs of {len(limits)} constraints",
            median_seconds(lambda: proposed_list(asked, ranked, _ON), repeats),
        ),
        (
            "those that conflict",
            median_seconds(lambda: conflicts_of(too_much, _EFFORT), repeats),
        ),
    ]


def search_of_a_long_list(times: int) -> tuple[float, int]:
    """Seconds of the best list where all numbers are so many times as large, and its length."""
    ranked = ranking(times)
    limits = limits_of(constraints(ranked, times), ranked, _ON)
    points = [round(state.score * POINTS_A_SCORE) for state in ranked]
    begun = time.perf_counter()
    best = best_list(points, limits, LONGEST_LIST * times, _EFFORT)
    assert best is not None
    assert best.proven
    return time.perf_counter() - begun, len(best.listed)


def _first(ranked: Sequence[Candidate]) -> list[Candidate]:
    return sorted(ranked, key=lambda state: (-state.score, state.member_state))[:20]


async def over_http() -> tuple[float, float]:
    """Seconds of the request, and the longest that another one waited meanwhile."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        async with Stack(Path(name), Ports.free(["visits"])) as stack:
            bearer = {"Authorization": f"Bearer {stack.token('cted_officer')}"}
            async with httpx.AsyncClient(
                base_url=stack.urls["visits"], headers=bearer, timeout=60
            ) as http:
                return await _request(http)


async def _request(http: httpx.AsyncClient) -> tuple[float, float]:
    asked: dict[str, Any] = TypeAdapter(Constraints).dump_python(
        constraints([replace(state, consent=None) for state in ranking(1)]), mode="json"
    )
    body = {"year": datetime.now().astimezone().year + 1, "constraints": asked}
    wanted = http.build_request("POST", "/v1/list-proposals", json=body)
    return await timed_beside(http, wanted, "/v1/visit-lists", _REPEATS)


def main() -> None:
    """Measure and print a Markdown table."""
    print(f"{machine()}\n")
    request, wait = asyncio.run(over_http())
    few, many = search(1), search(_MANY_TIMES)
    usual = len(member_states())
    print(f"The request: {request:.2f} s; longest wait of another one meanwhile: {wait:.2f} s\n")
    print(
        f"| what | {usual} States, ms | best list = 1 | {usual * _MANY_TIMES} States, ms | times |"
    )
    print("|---|---:|---:|---:|---:|")
    for (what, small), (_, large) in zip(few, many, strict=True):
        print(f"| {what} | {small * 1000:.2f} | {small / few[1][1]:.3f} | {large * 1000:.0f} "
              f"| {large / small:.0f} |")  # fmt: skip
    seconds, length = search_of_a_long_list(_MANY_TIMES)
    print(f"\nA list of {length} of them, all numbers {_MANY_TIMES} times: {seconds:.1f} s")


if __name__ == "__main__":
    main()
