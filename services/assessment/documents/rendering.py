"""Makes a PDF or a DOCX of what a document says."""

import io
import json
import re
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment

from services.assessment.documents.charts import (
    ImageFormat,
    gaps_by_theme,
    implementation_by_theme,
    implementation_over_time,
)
from services.assessment.documents.rules import severities_by_theme
from services.assessment.documents.schemas import (
    AssessmentReport,
    DocumentFormat,
    ScoreLine,
    StateProfile,
)
from shared.documents import storable, typeset

Document = AssessmentReport | StateProfile
_TEMPLATES = {AssessmentReport: "assessment_report", StateProfile: "state_profile"}


def rendered(document: Document, form: DocumentFormat) -> bytes:
    """The document as a file; takes some tenths of a second of a processor."""
    render = _as_pdf if form is DocumentFormat.PDF else _as_docx
    return render(document, _TEMPLATES[type(document)])


def _as_pdf(document: Document, template: str) -> bytes:
    charts = {name: svg.decode() for name, svg in _charts(document, "svg").items()}
    data = {**_view(document), "charts": charts}
    folder = Path(str(resources.files("services.assessment.documents") / "templates"))
    return typeset(folder / f"{template}.typ", data, document.made_on)


def _as_docx(document: Document, template: str) -> bytes:
    file = resources.files("services.assessment.documents") / "templates" / f"{template}.docx"
    page = DocxTemplate(io.BytesIO(file.read_bytes()))
    images = {
        name: InlineImage(page, io.BytesIO(png), width=Mm(165))
        for name, png in _charts(document, "png").items()
    }
    environment = Environment(autoescape=True)
    environment.filters |= _FILTERS
    page.render({**_view(document), "charts": images}, environment, autoescape=True)
    made = io.BytesIO()
    page.save(made)
    return made.getvalue()


def _view(document: Document) -> dict[str, Any]:
    """The document's content as JSON has it, without what no XML can hold."""
    view: dict[str, Any] = json.loads(_without_controls(document.model_dump_json()))
    return view


def _without_controls(text: str) -> str:
    escapes = re.compile(r"\\u00(?:0[0-8bcef]|1[0-9a-f])|\\[bf]")
    return storable(escapes.sub("", text))


def _charts(document: Document, form: ImageFormat) -> dict[str, bytes]:
    charts = {}
    if document.by_theme:
        charts["themes"] = implementation_by_theme(document.by_theme, form)
    if document.gaps:
        counted = severities_by_theme((gap.theme, gap.severity) for gap in document.gaps)
        charts["gaps"] = gaps_by_theme(counted, form)
    if isinstance(document, StateProfile) and len(document.rounds) > 1:
        charts["rounds"] = implementation_over_time(document.rounds, form)
    return charts


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"


def _span(line: dict[str, Any]) -> str:
    known = ScoreLine(**line)
    if known.low == known.high:
        return _percent(known.low)
    return f"{_percent(known.low)} to {_percent(known.high)}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


_FILTERS: dict[str, Callable[..., str]] = {
    "percent": _percent,
    "span": _span,
    "day": _day,
    "words": lambda text: text.replace("_", " "),
}
