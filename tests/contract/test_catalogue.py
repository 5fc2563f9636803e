"""The catalogue of events is complete, and each event has one home and one released schema."""

import json

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.__main__ import DOCS
from shared.contracts.catalogue import application_of, events_of
from shared.events.topics import SERVICES

MINIMUM = {
    "assessment": """survey-issued response-submitted assessment-completed gap-identified
        recommendation-issued recommendation-status-changed product-published trend-identified""",
    "visits": """visit-list-adopted visit-list-changed consent-requested consent-given
        consent-declined visit-scheduled visit-completed report-drafted report-submitted
        follow-up-due follow-up-reported follow-up-visit-recommended""",
    "assistance": """need-opened match-proposed match-accepted match-declined project-started
        project-completed impact-assessed duplication-flagged""",
    "notifications": """deadline-approaching deadline-missed briefing-due invitation-issued
        delivery-failed""",
}

of_each_service = pytest.mark.parametrize("service", SERVICES)


@of_each_service
def test_minimum_catalogue_is_published(service: str) -> None:
    published = {event.type for event in events_of(service)}
    wanted = {f"org.un.ctc.{service}.{name}.v1" for name in MINIMUM[service].split()}
    assert wanted - published == set()


@of_each_service
def test_events_carry_their_services_name_and_are_distinct(service: str) -> None:
    types = [event.type for event in events_of(service)]
    assert [kind for kind in types if kind.split(".")[3] != service] == []
    assert len(types) == len(set(types))


@of_each_service
def test_what_is_subscribed_to_is_published(service: str) -> None:
    published = {event for other in SERVICES for event in events_of(other)}
    subscribed = set(application_of(service).state.subscriptions)
    assert subscribed - published == set()


def test_every_event_has_a_released_schema_and_no_other_is_there() -> None:
    released = {path.stem for path in (DOCS / "asyncapi" / "events").glob("*.json")}
    published = {event.type for service in SERVICES for event in events_of(service)}
    assert released == published, "run `make contracts`"


def test_released_schemas_are_json_schemas() -> None:
    for path in (DOCS / "asyncapi" / "events").glob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))
