"""Rules of trends, products and strategies."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.products import rules as products
from services.assessment.products.models import PRODUCT_KINDS, ProductKind, ProductStatus
from services.assessment.strategies.models import ELEMENTS, StrategyElement, StrategyStatus
from services.assessment.strategies.rules import Recorded, faults_of_strategy, missing_elements
from services.assessment.trends.rules import faults_of_trend
from shared.auth import COMMITTEE, CTED, Audience, Role

TODAY = date(2020, 6, 1)
days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(days, st.none() | days)
def test_a_period_without_fault_is_past_and_in_order(begin: date, end: date | None) -> None:
    faults = faults_of_trend(["KEN"], begin, end, TODAY)
    right = begin <= TODAY and (end is None or begin <= end <= TODAY)
    assert (faults == []) == right


def test_the_steps_of_a_product_name_every_state_and_end() -> None:
    assert set(products.FREE_STEPS) == {status.value for status in ProductStatus}
    assert products.FREE_STEPS["withdrawn"] == ()
    assert all(
        "published" not in steps or state == "approved"
        for state, steps in products.FREE_STEPS.items()
    ), "nothing is published that was not approved"


def test_every_kind_and_element_is_told_in_words() -> None:
    assert set(PRODUCT_KINDS) == set(ProductKind)
    assert set(ELEMENTS) == set(StrategyElement)


@pytest.mark.parametrize("outcome", ["commented", "returned"])
def test_only_an_approval_needs_no_words(outcome: str) -> None:
    assert [field for field, _ in products.faults_of_review(outcome, "")] == ["comment"]
    assert products.faults_of_review(outcome, "Shorten it.") == []
    assert products.faults_of_review("approved", "") == []


@given(st.text(min_size=1), st.sampled_from(list(Audience)))
def test_a_title_is_announced_to_the_public_alone(title: str, audience: Audience) -> None:
    announced = products.announced_title(title, "trends_report", audience)
    assert announced == (title if audience is Audience.PUBLIC else "Trends report")


@given(st.text(), st.lists(st.text(min_size=1), max_size=4))
def test_marking_adds_nothing_but_marks(excerpt: str, parts: list[str]) -> None:
    assert products.marked(excerpt, parts).replace("**", "") == excerpt.replace("**", "")


@given(st.text())
def test_parts_of_a_search_stand_in_it_and_are_never_empty(search: str) -> None:
    assert all(part and part in search and " " not in part for part in products.parts_of(search))


def test_the_longest_part_is_marked() -> None:
    assert products.marked("反恐委员会", ["反恐", "反恐委员会"]) == "**反恐委员会**"
    assert products.marked("ICT 公司", ["ict"]) == "**ICT** 公司"


def test_each_audience_includes_those_before_it() -> None:
    readers = [audience.readers for audience in Audience]
    assert all(narrow < wide for narrow, wide in pairwise(readers))
    assert readers[0] == CTED | COMMITTEE
    assert readers[-1] == frozenset(Role)


def strategy(**fields: object) -> Recorded:
    known: dict[str, object] = {
        "kind": "national",
        "regional_body": None,
        "status": "adopted",
        "adopted_on": TODAY - timedelta(days=100),
        "reviewed_on": None,
        "valid_until": None,
        "elements": [],
        "mechanism": "",
    }
    return Recorded(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({}, []),
        ({"kind": "regional"}, ["regional_body"]),
        ({"regional_body": "SADC"}, ["regional_body"]),
        ({"adopted_on": None}, ["adopted_on"]),
        ({"status": "in_development"}, ["adopted_on"]),
        ({"adopted_on": TODAY + timedelta(days=1)}, ["adopted_on"]),
        ({"reviewed_on": TODAY - timedelta(days=101)}, ["reviewed_on"]),
        ({"valid_until": TODAY - timedelta(days=101)}, ["valid_until"]),
        ({"valid_until": TODAY + timedelta(days=1000)}, []),
        ({"elements": ["implementation_mechanism"]}, ["mechanism"]),
        ({"mechanism": "A committee."}, ["mechanism"]),
        ({"status": "none_known", "adopted_on": None, "elements": ["gender"]}, ["elements"]),
    ],
)
def test_contradictions_of_a_strategy(fields: dict[str, object], faulty: list[str]) -> None:
    assert [field for field, _ in faults_of_strategy(strategy(**fields), TODAY)] == faulty


@given(st.sampled_from(list(StrategyStatus)), st.none() | days)
def test_what_was_in_force_has_a_date_of_adoption(status: str, adopted_on: date | None) -> None:
    known = strategy(status=status, adopted_on=adopted_on)
    if not faults_of_strategy(known, TODAY):
        assert (adopted_on is None) == (status in ("none_known", "in_development"))


@given(st.sets(st.sampled_from(list(StrategyElement))))
def test_what_is_present_and_what_is_missing_are_the_whole(present: set[StrategyElement]) -> None:
    missing = missing_elements(present, ELEMENTS)
    assert sorted([*present, *missing]) == sorted(ELEMENTS)
