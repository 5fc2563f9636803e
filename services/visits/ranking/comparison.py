"""How two rankings of the same States differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.visits.ranking.rules import Rank


@dataclass(frozen=True, slots=True)
class Move:
    """A State's place and score before and after."""

    member_state: str
    position_before: int
    position_after: int
    score_before: float
    score_after: float

    @property
    def places(self) -> int:
        """How many places it went up, negative if down."""
        return self.position_before - self.position_after


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from one ranking to another."""

    kendall_tau: float
    """1 if the order is the same, -1 if it is reversed."""
    entering: list[str]
    """The States that are among the first after and were not before."""
    leaving: list[str]
    moves: list[Move]
    """Every State whose place differs, those that move furthest first."""


def compare(before: Sequence[Rank], after: Sequence[Rank], first: int) -> Comparison:
    """What differs between two rankings of the same States, and who enters the `first` N."""
    earlier = {rank.member_state: rank for rank in before}
    moves = [
        Move(
            rank.member_state,
            earlier[rank.member_state].position,
            rank.position,
            earlier[rank.member_state].score,
            rank.score,
        )
        for rank in after
        if earlier[rank.member_state].position != rank.position
    ]
    listed = {rank.member_state for rank in before[:first]}
    listed_after = {rank.member_state for rank in after[:first]}
    return Comparison(
        kendall_tau=kendall_tau([earlier[rank.member_state].position for rank in after]),
        entering=[r.member_state for r in after[:first] if r.member_state not in listed],
        leaving=[r.member_state for r in before[:first] if r.member_state not in listed_after],
        moves=sorted(moves, key=lambda move: (-abs(move.places), move.position_after)),
    )


def kendall_tau(positions: Sequence[int]) -> float:
    """Kendall's tau of an order without ties, given as the positions that it had before.

    The share of pairs of States in the same order less the share in the other one; 1 if there is
    no pair.
    """
    before = np.array(positions)
    pairs = len(before) * (len(before) - 1) / 2
    if not pairs:
        return 1.0
    later = before[:, None] < before[None, :]
    kept = int(np.triu(later, 1).sum())
    return 2 * kept / pairs - 1
