"""What is asked depends on the answers; what could not be answered is a fault."""

from hypothesis import given
from hypothesis import strategies as st

from services.assessment.instruments.rules import (
    Choice,
    Condition,
    Provision,
    Question,
    QuestionKind,
    Section,
    implementation_value,
    instrument_faults,
    shown_questions,
)
from services.assessment.surveys.rules import (
    answer_fault,
    answer_faults,
    carried_forward,
    unanswered,
)

PROVISIONS = (Provision(1373, "2(e)"),)


def asked(code: str, shown_if: Condition | None = None, **fields: object) -> Question:
    return Question(code, f"Is {code} so?", "arms", PROVISIONS, shown_if=shown_if, **fields)  # type: ignore[arg-type]


def if_yes(code: str) -> Condition:
    return Condition(question=code, is_any_of=("yes",))


CHAIN = [asked("A"), asked("B", if_yes("A")), asked("C", if_yes("B"))]


def codes(questions: list[Question]) -> list[str]:
    return [question.code for question in questions]


def test_a_question_whose_ground_is_not_shown_is_not_shown_either() -> None:
    assert codes(shown_questions(CHAIN, {})) == ["A"]
    assert codes(shown_questions(CHAIN, {"A": "yes", "B": "yes"})) == ["A", "B", "C"]
    assert codes(shown_questions(CHAIN, {"A": "no", "B": "yes"})) == ["A"]


def test_the_instruments_order_is_kept_though_a_condition_looks_ahead() -> None:
    questions = [asked("B", if_yes("A")), asked("A")]
    assert codes(shown_questions(questions, {"A": "yes"})) == ["B", "A"]


def test_conditions_test_numbers_choices_and_their_combinations() -> None:
    number = asked("N", kind=QuestionKind.NUMBER, unit="persons", weight=0)
    choice = asked(
        "M", kind=QuestionKind.CHOICE, multiple=True, weight=0,
        choices=(Choice("a", "A"), Choice("b", "B")),
    )  # fmt: skip
    both = Condition(
        all=(
            Condition(question="N", at_least=2, at_most=4),
            Condition(any=(Condition(question="M", is_any_of=("b",)), if_yes("A"))),
        )
    )
    questions = [asked("A"), number, choice, asked("Z", both)]
    for n, m, a, shown in (
        (2, ["a", "b"], "no", True),
        (5, ["b"], "no", False),
        (4, ["a"], "no", False),
        (3, ["a"], "yes", True),
    ):
        found = codes(shown_questions(questions, {"N": n, "M": m, "A": a}))
        assert ("Z" in found) == shown


@given(
    st.lists(st.sampled_from(["yes", "no", "partial", None]), min_size=1, max_size=60),
)
def test_a_long_chain_is_shown_up_to_its_first_break(answers: list[str | None]) -> None:
    questions = [asked("Q0")]
    questions += [asked(f"Q{i}", if_yes(f"Q{i - 1}")) for i in range(1, len(answers))]
    given_answers = {f"Q{i}": answer for i, answer in enumerate(answers) if answer}
    broken = next((i for i, answer in enumerate(answers) if answer != "yes"), len(answers))
    assert len(shown_questions(questions, given_answers)) == min(broken + 1, len(answers))


def test_a_chain_of_thousands_of_conditions_is_no_problem() -> None:
    questions = [asked("Q0"), *(asked(f"Q{i}", if_yes(f"Q{i - 1}")) for i in range(1, 2000))]
    answers = {question.code: "yes" for question in questions}
    assert len(shown_questions(questions, answers)) == 2000
    assert instrument_faults([Section("s", "All", tuple(questions))]) == []


def test_a_condition_on_itself_is_a_circle() -> None:
    (fault,) = instrument_faults([Section("s", "All", (asked("A", if_yes("A")),))])
    assert fault.path == "sections.0.questions.0.shown_if"


def test_a_whole_response_has_no_fault_and_nothing_unanswered() -> None:
    assert codes_of(unanswered(CHAIN, {"A": "yes"})) == ["B"]
    assert unanswered(CHAIN, {"A": "yes", "B": "no"}) == []
    assert unanswered([asked("A", required=False)], {}) == []


def codes_of(faults: object) -> list[str]:
    return [fault.question for fault in faults]  # type: ignore[attr-defined]


@given(
    st.dictionaries(
        st.sampled_from(["A", "B", "C", "X"]),
        st.one_of(st.text(max_size=5), st.floats(), st.lists(st.text(max_size=3), max_size=3)),
    )
)
def test_every_answer_is_either_taken_or_named(answers: dict[str, str | float | list[str]]) -> None:
    faulty = codes_of(answer_faults(CHAIN, answers))
    for code, value in answers.items():
        takes = code != "X" and value in ("yes", "no", "partial", "not_applicable")
        assert (code in faulty) != takes


def test_a_scale_takes_its_steps_and_a_number_its_range() -> None:
    scale = asked("S", kind=QuestionKind.SCALE, minimum=1, maximum=5)
    assert [answer_fault(scale, value) is None for value in (1, 5, 0, 6, 2.5, float("nan"))] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    number = asked("N", kind=QuestionKind.NUMBER, unit="percent", minimum=0, maximum=100, weight=0)
    assert answer_fault(number, 99.5) is None
    for wrong in (100.5, float("inf"), "12", ["1"]):
        assert answer_fault(number, wrong) == "Send a number from 0 to 100, or not_applicable."


def test_a_scale_means_all_of_it_at_its_highest_step_wherever_it_lies() -> None:
    for low, high in ((0, 4), (-4, 0), (-2, 2), (1, 5)):
        scale = asked("S", kind=QuestionKind.SCALE, minimum=low, maximum=high)
        values = [implementation_value(scale, low + share * (high - low)) for share in (0, 0.5, 1)]
        assert values == [0, 0.5, 1], (low, high)


def test_only_the_same_question_carries_its_answer_forward() -> None:
    def number(maximum: float, unit: str = "cases") -> Question:
        return asked("N", kind=QuestionKind.NUMBER, unit=unit, maximum=maximum, weight=0)

    def scale(maximum: float) -> Question:
        return asked("S", kind=QuestionKind.SCALE, minimum=1, maximum=maximum)

    def choice(**labels: str) -> Question:
        choices = tuple(Choice(code, label) for code, label in labels.items())
        return asked("C", kind=QuestionKind.CHOICE, multiple=True, choices=choices, weight=0)

    for before, answer, now in (
        (asked("A"), "yes", asked("A", weight=5)),
        (number(9), 5, number(7)),
        (scale(5), 3, scale(5)),
        (choice(a="By law", b="In practice"), ["a"], choice(a="By law", b="By decree")),
    ):
        assert carried_forward([before], {before.code: answer}, [now]) == {now.code: answer}
    for before, answer, now in (
        (asked("A"), "yes", asked("A", kind=QuestionKind.TEXT, weight=0)),
        (number(9), 5, number(4)),
        (number(9), 5, number(9, "percent")),  # five of something else
        (scale(5), 3, scale(10)),  # the middle is another
        (choice(a="By law", b="In practice"), ["a"], choice(a="By decree", b="In practice")),
    ):
        assert carried_forward([before], {before.code: answer}, [now]) == {}
    assert carried_forward([asked("GONE")], {"GONE": "yes"}, [asked("A")]) == {}
