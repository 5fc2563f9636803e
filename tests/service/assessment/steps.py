"""The steps that lead a survey to an assessment, as those who take them would."""

from typing import Any

import httpx

from shared.embedded.stack import Stack
from tests.support.stacks import client_of

Json = dict[str, Any]
CFT: Json = {
    "code": "CFT-1",
    "text": "Is the financing of terrorism a crime in law?",
    "theme": "countering-financing",
    "provisions": [{"resolution": 1373, "paragraph": "1(b)"}],
    "weight": 5,
}
BC: Json = {
    "code": "BC-1",
    "text": "Are travellers screened against watch lists?",
    "theme": "border-control",
    "provisions": [{"resolution": 2396}],
    "weight": 3,
    "tags": ["human_rights"],
}
INSTRUMENT: Json = {
    "code": "oia-1373",
    "title": "Overview of implementation assessment",
    "tool": "overview_of_implementation_assessment",
    "sections": [
        {"code": "finance", "title": "Financing", "questions": [CFT]},
        {"code": "borders", "title": "Borders", "questions": [BC]},
    ],
}
ANSWERS = {"CFT-1": "no", "BC-1": "partial"}


async def published(
    stack: Stack, officer: httpx.AsyncClient, instrument: Json = INSTRUMENT
) -> Json:
    """The instrument, drafted by the officer and published by the lead."""
    drafted = await officer.post("/v1/instruments", json=instrument)
    assert drafted.status_code == 201, drafted.text[:2000]
    async with client_of(stack, "assessment", "cted_lead") as lead:
        answer = await lead.post(f"{drafted.headers['location']}/publication")
    assert answer.status_code == 200, answer.text[:2000]
    return dict(answer.json())


async def issued(
    stack: Stack,
    officer: httpx.AsyncClient,
    state: str,
    instrument: Json = INSTRUMENT,
    **fields: object,
) -> Json:
    """A survey of the instrument, issued to the State."""
    known = await published(stack, officer, instrument)
    body = {"instrument_id": known["id"], "member_state": state, "due_on": "2099-03-01"}
    answer = await officer.post("/v1/surveys", json=body | fields)
    assert answer.status_code == 201, answer.text[:2000]
    return dict(answer.json())


async def save(
    client: httpx.AsyncClient, survey: Json, section: str, answers: Json
) -> httpx.Response:
    """Save answers to a section at its present version; a bare value is an answer of that value."""
    path = f"/v1/surveys/{survey['id']}/sections/{section}"
    version = (await client.get(path)).headers["etag"]
    given = {
        code: answer if isinstance(answer, dict) or answer is None else {"value": answer}
        for code, answer in answers.items()
    }
    return await client.patch(path, json={"answers": given}, headers={"If-Match": version})


async def accepted(
    stack: Stack,
    officer: httpx.AsyncClient,
    state: str,
    answers: Json = ANSWERS,
    instrument: Json = INSTRUMENT,
    **fields: object,
) -> Json:
    """A survey whose response was submitted and accepted."""
    survey = await issued(stack, officer, state, instrument, **fields)
    for section in instrument["sections"]:
        codes = [question["code"] for question in section["questions"]]
        part = {code: answers[code] for code in codes if code in answers}
        if part:
            saved = await save(officer, survey, section["code"], part)
            assert saved.status_code == 200, saved.text[:2000]
    for step in ("submission", "acceptance"):
        answer = await officer.post(f"/v1/surveys/{survey['id']}/{step}")
        assert answer.status_code == 200, answer.text[:2000]
    return dict(answer.json())


async def assessed(
    stack: Stack,
    officer: httpx.AsyncClient,
    state: str,
    answers: Json = ANSWERS,
    instrument: Json = INSTRUMENT,
    **fields: object,
) -> Json:
    """The completed assessment of an accepted response, whose ratings bear out its answers."""
    survey = await accepted(stack, officer, state, answers, instrument, **fields)
    assessment = await opened(officer, survey)
    rated = await rate(officer, assessment)
    assert rated.status_code == 200, rated.text[:2000]
    return await completed(officer, assessment)


async def opened(officer: httpx.AsyncClient, survey: Json, *assessors: str) -> Json:
    """An open assessment of the survey; by the officer alone where nobody is named."""
    body: Json = {"survey_id": survey["id"], "summary": "As answered."}
    if assessors:
        body["assessors"] = list(assessors)
    answer = await officer.post("/v1/assessments", json=body)
    assert answer.status_code == 201, answer.text[:2000]
    return dict(answer.json())


async def rate(
    assessor: httpx.AsyncClient, assessment: Json, ratings: Json | None = None
) -> httpx.Response:
    """Rate every item as its answers claim, or as `ratings` says of its provision."""
    path = f"/v1/assessments/{assessment['id']}/rating-sheet"
    sheet = await assessor.get(path)
    assert sheet.status_code == 200, sheet.text[:2000]
    given = [
        {
            "theme": item["theme"],
            "provision": item["provision"],
            "rating": (ratings or {}).get(item["provision"], claimed(item["score"])),
            "reasons": "As the law and practice show.",
        }
        for item in sheet.json()["items"]
    ]
    return await assessor.patch(
        path, json={"ratings": given}, headers={"If-Match": sheet.headers["etag"]}
    )


def claimed(score: float | None) -> str:
    """The rating that answers of this score claim."""
    if score is None:
        return "not_applicable"
    if score == 1:
        return "fully"
    if score > 0.5:
        return "largely"
    return "partially" if score > 0 else "not_implemented"


async def completed(officer: httpx.AsyncClient, assessment: Json) -> Json:
    """The assessment, completed."""
    answer = await officer.post(f"/v1/assessments/{assessment['id']}/completion")
    assert answer.status_code == 200, answer.text[:2000]
    return dict(answer.json())


async def gap_in(officer: httpx.AsyncClient, assessment: Json, question: str = "CFT-1") -> Json:
    """The gap that the assessment found in the question."""
    answer = await officer.get("/v1/gaps", params={"assessment_id": assessment["id"]})
    (gap,) = (gap for gap in answer.json()["items"] if gap["question"] == question)
    return dict(gap)


def about(*gaps: Json, **fields: object) -> Json:
    """What a draft about the gaps says."""
    return {
        "gap_ids": [gap["id"] for gap in gaps],
        "text": "Make the financing of terrorism a crime in its own right.",
        "priority": "high",
        "technical_assistance_needed": True,
        "target_on": "2099-01-01",
    } | fields


async def drafted(officer: httpx.AsyncClient, *gaps: Json, **fields: object) -> Json:
    """A draft about the gaps."""
    answer = await officer.post("/v1/recommendations", json=about(*gaps, **fields))
    assert answer.status_code == 201, answer.text[:2000]
    return dict(answer.json())


async def carried(
    stack: Stack, officer: httpx.AsyncClient, draft: Json, *, to: str = "issuance"
) -> Json:
    """The officer's draft, carried by the lead through its review to its approval or issue."""
    path = f"/v1/recommendations/{draft['id']}"
    answer = await officer.post(f"{path}/submission")
    async with client_of(stack, "assessment", "cted_lead") as lead:
        for step in ("approval", "issuance")[: 1 + (to == "issuance")]:
            answer = await lead.post(f"{path}/{step}")
            assert answer.status_code == 200, answer.text[:2000]
    return dict(answer.json())


async def recommended(stack: Stack, officer: httpx.AsyncClient, state: str, **fields: Any) -> Json:
    """A recommendation that was issued about the gravest gap of a new assessment."""
    gap = await gap_in(officer, await assessed(stack, officer, state, **fields))
    return await carried(stack, officer, await drafted(officer, gap))


async def steps_of(client: httpx.AsyncClient, recommendation: Json) -> list[Json]:
    """The steps of the recommendation that the client sees."""
    answer = await client.get(f"/v1/recommendations/{recommendation['id']}/status-changes")
    return list(answer.json()["items"])


def fields_of(answer: httpx.Response) -> list[str]:
    """The faulty fields that a refusal names."""
    return [error["field"] for error in answer.json()["errors"]]
