"""Evidence for a survey's answers, over HTTP."""

import asyncio
import hashlib
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.evidence import attach, attached, evidence_of, faults
from tests.service.assessment.steps import ANSWERS, issued, save
from tests.support.files import PDF, WELL_FORMED, open_xml
from tests.support.stacks import client_of


async def test_a_state_attaches_a_file_and_reads_it_back(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "KEN")
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as kenya:
        made = await attach(
            kenya, survey, name="C:\\loi\\Décret \u202e№ 7.pdf", description="Act of 2019"
        )
        assert made.status_code == 201, made.text
        evidence = made.json()
        assert evidence["file_name"] == "Décret № 7.pdf"
        assert evidence["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert (evidence["size"], evidence["kind"]) == (len(PDF), "pdf")
        assert (evidence["member_state"], evidence["description"]) == ("KEN", "Act of 2019")
        read = await kenya.get(made.headers["location"])
        assert (read.json(), read.headers["etag"]) == (evidence, '"1"')

        content = await kenya.get(f"{made.headers['location']}/content")
        assert content.content == PDF
        assert content.headers["content-type"] == "application/pdf"
        assert content.headers["x-content-type-options"] == "nosniff"
        assert content.headers["content-length"] == str(len(PDF))
        assert content.headers["content-disposition"] == (
            'attachment; filename="D_cret _ 7.pdf"; '
            "filename*=UTF-8''D%C3%A9cret%20%E2%84%96%207.pdf"
        )
        same = await kenya.get(
            f"{made.headers['location']}/content",
            headers={"If-None-Match": content.headers["etag"]},
        )
        assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("kind", WELL_FORMED)
async def test_each_kind_is_taken_and_served_as_what_it_is(
    stack: Stack, officer: httpx.AsyncClient, kind: str
) -> None:
    survey = await issued(stack, officer, "UGA")
    evidence = await attached(officer, survey, content=WELL_FORMED[kind], name=f"law.{kind}")
    content = await officer.get(f"/v1/evidence/{evidence['id']}/content")
    assert (evidence["kind"], content.content) == (kind, WELL_FORMED[kind])
    assert content.headers["content-type"] == evidence["media_type"]


async def test_a_large_file_comes_back_as_it_was(stack: Stack, officer: httpx.AsyncClient) -> None:
    survey = await issued(stack, officer, "UGA")
    large = PDF + bytes(range(256)) * (80 * 1024)
    evidence = await attached(officer, survey, content=large)
    content = await officer.get(f"/v1/evidence/{evidence['id']}/content")
    assert hashlib.sha256(content.content).hexdigest() == evidence["sha256"]
    assert evidence["sha256"] == hashlib.sha256(large).hexdigest()


async def test_evidence_is_listed_by_question_kind_and_confidentiality(
    stack: Stack,
    officer: httpx.AsyncClient,
) -> None:
    survey = await issued(stack, officer, "RWA")
    law = await attached(officer, survey)
    note = await attached(officer, survey, content=b"note", name="a.txt", question="BC-1")
    secret = await attached(officer, survey, content=b"secret", name="b.txt", confidential="true")
    assert [e["id"] for e in await evidence_of(officer, survey, sort="created_at")] == [
        law["id"], note["id"], secret["id"],
    ]  # fmt: skip
    assert await evidence_of(officer, survey, question="BC-1") == [note]
    assert await evidence_of(officer, survey, kind="pdf") == [law]
    assert await evidence_of(officer, survey, confidential="true") == [secret]
    assert (await officer.get("/v1/surveys/none/evidence")).status_code == 422
    assert (await officer.get(f"/v1/surveys/{uuid4()}/evidence")).status_code == 404


async def test_evidence_of_a_confidential_survey_is_confidential(
    stack: Stack,
    officer: httpx.AsyncClient,
) -> None:
    survey = await issued(stack, officer, "RWA", confidential=True)
    assert (await attached(officer, survey))["confidential"] is True


async def test_evidence_is_as_confidential_as_its_answer_and_its_survey(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "LSO")

    async def confidential(question: str) -> dict[str, bool]:
        found = await evidence_of(officer, survey, question=question)
        return {evidence["kind"]: evidence["confidential"] for evidence in found}

    async def request(action: str, subject: str, *questions: str) -> None:
        body = {"subject": subject, "subject_id": survey["id"], "action": action}
        told = {"reason": "By decision of the ministry.", "questions": questions}
        answer = await lesotho.post("/v1/confidentiality-requests", json=body | told)
        assert answer.status_code == 201, answer.text

    async with client_of(stack, "assessment", "member_state", member_state="LSO") as lesotho:
        await attached(lesotho, survey)
        await attached(lesotho, survey, content=b"kept", name="a.txt", confidential="true")
        await attached(lesotho, survey, question="BC-1")
        await save(lesotho, survey, "finance", {"CFT-1": {"value": "no", "confidential": True}})
        await attached(lesotho, survey, content=b"a,b", name="a.csv")
        assert (await confidential("CFT-1"))["csv"] is True
        await save(lesotho, survey, "borders", {"BC-1": "no"})
        await lesotho.post(f"/v1/surveys/{survey['id']}/submission")
        assert await confidential("CFT-1") == {"pdf": True, "txt": True, "csv": True}
        assert await confidential("BC-1") == {"pdf": False}
        await request("place", "survey")
        assert await confidential("BC-1") == {"pdf": True}
        await request("lift", "survey")
        await request("lift", "answers", "CFT-1")
        assert await confidential("CFT-1") == {"pdf": False, "txt": True, "csv": False}
        assert await confidential("BC-1") == {"pdf": False}


async def test_evidence_is_for_cted_the_committee_and_the_state_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "GHA")
    evidence = await attached(officer, survey)
    places = [f"/v1/evidence/{evidence['id']}", f"/v1/evidence/{evidence['id']}/content"]
    listed = f"/v1/surveys/{survey['id']}/evidence"
    async with client_of(stack, "assessment", "committee_member") as member:
        assert [(await member.get(place)).status_code for place in [*places, listed]] == [200] * 3
        assert (await attach(member, survey, b"text", "a.txt")).status_code == 403
    async with client_of(stack, "assessment", "member_state", member_state="TGO") as togo:
        assert [(await togo.get(place)).status_code for place in [*places, listed]] == [404] * 3
        assert (await attach(togo, survey, b"text", "a.txt")).status_code == 404
        gone = await togo.delete(places[0], headers={"If-Match": '"1"'})
        assert gone.status_code == 404
    for role, claims in (
        ("oct", {}), ("un_entity", {}), ("service", {}), ("partner", {"organisation": "UNODC"}),
        ("civil_society", {}), ("operator", {}),
    ):  # fmt: skip
        async with client_of(stack, "assessment", role, **claims) as other:
            answers = [await other.get(place) for place in [*places, listed]]
            assert [answer.status_code for answer in answers] == [403] * 3, role
            assert (await attach(other, survey, b"text", "a.txt")).status_code == 403
    assert await evidence_of(officer, survey) == [evidence]


async def test_every_fault_of_the_form_is_named(stack: Stack, officer: httpx.AsyncClient) -> None:
    survey = await issued(stack, officer, "GHA")
    path = f"/v1/surveys/{survey['id']}/evidence"
    unknown = await attach(officer, survey, b"MZ\x90\x00", "law.pdf", question="CFT-99")
    assert (unknown.status_code, faults(unknown)) == (422, {"body.question", "body.file"})
    missing = await officer.post(path, files={"surprise": (None, "1"), "confidential": (None, "?")})
    assert (missing.status_code, faults(missing)) == (
        422, {"body.question", "body.file", "body.surprise", "body.confidential"},
    )  # fmt: skip
    as_json = await officer.post(path, json={"question": "CFT-1"})
    assert (as_json.status_code, faults(as_json)) == (422, {"body.question", "body.file"})
    broken = await officer.post(
        path, content=b"--x\r\nno", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert 400 <= broken.status_code < 500
    assert await evidence_of(officer, survey) == []


@pytest.mark.parametrize(
    ("content", "name", "media_type", "says"),
    [
        (b"", "law.pdf", "application/pdf", "empty"),
        (PDF, "law.png", "application/octet-stream", "name it after what it is"),
        (PDF, "law.pdf", "image/png", "was sent as image/png"),
        (open_xml("docx", {"word/vbaProject.bin": b"x"}), "law.docx", "", "macros"),
        (open_xml("xlsx", {"xl/a.xml": b"0" * 12_000_000}), "law.xlsx", "", "would unpack"),
    ],
)
async def test_a_file_that_is_no_evidence_is_refused_and_not_stored(
    stack: Stack, officer: httpx.AsyncClient, content: bytes, name: str, media_type: str, says: str
) -> None:
    survey = await issued(stack, officer, "GHA")
    stored = set((stack.run_directory / "objects").rglob("*"))
    refused = await attach(officer, survey, content, name, media_type)
    assert (refused.status_code, faults(refused)) == (422, {"body.file"})
    assert says in refused.json()["errors"][0]["message"]
    assert set((stack.run_directory / "objects").rglob("*")) == stored


async def test_the_same_file_is_attached_to_a_question_once(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "MWI")
    answers = await asyncio.gather(*(attach(officer, survey, name=f"{n}.pdf") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (kept,) = await evidence_of(officer, survey)
    again = await attach(officer, survey)
    assert f"/v1/evidence/{kept['id']}" in again.json()["detail"]
    assert (await attach(officer, survey, question="BC-1")).status_code == 201


async def test_the_same_key_and_form_gives_the_first_answer_again(
    stack: Stack,
    officer: httpx.AsyncClient,
) -> None:
    """Although each form is sent with a boundary of its own."""
    survey = await issued(stack, officer, "MWI")
    key = {"Idempotency-Key": str(uuid4())}
    first = await attach(officer, survey, headers=key)
    second = await attach(officer, survey, headers=key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    for other in (
        await attach(officer, survey, headers=key, content=PDF + b"\n"),
        await attach(officer, survey, headers=key, name="other.pdf"),
        await attach(officer, survey, headers=key, description="other"),
    ):
        assert other.json()["type"] == "urn:ctc:problem:idempotency-mismatch"
    assert len(await evidence_of(officer, survey)) == 1


async def test_evidence_is_taken_back_with_its_file(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "MWI")
    evidence = await attached(officer, survey)
    path = f"/v1/evidence/{evidence['id']}"
    file = stack.run_directory / "objects" / "evidence" / evidence["id"]
    assert file.read_bytes() == PDF
    assert (await officer.delete(path)).status_code == 428
    assert (await officer.delete(path, headers={"If-Match": '"2"'})).status_code == 412
    assert (await officer.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await officer.get(path)).status_code == 404
    assert (await officer.get(f"{path}/content")).status_code == 404
    async with asyncio.timeout(10):
        while file.exists():  # noqa: ASYNC110 - it is removed after the answer
            await asyncio.sleep(0.02)
    assert (await attach(officer, survey)).status_code == 201


async def test_evidence_of_a_submitted_response_stays_as_it_is(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "SEN")
    async with client_of(stack, "assessment", "member_state", member_state="SEN") as senegal:
        evidence = await attached(senegal, survey)
        path = f"/v1/surveys/{survey['id']}"
        await save(senegal, survey, "finance", {"CFT-1": ANSWERS["CFT-1"]})
        await save(senegal, survey, "borders", {"BC-1": ANSWERS["BC-1"]})
        assert (await senegal.post(f"{path}/submission")).status_code == 200
        late = await attach(senegal, survey, b"text", "a.txt")
        gone = await senegal.delete(f"/v1/evidence/{evidence['id']}", headers={"If-Match": '"1"'})
        assert (late.json()["type"], gone.json()["type"]) == (("urn:ctc:problem:conflict",) * 2)
        assert await evidence_of(senegal, survey) == [evidence]
        unclear = {"reason": "Which law?", "questions": ["CFT-1"], "due_on": "2099-06-01"}
        await officer.post(f"{path}/clarification-request", json=unclear)
        assert (await attach(senegal, survey, b"text", "a.txt")).status_code == 201
