"""Scores and gaps come from the answers alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.assessments.rules import implementation_scores, scored_questions
from services.assessment.gaps.rules import gap_severity, gaps_in
from services.assessment.instruments.rules import (
    YES_NO_PARTIAL,
    Choice,
    Condition,
    Provision,
    Question,
    QuestionKind,
    implementation_value,
)


def asked(
    code: str,
    *,
    theme: str = "border-control",
    resolutions: tuple[int, ...] = (2396,),
    weight: int = 1,
    shown_if: Condition | None = None,
) -> Question:
    return Question(
        code,
        f"Is {code} in place?",
        theme,
        tuple(map(Provision, resolutions)),
        weight=weight,
        shown_if=shown_if,
    )


QUESTIONS = [
    asked("A", theme="arms", resolutions=(2370, 1373), weight=3),
    asked("B", theme="arms", resolutions=(1373,), weight=1),
    asked("C", theme="aviation", resolutions=(2309,), weight=2),
]
ANSWERS = st.dictionaries(
    st.sampled_from(["A", "B", "C"]), st.sampled_from([*YES_NO_PARTIAL, "not_applicable"])
)


def test_a_question_counts_as_often_as_its_weight_says() -> None:
    counted = scored_questions(QUESTIONS, {"A": "yes", "B": "no", "C": "partial"})
    scores = implementation_scores(counted)
    assert scores is not None
    assert scores.overall.score == round((3 * 1 + 1 * 0 + 2 * 0.5) / 6, 4)
    assert {theme: found.score for theme, found in scores.by_theme.items()} == {
        "arms": 0.75,
        "aviation": 0.5,
    }
    assert {number: found.score for number, found in scores.by_resolution.items()} == {
        1373: 0.75,
        2309: 0.5,
        2370: 1.0,
    }


def test_what_is_not_answered_is_an_interval() -> None:
    scores = implementation_scores(scored_questions(QUESTIONS, {"A": "yes"}))
    assert scores is not None
    assert (scores.overall.score, scores.overall.low, scores.overall.high) == (1.0, 0.5, 1.0)
    assert (scores.overall.asked, scores.overall.answered) == (3, 1)
    aviation = scores.by_theme["aviation"]
    assert (aviation.score, aviation.low, aviation.high) == (None, 0.0, 1.0)


def test_what_is_not_applicable_counts_on_neither_side() -> None:
    counted = scored_questions(QUESTIONS, {"A": "not_applicable", "B": "yes", "C": "no"})
    scores = implementation_scores(counted)
    assert scores is not None
    assert scores.by_theme["arms"].score == 1.0
    assert scores.overall.score == round(1 / 3, 4)


def test_nothing_applicable_is_no_score_rather_than_zero() -> None:
    counted = scored_questions(QUESTIONS, dict.fromkeys("ABC", "not_applicable"))
    assert implementation_scores(counted) is None


def test_a_question_that_is_not_shown_does_not_count() -> None:
    follow_up = asked("D", shown_if=Condition(question="A", is_any_of=("yes",)))
    counted = scored_questions([*QUESTIONS, follow_up], {"A": "no", "D": "yes"})
    assert [entry.question.code for entry in counted] == ["A", "B", "C"]


def test_a_withheld_answer_takes_along_what_it_alone_makes_shown() -> None:
    follow_up = asked("D", shown_if=Condition(question="A", is_any_of=("yes",)))
    counted = scored_questions([*QUESTIONS, follow_up], {"A": "yes", "D": "no"}, withheld=["A"])
    assert [entry.question.code for entry in counted] == ["B", "C"]


@given(ANSWERS)
def test_scores_are_shares_and_lie_in_their_intervals(answers: dict[str, str]) -> None:
    scores = implementation_scores(scored_questions(QUESTIONS, answers))
    if scores is None:
        assert not set(answers.values()) & set(YES_NO_PARTIAL)
        return
    for found in (scores.overall, *scores.by_theme.values(), *scores.by_provision.values()):
        assert 0 <= found.low <= found.high <= 1
        if found.score is not None:
            assert found.low <= found.score + 1e-4
            assert found.score <= found.high + 1e-4
        if found.asked == found.answered:
            assert found.low == found.high == found.score


@given(ANSWERS, st.sampled_from(["A", "B", "C"]), st.sampled_from([*YES_NO_PARTIAL]))
def test_any_answer_to_what_is_missing_lies_in_the_interval(
    answers: dict[str, str], code: str, answer: str
) -> None:
    before = implementation_scores(scored_questions(QUESTIONS, answers))
    after = implementation_scores(scored_questions(QUESTIONS, {**answers, code: answer}))
    if before is not None and after is not None and code not in answers:
        assert before.overall.low <= after.overall.low + 1e-4
        assert after.overall.high <= before.overall.high + 1e-4


@given(ANSWERS)
def test_a_gap_is_every_answer_below_yes_and_nothing_else(answers: dict[str, str]) -> None:
    found = {f.question.code for f in gaps_in(scored_questions(QUESTIONS, answers))}
    assert found == {code for code, answer in answers.items() if answer in ("no", "partial")}


def test_a_scale_is_linear_and_a_choice_worth_its_best() -> None:
    scale = Question("S", "How far?", "arms", (), kind=QuestionKind.SCALE, minimum=1, maximum=5)
    assert [implementation_value(scale, value) for value in (1, 2, 5)] == [0, 0.25, 1]
    choice = Question(
        "C", "Which?", "arms", (), kind=QuestionKind.CHOICE, multiple=True,
        choices=(Choice("a", "A", 0.2), Choice("b", "B", 0.9)),
    )  # fmt: skip
    assert implementation_value(choice, ["a", "b"]) == 0.9
    assert implementation_value(choice, "not_applicable") is None


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
