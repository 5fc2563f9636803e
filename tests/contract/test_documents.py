"""The documents in `docs/` are those of this code, and only ever grow."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from shared.contracts.__main__ import DOCS, main
from shared.contracts.documents import broken_promises, text_of

Made = dict[PurePosixPath, dict[str, Any]]
RELEASED = "asyncapi/events/org.un.ctc.visits.follow-up-reported.v1.json"


def test_documents_on_disk_are_those_of_the_code(made: Made) -> None:
    on_disk = {
        PurePosixPath(path.relative_to(DOCS).as_posix()): path.read_text("utf-8")
        for folder in ("openapi", "asyncapi")
        for path in (DOCS / folder).rglob("*.json")
    }
    wanted = {path: text_of(document) for path, document in made.items()}
    stale = [str(path) for path in wanted if on_disk.get(path) != wanted[path]]
    left_over = [str(path) for path in on_disk if path not in wanted]
    assert not stale, f"run `make contracts`; these are out of date: {', '.join(stale)}"
    assert not left_over, f"nothing makes these documents: {', '.join(left_over)}"


def test_no_released_event_shrinks(made: Made) -> None:
    assert list(broken_promises(made, DOCS)) == []


def test_writing_is_the_same_each_time(tmp_path: Path) -> None:
    main(tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    main(tmp_path)
    assert first == {path: path.read_bytes() for path in tmp_path.rglob("*.json")}


def test_writing_refuses_what_would_shrink_a_released_event(tmp_path: Path, made: Made) -> None:
    main(tmp_path)
    released = tmp_path / RELEASED
    schema = json.loads(released.read_text("utf-8"))
    schema["properties"]["reported_by"] = {"type": "string"}
    schema["$defs"]["StepTaken"]["properties"]["progress"]["enum"].append("abandoned")
    schema["required"].remove("steps")
    released.write_text(text_of(schema), "utf-8")
    gone = released.with_name("org.un.ctc.visits.visit-forgotten.v1.json")
    gone.write_text("{}", "utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}

    with pytest.raises(SystemExit) as refused:
        main(tmp_path)

    kind = "org.un.ctc.visits.follow-up-reported.v1"
    assert str(refused.value).splitlines() == [
        f"{kind}: reported_by: was removed; publish a next version instead",
        f"{kind}: steps: is newly required; publish a next version instead",
        f"{kind}: steps[].progress: no longer allows 'abandoned'; publish a next version instead",
        "org.un.ctc.visits.visit-forgotten.v1 was released and no service publishes it any more",
    ]
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
