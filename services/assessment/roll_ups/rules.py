"""Implementation over many States and years."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FEW_STATES = 5
"""Below this many States a mean says little."""
OLD_YEARS = 3.0
"""From this mean age on the assessments speak of the past."""
WIDE_INTERVAL = 0.2
"""From this width on what was not answered could change the picture."""
WIDE_SPREAD = 0.4
"""From this distance between the quartiles on a mean hides very different States."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """Scores as columns of one length, those of a State and subject in the order of completion."""

    subject: Integers
    """Which theme, resolution or other subject, counted from 0."""
    state: Integers
    """Which State, counted from 0."""
    year: Integers
    """Of completion."""
    score: Floats
    """0 to 1; NaN where nothing was answered."""
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class RollUp:
    """What the States of each place come to: arrays of subjects x places x years.

    NaN stands where there is no number.
    """

    states: Integers
    """Those with a standing assessment that asked about the subject."""
    assessed_in_year: Integers
    """Of them, those whose standing assessment was completed in that very year."""
    unanswered: Integers
    """Of them, those that answered nothing of it: they count in the interval alone."""
    age: Floats
    """Mean age of the standing assessments in years, by year of completion."""
    score: Floats
    low: Floats
    high: Floats
    deviation: Floats
    """Standard deviation of the States' scores."""
    quartiles: Floats
    """Of the States' scores, with one axis more: lower, median, upper."""
    paired: Integers
    """States with a score both in that year and in the year before."""
    change: Floats
    """Their mean change against the year before."""
    span_paired: Integers
    """Subjects x places: States with a score both in the first and in the last year."""
    span_change: Floats
    """Subjects x places: their mean change from the first year to the last."""


def standing(found: Assessed, subjects: int, states: int, years: range) -> Integers:
    """Which assessment counts: subjects x states x years, -1 where none does.

    Of each State and subject it is the latest that was completed by the end of that year and
    asked about the subject, however old. `found` holds none completed after the last year.
    """
    latest = np.full((subjects, states, len(years)), -1, dtype=np.int64)
    year = np.maximum(found.year - years.start, 0)
    np.maximum.at(latest, (found.subject, found.state, year), np.arange(len(found.state)))
    return np.maximum.accumulate(latest, axis=2)


def roll_up(found: Assessed, subjects: int, places: Flags, years: range) -> RollUp:
    """The States' standing scores of each subject in each place and year (¶5, ¶12).

    Every State counts once, whatever its size. `places` says which States lie in each place
    (places x states). The interval is that of the answers that are missing; it holds the mean
    score. Changes are those of States with a score in both years, so that a State that is
    assessed for the first time is no change.
    """
    # One year more, for what the first one changed.
    counted = standing(found, subjects, places.shape[1], range(years.start - 1, years.stop))
    there = counted >= 0
    score, low, high, completed = (
        np.where(there, column[counted], np.nan)
        for column in (found.score, found.low, found.high, found.year.astype(np.float64))
    )
    age = np.arange(years.start - 1.0, years.stop) - completed
    members = places.astype(np.float64)

    def count(which: Flags) -> Integers:
        return (members @ which.astype(np.float64)).astype(np.int64)

    def mean(values: Floats) -> Floats:
        known = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            averaged: Floats = (members @ np.where(known, values, 0.0)) / (members @ known)
        return averaged

    scored = ~np.isnan(score)
    average = mean(score)
    year_on_year = score[..., 1:] - score[..., :-1]
    first_to_last = score[..., -1:] - score[..., 1:2]
    rolled = (..., slice(1, None))
    return RollUp(
        states=count(there)[rolled],
        assessed_in_year=count(age == 0)[rolled],
        unanswered=count(there & ~scored)[rolled],
        age=mean(age)[rolled],
        score=average[rolled],
        low=mean(low)[rolled],
        high=mean(high)[rolled],
        deviation=np.sqrt(np.maximum(mean(score**2) - average**2, 0))[rolled],
        quartiles=np.stack([_quartiles(score[:, inside, 1:]) for inside in places], axis=1),
        paired=count(~np.isnan(year_on_year)),
        change=mean(year_on_year),
        span_paired=count(~np.isnan(first_to_last))[..., 0],
        span_change=mean(first_to_last)[..., 0],
    )


def cautions(states: int, age: float, interval: float, spread: float) -> list[str]:
    """What a reader should know of a mean before relying on it; the limits are the project's own.

    `interval` is the width from low to high, `spread` the distance between the quartiles.
    """
    told = {
        "few_states": states < FEW_STATES,
        "old_assessments": age >= OLD_YEARS,
        "much_unanswered": interval >= WIDE_INTERVAL,
        "wide_spread": spread >= WIDE_SPREAD,
    }
    return [caution for caution, holds in told.items() if holds]


def _quartiles(scores: Floats) -> Floats:
    """Over the States (subjects x states x years), between neighbours linearly."""
    subjects, states, years = scores.shape
    if not states:
        return np.full((subjects, years, 3), np.nan)
    ordered = np.sort(scores, axis=1)  # NaN come last
    last = np.maximum((~np.isnan(scores)).sum(axis=1, keepdims=True) - 1, 0)
    position = last * np.array([0.25, 0.5, 0.75])[:, None]
    below = np.floor(position).astype(np.int64)
    lower, upper = (
        np.take_along_axis(ordered, at, axis=1) for at in (below, np.minimum(below + 1, last))
    )
    quartiles: Floats = (lower + (position - below) * (upper - lower)).swapaxes(1, 2)
    return quartiles
