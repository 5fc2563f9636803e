"""Agreement, outliers and drift come from ratings and scores alone."""

from datetime import date

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.assessment.consistency.rules import (
    FEWEST_RATINGS,
    AssessorMean,
    RoundScore,
    agreement,
    drifts,
    leniencies,
    ordinal_alpha,
    pair_alphas,
    robust_z,
)

NAN = float("nan")
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""Four observers, twelve units, five values: "Computing Krippendorff's Alpha-Reliability", C."""


def counts(data: list[list[float]], values: int) -> NDArray[np.int64]:
    return np.array([[sum(row[u] == v for row in data) for v in range(1, values + 1)]
                     for u in range(len(data[0]))])  # fmt: skip


def table(*pairs: tuple[int, int, int]) -> NDArray[np.int64]:
    made = np.zeros((5, 5), dtype=np.int64)
    for one, other, count in pairs:
        made[one, other] = count
    return made


def test_alpha_is_the_published_one() -> None:
    assert krippendorff.alpha(KRIPPENDORFF_2011, level_of_measurement="nominal") == pytest.approx(
        0.743, abs=5e-4
    )
    assert ordinal_alpha(counts(KRIPPENDORFF_2011, 5)) == pytest.approx(0.815, abs=5e-4)


TABLES = st.lists(st.integers(0, 6), min_size=16, max_size=16).map(
    lambda cells: np.array(cells, dtype=np.int64).reshape(4, 4)
)


@given(TABLES)
def test_the_resampled_alpha_is_the_same_statistic(pairs: NDArray[np.int64]) -> None:
    whole = np.zeros((5, 5), dtype=np.int64)
    whole[:4, :4] = pairs
    alpha = agreement(whole[None]).alpha
    (resampled,) = pair_alphas(pairs[None])
    if alpha is None:
        assert np.isnan(resampled)
    else:
        assert alpha == pytest.approx(resampled, abs=1e-4)
        assert alpha == agreement(whole.T[None]).alpha, "who is first does not matter"


def test_agreement_is_read_with_its_interval() -> None:
    alike = agreement(np.stack([table((0, 0, 4), (1, 1, 3), (3, 3, 5))] * 6))
    assert (alike.alpha, alike.low, alike.high) == (1, 1, 1)
    assert (alike.reading, alike.warning) == ("reliable", None)
    assert (alike.units, alike.differing) == (72, 0)
    mixed = agreement(
        np.stack([table((0, 0, 4), (1, 2, 3), (3, 3, n), (3, 2, 1)) for n in range(6)])
    )
    assert mixed.low is not None
    assert mixed.high is not None
    assert mixed.alpha is not None
    assert mixed.low < mixed.alpha < mixed.high
    assert mixed.differing == 24


def test_what_is_not_applicable_is_missing_and_counted() -> None:
    found = agreement(table((0, 0, 20), (3, 3, 20), (4, 1, 3), (2, 4, 2), (4, 4, 7))[None])
    assert (found.alpha, found.units) == (1, 40)
    assert (found.not_applicable_to_one, found.not_applicable_to_both) == (5, 7)


def test_too_few_units_come_with_a_warning() -> None:
    few = agreement(table((0, 0, 3), (3, 3, 2))[None])
    assert few.alpha == 1
    assert few.warning is not None
    assert "5 items in 1 assessments" in few.warning
    assert (few.low, few.high) == (None, None)
    same = agreement(table((3, 3, 40))[None])
    assert same.alpha is None
    assert same.warning is not None
    assert "same rating" in same.warning
    nothing = agreement(np.zeros((0, 5, 5), dtype=np.int64))
    assert (nothing.alpha, nothing.units) == (None, 0)
    assert nothing.warning == "No item is rated by two assessors."


def test_a_robust_z_is_not_moved_by_one_stray_peer() -> None:
    assert robust_z(0.9, [0.1, 0.2]) is None
    calm = robust_z(0.9, [0.4, 0.5, 0.5, 0.5, 0.6])
    stray = robust_z(0.9, [0.0, 0.5, 0.5, 0.5, 0.6])
    assert calm == stray == 8
    assert robust_z(0.53, [0.5] * 5) == 0.6, "a trifle is none among peers that are all alike"


def test_a_lenient_assessor_is_flagged_against_the_others() -> None:
    means = [AssessorMean(f"a{n}", FEWEST_RATINGS, 0.01 * n) for n in range(5)]
    means += [AssessorMean("kind", FEWEST_RATINGS, 0.4), AssessorMean("new", 3, 0.9)]
    found = {one.assessor: one for one in leniencies(means)}
    assert [name for name, one in found.items() if one.flagged] == ["kind"]
    assert found["new"].z is None
    assert next(iter(found)) == "kind"


def test_a_score_far_from_the_subregions_is_flagged() -> None:
    states = dict.fromkeys(("KAZ", "KGZ", "TJK", "TKM", "UZB"), "Central Asia")
    subregions = states | {"KEN": "Sub-Saharan Africa"}

    def of_round(year: int, scores: dict[str, float]) -> list[RoundScore]:
        on = date(year, 6, 1)
        return [RoundScore(s, "arms", "gis", on, score) for s, score in scores.items()]

    first = of_round(2030, dict.fromkeys(states, 0.5))
    second = of_round(2032, {**dict.fromkeys(states, 0.55), "UZB": 1.0})
    found = drifts([*second, *first, *of_round(2030, {"KEN": 0.1})], subregions)
    assert [one.member_state for one in found if one.flagged] == ["UZB"]
    uzbekistan = found[0]
    assert (uzbekistan.score_z, uzbekistan.change, uzbekistan.change_z) == (9, 0.5, 9)
    assert (uzbekistan.peers, uzbekistan.peers_median) == (4, 0.55)
    kenya = next(one for one in found if one.member_state == "KEN")
    assert (kenya.score_z, kenya.change, kenya.peers_median) == (None, None, None)
    other_tool = RoundScore("KEN", "arms", "other", date(2033, 1, 1), 1.0)
    kenya_twice = drifts([*of_round(2030, {"KEN": 0.1}), other_tool], subregions)
    assert [one.change for one in kenya_twice] == [None, None], "rounds of one tool are compared"
