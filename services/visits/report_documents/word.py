"""A copy of a report as DOCX: the cover is the template's, and its body follows that."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Final

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Tbl
from docx.shared import Cm, Emu, Length
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run as WordRun
from docxtpl import DocxTemplate
from jinja2 import Environment

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
from services.visits.report_documents.schemas import CONFIDENTIAL, ReportCopy

_TEMPLATE = resources.files("services.visits.report_documents") / "templates" / "report.docx"
_STEP = Cm(0.635)
_TEXT_WIDTH = Cm(16.6)
_MOST_PROPERTY_CHARACTERS = 255
_LOWEST_HEADING = 6
_NUMBERED, _BULLETS = 0, "1"
"""What the template's numbering calls them: a kind of list, and the one list with bullets."""
_DEEPEST = 8
"""The last of the nine levels that a list of Word has."""
_AFTER_BIDI = ("w:spacing", "w:ind", "w:jc", "w:rPr")
_ALIGNMENTS: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_LINE = (
    f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="1" w:color="AAAAAA"/>'
    "</w:pBdr>"
)


def as_docx(copy: ReportCopy) -> bytes:
    """The file; takes some tenths of a second of a processor."""
    template = DocxTemplate(io.BytesIO(_TEMPLATE.read_bytes()))
    around = {**copy.cover(), "headings": [part.heading for part in copy.parts]}
    template.render(around, Environment(autoescape=True), autoescape=True)
    document: Document = template.docx
    document.core_properties.title = copy.title[:_MOST_PROPERTY_CHARACTERS]
    body = _Body(document)
    for part in copy.parts:
        body.write([Heading(Words.of([Run(part.heading)]), level=0)])
        if part.confidential:
            body.write([Paragraph(Words.of([Run(CONFIDENTIAL)]))], _Place("Confidential"))
        body.write(blocks_of(part.text))
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block stands: in which style, how far in, and in how many lists."""

    style: str = "Normal"
    steps: int = 0
    lists: int = 0
    bullet: str | None = None
    """The list that the next block is an item of."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What is written at the end of a document, block by block."""

    document: Document

    def write(self, blocks: Sequence[Block], place: _Place = _Place()) -> None:
        """Write the blocks one below the other; the first bears the bullet of the place."""
        for block in blocks:
            if place.bullet and not isinstance(block, Paragraph | Heading | Code):
                self._paragraph(place)
                place = replace(place, bullet=None)
            self._write(block, place)
            place = replace(place, bullet=None)

    def _write(self, block: Block, place: _Place) -> None:
        match block:
            case Paragraph(words):
                self._fill(self._paragraph(place), words)
            case Heading(words, level):
                style = f"Heading {min(level + 1, _LOWEST_HEADING)}"
                self._fill(self._paragraph(replace(place, style=style)), words)
            case Code(text):
                self._paragraph(replace(place, style="Code")).add_run(text)
            case Quote(blocks):
                self.write(blocks, replace(place, style="Quote", steps=place.steps + 1))
            case Listing():
                self._write_list(block, place)
            case Table():
                self._write_table(block)
            case _:  # a thematic break
                line = _properties_of(self._paragraph(place))
                line.insert_element_before(parse_xml(_LINE), *_AFTER_BIDI)

    def _write_list(self, listing: Listing, place: _Place) -> None:
        level = min(place.lists, _DEEPEST)
        bullet = _BULLETS
        if listing.first is not None:
            number = self.document.part.numbering_part.element.add_num(_NUMBERED)
            number.add_lvlOverride(level).add_startOverride(listing.first)
            bullet = str(number.numId)
        inner = replace(place, steps=place.steps + 1, lists=place.lists + 1, bullet=bullet)
        for item in listing.items:
            self.write(item or [Paragraph(Words.of([]))], inner)

    def _write_table(self, table: Table) -> None:
        made = CT_Tbl.new_tbl(len(table.rows), len(table.alignments), Emu(_TEXT_WIDTH))
        made.tblStyle_val = "TableGrid"
        self.document.element.body.insert_element_before(made, "w:sectPr")
        for number, (row, wanted) in enumerate(zip(made.tr_lst, table.rows, strict=True)):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, words, alignment in zip(row.tc_lst, wanted, table.alignments, strict=True):
                paragraph = WordParagraph(cell.p_lst[0], self.document)
                if alignment:
                    paragraph.alignment = _ALIGNMENTS[alignment]
                self._fill(paragraph, words, head=number == 0)
        self._paragraph(_Place())  # keeps it apart from a table that follows

    def _paragraph(self, place: _Place) -> WordParagraph:
        paragraph = self.document.add_paragraph(style=place.style)
        if place.steps:
            paragraph.paragraph_format.left_indent = Length(_STEP * place.steps)
        if place.bullet:
            paragraph.paragraph_format.first_line_indent = Length(-_STEP)
            numbered = _properties_of(paragraph).get_or_add_numPr()
            numbered.get_or_add_ilvl().val = min(place.lists - 1, _DEEPEST)
            numbered.get_or_add_numId().val = int(place.bullet)
        return paragraph

    def _fill(self, paragraph: WordParagraph, words: Words, *, head: bool = False) -> None:
        if words.rtl:
            _properties_of(paragraph).insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)
        for run in words.runs:
            written = paragraph.add_run(run.text, "Code Text" if run.code else None)
            font = written.font
            font.bold, font.italic = run.bold or head or None, run.italic or None
            font.strike, font.rtl = run.struck or None, words.rtl or None
            if run.link:
                self._link(paragraph, written, run.link)

    def _link(self, paragraph: WordParagraph, run: WordRun, address: str) -> None:
        if run.style.name != "Code Text":
            run.style = "Hyperlink"
        link = OxmlElement("w:hyperlink")
        related = self.document.part.relate_to(
            address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        link.set(qn("r:id"), related)
        link.append(run.element)
        paragraph.paragraph_format.element.append(link)


def _properties_of(paragraph: WordParagraph) -> Any:  # noqa: ANN401 - python-docx types no element
    return paragraph.paragraph_format.element.get_or_add_pPr()
