"""`python -m bench.streamlining`: the streamlining report of a long instrument.

Measured is the request, over HTTP from stored responses, and how long others wait meanwhile, and
its arithmetic alone. Beside it, in the same run, what most of it comes to, the information between
every two questions, on arrays and as one would first write it: pair by pair, counting in
dictionaries.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import numpy as np

from bench.measuring import machine, median_seconds, timed_beside
from services.assessment.instruments.rules import Condition, Provision, Question
from services.assessment.streamlining.information import categories_of, explained_shares
from services.assessment.streamlining.responses import Response
from services.assessment.streamlining.rules import streamlining
from shared.embedded.stack import Ports, Stack
from shared.reference import member_states, themes

_REPEATS = 5
_ANSWERS = ("yes", "partial", "no", "not_applicable")


def instrument(count: int) -> list[Question]:
    """Questions over all themes, one in twenty shown by the answer to the one before."""
    known = [*themes().values()]
    return [
        Question(
            f"Q-{i}",
            f"Is measure {i} in place?",
            known[i % len(known)].code,
            (Provision(known[i % len(known)].resolutions[0], str(1 + i % 9)),),
            weight=1 + i % 5,
            shown_if=Condition(question=f"Q-{i - 1}", is_any_of=("yes", "partial"))
            if i % 20 == 19
            else None,
        )
        for i in range(count)
    ]


def responses(questions: Sequence[Question]) -> list[Response]:
    """Of every State; one question in ten nearly follows another, one in 50 is always a no."""
    random = np.random.default_rng(1)
    states = [*member_states()]
    columns: list[list[str]] = []
    for i in range(len(questions)):
        column = random.choice(_ANSWERS, len(states), p=[0.4, 0.25, 0.3, 0.05]).tolist()
        if i % 10 == 9:
            copied = columns[int(random.integers(i))]
            column = [
                own if random.random() < 0.02 else other
                for own, other in zip(column, copied, strict=True)
            ]
        if i % 50 == 7:
            column = ["no"] * len(states)
        columns.append(column)
    return [
        Response(
            state,
            {
                question.code: column[row]
                for question, column in zip(questions, columns, strict=True)
                if random.random() > 0.03
            },
        )
        for row, state in enumerate(states)
    ]


def pair_by_pair(answers: Sequence[Sequence[str | None]]) -> list[list[float]]:
    """I(X;Y) / H(X) of every two questions, uncorrected, in plain Python."""

    def entropy(counts: Counter[object], states: int) -> float:
        return -sum(n / states * log2(n / states) for n in counts.values())

    shares = [[0.0] * len(answers) for _ in answers]
    for x, y in combinations(range(len(answers)), 2):
        both = [(a, b) for a, b in zip(answers[x], answers[y], strict=True) if None not in (a, b)]
        of_x = entropy(Counter(a for a, _ in both), len(both))
        of_y = entropy(Counter(b for _, b in both), len(both))
        shared = of_x + of_y - entropy(Counter(both), len(both))
        shares[x][y] = shared / of_x if of_x else 0.0
        shares[y][x] = shared / of_y if of_y else 0.0
    return shares


async def over_http(
    questions: Sequence[Question], given: Sequence[Response]
) -> tuple[float, float]:
    """Seconds of the request, and the longest that another one waited meanwhile."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        async with Stack(Path(name), Ports.free(["assessment"])) as stack:
            lead = {"Authorization": f"Bearer {stack.token('cted_lead')}"}
            base = f"{stack.urls['assessment']}/v1/instruments"
            async with httpx.AsyncClient(headers=lead, timeout=60) as http:
                drafted = await http.post(base, json=_public(questions))
                drafted.raise_for_status()
                path = f"{base}/{drafted.json()['id']}"
                (await http.post(f"{path}/publication")).raise_for_status()
                await _store(stack.database_urls["assessment"], drafted.json(), given)
                wanted = http.build_request("GET", f"{path}/streamlining")
                return await timed_beside(http, wanted, base, _REPEATS)


def _public(questions: Sequence[Question]) -> dict[str, Any]:
    parts = [questions[i : i + 20] for i in range(0, len(questions), 20)]
    return {
        "code": "bench",
        "title": "An instrument of the benchmark",
        "tool": "detailed_implementation_survey",
        "sections": [
            {
                "code": f"S{i}",
                "title": f"Section {i}",
                "questions": [
                    {
                        "code": question.code,
                        "text": question.text,
                        "theme": question.theme,
                        "provisions": [asdict(provision) for provision in question.provisions],
                        "weight": question.weight,
                        "shown_if": {
                            "question": question.shown_if.question,
                            "is_any_of": question.shown_if.is_any_of,
                        }
                        if question.shown_if
                        else None,
                    }
                    for question in part
                ],
            }
            for i, part in enumerate(parts)
        ],
    }


async def _store(url: str, instrument: dict[str, Any], given: Sequence[Response]) -> None:
    """Keep the responses as if the States had submitted them."""
    database = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    for response in given:
        survey = uuid4()
        await database.execute(
            "INSERT INTO surveys (id, version, created_at, updated_at, member_state, confidential,"
            " instrument_id, due_on, status, submitted_on)"
            " VALUES ($1, 1, now(), now(), $2, false, $3, $4, 'submitted', $4)",
            survey,
            response.member_state,
            instrument["id"],
            date(2099, 1, 1),
        )
        await database.executemany(
            "INSERT INTO survey_sections (id, version, created_at, updated_at, survey_id, code,"
            " answers) VALUES (gen_random_uuid(), 1, now(), now(), $1, $2, $3)",
            [
                (
                    survey,
                    section["code"],
                    json.dumps(
                        {
                            question["code"]: {"value": response.answers[question["code"]]}
                            for question in section["questions"]
                            if question["code"] in response.answers
                        }
                    ),
                )
                for section in instrument["sections"]
            ],
        )
    await database.close()


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=400)
    questions = instrument(parser.parse_args().questions)
    given = responses(questions)
    columns = [
        [response.answers.get(question.code) for response in given] for question in questions
    ]
    categories = [categories_of(column).of_states for column in columns]
    words = [[None if answer is None else str(answer) for answer in column] for column in columns]
    report = streamlining(questions, given)
    whole = median_seconds(lambda: streamlining(questions, given), _REPEATS)
    arrays = median_seconds(lambda: explained_shares(categories), _REPEATS)
    naive = median_seconds(lambda: pair_by_pair(words), 1)
    print(f"{len(questions)} questions, {len(given)} States, {len(report.proposals)} proposed, "
          f"{machine()}\n")  # fmt: skip
    request, wait = asyncio.run(over_http(questions, given))
    print("| what | seconds | ours as a share |")
    print("|---|---:|---:|")
    print(f"| the request | {request:.2f} | |")
    print(f"| longest wait of another request meanwhile | {wait:.2f} | |")
    print(f"| its arithmetic, {1 + len(report.proposals)} effects on every score | {whole:.2f} | |")
    print(f"| information between every two questions, on arrays | {arrays:.2f} | 100% |")
    print(f"| the same pair by pair, in dictionaries | {naive:.2f} | {arrays / naive:.1%} |")


if __name__ == "__main__":
    main()
