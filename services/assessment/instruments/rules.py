"""What an instrument asks, when it asks it, and what is wrong with one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

AnswerValue = str | float | list[str]
"""What a question is answered with: a word, a number, or the codes of the choices taken."""

NOT_APPLICABLE = "not_applicable"
YES_NO_PARTIAL: Mapping[str, float] = {"yes": 1.0, "partial": 0.5, "no": 0.0}
"""What a `yes_no_partial` answer counts for."""
MOST_STEPS = 100
"""From the lowest step of a scale to its highest; a form lists each of them."""

FREE_STEPS: Mapping[str, tuple[str, ...]] = {"draft": ("published",), "published": ()}
"""The steps allowed from each state of an instrument."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO_PARTIAL = "yes_no_partial"
    SCALE = "scale"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Provision:
    """A paragraph of a resolution; without one, the resolution as a whole."""

    resolution: int
    paragraph: str | None = None

    @property
    def name(self) -> str:
        """As one cites it: `1373 2(e)`."""
        return f"{self.resolution} {self.paragraph}" if self.paragraph else str(self.resolution)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a choice question offers."""

    code: str
    label: str
    value: float | None = None
    """How far it means implementation, 0 to 1; None: it says nothing of that."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is shown: one of a test of another answer, `all` of some, `any` of some."""

    question: str | None = None
    is_any_of: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()

    def tests(self) -> Iterator["Condition"]:
        """The tests of single answers that it is made of."""
        if self.question is not None:
            yield self
        for part in (*self.all, *self.any):
            yield from part.tests()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an instrument."""

    code: str
    text: str
    theme: str
    provisions: tuple[Provision, ...]
    kind: QuestionKind = QuestionKind.YES_NO_PARTIAL
    weight: int = 1
    required: bool = True
    tags: tuple[str, ...] = ()
    guidance: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    multiple: bool = False
    shown_if: Condition | None = None

    @property
    def is_scored(self) -> bool:
        """Whether its answer says how far something is implemented."""
        if self.kind is QuestionKind.CHOICE:
            return all(choice.value is not None for choice in self.choices)
        return self.kind in (QuestionKind.YES_NO_PARTIAL, QuestionKind.SCALE)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that are answered and saved together."""

    code: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where (a path such as `sections.0.questions.3.code`), and the way out."""

    path: str
    message: str


def questions_of(sections: Iterable[Section]) -> list[Question]:
    """Every question, in the instrument's order."""
    return [question for section in sections for question in section.questions]


def shown_questions(
    questions: Sequence[Question],
    answers: Mapping[str, AnswerValue],
    withheld: Iterable[str] = (),
) -> list[Question]:
    """The questions that a State is asked, given its answers so far, in the instrument's order.

    A condition on a question that is itself not shown is not met, whatever was once answered.
    The conditions hold no cycle: `instrument_faults` sees to that. `withheld` names questions that
    are left out as if they had never been asked (¶23), and with them those that are shown only
    because of their answers.
    """
    left_out = frozenset(withheld)
    needs = needs_of(questions)
    conditions = {question.code: question.shown_if for question in questions}
    shown: set[str] = set()

    def is_met(condition: Condition) -> bool:
        if condition.all:
            return all(map(is_met, condition.all))
        if condition.any:
            return any(map(is_met, condition.any))
        code = condition.question or ""
        return code in shown and passes(condition, answers.get(code))

    for code in TopologicalSorter(needs).static_order():
        condition = conditions[code]
        if code not in left_out and (condition is None or is_met(condition)):
            shown.add(code)
    return [question for question in questions if question.code in shown]


def needs_of(questions: Iterable[Question]) -> dict[str, set[str]]:
    """The other questions that each question's condition tests."""
    return {
        question.code: {test.question for test in question.shown_if.tests() if test.question}
        if question.shown_if
        else set()
        for question in questions
    }


def passes(condition: Condition, answer: AnswerValue | None) -> bool:
    """Whether the answer passes the test of it that a condition makes; what is not given fails."""
    if answer is None:
        return False
    if condition.is_any_of:
        given = answer if isinstance(answer, list) else [str(answer)]
        return not set(given).isdisjoint(condition.is_any_of)
    if not isinstance(answer, (int, float)):
        return False
    above = condition.at_least is None or answer >= condition.at_least
    return above and (condition.at_most is None or answer <= condition.at_most)


def implementation_value(question: Question, answer: AnswerValue | None) -> float | None:
    """How far the answer means that what is asked for is in place, 0 to 1 (¶4, ¶5).

    `yes` is 1, `partial` 0.5, `no` 0; a scale is linear from its minimum to its maximum; a choice
    has the value that the instrument gives it, several the best of theirs. None where the
    question is not scored, not answered or not applicable.
    """
    if answer is None or answer == NOT_APPLICABLE or not question.is_scored:
        return None
    if question.kind is QuestionKind.YES_NO_PARTIAL:
        return YES_NO_PARTIAL[str(answer)]
    if question.kind is QuestionKind.CHOICE:
        taken = answer if isinstance(answer, list) else [answer]
        return max(choice.value or 0.0 for choice in question.choices if choice.code in taken)
    low, high = question.minimum, question.maximum
    assert isinstance(answer, (int, float))  # noqa: S101 - saved as its kind allows
    assert low is not None and high is not None  # noqa: S101, PT018 - every scale has both
    return (answer - low) / (high - low)


def instrument_faults(sections: Sequence[Section]) -> list[Fault]:
    """Everything that keeps an instrument from being answered and scored, in its order.

    Codes must be distinct, in particular across sections; a question has what its kind needs
    and nothing that it cannot use; conditions name other questions of the instrument, test them
    as their kind allows, and lead to no cycle.
    """
    faults = [
        Fault(f"sections.{i}.code", f"The code {section.code} is used twice; give another.")
        for i, section in enumerate(sections)
        if section.code in {before.code for before in sections[:i]}
    ]
    by_code: dict[str, Question] = {}
    paths = {}
    for i, section in enumerate(sections):
        for j, question in enumerate(section.questions):
            path = f"sections.{i}.questions.{j}"
            if question.code in by_code:
                faults.append(
                    Fault(f"{path}.code", f"The code {question.code} is used twice; give another.")
                )
            else:
                by_code[question.code] = question
                paths[question.code] = path
            faults += [Fault(f"{path}.{at}", message) for at, message in _kind_faults(question)]
    for code, question in by_code.items():
        if question.shown_if is not None:
            faults += [
                Fault(f"{paths[code]}.shown_if", message)
                for message in _condition_faults(question.shown_if, by_code)
            ]
    return faults + _cycle_faults(by_code, paths)


def _kind_faults(question: Question) -> Iterator[tuple[str, str]]:
    kind = question.kind
    if kind is QuestionKind.CHOICE:
        codes = [choice.code for choice in question.choices]
        if len(codes) < 2:
            yield "choices", "A choice needs at least two choices."
        if len(set(codes)) < len(codes) or NOT_APPLICABLE in codes:
            yield (
                "choices",
                f"Codes of choices must be distinct, and none of them {NOT_APPLICABLE}.",
            )
        if len({choice.value is None for choice in question.choices}) > 1:
            yield "choices", "Give every choice a value, or none of them."
    elif question.choices or question.multiple:
        yield "choices", f"Only a choice has choices; leave them out of a {kind} question."
    if kind in (QuestionKind.SCALE, QuestionKind.NUMBER):
        low, high = question.minimum, question.maximum
        if kind is QuestionKind.SCALE and (low is None or high is None):
            yield "minimum", "A scale needs a minimum and a maximum."
        elif kind is QuestionKind.SCALE and not _has_steps(low or 0.0, high or 0.0):
            yield (
                "maximum",
                f"A scale has whole steps, at most {MOST_STEPS}; else ask for a number.",
            )
        if low is not None and high is not None and low >= high:
            yield "maximum", f"The maximum must be above the minimum, {low}."
        if kind is QuestionKind.NUMBER and not question.unit:
            yield "unit", "A number needs its unit, such as persons or percent."
    elif question.minimum is not None or question.maximum is not None or question.unit:
        yield "minimum", f"A {kind} question has no minimum, maximum or unit; leave them out."
    if question.is_scored != (question.weight > 0):
        yield (
            "weight",
            "Give it a weight from 1 to 5: its answer is scored."
            if question.is_scored
            else "Its answer is not scored; give it the weight 0.",
        )


def _has_steps(low: float, high: float) -> bool:
    return low == int(low) and high == int(high) and high - low <= MOST_STEPS


def _condition_faults(condition: Condition, by_code: Mapping[str, Question]) -> Iterator[str]:
    for test in condition.tests():
        asked = by_code.get(test.question or "")
        if asked is None:
            yield f"There is no question {test.question}; name one of this instrument."
            continue
        offered = {
            QuestionKind.YES_NO_PARTIAL: {*YES_NO_PARTIAL, NOT_APPLICABLE},
            QuestionKind.CHOICE: {*(choice.code for choice in asked.choices), NOT_APPLICABLE},
        }.get(asked.kind)
        if offered is not None and (not test.is_any_of or set(test.is_any_of) - offered):
            yield f"Test {asked.code} with is_any_of, from {', '.join(sorted(offered))}."
        elif asked.kind in (QuestionKind.SCALE, QuestionKind.NUMBER) and test.is_any_of:
            yield f"{asked.code} is a number: test it with at_least or at_most."
        elif asked.kind in (QuestionKind.TEXT, QuestionKind.DOCUMENT):
            yield f"{asked.code} is answered in words: no condition can test it."


def _cycle_faults(by_code: Mapping[str, Question], paths: Mapping[str, str]) -> list[Fault]:
    """The cycle among conditions, where there is one; it is told once, at its first question."""
    needs = {code: tested & by_code.keys() for code, tested in needs_of(by_code.values()).items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return [
            Fault(
                f"{paths[cycle[0]]}.shown_if",
                f"The conditions go in a circle: {' -> '.join(cycle)}; break it.",
            )
        ]
    return []
