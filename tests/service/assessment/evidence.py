"""What tests of evidence send."""

from typing import Any

import httpx

from tests.support.files import PDF


async def attach(
    client: httpx.AsyncClient,
    survey: dict[str, Any],
    content: bytes = PDF,
    name: str = "law.pdf",
    media_type: str = "application/octet-stream",
    headers: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    """Attach a file to the survey's first question."""
    return await client.post(
        f"/v1/surveys/{survey['id']}/evidence",
        data={"question": "CFT-1", **fields},
        files={"file": (name, content, media_type)},
        headers=headers,
    )


async def attached(client: httpx.AsyncClient, survey: dict[str, Any], **fields: Any) -> Any:
    """The record of a file that was attached."""
    answer = await attach(client, survey, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def evidence_of(client: httpx.AsyncClient, survey: dict[str, Any], **query: str) -> list[Any]:
    """The survey's evidence as the caller sees it."""
    answer = await client.get(f"/v1/surveys/{survey['id']}/evidence", params=query)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def faults(answer: httpx.Response) -> set[str]:
    """The fields that the answer names."""
    return {fault["field"] for fault in answer.json()["errors"]}
