import pytest

from services.notifications.catalogue import EVENTS
from services.notifications.inbox.rules import TOLD, Audience, Party, parties_told
from services.notifications.inbox.titles import TITLES
from shared.auth import Audience as ForWhom
from shared.auth import Role
from shared.events import StateEvent
from shared.events.topics import name_of

NAMES = {name_of(event.type) for event in EVENTS}


def test_every_event_of_every_service_has_its_parties_and_its_title() -> None:
    assert len(NAMES) == len(EVENTS) >= 33
    assert set(TOLD) == NAMES
    assert set(TITLES) == NAMES


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: name_of(event.type))
def test_a_title_uses_fields_that_its_event_has(event: type[StateEvent]) -> None:
    TITLES[name_of(event.type)].format_map(dict.fromkeys([*event.model_fields, "state"], "x"))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_confidential_events_go_to_those_who_may_know(name: str) -> None:
    told = parties_told(name, "KEN", "UNODC", confidential=True)
    assert {audience.party for audience in told} <= {
        Party.CTED, Party.COMMITTEE, Party.STATE, Party.PROVIDER,
    }  # fmt: skip
    for audience in told:
        if audience.party is Party.STATE:
            assert audience.member_state == "KEN"
        if audience.party is Party.PROVIDER:
            assert audience.organisation == "UNODC"


@pytest.mark.parametrize(
    ("owed_by", "organisation", "told"),
    [
        ("member_state", None, {Audience(Party.STATE, "KEN"), Audience(Party.CTED)}),
        ("cted", None, {Audience(Party.CTED)}),
        (
            "organisation",
            "UNDP",
            {Audience(Party.PROVIDER, organisation="UNDP"), Audience(Party.CTED)},
        ),
        ("organisation", "OCT", {Audience(Party.OCT), Audience(Party.CTED)}),
    ],
)
def test_of_a_deadline_whoever_owes_it_is_told(
    owed_by: str, organisation: str | None, told: set[Audience]
) -> None:
    named = parties_told("deadline-missed", "KEN", organisation, owed_by=owed_by)
    assert set(named) == told


def test_oct_as_a_provider_is_told_once() -> None:
    assert parties_told("match-proposed", "KEN", "OCT").count(Audience(Party.OCT)) == 1


def test_an_event_without_a_provider_goes_to_no_provider_of_another() -> None:
    parties = {audience.party for audience in parties_told("project-completed", "KEN", None)}
    assert Party.PROVIDER not in parties


OF_ROLE = {
    Role.CTED_LEAD: Party.CTED,
    Role.COMMITTEE_CHAIR: Party.COMMITTEE,
    Role.OCT: Party.OCT,
    Role.UN_ENTITY: Party.UN_ENTITY,
    Role.MEMBER_STATE: Party.STATE,
    Role.PARTNER: Party.PROVIDER,
    Role.CIVIL_SOCIETY: Party.CIVIL_SOCIETY,
}


@pytest.mark.parametrize("audience", list(ForWhom))
@pytest.mark.parametrize("name", ["product-published", "product-withdrawn"])
def test_of_a_product_those_are_told_who_may_read_it(name: str, audience: ForWhom) -> None:
    told = {one.party for one in parties_told(name, None, None, audience=audience)}
    assert told == {party for role, party in OF_ROLE.items() if role in audience.readers}
