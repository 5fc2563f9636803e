import httpx

from shared.embedded.stack import Stack


async def test_the_service_is_ready_and_says_what_works(stack: Stack) -> None:
    answer = httpx.get(f"{stack.urls['assessment']}/health/ready")
    assert answer.json() == {
        "status": "ok",
        "checks": {"broker": "ok", "consumer": "ok", "database": "ok", "relay": "ok"},
    }


async def test_all_member_states_are_loaded_and_listed_once(operator: httpx.AsyncClient) -> None:
    for _ in range(2):
        loaded = await operator.put("/v1/reference")
        assert loaded.json() == {"member_states": 193, "resolutions": 31, "themes": 13}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "50"} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get("/v1/reference/member-states", params=query)).json()
        seen += [state["alpha3"] for state in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 193
