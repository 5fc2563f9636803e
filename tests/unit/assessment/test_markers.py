"""What of a response takes up gender, human rights and children."""

from services.assessment.instruments.rules import Condition, Provision, Question, QuestionKind
from services.assessment.markers.rules import Marker, markers_of


def asked(
    code: str, *tags: str, kind: QuestionKind = QuestionKind.TEXT, shown_if: str | None = None
) -> Question:
    condition = Condition(question=shown_if, is_any_of=("yes",)) if shown_if else None
    return Question(
        code, "Is it so?", "arms", (Provision(2370),), kind=kind, tags=tags, shown_if=condition
    )


QUESTIONS = [
    asked("A", "gender", "human_rights", kind=QuestionKind.YES_NO_PARTIAL),
    asked("B", "gender"),
    asked("C", "children", shown_if="A"),
    asked("D"),
]


def test_every_shown_question_counts_scored_or_not() -> None:
    assert markers_of(QUESTIONS, {"A": "yes", "B": "In words.", "D": "So."}) == {
        "gender": Marker(2, 2),
        "human_rights": Marker(1, 1),
        "children": Marker(1, 0),
    }


def test_what_is_not_shown_was_not_asked() -> None:
    assert "children" not in markers_of(QUESTIONS, {"A": "no", "C": "An old answer."})


def test_not_applicable_takes_nothing_up() -> None:
    assert markers_of(QUESTIONS, {"A": "not_applicable"})["gender"] == Marker(2, 0)


def test_what_is_withheld_was_not_asked_nor_what_follows_from_it() -> None:
    answers = {"A": "yes", "B": "In words.", "C": "Schools."}
    assert markers_of(QUESTIONS, answers, withheld=["A"]) == {"gender": Marker(1, 1)}
