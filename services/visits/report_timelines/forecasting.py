"""When a report is likely to be submitted: its way on, drawn many times from past ones (¶7).

Pure functions, like rules: no clock, no session, and the same figures from the same history.
Days are calendar days. A draw takes the report from stage to stage until it is cleared:

- A stay lasts as long as a past stay in the stage did; in the present stage, as one of those that
  lasted at least as long as this one has until today.
- The next stage is the one that followed a past stay in the stage, an earlier one after a return
  included; one step forward is added to what is on record, so that every way ends.
- Past stays in the fact-check are weighted by the State's capacity, see `weights_of`. The other
  stages are the Executive Directorate's and the Committee's own, and all their stays count alike.
- A stage with fewer than ENOUGH past stays says too little: its stay ends on its target, or today
  where that has passed, and the report goes forward. So does a present stay that lasts longer
  than any on record.

Stays that go on are not on record, which makes the forecast of a stage that has got slower early.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.visits.report_timelines.rules import STAGES, Stay

DRAWS: Final = 2000
SEED: Final = 1373
ENOUGH: Final = 5
PRIOR_STAYS: Final = 4.0
"""How many own stays weigh as much as all that others had: the project's own, for want of data."""
MOST_STAYS: Final = 50
"""A way that has not ended after as many stays ends there."""
HISTORY_YEARS: Final = 5
"""How far back a past stay counts: longer ago, reports were made otherwise."""
_BY_CAPACITY: Final = "fact_check"
_CLEARED: Final = len(STAGES)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PastStay:
    """A stay that ended, and where the report went: `next_stage` is None where it was cleared."""

    stage: str
    days: int
    next_stage: str | None
    member_state: str
    least_developed: bool


@dataclass(frozen=True, slots=True)
class StageBasis:
    """What the forecast of one stage rests on: `stays` past ones, or the target alone."""

    stage: str
    by_history: bool
    stays: int
    own_stays: int
    """Those of the State itself."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day by which half of the draws, and four in five of them, are cleared."""

    p50_on: date
    p80_on: date
    basis: list[StageBasis]
    """Of the present stage and of those that follow it."""


def forecast(
    present: Stay,
    today: date,
    past: Sequence[PastStay],
    targets: Mapping[str, int],
    member_state: str,
    *,
    least_developed: bool,
) -> Forecast:
    """When the report that is in `present` is likely to be cleared for submission (¶7).

    `targets` are the days that each stage is to take. Never before today, and P50 never after P80.
    """
    age = present.days(today)
    left = max(0, (present.target_on - today).days)
    pools = {
        stage: _Pool.of(
            stage,
            [stay for stay in past if stay.stage == stage],
            age + left if stage == present.stage else targets[stage],
            member_state,
            least_developed=least_developed,
        )
        for stage in STAGES
    }
    generator = np.random.default_rng(SEED)
    at = np.full(DRAWS, STAGES.index(present.stage))
    days = pools[present.stage].stays(generator.random(DRAWS), at_least=age) - age
    for _ in range(MOST_STAYS):
        # All draws take their numbers at every step: another history changes no other number.
        moving, lasting = generator.random((2, DRAWS))
        before = at.copy()
        for place, stage in enumerate(STAGES):
            here = before == place
            at[here] = pools[stage].next_places(moving[here])
        if (at == _CLEARED).all():
            break
        for place, stage in enumerate(STAGES):
            here = at == place
            days[here] += pools[stage].stays(lasting[here])
    p50, p80 = np.quantile(days, [0.5, 0.8], method="inverted_cdf")
    return Forecast(
        today + timedelta(days=int(p50)),
        today + timedelta(days=int(p80)),
        [
            pools[stage].basis(at_least=age if stage == present.stage else 0)
            for stage in STAGES[STAGES.index(present.stage) :]
        ],
    )


def weights_of(
    past: Sequence[PastStay], member_state: str, *, least_developed: bool
) -> list[float]:
    """How much each past fact-check counts for the State, bearing its capacity in mind (¶7).

    n own stays together weigh n / (n + PRIOR_STAYS); of what is left, the n stays of the other
    States of its capacity group (least developed or not) weigh n / (n + PRIOR_STAYS); the rest is
    for all other States. Within a tier all stays count alike. The weights add up to 1.
    """
    tiers = [
        0 if stay.member_state == member_state else 1 if stay.least_developed == least_developed
        else 2
        for stay in past
    ]  # fmt: skip
    counts = [tiers.count(tier) for tier in range(3)]
    shares, left = [], 1.0
    for count in counts[:2]:
        shares.append(left * count / (count + PRIOR_STAYS))
        left -= shares[-1]
    shares.append(left if counts[2] else 0.0)
    whole = sum(shares)
    return [shares[tier] / counts[tier] / whole for tier in tiers]


@dataclass(frozen=True, slots=True)
class _Pool:
    """The past stays in one stage, the shortest first, to draw from."""

    stage: str
    days: Ints
    cumulative: Floats
    """The weights of the stays up to each."""
    following: Floats
    """The probability of each stage to follow, and of the clearance, up to each."""
    target: int
    own_stays: int

    @classmethod
    def of(
        cls,
        stage: str,
        past: Sequence[PastStay],
        target: int,
        member_state: str,
        *,
        least_developed: bool,
    ) -> "_Pool":
        past = sorted(past, key=lambda stay: stay.days)
        weights = [1.0 / len(past)] * len(past) if past else []
        if stage == _BY_CAPACITY:
            weights = weights_of(past, member_state, least_developed=least_developed)
        following = np.zeros(_CLEARED + 1)
        following[STAGES.index(stage) + 1] = 1
        if len(past) >= ENOUGH:
            for stay in past:
                following[STAGES.index(stay.next_stage) if stay.next_stage else _CLEARED] += 1
        return cls(
            stage,
            np.array([stay.days for stay in past], dtype=np.int64),
            np.cumsum(weights),
            np.cumsum(following) / following.sum(),
            target,
            sum(stay.member_state == member_state for stay in past),
        )

    def stays(self, drawn: Floats, at_least: int = 0) -> Ints:
        """The days of a stay for each number drawn from [0, 1): the greater, the longer."""
        if not self._is_known(at_least):
            return np.full(len(drawn), self.target)
        first = int(np.searchsorted(self.days, at_least))
        below = self.cumulative[first - 1] if first else 0.0
        wanted = below + drawn * (self.cumulative[-1] - below)
        found = np.searchsorted(self.cumulative, wanted, side="right")
        longest: Ints = self.days[np.clip(found, first, len(self.days) - 1)]
        return longest

    def next_places(self, drawn: Floats) -> Ints:
        """The place in STAGES that follows for each number drawn from [0, 1)."""
        return np.searchsorted(self.following, drawn, side="right")

    def basis(self, at_least: int) -> StageBasis:
        """What a stay of at least as many days rests on."""
        known = self._is_known(at_least)
        return StageBasis(self.stage, known, len(self.days), self.own_stays)

    def _is_known(self, at_least: int) -> bool:
        return len(self.days) >= ENOUGH and bool(self.days[-1] >= at_least)
