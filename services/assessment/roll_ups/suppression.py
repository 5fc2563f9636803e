"""Which numbers a State's focal points are not shown, lest they tell of single other States."""

import numpy as np

from services.assessment.roll_ups.rules import Assessed, Flags, Floats, Integers, standing

FEWEST_OTHERS = 5
"""Of fewer other States no number is shown; the project's own threshold."""
_NOTHING_LEFT = 1e-8


def suppressed(since: Integers, places: Flags) -> Flags:
    """The cells (places x years) to withhold so that none of them follows from the others (¶23).

    `since` says of each other State and year in which year, counted from 0, its standing
    assessment was completed (-1: it has none); `places` which States lie in each place, such as
    the world, its regions and their subregions.

    A cell is withheld where it is of fewer than FEWEST_OTHERS States, or where fewer than that
    changed in it since it was last shown: the difference would be theirs. Where published cells,
    of whatever places and years, still add up to one that is withheld, the smallest of that year
    that takes part is withheld as well. What is shown of a year never depends on a later one.
    """
    cells = _Cells(since, places)
    shown = np.zeros((len(places), since.shape[1]), dtype=np.bool_)
    last_shown = np.full(len(places), -1)
    known = np.empty((0, cells.parts))
    """An orthonormal basis of what follows from the years before."""
    hidden = np.empty((0, cells.parts))
    for year in range(since.shape[1]):
        changed = (places & (since[:, year] > last_shown[:, None])).sum(axis=1)
        size = places @ (since[:, year] >= 0).astype(np.int64)
        rows = cells.of(year)
        new = rows - rows @ known.T @ known
        kept_back = hidden - hidden @ known.T @ known
        shown[:, year] = (changed == 0) | (changed >= FEWEST_OTHERS)
        while True:
            # One that did not change was told before: to withhold it now would hide nothing.
            told = np.flatnonzero(shown[:, year] & (changed > 0))
            told, basis = _independent(told[np.argsort(size[told], kind="stable")], new)
            secrets = np.vstack([kept_back, new[~shown[:, year] & (size > 0)]])
            partners = told[_that_reveal(new[told], secrets)]
            if not len(partners):
                break
            shown[partners[0], year] = False
        known = np.vstack([known, basis])
        hidden = np.vstack([hidden, rows[~shown[:, year] & (size > 0)]])
        last_shown[shown[:, year]] = year
    return ~shown


def others_since(found: Assessed, subjects: int, states: int, own: int, years: range) -> Integers:
    """For each subject what `suppressed` takes: of each State but `own`, since when."""
    counted = standing(found, subjects, states, years)
    since = np.where(counted >= 0, found.year[counted] - years.start, -1)
    return np.delete(since, own, axis=1)


class _Cells:
    """Each cell's sum as that of its parts: what each finest place's States gained each year."""

    def __init__(self, since: Integers, places: Flags) -> None:
        kinds, leaf = np.unique(places, axis=1, return_inverse=True)
        years = np.arange(since.shape[1])
        gained = np.stack([(since == years)[leaf == n].any(axis=0) for n in range(kinds.shape[1])])
        part_of, self._year = np.nonzero(gained)
        self._inside = kinds[:, part_of]
        self.parts = len(part_of)

    def of(self, year: int) -> Floats:
        """The cells of that year: places x parts."""
        return (self._inside & (self._year <= year)).astype(np.float64)


def _that_reveal(told: Floats, secrets: Floats) -> Flags:
    """Of the vectors told, those that some secret is a sum of multiples of; none: all is safe."""
    if not len(told) or not len(secrets):
        return np.zeros(len(told), dtype=np.bool_)
    shares = np.linalg.lstsq(told.T, secrets.T, rcond=None)[0]
    left = np.abs(told.T @ shares - secrets.T).max(axis=0)
    revealed = np.abs(shares[:, left < _NOTHING_LEFT])
    takes_part: Flags = (revealed[:, :1] > _NOTHING_LEFT).any(axis=1)
    return takes_part


def _independent(places: Integers, vectors: Floats) -> tuple[Integers, Floats]:
    """The places whose vectors are no sum of those before them, and an orthonormal basis."""
    kept = []
    basis = np.empty((0, vectors.shape[1]))
    for place in places:
        rest = vectors[place] - vectors[place] @ basis.T @ basis
        length = np.linalg.norm(rest)
        if length > _NOTHING_LEFT:
            kept.append(place)
            basis = np.vstack([basis, rest / length])
    return np.array(kept, dtype=np.int64), basis
