"""Recommendations drafted from a CSV file: every row or none, with all faults at once."""

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    BC,
    CFT,
    INSTRUMENT,
    accepted,
    assessed,
    completed,
    drafted,
    gap_in,
    opened,
    rate,
)
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(120)
Row = dict[str, str]
PATH = "/v1/recommendations/imports"


def row_of(state: str, gap_ids: str, **cells: str) -> Row:
    return {
        "member_state": state,
        "gap_ids": gap_ids,
        "text": "Make the financing of terrorism a crime in its own right.",
        "priority": "high",
        "technical_assistance_needed": "yes",
        "target_on": "2099-01-01",
    } | cells


def sheet(*rows: Row, separator: str = ",") -> bytes:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


async def load(
    client: httpx.AsyncClient, content: bytes, key: str | None = None, **query: str
) -> httpx.Response:
    headers = {"Content-Type": "text/csv"} | ({"Idempotency-Key": key} if key else {})
    return await client.post(PATH, content=content, headers=headers, params=query)


async def drafts_of(officer: httpx.AsyncClient, state: str) -> list[dict[str, Any]]:
    query = {"member_state": state, "sort": "created_at", "limit": "200"}
    return list((await officer.get("/v1/recommendations", params=query)).json()["items"])


def faults_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


async def test_each_row_becomes_a_draft_once(stack: Stack, officer: httpx.AsyncClient) -> None:
    assessment = await assessed(stack, officer, "CUB")
    gaps = [await gap_in(officer, assessment, code) for code in ("CFT-1", "BC-1")]
    formula = '=HYPERLINK("https://evil.example"), of two\nlines; and "quotes"'
    plain = row_of("CUB", f"{gaps[0]['id']}; {gaps[1]['id']}")
    full = row_of(
        "CUB",
        "",
        assessment_id=assessment["id"],
        questions="BC-1",
        text=formula,
        theme="law-enforcement",
        provisions="1373 2(e); 2396",
        tags="gender; children",
        technical_assistance_kind="Training of prosecutors",
    )
    content = b"\xef\xbb\xbf" + sheet(plain, full, separator=";")
    checked = await load(officer, content, "cuba-check", dry_run="true")
    assert checked.json() == {"dry_run": True, "rows": 2, "recommendation_ids": []}
    assert await drafts_of(officer, "CUB") == []
    first, again = [await load(officer, content, "cuba") for _ in range(2)]
    assert first.status_code == 200, first.text
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    drafts = {draft["id"]: draft for draft in await drafts_of(officer, "CUB")}
    assert len(drafts) == 2
    one, two = [drafts[key] for key in first.json()["recommendation_ids"]]
    assert one["gap_ids"] == [gap["id"] for gap in gaps]
    assert (one["theme"], one["tags"]) == ("countering-financing", ["human_rights"])
    assert (two["gap_id"], two["text"], two["theme"]) == (
        gaps[1]["id"],
        formula,
        "law-enforcement",
    )
    assert [(p["resolution"], p["paragraph"]) for p in two["provisions"]] == [
        (1373, "2(e)"),
        (2396, None),
    ]
    assert (two["tags"], two["technical_assistance_kind"]) == (
        ["gender", "children"],
        "Training of prosecutors",
    )
    file = await officer.get("/v1/recommendations/export?format=csv&member_state=CUB")
    cells = {row["id"]: row for row in csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")))}
    assert cells[two["id"]]["provisions"] == "1373 2(e); 2396", "as an import takes them"
    assert {draft["status"] for draft in drafts.values()} == {"draft"}
    repeated = await load(officer, content)
    assert faults_of(repeated) == ["rows.2.text", "rows.3.text"]
    assert one["id"] in repeated.json()["errors"][0]["message"]


async def test_a_row_that_names_a_question_is_about_every_gap_that_comes_from_it(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    shared = [{"resolution": 1373, "paragraph": "1(b)"}]
    questions = [CFT, BC | {"theme": CFT["theme"], "provisions": [*shared, *BC["provisions"]]}]
    instrument = INSTRUMENT | {
        "sections": [{"code": "all", "title": "All", "questions": questions}]
    }
    answers = {"CFT-1": "yes", "BC-1": "yes"}
    assessment = await opened(officer, await accepted(stack, officer, "HTI", answers, instrument))
    found = {"1373 1(b)": "largely", "2396": "not_implemented"}
    assert (await rate(officer, assessment, found)).status_code == 200
    assessment = await completed(officer, assessment)
    gaps = (await officer.get("/v1/gaps", params={"assessment_id": assessment["id"]})).json()
    of_both, of_one = sorted(gaps["items"], key=lambda gap: -len(gap["answers"]))
    assert (set(of_both["answers"]), set(of_one["answers"])) == ({"CFT-1", "BC-1"}, {"BC-1"})

    row = row_of("HTI", "", assessment_id=assessment["id"], questions="BC-1")
    assert (await load(officer, sheet(row))).status_code == 200
    (draft,) = await drafts_of(officer, "HTI")
    assert set(draft["gap_ids"]) == {of_both["id"], of_one["id"]}


async def test_every_fault_of_every_row_is_told_and_nothing_is_loaded(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "DOM")
    gap = (await gap_in(officer, assessment))["id"]
    abroad = (await gap_in(officer, await assessed(stack, officer, "JAM")))["id"]
    rows = [
        row_of("DOM", gap),
        row_of("DOM", gap, target_on="2020-01-01", text="Another text, which is long enough."),
        row_of("DOM", "nothing", priority="urgent", technical_assistance_needed="perhaps"),
        row_of("Dominica", gap, target_on="31/12/2099", provisions="1373 second; 9"),
        row_of("DOM", str(uuid4())),
        row_of("DOM", abroad),
        row_of("DOM", "", text="Names no gap at all, in any column."),
        row_of("DOM", "", text="Names a question without a gap.",
               assessment_id=assessment["id"], questions="CFT-1; CFT-9"),
        row_of("DOM", gap),
        row_of("DOM", gap, text="Holds a \0 character somewhere."),
        row_of("DOM", gap, text="Of no help.", technical_assistance_needed="no",
               technical_assistance_kind="Training", tags="youth"),
    ]  # fmt: skip
    faulty = await load(officer, sheet(*rows))
    assert sorted(set(faults_of(faulty)), key=lambda name: (len(name.split(".")[1]), name)) == [
        "rows.3.target_on",
        "rows.4.gap_ids",
        "rows.4.priority",
        "rows.4.technical_assistance_needed",
        "rows.5.member_state",
        "rows.5.provisions",
        "rows.5.target_on",
        "rows.6.gap_ids",
        "rows.7.member_state",
        "rows.8",
        "rows.9.questions",
        "rows.10.text",
        "rows.11.text",
        "rows.12.tags",
    ]
    body = faulty.json()
    assert (body["type"], body["detail"].split(":")[0]) == (
        "urn:ctc:problem:invalid",
        f"{len(body['errors'])} problems in 10 rows",
    )
    assert await drafts_of(officer, "DOM") == []
    assert (await load(officer, sheet(*rows), dry_run="true")).json()["errors"] == body["errors"]
    loaded = await load(officer, sheet(rows[0]))
    assert loaded.status_code == 200, loaded.text


async def test_a_file_that_is_no_table_of_recommendations_is_refused(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = (await gap_in(officer, await assessed(stack, officer, "GUY")))["id"]
    good = sheet(row_of("GUY", gap))
    assert faults_of(await load(officer, good.replace(b"text", b"txet"))) == [
        "columns.txet",
        "columns.text",
    ]
    assert faults_of(await load(officer, good.decode().encode("utf-16"))) == ["body"]
    assert faults_of(await load(officer, b"")) == ["body"]
    assert faults_of(await load(officer, good.split(b"\r\n")[0])) == ["body"]
    assert faults_of(await load(officer, good + b'GUY,"open')) == ["rows.3"]
    many = await load(officer, sheet(*[row_of("GUY", gap)] * 1001))
    assert (many.status_code, many.json()["type"]) == (413, "urn:ctc:problem:too-large")
    large = await load(officer, b"x" * (2 * 1024 * 1024 + 1))
    assert large.status_code == 413
    other = await officer.post(PATH, json={"member_state": "KEN"})
    assert (other.status_code, "text/csv" in other.json()["detail"]) == (415, True)
    capped = await load(officer, sheet(*[row_of("GUY", "none", priority="none")] * 150))
    assert len(faults_of(capped)) == 200
    assert capped.json()["detail"].startswith("300 problems in 150 rows")
    assert "first 200" in capped.json()["detail"]
    for role, claims in (("member_state", {"member_state": "GUY"}), ("committee_chair", {})):
        async with client_of(stack, "assessment", role, **claims) as client:
            assert (await load(client, good)).status_code == 403
    assert await drafts_of(officer, "GUY") == []


async def test_a_large_file_is_loaded_whole(stack: Stack, officer: httpx.AsyncClient) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "SUR"))
    await drafted(officer, gap)
    rows = [row_of("SUR", gap["id"], text=f"Recommendation number {n}.") for n in range(1000)]
    loaded = await load(officer, sheet(*rows, separator="\t"))
    assert len(set(loaded.json()["recommendation_ids"])) == 1000
    last = await officer.get(f"/v1/recommendations/{loaded.json()['recommendation_ids'][-1]}")
    assert last.json()["text"] == "Recommendation number 999."
