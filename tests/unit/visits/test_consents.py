"""What a State may answer, what becomes of its answer, and which visit it allows."""

from datetime import date
from typing import Any

import pytest

from services.visits.consents.rules import (
    FREE_STEPS,
    HOLDING,
    UNANSWERED,
    covers,
    faults_of_answer,
    faults_of_visit,
    hindrance_to_revocation,
    hindrance_to_visit,
)
from services.visits.standing_consents.rules import faults_of_standing_consent

TODAY = date(2020, 5, 4)
YESTERDAY, TOMORROW = date(2020, 5, 3), date(2020, 5, 5)


def _fields(faults: list[tuple[str, str]]) -> list[str]:
    return [field for field, _ in faults]


@pytest.mark.parametrize(
    ("answer", "given", "fields"),
    [
        ("given", {}, []),
        ("given", {"conditions": ["In May."], "valid_until": TOMORROW, "reason": "Gladly."}, []),
        ("given", {"valid_until": TODAY}, ["valid_until"]),
        ("given", {"valid_until": YESTERDAY, "until": TOMORROW}, ["until", "valid_until"]),
        ("declined", {"reason": "Elections."}, []),
        ("declined", {}, ["reason"]),
        (
            "declined",
            {"conditions": ["In May."], "until": TOMORROW, "valid_until": TOMORROW},
            ["reason", "conditions", "until", "valid_until"],
        ),
        ("deferred", {"until": TOMORROW}, []),
        ("deferred", {}, ["until"]),
        ("deferred", {"until": TODAY}, ["until"]),
        ("deferred", {"until": TOMORROW, "conditions": ["In May."]}, ["conditions"]),
        ("deferred", {"until": TOMORROW, "valid_until": TOMORROW}, ["valid_until"]),
    ],
)
def test_an_answer_is_whole(answer: str, given: dict[str, Any], fields: list[str]) -> None:
    assert _fields(faults_of_answer(answer, TODAY, **given)) == fields


def test_what_is_not_answered_can_be_withdrawn_and_only_what_is_given_ends_otherwise() -> None:
    assert {state for state, steps in FREE_STEPS.items() if "withdrawn" in steps} == UNANSWERED
    assert {state for state, steps in FREE_STEPS.items() if steps} == HOLDING
    for ending in ("revoked", "expired"):
        assert [state for state, steps in FREE_STEPS.items() if ending in steps] == ["given"]


@pytest.mark.parametrize("status", FREE_STEPS)
def test_a_visit_takes_consent_of_a_state_that_is_on_the_list(status: str) -> None:
    hindrance = hindrance_to_visit("KEN", status, None)
    assert (hindrance is None) == (status == "given")
    removed = hindrance_to_visit("KEN", status, TODAY)
    assert removed is not None
    assert "KEN" in removed


@pytest.mark.parametrize(
    ("visit_kind", "valid_until", "fields"),
    [
        (None, None, []),
        ("focused", TODAY, []),
        ("comprehensive", TOMORROW, ["kind"]),
        (None, YESTERDAY, ["ends_on"]),
        ("targeted", YESTERDAY, ["kind", "ends_on"]),
    ],
)
def test_a_visit_is_what_the_state_consented_to(
    visit_kind: str | None, valid_until: date | None, fields: list[str]
) -> None:
    assert _fields(faults_of_visit(visit_kind, valid_until, "focused", TODAY)) == fields


def test_consent_is_revoked_before_the_visit_begins() -> None:
    assert hindrance_to_revocation(None, TODAY) is None
    assert hindrance_to_revocation(TOMORROW, TODAY) is None
    for begun in (TODAY, YESTERDAY):
        assert str(begun) in (hindrance_to_revocation(begun, TODAY) or "")


def test_a_standing_consent_to_some_kinds_answers_requests_for_those_alone() -> None:
    assert covers([], None)
    assert covers([], "comprehensive")
    assert covers(["focused"], "focused")
    assert not covers(["focused"], "comprehensive")
    assert not covers(["focused"], None)


@pytest.mark.parametrize(
    ("valid_until", "document", "by_state", "fields"),
    [
        (None, "", True, []),
        (TOMORROW, "Note 7", False, []),
        (TODAY, "", False, ["valid_until", "document"]),
    ],
)
def test_a_standing_consent_is_whole(
    valid_until: date | None, document: str, *, by_state: bool, fields: list[str]
) -> None:
    faults = faults_of_standing_consent(valid_until, document, TODAY, by_state=by_state)
    assert _fields(faults) == fields
