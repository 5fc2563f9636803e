"""A copy of a report as PDF."""

from dataclasses import asdict
from datetime import date
from importlib import resources
from pathlib import Path

from services.visits.report_documents.markdown import Run, Words, blocks_of
from services.visits.report_documents.schemas import CONFIDENTIAL, ReportCopy
from shared.documents import typeset

_TEMPLATE = Path(str(resources.files("services.visits.report_documents"))) / "templates/report.typ"


def as_pdf(copy: ReportCopy, made_on: date) -> bytes:
    """The file; takes some tenths of a second of a processor."""
    parts = [
        {
            "heading": asdict(Words.of([Run(part.heading)])),
            "confidential": part.confidential,
            "blocks": [asdict(block) for block in blocks_of(part.text)],
        }
        for part in copy.parts
    ]
    data = {**copy.cover(), "parts": parts, "confidentially": CONFIDENTIAL}
    return typeset(_TEMPLATE, data, made_on)
