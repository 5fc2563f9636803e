"""Lists as files: what the list shows to this caller, all of it, in three formats."""

import csv
import io
import json
import re
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from shared.embedded.stack import Stack
from tests.service.assessment.products import drafted
from tests.service.assessment.steps import assessed, recommended
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
QUESTIONS = 450
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def listed(client: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, Any]]:
    """Every record of the list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(path, params={"limit": "200"} | params | cursor)).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture(scope="module")
async def assessment(stack: Stack, officer: httpx.AsyncClient) -> str:
    """The assessment of a State that answered every one of many questions with no."""
    questions = [
        {"code": f"Q-{n}", "text": f'Is "{n}" in law, or;\nelsewhere?', "theme": "border-control",
         "provisions": [{"resolution": 2396}], "weight": n % 5 + 1}
        for n in range(QUESTIONS)
    ]  # fmt: skip
    sections = [{"code": "all", "title": "All", "questions": questions}]
    tool = {"code": "gis-many", "title": "Many", "tool": "global_implementation_survey_1373"}
    answers = {f"Q-{n}": "no" for n in range(QUESTIONS)}
    found = await assessed(stack, officer, "LKA", answers, tool | {"sections": sections})
    return str(found["id"])


def in_a_sheet(name: str, value: Any) -> Any:
    """What the list's value is in a cell of a workbook."""
    if name.endswith("_on") and value:
        return datetime.fromisoformat(value)
    if name == "provisions":
        return "; ".join(" ".join(str(part) for part in cited.values() if part) for cited in value)
    if isinstance(value, dict) or (value and isinstance(value, list)):
        return json.dumps(value, separators=(",", ":"))
    return None if value == [] else value


def in_csv(name: str, value: Any) -> str:
    cell = value if name.endswith("_on") else in_a_sheet(name, value)
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def text_in(kind: str, content: bytes) -> str:
    """Everything that the file says."""
    if kind == "xlsx":
        rows = load_workbook(io.BytesIO(content))["gaps"].iter_rows(values_only=True)
        return "\n".join(str(row) for row in rows)
    return content.decode()


async def exported(client: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{path}/export", params={"format": "json"} | params)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_the_three_files_hold_what_the_list_shows(
    officer: httpx.AsyncClient, assessment: str
) -> None:
    query = {"assessment_id": assessment, "sort": "theme"}
    wanted = await listed(officer, "/v1/gaps", **query)
    assert len({gap["id"] for gap in wanted}) == QUESTIONS
    files = {
        kind: await officer.get("/v1/gaps/export", params=query | {"format": kind})
        for kind in MEDIA_TYPES
    }
    for kind, file in files.items():
        assert file.status_code == 200, file.text
        assert file.headers["content-type"] == MEDIA_TYPES[kind]
        assert file.headers["x-content-type-options"] == "nosniff"
        named = re.fullmatch(
            r'attachment; filename="gaps-(\d{4}-\d\d-\d\d)\.(\w+)"',
            file.headers["content-disposition"],
        )
        assert named
        assert (date.fromisoformat(named[1]) > date(2026, 1, 1), named[2]) == (True, kind)
    assert files["json"].json() == wanted
    header, *rows = csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig"), newline=""))
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {name: in_csv(name, value) for name, value in gap.items()} for gap in wanted
    ]
    book = load_workbook(io.BytesIO(files["xlsx"].content))
    titles, *cells = book["gaps"].iter_rows(values_only=True)
    assert [dict(zip(titles, row, strict=True)) for row in cells] == [
        {name: in_a_sheet(name, value) for name, value in gap.items()} for gap in wanted
    ]
    told = {str(name): value for name, value in book["about"].iter_rows(values_only=True)}
    assert isinstance(told.pop("made at"), datetime)
    assert told == {"list": "/v1/gaps", "times": "UTC", **query, "rows": QUESTIONS}


async def test_an_export_takes_the_filters_of_its_list(
    officer: httpx.AsyncClient, assessment: str
) -> None:
    query = {"assessment_id": assessment, "severity": "critical", "sort": "-theme"}
    gaps = await exported(officer, "/v1/gaps", **query)
    assert gaps == await listed(officer, "/v1/gaps", **query)
    assert {gap["severity"] for gap in gaps} == {"critical"}
    assert 0 < len(gaps) < QUESTIONS


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
async def test_what_a_state_keeps_confidential_is_in_nobody_elses_file(
    stack: Stack, officer: httpx.AsyncClient, kind: str
) -> None:
    recommendation = await recommended(stack, officer, "NPL", confidential=True)
    secret = recommendation["gap_id"]
    for role, claims, sees in (
        ("oct", {}, False),
        ("un_entity", {}, False),
        ("member_state", {"member_state": "BTN"}, False),
        ("member_state", {"member_state": "NPL"}, True),
        ("committee_member", {}, True),
    ):
        async with client_of(stack, "assessment", role, **claims) as client:
            query = {"format": kind}
            file = await client.get("/v1/gaps/export", params=query)
            assert file.status_code == 200, file.text
            assert (secret in text_in(kind, file.content)) == sees, role
            steps = f"/v1/recommendations/{recommendation['id']}/status-changes/export"
            answer = await client.get(steps, params=query)
            assert answer.status_code == (200 if sees else 404), role


async def test_a_state_exports_its_own_alone(stack: Stack, officer: httpx.AsyncClient) -> None:
    await recommended(stack, officer, "MDV")
    for own in ("MDV", "LAO"):
        async with client_of(stack, "assessment", "member_state", member_state=own) as state:
            for path in ("/v1/gaps", "/v1/assessments", "/v1/recommendations", "/v1/surveys"):
                rows = await exported(state, path)
                assert {row["member_state"] for row in rows} == ({"MDV"} & {own}), path


async def test_whoever_may_not_list_may_not_export(stack: Stack) -> None:
    query = {"format": "csv"}
    async with client_of(stack, "assessment", "civil_society") as society:
        for path in ("/v1/surveys", "/v1/gaps", "/v1/operations/dead-letters"):
            assert (await society.get(f"{path}/export", params=query)).status_code == 403
        assert (await society.get("/v1/products/export", params=query)).status_code == 200
    async with httpx.AsyncClient(base_url=stack.urls["assessment"]) as nobody:
        assert (await nobody.get("/v1/gaps/export", params=query)).status_code == 401


async def test_a_draft_product_is_in_cteds_file_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    draft = await drafted(officer, title="Not yet")
    assert draft["id"] in {row["id"] for row in await exported(officer, "/v1/products")}
    async with client_of(stack, "assessment", "civil_society") as society:
        assert draft["id"] not in {row["id"] for row in await exported(society, "/v1/products")}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, {"query.format"}),
        ({"format": "pdf"}, {"query.format"}),
        ({"format": "csv", "limit": "5", "cursor": "x"}, {"query.limit", "query.cursor"}),
        ({"format": "csv", "colour": "red", "theme": "?"}, {"query.colour", "query.theme"}),
        ({"format": "xls", "severity": "dire", "sort": "id"},
         {"query.format", "query.severity", "query.sort"}),
    ],
)  # fmt: skip
async def test_bad_input_is_named_all_at_once(
    officer: httpx.AsyncClient, query: dict[str, str], fields: set[str]
) -> None:
    answer = await officer.get("/v1/gaps/export", params=query)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == fields


async def test_nested_scores_have_their_columns(stack: Stack, officer: httpx.AsyncClient) -> None:
    assessment = await assessed(stack, officer, "TLS")
    query = {"format": "csv", "member_state": "TLS"}
    (row,) = read_csv((await officer.get("/v1/assessments/export", params=query)).content)
    for name, value in assessment["overall"].items():
        assert float(row[f"overall.{name}"]) == value
    assert row["rating"] == assessment["ratings"]["overall"]["rating"] == assessment["rating"]
    assert (row["confidential"], row["summary"]) == ("false", "As answered.")
    assert "by_provision" not in row, "hundreds of scores are told by the assessment itself"


async def test_reference_data_are_exported_too(
    officer: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    assert (await operator.put("/v1/reference")).status_code == 200
    themes = await officer.get("/v1/reference/themes/export", params={"format": "csv"})
    assert len(read_csv(themes.content)) == 13
    assert re.fullmatch(r"\d+(; \d+)*", read_csv(themes.content)[0]["resolutions"])
    assert await exported(officer, "/v1/reference/member-states", q="KEN") == await listed(
        officer, "/v1/reference/member-states", q="KEN"
    )
