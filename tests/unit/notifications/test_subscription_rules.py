from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.catalogue import EVENT_TYPES
from services.notifications.inbox.rules import TOLD, Party
from services.notifications.subscriptions.addresses import address_fault, url_fault
from services.notifications.subscriptions.rules import Facts, Subscriber, may_receive, wants
from shared.auth import Audience, Role
from shared.events.topics import name_of

REPORT = "org.un.ctc.visits.report-submitted.v1"
PRODUCT = "org.un.ctc.assessment.product-published.v1"
LIST = "org.un.ctc.visits.visit-list-changed.v1"
DRAFTED = "org.un.ctc.visits.report-drafted.v1"
CONSENT = "org.un.ctc.visits.consent-given.v1"
FAILED = "org.un.ctc.notifications.delivery-failed.v1"
INSIDERS = {"cted_officer", "cted_lead", "committee_member", "committee_chair"}
OPEN_TO_THE_UNITED_NATIONS = ("clash-flagged", "scheduled", "cancelled", "completed")
"""Of visits, which other bodies coordinate theirs with (¶14)."""
BETWEEN = [
    event_type
    for event_type in sorted(EVENT_TYPES)
    if ".visits." in event_type
    and set(TOLD[name_of(event_type)]) <= {Party.CTED, Party.COMMITTEE, Party.STATE}
    and name_of(event_type).removeprefix("visit-") not in OPEN_TO_THE_UNITED_NATIONS
]
"""What the inbox tells CTED, the Committee and the State alone."""
STATES = st.sampled_from(["KEN", "UGA"])
roles = st.frozensets(st.sampled_from([role.value for role in Role]), min_size=1, max_size=3)


@given(roles, STATES, STATES, st.sampled_from(sorted(EVENT_TYPES)))
def test_confidential_events_reach_cted_the_committee_and_that_state_alone(
    held: frozenset[str], own: str, about: str, event_type: str
) -> None:
    subscriber = Subscriber(uuid4(), held, own if "member_state" in held else None)
    event = Facts(event_type, about, confidential=True)
    if may_receive(subscriber, event):
        assert (
            held & INSIDERS
            or ("member_state" in held and own == about)
            or (event_type == FAILED and "operator" in held)
        )


@pytest.mark.parametrize(
    ("role", "state", "event", "allowed"),
    [
        ("member_state", "KEN", Facts(REPORT, "KEN"), True),
        ("member_state", "KEN", Facts(REPORT, "KEN", confidential=True), True),
        ("member_state", "KEN", Facts(REPORT, "UGA"), False),
        ("member_state", "KEN", Facts(PRODUCT), True),
        ("civil_society", None, Facts(PRODUCT), True),
        ("civil_society", None, Facts(REPORT, "KEN"), False),
        ("oct", None, Facts(REPORT, "KEN"), True),
        ("oct", None, Facts(REPORT, "KEN", confidential=True), False),
        ("operator", None, Facts(FAILED), True),
        ("cted_officer", None, Facts(FAILED), True),
        ("oct", None, Facts(FAILED), False),
        ("member_state", "KEN", Facts(FAILED), False),
        ("committee_member", None, Facts(LIST), True),
        ("member_state", "KEN", Facts(LIST), False),
        ("oct", None, Facts(LIST), False),
        ("cted_officer", None, Facts(DRAFTED, "KEN"), True),
        ("member_state", "KEN", Facts(DRAFTED, "KEN"), False),
        ("partner", None, Facts(DRAFTED, "KEN"), False),
        ("member_state", "KEN", Facts(CONSENT, "KEN"), True),
        ("member_state", "KEN", Facts(CONSENT, "UGA"), False),
        ("partner", None, Facts(CONSENT, "KEN"), False),
        ("oct", None, Facts(CONSENT, "KEN"), False),
    ],
)
def test_who_may_receive_what(role: str, state: str | None, event: Facts, *, allowed: bool) -> None:
    assert may_receive(Subscriber(uuid4(), frozenset({role}), state), event) is allowed


@given(roles, STATES, STATES, st.sampled_from(BETWEEN))
def test_what_no_inbox_tells_others_is_sent_to_no_others(
    held: frozenset[str], own: str, about: str, event_type: str
) -> None:
    subscriber = Subscriber(uuid4(), held, own if "member_state" in held else None)
    if may_receive(subscriber, Facts(event_type, about)):
        assert held & INSIDERS or ("member_state" in held and own == about)


@given(roles, st.sampled_from(list(Audience)))
def test_a_product_reaches_its_audience_alone(held: frozenset[str], audience: Audience) -> None:
    subscriber = Subscriber(uuid4(), held, "KEN" if "member_state" in held else None)
    event = Facts(PRODUCT, readers=audience.readers)
    assert may_receive(subscriber, event) == bool(held & audience.readers)


def test_a_failed_delivery_is_not_delivered_to_the_endpoint_that_failed() -> None:
    failing, other = (Subscriber(uuid4(), frozenset({"cted_officer"})) for _ in range(2))
    event = Facts(FAILED, not_for=failing.id)
    assert not may_receive(failing, event)
    assert may_receive(other, event)


def test_an_empty_filter_lets_through_and_a_filled_one_asks_for_one_of_its_own() -> None:
    event = Facts(REPORT, "KEN", theme="border-control")
    assert wants(event, [], [], [])
    assert wants(event, [REPORT], ["UGA", "KEN"], ["border-control"])
    assert not wants(event, [PRODUCT], [], [])
    assert not wants(event, [], ["UGA"], [])
    assert not wants(Facts(PRODUCT), [], ["UGA"], [])
    assert not wants(Facts(REPORT, "KEN"), [], [], ["border-control"])


REFUSED = [
    "", "example.org", "//example.org", "https:///hook", "http://example.org", "ftp://example.org",
    "javascript:alert(1)", "file:///etc/passwd", "https://user@example.org", "https://:p@example.org",
    "https://example.org/#x", "https://example.org:0/", "https://example.org:99999/",
    "https://exa mple.org", "https://example.org/\r\nHost: x", "https://exam\tple.org",
    "https://example.org\\@127.0.0.1/", "https://münchen.example/", "https://%31%32%37.0.0.1/",
    "https://localhost", "https://localhost.", "https://a.localhost", "https://db.internal",
    "https://printer.local", "https://127.0.0.1", "https://127.1", "https://2130706433",
    "https://0x7f000001", "https://0x7f.1", "https://017700000001", "https://0177.0.0.1",
    "https://0", "https://0.0.0.0", "https://10.0.0.1", "https://172.16.0.1", "https://192.168.1.1",
    "https://169.254.169.254/latest/meta-data", "https://100.64.0.1", "https://192.0.2.1",
    "https://198.18.0.1", "https://224.0.0.1", "https://240.0.0.1", "https://255.255.255.255",
    "https://[::1]", "https://[::]", "https://[fe80::1]", "https://[fe80::1%25eth0]",
    "https://[fc00::1]", "https://[fd00:ec2::254]", "https://[ff02::1]", "https://[2001:db8::1]",
    "https://[::ffff:127.0.0.1]", "https://[::ffff:10.0.0.1]", "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]", "https://[2002:7f00:1::]", "https://[2001:0:4136:e378::]",
    "https://[fec0::1]", "https://[not-an-address]", "https://-example.org", "https://a..b",
    "https://" + "a" * 64 + ".org", "https://example.org/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_hostile_urls_are_refused(url: str) -> None:
    assert url_fault(url, development=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://hooks.example.org:8443/ctc?x=1",
        "https://93.184.215.14/hook",
        "https://[2606:4700::1111]/hook",
        "https://xn--mnchen-3ya.example/",
    ],
)
def test_public_https_urls_are_taken(url: str) -> None:
    assert url_fault(url, development=False) is None


def test_development_also_takes_http_and_loopback_but_no_other_network() -> None:
    for url in ("http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/", "http://a.org"):
        assert url_fault(url, development=True) is None
    for url in ("http://10.0.0.1/", "https://169.254.169.254/", "https://db.internal/"):
        assert url_fault(url, development=True)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_no_private_address_is_reached(address: object) -> None:
    assert address_fault(str(address), development=True)
