"""Copies of a report over HTTP: of each version, for each reader what the reader may see (¶23)."""

import io

import docx
import httpx

from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    NOT_FOUND,
    Actors,
    Body,
    completed_mission,
    done,
    drafted_report,
    fields_of,
    refusal,
    submitted_report,
    to_fact_check,
)
from tests.support.stacks import client_of

DOCX = {"format": "docx"}


def said_in(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    file = docx.Document(io.BytesIO(answer.content))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def path_of(report: Body) -> str:
    return f"/v1/reports/{report['id']}/document"


async def test_a_report_under_way_is_a_draft_in_every_version(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await to_fact_check(actors, await drafted_report(actors, "LSO"))
    path = path_of(report)
    pdf = await officer.get(path)
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF-")
    name = f"visit-report-{report['id']}-{await actors.today()}.pdf"
    assert pdf.headers["content-disposition"] == f'attachment; filename="{name}"'
    known = {"If-None-Match": pdf.headers["etag"]}
    again = await officer.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert (await officer.get(path, params=DOCX, headers=known)).status_code == 200
    said = said_in(await officer.get(path, params=DOCX))
    assert "Draft, in fact-check" in said
    assert "for the Executive Directorate." in said
    state = actors.state("LSO")
    assert "for the focal points of Lesotho." in said_in(await state.get(path, params=DOCX))
    for reader in (actors.state("NOR"), actors.of("committee_member"), actors.of("oct")):
        assert refusal(await reader.get(path)) == NOT_FOUND
    assert (await actors.of("civil_society").get(path)).status_code == 403
    await done(await state.post(f"/v1/reports/{report['id']}/fact-check/answer"))
    section = f"/v1/reports/{report['id']}/sections/findings"
    version = (await officer.get(section)).headers["etag"]
    wanted = {"heading": "What was *found*", "text": "# Mended\n\nNow with **facts**."}
    await done(await officer.patch(section, json=wanted, headers={"If-Match": version}))
    now = said_in(await officer.get(path, params=DOCX))
    assert "Version 2" in now
    assert "What was *found*\nMended\nNow with facts." in now
    before = said_in(await officer.get(path, params=DOCX | {"version": 1}))
    assert "Version 1" in before
    assert "Findings\nOpen to all readers." in before
    assert refusal(await officer.get(path, params={"version": 3})) == NOT_FOUND


async def test_a_copy_for_others_leaves_out_what_the_state_keeps_confidential(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await submitted_report(actors, "SWZ")
    path = path_of(report)
    whole = said_in(await officer.get(path, params=DOCX))
    assert "Confidential at the State's request (¶23)\nFor the State alone." in whole
    assert "asked to keep confidential" in whole
    assert "Submitted on" in whole
    assert "Draft" not in whole
    async with client_of(stack, "visits", "partner", organisation="unodc") as partner:
        open_copy = await partner.get(path, params=DOCX)
        said = said_in(open_copy)
        assert "Open to all readers." in said
        assert "for unodc." in said
        assert not any(word in said for word in ("onfidential", "For the State", "Sources", "Text"))
        assert refusal(await partner.get(path, params={"version": 1})) == (403, "forbidden")
        others = {"If-None-Match": (await officer.get(path)).headers["etag"]}
        assert (await partner.get(path, headers=others)).status_code == 200


async def test_a_copy_of_a_confidential_report_says_so(actors: Actors) -> None:
    mission = await completed_mission(actors, "ALB", confidential=True)
    sections = [{"heading": "Findings", "text": "Not marked for itself."}]
    body = {"mission_id": mission["id"], "title": "Visit", "sections": sections}
    report = await done(await actors.of("cted_officer").post("/v1/reports", json=body))
    said = said_in(await actors.of("cted_officer").get(path_of(report), params=DOCX))
    assert "Albania asked to keep it confidential." in said


async def test_a_wrong_form_is_named(officer: httpx.AsyncClient) -> None:
    path = path_of({"id": "00000000-0000-0000-0000-000000000001"})
    wrong = await officer.get(path, params={"format": "odt", "version": 0})
    assert fields_of(wrong) == ["query.format", "query.version"]
