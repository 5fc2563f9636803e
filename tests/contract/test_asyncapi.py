"""Each AsyncAPI document is valid, and every event that is published meets it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from shared.contracts.catalogue import events_of
from shared.contracts.event_schemas import schema_of
from shared.events import Envelope, Event, StateEvent
from shared.events.topics import SERVICES, topic_of

Made = dict[PurePosixPath, dict[str, Any]]
SPECIFICATION = Path(__file__).parents[1] / "data" / "asyncapi" / "3.0.0.json"
# JSON has no infinity and no NaN, and an event is refused that holds one.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
EVENTS = [(service, event) for service in SERVICES for event in events_of(service)]

of_each_service = pytest.mark.parametrize("service", SERVICES)


def document_of(made: Made, service: str) -> dict[str, Any]:
    return made[PurePosixPath(f"asyncapi/{service}.json")]


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for keyword, value in part.items():
            if keyword == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@of_each_service
def test_document_is_valid_asyncapi_3(made: Made, service: str) -> None:
    specification = json.loads(SPECIFICATION.read_text("utf-8"))
    faults = Draft7Validator(specification).iter_errors(document_of(made, service))
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in faults] == []


@of_each_service
def test_every_reference_leads_somewhere(made: Made, service: str) -> None:
    document = document_of(made, service)
    for reference in references(document):
        keys = reference.removeprefix("#/").split("/")
        assert reduce(lambda part, key: part[key], keys, document), reference


@of_each_service
def test_service_sends_all_its_events_on_its_own_channel(made: Made, service: str) -> None:
    document = document_of(made, service)
    sent = document["operations"]["publish"]
    channel = f"#/channels/{topic_of(service)}"
    assert sent["channel"] == {"$ref": channel}
    assert [message["$ref"] for message in sent["messages"]] == [
        f"{channel}/messages/{event.__name__}" for event in events_of(service)
    ]


@pytest.mark.parametrize(("service", "event"), EVENTS)
@given(data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_published_events_meet_their_schemas(
    made: Made, service: str, event: type[Event], data: st.DataObject
) -> None:
    state = {"member_state": st.just("KEN")} if issubclass(event, StateEvent) else {}
    happened = data.draw(st.builds(event, **state))
    envelope = Envelope.around(happened, service, datetime.now(UTC))
    sent = json.loads(envelope.model_dump_json(exclude_none=True))
    document = document_of(made, service)
    payload = document["components"]["messages"][event.__name__]["payload"]
    Draft7Validator(payload | {"components": document["components"]}).validate(sent)
    Draft202012Validator(schema_of(event)).validate(sent["data"])
