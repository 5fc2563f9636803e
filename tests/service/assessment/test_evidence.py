"""Evidence for a survey's answers, over HTTP."""

import hashlib
import io
import zipfile
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.test_surveys import issued
from tests.support.stacks import client_of
from tests.support.waiting import eventually

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


async def attach(
    client: httpx.AsyncClient,
    survey: dict[str, Any],
    content: bytes = PDF,
    name: str = "law.pdf",
    media_type: str = "application/pdf",
    headers: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    return await client.post(
        f"/v1/surveys/{survey['id']}/evidence",
        data={"question": "CFT-1", **fields},
        files={"file": (name, content, media_type)},
        headers=headers,
    )


def faults(answer: httpx.Response) -> set[str]:
    return {fault["field"] for fault in answer.json()["errors"]}


async def test_a_state_attaches_a_file_and_reads_it_back(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(officer, "KEN")
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as kenya:
        made = await attach(
            kenya, survey, name="C:\\loi\\Décret \u202e№ 7.pdf", description="Act of 2019"
        )
        assert made.status_code == 201, made.text
        evidence = made.json()
        assert evidence["file_name"] == "Décret № 7.pdf"
        assert evidence["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert (evidence["size"], evidence["kind"], evidence["media_type"]) == (
            len(PDF), "pdf", "application/pdf",
        )  # fmt: skip
        assert (evidence["member_state"], evidence["description"]) == ("KEN", "Act of 2019")
        read = await kenya.get(made.headers["location"])
        assert (read.json(), read.headers["etag"]) == (evidence, '"1"')

        content = await kenya.get(f"{made.headers['location']}/content")
        assert content.content == PDF
        assert content.headers["content-type"] == "application/pdf"
        assert content.headers["x-content-type-options"] == "nosniff"
        assert content.headers["content-length"] == str(len(PDF))
        assert content.headers["content-disposition"] == (
            "attachment; filename=\"D_cret _ 7.pdf\"; filename*=UTF-8''D%C3%A9cret%20%E2%84%96%207.pdf"
        )
        same = await kenya.get(
            f"{made.headers['location']}/content",
            headers={"If-None-Match": content.headers["etag"]},
        )
        assert (same.status_code, same.content) == (304, b"")
