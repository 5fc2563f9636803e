"""Files are short, named after what they hold, and where a reader looks for them."""

from pathlib import Path

import pytest

from shared.events.topics import SERVICES

ROOT = Path(__file__).parents[3]
MOST_LINES = 400
SAYS_NOTHING = {"utils.py", "helpers.py"}
CODE = [
    path
    for folder in ("bench", "services", "shared", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts
]


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in CODE
    }
    long = {path: lines for path, lines in lengths.items() if lines > MOST_LINES}
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in CODE if path.name in SAYS_NOTHING] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_front_door(service: str) -> None:
    folder = ROOT / "services" / service
    assert [
        name for name in ("main.py", "handlers.py", "events.py") if not (folder / name).is_file()
    ] == []


def test_there_are_no_other_services() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == set(SERVICES)
