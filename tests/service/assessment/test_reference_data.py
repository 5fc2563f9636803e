import httpx


async def test_the_service_is_ready_and_says_what_works(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/health/ready")
    assert answer.json() == {
        "status": "ok",
        "checks": {"broker": "ok", "consumer": "ok", "database": "ok", "relay": "ok"},
    }


async def test_all_member_states_are_loaded_and_listed_once(operator: httpx.AsyncClient) -> None:
    first, again = [(await operator.put("/v1/reference")).json() for _ in range(2)]
    counts = {"member_states": 193, "resolutions": 31, "themes": 13}
    for name, count in counts.items():
        assert first[name]["inserted"] in (0, count), "other tests may have loaded them before"
        assert again[name] == {"inserted": 0, "updated": 0, "unchanged": count}
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
