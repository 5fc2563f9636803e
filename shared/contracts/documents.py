"""The documents as files, and whether they may replace the released ones."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from shared.contracts.asyncapi import asyncapi_of
from shared.contracts.catalogue import application_of, events_of
from shared.contracts.compatibility import incompatibilities
from shared.contracts.event_schemas import schema_of
from shared.events.topics import SERVICES

_EVENTS = PurePosixPath("asyncapi/events")


def documents() -> dict[PurePosixPath, dict[str, Any]]:
    """Every document, by its path below the documentation's folder."""
    made: dict[PurePosixPath, dict[str, Any]] = {}
    for service in SERVICES:
        app = application_of(service)
        events = events_of(service)
        made[PurePosixPath(f"openapi/{service}.json")] = app.openapi()
        made[PurePosixPath(f"asyncapi/{service}.json")] = asyncapi_of(service, app, events)
        made |= {_EVENTS / f"{event.type}.json": schema_of(event) for event in events}
    return made


def text_of(document: dict[str, Any]) -> str:
    """The document as it is on disk, the same from every machine."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def broken_promises(made: dict[PurePosixPath, dict[str, Any]], folder: Path) -> Iterator[str]:
    """One line for each thing in the schemas released in `folder` that `made` would take away."""
    for path in sorted((folder / _EVENTS).glob("*.json")):
        current = made.get(_EVENTS / path.name)
        if current is None:
            yield f"{path.stem} was released and no service publishes it any more"
        else:
            for fault in incompatibilities(json.loads(path.read_text("utf-8")), current):
                yield f"{path.stem}: {fault}; publish a next version instead"


def write(made: dict[PurePosixPath, dict[str, Any]], folder: Path) -> None:
    """Write every document below `folder`."""
    for path, document in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text_of(document), "utf-8")
