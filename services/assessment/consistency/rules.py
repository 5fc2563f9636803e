"""Agreement between assessors, outliers among them, and drift against peers (¶7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import krippendorff
import numpy as np
from numpy.typing import NDArray

from services.assessment.ratings.rules import RATING_VALUES, Rating

SCALE: Sequence[Rating] = tuple(RATING_VALUES)
"""The ordinal scale on which agreement is measured, worst first."""

CATEGORIES: Sequence[Rating] = (*SCALE, Rating.NOT_APPLICABLE)
"""The rows and columns of a table of pairs."""

RELIABLE_FROM = 0.8
"""From this alpha on, ratings are relied on (Krippendorff, Content Analysis, 2004, chapter 11)."""

TENTATIVE_FROM = 0.667
"""From this alpha on, they allow tentative conclusions (as above)."""

FEWEST_UNITS = 30
"""Items rated by both below which alpha comes with a warning; the project's own."""

FEWEST_ASSESSMENTS = 5
"""Assessments below which an interval resampled from them is not to be trusted; our own."""

RESAMPLES = 1000
"""Times that the assessments are drawn anew for an interval."""

COVERAGE = 0.95
"""The share of the resampled alphas that the interval holds."""

OUTLYING_Z = 3.5
"""A robust z from here on, either way, is flagged (Iglewicz and Hoaglin, 1993)."""

FEWEST_PEERS = 4
"""Others below which nobody is held against them: in a subregion of five, the four; our own."""

FEWEST_RATINGS = 20
"""Ratings below which an assessor's leniency is not judged; the project's own."""

LEAST_SPREAD = 0.05
"""The least spread, in shares of the scale, that differences are held against.

Where peers are all alike, a trifle would be an outlier; the project's own.
"""

FAR_FROM_SCORE = 2 / 3
"""How far a rating lies from its item's score to be flagged: two steps of the scale; our own."""

_MAD_TO_DEVIATION = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two assessors who rate apart rate alike."""

    alpha: float | None
    """1 is perfect, 0 what chance would bring; None where ratings do not vary or are not there."""
    low: float | None
    high: float | None
    reading: str | None
    """`reliable`, `tentative` or `unreliable`."""
    assessments: int
    units: int
    """Items that both rate on the scale."""
    differing: int
    not_applicable_to_one: int
    """Items that one of them finds not applicable: disagreement that alpha does not see."""
    not_applicable_to_both: int
    warning: str | None


def agreement(tables: NDArray[np.int64]) -> Agreement:
    """Krippendorff's alpha, ordinal, of pairs of ratings, with an interval.

    `tables` counts pairs, shape (assessments, 5, 5): the rating of one assessor by that of the
    other, in the order of `CATEGORIES`. Not applicable is no point on the scale: it counts as
    missing. The interval is the bootstrap's over whole assessments, because the ratings within
    one are not independent; where resampled ratings do not vary they are left out.
    """
    whole: NDArray[np.int64] = tables.sum(axis=0)
    on_scale = tables[:, :-1, :-1]
    units = int(on_scale.sum())
    alpha = ordinal_alpha(_value_counts(whole[:-1, :-1]))
    low, high = _interval(on_scale) if alpha is not None else (None, None)
    return Agreement(
        alpha=None if alpha is None else round(alpha, 4),
        low=low,
        high=high,
        reading=_reading(alpha),
        assessments=len(tables),
        units=units,
        differing=units - int(np.trace(whole[:-1, :-1])),
        not_applicable_to_one=int(whole[-1, :-1].sum() + whole[:-1, -1].sum()),
        not_applicable_to_both=int(whole[-1, -1]),
        warning=_warning(alpha, units, len(tables)),
    )


def ordinal_alpha(value_counts: NDArray[np.int64]) -> float | None:
    """Krippendorff's alpha with the ordinal metric.

    `value_counts` has the shape (units, values): how many assessors gave each value, in the order
    of the scale. None where no unit has two values, or where all are the same.
    """
    pairable = value_counts[value_counts.sum(axis=1) > 1]
    if np.count_nonzero(pairable.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=pairable, level_of_measurement="ordinal"))


def _value_counts(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each pair in a table of pairs as a unit."""
    one, other = np.indices(table.shape).reshape(2, -1)
    values = np.eye(len(table), dtype=np.int64)
    return np.repeat(values[one] + values[other], table.ravel(), axis=0)


def _interval(tables: NDArray[np.int64]) -> tuple[float | None, float | None]:
    """The bootstrap's percentiles; the same draws for the same data."""
    count = len(tables)
    if count < 2:
        return None, None
    draws = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    alphas = pair_alphas((draws @ tables.reshape(count, -1)).reshape(-1, *tables.shape[1:]))
    alphas = alphas[np.isfinite(alphas)]
    if not alphas.size:
        return None, None
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(alphas, [tail, 1 - tail]).round(4).tolist()
    return low, high


def pair_alphas(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ordinal alphas of many tables of pairs at once, shape (tables, values, values).

    The same as `ordinal_alpha` of each; not a number where ratings do not vary.
    """
    coincidences = tables + tables.swapaxes(1, 2)
    of_value = coincidences.sum(axis=2)
    ranks = of_value.cumsum(axis=1) - of_value / 2
    distances = (ranks[:, :, None] - ranks[:, None, :]) ** 2
    expected = (of_value[:, :, None] * of_value[:, None, :] * distances).sum(axis=(1, 2))
    observed = (coincidences * distances).sum(axis=(1, 2)) * (of_value.sum(axis=1) - 1)
    with np.errstate(invalid="ignore"):
        alphas: NDArray[np.float64] = 1 - observed / expected
    return alphas


def _reading(alpha: float | None) -> str | None:
    if alpha is None:
        return None
    if alpha >= RELIABLE_FROM:
        return "reliable"
    return "tentative" if alpha >= TENTATIVE_FROM else "unreliable"


def _warning(alpha: float | None, units: int, assessments: int) -> str | None:
    if not units:
        return "No item is rated by two assessors."
    if alpha is None:
        return f"All {units} items have the same rating: agreement beyond chance cannot be told."
    if units < FEWEST_UNITS or assessments < FEWEST_ASSESSMENTS:
        return (
            f"Only {units} items in {assessments} assessments: "
            f"wait for {FEWEST_UNITS} items in {FEWEST_ASSESSMENTS} before relying on it."
        )
    return None


def robust_z(value: float, peers: Sequence[float]) -> float | None:
    """How many robust deviations a value, a share, lies from its peers; None with too few.

    The distance from the peers' median, by their median absolute deviation, which one stray peer
    does not move; the spread counts as at least `LEAST_SPREAD`.
    """
    if len(peers) < FEWEST_PEERS:
        return None
    middle = float(np.median(peers))
    spread = _MAD_TO_DEVIATION * float(np.median(np.abs(np.asarray(peers) - middle)))
    return round((value - middle) / max(spread, LEAST_SPREAD), 2)


def _is_outlying(*zs: float | None) -> bool:
    return any(z is not None and abs(z) >= OUTLYING_Z for z in zs)


@dataclass(frozen=True, slots=True)
class AssessorMean:
    """How an assessor's ratings lie against the scores of what they rate."""

    assessor: str
    ratings: int
    leniency: float
    """The mean of rating value less item score, -1 (severe) to 1 (lenient)."""


@dataclass(frozen=True, slots=True)
class Leniency:
    """An assessor's leniency against the others'."""

    assessor: str
    ratings: int
    leniency: float
    z: float | None
    """None where the assessor has rated too little, or too few others have rated enough."""
    flagged: bool


def leniencies(means: Iterable[AssessorMean]) -> list[Leniency]:
    """Who rates systematically better or worse than the others do, most outlying first (¶7).

    A rating is held against its item's score, so that States which implement more do not make
    their assessors lenient. Only assessors with `FEWEST_RATINGS` are compared.
    """
    known = list(means)
    found = []
    for mean in known:
        others = [
            other.leniency
            for other in known
            if other.ratings >= FEWEST_RATINGS and other.assessor != mean.assessor
        ]
        z = robust_z(mean.leniency, others) if mean.ratings >= FEWEST_RATINGS else None
        found.append(
            Leniency(
                mean.assessor, mean.ratings, round(mean.leniency, 4), z, flagged=_is_outlying(z)
            )
        )
    return sorted(found, key=lambda one: (-abs(one.z or 0.0), one.assessor))


@dataclass(frozen=True, slots=True)
class RoundScore:
    """A State's score in a theme, 0 to 1, in one round of a tool."""

    member_state: str
    theme: str
    tool: str
    completed_on: date
    score: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A State's latest score in a theme, and its change, against its subregion's."""

    member_state: str
    subregion: str
    theme: str
    tool: str
    completed_on: date
    score: float
    peers: int
    peers_median: float | None
    score_z: float | None
    change: float | None
    """Since the round before; None after a first one."""
    change_z: float | None
    flagged: bool


def drifts(rounds: Iterable[RoundScore], subregions: Mapping[str, str]) -> list[Drift]:
    """Each State's theme scores against those of the other States of its M49 subregion (¶7).

    A score, or a change between rounds, far from all its neighbours' is either news or a sign
    that the tool was applied otherwise there. Rounds of one tool are compared, the latest of each
    State, of those of one day the last in `rounds`; `subregions` gives that of each State. The
    most outlying come first.
    """
    series: dict[tuple[str, str, str], dict[str, list[RoundScore]]] = {}
    for one in sorted(rounds, key=lambda one: one.completed_on):
        group = (one.tool, one.theme, subregions[one.member_state])
        series.setdefault(group, {}).setdefault(one.member_state, []).append(one)
    found = []
    for (tool, theme, subregion), by_state in series.items():
        latest = {state: scores[-1].score for state, scores in by_state.items()}
        changes = {
            state: scores[-1].score - scores[-2].score
            for state, scores in by_state.items()
            if len(scores) > 1
        }
        for state, scores in by_state.items():
            peers = _without(latest, state)
            score_z = robust_z(latest[state], peers)
            change = changes.get(state)
            change_z = None if change is None else robust_z(change, _without(changes, state))
            found.append(
                Drift(
                    member_state=state,
                    subregion=subregion,
                    theme=theme,
                    tool=tool,
                    completed_on=scores[-1].completed_on,
                    score=latest[state],
                    peers=len(peers),
                    peers_median=round(float(np.median(peers)), 4) if peers else None,
                    score_z=score_z,
                    change=None if change is None else round(change, 4),
                    change_z=change_z,
                    flagged=_is_outlying(score_z, change_z),
                )
            )
    return sorted(
        found,
        key=lambda one: (-_furthest(one.score_z, one.change_z), one.member_state, one.theme),
    )


def _without(values: Mapping[str, float], key: str) -> list[float]:
    return [value for other, value in values.items() if other != key]


def _furthest(*zs: float | None) -> float:
    return max(abs(z or 0.0) for z in zs)
