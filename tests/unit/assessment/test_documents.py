"""The documents hold what they are given, whatever characters it has, and are files that open."""

import io
from collections.abc import Callable
from datetime import date

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread as read_png

from services.assessment.documents import charts
from services.assessment.documents.rendering import Document, rendered
from services.assessment.documents.rules import severities_by_theme
from services.assessment.documents.schemas import (
    AssessmentReport,
    DocumentFormat,
    GapLine,
    RecommendationLine,
    Round,
    ScoreLine,
    StateProfile,
    StrategyLine,
)
from services.assessment.gaps.models import Severity
from services.assessment.ratings.rules import Rating
from services.assessment.recommendations.models import Priority, RecommendationStatus
from services.assessment.strategies.models import StrategyKind, StrategyStatus

HEADING = {
    "member_state": "CIV",
    "state": "Côte d'Ivoire",
    "region": "Africa · Western Africa",
    "made_on": date(2026, 11, 24),
    "confidential": False,
}
LINES = [
    ScoreLine(
        name="Arms and weapons",
        score=0.25,
        low=0.2,
        high=0.4,
        asked=5,
        answered=4,
        rating=Rating.NOT_IMPLEMENTED,
    ),
    ScoreLine(name="Civil aviation security", score=None, low=0, high=1, asked=2, answered=0),
]
HOSTILE = 'A & <b>#strong[b]</b> $x$ {{ 7 * 7 }} {% raw %} \\ "q" _i_ \x01\x0b\ud83d'.encode(
    errors="replace"
).decode()


def profile(text: str = "As it is", *, rounds: int = 2, confidential: bool = False) -> StateProfile:
    gap = GapLine(
        theme="Arms and weapons", severity=Severity.HIGH, provisions="2370 6",
        description=text, answer="not_applicable",
    )  # fmt: skip
    asked = RecommendationLine(
        theme="Arms and weapons", text=text, priority=Priority.HIGH,
        status=RecommendationStatus.IN_PROGRESS, target_on=date(2020, 2, 29),
        technical_assistance_needed=True, overdue=True,
    )  # fmt: skip
    strategy = StrategyLine(
        title=text, kind=StrategyKind.NATIONAL, status=StrategyStatus.ADOPTED,
        adopted_on=date(2023, 7, 1), valid_until=None, missing=["gender (¶30)", "children (¶39)"],
    )  # fmt: skip
    history = [
        Round(completed_on=date(2024 + i, 3, 1), instrument=text, overall=LINES[0])
        for i in range(rounds)
    ]
    return StateProfile(
        **HEADING | {"confidential": confidential},
        rounds=history,
        by_theme=LINES if rounds else [],
        gaps=[gap] * rounds,
        recommendations=[asked] * rounds,
        strategies=[strategy] * rounds,
    )


def report(text: str = "As it is", *, confidential: bool = False) -> AssessmentReport:
    known = profile(text)
    return AssessmentReport(
        **HEADING | {"confidential": confidential},
        instrument=text, notice=text, completed_on=date(2026, 3, 1), summary=text,
        overall=LINES[0], by_theme=LINES, by_resolution=LINES, gaps=known.gaps,
        recommendations=known.recommendations,
    )  # fmt: skip


def text_of(file: bytes) -> str:
    found = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in found.paragraphs), *cells])


@pytest.mark.parametrize("document", [profile(), profile(rounds=0), report()])
def test_a_document_is_a_pdf_and_a_docx(document: Document) -> None:
    assert rendered(document, DocumentFormat.PDF).startswith(b"%PDF-")
    assert "Côte d'Ivoire" in text_of(rendered(document, DocumentFormat.DOCX))


def test_the_docx_holds_every_figure_and_line() -> None:
    text = text_of(rendered(profile("Marking of small arms"), DocumentFormat.DOCX))
    for said in (
        "Marking of small arms (answered: not applicable)", "25%", "20% to 40%", "4 of 5", "none",
        "0% to 100%", "29 February 2020 (overdue)", "in progress", "technical assistance needed",
        "1 March 2025", "2370 6", "not implemented", "1 July 2023", "gender (¶30); children (¶39)",
    ):  # fmt: skip
        assert said in text, said


def test_no_row_of_the_docx_is_split_between_two_pages() -> None:
    file = rendered(profile(), DocumentFormat.DOCX)
    rows = [row for table in docx.Document(io.BytesIO(file)).tables for row in table.rows]
    assert rows
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in rows)


def test_nothing_of_a_chart_is_cut_off_at_its_edge() -> None:
    named = "Internet and information and communications technologies"
    counted: dict[str, dict[str, int]] = {
        named: dict.fromkeys(Severity, 3),
        "Arms and weapons": {"low": 2},
    }
    drawings = (
        charts.gaps_by_theme(counted, "png"),
        charts.implementation_by_theme(
            [line.model_copy(update={"name": named}) for line in LINES], "png"
        ),
        charts.implementation_over_time(profile(rounds=3).rounds, "png"),
    )
    for drawing in drawings:
        pixels = read_png(io.BytesIO(drawing))[..., :3]
        edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
        assert all((edge == 1).all() for edge in edges)


@pytest.mark.parametrize("make", [profile, report])
def test_text_is_text_and_never_markup(make: Callable[..., Document]) -> None:
    document = make(HOSTILE)
    assert rendered(document, DocumentFormat.PDF).startswith(b"%PDF-")
    text = text_of(rendered(document, DocumentFormat.DOCX))
    assert '<b>#strong[b]</b> $x$ {{ 7 * 7 }} {% raw %} \\ "q" _i_' in text
    assert "49" not in text


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_rendered(text: str) -> None:
    document = report(text)
    assert rendered(document, DocumentFormat.PDF).startswith(b"%PDF-")
    assert text_of(rendered(document, DocumentFormat.DOCX))


@pytest.mark.parametrize("make", [profile, report])
def test_a_copy_with_confidential_content_says_so(make: Callable[..., Document]) -> None:
    said = "asked to keep confidential"
    assert said in text_of(rendered(make(confidential=True), DocumentFormat.DOCX))
    assert said not in text_of(rendered(make(confidential=False), DocumentFormat.DOCX))


def test_gaps_are_counted_by_theme_the_most_first() -> None:
    counted = severities_by_theme([("B", "low"), ("A", "high"), ("B", "low"), ("B", "critical")])
    assert list(counted.items()) == [("B", {"low": 2, "critical": 1}), ("A", {"high": 1})]
