"""Needs, offers, projects and impact: their rules."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assistance.impact.rules import Assessed, baseline, change, shows_impact
from services.assistance.matching import rules as matching
from services.assistance.needs import rules as needs
from services.assistance.projects import rules as projects
from services.assistance.providers import rules as providers

DAY = date(2027, 3, 1)
REGIONS = {"KEN": "Africa", "GHA": "Africa", "FRA": "Europe"}


@pytest.mark.parametrize(
    "steps", [needs.FREE_STEPS, matching.FREE_STEPS, projects.FREE_STEPS, providers.FREE_STEPS]
)
def test_every_state_machine_leads_to_known_states_and_ends(
    steps: Mapping[str, tuple[str, ...]],
) -> None:
    assert {step for allowed in steps.values() for step in allowed} <= set(steps)
    assert any(not allowed for allowed in steps.values())


def test_an_issued_recommendation_opens_a_need_once_and_only_where_help_is_needed() -> None:
    assert needs.opens_for_recommendation(help_needed=True, known_needs=[])
    assert not needs.opens_for_recommendation(help_needed=False, known_needs=[])
    for status in needs.FREE_STEPS:
        assert not needs.opens_for_recommendation(help_needed=True, known_needs=[status])


@given(st.lists(st.sampled_from(sorted(needs.FREE_STEPS))))
def test_a_step_never_opens_a_second_live_need(known: list[str]) -> None:
    live = {"open", "proposed", "in_project"} & set(known)
    assert needs.opens_for_step(help_needed=True, known_needs=known, status="issued") is not bool(
        live
    )
    assert not needs.opens_for_step(help_needed=False, known_needs=known, status="issued")
    assert not needs.opens_for_step(help_needed=True, known_needs=known, status="implemented")


def test_a_title_is_the_text_within_bounds_or_the_theme() -> None:
    assert needs.title_of("Screen travellers.", "Arms") == "Screen travellers."
    assert needs.title_of("", "Arms") == "Technical assistance: Arms"
    assert len(needs.title_of("word " * 100, "Arms")) <= 200


@pytest.mark.parametrize(
    ("regions", "states", "reached"),
    [
        ([], [], {"KEN", "GHA", "FRA"}),
        (["Africa"], [], {"KEN", "GHA"}),
        ([], ["FRA"], {"FRA"}),
        (["Africa"], ["KEN", "FRA"], {"KEN"}),
        (["Africa"], ["FRA"], set()),
    ],
)
def test_an_offer_reaches_the_named_states_of_its_regions(
    regions: list[str], states: list[str], reached: set[str]
) -> None:
    assert providers.eligible_states(regions, states, REGIONS) == reached


def test_every_fault_of_an_offer_is_told_at_once() -> None:
    past = DAY - timedelta(days=1)
    found = providers.faults(
        regions=["Africa"],
        member_states=["FRA"],
        region_of=REGIONS,
        new_dates={"willing_until": past, "able_until": past},
        today=DAY,
    )
    assert [field for field, _ in found] == ["willing_until", "able_until", "member_states"]
    assert not providers.faults(
        regions=[],
        member_states=[],
        region_of=REGIONS,
        new_dates={"willing_until": DAY, "able_until": DAY},
        today=DAY,
    )


def test_a_project_starts_no_earlier_than_proposed_and_ends_after_its_start() -> None:
    assert not projects.date_faults(DAY, DAY + timedelta(days=1), DAY)
    found = projects.date_faults(DAY - timedelta(days=1), DAY - timedelta(days=1), DAY)
    assert [field for field, _ in found] == ["starts_on", "ends_on"]


def _assessed(days: int, **scores: float) -> Assessed:
    return Assessed(DAY + timedelta(days=days), scores, confidential=False)


def test_the_baseline_is_the_latest_score_of_the_theme_by_the_start() -> None:
    early, on_the_day, late = _assessed(-9, arms=0.1), _assessed(0, arms=0.2), _assessed(1, arms=1)
    assert baseline([late, on_the_day, early], "arms", DAY) is on_the_day
    assert baseline([late, early, _assessed(-1, aviation=1)], "arms", DAY) is early
    assert baseline([late], "arms", DAY) is None
    corrected = _assessed(0, arms=0.3)
    assert baseline([on_the_day, corrected, early], "arms", DAY) is corrected


def test_impact_shows_on_the_projects_theme_after_its_end() -> None:
    assert shows_impact(_assessed(1, arms=0.5), "arms", DAY)
    assert not shows_impact(_assessed(0, arms=0.5), "arms", DAY)
    assert not shows_impact(_assessed(1, aviation=0.5), "arms", DAY)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_change_is_within_bounds_and_unknown_without_a_baseline(
    before: float, after: float
) -> None:
    moved = change(before, after)
    assert moved is not None
    assert -1 <= moved <= 1
    assert moved == pytest.approx(after - before, abs=1e-4)
    assert change(None, after) is None
