"""Which questions add least, what is kept all the same, and what dropping does to scores (¶12)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.assessments.rules import implementation_scores, scored_questions
from services.assessment.instruments.rules import (
    AnswerValue,
    Choice,
    Condition,
    Provision,
    Question,
    QuestionKind,
)
from services.assessment.streamlining.choice import Ground
from services.assessment.streamlining.effects import Effect, ScoreEffect
from services.assessment.streamlining.responses import Response, response_of
from services.assessment.streamlining.rules import Streamlining, streamlining


def asked(code: str, theme: str = "arms", paragraph: str = "1", **fields: Any) -> Question:
    made = Question(code, f"Is {code} in place?", theme, (Provision(2370, paragraph),))
    return replace(made, **fields)


def if_any_of(code: str, *answers: str) -> Condition:
    return Condition(question=code, is_any_of=answers)


SCALE: dict[str, Any] = {"kind": QuestionKind.SCALE, "minimum": 0.0, "maximum": 4.0}
CHOICES = (Choice("all", "All", 1.0), Choice("some", "Some", 0.25))
QUESTIONS = [
    asked("A", weight=5),
    asked("B", weight=2, shown_if=if_any_of("A", "yes", "partial")),
    asked("C", "aviation", **SCALE),
    asked("D", "aviation", weight=3, kind=QuestionKind.CHOICE, choices=CHOICES),
    asked("E", "arms", shown_if=Condition(question="C", at_least=2)),
    asked(
        "F",
        "border-control",
        shown_if=Condition(any=(if_any_of("B", "no"), if_any_of("D", "all"))),
    ),
    asked(
        "G",
        "border-control",
        weight=4,
        shown_if=Condition(
            all=(if_any_of("E", "yes"), Condition(question="C", at_least=1, at_most=3))
        ),
    ),
    asked("H", "border-control", kind=QuestionKind.TEXT, weight=0),
]
CODES = [question.code for question in QUESTIONS]
WORD = st.sampled_from(["yes", "partial", "no", "not_applicable"])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "A": WORD,
        "B": WORD,
        "C": st.integers(0, 4).map(float),
        "D": st.sampled_from(["all", "some", "not_applicable"]),
        "E": WORD,
        "F": WORD,
        "G": WORD,
        "H": st.just("In words."),
    },
)
RESPONSES = st.lists(
    st.tuples(ANSWERS, st.frozensets(st.sampled_from(CODES), max_size=2)), min_size=1, max_size=6
)


def made(
    given_answers: Sequence[tuple[Mapping[str, AnswerValue], frozenset[str]]],
) -> list[Response]:
    return [
        Response(f"S{i}", {c: a for c, a in answers.items() if c not in not_asked}, not_asked)
        for i, (answers, not_asked) in enumerate(given_answers)
    ]


def what_if(responses: Sequence[Response], dropped: set[str]) -> Effect:
    effect = streamlining(QUESTIONS, responses, dropped).what_if
    assert effect is not None
    return effect


def told(effect: ScoreEffect, *, after: bool) -> dict[str, float | None]:
    return {state.member_state: state.after if after else state.before for state in effect.states}


@given(RESPONSES, st.sets(st.sampled_from(CODES), min_size=1))
def test_the_effect_is_what_scoring_anew_without_the_questions_gives(
    given_answers: list[tuple[dict[str, AnswerValue], frozenset[str]]], dropped: set[str]
) -> None:
    responses = made(given_answers)
    effect = what_if(responses, dropped)
    for response in responses:
        for after, withheld in ((False, response.not_asked), (True, response.not_asked | dropped)):
            counted = scored_questions(QUESTIONS, response.answers, withheld)
            scores = implementation_scores(counted)
            state = response.member_state
            overall = told(effect.overall, after=after)
            if state in overall:
                expected = scores.overall.score if scores else None
                assert overall[state] == pytest.approx(expected, abs=1e-9)
            for theme, part in effect.by_theme.items():
                column = told(part, after=after)
                score = scores.by_theme.get(theme) if scores else None
                if state in column:
                    assert column[state] == pytest.approx(score.score if score else None, abs=1e-9)


@given(RESPONSES)
def test_only_states_with_a_score_are_told_of_and_all_of_them(
    given_answers: list[tuple[dict[str, AnswerValue], frozenset[str]]],
) -> None:
    responses = made(given_answers)
    scored = [
        response.member_state
        for response in responses
        if implementation_scores(scored_questions(QUESTIONS, response.answers, response.not_asked))
    ]
    effect = what_if(responses, {*CODES})
    assert [state.member_state for state in effect.overall.states] == scored
    assert list(effect.overall.without_score) == scored
    assert effect.uncovered


@given(RESPONSES)
def test_dropping_nothing_that_counts_changes_nothing(
    given_answers: list[tuple[dict[str, AnswerValue], frozenset[str]]],
) -> None:
    effect = what_if(made(given_answers), {"H"})
    assert effect.by_theme == {}
    assert effect.overall.largest is None
    assert (effect.overall.rank_changes, effect.overall.without_score) == (0, ())
    assert all(s.before == s.after for s in effect.overall.states)
    nothing = streamlining(QUESTIONS, made(given_answers)).effect
    assert (nothing.dropped, nothing.overall.largest, nothing.by_theme) == ((), None, {})


def test_ranks_are_shared_where_scores_are_and_move_where_they_change() -> None:
    answers: dict[str, dict[str, AnswerValue]] = {
        "K": {"A": "yes", "C": 0.0},
        "L": {"A": "no", "C": 4.0},
        "M": {"A": "no", "C": 4.0},
    }
    responses = [Response(state, given_) for state, given_ in answers.items()]
    effect = what_if(responses, {"A"})
    assert [(s.member_state, s.rank_before, s.rank_after) for s in effect.overall.states] == [
        ("K", 1, 3),
        ("L", 2, 1),
        ("M", 2, 1),
    ]
    assert effect.overall.rank_changes == 3
    largest = effect.overall.largest
    assert largest is not None
    assert (largest.member_state, largest.change) == ("K", -0.8333)
    assert effect.by_theme["arms"].without_score == ("K", "L", "M")


def test_with_a_question_goes_what_only_its_answer_shows() -> None:
    responses = [Response("K", {"A": "yes", "B": "no", "F": "yes"})]
    effect = what_if(responses, {"A"})
    assert effect.no_longer_shown == ("B", "F")
    assert "theme border-control" not in effect.uncovered, "H is left on it"


# What is proposed. Twenty States; V varies, and so does every question unless it is told otherwise.

PATTERN = ["yes", "no", "partial", "yes", "no", "no", "yes", "partial", "no", "yes"] * 2
OTHER = ["no", "no", "yes", "partial", "yes", "no", "no", "yes", "yes", "partial"] * 2
OTHER[3:9] = ["yes", "no", "no", "partial", "partial", "no"]


def report(
    columns: Mapping[str, Sequence[AnswerValue | None]],
    questions: Sequence[Question],
    states: int = 20,
) -> Streamlining:
    return streamlining(
        questions,
        [
            Response(
                f"S{row:02}",
                {code: column[row] for code, column in columns.items() if column[row] is not None},  # type: ignore[misc]
            )
            for row in range(states)
        ],
    )


def proposed(found: Streamlining) -> dict[str, list[Ground]]:
    return {
        proposal.question: [reason.ground for reason in proposal.reasons]
        for proposal in found.proposals
    }


def kept(found: Streamlining) -> dict[str, str]:
    return {one.question: one.kept_because for one in found.kept}


def test_what_has_no_variance_or_is_missing_in_most_is_proposed_with_its_numbers() -> None:
    questions = [asked("V"), asked("SAME"), asked("GONE")]
    gone = [*OTHER[:9], *[None] * 11]
    found = report({"V": PATTERN, "SAME": ["no"] * 20, "GONE": gone}, questions)
    assert proposed(found) == {"SAME": [Ground.NO_VARIANCE], "GONE": [Ground.MISSING_IN_MOST]}
    words = {p.question: p.reasons[0].words for p in found.proposals}
    assert "20 States" in words["SAME"]
    assert words["GONE"] == "Of 20 States that were asked, 11 did not answer it."
    use = {one.code: one for one in found.questions}
    assert (use["GONE"].asked, use["GONE"].answered, use["GONE"].missing) == (20, 9, 0.55)
    assert (use["SAME"].entropy, use["SAME"].adds) == (0, 0)
    assert [(a.answer, a.states) for a in use["V"].distribution] == [
        ("no", 8),
        ("yes", 8),
        ("partial", 4),
    ]
    assert found.effect.dropped == ("SAME", "GONE")


def test_what_chance_alone_would_imply_is_left() -> None:
    random = Random(7)
    codes = [f"Q-{i}" for i in range(200)]
    columns = {code: random.choices(["yes", "no"], k=10) for code in codes}
    found = report(columns, [asked(code) for code in codes], states=10)
    seems = [use for use in found.questions if use.predictor and use.predictor.explained >= 0.7]
    assert len(seems) > 20
    assert not [grounds for grounds in proposed(found).values() if Ground.IMPLIED in grounds]


def test_the_use_of_words_and_figures_is_told_by_kind() -> None:
    words = asked("WORDS", kind=QuestionKind.TEXT, weight=0)
    questions = [asked("V"), asked("W"), words]
    found = report({"V": PATTERN, "W": OTHER, "WORDS": ["A law.", *[None] * 19]}, questions)
    assert [(one.kind, one.questions, one.asked, one.answered) for one in found.kinds] == [
        (QuestionKind.TEXT, 1, 20, 1),
        (QuestionKind.YES_NO_PARTIAL, 2, 40, 40),
    ]
    use = {one.code: one for one in found.questions}["WORDS"]
    assert (use.distribution, use.entropy, use.adds, use.missing) == ((), None, None, 0.95)


def test_of_two_that_imply_each_other_the_one_of_less_weight_goes_and_the_other_stays() -> None:
    questions = [asked("HEAVY", weight=5), asked("LIGHT"), asked("V")]
    found = report({"HEAVY": PATTERN, "LIGHT": PATTERN, "V": OTHER}, questions)
    assert proposed(found) == {"LIGHT": [Ground.IMPLIED]}
    assert found.proposals[0].reasons[0].implied_by == "HEAVY"
    assert kept(found) == {}
    predictor = next(use.predictor for use in found.questions if use.code == "LIGHT")
    assert predictor is not None
    assert (predictor.question, predictor.explained, predictor.implied) == ("HEAVY", 1.0, 1.0)
    assert predictor.chance is not None
    assert predictor.chance < 1


def test_what_implies_a_dropped_question_stays_though_most_leave_it_out() -> None:
    answers = [*PATTERN[:12], *[None] * 18]
    questions = [asked("A"), asked("B", weight=2), asked("V")]
    found = report({"A": answers, "B": answers, "V": (OTHER * 2)[:30]}, questions, states=30)
    assert proposed(found) == {
        "A": [Ground.IMPLIED, Ground.MISSING_IN_MOST],
    }
    assert kept(found) == {"B": "A is to be dropped because this one implies it."}


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (asked("LAST", paragraph="9"), "the last question on provision 2370 9."),
        (asked("LAST", theme="aviation"), "the last question on theme aviation."),
        (asked("LAST", tags=("gender",)), "the last question on tag gender."),
        (
            asked("LAST", provisions=(Provision(2309),)),
            "the last question on provision 2309, resolution 2309.",
        ),
    ],
)
def test_the_last_question_on_something_is_never_proposed(question: Question, why: str) -> None:
    questions = [asked("V"), question]
    found = report({"V": PATTERN, "LAST": ["no"] * 20}, questions)
    assert proposed(found) == {}
    assert kept(found) == {"LAST": f"It is {why}"}


def test_a_question_in_words_does_not_stand_in_for_the_last_scored_one() -> None:
    questions = [
        asked("V"),
        asked("SAME", "aviation"),
        asked("WORDS", "aviation", kind=QuestionKind.TEXT, weight=0),
    ]
    found = report(
        {"V": PATTERN, "SAME": ["no"] * 20, "WORDS": [f"Law {i}" for i in range(20)]}, questions
    )
    assert proposed(found) == {}
    assert kept(found) == {"SAME": "It is the last scored question on theme aviation."}


def test_of_two_without_variance_one_stays_to_cover_the_provision() -> None:
    questions = [asked("V"), asked("X", paragraph="9"), asked("Y", paragraph="9", weight=2)]
    found = report({"V": PATTERN, "X": ["no"] * 20, "Y": ["no"] * 20}, questions)
    assert proposed(found) == {"X": [Ground.NO_VARIANCE]}
    assert [*kept(found)] == ["Y"]


def test_what_a_condition_tests_stays_until_what_it_shows_is_dropped() -> None:
    questions = [asked("V"), asked("P"), asked("Q", shown_if=if_any_of("P", "yes"))]
    varied = {"V": PATTERN, "P": ["yes"] * 20}
    found = report({**varied, "Q": OTHER}, questions)
    assert proposed(found) == {}
    assert kept(found) == {"P": "Its answer shows Q: show these otherwise, or drop them too."}
    found = report({**varied, "Q": ["no"] * 20}, questions)
    assert [*proposed(found)] == ["Q", "P"]


def test_questions_without_anything_in_common_are_all_left() -> None:
    found = report({"V": PATTERN, "W": OTHER}, [asked("V"), asked("W")])
    assert proposed(found) == {}
    assert kept(found) == {}


@pytest.mark.parametrize("states", [0, 1, 9])
def test_too_few_states_carry_no_conclusion(states: int) -> None:
    columns = {"V": PATTERN, "SAME": ["no"] * 20, "COPY": PATTERN}
    found = report(columns, [asked("V"), asked("SAME"), asked("COPY")], states)
    assert (found.conclusive, found.proposals, found.kept) == (False, (), ())
    assert found.conclusion.startswith(f"No conclusion: {states} States")
    assert report(columns, [asked("V"), asked("SAME"), asked("COPY")], 10).conclusive


def test_an_earlier_response_answers_the_questions_that_are_the_same() -> None:
    before = [
        asked("SAME"),
        asked("REWORDED"),
        asked("REBOUND", **(SCALE | {"maximum": 9.0})),
        asked("OPEN"),
    ]
    now = [
        asked("SAME", weight=4),
        asked("REWORDED", text="Is it otherwise in place?"),
        asked("REBOUND", **SCALE),
        asked("OPEN"),
        asked("NEW"),
    ]
    answers: dict[str, AnswerValue] = {"SAME": "yes", "REWORDED": "no", "REBOUND": 8.0}
    found = response_of("KEN", before, answers, now)
    assert found.answers == {"SAME": "yes"}
    assert found.not_asked == {"REWORDED", "REBOUND", "NEW"}
    use = {one.code: one for one in streamlining(now, [found]).questions}
    assert (use["OPEN"].asked, use["OPEN"].missing) == (1, 1.0)
    assert (use["NEW"].asked, use["NEW"].missing) == (0, None)
