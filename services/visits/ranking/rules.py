"""How the factors weigh together, and the States' places by that (¶6)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from services.visits.ranking.factors import FACTORS, Factor, Standing, age_of, factors_of

Floats = NDArray[np.floating[Any]]

MOST_WEIGHT: Final = 1000
SCORE_DIGITS: Final = 6
"""States whose scores are alike to this many decimals are equal."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A factor as it counts: value times weight, over the sum of all weights."""

    factor: str
    value: float
    weight: float
    contribution: float
    because: str
    count: int
    data_as_of: date | None
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Rank:
    """A State's place among all States, 1 first, and what put it there."""

    position: int
    member_state: str
    score: float
    factors: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Named weights, so that a rank of years ago can be told from one of today."""

    name: str | None
    version: int | None
    """Both are None if the weights are not saved."""
    weights: Mapping[str, float]


RISK_BASED: Final = Policy(
    name="risk-based",
    version=1,
    weights=MappingProxyType(
        {
            "gaps": 0.25,
            "emerging_issues": 0.05,
            "trends": 0.05,
            "events": 0.05,
            "analysis": 0.10,
            "prior_request": 0.10,
            "consent": 0.10,
            "time_since_visit": 0.12,
            "never_visited": 0.08,
            "return_visit": 0.10,
        }
    ),
)
"""The policy in force until another is put in force. ¶6 names the factors and puts existing gaps
first, but no numbers: these are the project's own. What is found (gaps, issues, trends, events,
analysis) has half of the weight, the visits so far a fifth, and what States ask for or agree to
and what follow-ups recommend the rest."""


@dataclass(frozen=True, slots=True)
class Weighable:
    """The factors of all States on a date, ready to be weighed, States by alpha-3 code."""

    on: date
    member_states: list[str]
    factors: list[list[Factor]]
    values: Floats
    """States x factors."""

    @classmethod
    def of(cls, standings: Iterable[Standing], on: date) -> Self:
        """What is known of the States as factors."""
        known = sorted(standings, key=lambda standing: standing.member_state)
        factors = [factors_of(standing, on) for standing in known]
        values = np.array([factor.value for row in factors for factor in row])
        values = values.reshape(len(factors), len(FACTORS))
        return cls(on, [standing.member_state for standing in known], factors, values)


def faults_of_weights(weights: Mapping[str, float]) -> list[tuple[str, str]]:
    """What is wrong with a policy's weights: (field, what to do), none if they are sound."""
    faults = []
    for factor, weight in weights.items():
        field = f"weights.{factor}"
        if factor not in FACTORS:
            faults.append((field, f"There is no such factor; name some of {', '.join(FACTORS)}."))
        elif not math.isfinite(weight):
            faults.append((field, "Give a number."))
        elif weight < 0:
            faults.append((field, "Give 0 or more; 0 leaves the factor out."))
        elif weight > MOST_WEIGHT:
            faults.append((field, f"Give at most {MOST_WEIGHT}; only proportions matter."))
    if not any(weight != 0 for factor, weight in weights.items() if factor in FACTORS):
        faults.append(("weights", "Give at least one factor a weight above 0."))
    return faults


def shares_of(weights: Mapping[str, float]) -> Floats:
    """Each factor's share of the sum of all weights, in the order of `FACTORS`.

    A factor without a weight has none, and a weight without a factor counts nothing.

    Raises:
        ValueError: a weight is negative, or all are 0.
    """
    given = np.array([weights.get(name, 0.0) for name in FACTORS])
    if (given < 0).any():
        raise ValueError("weights must not be negative")
    if not given.any():
        raise ValueError("at least one weight must be above 0")
    shares: Floats = given / given.sum()
    return shares


def scores_of(values: Floats, shares: Floats) -> Floats:
    """The scores (... x States) of factor values (States x factors) under shares (... x factors).

    Summed in one order for every State, so that States with equal values have equal scores.
    """
    scores = np.zeros((*shares.shape[:-1], len(values)))
    for n in range(shares.shape[-1]):
        scores += shares[..., n, None] * values[:, n]
    return np.round(scores, SCORE_DIGITS)


def rank(weighable: Weighable, weights: Mapping[str, float]) -> list[Rank]:
    """The States by score, highest first, States of equal score by alpha-3 code (¶6).

    A score is from 0 to 1, whatever the weights sum to; a factor without a weight counts nothing.

    Raises:
        ValueError: a weight is negative, or all are 0.
    """
    shares = shares_of(weights)
    scores = scores_of(weighable.values, shares)
    weighed = [*zip((weights.get(name, 0.0) for name in FACTORS), shares.tolist(), strict=True)]
    return [
        Rank(
            position,
            weighable.member_states[n],
            float(scores[n]),
            tuple(
                _contribution(factor, weight, share, weighable.on)
                for factor, (weight, share) in zip(weighable.factors[n], weighed, strict=True)
            ),
        )
        for position, n in enumerate(np.argsort(-scores, kind="stable").tolist(), start=1)
    ]


def rank_for_visit(
    standings: Iterable[Standing], weights: Mapping[str, float], on: date
) -> list[Rank]:
    """The States ranked by what is known of them on a date; see `rank`."""
    return rank(Weighable.of(standings, on), weights)


def _contribution(factor: Factor, weight: float, share: float, on: date) -> Contribution:
    as_of = factor.data_as_of
    return Contribution(
        factor=factor.name,
        value=round(factor.value, 4),
        weight=weight,
        contribution=round(factor.value * share, SCORE_DIGITS),
        because=factor.because,
        count=factor.count,
        data_as_of=as_of,
        age_days=None if as_of is None else age_of(as_of, on),
    )
