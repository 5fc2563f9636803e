"""Which offer is proposed for which need."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.assistance.matching.rules import (
    OpenNeed,
    StandingOffer,
    duplicated,
    proposed_matches,
    unmet_because,
)

TODAY = date(2027, 3, 1)
REGIONS = {"KEN": "Africa", "GHA": "Africa", "FRA": "Europe"}


def _need(number: int, **fields: Any) -> OpenNeed:
    state = fields.pop("member_state", "KEN")
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "member_state": state,
        "state_name": {"KEN": "Kenya", "GHA": "Ghana", "FRA": "France"}[state],
        "region": REGIONS[state],
        "theme": "arms",
        "theme_name": "Arms and weapons",
        "priority": "medium",
        "opened_on": TODAY,
    }
    return OpenNeed(**values | fields)


def _offer(number: int, **fields: Any) -> StandingOffer:
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "organisation": f"ORG-{number}",
        "themes": frozenset({"arms"}),
        "regions": frozenset(),
        "member_states": frozenset(),
        "parallel_projects": 1,
        "willing_until": TODAY,
        "able_until": TODAY,
    }
    return StandingOffer(**values | fields)


def _chosen(needs: list[OpenNeed], offers: list[StandingOffer], **given: Any) -> dict[int, int]:
    found = proposed_matches(
        needs, offers, given.get("live", {}), given.get("declined", set()), TODAY
    )
    return {proposal.need_id.int: proposal.offer_id.int for proposal in found}


def test_a_named_state_comes_before_a_region_and_a_region_before_all() -> None:
    everywhere = _offer(1, parallel_projects=9)
    africa = _offer(2, regions=frozenset({"Africa"}), parallel_projects=5)
    kenya = _offer(3, member_states=frozenset({"KEN"}))
    offers = [everywhere, africa, kenya]
    assert _chosen([_need(7)], offers) == {7: 3}
    assert _chosen([_need(7, member_state="GHA")], offers) == {7: 2}
    assert _chosen([_need(7, member_state="FRA")], offers) == {7: 1}


def test_among_equals_most_free_capacity_wins_and_then_the_lower_id() -> None:
    offers = [_offer(1, parallel_projects=3), _offer(2, parallel_projects=2), _offer(3)]
    assert _chosen([_need(7)], offers) == {7: 1}
    assert _chosen([_need(7)], offers, live={UUID(int=1): 2}) == {7: 2}
    assert _chosen([_need(7)], offers, live={UUID(int=1): 2, UUID(int=2): 1}) == {7: 1}


def test_scarce_capacity_goes_to_the_urgent_and_then_to_the_oldest_need() -> None:
    old = _need(1, opened_on=TODAY - timedelta(days=90))
    urgent = _need(2, priority="high")
    low = _need(3, priority="low", opened_on=TODAY - timedelta(days=300))
    assert _chosen([low, old, urgent], [_offer(9)]) == {2: 9}
    assert _chosen([low, old, urgent], [_offer(9, parallel_projects=2)]) == {1: 9, 2: 9}


def test_willing_and_able_are_separate_and_last_through_their_day() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert _chosen([_need(1)], [_offer(9)]) == {1: 9}
    assert _chosen([_need(1)], [_offer(9, willing_until=yesterday)]) == {}
    assert _chosen([_need(1)], [_offer(9, able_until=yesterday)]) == {}


def test_an_organisation_that_declined_is_not_asked_again_with_another_offer() -> None:
    offers = [_offer(1, organisation="UNDP"), _offer(2, organisation="UNDP"), _offer(3)]
    assert _chosen([_need(7)], offers, declined={(UUID(int=7), "UNDP")}) == {7: 3}
    assert _chosen([_need(8)], offers, declined={(UUID(int=7), "UNDP")}) == {8: 1}


def test_a_named_state_outside_the_offers_regions_is_not_reached() -> None:
    offer = _offer(1, regions=frozenset({"Africa"}), member_states=frozenset({"KEN", "FRA"}))
    assert _chosen([_need(7, member_state="FRA")], [offer]) == {}


def test_a_proposal_says_why_and_who_comes_next() -> None:
    kenya = _offer(1, organisation="UNODC", member_states=frozenset({"KEN"}), parallel_projects=2)
    same = _offer(2, organisation="UNODC", regions=frozenset({"Africa"}))
    other = _offer(3, organisation="OCT")
    (proposal,) = proposed_matches([_need(7)], [kenya, same, other], {}, set(), TODAY)
    assert proposal.because == (
        "UNODC offers help with Arms and weapons, names Kenya and has 2 of 2 parallel projects "
        "free. Runner-up: OCT offers help with Arms and weapons, covers every State and has "
        "1 of 1 parallel projects free."
    )


def test_an_unmet_need_says_what_stands_against_each_offer_without_naming_anyone() -> None:
    need = _need(7)
    past = TODAY - timedelta(days=1)
    offers = [
        _offer(1, member_states=frozenset({"GHA"})),
        _offer(2, willing_until=past),
        _offer(3, able_until=past),
        _offer(4, organisation="UNDP"),
        _offer(5),
        _offer(6, themes=frozenset({"aviation"})),
    ]
    declined = {(need.id, "UNDP")}
    said = unmet_because(need, offers, {UUID(int=5): 1}, declined, TODAY)
    assert said == (
        "No provider is free for it. Offers of help with Arms and weapons: 5, of which "
        "1 not for Kenya, 1 no longer willing, 1 no longer able, 1 of an organisation that "
        "declined, did not answer or gave up the project, 1 without free capacity."
    )
    assert unmet_because(need, offers[5:], {}, set(), TODAY) == (
        "No provider offers help with Arms and weapons."
    )


def test_only_the_same_state_and_theme_is_a_duplication() -> None:
    running = [
        (UUID(int=2), "KEN", "arms"),
        (UUID(int=1), "KEN", "arms"),
        (UUID(int=3), "KEN", "aviation"),
        (UUID(int=4), "GHA", "arms"),
    ]
    assert duplicated("KEN", "arms", running) == [UUID(int=1), UUID(int=2)]


THEMES = st.sampled_from(["arms", "aviation"])
STATES = st.sampled_from(sorted(REGIONS))
DAYS = st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
NEEDS = st.lists(
    st.builds(
        _need,
        st.integers(1, 50),
        member_state=STATES,
        theme=THEMES,
        priority=st.sampled_from(["low", "medium", "high"]),
        opened_on=DAYS,
    ),
    max_size=12,
    unique_by=lambda need: need.id,
)
OFFERS = st.lists(
    st.builds(
        _offer,
        st.integers(100, 150),
        organisation=st.sampled_from(["OCT", "UNDP", "UNODC"]),
        themes=st.frozensets(THEMES, min_size=1),
        regions=st.frozensets(st.sampled_from(["Africa", "Europe"])),
        member_states=st.frozensets(STATES),
        parallel_projects=st.integers(1, 3),
        willing_until=DAYS,
        able_until=DAYS,
    ),
    max_size=8,
    unique_by=lambda offer: offer.id,
)
LIVE = st.dictionaries(st.integers(100, 150).map(lambda n: UUID(int=n)), st.integers(0, 4))
DECLINED = st.frozensets(
    st.tuples(
        st.integers(1, 50).map(lambda n: UUID(int=n)), st.sampled_from(["OCT", "UNDP", "UNODC"])
    )
)


def _may_help(need: OpenNeed, offer: StandingOffer, declined: frozenset[tuple[UUID, str]]) -> bool:
    return (
        need.theme in offer.themes
        and (not offer.member_states or need.member_state in offer.member_states)
        and (not offer.regions or need.region in offer.regions)
        and min(offer.willing_until, offer.able_until) >= TODAY
        and (need.id, offer.organisation) not in declined
    )


@given(NEEDS, OFFERS, LIVE, DECLINED, st.randoms(use_true_random=False))
def test_proposals_fit_within_capacity_leave_no_place_unused_and_ignore_input_order(
    needs: list[OpenNeed],
    offers: list[StandingOffer],
    live: dict[UUID, int],
    declined: frozenset[tuple[UUID, str]],
    shuffling: Any,
) -> None:
    found = proposed_matches(needs, offers, live, declined, TODAY)
    by_id = {offer.id: offer for offer in offers}
    need_of = {need.id: need for need in needs}
    assert len({proposal.need_id for proposal in found}) == len(found)
    assert all(
        _may_help(need_of[proposal.need_id], by_id[proposal.offer_id], declined)
        for proposal in found
    )
    used = Counter(live) + Counter(proposal.offer_id for proposal in found)
    taken = {proposal.offer_id for proposal in found}
    assert all(used[key] <= by_id[key].parallel_projects for key in taken)
    for need in need_of.keys() - {proposal.need_id for proposal in found}:
        left = [offer for offer in offers if _may_help(need_of[need], offer, declined)]
        assert all(used[offer.id] >= offer.parallel_projects for offer in left)
    shuffling.shuffle(needs)
    shuffling.shuffle(offers)
    assert proposed_matches(needs, offers, live, declined, TODAY) == found


@given(NEEDS, OFFERS, LIVE, DECLINED)
def test_every_offer_on_the_theme_of_an_unmet_need_is_accounted_for(
    needs: list[OpenNeed],
    offers: list[StandingOffer],
    live: dict[UUID, int],
    declined: frozenset[tuple[UUID, str]],
) -> None:
    found = proposed_matches(needs, offers, live, declined, TODAY)
    after = Counter(live) + Counter(proposal.offer_id for proposal in found)
    for need in needs:
        if need.id in {proposal.need_id for proposal in found}:
            continue
        said = unmet_because(need, offers, after, declined, TODAY)
        on_theme = [offer for offer in offers if need.theme in offer.themes]
        counts = [int(word) for word in said.replace(",", " ").split() if word.isdigit()]
        assert not on_theme or counts == [len(on_theme), *counts[1:]]
        assert sum(counts[1:]) == len(on_theme)
