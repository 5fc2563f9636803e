"""A file is what its content is."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.evidence.content import NotAcceptedError, recognise
from services.assessment.evidence.rules import FileKind
from tests.support.files import (
    PDF,
    WELL_FORMED,
    content_types,
    open_document,
    open_xml,
    zipped,
)

MEBIBYTE = 1024 * 1024
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def kind_of(content: bytes, name: str, declared: str | None = None) -> FileKind:
    return recognise(io.BytesIO(content), name, declared)


@pytest.mark.parametrize("kind", FileKind)
def test_each_kind_is_recognised(kind: FileKind) -> None:
    assert kind_of(WELL_FORMED[kind], f"law.{kind}", kind.media_type) is kind


@pytest.mark.parametrize("named", FileKind)
@pytest.mark.parametrize("kind", FileKind)
def test_a_name_that_says_otherwise_is_refused(kind: FileKind, named: FileKind) -> None:
    texts = {FileKind.TXT, FileKind.CSV}
    if kind is named or {kind, named} == texts:
        return
    with pytest.raises(NotAcceptedError, match="name it after what it is"):
        kind_of(WELL_FORMED[kind], f"law.{named}")


@pytest.mark.parametrize("declared", ["image/png", "text/html", "application/x-msdownload"])
def test_a_declared_type_that_says_otherwise_is_refused(declared: str) -> None:
    with pytest.raises(NotAcceptedError, match=f"was sent as {declared}"):
        kind_of(PDF, "law.pdf", declared)


def test_a_csv_may_be_declared_as_browsers_with_a_spreadsheet_program_do() -> None:
    assert kind_of(b"a,b\n", "a.csv", "application/vnd.ms-excel") is FileKind.CSV


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "law.pdf", "empty"),
        (b"MZ\x90\x00" + bytes(60), "law.pdf", "Windows"),
        (b"MZ\x90\x00" + bytes(60), "law.txt", "Windows"),
        (bytes(range(256)), "law.txt", "UTF-8"),
        ("Entschließung".encode("latin-1"), "law.txt", "UTF-8"),
        (b"fine until here\x00", "law.txt", "UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "law.doc", "Send one of"),
        (zipped({"law.pdf": PDF}), "law.docx", "archive"),
        (zipped({"[Content_Types].xml": content_types("text/plain")}), "law.docx", "Send one of"),
        (zipped({"mimetype": b"application/epub+zip"}), "law.odt", "Send one of"),
        (open_xml("docx")[:-30], "law.docx", "cut off"),
        (open_xml("docx")[:80], "law.docx", "cut off"),
        (b"PK\x03\x04" + open_xml("docx")[60:], "law.docx", "damaged"),
        (zipped({"[Content_Types].xml": b"<Types><"}), "law.docx", "damaged"),
        (
            zipped({"[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "c">]><Types/>'}),
            "law.docx",
            "DTD",
        ),
    ],
    ids=range(15),  # an archive holds the time of its making, which is no name for a test
)
def test_what_is_no_evidence_is_refused_with_a_reason(content: bytes, name: str, why: str) -> None:
    with pytest.raises(NotAcceptedError, match=why):
        kind_of(content, name)


@pytest.mark.parametrize(
    "content",
    [
        zipped({"[Content_Types].xml": content_types(WORD_WITH_MACROS)}),
        zipped({"[Content_Types].xml": content_types(WORD, WORD_WITH_MACROS)}),
        zipped(
            {
                "[Content_Types].xml": content_types(WORD).replace(
                    b"</Types>",
                    b'<Override ContentType="application/vnd.ms-word.'
                    b'document.&#109;acroEnabled.main+xml"/></Types>',
                )
            }
        ),
        open_xml("docx", {"word/vbaProject.bin": b"x"}),
        open_xml("docx", {"word/VBAPROJECT.BIN": b"x"}),
        open_document("odt", {"Basic/Standard/Module1.xml": b"x"}),
        open_document("odt", {"Scripts/python/a.py": b"x"}),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("name", ["law.docx", "law.odt", "law.docm"])
def test_macros_are_refused_under_any_name(content: bytes, name: str) -> None:
    with pytest.raises(NotAcceptedError, match="macros"):
        kind_of(content, name)


def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(NotAcceptedError, match="would unpack"):
        kind_of(open_xml("xlsx", {"xl/sheet1.xml": b"0" * 11 * MEBIBYTE}), "law.xlsx")


def test_a_zip_bomb_is_refused_by_its_size_alone() -> None:
    """Each entry has a fair ratio as the directory tells it; together they are too much."""
    written = io.BytesIO(open_xml("xlsx"))
    with zipfile.ZipFile(written, "a") as archive:
        for n in range(60):
            archive.writestr(f"xl/{n}.xml", b"0")
            archive.filelist[-1].file_size = 10 * MEBIBYTE
    with pytest.raises(NotAcceptedError, match="would unpack"):
        kind_of(written.getvalue(), "law.xlsx")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_compression_that_no_office_program_writes_is_refused(method: int) -> None:
    written = io.BytesIO(open_xml("docx"))
    with zipfile.ZipFile(written, "a", method) as archive:
        archive.writestr("word/more.xml", b"<a/>")
    with pytest.raises(NotAcceptedError, match="damaged"):
        kind_of(written.getvalue(), "law.docx")


def test_two_entries_of_one_name_are_refused() -> None:
    written = io.BytesIO(open_xml("docx"))
    with zipfile.ZipFile(written, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("[Content_Types].xml", content_types(WORD))
    with pytest.raises(NotAcceptedError, match="damaged"):
        kind_of(written.getvalue(), "law.docx")


def test_an_archive_with_too_many_entries_is_refused_before_they_are_read() -> None:
    many = open_xml("xlsx", {f"xl/{n}": b"" for n in range(10_001)})
    with pytest.raises(NotAcceptedError, match="more than 10000 parts"):
        kind_of(many, "law.xlsx")


def test_an_archive_that_hides_its_entries_is_refused() -> None:
    whole = open_xml("xlsx")
    at = whole.rindex(b"PK\x05\x06")
    locator = struct.pack("<LLQL", 0x07064B50, 0, at, 1)
    with pytest.raises(NotAcceptedError, match="more than 10000 parts"):
        kind_of(whole[:at] + locator + whole[at:], "law.xlsx")


def test_a_list_of_parts_that_is_a_bomb_itself_is_not_unpacked() -> None:
    types = content_types(WORD).replace(b"<Types", b" " * 2 * MEBIBYTE + b"<Types")
    with pytest.raises(NotAcceptedError, match="too long"):
        kind_of(zipped({"[Content_Types].xml": types}), "law.docx")


@given(st.binary(max_size=400), st.sampled_from(sorted(FileKind)))
def test_any_bytes_are_recognised_or_refused(content: bytes, named: FileKind) -> None:
    with contextlib.suppress(NotAcceptedError):
        assert kind_of(content, f"law.{named}") is named


@given(st.data())
def test_a_damaged_office_file_is_recognised_or_refused(data: st.DataObject) -> None:
    whole = bytearray(open_xml("docx"))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=8)):
        whole[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotAcceptedError):
        assert kind_of(bytes(whole), "law.docx") is FileKind.DOCX


@given(st.text(min_size=1, max_size=300))
def test_text_without_control_characters_is_text(text: str) -> None:
    content = text.encode(errors="ignore")
    if not content or any(ord(c) < 32 and c not in "\t\n\r\f" for c in text) or "\x7f" in text:
        return
    if not content.startswith((b"%PDF", b"PK\x03\x04")):
        assert kind_of(content, "law.txt") is FileKind.TXT
