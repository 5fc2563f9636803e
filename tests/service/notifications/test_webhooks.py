"""Signed deliveries to a real endpoint: filtered, retried, replayed, and never to the wrong one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import GapIdentified, ProductPublished
from services.notifications.events import DeadlineApproaching, DeliveryFailed
from services.visits.events import VisitScheduled
from shared.embedded.stack import Stack
from tests.service.notifications.receiver import Receiver
from tests.service.notifications.webhooks import (
    DAY,
    Person,
    delivery_of,
    gap,
    product,
    subscribe,
)
from tests.support.events import publish, publish_envelopes, read_event
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(90)


async def test_a_delivery_is_signed_and_logged(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    found = gap("KEN")
    (envelope,) = await publish(stack, found)
    received = await receiver.first_about(gap_id=str(found.gap_id))
    assert received.signed_with(subscription["secret"])
    assert received.event == envelope.model_dump(mode="json", exclude_none=True)
    assert received.headers["content-type"].startswith("application/cloudevents+json")
    delivery = await delivery_of(officer, subscription, "delivered")
    assert delivery["id"] == received.id
    assert delivery["event_type"] == GapIdentified.type
    assert [attempt["status"] for attempt in delivery["log"]] == [204]


async def test_filters_and_redelivery(stack: Stack, person: Person, receiver: Receiver) -> None:
    officer = person("cted_officer")
    await subscribe(
        officer,
        receiver.url,
        event_types=[GapIdentified.type],
        member_states=["GHA", "TGO"],
        themes=["border-control"],
    )
    wanted = gap("GHA")
    other = VisitScheduled(
        member_state="GHA", mission_id=uuid4(), kind="comprehensive", starts_on=DAY, ends_on=DAY
    )
    (first, *_) = await publish(
        stack, wanted, gap("GHA", "countering-financing"), gap("BEN"), other
    )
    await publish_envelopes(stack, first)
    last = gap("GHA")
    await publish(stack, last)
    await receiver.first_about(gap_id=str(last.gap_id))
    await receiver.first_about(gap_id=str(wanted.gap_id))
    assert sorted(one.event["data"]["gap_id"] for one in receiver.received) == sorted(
        [str(wanted.gap_id), str(last.gap_id)]
    )


async def test_everyone_receives_what_is_theirs_and_nothing_else(
    stack: Stack, person: Person
) -> None:
    everything = {"open", "secret", "other", "product", "brief", "report", "due"}
    of_the_state = {"open", "secret", "product", "due"}
    who: dict[str, tuple[str, dict[str, str], set[str]]] = {
        "cted": ("cted_officer", {}, everything),
        "committee": ("committee_member", {}, everything),
        "the State": ("member_state", {"member_state": "MLI"}, of_the_state),
        "oct": ("oct", {}, {"open", "other", "product", "report"}),
        "partner": ("partner", {"organisation": "UNODC"}, {"open", "other", "product"}),
        "operator": ("operator", {}, {"open", "other", "product"}),
        "civil society": ("civil_society", {}, {"product"}),
    }
    kinds = [GapIdentified.type, ProductPublished.type, DeadlineApproaching.type]
    receivers = {name: Receiver() for name in who}
    clients = {name: person(role, **claims) for name, (role, claims, _) in who.items()}
    subscribed = {}
    for name, receiver in receivers.items():
        await receiver.come_up()
        subscribed[name] = await subscribe(clients[name], receiver.url, event_types=kinds)
    sent = {"open": gap("MLI"), "secret": gap("MLI", confidential=True), "other": gap("NER")}
    ids = {str(event.gap_id): name for name, event in sent.items()}
    products = {
        "product": product(),
        "brief": product(audience="committee"),
        "report": product(audience="united_nations"),
    }
    ids |= {str(event.product_id): name for name, event in products.items()}
    due = DeadlineApproaching(
        member_state="MLI", deadline_id=uuid4(), duty="consent-answer", due_on=date(2026, 1, 1),
        owed_by="member_state", organisation=None, about_id=uuid4(),
    )  # fmt: skip
    ids[str(due.about_id)] = "due"
    for event in (*sent.values(), due, products["product"], products["report"]):
        await publish(stack, event)
    (narrowest,) = await publish(stack, products["brief"])

    def names(receiver: Receiver) -> list[str]:
        data = [one.event["data"] for one in receiver.received]
        return sorted(ids[d.get("gap_id") or d.get("about_id") or d["product_id"]] for d in data)

    for name, (_, _, expected) in who.items():
        receiver = receivers[name]
        await receiver.until(lambda _, r=receiver, e=expected: e <= set(names(r)))  # type: ignore[misc]
    # An event is planned for all at once, and CTED has received all: nobody has more to come.
    for name, (_, _, expected) in who.items():
        params = {"subscription_id": subscribed[name]["id"]}
        planned = (await clients[name].get("/v1/deliveries", params=params)).json()["items"]
        assert len(planned) == len(expected), name
        assert names(receivers[name]) == sorted(expected), name
        receivers[name].go_down()
    shown = (await clients["operator"].get("/v1/deliveries", params={"limit": "200"})).json()
    assert str(narrowest.id) not in {one["event_id"] for one in shown["items"]}


async def test_what_fails_is_tried_again_with_the_same_id(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    statuses = iter([500, 302, 204])
    receiver.answer = lambda _: next(statuses)
    await publish(stack, gap("KEN"))
    received = await receiver.until(lambda all_: len(all_) == 3)
    assert len({one.id for one in received}) == 1
    assert all(one.signed_with(subscription["secret"]) for one in received)
    delivery = await delivery_of(officer, subscription, "delivered")
    assert [attempt["status"] for attempt in delivery["log"]] == [500, 302, 204]
    assert delivery["log"][0]["response"] == "I say so"


async def test_an_endpoint_that_was_down_gets_what_it_missed(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    receiver.go_down()
    sent = [gap("KEN"), gap("UGA")]
    await publish(stack, *sent)
    pending = await delivery_of(officer, subscription, "pending")
    await eventually(officer, f"/v1/deliveries/{pending['id']}", lambda one: len(one["log"]) >= 1)
    await receiver.come_up()
    for one in sent:
        await receiver.first_about(gap_id=str(one.gap_id))
    assert (
        "ConnectError"
        in (await officer.get(f"/v1/deliveries/{pending['id']}")).json()["log"][0]["error"]
    )


async def test_an_endpoint_that_hangs_holds_up_nobody(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    async with Receiver() as stuck:
        stuck.hanging = True
        hung = await subscribe(officer, stuck.url, event_types=[GapIdentified.type])
        await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
        sent = [gap("KEN") for _ in range(40)]
        await publish(stack, *sent)
        await receiver.until(lambda all_: len(all_) == 40, seconds=10)
        assert stuck.connections <= 12, "few requests at once for each endpoint"
        await eventually(
            officer,
            "/v1/deliveries",
            lambda page: any(
                (one["last_error"] or "").startswith("Timeout") for one in page["items"]
            ),
            subscription_id=hung["id"],
        )


async def test_given_up_deliveries_are_announced_and_their_endpoint_is_paused(
    stack: Stack, person: Person, receiver: Receiver, operator: httpx.AsyncClient
) -> None:
    officer, watcher = person("cted_officer"), person("operator")
    receiver.answer = lambda _: 500
    failing = await subscribe(officer, receiver.url)
    async with Receiver() as watching:
        await subscribe(watcher, watching.url, event_types=[DeliveryFailed.type])
        await publish(stack, gap("KEN"))
        told = await read_event(stack, DeliveryFailed, subscription_id=failing["id"])
        assert told["data"]["error"] == "HTTP 500"
        assert told["data"]["attempts"] > 1
        await watching.first_about(subscription_id=failing["id"])
        params = {"subscription_id": failing["id"]}
        planned = (await officer.get("/v1/deliveries", params=params)).json()["items"]
        assert [one["event_type"] for one in planned] == [GapIdentified.type], "not to itself"
    await publish(stack, gap("KEN"), gap("KEN"))
    paused = await eventually(
        officer, f"/v1/subscriptions/{failing['id']}", lambda one: one["paused"], seconds=40
    )
    assert paused["pause_reason"] == "its deliveries kept failing"
    page = await eventually(
        operator,
        "/v1/messages",
        lambda page: bool(page["items"]),
        event_type=DeliveryFailed.type,
    )
    assert page["items"][0]["about"]["subscription_id"]


async def test_gone_means_no_more(stack: Stack, person: Person, receiver: Receiver) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    receiver.answer = lambda _: 410
    await publish(stack, gap("KEN"))
    gone = await eventually(
        officer, f"/v1/subscriptions/{subscription['id']}", lambda one: one["paused"]
    )
    assert gone["pause_reason"] == "its endpoint answered 410 Gone"
    assert len(receiver.received) == 1


async def test_pausing_and_replaying_since(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(
        officer, receiver.url, event_types=[GapIdentified.type], member_states=["TUV"]
    )
    path = f"/v1/subscriptions/{subscription['id']}"
    before = gap("TUV")
    (envelope,) = await publish(stack, before)
    first = await receiver.first_about(gap_id=str(before.gap_id))

    assert (await officer.patch(path, json={"paused": True})).status_code == 428
    paused = await officer.patch(path, json={"paused": True}, headers={"If-Match": '"1"'})
    assert paused.json()["paused"] is True
    stale = await officer.patch(path, json={"paused": False}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    meanwhile = gap("TUV")
    await publish(stack, meanwhile)
    async with Receiver() as control:
        await subscribe(officer, control.url, event_types=[GapIdentified.type])
        marker = gap("TUV")
        await publish(stack, marker)
        await control.first_about(gap_id=str(marker.gap_id))
    assert len(receiver.received) == 1

    resumed = await officer.patch(
        path, json={"paused": False}, headers={"If-Match": paused.headers["etag"]}
    )
    assert resumed.json()["pause_reason"] is None
    replayed = await officer.post(f"{path}/replays", json={"since": envelope.time.isoformat()})
    assert (replayed.status_code, replayed.json()) == (202, {"deliveries": 3})
    await receiver.until(lambda all_: len(all_) == 4)
    again = receiver.about(gap_id=str(before.gap_id))
    assert [one.id for one in again] == [first.id, first.id]
    assert receiver.about(gap_id=str(meanwhile.gap_id))
    assert receiver.about(gap_id=str(marker.gap_id))


async def test_a_replaced_secret_signs_for_a_day_more(
    stack: Stack,
    person: Person,
    receiver: Receiver,
    pass_days: Callable[[int], Awaitable[None]],
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    path = f"/v1/subscriptions/{subscription['id']}"
    rotated = await officer.post(f"{path}/secret-rotations", headers={"If-Match": '"1"'})
    assert rotated.status_code == 201
    assert (
        await officer.post(f"{path}/secret-rotations", headers={"If-Match": '"1"'})
    ).status_code == 412
    old, new = subscription["secret"], rotated.json()["secret"]
    during, after = gap("KEN"), gap("KEN")
    await publish(stack, during)
    received = await receiver.first_about(gap_id=str(during.gap_id))
    assert received.signed_with(old)
    assert received.signed_with(new)
    await pass_days(2)
    await publish(stack, after)
    received = await receiver.first_about(gap_id=str(after.gap_id))
    assert not received.signed_with(old)
    assert received.signed_with(new)


async def test_a_test_delivery_reaches_its_subscription_alone(
    person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    async with Receiver() as other:
        await subscribe(officer, other.url)
        answer = await officer.post(f"/v1/subscriptions/{subscription['id']}/test-deliveries")
        assert answer.status_code == 201
        received = await receiver.first_about(subscription_id=subscription["id"])
        assert received.id == answer.json()["id"]
        assert received.signed_with(subscription["secret"])
        assert (await officer.get(answer.headers["location"])).json()["id"] == received.id
        assert not other.received


async def test_a_killed_workers_delivery_is_taken_up_again(
    stack: Stack, person: Person, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    receiver.hanging = True
    found = gap("KEN")
    await publish(stack, found)
    async with asyncio.timeout(20):
        while not receiver.connections:  # noqa: ASYNC110 - another process makes the request
            await asyncio.sleep(0.02)
    stack.kill("notifications")
    receiver.hanging = False
    await stack.start_service("notifications")
    await receiver.first_about(gap_id=str(found.gap_id))


async def test_an_operator_does_not_learn_of_confidential_events(
    stack: Stack, person: Person, operator: httpx.AsyncClient, receiver: Receiver
) -> None:
    officer = person("cted_officer")
    subscription = await subscribe(officer, receiver.url, event_types=[GapIdentified.type])
    secret, plain = gap("KEN", confidential=True), gap("KEN")
    await publish(stack, secret, plain)
    hidden = (await receiver.first_about(gap_id=str(secret.gap_id))).id
    shown = (await receiver.first_about(gap_id=str(plain.gap_id))).id
    params = {"subscription_id": subscription["id"]}
    for client, expected in ((officer, {hidden, shown}), (operator, {shown})):
        listed = (await client.get("/v1/deliveries", params=params)).json()["items"]
        assert {one["id"] for one in listed} == expected
    assert (await operator.get(f"/v1/deliveries/{hidden}")).status_code == 404
