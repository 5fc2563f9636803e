"""What a State reports moves its recommendations; what ends them is CTED's to find."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.recommendations.rules import (
    ENDED,
    FREE_STEPS,
    UNDER_REVIEW,
    consequence_of_step,
    consequence_of_verification,
    is_for_cted_alone,
    union,
)

PROGRESS = ("none", "in_progress", "partly_implemented", "implemented")
FOLLOWED = FREE_STEPS.keys() - UNDER_REVIEW


@pytest.mark.parametrize(("current", "progress"), [*itertools.product(FREE_STEPS, PROGRESS)])
def test_a_report_leads_to_an_allowed_step_or_to_none(current: str, progress: str) -> None:
    consequence = consequence_of_step(current, progress)
    assert consequence.status is None or consequence.status in FREE_STEPS[current]
    assert consequence.status not in ENDED
    if current in ENDED | UNDER_REVIEW:
        assert (consequence.status, consequence.review_because) == (None, None)


def test_a_report_of_implementation_asks_for_a_review_and_ends_nothing() -> None:
    consequence = consequence_of_step("in_progress", "implemented")
    assert consequence.status is None
    assert consequence.review_because == "The State reports that it is implemented."


@pytest.mark.parametrize(("current", "progress"), [*itertools.product(FREE_STEPS, PROGRESS)])
def test_a_verification_ends_what_is_implemented_and_takes_back_no_end(
    current: str, progress: str
) -> None:
    consequence = consequence_of_verification(current, progress)
    if current in UNDER_REVIEW or progress == current:
        assert (consequence.status, consequence.review_because) == (None, None)
    elif current in ENDED:
        assert consequence.status is None
        assert bool(consequence.review_because) == (current == "implemented")
    else:
        assert consequence.review_because is None
        assert consequence.status == (progress if progress != "none" else None)


def test_nothing_that_was_issued_is_reviewed_again_and_only_an_end_leads_back_to_issued() -> None:
    for current in FOLLOWED:
        assert UNDER_REVIEW.isdisjoint(FREE_STEPS[current])
        assert ("issued" in FREE_STEPS[current]) == (current in ENDED)
    for current in UNDER_REVIEW:
        assert ENDED.isdisjoint(FREE_STEPS[current])


@pytest.mark.parametrize(("current", "wanted"), [*itertools.product(FREE_STEPS, FREE_STEPS)])
def test_whatever_touches_an_end_is_for_cted_alone(current: str, wanted: str) -> None:
    assert is_for_cted_alone(current, wanted) == bool({current, wanted} & ENDED)
    assert current not in FREE_STEPS[current]


@given(st.lists(st.sampled_from(PROGRESS), max_size=12))
def test_however_often_a_state_reports_only_known_statuses_are_reached(reports: list[str]) -> None:
    status = "issued"
    for progress in reports:
        status = consequence_of_step(status, progress).status or status
        assert status in ("issued", "in_progress", "partly_implemented")


@given(st.lists(st.lists(st.integers(0, 9))))
def test_a_union_holds_each_thing_once_in_the_order_of_its_first_mention(
    parts: list[list[int]],
) -> None:
    whole = [item for part in parts for item in part]
    assert set(union(parts)) == set(whole)
    assert [whole.index(item) for item in union(parts)] == sorted(
        whole.index(item) for item in set(whole)
    )
