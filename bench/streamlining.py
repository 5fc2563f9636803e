"""`python -m bench.streamlining`: the streamlining report of a long instrument.

Measured is the arithmetic: responses to a report with its proposals and every State's scores.
Beside it, in the same run, what most of it comes to, the information between every two questions,
on arrays and as one would first write it: pair by pair, counting in dictionaries.
"""

import argparse
import os
import platform
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import combinations
from math import log2

import numpy as np

from services.assessment.instruments.rules import Condition, Provision, Question
from services.assessment.streamlining.information import categories_of, explained_shares
from services.assessment.streamlining.responses import Response
from services.assessment.streamlining.rules import streamlining
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


def _seconds(act: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


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
    whole = _seconds(lambda: streamlining(questions, given), _REPEATS)
    arrays = _seconds(lambda: explained_shares(categories), _REPEATS)
    naive = _seconds(lambda: pair_by_pair(words), 1)
    print(f"{len(questions)} questions, {len(given)} States, {len(report.proposals)} proposed, "
          f"{os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{datetime.now().astimezone().date()}\n")  # fmt: skip
    print("| what | seconds | ours as a share |")
    print("|---|---:|---:|")
    print(f"| whole report, {1 + len(report.proposals)} effects on every score | {whole:.2f} | |")
    print(f"| information between every two questions, on arrays | {arrays:.2f} | 100% |")
    print(f"| the same pair by pair, in dictionaries | {naive:.2f} | {arrays / naive:.1%} |")


if __name__ == "__main__":
    main()
