"""Copies of reports hold what they are given, whatever it is, and are files that open."""

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from services.visits.report_documents.markdown import (
    Block,
    Code,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Table,
    Words,
    blocks_of,
)
from services.visits.report_documents.pdf import as_pdf
from services.visits.report_documents.rules import copy_tag, reader_of, span_in_words
from services.visits.report_documents.schemas import CONFIDENTIAL, Part, ReportCopy
from services.visits.report_documents.word import as_docx
from shared.auth import Role
from shared.documents import storable

TODAY = date(2026, 11, 24)
HOSTILE = '#strong[b] $x$ {{ 7 * 7 }} {% raw %} \\#panic("q") #sys.inputs <b>i</b> "] #'
MARKDOWN = st.text(
    st.sampled_from([*"#*_~`>-+1.)|[]()!\\<>&$@\"'{}:=/ \n\t a", "\u0645", "\u202e", "é", "\x07"]),
    max_size=120,
)


def copy_of(*texts: str, **changes: object) -> ReportCopy:
    copy = ReportCopy(
        title="Visit to Côte d'Ivoire",
        state="Côte d'Ivoire",
        region="Africa · Western Africa",
        facts=[("Visit", "3 to 7 March 2026")],
        draft=False,
        whole=False,
        confidential=False,
        copy="Copy of 24 November 2026 for the Committee.",
        parts=[Part(f"Section {n}", text, confidential=False) for n, text in enumerate(texts)],
    )
    return replace(copy, **changes)  # type: ignore[arg-type]


def body_of(file: bytes) -> list[str]:
    """Every paragraph of the DOCX from the first section on, those of cells included."""
    body = docx.Document(io.BytesIO(file)).element.body
    said = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    begin = [n for n, text in enumerate(said) if text == "Section 0"][-1]
    return said[begin:]


def plain(blocks: list[Block]) -> str:
    """All text of the blocks, in its order."""
    texts = []
    for block in blocks:
        match block:
            case Paragraph(words) | Heading(words):
                texts += [run.text for run in words.runs]
            case Code(text):
                texts.append(text)
            case Quote(inner):
                texts.append(plain(inner))
            case Listing(_, items):
                texts += [plain(item) for item in items]
            case Table(_, rows):
                texts += [run.text for row in rows for words in row for run in words.runs]
    return "".join(texts)


def squeezed(text: str) -> str:
    return "".join(text.split())


def said_in_pdf(file: bytes, folder: Path) -> str:
    (folder / "report.pdf").write_bytes(file)
    done = subprocess.run(
        ["pdftotext", folder / "report.pdf", "-"], capture_output=True, check=True, text=True
    )
    return done.stdout


def test_markdown_becomes_blocks_of_plain_text() -> None:
    def words(*runs: Run) -> Words:
        return Words(list(runs), rtl=False)

    text = (
        "# One\n**bold _both_** ~~no~~ `#x`  \nnext\nline\n\n3. a\n   - b\n4. c\n\n"
        "> said\n\n|a|b|\n|-|-:|\n|1||\n\n    as typed\n\n---\n"
    )
    heading, paragraph, numbered, quote, table, code, line = blocks_of(text)
    assert heading == Heading(words(Run("One")), level=1)
    assert paragraph == Paragraph(
        words(
            Run("bold ", bold=True), Run("both", bold=True, italic=True), Run(" "),
            Run("no", struck=True), Run(" "), Run("#x", code=True), Run("\n"), Run("next"),
            Run(" "), Run("line"),
        )
    )  # fmt: skip
    inner = Listing(None, [[Paragraph(words(Run("b")))]])
    assert numbered == Listing(
        3, [[Paragraph(words(Run("a"))), inner], [Paragraph(words(Run("c")))]]
    )
    assert quote == Quote([Paragraph(words(Run("said")))])
    assert table == Table(
        ["", "right"], [[words(Run("a")), words(Run("b"))], [words(Run("1")), words()]]
    )
    assert (code, line.kind) == (Code("as typed"), "rule")


@pytest.mark.parametrize(
    ("address", "led"),
    [
        ("https://www.un.org/x?a=1", True), ("HTTP://un.org", True), ("mailto:ctc@un.org", True),
        ("javascript:alert(1)", False), ("file:///etc/passwd", False), ("ftp://un.org", False),
        ("/relative", False), ("", False), ("https://un.org/" + "x" * 2000, False),
    ],
)  # fmt: skip
def test_a_link_leads_to_the_web_or_a_mailbox(address: str, *, led: bool) -> None:
    (paragraph,) = blocks_of(f"[here](<{address}>)")
    assert isinstance(paragraph, Paragraph)
    links = [run.link for run in paragraph.words.runs]
    assert plain([paragraph]).startswith(("here", "[here]"))
    assert any(links) is led
    assert as_pdf(copy_of(f"[here](<{address}>)"), TODAY).startswith(b"%PDF-")


def test_html_is_text_and_an_image_its_alternative_text() -> None:
    text = plain(blocks_of("<script>x</script> ![the *map*](https://un.org/x.png)"))
    assert text == "<script>x</script> the map"


def test_what_is_nested_too_deep_is_shown_as_it_was_typed() -> None:
    deepest = ">" * 19 + "x"
    assert plain(blocks_of(deepest)) == "x"
    assert blocks_of(">" + deepest) == [Code(">" + deepest)]
    lists = "".join("  " * level + "- a\n" for level in range(30))
    assert blocks_of(lists) == [Code(lists)]
    for text in (deepest, "".join("  " * level + "- a\n" for level in range(9)), "*" * 999 + "x"):
        assert as_pdf(copy_of(text), TODAY).startswith(b"%PDF-")
        assert as_docx(copy_of(text))


def test_the_docx_has_the_structure_of_the_text() -> None:
    text = "## Ways\n\n1. a\n\n   more\n\n- b\n\n7. c\n\n|h|\n|:-:|\n|x|\n\n[go](https://un.org)\n"
    file = docx.Document(io.BytesIO(as_docx(copy_of(text))))
    styles = {each.text: each.style.name for each in file.paragraphs if each.style}
    assert styles["Section 0"] == "Heading 1"
    assert styles["Ways"] == "Heading 3"
    numbers = file.part.numbering_part.element
    begins = [str(n.val) for n in numbers.iter(qn("w:startOverride"))]
    assert begins == ["1", "7"]
    listed = {
        paragraph.text: paragraph.paragraph_format.element.xpath("boolean(w:pPr/w:numPr)")
        for paragraph in file.paragraphs
    }
    assert [listed[text] for text in ("a", "more", "b", "c")] == [True, False, True, True]
    table = file.tables[-1]
    assert [cell.text for row in table.rows for cell in row.cells] == ["h", "x"]
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in table.rows)
    (link,) = [link for each in file.paragraphs for link in each.hyperlinks]
    assert (link.text, link.address) == ("go", "https://un.org")


def test_text_is_text_and_never_markup(tmp_path: Path) -> None:
    copy = copy_of(f"    {HOSTILE}", title=HOSTILE, facts=[(HOSTILE, HOSTILE)], copy=HOSTILE)
    pdf = as_pdf(copy, TODAY)
    assert HOSTILE in "\n".join(body_of(as_docx(copy)))
    if shutil.which("pdftotext"):
        assert squeezed(said_in_pdf(pdf, tmp_path)).count(squeezed(HOSTILE)) >= 5


@settings(max_examples=60, deadline=None)
@given(MARKDOWN)
def test_any_markdown_can_be_rendered_and_none_of_its_text_is_lost(text: str) -> None:
    kept = storable(text)
    copy = copy_of(kept)
    assert as_pdf(copy, TODAY).startswith(b"%PDF-")
    said = "".join(body_of(as_docx(copy))).removeprefix("Section 0")
    assert squeezed(said) == squeezed(plain(blocks_of(kept)))


@given(st.text("abc \n", max_size=200))
def test_words_without_marks_are_all_there(text: str) -> None:
    assert squeezed(plain(blocks_of(text))) == squeezed(text)


@given(st.text(max_size=200).filter(lambda text: "`" not in text))
def test_text_without_a_mark_is_the_text(text: str) -> None:
    within = f"{storable(text)}\n"
    lines = within.replace("\r\n", "\n").replace("\r", "\n")
    assert blocks_of(f"```\n{within}```") == [Code(lines.removesuffix("\n"))]


def test_a_line_may_end_as_on_any_system() -> None:
    assert blocks_of("```\n\r\n```") == [Code("")]


def test_confidential_sections_are_marked_and_a_draft_says_so() -> None:
    parts = [Part("Section 0", "Open.", confidential=False), Part("Own", "x", confidential=True)]
    file = docx.Document(io.BytesIO(as_docx(copy_of(parts=parts, confidential=True, draft=True))))
    said = [paragraph.text for paragraph in file.paragraphs]
    assert said.count(CONFIDENTIAL) == 1
    assert said.index(CONFIDENTIAL) == len(said) - 2, "right below the heading Own"
    assert any("asked to keep confidential" in line for line in said)
    (header,) = file.sections[0].header.paragraphs
    assert header.text.endswith("DRAFT · CONFIDENTIAL")
    plainly = "\n".join(body_of(as_docx(copy_of("Open."))))
    assert "onfidential" not in plainly


def test_words_from_right_to_left_are_set_so() -> None:
    text = "\u0645\u0631\u062d\u0628\u0627 **hello**"
    (paragraph,) = blocks_of(text)
    assert isinstance(paragraph, Paragraph)
    assert paragraph.words.rtl
    last = docx.Document(io.BytesIO(as_docx(copy_of(text)))).paragraphs[-1]
    assert last.paragraph_format.element.xpath("boolean(w:pPr/w:bidi)")
    assert all(run.font.rtl for run in last.runs)


def test_the_same_copy_is_the_same_pdf() -> None:
    assert as_pdf(copy_of("Text."), TODAY) == as_pdf(copy_of("Text."), TODAY)


@pytest.mark.parametrize(
    ("roles", "named"),
    [
        ({"cted_officer", "member_state"}, "the Executive Directorate"),
        ({"committee_chair"}, "the Committee"),
        ({"member_state"}, "the focal points of Norway"),
        ({"partner"}, "UNODC"),
        ({"service"}, "the United Nations system"),
    ],
)
def test_a_copy_names_its_reader(roles: set[str], named: str) -> None:
    assert reader_of({Role(role) for role in roles}, "Norway", "UNODC") == named


def test_another_text_or_form_is_another_copy() -> None:
    tags = {copy_tag(said, form) for said in ("one", "two") for form in ("pdf", "docx")}
    assert len(tags) == 4
    assert all(tag.startswith('W/"') for tag in tags)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 3), date(2026, 3, 3), "3 March 2026"),
        (date(2026, 3, 3), date(2026, 3, 7), "3 to 7 March 2026"),
        (date(2026, 3, 30), date(2026, 4, 2), "30 March to 2 April 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026 to 2 January 2027"),
    ],
)
def test_the_days_of_a_visit_in_words(first: date, last: date, said: str) -> None:
    assert span_in_words(first, last) == said
