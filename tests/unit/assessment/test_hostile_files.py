"""Files made to harm: refused with a reason, within seconds, whatever they would become."""

import json
import struct
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from services.assessment.instruments.files.service import MOST_LISTED, FileFormat, draft_of
from services.assessment.instruments.files.upload import MOST_MEBIBYTES
from services.assessment.instruments.files.workbook import UnreadableError, sheets_of
from shared.errors import FieldError, Invalid
from tests.unit.assessment.workbooks import BOOK, spread, workbook

MOST_SECONDS = 8
"""On a slow machine that has other work; what these files would take unguarded is minutes."""
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < MOST_SECONDS


def refused(content: bytes | str, kind: FileFormat) -> list[FieldError]:
    data = content.encode() if isinstance(content, str) else content
    assert len(data) <= MOST_MEBIBYTES * MEBIBYTE
    with pytest.raises(Invalid) as error:
        draft_of(data, kind)
    assert error.value.errors
    return error.value.errors


def only(content: bytes | str, kind: FileFormat) -> str:
    (fault,) = refused(content, kind)
    return f"{fault.field}: {fault.message}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be a mapping"),
        ("[1, 2]", "must be a mapping"),
        ("code: a\n---\ncode: b", "Line 2: send one document"),
        ("code: &a x\ntitle: *a", "Line 2: write out what *a"),
        ("code: !!python/object/apply:os.system ['true']", "Line 1: leave out the tag"),
        ("title: !!binary aGk=", "Line 1: leave out the tag"),
        ("? [a, b]\n: c", "Line 1: a name must be a word"),
        ("code: [a", "it is not YAML"),
        ("code: 'a\x00b'", "not YAML"),
        ("a: b: c", "Line 1"),
        ("\t- x", "not YAML"),
        ("a: " + "[" * 500, "deeper than an instrument"),
        ("a: " + "[" * 5_000, "nesting"),
        ("a: " + "{a: " * 500, "deeper than an instrument"),
        ("- " * 500 + "x", "deeper than an instrument"),
    ],
)  # fmt: skip
def test_yaml_that_is_none_or_too_clever(text: str, words: str) -> None:
    assert words in only(text, FileFormat.YAML)


def test_yaml_that_would_expand() -> None:
    laughs = ["a: &a [lol, lol]"]
    for before, name in pairwise("abcdefghi"):
        laughs.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    assert "write out" in only("\n".join(laughs), FileFormat.YAML)


def test_yaml_names_what_is_given_twice() -> None:
    faults = refused("code: a\ntool: x\ncode: bc\n<<: {title: c}", FileFormat.YAML)
    places = {fault.field: fault.message for fault in faults}
    assert places["code"].startswith("Line 3: It is given twice")
    assert "<<" in places


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1, column 1"),
        ("null", "must be an object"),
        ('{"code": "a",}', "it is not JSON"),
        ('{"weight": ' + "9" * 5_000 + "}", "integer"),
        ("[" * 100_000, "too deep"),
        ('{"a":' * 100_000, "too deep"),
        (b"\xff\xfe{}", "Byte 0 is not UTF-8"),
    ],
)
def test_json_that_is_none(text: str | bytes, words: str) -> None:
    assert words in only(text, FileFormat.JSON)


QUESTION = {
    "code": "A",
    "text": "How many are there?",
    "theme": "arms",
    "provisions": [{"resolution": 2370}],
    "kind": "number",
    "unit": "persons",
    "weight": 0,
}


def of_question(**change: object) -> str:
    return json.dumps(
        {
            "code": "a-code",
            "title": "A title",
            "tool": "detailed_implementation_survey",
            "sections": [{"code": "S", "title": "One", "questions": [QUESTION | change]}],
        }
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minimum": float("nan")}, "minimum"),
        ({"maximum": float("inf")}, "maximum"),
        ({"maximum": 10**400}, "maximum"),
        ({"weight": 10**100}, "weight"),
        ({"text": "a\x00bcdefg"}, "text"),
        ({"text": "a\ud800bcdefg"}, "text"),
        ({"text": "Is ${B} so?"}, "text"),
        ({"text": "         "}, "text"),
        ({"text": ["a"]}, "text"),
        ({"shown_if": {"question": "A", "at_least": float("nan")}}, "shown_if.at_least"),
    ],
)
def test_values_that_no_format_can_hold(change: dict[str, object], field: str) -> None:
    content = of_question(**change)
    for kind in (FileFormat.JSON, FileFormat.YAML):
        if kind is FileFormat.YAML and "\\ud800" in content:
            continue
        assert [fault.field for fault in refused(content, kind)] == [
            f"sections.0.questions.0.{field}"
        ]


def test_json_names_what_is_given_twice() -> None:
    text = of_question().replace('"weight": 0', '"weight": 0, "weight": 0')
    place = "sections.0.questions.0.weight (given twice)"
    assert only(text, FileFormat.JSON).startswith(f"{place}: ")


def test_as_many_faults_as_anyone_reads_are_listed() -> None:
    content = {"code": "a", "sections": [{"questions": [{}] * 500}] * 100}
    assert len(refused(json.dumps(content), FileFormat.JSON)) == MOST_LISTED


def as_large_as_can_be(part: str, before: str = "", after: str = "") -> str:
    room = MOST_MEBIBYTES * MEBIBYTE - len(before) - len(after)
    return before + part * (room // len(part)) + after


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileFormat.JSON, lambda: as_large_as_can_be("[],", '{"a": [', "0]}")),
        (FileFormat.JSON, lambda: as_large_as_can_be('{"a":1,"a":1},', '{"sections": [', "0]}")),
        (FileFormat.YAML, lambda: as_large_as_can_be("0,", "{a: [", "]}")),
        (FileFormat.YAML, lambda: as_large_as_can_be("- 0\n", "a:\n")),
        (FileFormat.YAML, lambda: as_large_as_can_be("x ", "a: ")),
        (FileFormat.YAML, lambda: as_large_as_can_be("&a ")),
        (FileFormat.YAML, lambda: as_large_as_can_be("#\n")),
    ],
)
def test_the_largest_files(kind: FileFormat, content: Callable[[], str]) -> None:
    refused(content(), kind)


def sheet_refused(file: bytes) -> str:
    assert len(file) <= MOST_MEBIBYTES * MEBIBYTE
    with pytest.raises(UnreadableError) as error:
        sheets_of(file, ["survey"])
    assert only(file, FileFormat.XLSFORM) == f"file: {error.value}"
    return str(error.value)


CELL = '<row r="1"><c t="inlineStr"><is><t>{}</t></is></c></row>'


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"", "no XLSX workbook"),
        (b"type,name\n", "no XLSX workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, ".xls workbook or has a password"),
        (b"PK\x03\x04" + b"\0" * 1000, "no workbook that can be read"),
        (workbook()[:-30], "no workbook that can be read"),
        (workbook(sheet="<worksheet>"), "no workbook that can be read"),
        (workbook('<row r="x"/>'), "no workbook that can be read"),
        (workbook('<row r="' + "9" * 5000 + '"/>'), "no workbook that can be read"),
        (workbook('<row><c t="s"><v>7</v></c></row>'), "no workbook that can be read"),
        (workbook(**{"xl/vbaProject.bin": "macro"}), "contains macros"),
        (workbook(**{"xl/workbook.xml": BOOK.replace("survey", "other")}), "no sheet named survey"),
        (workbook(CELL.format("x" * 40_000)), "more text than is taken"),
    ],
)  # fmt: skip
def test_workbooks_that_are_none(file: bytes, words: str) -> None:
    assert words in only(file, FileFormat.XLSFORM)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "sheet"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_no_document_type_is_taken(part: str, declared: str) -> None:
    name = "xl/worksheets/sheet1.xml" if part == "sheet" else part
    with ZipFile(BytesIO(workbook(CELL.format("x")))) as archive:
        content = archive.read(name).decode()
    file = workbook(CELL.format("x"), **{name: declared + content.replace(">x<", ">&a;<")})
    assert "document type definition" in sheet_refused(file)


def test_a_bomb_is_refused_by_what_its_directory_says() -> None:
    assert "unpack to" in sheet_refused(workbook(b"<row/>" * (10 * MEBIBYTE // 6)))
    many = {f"xl/media/{number}": bytes(7 * MEBIBYTE) for number in range(10)}
    assert "unpack to" in sheet_refused(workbook(**many))


def test_a_bomb_whose_directory_lies_yields_no_more_than_it_says() -> None:
    file = bytearray(workbook(b"<row/>" * (10 * MEBIBYTE // 6)))
    with ZipFile(BytesIO(file)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = file.replace(struct.pack("<L", size), struct.pack("<L", 1000))
    assert "no workbook that can be read" in sheet_refused(bytes(lie))


def test_other_archives_are_not_unpacked() -> None:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", bytes(50 * MEBIBYTE))
    assert "no workbook that can be read" in sheet_refused(made.getvalue())
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for number in range(40_000):
            archive.writestr(str(number), "")
    assert "more than 1000 parts" in sheet_refused(made.getvalue())


def test_an_encrypted_part_is_refused() -> None:
    file = workbook()
    marked = file.replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0")
    assert marked != file
    assert "without a password" in sheet_refused(marked)


@pytest.mark.parametrize(
    ("rows", "shared"),
    [
        (b"<row>" + spread(b"<c/>") + b"</row>", ""),
        (b"<row>" + spread(b"<c><v>1</v></c>", 50) + b"</row>", ""),
        (spread(b"<row/>", 50), ""),
        (spread(b"<row><c><v>1</v></c></row>", 50), ""),
        (b"<row>" * 1_500_000 + b"</row>" * 1_500_000, ""),
        ("", spread(b"<si/>", 50)),
        ("", spread(b"<si><t>a</t></si>", 50)),
        (spread(b"a&amp;", 50), ""),
        (spread(b'<row><c t="s"><v>0</v></c></row>'), f"<si><t>{'x' * 30_000}</t></si>"),
        (b'<row><c a="' + b"x" * 7 * MEBIBYTE + b'"/></row>', ""),
        (b"<!--" + b"x" * 7 * MEBIBYTE + b"-->" + CELL.encode(), ""),
    ],
)
def test_workbooks_that_would_keep_a_reader_busy(rows: str | bytes, shared: str | bytes) -> None:
    refused(workbook(rows, shared), FileFormat.XLSFORM)


def test_rows_and_columns_are_where_they_say_however_far() -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="XFD1"><v>1.50</v></c></row>'
        '<row r="1048576"><c r="B1048576" t="b"><v>1</v></c>'
        '<c t="str"><f>1+1</f><v>2</v></c><c t="inlineStr"><is><r><t>in </t></r><r><t>line</t></r>'
        "</is></c><c/></row>"
        '<row><c t="inlineStr"><is><t>_x0041__x005F_x000D_</t></is></c></row>'
    )
    shared = "<si><t>Tokyo</t><rPh><t>reading</t></rPh></si>"
    sheet = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
    )
    assert sheets_of(workbook("", shared, sheet=sheet), ["survey"])["survey"] == [
        (1, {1: "Tokyo", 16384: "1.50"}),
        (1048576, {2: "true", 3: "=1+1", 4: "in line"}),
        (1048577, {1: "A_x000D_"}),
    ]
