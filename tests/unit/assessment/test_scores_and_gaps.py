"""Scores and gaps come from the answers alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.assessments.rules import ANSWER_VALUES, Asked, implementation_scores
from services.assessment.gaps.rules import gap_severity, gaps_in


def asked(
    code: str, *, theme: str = "border-control", resolution: int = 2396, weight: int = 1
) -> Asked:
    return Asked(code, f"Is {code} in place?", theme, resolution, None, weight)


QUESTIONS = [
    asked("A", theme="arms", resolution=2370, weight=3),
    asked("B", theme="arms", resolution=1373, weight=1),
    asked("C", theme="aviation", resolution=2309, weight=2),
]
ANSWERS = st.dictionaries(
    st.sampled_from(["A", "B", "C"]), st.sampled_from([*ANSWER_VALUES, "not_applicable"])
)


def test_a_question_counts_as_often_as_its_weight_says() -> None:
    scores = implementation_scores({"A": "yes", "B": "no", "C": "partial"}, QUESTIONS)
    assert scores is not None
    assert scores.overall == round((3 * 1 + 1 * 0 + 2 * 0.5) / 6, 4)
    assert scores.by_theme == {"arms": 0.75, "aviation": 0.5}
    assert scores.by_resolution == {1373: 0.0, 2309: 0.5, 2370: 1.0}


def test_what_is_not_applicable_counts_on_neither_side() -> None:
    scores = implementation_scores({"A": "not_applicable", "B": "yes", "C": "no"}, QUESTIONS)
    assert scores is not None
    assert scores.by_theme == {"arms": 1.0, "aviation": 0.0}
    assert scores.overall == round(1 / 3, 4)


def test_nothing_applicable_is_no_score_rather_than_zero() -> None:
    assert implementation_scores(dict.fromkeys("ABC", "not_applicable"), QUESTIONS) is None


@given(ANSWERS)
def test_scores_are_shares_and_the_whole_lies_between_its_themes(answers: dict[str, str]) -> None:
    scores = implementation_scores(answers, QUESTIONS)
    if scores is None:
        assert not set(answers.values()) & set(ANSWER_VALUES)
        return
    assert 0 <= min(scores.by_theme.values()) <= scores.overall <= max(scores.by_theme.values())
    assert max(scores.by_theme.values()) <= 1


@given(ANSWERS)
def test_a_gap_is_every_answer_below_yes_and_nothing_else(answers: dict[str, str]) -> None:
    found = {finding.question.code for finding in gaps_in(answers, QUESTIONS)}
    assert found == {code for code, answer in answers.items() if answer in ("no", "partial")}


@pytest.mark.parametrize(
    ("shortfall", "weight", "severity"),
    [
        (1, 5, "critical"),
        (1, 4, "critical"),
        (1, 3, "high"),
        (0.5, 5, "high"),
        (1, 2, "medium"),
        (0.5, 3, "medium"),
        (1, 1, "low"),
        (0.5, 1, "low"),
    ],
)
def test_severity_follows_shortfall_and_weight(
    shortfall: float, weight: int, severity: str
) -> None:
    assert gap_severity(shortfall, weight) == severity
