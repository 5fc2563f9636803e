"""The AsyncAPI document of a service, from the models that it publishes and consumes with."""

import inspect
import json
import re
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI

from shared.contracts.event_schemas import schema_of
from shared.events import Envelope, Event, StateEvent
from shared.events.envelope import CONTENT_TYPE
from shared.events.inbox import Subscriptions
from shared.events.outbox import LANES
from shared.events.topics import group_of, topic_of, topic_of_type

_Json = dict[str, Any]
_BINDING = "0.5.0"
_ABOUT = """\
CloudEvents 1.0 in structured JSON. The Kafka key is the subject: events of one subject arrive in \
order, and across channels there is no order. Delivery is at least once: ignore an id that you \
know. A schema only grows within its version: ignore fields that you do not know and expect new \
values of an enumeration. What a State asked to keep confidential is marked so and has no text."""


def asyncapi_of(service: str, app: FastAPI, published: list[type[Event]]) -> _Json:
    """The AsyncAPI 3.0 document of `service`: what it sends, and what it reacts to and why."""
    subscriptions: Subscriptions = app.state.subscriptions
    events = sorted({*published, *subscriptions}, key=lambda event: event.type)
    topics = sorted({topic_of_type(event.type) for event in events})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{app.title} events",
            "version": app.version,
            "description": f"{app.description}\n\n{_ABOUT}",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            topic: _channel(topic, [e for e in events if topic_of_type(e.type) == topic])
            for topic in topics
        },
        "operations": {
            "publish": {
                "action": "send",
                "summary": "Each event is published when, and only when, what it tells is saved.",
                **_messages_of(topic_of(service), published),
            },
            **{
                f"on{event.__name__}": {
                    "action": "receive",
                    "summary": inspect.getdoc(handler) or "",
                    **_messages_of(topic_of_type(event.type), [event]),
                    "bindings": {
                        "kafka": {
                            "groupId": {"type": "string", "const": group_of(service)},
                            "bindingVersion": _BINDING,
                        }
                    },
                }
                for event, handler in subscriptions.items()
            },
        },
        "components": {
            "messages": {event.__name__: _message(event) for event in events},
            "schemas": _schemas(events),
        },
    }


def _channel(topic: str, events: Iterable[type[Event]]) -> _Json:
    return {
        "address": topic,
        "messages": {
            event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in events
        },
        "bindings": {
            "kafka": {"topic": topic, "partitions": LANES, "bindingVersion": _BINDING},
        },
    }


def _messages_of(topic: str, events: Iterable[type[Event]]) -> _Json:
    channel = f"#/channels/{topic}"
    return {
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"} for event in events],
    }


def _message(event: type[Event]) -> _Json:
    return {
        "name": event.type,
        "title": re.sub(r"(?<!^)(?=[A-Z])", " ", event.__name__).capitalize(),
        "summary": inspect.getdoc(event) or "",
        "contentType": "application/cloudevents+json",
        "correlationId": {"location": "$message.payload#/correlationid"},
        "headers": {
            "type": "object",
            "properties": {"content-type": {"type": "string", "const": CONTENT_TYPE}},
        },
        "payload": _envelope_around(event),
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The subject"},
                "bindingVersion": _BINDING,
            }
        },
    }


def _envelope_around(event: type[Event]) -> _Json:
    """The envelope's schema with what this type of event fixes in it."""
    schema = Envelope.model_json_schema()
    properties: _Json = schema["properties"]
    optional = [name for name, attribute in properties.items() if "anyOf" in attribute]
    for name in optional:  # without a value it is left out, and never null
        properties[name] = {"type": "string"}
    schema["required"] = [name for name in properties if name not in optional]
    if issubclass(event, StateEvent):
        fixed: _Json = {"pattern": "^[A-Z]{3}$", "description": "The State's ISO 3166 alpha-3 code"}
    else:
        fixed = {"const": event.model_construct().subject}
    publisher = event.type.split(".")[3]
    properties["type"]["const"] = event.type
    properties["source"]["const"] = f"/ctc/{publisher}"
    properties["subject"] = {"type": "string", **fixed}
    properties["data"] = {"$ref": f"#/components/schemas/{event.__name__}"}
    return schema


def _schemas(events: Iterable[type[Event]]) -> _Json:
    """The events' schemas, and those that they refer to, side by side."""
    schemas: _Json = {}
    for event in events:
        text = json.dumps(schema_of(event)).replace("#/$defs/", "#/components/schemas/")
        schema: _Json = json.loads(text)
        for keyword in ("$schema", "$id"):
            del schema[keyword]
        for name, part in [*schema.pop("$defs", {}).items(), (event.__name__, schema)]:
            if schemas.setdefault(name, part) != part:
                raise ValueError(f"Two models of events are called {name}; rename one of them")
    return schemas
