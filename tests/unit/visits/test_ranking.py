"""The factors and the ranking as properties: bounds, direction, fading, determinism."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.findings.rules import Assessed, Found
from services.visits.ranking.factors import (
    DAYS_A_YEAR,
    FACTORS,
    FADES_IN_YEARS,
    SEVERITY_POINTS,
    Answered,
    Factor,
    Requested,
    Standing,
    analysis_factor,
    consent_factor,
    counts_from,
    emerging_issues_factor,
    events_factor,
    factors_of,
    gaps_factor,
    never_visited_factor,
    prior_request_factor,
    return_visit_factor,
    time_since_visit_factor,
    trends_factor,
)
from services.visits.ranking.rules import (
    MOST_WEIGHT,
    RISK_BASED,
    faults_of_weights,
    rank_for_visit,
)

ON = date(2020, 6, 30)
Bearing = Callable[[Sequence[Found], date], Factor]
BEARING: dict[str, Bearing] = {
    "emerging_issue": emerging_issues_factor,
    "trend": trends_factor,
    "event": events_factor,
}
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
severities = st.sampled_from(sorted(SEVERITY_POINTS))


def one(severity: str, on: date = ON, seen_from: date = ON, count: int = 1) -> Found:
    """So many findings of a severity, all of one day."""
    return Found(severity, count, on, "border-control", max(0, (seen_from - on).days))


found = st.builds(
    Found,
    severity=severities,
    count=st.integers(1, 50),
    latest_on=days,
    latest_theme=st.just("border-control"),
    mean_age=st.floats(0, 4000),
)
many = st.lists(found, max_size=4).map(tuple)
requests = st.builds(Requested, count=st.integers(1, 3), first_on=days, latest_on=days)
answers = st.builds(
    Answered,
    given=st.booleans(),
    answered_on=days,
    standing=st.booleans(),
    ended_on=st.none() | days,
)
standings = st.builds(
    Standing,
    member_state=st.sampled_from(["FJI", "KEN", "PER", "NOR"]),
    gaps=many,
    emerging_issues=many,
    trends=many,
    events=many,
    assessed=st.none() | st.builds(Assessed, score=st.floats(0, 1), completed_on=days),
    requested=st.none() | requests,
    answered=st.none() | answers,
    visits=st.integers(1, 5),
    visited_on=st.none() | days,
    return_recommended_on=st.none() | days,
)


@given(standings, days)
def test_every_factor_is_from_0_to_1_and_says_why(standing: Standing, on: date) -> None:
    factors = factors_of(standing, on)
    assert [factor.name for factor in factors] == list(FACTORS)
    for factor in factors:
        assert 0 <= factor.value <= 1
        assert factor.because.endswith(".")
        assert (factor.data_as_of is None) == (factor.count == 0)


@given(many, severities)
def test_one_more_gap_never_counts_for_less(gaps: tuple[Found, ...], severity: str) -> None:
    before, after = gaps_factor(gaps, ON), gaps_factor((*gaps, one(severity)), ON)
    assert after.value > before.value or before.value > 1 - 1e-9
    assert after.count == before.count + 1


@given(many, st.sampled_from(["low", "medium", "high"]))
def test_a_more_severe_gap_counts_for_more(gaps: tuple[Found, ...], severity: str) -> None:
    mild, grave = (gaps_factor((*gaps, one(s)), ON).value for s in (severity, "critical"))
    assert grave > mild or mild > 1 - 1e-9


def test_one_critical_gap_is_half_of_the_scale_and_explains_itself() -> None:
    factor = gaps_factor([one("critical", date(2020, 6, 1))], ON)
    assert (factor.value, factor.count, factor.data_as_of) == (0.5, 1, date(2020, 6, 1))
    assert factor.because == "1 gap, the worst critical; latest 2020-06-01 (29 days ago)."
    assert gaps_factor([one("critical", count=2)], ON).value == 0.75


@pytest.mark.parametrize("kind", FADES_IN_YEARS)
def test_what_bears_on_a_state_fades_evenly_in_its_own_time(kind: str) -> None:
    span = FADES_IN_YEARS[kind] * DAYS_A_YEAR
    factor = BEARING[kind]
    assert factor([one("critical")], ON).value == 0.5
    half = ON - timedelta(days=round(span / 2))
    assert factor([one("critical", half)], ON).value == pytest.approx(1 - 2**-0.5, abs=0.001)
    counting = counts_from(ON)[kind]
    assert factor([one("critical", counting)], ON).value == pytest.approx(0, abs=0.001)
    assert factor([one("critical", counting - timedelta(days=1))], ON).value == 0


def test_the_mean_age_of_trends_says_all_as_each_fades_evenly() -> None:
    both = [one("high", date(2019, 6, 30)), one("high", date(2018, 6, 30))]
    ages = [trend.mean_age for trend in both]
    together = Found("high", 2, date(2019, 6, 30), "border-control", sum(ages) / 2)
    assert trends_factor([together], ON).value == pytest.approx(trends_factor(both, ON).value)
    assert trends_factor([together], ON).because == (
        "2 recent trends; latest border-control (high), 2019-06-30 (366 days ago)."
    )


def test_a_request_counts_while_it_is_open() -> None:
    asked = Requested(2, date(2019, 1, 1), date(2020, 1, 1))
    factor = prior_request_factor(asked, ON)
    assert (factor.value, factor.count, factor.data_as_of) == (1, 2, date(2020, 1, 1))
    assert factor.because.startswith("It asked for a visit 2019-01-01 (546 days ago)")
    assert prior_request_factor(None, ON).value == 0


@given(days, days)
def test_a_visit_meets_an_earlier_recommendation(advised: date, visited: date) -> None:
    expected = 0.0 if visited >= advised else 1.0
    assert return_visit_factor(advised, visited, ON).value == expected
    assert return_visit_factor(advised, None, ON).value == 1


@given(days)
def test_never_visited_counts_for_more_than_any_visit(visited: date) -> None:
    assert (
        time_since_visit_factor(visited, 1, ON).value <= time_since_visit_factor(None, 0, ON).value
    )
    assert never_visited_factor(visited, 1).value == 0
    assert never_visited_factor(None, 0).value == 1
    assert Standing("KEN").never_visited
    assert not Standing("KEN", visits=1, visited_on=visited).never_visited


@pytest.mark.parametrize(
    ("visited", "value"), [("2020-06-30", 0), ("2015-06-30", 0.5), ("2000-01-01", 1)]
)
def test_years_since_the_last_visit(visited: str, value: float) -> None:
    factor = time_since_visit_factor(date.fromisoformat(visited), 1, ON)
    assert factor.value == pytest.approx(value, abs=0.001)


def test_consent_fades_in_five_years_and_a_refusal_counts_nothing() -> None:
    assert consent_factor(Answered(given=True, answered_on=ON), ON).value == 1
    half = Answered(given=True, answered_on=date(2017, 12, 30))
    assert consent_factor(half, ON).value == pytest.approx(0.5, abs=0.001)
    assert consent_factor(Answered(given=True, answered_on=date(2015, 1, 1)), ON).value == 0
    assert consent_factor(Answered(given=False, answered_on=ON), ON).value == 0


def test_a_standing_consent_counts_whole_until_it_ends() -> None:
    since = date(2010, 1, 1)
    assert consent_factor(Answered(given=True, answered_on=since, standing=True), ON).value == 1
    for standing in (True, False):
        ended = Answered(given=True, answered_on=ON, standing=standing, ended_on=ON)
        assert consent_factor(ended, ON).value == 0


def test_what_is_not_implemented_counts_and_what_is_unknown_is_in_the_middle() -> None:
    assert analysis_factor(Assessed(0.25, ON), ON).value == 0.75
    assert analysis_factor(None, ON).value == 0.5


world = st.lists(standings, min_size=1, max_size=4, unique_by=lambda known: known.member_state)


@given(world.flatmap(lambda known: st.tuples(st.just(known), st.permutations(known))))
def test_the_ranking_does_not_depend_on_the_order_of_what_it_is_given(
    known_and_shuffled: tuple[list[Standing], list[Standing]],
) -> None:
    known, shuffled = known_and_shuffled
    assert rank_for_visit(known, RISK_BASED.weights, ON) == rank_for_visit(
        shuffled, RISK_BASED.weights, ON
    )


@given(world)
def test_a_score_is_the_sum_of_its_contributions_and_ranks_descend(known: list[Standing]) -> None:
    ranks = rank_for_visit(known, RISK_BASED.weights, ON)
    assert [rank.position for rank in ranks] == list(range(1, len(known) + 1))
    for rank in ranks:
        total = sum(part.contribution for part in rank.factors)
        assert rank.score == pytest.approx(total, abs=1e-5)
        assert 0 <= rank.score <= 1
        for part in rank.factors:
            assert (part.age_days is None) == (part.data_as_of is None)
    assert ranks == sorted(ranks, key=lambda rank: (-rank.score, rank.member_state))


def test_states_of_equal_score_are_by_code() -> None:
    known = [Standing(state) for state in ("PER", "FJI", "KEN")]
    ranks = rank_for_visit(known, RISK_BASED.weights, ON)
    assert [rank.member_state for rank in ranks] == ["FJI", "KEN", "PER"]


@given(world, st.floats(0.1, 1000))
def test_only_the_proportions_of_the_weights_matter(known: list[Standing], scale: float) -> None:
    scaled = {name: weight * scale for name, weight in RISK_BASED.weights.items()}
    plain = {
        rank.member_state: rank.score for rank in rank_for_visit(known, RISK_BASED.weights, ON)
    }
    for rank in rank_for_visit(known, scaled, ON):
        assert rank.score == pytest.approx(plain[rank.member_state], abs=1e-5)


@pytest.mark.parametrize("weights", [{"gaps": -0.1, "trends": 1.0}, {"gaps": 0.0}, {}])
def test_weights_that_mean_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        rank_for_visit([Standing("KEN")], weights, ON)
    assert faults_of_weights(weights)


def test_every_fault_of_weights_is_named_at_once() -> None:
    weights = {"gaps": -1, "trends": nan, "events": inf, "weather": 0.5, "consent": MOST_WEIGHT + 1}
    assert [field for field, _ in faults_of_weights(weights)] == [
        f"weights.{factor}" for factor in weights
    ]
    assert [field for field, _ in faults_of_weights({"weather": 1, "gaps": 0})] == [
        "weights.weather",
        "weights",
    ]
    assert faults_of_weights({"gaps": MOST_WEIGHT}) == []


@given(st.dictionaries(st.sampled_from(list(FACTORS)), st.floats(), max_size=4))
def test_weights_without_fault_rank(weights: dict[str, float]) -> None:
    if not faults_of_weights(weights):
        (rank,) = rank_for_visit([Standing("KEN")], weights, ON)
        assert 0 <= rank.score <= 1


def test_the_built_in_policy_weighs_every_factor_and_sums_to_one() -> None:
    assert set(RISK_BASED.weights) == set(FACTORS)
    assert sum(RISK_BASED.weights.values()) == pytest.approx(1)
    assert faults_of_weights(RISK_BASED.weights) == []
