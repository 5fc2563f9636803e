"""The JSON Schema of an event's data: what is released and kept."""

from typing import Any

from shared.events import Event, StateEvent


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The schema that every event of the type has met and will meet, old ones kept on a topic too.

    So a field with a default is not required: an event from before the field lacks it.
    """
    schema = event.model_json_schema(mode="validation")
    if issubclass(event, StateEvent):
        for field in event.withheld:
            schema["properties"][field]["x-empty-when-confidential"] = True
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ctc:event:{event.type}",
        **schema,
    }
