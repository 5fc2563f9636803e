"""How much of a ranking hangs on the weights: many rankings, each with weights drawn anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.visits.ranking.rules import Weighable, scores_of, shares_of

_DRAWS_AT_ONCE: Final = 500
_PERCENTILES: Final = (5, 50, 95)


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Where one State comes out when the weights vary."""

    member_state: str
    position: int
    """Under the weights as they are."""
    share_in_first: float
    """Of the draws, those that have it among the first N."""
    p5: int
    p50: int
    p95: int
    """The position that 5, 50 and 95 in 100 draws do not exceed."""


def sensitivity(
    weighable: Weighable,
    weights: Mapping[str, float],
    *,
    first: int,
    spread: float,
    draws: int,
    seed: int,
) -> list[Steadiness]:
    """Every State's place in the rankings of `draws` drawn weights, in the order of the ranking.

    In each draw each weight is multiplied by a factor of its own, exp(spread * z) with z standard
    normal: the median is the weight itself, two in three draws are within a factor of
    exp(spread), none is negative, and a weight of 0 stays 0. The same seed gives the same draws.
    """
    shares = shares_of(weights)
    states = len(weighable.member_states)
    random = np.random.default_rng(seed)
    counts = np.zeros(states * states, dtype=np.int64)
    places = np.arange(states)
    for begun in range(0, draws, _DRAWS_AT_ONCE):
        some = min(_DRAWS_AT_ONCE, draws - begun)
        drawn = shares * np.exp(spread * random.standard_normal((some, len(shares))))
        drawn /= drawn.sum(axis=1, keepdims=True)
        # States are by code, and equal scores stay in that order.
        order = np.argsort(-scores_of(weighable.values, drawn), axis=1, kind="stable")
        counts += np.bincount((order * states + places).ravel(), minlength=states * states)
    up_to = counts.reshape(states, states).cumsum(axis=1)
    found = [1 + (100 * up_to < percent * draws).sum(axis=1) for percent in _PERCENTILES]
    present = np.argsort(-scores_of(weighable.values, shares), kind="stable")
    return [
        Steadiness(
            weighable.member_states[n],
            position,
            int(up_to[n, first - 1]) / draws,
            *(int(percentile[n]) for percentile in found),
        )
        for position, n in enumerate(present.tolist(), start=1)
    ]
