"""`python -m bench.instrument_import`: an instrument of 2,000 questions imported from a file.

In each format the file that the service itself exported is sent to POST /v1/instruments/imports of
a service that runs with its own PostgreSQL. Beside it, in the same run on the same machine, the
file alone is read by the library that one would take for it: json, PyYAML's C loader, openpyxl
in its read-only mode.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import yaml
from openpyxl import load_workbook

from bench.measuring import machine
from shared.embedded.stack import Ports, Stack
from shared.reference import themes

_Json = dict[str, Any]
_QUESTIONS = 2000
_IN_A_SECTION = 100
_MEDIA_TYPES = {
    "json": "application/json",
    "yaml": "application/yaml",
    "xlsform": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one format took."""

    bytes: int
    exported: float
    imported: list[float]
    """Seconds, one for each time."""
    bare: list[float]


def instrument(questions: int = _QUESTIONS) -> _Json:
    """An instrument of every kind of question, every third of them shown on a condition."""
    numbers = range(questions)
    return {
        "code": "bench-import",
        "title": "An instrument of the benchmark",
        "tool": "detailed_implementation_survey",
        "sections": [
            {
                "code": f"S{first}",
                "title": f"Section from {first}",
                "questions": [_question(number) for number in numbers[first:][:_IN_A_SECTION]],
            }
            for first in numbers[::_IN_A_SECTION]
        ],
    }


def _question(number: int) -> _Json:
    kinds: list[_Json] = [
        {"kind": "yes_no_partial", "weight": 1 + number % 5},
        {"kind": "scale", "minimum": 1, "maximum": 5, "weight": 2},
        {"kind": "number", "minimum": 0, "maximum": 1e6, "unit": "persons", "weight": 0},
        {
            "kind": "choice",
            "multiple": number % 2 == 0,
            "choices": [
                {"code": f"c{choice}", "label": f"Choice {choice} of {number}", "value": choice / 4}
                for choice in range(5)
            ],
        },
        {"kind": "text", "weight": 0},
        {"kind": "document", "weight": 0},
    ]
    known = list(themes())
    question: _Json = {
        "code": f"Q-{number}",
        "text": f"Is measure {number} in place, in law and in practice, for all concerned?",
        "guidance": f"Name the law, its article and since when it is in force ({number}).",
        "theme": known[number % len(known)],
        "provisions": [{"resolution": 1373, "paragraph": "2(e)"}, {"resolution": 2396}],
        "tags": ["human_rights"] if number % 4 == 0 else [],
        **kinds[number % len(kinds)],
    }
    if number % 3 == 2:
        first = number - number % len(kinds)  # answered with yes, no or partial
        earlier = {"question": f"Q-{first}", "is_any_of": ["yes", "partial"]}
        other = {"question": f"Q-{max(0, first - len(kinds))}", "is_any_of": ["no"]}
        question["shown_if"] = {"any": [earlier, other]}
    return question


def _cells(content: bytes) -> int:
    book = load_workbook(BytesIO(content), read_only=True)
    return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))


_BARE: dict[str, Callable[[bytes], object]] = {
    "json": json.loads,
    "yaml": lambda content: yaml.load(content, Loader=yaml.CSafeLoader),
    "xlsform": _cells,
}


async def measure(questions: int, times: int) -> dict[str, Measured]:
    """Each format, one after the other."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        async with Stack(Path(name), Ports.free(["assessment"])) as stack:
            headers = {"Authorization": f"Bearer {stack.token('cted_officer')}"}
            url = stack.urls["assessment"]
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
                drafted = await http.post("/v1/instruments", json=instrument(questions))
                drafted.raise_for_status()
                path = f"{drafted.headers['location']}/file"
                return {kind: await _measured(http, path, kind, times) for kind in _MEDIA_TYPES}


async def _measured(http: httpx.AsyncClient, path: str, kind: str, times: int) -> Measured:
    begun = time.perf_counter()
    file = await http.get(path, params={"format": kind})
    exported = time.perf_counter() - begun
    file.raise_for_status()
    imported, bare = [], []
    for _ in range(times):
        begun = time.perf_counter()
        answer = await http.post(
            "/v1/instruments/imports",
            content=file.content,
            headers={"Content-Type": _MEDIA_TYPES[kind]},
        )
        imported.append(time.perf_counter() - begun)
        answer.raise_for_status()
        begun = time.perf_counter()
        _BARE[kind](file.content)
        bare.append(time.perf_counter() - begun)
    return Measured(len(file.content), exported, imported, bare)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=_QUESTIONS)
    parser.add_argument("--times", type=int, default=7)
    wanted = parser.parse_args()
    results = asyncio.run(measure(wanted.questions, wanted.times))
    print(f"{wanted.questions} questions, {wanted.times} times, {machine()}\n")
    print("| format | KiB | import, median s | slowest s | file read alone, median s | ratio "
          "| export s |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, result in results.items():
        median, bare = statistics.median(result.imported), statistics.median(result.bare)
        print(f"| {kind} | {result.bytes / 1024:.0f} | {median:.2f} | {max(result.imported):.2f} | "
              f"{bare:.3f} | {median / bare:.1f} | {result.exported:.2f} |")  # fmt: skip


if __name__ == "__main__":
    main()
