"""A copy of a report as DOCX: the cover is the template's, and its body follows that."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import count
from typing import Any, Final, cast

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.numbering import CT_Num
from docx.oxml.table import CT_Tbl
from docx.oxml.text.paragraph import CT_P
from docx.shared import Cm, Emu, Length
from docx.text.paragraph import Paragraph as WordParagraph
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
_NUMBERED, _BULLETS = 0, 1
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

    style: str | None = None
    steps: int = 0
    lists: int = 0
    number: int | None = None
    """The list that the next block is an item of."""


class _Body:
    """What is written at the end of a document, block by block.

    Elements are put in place directly: python-docx looks through the whole document for the end
    of it, for every paragraph anew.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._end = document.element.body.get_or_add_sectPr()
        self._numbering = document.part.numbering_part.element
        self._numbers = count(_BULLETS + 1)
        self._related: dict[str, str] = {}

    def write(self, blocks: Sequence[Block], place: _Place = _Place()) -> None:
        """Write the blocks one below the other; the first bears the number of the place."""
        for block in blocks:
            if place.number and not isinstance(block, Paragraph | Heading | Code):
                self._paragraph(place)
                place = replace(place, number=None)
            self._write(block, place)
            place = replace(place, number=None)

    def _write(self, block: Block, place: _Place) -> None:
        match block:
            case Paragraph(words):
                self._fill(self._paragraph(place), words)
            case Heading(words, level):
                style = f"Heading{min(level + 1, _LOWEST_HEADING)}"
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
        number = _BULLETS
        if listing.first is not None:
            number = next(self._numbers)
            begun = CT_Num.new(number, _NUMBERED)  # type: ignore[no-untyped-call]
            level = min(place.lists, _DEEPEST)
            begun.add_lvlOverride(level).add_startOverride(listing.first)
            self._numbering.append(begun)
        inner = replace(place, steps=place.steps + 1, lists=place.lists + 1, number=number)
        for item in listing.items:
            self.write(item or [Paragraph(Words.of([]))], inner)

    def _write_table(self, table: Table) -> None:
        made = CT_Tbl.new_tbl(len(table.rows), len(table.alignments), Emu(_TEXT_WIDTH))
        made.tblStyle_val = "TableGrid"
        self._end.addprevious(made)
        for number, (row, wanted) in enumerate(zip(made.tr_lst, table.rows, strict=True)):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, words, alignment in zip(row.tc_lst, wanted, table.alignments, strict=True):
                paragraph = WordParagraph(cell.p_lst[0], self._document)
                if alignment:
                    paragraph.alignment = _ALIGNMENTS[alignment]
                self._fill(paragraph, words, head=number == 0)
        self._paragraph(_Place())  # keeps it apart from a table that follows

    def _paragraph(self, place: _Place) -> WordParagraph:
        element = cast("CT_P", OxmlElement("w:p"))
        self._end.addprevious(element)
        if place.style:
            element.style = place.style
        paragraph = WordParagraph(element, self._document)
        if place.steps:
            paragraph.paragraph_format.left_indent = Length(_STEP * place.steps)
        if place.number:
            paragraph.paragraph_format.first_line_indent = Length(-_STEP)
            numbered = _properties_of(paragraph).get_or_add_numPr()
            numbered.get_or_add_ilvl().val = min(place.lists - 1, _DEEPEST)
            numbered.get_or_add_numId().val = place.number
        return paragraph

    def _fill(self, paragraph: WordParagraph, words: Words, *, head: bool = False) -> None:
        if words.rtl:
            _properties_of(paragraph).insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)
        for run in words.runs:
            written = paragraph.add_run(run.text)
            if run.code or run.link:
                written.element.style = "CodeText" if run.code else "Hyperlink"
            font = written.font
            for style, wanted in (
                ("bold", run.bold or head),
                ("italic", run.italic),
                ("strike", run.struck),
                ("rtl", words.rtl),
            ):
                if wanted:
                    setattr(font, style, True)
            if run.link:
                link = OxmlElement("w:hyperlink")
                link.set(qn("r:id"), self._relation_to(run.link))
                link.append(written.element)
                paragraph.paragraph_format.element.append(link)

    def _relation_to(self, address: str) -> str:
        if address not in self._related:
            self._related[address] = self._document.part.relate_to(
                address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
        return self._related[address]


def _properties_of(paragraph: WordParagraph) -> Any:  # noqa: ANN401 - python-docx types no element
    return paragraph.paragraph_format.element.get_or_add_pPr()
