"""What changed between two versions of a report."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.visits.reports.differences import (
    LONGEST_COMPARED,
    SectionStep,
    SectionText,
    Words,
    WordStep,
    section_changes,
    words,
)

texts = st.text(alphabet="ab \n法律.", max_size=60)
sections = st.dictionaries(
    st.sampled_from("pqrst"), st.builds(SectionText, st.sampled_from("HI"), texts), max_size=5
)
KEPT, REMOVED, ADDED = WordStep.KEPT, WordStep.REMOVED, WordStep.ADDED


@given(texts, texts)
def test_both_texts_can_be_read_in_their_difference(before: str, after: str) -> None:
    found = words(before, after)
    assert "".join(part.text for part in found if part.step is not ADDED) == before
    assert "".join(part.text for part in found if part.step is not REMOVED) == after
    assert all(part.text for part in found)
    assert all(a.step is not b.step for a, b in pairwise(found))
    if before == after:
        assert {part.step for part in found} <= {KEPT}


def test_a_word_that_changed_is_found_among_its_neighbours() -> None:
    assert words("First.\nThe law is new.\nLast.", "First.\nThe law is old.\nLast.") == [
        Words(KEPT, "First.\nThe law is "),
        Words(REMOVED, "new.\n"),
        Words(ADDED, "old.\n"),
        Words(KEPT, "Last."),
    ]
    assert words("法律是新的", "法律是旧的") == [
        Words(KEPT, "法律是"),
        Words(REMOVED, "新"),
        Words(ADDED, "旧"),
        Words(KEPT, "的"),
    ]


def test_a_long_passage_is_not_compared_word_by_word() -> None:
    long = "a " * (LONGEST_COMPARED + 1)
    assert words(f"{long}b", f"{long}c") == [Words(REMOVED, f"{long}b"), Words(ADDED, f"{long}c")]


def test_the_longest_texts_are_compared_in_time() -> None:
    began = time.monotonic()
    for line in ("a\n", "a b c d e\n"):
        words(line * (100_000 // len(line)), f"x{line}" * (100_000 // (len(line) + 1)))
    assert time.monotonic() - began < 5


@given(sections, sections)
def test_every_section_that_differs_is_told_once(
    before: dict[str, SectionText], after: dict[str, SectionText]
) -> None:
    changes = section_changes(before, after)
    by_key = {change.key: change for change in changes}
    assert len(by_key) == len(changes)
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        change = by_key.get(key)
        if was != now:
            assert change is not None
            assert (change.before, change.after) == (was, now)
        elif change is not None:
            assert change.step is SectionStep.MOVED
    if list(before) == list(after):
        assert all(change.step is SectionStep.CHANGED for change in changes)


def test_a_section_that_changed_its_place_has_moved() -> None:
    text = SectionText("A", "a")
    before = dict.fromkeys("pqr", text)
    (change,) = section_changes(before, dict.fromkeys("rpq", text))
    assert (change.key, change.step) == ("r", SectionStep.MOVED)
