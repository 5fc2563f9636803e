"""Checklists, meetings and languages: what is due when, and what is named how."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.consultations.rules import faults_of_held_day, faults_of_meeting_day
from services.visits.missions.models import MissionKind, Modality
from services.visits.missions.template import TEMPLATE, Anchor, due_on, items_for
from services.visits.officers.languages import known_language
from services.visits.other_visits.rules import faults_of_days

DAY = date(2032, 2, 29)


@pytest.mark.parametrize("kind", MissionKind)
@pytest.mark.parametrize("modality", Modality)
def test_every_visit_has_the_items_of_its_kind_and_modality(
    kind: MissionKind, modality: Modality
) -> None:
    codes = [item.code for item in items_for(kind, modality)]
    assert len(codes) == len(set(codes))
    assert {"consent", "note_verbale", "dossier", "national_strategy"} <= set(codes)
    assert ("visas" in codes) == (modality is not Modality.VIRTUAL)
    assert ("connection" in codes) == (modality is not Modality.ON_SITE)
    assert ("recommendations" in codes) == (kind is not MissionKind.COMPREHENSIVE)


def test_no_item_of_the_template_is_for_no_visit() -> None:
    used = {
        item.code
        for kind in MissionKind
        for modality in Modality
        for item in items_for(kind, modality)
    }
    assert used == {item.code for item in TEMPLATE}


@given(st.integers(-730, 730), st.integers(0, 60))
def test_an_item_is_due_so_many_days_after_its_anchor(days: int, length: int) -> None:
    last = DAY + timedelta(days=length)
    assert (due_on(Anchor.START, days, DAY, last) - DAY).days == days
    assert (due_on(Anchor.END, days, DAY, last) - last).days == days


@pytest.mark.parametrize(
    ("offset", "sound"), [(-1, False), (0, True), (3, True), (4, True), (5, False)]
)
def test_a_meeting_is_until_the_visits_last_day(offset: int, sound: bool) -> None:  # noqa: FBT001
    day, ends_on = DAY + timedelta(days=offset), DAY + timedelta(days=4)
    assert [field for field, _ in faults_of_meeting_day(day, DAY, ends_on)] == (
        [] if sound else ["meets_on"]
    )
    assert [field for field, _ in faults_of_held_day(day, DAY, ends_on)] == (
        [] if sound else ["held_on"]
    )


def test_the_days_of_another_visit_are_in_order() -> None:
    assert faults_of_days(DAY, DAY) == []
    assert [field for field, _ in faults_of_days(DAY, DAY - timedelta(days=1))] == ["ends_on"]


@pytest.mark.parametrize("tag", ["fr", "fr-CA", "zh-Hant", "zh-Hant-HK", "es-419", "prs"])
def test_a_language_is_named_as_bcp_47_does(tag: str) -> None:
    assert known_language(tag) == tag


@pytest.mark.parametrize("tag", ["", "xx", "FR", "french", "fr_CA", "fr-ca", "fr-"])
def test_what_names_no_language_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="BCP 47"):
        known_language(tag)
