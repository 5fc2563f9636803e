"""Ratings: what is rated, what answers claim, and the gaps that ratings show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.assessments.rules import Scored, scored_questions
from services.assessment.gaps.rules import Basis, Finding, gap_severity, gaps_in
from services.assessment.instruments.rules import Provision, Question
from services.assessment.ratings.rules import (
    RATING_VALUES,
    RatedItem,
    Rating,
    agreed,
    claimed_rating,
    item_scores,
    items_of,
    tally,
)

LAW = Provision(1373, "2(e)")
MONEY = Provision(1373, "1(b)")


def asked(
    code: str, *provisions: Provision, theme: str = "countering-financing", weight: int = 1
) -> Question:
    return Question(code, f"Is {code} in place?", theme, provisions or (MONEY,), weight=weight)


def rated(
    questions: list[Question], answers: dict[str, str], ratings: dict[str, Rating]
) -> tuple[list[Scored], list[RatedItem]]:
    """The items, rated as said of their provision, else as the answers claim."""
    counted = scored_questions(questions, answers)
    items = items_of(questions)
    scores = item_scores(items, counted)
    return counted, [
        RatedItem(
            item,
            scores[item.key],
            ratings.get(item.provision.name, claimed_rating(scores[item.key])),
        )
        for item in items
    ]


def told(finding: Finding) -> tuple[Basis, list[str], list[str], str]:
    return (
        finding.basis,
        [question.code for question in finding.questions],
        [provision.name for provision in finding.provisions],
        finding.severity,
    )


def test_an_item_is_a_provision_within_a_theme() -> None:
    questions = [
        asked("A", LAW, MONEY),
        asked("B", MONEY),
        asked("C", MONEY, theme="border-control"),
    ]
    assert [(i.key, [q.code for q in i.questions]) for i in items_of(questions)] == [
        (("countering-financing", "1373 2(e)"), ["A"]),
        (("countering-financing", "1373 1(b)"), ["A", "B"]),
        (("border-control", "1373 1(b)"), ["C"]),
    ]


@pytest.mark.parametrize(
    ("score", "rating"),
    [(1, "fully"), (0.51, "largely"), (0.5, "partially"), (0.1, "partially"),
     (0, "not_implemented"), (None, "fully")],
)  # fmt: skip
def test_what_answers_claim(score: float | None, rating: str) -> None:
    assert claimed_rating(score) == rating


def test_an_answer_in_full_that_is_not_borne_out_is_a_gap() -> None:
    found = gaps_in(*rated([asked("A", weight=5)], {"A": "yes"}, {"1373 1(b)": Rating.PARTIALLY}))
    assert [told(finding) for finding in found] == [(Basis.RATING, ["A"], ["1373 1(b)"], "high")]


def test_an_answer_short_of_full_is_one_gap_as_grave_as_its_rating() -> None:
    questions, answers = [asked("A", weight=5)], {"A": "partial"}
    (as_answered,) = gaps_in(*rated(questions, answers, {}))
    assert (as_answered.severity, as_answered.rating) == ("high", None)
    (doubted,) = gaps_in(*rated(questions, answers, {"1373 1(b)": Rating.NOT_IMPLEMENTED}))
    assert told(doubted) == (Basis.ANSWER, ["A"], ["1373 1(b)"], "critical")
    assert doubted.rating is Rating.NOT_IMPLEMENTED
    (better,) = gaps_in(*rated(questions, answers, {"1373 1(b)": Rating.FULLY}))
    assert (better.severity, better.rating) == ("high", None)


def test_a_doubted_item_points_to_the_claims_that_are_no_gap_by_themselves() -> None:
    questions = [asked("A", weight=2), asked("B", weight=4), asked("C", weight=3)]
    answers = {"A": "yes", "B": "yes", "C": "no"}
    found = gaps_in(*rated(questions, answers, {"1373 1(b)": Rating.LARGELY}))
    assert [told(finding)[:2] for finding in found] == [(Basis.ANSWER, ["C"])]
    found = gaps_in(*rated(questions, answers, {"1373 1(b)": Rating.NOT_IMPLEMENTED}))
    assert [told(finding) for finding in found] == [
        (Basis.ANSWER, ["C"], ["1373 1(b)"], "high"),
        (Basis.RATING, ["B", "A"], ["1373 1(b)"], "critical"),
    ]


def test_provisions_that_rest_on_the_same_claim_are_one_gap() -> None:
    found = gaps_in(
        *rated(
            [asked("A", LAW, MONEY, weight=5)],
            {"A": "yes"},
            {"1373 2(e)": Rating.LARGELY, "1373 1(b)": Rating.PARTIALLY},
        )
    )
    assert [told(finding) for finding in found] == [
        (Basis.RATING, ["A"], ["1373 2(e)", "1373 1(b)"], "high")
    ]
    assert found[0].rating is Rating.PARTIALLY


def test_what_the_assessors_find_not_applicable_is_no_gap() -> None:
    questions, answers = [asked("A", LAW, MONEY)], {"A": "no"}
    both = {"1373 2(e)": Rating.NOT_APPLICABLE, "1373 1(b)": Rating.NOT_APPLICABLE}
    assert gaps_in(*rated(questions, answers, both)) == []
    assert len(gaps_in(*rated(questions, answers, {"1373 2(e)": Rating.NOT_APPLICABLE}))) == 1


def test_a_claim_of_not_applicable_can_be_found_wrong() -> None:
    found = gaps_in(
        *rated([asked("A", weight=3)], {"A": "not_applicable"}, {"1373 1(b)": Rating.PARTIALLY})
    )
    assert [told(finding) for finding in found] == [(Basis.RATING, ["A"], ["1373 1(b)"], "medium")]


CODES = ["A", "B", "C", "D"]
QUESTIONS = [asked("A", LAW, weight=5), asked("B", LAW, MONEY), asked("C", MONEY), asked("D")]


@given(
    st.fixed_dictionaries(
        dict.fromkeys(CODES, st.sampled_from(["yes", "partial", "no", "not_applicable"]))
    ),
    st.fixed_dictionaries(dict.fromkeys(["1373 2(e)", "1373 1(b)"], st.sampled_from(Rating))),
)
def test_no_gap_is_doubled_and_none_is_worse_than_its_weight_allows(
    answers: dict[str, str], ratings: dict[str, Rating]
) -> None:
    found = gaps_in(*rated(QUESTIONS, answers, ratings))
    by_answer = {f.question.code for f in found if f.basis is Basis.ANSWER}
    by_rating = [{q.code for q in f.questions} for f in found if f.basis is Basis.RATING]
    assert all(not by_answer & codes for codes in by_rating)
    assert len({frozenset(codes) for codes in by_rating}) == len(by_rating)
    for finding in found:
        most = gap_severity(1, finding.question.weight)
        assert finding.severity in ("low", "medium", "high", most)


def test_ratings_agree_or_differ() -> None:
    assert agreed([Rating.FULLY, Rating.FULLY]) is Rating.FULLY
    assert agreed([Rating.FULLY, Rating.LARGELY]) is None


@given(st.lists(st.sampled_from(Rating), min_size=1))
def test_the_middle_rating_has_at_most_half_below_it(ratings: list[Rating]) -> None:
    taken = tally(ratings)
    assert sum(taken.counts.values()) == len(ratings)
    on_scale = [RATING_VALUES[rating] for rating in ratings if rating in RATING_VALUES]
    if not on_scale:
        assert taken.rating is Rating.NOT_APPLICABLE
        return
    middle = RATING_VALUES[taken.rating]
    assert sum(value < middle for value in on_scale) <= len(on_scale) / 2
    assert sum(value > middle for value in on_scale) <= len(on_scale) / 2
