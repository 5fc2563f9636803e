"""Bad input, each fault with the field that it is in."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.follow_up.rules import faults_of_steps
from services.visits.missions.rules import Member, faults_of_dates, faults_of_team
from services.visits.visit_list.rules import LONGEST_LIST, doubled, faults_of_change

codes = st.lists(st.sampled_from(["FJI", "KEN", "PER"]), max_size=5)


def _fields(faults: list[tuple[str, str]]) -> list[str]:
    return [field for field, _ in faults]


@given(codes)
def test_a_state_named_again_is_doubled(states: list[str]) -> None:
    assert len(states) - len(doubled(states)) == len(set(states))
    assert all(states[n] in states[:n] for n in doubled(states))


@pytest.mark.parametrize(
    ("added", "removed", "fields"),
    [
        (["PER"], [], []),
        ([], ["KEN"], []),
        (["PER"], ["KEN"], []),
        ([], [], ["added"]),
        (["KEN"], [], ["added.0"]),
        ([], ["PER"], ["removed.0"]),
        (["PER", "PER"], ["FJI", "NOR"], ["added.1", "removed.1"]),
        (["KEN"], ["KEN"], ["added.0"]),
    ],
)
def test_a_change_fits_the_list(added: list[str], removed: list[str], fields: list[str]) -> None:
    assert _fields(faults_of_change(["KEN", "FJI"], added, removed)) == fields


def test_a_change_does_not_make_the_list_too_long() -> None:
    full = [f"S{n}" for n in range(LONGEST_LIST)]
    assert _fields(faults_of_change(full, ["KEN"], [])) == ["added"]
    assert faults_of_change(full, ["KEN"], ["S0"]) == []


@pytest.mark.parametrize(
    ("starts", "ends", "fields"),
    [
        ("2020-05-04", "2020-05-08", []),
        ("2020-05-04", "2020-05-04", []),
        ("2020-05-03", "2020-05-08", ["starts_on"]),
        ("2020-05-08", "2020-05-07", ["ends_on"]),
        ("2020-05-01", "2020-04-01", ["starts_on", "ends_on"]),
    ],
)
def test_dates_are_in_order_and_not_past(starts: str, ends: str, fields: list[str]) -> None:
    today = date(2020, 5, 4)
    faults = faults_of_dates(date.fromisoformat(starts), date.fromisoformat(ends), today)
    assert _fields(faults) == fields


def test_nobody_assesses_the_own_state_or_goes_twice() -> None:
    lead = Member("1", "A. Legal", "lead", nationalities=["NOR"])
    own = Member("2", "B. Border", "expert", nationalities=["NOR", "KEN"])
    torn = Member("3", "C. Finance", "expert", conflicts=["KEN"], active=False)
    assert faults_of_team([lead], "KEN") == []
    assert faults_of_team([lead, own, replace(torn, active=True)], "PER") == []
    faults = faults_of_team([lead, own, torn, None, lead], "KEN")
    named = [f"team.{n}.officer_id" for n in (1, 2, 2, 3, 4)]
    assert _fields(faults) == [*named, "team"]
    assert _fields(faults_of_team([own], "PER")) == ["team"]


def test_a_step_is_about_one_of_the_states_recommendations_once() -> None:
    faults = faults_of_steps(["one", "other", "one"], {"one"})
    assert _fields(faults) == ["steps.1.recommendation_id", "steps.2.recommendation_id"]
    assert faults_of_steps([], {"one"}) == []
