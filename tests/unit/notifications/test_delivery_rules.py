import socket
from datetime import UTC, datetime, timedelta

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.delivery.rules import (
    HOLD_AFTER_FAILURES,
    LONGEST_HOLD,
    gives_up,
    hold_for,
    retry_after,
    succeeded,
)
from services.notifications.delivery.sender import AddressRefusedError, CheckedBackend
from services.notifications.delivery.settings import DeliverySettings

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=8)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_double_up_to_the_longest_and_spread_over_half(failures: int, chance: float) -> None:
    whole = min(FIRST * 2 ** min(failures - 1, 20), LONGEST)
    assert whole / 2 <= retry_after(failures, FIRST, LONGEST, chance) <= whole


def test_by_default_a_delivery_is_tried_for_five_days() -> None:
    settings = DeliverySettings()
    planned = now = datetime(2026, 1, 1, tzinfo=UTC)
    attempts = 0
    while True:
        attempts += 1
        now += retry_after(attempts, settings.first_retry, settings.longest_retry, 1)
        if gives_up(planned, now, settings.give_up_after):
            break
    assert now - planned > timedelta(days=5)
    assert 20 < attempts < 40


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (299, True), (301, False), (199, False),
                          (404, False), (500, False), (None, False)],
)  # fmt: skip
def test_only_2xx_takes_a_delivery(status: int | None, *, taken: bool) -> None:
    assert succeeded(status) is taken


@given(st.integers(0, 10_000))
def test_an_endpoint_is_held_only_after_several_failures(failures: int) -> None:
    held = hold_for(failures, FIRST)
    if failures < HOLD_AFTER_FAILURES:
        assert held is None
    else:
        assert held is not None
        assert FIRST <= held <= LONGEST_HOLD


async def test_a_name_is_refused_by_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.215.14", "10.0.0.1"], ["169.254.169.254"]])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        assert host == "rebinding.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    backend = CheckedBackend(development=True)
    for address in ("10.0.0.1", "169.254.169.254"):
        with pytest.raises(AddressRefusedError, match=address):
            await backend.connect_tcp("rebinding.example", 443)


async def test_the_connection_is_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up = 0

    def resolve(host: str, port: int, **_: object) -> list[object]:
        nonlocal looked_up
        looked_up += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    connected: list[str] = []

    async def connect(_: object, host: str, *rest: object) -> str:
        connected.append(host)
        return "stream"

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    await CheckedBackend(development=True).connect_tcp("localhost", 80)
    assert (looked_up, connected) == (1, ["127.0.0.1"])
    with pytest.raises(AddressRefusedError):
        await CheckedBackend(development=False).connect_tcp("localhost", 80)
