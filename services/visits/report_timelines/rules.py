"""How long a report stays in each stage, and which stage costs most (¶7).

Days are calendar days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

STAGES: Final = ("drafting", "review", "fact_check", "finalisation", "consideration")
"""In the order in which a report passes them; whoever returns it takes it to an earlier one."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a report in one stage; `left_on` is None while it is there."""

    stage: str
    entered_on: date
    target_on: date
    left_on: date | None = None

    @property
    def target_days(self) -> int:
        """Within how many days it is to end."""
        return (self.target_on - self.entered_on).days

    def days(self, today: date) -> int:
        """How many days it took, or has taken until today."""
        return ((self.left_on or today) - self.entered_on).days


@dataclass(frozen=True, slots=True)
class StageTime:
    """All stays of a report in one stage; `over_days` below 0 are days under the target."""

    stage: str
    stays: int
    elapsed_days: int
    target_days: int

    @property
    def over_days(self) -> int:
        """Days over the target, all stays together."""
        return self.elapsed_days - self.target_days


@dataclass(frozen=True, slots=True)
class Timeline:
    """The way of one report so far."""

    stages: list[StageTime]
    returns: int
    present: Stay | None
    """Where the report is now; None once it is cleared."""

    @property
    def elapsed_days(self) -> int:
        """Days since it was begun, or from then to its clearance."""
        return sum(one.elapsed_days for one in self.stages)

    @property
    def target_days(self) -> int:
        """Days that all its stays were to take."""
        return sum(one.target_days for one in self.stages)


def timeline_of(stays: Sequence[Stay], today: date) -> Timeline:
    """The way of a report whose stays are given in their order (¶7)."""
    found = []
    for stage in STAGES:
        here = [stay for stay in stays if stay.stage == stage]
        if here:
            elapsed = sum(stay.days(today) for stay in here)
            target = sum(stay.target_days for stay in here)
            found.append(StageTime(stage, len(here), elapsed, target))
    present = stays[-1] if stays and stays[-1].left_on is None else None
    return Timeline(found, returns_in([stay.stage for stay in stays]), present)


def returns_in(stages: Sequence[str]) -> int:
    """How often a report went back to an earlier stage."""
    return sum(STAGES.index(after) < STAGES.index(before) for before, after in pairwise(stages))


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both of them in it."""

    first: date
    last: date

    def before(self) -> "Period":
        """The period of as many days that ends where this one begins."""
        days = self.last - self.first
        end = self.first - timedelta(days=1)
        return Period(end - days, end)


@dataclass(frozen=True, slots=True)
class Measures:
    """What some stays cost in a period; shares are from 0 to 1, None where no stay ended."""

    ended: int
    median_days: float | None
    p80_days: float | None
    over_target_share: float | None
    days_lost: int


def measures_of(stays: Iterable[Stay], period: Period, today: date) -> Measures:
    """The median and the 80th percentile of the days of the stays that ended in the period (¶7).

    Days lost are those of the period, up to today, that a stay spent in its stage after its
    target. Of a stay that goes on they count as well, so that a stage that no report leaves
    shows; and every such day falls into one period alone.
    """
    stays = list(stays)
    ended = [stay for stay in stays if stay.left_on and period.first <= stay.left_on <= period.last]
    days = np.array([stay.days(today) for stay in ended], dtype=float)
    over = [stay.days(today) > stay.target_days for stay in ended]
    median, p80 = map(float, np.percentile(days, [50, 80])) if ended else (None, None)
    return Measures(
        ended=len(ended),
        median_days=median,
        p80_days=p80,
        over_target_share=sum(over) / len(over) if over else None,
        days_lost=sum(_days_lost(stay, period, today) for stay in stays),
    )


def costliest(days_lost: Iterable[tuple[str, int]]) -> str | None:
    """The stage that lost most days, of (stage, days lost); None if none lost any."""
    stage, most = max(days_lost, key=lambda entry: entry[1], default=("", 0))
    return stage if most else None


def _days_lost(stay: Stay, period: Period, today: date) -> int:
    begin = max(stay.target_on, period.first - timedelta(days=1))
    end = min(stay.left_on or today, period.last)
    return max(0, (end - begin).days)
