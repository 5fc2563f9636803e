"""How two states of the annual list differ."""

from hypothesis import given
from hypothesis import strategies as st

from services.visits.visit_list.rules import Reranked, difference

lists = st.dictionaries(st.sampled_from(["FJI", "KEN", "PER", "NOR"]), st.integers(1, 193))


@given(lists, lists)
def test_a_difference_leads_from_one_list_to_the_other(
    before: dict[str, int], after: dict[str, int]
) -> None:
    found = difference(before, after)
    reached = {state: place for state, place in before.items() if state not in found.removed}
    reached |= {moved.member_state: moved.after for moved in found.reranked}
    reached |= {state: after[state] for state in found.added}
    assert reached == after
    assert not set(found.added) & set(before)
    assert set(found.removed) <= set(before)
    assert all(moved.before == before[moved.member_state] for moved in found.reranked)


@given(lists)
def test_a_list_does_not_differ_from_itself(states: dict[str, int]) -> None:
    found = difference(states, states)
    assert not found.added + found.removed
    assert not found.reranked


def test_a_state_that_came_on_with_another_rank_is_reranked() -> None:
    found = difference({"FJI": 3, "KEN": 1}, {"FJI": 9, "PER": 2})
    assert (found.added, found.removed) == (("PER",), ("KEN",))
    assert found.reranked == (Reranked("FJI", 3, 9),)
