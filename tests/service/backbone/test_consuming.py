"""An event's effect happens once, in order, and nothing that is sent stops a lane."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shared.errors import Conflict, Unavailable
from shared.events import Envelope
from shared.events import consumer as consumer_module
from shared.events.topics import lane_of
from tests.service.backbone.notebook import FAULTS, HOLDS, TRIES, Copy, NoteWritten
from tests.service.backbone.running import Place, Service, running_copier, topic_log, until

TOPIC = "ctc.assessment"


@pytest.fixture(scope="module")
async def producer(place: Place, writer: Service) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=place.broker, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


def envelope(text: str, state: str = "KEN") -> Envelope:
    event = NoteWritten(member_state=state, text=text)
    return Envelope.around(event, "assessment", datetime.now(UTC))


async def send(
    producer: AIOKafkaProducer, value: bytes | None, key: str = "KEN", **kwargs: object
) -> None:
    await producer.send_and_wait(
        TOPIC, value, key=key.encode(), partition=lane_of(key, 4), **kwargs
    )


async def send_all(producer: AIOKafkaProducer, *envelopes: Envelope) -> None:
    for one in envelopes:
        await send(producer, one.model_dump_json(exclude_none=True).encode(), one.subject)


async def copied(copier: Service, text: str) -> None:
    await until(lambda: copier.copies(text), lambda count: count >= 1)


async def test_redelivery_changes_nothing(copier: Service, producer: AIOKafkaProducer) -> None:
    once = envelope("told twice")
    await send_all(producer, once, once, envelope("after told twice"))

    await copied(copier, "after told twice")
    assert await copier.copies("told twice") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nothing at all", None),
        ("not JSON", b"\xff\x00{"),
        ("JSON of no envelope", b'{"a": "\\u0000"}'),
        ("a number too large", b"1" * 5000),
        ("nested without end", b"[" * 100_000),
        ("a subject without end", json.dumps({"subject": "x" * 950_000}).encode()),
    ],
)
async def test_what_cannot_be_read_is_buried_at_once(
    copier: Service, producer: AIOKafkaProducer, name: str, value: bytes | None
) -> None:
    key = "FRA"
    await send(producer, value, key)
    await send_all(producer, envelope(f"after {name}", key))

    await copied(copier, f"after {name}")
    wanted = (value or b"").decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    letters = [x for x in await copier.letters(limit="200") if x["event_id"] is None]
    (letter,) = [x for x in letters if x["payload"] == wanted]
    assert (letter["topic"], letter["key"], letter["event_type"]) == (TOPIC, key, None)
    assert letter["error"].startswith("ValidationError")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a field is missing", {"data": {"member_state": "PER"}}),
        ("NUL in a value", {"data": {"member_state": "PER", "text": "a\x00b"}}),
        ("NUL in a wrong value", {"data": {"member_state": "PER", "text": ["\x00"]}}),
        ("NUL in the subject", {"subject": "P\x00R", "data": {}}),
        ("a long subject", {"subject": "P" * 500_000, "data": {}}),
        (
            "a number beyond 64 bits",
            {"data": {"member_state": "PER", "text": "t", "number": 2**70}},
        ),
        ("control characters", {"data": {"text": "\x01" * 150_000}}),
    ],
)
async def test_an_event_that_can_never_be_handled_is_buried_at_once(
    copier: Service, producer: AIOKafkaProducer, name: str, change: dict[str, object]
) -> None:
    poison = json.loads(envelope("poison", "PER").model_dump_json(exclude_none=True)) | change
    tries = TRIES["poison"]
    started = asyncio.get_running_loop().time()
    await send(producer, json.dumps(poison).encode(), "PER")
    await send_all(producer, envelope(f"after {name}", "PER"))

    await copied(copier, f"after {name}")
    took = asyncio.get_running_loop().time() - started
    assert took < 2
    assert TRIES["poison"] <= tries + 1
    letters = await copier.letters(limit="200")
    (letter,) = [letter for letter in letters if letter["event_id"] == poison["id"]]
    assert letter["attempts"] == 1
    assert letter["event_type"] == NoteWritten.type
    assert letter["error"]


async def test_a_rule_that_refuses_is_final(copier: Service, producer: AIOKafkaProducer) -> None:
    FAULTS["refused"] = [Conflict("No.")] * 9
    await send_all(producer, envelope("refused"), envelope("after refused"))

    await copied(copier, "after refused")
    assert TRIES["refused"] == 1
    assert await copier.copies("refused") == 0


async def test_an_unexpected_error_is_tried_a_few_times(
    copier: Service, producer: AIOKafkaProducer
) -> None:
    FAULTS["surprising"] = [RuntimeError("once"), RuntimeError("twice")]
    FAULTS["broken"] = [KeyError("\x00always")] * 99
    await send_all(producer, envelope("surprising"), envelope("broken"), envelope("after broken"))

    await copied(copier, "after broken")
    assert await copier.copies("surprising") == 1
    assert await copier.copies("broken") == 0
    assert TRIES["broken"] == 3


async def test_what_passes_is_waited_for_and_never_buried(
    copier: Service, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "_LANE_SECONDS", 1.0)  # its lane is left and come back to
    FAULTS["patience"] = [
        Unavailable("soon"),
        OperationalError("SELECT 1", {}, Exception(), connection_invalidated=True),
        ConnectionRefusedError(),
        TimeoutError(),
        Unavailable("soon"),
    ]
    one = envelope("patience")
    await send_all(producer, one, envelope("after patience"))

    await copied(copier, "after patience")
    assert await copier.copies("patience") == 1
    assert TRIES["patience"] == 6
    assert not [x for x in await copier.letters(limit="200") if x["event_id"] == str(one.id)]


@pytest.mark.parametrize("told", [b"", b"abc", b"-5", b"9" * 40])
async def test_a_senseless_header_stops_nothing(
    copier: Service, producer: AIOKafkaProducer, told: bytes
) -> None:
    one = envelope(f"header {told!r}")
    value = one.model_dump_json().encode()
    await send(producer, value, headers=[("ctc-epoch", told)])

    await copied(copier, f"header {told!r}")


async def test_unknown_types_are_passed_over(copier: Service, producer: AIOKafkaProducer) -> None:
    stranger = envelope("strange").model_copy(update={"type": "org.un.ctc.assessment.not-yet.v7"})
    await send_all(producer, stranger, envelope("after strange"))

    await copied(copier, "after strange")
    assert not [x for x in await copier.letters(limit="200") if x["event_id"] == str(stranger.id)]


async def test_the_same_poison_twice_is_one_letter_for_its_key(
    copier: Service, producer: AIOKafkaProducer
) -> None:
    poison = f"poison {uuid.uuid4()}".encode()
    for key in ("KEN", "KEN", "FRA"):
        await send(producer, poison, key)
        await send_all(producer, envelope(f"after twice {key}", key))

    await copied(copier, "after twice FRA")
    await until(lambda: copier.copies("after twice KEN"), lambda count: count == 2)
    letters = [x for x in await copier.letters(limit="200") if x["payload"] == poison.decode()]
    assert sorted(letter["key"] for letter in letters) == ["FRA", "KEN"]


async def test_an_operator_reads_and_replays_what_was_mended(
    place: Place, copier: Service, producer: AIOKafkaProducer
) -> None:
    FAULTS["mended"] = [Conflict("not yet")] * 2
    one = envelope("mended").model_copy(update={"correlationid": "correlation-of-mended"})
    later = envelope("mended later")
    await send_all(producer, one, later)
    await copied(copier, "mended later")

    (letter,) = [x for x in await copier.letters() if x["event_id"] == str(one.id)]
    path = f"/v1/operations/dead-letters/{letter['id']}"
    assert (await copier.operator("GET", path)).json() == letter
    assert letter["error"] == "Conflict: not yet"

    still = await copier.operator("POST", f"{path}/replays")
    assert still.status_code == 422
    assert "not yet" in still.json()["detail"]
    assert await copier.copies("mended") == 0

    FAULTS["mended"] = [ConnectionRefusedError()]
    away = await copier.operator("POST", f"{path}/replays")
    assert away.status_code == 503

    replayed = await copier.operator("POST", f"{path}/replays")
    assert (replayed.status_code, replayed.json()["status"]) == (200, "replayed")
    assert await copier.copies("mended") == 1
    assert (await copier.operator("POST", f"{path}/replays")).status_code == 409

    # What follows from it is still joined to its first cause, and redelivery changes nothing.
    (effect,) = await copied_events(place, "mended")
    assert effect["correlationid"] == "correlation-of-mended"
    await send_all(producer, one, envelope("after mended"))
    await copied(copier, "after mended")
    assert await copier.copies("mended") == 1


async def test_what_was_handled_meanwhile_is_not_doubled_by_a_replay(
    copier: Service, producer: AIOKafkaProducer
) -> None:
    FAULTS["came again"] = [Conflict("not yet")]
    one = envelope("came again")
    await send_all(producer, one, one, envelope("after came again"))
    await copied(copier, "after came again")
    assert await copier.copies("came again") == 1

    (letter,) = [x for x in await copier.letters() if x["event_id"] == str(one.id)]
    replayed = await copier.operator("POST", f"/v1/operations/dead-letters/{letter['id']}/replays")

    assert replayed.json()["status"] == "replayed"
    assert await copier.copies("came again") == 1


async def test_what_was_never_readable_says_so_when_replayed(
    copier: Service, producer: AIOKafkaProducer
) -> None:
    await send(producer, b"gibberish for the operator")

    def mine(letters: list[dict[str, object]]) -> bool:
        return any(letter["payload"] == "gibberish for the operator" for letter in letters)

    letters = await until(copier.letters, mine)
    (letter,) = [x for x in letters if x["payload"] == "gibberish for the operator"]
    answer = await copier.operator("POST", f"/v1/operations/dead-letters/{letter['id']}/replays")
    assert answer.status_code == 422
    assert "ValidationError" in answer.json()["detail"]


async def test_a_dead_letter_is_told_on_its_topic(
    place: Place, copier: Service, producer: AIOKafkaProducer
) -> None:
    FAULTS["told dead"] = [Conflict("for all to hear")]
    one = envelope("told dead", "NOR")
    await send_all(producer, one)

    records = await topic_log(
        place.broker,
        "ctc.visits.dead-letters",
        lambda records: any(str(one.id).encode() in record.value for record in records),
    )
    (record,) = [record for record in records if str(one.id).encode() in record.value]
    notice = json.loads(record.value)
    assert notice["type"] == "org.un.ctc.visits.dead-letter.v1"
    assert notice["subject"] == "NOR"
    assert notice["data"]["error"] == "Conflict: for all to hear"


async def test_two_members_share_the_lanes_and_a_change_of_members_doubles_nothing(
    place: Place, copier: Service, producer: AIOKafkaProducer
) -> None:
    states = ("KEN", "FRA", "PER", "NOR", "JPN", "CHL")
    HOLDS["held"] = asyncio.Event()
    await send_all(producer, *(envelope("held", state) for state in states))
    await until(lambda: _value(TRIES["held"]), lambda tries: tries >= 1)

    async with running_copier(place):  # joins while the first is in the middle of its events
        envelopes = [envelope(f"shared {n}", state) for n in range(30) for state in states]
        await send_all(producer, *envelopes)
        HOLDS.pop("held").set()
        for state in states:
            await send_all(producer, envelope("shared last", state))
        await until(lambda: copier.copies("shared last"), lambda count: count == len(states))
    await send_all(producer, envelope("after it left"))
    await copied(copier, "after it left")

    assert await copier.copies("held") == len(states)
    async with copier.sessions() as session:
        rows = await session.execute(
            select(Copy.member_state, Copy.text)
            .where(Copy.text.startswith("shared "))
            .order_by(Copy.position)
        )
        copies = [tuple(row) for row in rows]
    for state in states:
        mine = [text for of, text in copies if of == state]
        assert mine == [*(f"shared {n}" for n in range(30)), "shared last"]


async def copied_events(place: Place, text: str) -> list[dict[str, object]]:
    """The events that tell of the copies of a text."""

    def mine(record: object) -> bool:
        return json.loads(record.value)["data"].get("text") == text  # type: ignore[attr-defined, no-any-return]

    records = await topic_log(place.broker, "ctc.visits", lambda all_of: any(map(mine, all_of)))
    return [json.loads(record.value) for record in records if mine(record)]


async def _value(value: int) -> int:
    return value
