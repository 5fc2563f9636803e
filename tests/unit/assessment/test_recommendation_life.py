"""What a State reports moves its recommendations; what ends them is CTED's to find."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.recommendations.rules import FREE_STEPS, consequence_of_step

PROGRESS = ("none", "in_progress", "partly_implemented", "implemented")


@pytest.mark.parametrize(("current", "progress"), [*itertools.product(FREE_STEPS, PROGRESS)])
def test_a_report_leads_to_an_allowed_step_or_to_none(current: str, progress: str) -> None:
    consequence = consequence_of_step(current, progress)
    assert consequence.status is None or consequence.status in FREE_STEPS[current]
    assert consequence.status not in ("implemented", "no_longer_relevant")


def test_a_report_of_implementation_asks_for_a_review_and_ends_nothing() -> None:
    consequence = consequence_of_step("in_progress", "implemented")
    assert consequence.status is None
    assert consequence.review_because == "The State reports that it is implemented."


def test_an_ended_recommendation_stays_ended() -> None:
    for ended in ("implemented", "no_longer_relevant"):
        assert FREE_STEPS[ended] == ()
        for progress in PROGRESS:
            assert consequence_of_step(ended, progress) == consequence_of_step(ended, "none")


@given(st.lists(st.sampled_from(PROGRESS), max_size=12))
def test_however_often_a_state_reports_only_known_statuses_are_reached(reports: list[str]) -> None:
    status = "issued"
    for progress in reports:
        status = consequence_of_step(status, progress).status or status
        assert status in ("issued", "in_progress", "partly_implemented")
