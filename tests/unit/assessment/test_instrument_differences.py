"""What changed between two instruments, told alike in both directions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.instruments.differences.rules import (
    ChangeKind,
    CoverageStep,
    Differences,
    WordStep,
    differences,
    wording,
)
from services.assessment.instruments.rules import (
    Choice,
    Condition,
    Provision,
    Question,
    QuestionKind,
    Section,
)

TEXTS = [
    "Does the law make the financing of terrorism an offence in its own right?",
    "Does the law make the recruitment of terrorists an offence in its own right?",
    "Does the law make the financing of terrorism a serious offence in its own right?",
    "Are passengers checked against the watch lists of INTERPOL before they travel?",
]
QUESTIONS = st.builds(
    Question,
    code=st.sampled_from(["A", "B", "C", "D", "E"]),
    text=st.sampled_from(TEXTS),
    theme=st.sampled_from(["arms", "aviation"]),
    provisions=st.lists(
        st.builds(Provision, st.sampled_from([1373, 2396]), st.sampled_from([None, "1(a)", "2"])),
        min_size=1,
        max_size=3,
    ).map(tuple),
    weight=st.integers(1, 5),
    required=st.booleans(),
    shown_if=st.sampled_from([None, Condition(question="A", is_any_of=("yes",))]),
)
INSTRUMENTS = st.lists(QUESTIONS, max_size=5, unique_by=lambda question: question.code).map(
    lambda found: [
        Section("S1", "First", tuple(found[:2])),
        Section("S2", "Second", tuple(found[2:])),
    ]
)
FINANCING = Question("CFT-1", TEXTS[0], "countering-financing", (Provision(1373, "1(b)"),))


def of(*questions: Question) -> list[Section]:
    return [Section("S", "A section", questions)]


def changes_of(after: Question, before: Question = FINANCING) -> list[ChangeKind]:
    (change,) = differences(of(before), of(after)).changed
    return list(change.changes)


@given(INSTRUMENTS)
def test_an_instrument_does_not_differ_from_itself(sections: list[Section]) -> None:
    found = differences(sections, sections)
    assert (found.added, found.dropped, found.changed) == ((), (), ())
    assert all(
        entry.step is CoverageStep.SAME for entries in found.coverage.values() for entry in entries
    )


@given(INSTRUMENTS, INSTRUMENTS)
def test_the_other_direction_is_the_mirror_image(
    before: list[Section], after: list[Section]
) -> None:
    forth, back = differences(before, after), differences(after, before)
    assert (set(forth.added), set(forth.dropped)) == (set(back.dropped), set(back.added))
    assert {(change.before, change.after, change.changes) for change in forth.changed} == {
        (change.after, change.before, change.changes) for change in back.changed
    }
    mirrored = {
        CoverageStep.LOST: CoverageStep.GAINED,
        CoverageStep.LESS: CoverageStep.MORE,
        CoverageStep.SAME: CoverageStep.SAME,
        CoverageStep.MORE: CoverageStep.LESS,
        CoverageStep.GAINED: CoverageStep.LOST,
    }
    for kind, entries in forth.coverage.items():
        assert [(e.key, e.after, e.before, mirrored[e.step]) for e in entries] == [
            (e.key, e.before, e.after, e.step) for e in back.coverage[kind]
        ]


@given(INSTRUMENTS, INSTRUMENTS)
def test_every_question_is_told_of_once(before: list[Section], after: list[Section]) -> None:
    found = differences(before, after)
    gone = [p.question.code for p in found.dropped] + [
        c.before.question.code for c in found.changed
    ]
    here = [p.question.code for p in found.added] + [c.after.question.code for c in found.changed]
    assert len(gone) == len(set(gone))
    assert len(here) == len(set(here))


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_the_wording_reads_as_either_text(before: str, after: str) -> None:
    parts = wording(before, after)
    for text, foreign in ((before, WordStep.ADDED), (after, WordStep.DROPPED)):
        assert " ".join(part.text for part in parts if part.step is not foreign) == text


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (replace(FINANCING, text=TEXTS[2]), ChangeKind.REWORDED),
        (replace(FINANCING, weight=4), ChangeKind.REWEIGHTED),
        (replace(FINANCING, theme="arms"), ChangeKind.RETHEMED),
        (replace(FINANCING, provisions=(Provision(2462, "5"),)), ChangeKind.PROVISIONS),
        (replace(FINANCING, shown_if=Condition(question="X")), ChangeKind.CONDITION),
        (replace(FINANCING, kind=QuestionKind.TEXT), ChangeKind.KIND),
        (replace(FINANCING, choices=(Choice("a", "A"),)), ChangeKind.CHOICES),
        (replace(FINANCING, unit="persons"), ChangeKind.BOUNDS),
        (replace(FINANCING, tags=("gender",)), ChangeKind.TAGS),
        (replace(FINANCING, required=False), ChangeKind.REQUIRED),
        (replace(FINANCING, guidance="See the law."), ChangeKind.GUIDANCE),
        (replace(FINANCING, code="FIN-1"), ChangeKind.RENAMED),
    ],
)
def test_each_change_is_named(after: Question, kind: ChangeKind) -> None:
    assert changes_of(after) == [kind]


def test_the_order_of_provisions_is_no_change() -> None:
    two = (Provision(1373, "1(b)"), Provision(2462, "5"))
    before = replace(FINANCING, provisions=two)
    assert differences(of(before), of(replace(before, provisions=two[::-1]))).changed == ()


def test_a_question_in_another_section_has_moved() -> None:
    after = [Section("T", "Another", (FINANCING,))]
    (change,) = differences(of(FINANCING), after).changed
    assert (change.changes, change.before.section, change.after.section) == (
        (ChangeKind.MOVED,),
        "S",
        "T",
    )


def codes(found: Differences) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    return (
        [placed.question.code for placed in found.added],
        [placed.question.code for placed in found.dropped],
        [(c.before.question.code, c.after.question.code) for c in found.changed],
    )


def test_a_rename_is_found_by_its_words_the_most_alike_first() -> None:
    before = of(FINANCING)
    after = of(
        replace(FINANCING, code="N1", text=TEXTS[2]), replace(FINANCING, code="N2", weight=5)
    )
    assert codes(differences(before, after)) == (["N1"], [], [("CFT-1", "N2")])
    only_alike = of(replace(FINANCING, code="N1", text=TEXTS[2]))
    (change,) = differences(before, only_alike).changed
    assert change.changes == (ChangeKind.RENAMED, ChangeKind.REWORDED)


def test_another_question_of_the_same_pattern_is_no_rename() -> None:
    after = of(replace(FINANCING, code="N1", text=TEXTS[1]))
    assert codes(differences(of(FINANCING), after)) == (["N1"], ["CFT-1"], [])


def test_renames_are_told_apart_where_all_questions_are_of_one_pattern() -> None:
    def numbered(prefix: str) -> list[Section]:
        return of(
            *(
                replace(FINANCING, code=f"{prefix}-{i}", text=f"{TEXTS[0]} Say so of measure {i}.")
                for i in range(60)
            )
        )

    found = differences(numbered("A"), numbered("B"))
    assert codes(found) == ([], [], [(f"A-{i}", f"B-{i}") for i in range(60)])
    assert {change.changes for change in found.changed} == {(ChangeKind.RENAMED,)}


def test_coverage_counts_questions_and_weight() -> None:
    again = replace(FINANCING, code="CFT-2", text=TEXTS[3], weight=4)
    found = differences(of(FINANCING), of(FINANCING, again)).coverage
    (resolution,) = found["resolution"]
    assert resolution.key == "1373"
    assert (resolution.before.questions, resolution.before.weight) == (1, 1)
    assert (resolution.after.questions, resolution.after.weight) == (2, 5)
    assert resolution.step is CoverageStep.MORE
    assert [entry.key for entry in found["provision"]] == ["1373 1(b)"]
