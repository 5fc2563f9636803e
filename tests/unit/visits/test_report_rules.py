"""The way, the time and the text of a report: pure rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.missions.rules import REPORT_DAYS
from services.visits.reports.models import Party, ReportStatus, StageName
from services.visits.reports.rules import (
    COMMENTED_IN,
    LEAST_DEVELOPED_FACT_CHECK_DAYS,
    TARGET_DAYS,
    THREADS_READ_BY,
    WRITTEN_IN,
    faults_of_decision,
    faults_of_extension,
    faults_of_keys,
    faults_of_resolution,
    is_initial,
    key_of,
    target_on,
)
from services.visits.reports.templates import template
from services.visits.reports.texts import MOST_CHARACTERS, fault_of_markdown, faults_of_texts

KINDS = ("comprehensive", "focused", "targeted")
TODAY = date(2020, 3, 2)


def test_the_stages_of_every_state_fit_in_the_days_of_a_report() -> None:
    assert set(TARGET_DAYS) == set(StageName)
    longer = LEAST_DEVELOPED_FACT_CHECK_DAYS - TARGET_DAYS["fact_check"]
    assert longer > 0
    assert sum(TARGET_DAYS.values()) + longer <= REPORT_DAYS


@pytest.mark.parametrize("stage", StageName)
def test_only_the_fact_check_is_longer_for_a_least_developed_state(stage: StageName) -> None:
    usual, longer = (target_on(stage, TODAY, least_developed=least) for least in (False, True))
    assert usual == TODAY + timedelta(days=TARGET_DAYS[stage])
    assert (longer > usual) == (stage == "fact_check")


def test_what_is_said_of_each_status_is_said_of_all() -> None:
    assert set(COMMENTED_IN) == set(ReportStatus)
    assert set(WRITTEN_IN) <= set(ReportStatus)
    assert {party for heard in COMMENTED_IN.values() for party in heard} == set(Party)
    assert set(THREADS_READ_BY) == set(Party)
    assert all(party in read for party, read in THREADS_READ_BY.items())


@pytest.mark.parametrize(
    ("kind", "known", "initial"),
    [
        ("comprehensive", False, True),
        ("comprehensive", True, True),
        ("focused", False, True),
        ("focused", True, False),
        ("targeted", False, True),
        ("targeted", True, False),
    ],
)
def test_which_report_is_initial(kind: str, known: bool, initial: bool) -> None:  # noqa: FBT001
    assert is_initial(kind, known_initial=known) is initial


def test_who_decides_or_answers_with_no_says_why() -> None:
    assert [field for field, _ in faults_of_decision("returned", "")] == ["comment"]
    assert faults_of_decision("returned", "Add sources.") == []
    assert faults_of_decision("approved", "") == faults_of_decision("cleared", "") == []
    assert [field for field, _ in faults_of_resolution("not_taken_up", "")] == ["reason"]
    assert faults_of_resolution("not_taken_up", "It was so.") == []
    assert faults_of_resolution("taken_up", "") == []


def test_an_extension_is_later_than_the_date_and_the_day() -> None:
    day = timedelta(days=1)
    assert faults_of_extension(TODAY + day, TODAY, TODAY) == []
    for present, today in ((TODAY, TODAY - day), (TODAY - day, TODAY)):
        assert [field for field, _ in faults_of_extension(TODAY, present, today)] == ["due_on"]


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Legal framework", "legal-framework"),
        ("  Éléments (¶7): suite…", "elements-7-suite"),
        ("法律框架", ""),
        ("x" * 80, "x" * 60),
    ],
)
def test_a_key_is_made_of_the_heading(heading: str, key: str) -> None:
    assert key_of(heading) == key


def test_each_section_has_a_key_of_its_own() -> None:
    assert faults_of_keys(["a", "b"]) == []
    faults = faults_of_keys(["a", "", "a", "b", "a"])
    assert [field for field, _ in faults] == [
        "sections.1.key", "sections.2.key", "sections.4.key",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_frames_the_themes_of_the_visit(kind: str) -> None:
    themes = [("border-control", "Border control"), ("human-rights", "Human rights")]
    sections = template(kind, [*themes, themes[0]])
    keys = [section.key for section in sections]
    assert faults_of_keys(keys) == []
    assert (keys[0], keys[-1]) == ("introduction", "recommendations")
    assert [s.themes for s in sections if s.themes] == [("border-control",), ("human-rights",)]
    assert len(template(kind, [])) == len(sections) - 2
    assert all(section.guidance for section in sections)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain, *Markdown*, a < b & c > d.\n\n| a | b |\n| - | - |\n| 1 | 2 |", None),
        ("See <https://www.un.org> or `<b>` or \\<b>.\n\n    <script>\n", None),
        ("```\n<script>\n```", None),
        ("One.\n\nTwo <b>bold</b>.", "Line 3 has HTML, <b>;"),
        ("<script>\nalert(1)\n</script>", "Line 1 has HTML, <script>"),
        ("A.\n\n- <!-- hidden -->\n", "Line 3 has HTML, <!-- hidden -->;"),
        ("| a |\n| - |\n| <img src=x onerror=y> |", "Line 3 has HTML, <img src=x onerror=y>;"),
    ],
)
def test_html_is_refused_and_markdown_is_not(text: str, shown: str | None) -> None:
    fault = fault_of_markdown(text)
    assert fault is None if shown is None else fault is not None and fault.startswith(shown)


def test_a_report_is_not_longer_than_can_be_read() -> None:
    half = "x" * (MOST_CHARACTERS // 2)
    assert faults_of_texts({"sections.0.text": half, "sections.1.text": half}) == []
    faults = faults_of_texts({"sections.0.text": half, "sections.1.text": f"{half}<b>"})
    assert [field for field, _ in faults] == ["sections.1.text", "sections"]


@given(st.text(alphabet="ab <>/!\n`*"))
def test_what_is_kept_has_no_html_however_it_is_written(text: str) -> None:
    from markdown_it import MarkdownIt

    if fault_of_markdown(text) is None:
        escaped = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
        raw = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
        assert raw == escaped
