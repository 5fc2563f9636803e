"""Reports and profiles over HTTP: for each reader what the reader may see."""

import io

import docx
import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import assessed, recommended
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)


async def test_a_report_is_handed_over_as_pdf_docx_and_json(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "NOR")
    gap = (await officer.get(f"/v1/gaps/{recommendation['gap_id']}")).json()
    path = f"/v1/assessments/{gap['assessment_id']}/report"
    pdf = await officer.get(path)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert 'filename="assessment-report-NOR-' in pdf.headers["content-disposition"]
    body = (await officer.get(path, params={"format": "json"})).json()
    assert body["state"] == "Norway"
    assert [entry["severity"] for entry in body["gaps"]] == ["critical", "medium"]
    assert [entry["text"] for entry in body["recommendations"]] == [recommendation["text"]]
    file = await officer.get(path, params={"format": "docx"})
    tables = docx.Document(io.BytesIO(file.content)).tables
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    assert f"{recommendation['text']} (technical assistance needed)" in cells
    strategy = {
        "member_state": "NOR", "title": "National strategy", "kind": "national",
        "status": "in_development", "elements": ["gender"], "source": "The ministry",
    }  # fmt: skip
    assert (await officer.post("/v1/strategies", json=strategy)).status_code == 201
    profile = (await officer.get("/v1/state-profiles/NOR", params={"format": "json"})).json()
    (known,) = profile["strategies"]
    assert (known["title"], len(known["missing"])) == ("National strategy", 9)
    assert {line["rating"] for line in profile["by_theme"]} == {"not_implemented", "partially"}
    assert len(profile["rounds"]) == 1
    assert profile["recommendations"] == body["recommendations"]


async def test_a_copy_for_others_leaves_out_what_the_state_keeps_confidential(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    answers = {"CFT-1": {"value": "no", "confidential": True}, "BC-1": "partial"}
    done = await assessed(stack, officer, "SWE", answers)
    hidden = await assessed(stack, officer, "FIN", confidential=True)
    as_json = {"format": "json"}
    report = f"/v1/assessments/{done['id']}/report"
    async with client_of(stack, "assessment", "oct") as oct_user:
        open_copy = (await oct_user.get(report, params=as_json)).json()
        assert open_copy["confidential"] is False
        assert [entry["name"] for entry in open_copy["by_theme"]] == ["Border control"]
        assert len(open_copy["gaps"]) == 1
        assert (await oct_user.get(f"/v1/assessments/{hidden['id']}/report")).status_code == 404
        profile = (await oct_user.get("/v1/state-profiles/FIN", params=as_json)).json()
        assert (profile["rounds"], profile["gaps"]) == ([], [])
    whole = (await officer.get(report, params=as_json)).json()
    assert (whole["confidential"], len(whole["gaps"])) == (True, 2)
    in_place = {"CFT-1": {"value": "yes", "confidential": True}, "BC-1": "yes"}
    without_gaps = await assessed(stack, officer, "ISL", in_place)
    for path in (f"/v1/assessments/{without_gaps['id']}/report", "/v1/state-profiles/ISL"):
        copy = (await officer.get(path, params=as_json)).json()
        assert copy["confidential"] is True, "its scores count a confidential answer"
    async with client_of(stack, "assessment", "member_state", member_state="DNK") as other:
        assert (await other.get(report)).status_code == 404
        assert (await other.get("/v1/state-profiles/SWE", params=as_json)).json()["rounds"] == []


async def test_an_unknown_state_or_form_is_named(stack: Stack, officer: httpx.AsyncClient) -> None:
    assert (await officer.get("/v1/state-profiles/ZZZ")).status_code == 404
    wrong = await officer.get("/v1/state-profiles/NOR", params={"format": "odt"})
    assert wrong.json()["errors"][0]["field"] == "query.format"
    async with client_of(stack, "assessment", "civil_society") as someone:
        assert (await someone.get("/v1/state-profiles/NOR")).status_code == 403
