"""The factors and the ranking as properties: bounds, direction, fading, determinism."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.findings.rules import Assessed, Finding
from services.visits.ranking.rules import (
    RISK_BASED,
    SEVERITY_POINTS,
    Answered,
    Standing,
    assessment_factor,
    consent_factor,
    factors_of,
    gaps_factor,
    prior_request_factor,
    rank_for_visit,
    return_visit_factor,
    time_since_visit_factor,
    trends_count_from,
    trends_factor,
)

ON = date(2020, 6, 30)
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
findings = st.builds(
    Finding,
    severity=st.sampled_from(sorted(SEVERITY_POINTS)),
    theme=st.just("border-control"),
    identified_on=days,
)
many = st.lists(findings, max_size=8).map(tuple)
standings = st.builds(
    Standing,
    member_state=st.sampled_from(["FJI", "KEN", "PER", "NOR"]),
    gaps=many,
    trends=many,
    assessed=st.none() | st.builds(Assessed, score=st.floats(0, 1), completed_on=days),
    requested_on=st.none() | days,
    answered=st.none() | st.builds(Answered, given=st.booleans(), answered_on=days),
    visited_on=st.none() | days,
    return_recommended_on=st.none() | days,
)


@given(standings, days)
def test_every_factor_is_from_0_to_1_and_says_why(standing: Standing, on: date) -> None:
    factors = factors_of(standing, on)
    assert {factor.name for factor in factors} == set(RISK_BASED.weights)
    for factor in factors:
        assert 0 <= factor.value <= 1
        assert factor.because.endswith(".")


@given(many, findings)
def test_one_more_gap_always_counts_for_more(gaps: tuple[Finding, ...], one: Finding) -> None:
    assert gaps_factor((*gaps, one), ON).value > gaps_factor(gaps, ON).value


@given(many, st.sampled_from(["low", "medium", "high"]))
def test_a_more_severe_gap_counts_for_more(gaps: tuple[Finding, ...], severity: str) -> None:
    mild = Finding(severity, "border-control", ON)
    grave = Finding("critical", "border-control", ON)
    assert gaps_factor((*gaps, grave), ON).value > gaps_factor((*gaps, mild), ON).value


def test_one_critical_gap_is_half_of_the_scale_and_explains_itself() -> None:
    factor = gaps_factor([Finding("critical", "border-control", date(2020, 6, 1))], ON)
    assert factor.value == 0.5
    assert factor.because == "1 gap, the worst critical; latest 2020-06-01 (29 days ago)."


@given(findings.filter(lambda trend: trend.identified_on <= ON), st.integers(1, 3000))
def test_a_trend_fades(trend: Finding, later: int) -> None:
    after = ON + timedelta(days=later)
    assert trends_factor([trend], after).value <= trends_factor([trend], ON).value


@given(findings, days)
def test_no_trend_that_counts_is_left_out(trend: Finding, on: date) -> None:
    counts = trends_factor([trend], on).value > 0
    assert not counts or trend.identified_on >= trends_count_from(on)


def test_a_trend_of_more_than_three_years_ago_counts_nothing() -> None:
    trend = Finding("critical", "border-control", date(2017, 6, 29))
    assert trends_factor([trend], ON).value == 0
    assert trends_factor([trend], date(2020, 6, 27)).value > 0


@given(days, days)
def test_a_visit_meets_an_earlier_request_and_recommendation(asked: date, visited: date) -> None:
    expected = 0.0 if visited >= asked else 1.0
    assert prior_request_factor(asked, visited, ON).value == expected
    assert return_visit_factor(asked, visited, ON).value == expected
    assert prior_request_factor(asked, None, ON).value == 1


@given(days)
def test_never_visited_counts_for_more_than_any_visit(visited: date) -> None:
    assert time_since_visit_factor(visited, ON).value <= 0.8
    assert time_since_visit_factor(None, ON).value == 1


@pytest.mark.parametrize(
    ("visited", "value"), [("2020-06-30", 0), ("2015-06-30", 0.4), ("2000-01-01", 0.8)]
)
def test_years_since_the_last_visit(visited: str, value: float) -> None:
    factor = time_since_visit_factor(date.fromisoformat(visited), ON)
    assert factor.value == pytest.approx(value, abs=0.001)


def test_consent_fades_in_five_years_and_a_refusal_counts_nothing() -> None:
    assert consent_factor(Answered(given=True, answered_on=ON), ON).value == 1
    half = Answered(given=True, answered_on=date(2017, 12, 30))
    assert consent_factor(half, ON).value == pytest.approx(0.5, abs=0.001)
    assert consent_factor(Answered(given=True, answered_on=date(2015, 1, 1)), ON).value == 0
    assert consent_factor(Answered(given=False, answered_on=ON), ON).value == 0


def test_what_is_not_implemented_counts_and_what_is_unknown_is_in_the_middle() -> None:
    assert assessment_factor(Assessed(0.25, ON), ON).value == 0.75
    assert assessment_factor(None, ON).value == 0.5


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
        assert rank.score == pytest.approx(sum(part.contribution for part in rank.factors))
        assert 0 <= rank.score <= 1
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


def test_the_policy_in_force_weighs_to_one() -> None:
    assert sum(RISK_BASED.weights.values()) == pytest.approx(1)
