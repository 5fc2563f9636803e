"""An instrument comes back from each format as it was, and its XLSForm is one for everybody."""

import json
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from pyxform.xls2xform import convert  # type: ignore[import-untyped]

from services.assessment.instruments.base import base_instrument
from services.assessment.instruments.files import xlsform_writing
from services.assessment.instruments.files.service import FileFormat, draft_of, file_of
from services.assessment.instruments.models import Instrument, InstrumentStatus
from services.assessment.instruments.schemas import InstrumentDraft
from shared.errors import Conflict, Invalid
from tests.unit.assessment.drafts import Json, drafts

any_size = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
of_each_format = pytest.mark.parametrize("kind", FileFormat)
ABOUT: Json = {"theme": "aviation", "provisions": [{"resolution": 2309, "paragraph": "2(e)"}]}
KINDS: list[Json] = [
    {"code": "YNP", "text": "Is it so?", **ABOUT},
    {"code": "SCALE", "text": "How far?", "kind": "scale", "minimum": 1, "maximum": 5, **ABOUT},
    {"code": "COUNT", "text": "How many?", "kind": "number", "unit": "persons", "weight": 0,
     "minimum": 0, "maximum": 1000, **ABOUT,
     "shown_if": {"all": [{"question": "SCALE", "at_least": 2, "at_most": 4},
                          {"any": [{"question": "YNP", "is_any_of": ["yes", "partial"]},
                                   {"question": "PICK", "is_any_of": ["b"]}]}]}},
    {"code": "PICK", "text": "Which ones?", "kind": "choice", "multiple": True, **ABOUT,
     "choices": [{"code": "a", "label": "The one", "value": 1},
                 {"code": "b", "label": "The other", "value": 0.5}]},
    {"code": "WORDS", "text": "In words?", "kind": "text", "weight": 0, **ABOUT,
     "shown_if": {"question": "COUNT", "at_least": 10}},
    {"code": "PAPER", "text": "Which law?", "kind": "document", "weight": 0, "required": False,
     "guidance": "Its number and year", "tags": ["gender"], **ABOUT},
]  # fmt: skip
DRAFT = InstrumentDraft.model_validate(
    {
        "code": "every-kind",
        "title": "Every kind",
        "tool": "overview_of_implementation_assessment",
        "notice": "Not a text of CTED",
        "sections": [{"code": "all", "title": "All kinds", "questions": KINDS}],
    }
)


def instrument_of(draft: InstrumentDraft, edition: int | None = None) -> Instrument:
    """The instrument as its table keeps it."""
    kept = draft.model_dump(mode="json", exclude_defaults=True)
    known = {name: kept.get(name) for name in InstrumentDraft.model_fields}
    return Instrument(**known, edition=edition, version=3, status=InstrumentStatus.DRAFT)


@of_each_format
@any_size
@given(draft=drafts())
def test_any_instrument_comes_back_as_it_was(kind: FileFormat, draft: InstrumentDraft) -> None:
    assert draft_of(file_of(instrument_of(draft), kind).content, kind) == draft


@any_size
@given(draft=drafts())
def test_the_form_of_any_instrument_is_taken_by_pyxform(draft: InstrumentDraft) -> None:
    made = convert(xlsform_writing.write(draft, "1"), file_type=".xlsx")
    assert [told for told in made.warnings if "case-insensitive" not in told] == []


def test_a_form_asks_each_kind_as_odk_can_and_hides_what_is_not_asked() -> None:
    made = convert(xlsform_writing.write(DRAFT, "7"), file_type=".xlsx")
    assert made.warnings == []
    document = ElementTree.fromstring(made.xform)  # noqa: S314 - pyxform's own
    binds = {
        bind.get("nodeset", "").rpartition("/")[2]: bind.attrib
        for bind in document.iter("{http://www.w3.org/2002/xforms}bind")
    }
    assert binds["COUNT"]["type"] == "decimal"
    assert binds["COUNT"]["constraint"] == ". >= 0 and . <= 1000"
    assert " ".join(binds["COUNT"]["relevant"].split()) == "/data/all/COUNT.applies = 'applicable'"
    assert " ".join(binds["COUNT.applies"]["relevant"].split()) == (
        "( /data/all/SCALE >= 2 and /data/all/SCALE <= 4) and "
        "(( /data/all/YNP = 'yes' or /data/all/YNP = 'partial') or "
        "(selected( /data/all/PICK , 'b')))"
    )
    assert binds["PAPER"]["required"] == "false()"
    assert 'id="every-kind" version="7"' in made.xform
    for kept_from_respondents in ("2309", "Not a text of CTED", "gender"):
        assert kept_from_respondents not in made.xform
    assert "How many? (persons)" in made.xform


@of_each_format
def test_the_base_instrument_comes_back_as_it_is(kind: FileFormat) -> None:
    file = file_of(instrument_of(base_instrument()), kind)
    assert draft_of(file.content, kind) == base_instrument()
    if kind is FileFormat.XLSFORM:
        assert convert(file.content, file_type=".xlsx").warnings == []


@of_each_format
def test_a_file_is_named_after_the_instrument_and_its_edition(kind: FileFormat) -> None:
    ending = {"json": "json", "yaml": "yaml", "xlsform": "xlsx"}[kind]
    assert file_of(instrument_of(DRAFT, edition=2), kind).name == f"every-kind-2.{ending}"
    assert file_of(instrument_of(DRAFT), kind).name == f"every-kind-draft-3.{ending}"


@of_each_format
def test_a_file_is_drafted_under_another_code(kind: FileFormat) -> None:
    file = file_of(instrument_of(DRAFT), kind)
    assert draft_of(file.content, kind, "another").code == "another"


def test_yaml_words_stay_words_and_numbers_become_numbers() -> None:
    text = """
      code: by-hand
      title: Written by hand
      tool: detailed_implementation_survey
      notice: ~
      sections:
        - code: S
          title: "null"
          questions:
            - {code: A, text: Is it there?, theme: arms, weight: 3,
               provisions: [{resolution: 2370, paragraph: 2}], required: false}
            - code: B
              text: How many of them?
              kind: number
              unit: percent
              minimum: 1e-3
              weight: 0
              theme: arms
              provisions: [{resolution: 2370}]
              shown_if: {question: A, is_any_of: [yes, no]}
    """
    draft = draft_of(text.encode(), FileFormat.YAML)
    first, second = draft.sections[0].questions
    assert draft.notice is None
    assert draft.sections[0].title == "null"
    assert (first.weight, first.required, first.provisions[0].paragraph) == (3, False, "2")
    assert second.minimum == 0.001
    assert second.shown_if is not None
    assert second.shown_if.is_any_of == ["yes", "no"]


def broken(kind: FileFormat, change: Json) -> bytes:
    content = json.loads(DRAFT.model_dump_json(exclude_defaults=True))
    content["sections"][0]["questions"][1] |= change
    if kind is FileFormat.JSON:
        return json.dumps(content).encode()
    return yaml.safe_dump(content, sort_keys=False).encode()


def told(content: bytes, kind: FileFormat) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        draft_of(content, kind)
    return {fault.field: fault.message for fault in refused.value.errors}


def test_faults_are_named_by_path_and_in_yaml_by_line() -> None:
    change = {"weight": "heavy", "theme": "sports", "colour": "red"}
    path = "sections.0.questions.1"
    faults = told(broken(FileFormat.JSON, change), FileFormat.JSON)
    assert set(faults) == {f"{path}.weight", f"{path}.theme", f"{path}.colour"}
    content = broken(FileFormat.YAML, change)
    faults = told(content, FileFormat.YAML)
    assert set(faults) == {f"{path}.weight", f"{path}.theme", f"{path}.colour"}
    line = content.decode().splitlines().index("    weight: heavy") + 1
    assert faults[f"{path}.weight"].startswith(f"Line {line}: ")


@pytest.mark.parametrize("kind", [FileFormat.JSON, FileFormat.YAML])
def test_rules_of_instruments_hold_for_files(kind: FileFormat) -> None:
    path = "sections.0.questions.1"
    same = {"code": "YNP", "shown_if": {"question": "NONE", "is_any_of": ["a"]}}
    assert f"{path}.code" in told(broken(kind, same), kind)
    circle = {"shown_if": {"question": "COUNT", "at_least": 1}}
    assert "circle" in " ".join(told(broken(kind, circle), kind).values())
    unknown = {"provisions": [{"resolution": 9999}]}
    assert list(told(broken(kind, unknown), kind)) == [f"{path}.provisions.0.resolution"]
    half = {"maximum": 2.5}
    assert list(told(broken(kind, half), kind)) == [f"{path}.maximum"]


def test_a_condition_too_long_for_a_cell_is_refused() -> None:
    test: Json = {"question": "YNP", "is_any_of": ["yes"] * 50}
    nested: Json = {"any": [{"any": [{"any": [test] * 20}] * 3}] * 3}
    content = DRAFT.model_dump(mode="json", exclude_defaults=True)
    content["sections"][0]["questions"][1]["shown_if"] = nested
    with pytest.raises(Conflict, match="SCALE is too long for a cell"):
        xlsform_writing.write(InstrumentDraft.model_validate(content), "1")
