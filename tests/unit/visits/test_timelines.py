"""Elapsed and target days, bottlenecks, and the forecast of a report's submission (¶7)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.visits.report_timelines.forecasting import (
    ENOUGH,
    Forecast,
    PastStay,
    forecast,
    weights_of,
)
from services.visits.report_timelines.rules import (
    STAGES,
    Measures,
    Period,
    Stay,
    costliest,
    measures_of,
    timeline_of,
)
from services.visits.reports.models import StageName

DAY_0 = date(2028, 1, 1)
TARGETS = {"drafting": 14, "review": 7, "fact_check": 14, "finalisation": 7, "consideration": 10}


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def stay(stage: str, entered: int, left: int | None, target: int = 10) -> Stay:
    return Stay(stage, day(entered), day(entered + target), None if left is None else day(left))


def test_the_stages_are_those_of_the_reports() -> None:
    assert tuple(StageName) == STAGES


def test_elapsed_and_target_days_of_each_stage_and_the_returns() -> None:
    way = [
        stay("drafting", 0, 12),
        stay("review", 12, 15, target=7),
        stay("drafting", 15, 20),
        stay("review", 20, None, target=7),
    ]
    found = timeline_of(way, day(30))
    assert [(one.stage, one.stays, one.elapsed_days, one.target_days) for one in found.stages] == [
        ("drafting", 2, 17, 20),
        ("review", 2, 13, 14),
    ]
    assert [one.over_days for one in found.stages] == [-3, -1]
    assert (found.returns, found.elapsed_days, found.target_days) == (1, 30, 34)
    assert found.present == way[-1]
    assert way[-1].days(day(30)) == 10
    cleared = timeline_of([stay("consideration", 0, 9)], day(30))
    assert (cleared.present, cleared.elapsed_days) == (None, 9)


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.integers(0, 90)), max_size=12))
def test_the_stages_add_up_to_the_whole_way(way: list[tuple[str, int]]) -> None:
    stays, reached = [], 0
    for stage, days in way:
        stays.append(stay(stage, reached, reached + days))
        reached += days
    found = timeline_of(stays, day(reached + 5))
    assert found.elapsed_days == reached
    assert 0 <= found.returns <= max(0, len(way) - 1)
    assert sum(one.stays for one in found.stages) == len(way)


def test_the_measures_of_a_period() -> None:
    stays = [stay("review", 0, end) for end in (4, 8, 12, 16, 20)] + [stay("review", 0, None)]
    found = measures_of(stays, Period(day(0), day(20)), today=day(25))
    assert found == Measures(
        ended=5, median_days=12, p80_days=16.8, over_target_share=0.6, days_lost=2 + 6 + 10 + 10,
    )  # fmt: skip
    nothing = measures_of([], Period(day(0), day(20)), today=day(25))
    assert nothing == Measures(0, None, None, None, 0)


def test_the_period_before_has_as_many_days_and_touches_it() -> None:
    period = Period(date(2028, 3, 1), date(2028, 3, 31))
    assert period.before() == Period(date(2028, 1, 30), date(2028, 2, 29))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30), st.integers(1, 80))
def test_every_day_lost_falls_into_one_period(
    entered: int, days: int, target: int, cut: int
) -> None:
    one = stay("review", entered, entered + days, target)
    later = Period(day(cut), day(200))
    parts = [measures_of([one], part, day(200)).days_lost for part in (later.before(), later)]
    assert sum(parts) == max(0, days - target)


def test_the_stage_that_costs_most() -> None:
    assert costliest([("drafting", 3), ("review", 9)]) == "review"
    assert costliest([("drafting", 0), ("review", 0)]) is None


def past(stage: str, *days: int, to: str | None = "forward", state: str = "NOR") -> list[PastStay]:
    following = STAGES[STAGES.index(stage) + 1] if stage != STAGES[-1] else None
    target = following if to == "forward" else to
    return [PastStay(stage, n, target, state, least_developed=False) for n in days]


HISTORY = [one for stage in STAGES for one in past(stage, 4, 6, 6, 6, 6, 7, 7, 7, 20)]


def cleared(
    present: Stay, today: date, history: list[PastStay] = HISTORY, state: str = "NOR"
) -> Forecast:
    return forecast(present, today, history, TARGETS, state, least_developed=False)


def test_without_history_the_targets_are_the_forecast() -> None:
    found = cleared(stay("review", 0, None, target=7), day(3), [])
    assert found.p50_on == found.p80_on == day(7 + 14 + 7 + 10)
    assert [(one.stage, one.by_history) for one in found.basis] == [
        (stage, False) for stage in STAGES[1:]
    ]
    late = cleared(stay("consideration", 0, None), day(30), [])
    assert late.p50_on == late.p80_on == day(30)


def test_with_history_past_stays_are_drawn_again() -> None:
    found = cleared(stay("consideration", 0, None), day(0))
    assert (found.p50_on, found.p80_on) == (day(6), day(7))
    (basis,) = found.basis
    assert (basis.by_history, basis.stays, basis.own_stays) == (True, 9, 9)
    conditional = cleared(stay("consideration", 0, None), day(8))
    assert (conditional.p50_on, conditional.p80_on) == (day(20), day(20))
    longer_than_any = cleared(stay("consideration", 0, None), day(21))
    assert longer_than_any.p80_on == day(21)
    assert not longer_than_any.basis[0].by_history


def test_returns_make_the_way_longer() -> None:
    returned = past("consideration", *[5] * 10, to="finalisation")
    straight = cleared(stay("consideration", 0, None), day(0))
    assert cleared(stay("consideration", 0, None), day(0), HISTORY + returned).p50_on > (
        straight.p50_on
    )
    always = past("consideration", *[5] * 99, to="finalisation")
    assert cleared(stay("consideration", 0, None), day(0), always).p50_on > straight.p80_on


def test_the_fact_check_is_weighted_by_the_states_capacity() -> None:
    stays = [
        *(PastStay("fact_check", 40, None, "TCD", least_developed=True) for _ in range(12)),
        *(PastStay("fact_check", 20, None, "MLI", least_developed=True) for _ in range(12)),
        *(PastStay("fact_check", 5, None, "NOR", least_developed=False) for _ in range(12)),
    ]
    weights = weights_of(stays, "TCD", least_developed=True)
    shares = [sum(weights[:12]), sum(weights[12:24]), sum(weights[24:])]
    assert shares == pytest.approx([0.75, 0.1875, 0.0625])
    assert sum(weights_of(stays[:24], "NOR", least_developed=False)) == pytest.approx(1)
    assert weights_of([], "NOR", least_developed=False) == []
    present = stay("fact_check", 0, None)
    days = [
        forecast(present, DAY_0, stays, TARGETS, state, least_developed=poor).p50_on
        for state, poor in (("TCD", True), ("MLI", True), ("NOR", False))
    ]
    assert days == [day(40), day(20), day(5)]


STAYS = st.lists(
    st.builds(
        PastStay,
        st.sampled_from(STAGES),
        st.integers(0, 120),
        st.sampled_from([*STAGES, None]),
        st.sampled_from(["NOR", "TCD", "MLI"]),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(
    history=STAYS,
    stage=st.sampled_from(STAGES),
    age=st.integers(0, 130),
    target=st.integers(0, 40),
    least_developed=st.booleans(),
)
def test_a_forecast_is_never_in_the_past_and_never_earlier_the_longer_it_takes(
    history: list[PastStay], stage: str, age: int, target: int, *, least_developed: bool
) -> None:
    def at(days: int) -> Forecast:
        return forecast(
            stay(stage, 0, None, target), day(days), history, TARGETS, "TCD",
            least_developed=least_developed,
        )  # fmt: skip

    now, tomorrow = at(age), at(age + 1)
    assert day(age) <= now.p50_on <= now.p80_on
    assert now.p50_on <= tomorrow.p50_on
    assert now.p80_on <= tomorrow.p80_on
    assert at(age) == now, "the same draws from the same history"
    assert [one.stage for one in now.basis] == list(STAGES[STAGES.index(stage) :])


@settings(max_examples=40, deadline=None)
@given(STAYS, st.sampled_from(STAGES), st.integers(1, 30))
def test_a_slower_history_is_never_an_earlier_forecast(
    history: list[PastStay], stage: str, slower: int
) -> None:
    """Of a stay that begins: of one under way, slower stays tell that more of them go on."""
    known = history * ENOUGH
    later = [replace(one, days=one.days + slower) for one in known]
    present = stay(stage, 0, None, target=0)
    fast, slow = (cleared(present, day(0), given) for given in (known, later))
    assert fast.p50_on <= slow.p50_on
    assert fast.p80_on <= slow.p80_on
