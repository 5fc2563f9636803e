"""Any valid instrument, for properties that hold of all."""

from typing import Any

from hypothesis import strategies as st

from services.assessment.instruments.models import Tag, Tool
from services.assessment.instruments.rules import instrument_faults
from services.assessment.instruments.schemas import InstrumentDraft, as_sections
from shared.reference import themes
from shared.reference.catalogue import council_resolution_numbers

Json = dict[str, Any]
codes = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,5}", fullmatch=True) | st.sampled_from(
    [
        "meta",
        "data",
        "instanceID",
        "label",
        "yes",
        "a_x0041_",
        "applicability",
        "N.applies",
        "or",
        "and",
    ]
)
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="$\ufffe\uffff", min_codepoint=9)
    .filter(lambda character: character > "\x1f" or character in "\t\n\r")
    | st.sampled_from(" =+@'\"<&_{}#:\n"),
    max_size=30,
).map(str.strip)  # fmt: skip
numbers = st.floats(-1e12, 1e12) | st.integers(-100, 100).map(float) | st.just(1e-7)


def texts(least: int) -> st.SearchStrategy[str]:
    return words.map(lambda text: f"{text}{'?' * least}")


provisions = st.lists(
    st.fixed_dictionaries(
        {"resolution": st.sampled_from(sorted(council_resolution_numbers()))},
        optional={"paragraph": st.sampled_from(["1", "2(e)", "3(a)(ii)"])},
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def _of_kind(draw: st.DrawFn) -> Json:
    kind = draw(
        st.sampled_from(["yes_no_partial", "scale", "number", "choice", "text", "document"])
    )
    scored = kind in {"yes_no_partial", "scale"}
    question: Json = {"kind": kind}
    if kind == "scale":
        step = draw(st.integers(-5, 5))
        question |= {"minimum": step, "maximum": step + draw(st.integers(1, 12))}
    elif kind == "number":
        question["unit"] = draw(texts(1))
        low, high = sorted(draw(st.tuples(numbers, numbers)))
        if low < high:
            bounds: list[Json] = [{}, {"minimum": low}, {"maximum": high}]
            question |= draw(st.sampled_from([*bounds, {"minimum": low, "maximum": high}]))
    elif kind == "choice":
        scored = draw(st.booleans())
        offered = draw(st.lists(codes, min_size=2, max_size=4, unique=True))
        values = st.floats(0, 1)
        question |= {
            "multiple": draw(st.booleans()),
            "choices": [
                {
                    "code": code,
                    "label": draw(texts(1)),
                    "value": draw(values) if scored else None,
                }
                for code in offered
            ],
        }  # fmt: skip
    return question | {"weight": draw(st.integers(1, 5)) if scored else 0}


def _offered(question: Json) -> list[str]:
    if question["kind"] == "yes_no_partial":
        return ["yes", "partial", "no", "not_applicable"]
    return [*(choice["code"] for choice in question["choices"]), "not_applicable"]


@st.composite
def _tests(draw: st.DrawFn, before: list[Json]) -> Json:
    question = draw(st.sampled_from(before))
    if question["kind"] in {"scale", "number"}:
        names = draw(st.sets(st.sampled_from(["at_least", "at_most"]), min_size=1))
        return {"question": question["code"]} | {name: draw(numbers) for name in sorted(names)}
    answers = st.lists(st.sampled_from(_offered(question)), min_size=1, max_size=3)
    return {"question": question["code"], "is_any_of": draw(answers)}


def conditions(before: list[Json]) -> st.SearchStrategy[Json]:
    """When a question is shown, given those before it that can be tested."""

    def joined(parts: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return st.builds(
            lambda word, inner: {word: inner},
            st.sampled_from(["all", "any"]),
            st.lists(parts, min_size=1, max_size=3),
        )

    tests = _tests(before)
    return tests | joined(tests | joined(tests | joined(tests)))


@st.composite
def drafts(draw: st.DrawFn) -> InstrumentDraft:
    """An instrument that could be drafted."""
    asked = draw(st.lists(codes, min_size=1, max_size=6, unique=True))
    questions: list[Json] = []
    for code in asked:
        question: Json = draw(_of_kind()) | {
            "code": code,
            "text": draw(texts(5)),
            "theme": draw(st.sampled_from(list(themes()))),
            "provisions": draw(provisions),
            "required": draw(st.booleans()),
            "tags": draw(st.lists(st.sampled_from(list(Tag)), unique=True)),
            "guidance": draw(st.none() | texts(1)),
        }
        testable = [one for one in questions if one["kind"] not in {"text", "document"}]
        is_conditional = draw(st.booleans())
        if testable and is_conditional:
            question["shown_if"] = draw(conditions(testable))
        questions.append(question)
    named = draw(st.lists(codes, min_size=1, max_size=len(questions), unique=True))
    sections = [
        {"code": code, "title": draw(texts(2)), "questions": questions[at :: len(named)]}
        for at, code in enumerate(named)
    ]
    draft = InstrumentDraft.model_validate(
        {
            "code": draw(st.from_regex(r"[a-z0-9-]{2,10}", fullmatch=True)),
            "title": draw(texts(3)),
            "tool": draw(st.sampled_from(list(Tool))),
            "notice": draw(st.none() | texts(1)),
            "sections": sections,
        }
    )
    assert instrument_faults(as_sections(draft)) == []
    return draft
