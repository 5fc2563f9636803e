"""Step 6: each party is told, deadlines are kept, webhooks are delivered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.embedded.walk.assessing import CONFIDENTIAL
from shared.embedded.walk.assisting import Helped
from shared.embedded.walk.visiting import Visited
from shared.embedded.walk.webhook_receiver import WebhookReceiver
from shared.embedded.walk.world import WalkFailedError, World

_OCT, _STATE = "oct", "state"


@asynccontextmanager
async def registered_webhooks(world: World) -> AsyncIterator[WebhookReceiver]:
    """OCT and a State's focal point register an endpoint each, for as long as the walk lasts."""
    world.narrator.chapter("Notifications: two webhooks are registered")
    async with WebhookReceiver().listening() as receiver:
        subscriptions = []
        oct_user = world.api("notifications", "oct")
        focal_point = world.api("notifications", "member_state", member_state=CONFIDENTIAL)
        for name, api in ((_OCT, oct_user), (_STATE, focal_point)):
            subscription = await api.post("/v1/subscriptions", {"url": f"{receiver.url}/{name}"})
            receiver.inbox(name).secret = subscription["secret"]
            subscriptions.append((api, subscription["id"]))
        world.narrator.tell(f"OCT and {CONFIDENTIAL} will be sent signed deliveries")
        try:
            yield receiver
        finally:
            for api, subscription_id in subscriptions:
                await api.delete(f"/v1/subscriptions/{subscription_id}")


async def everyone_was_told(
    world: World, webhooks: WebhookReceiver, visited: Visited, helped: Helped
) -> None:
    """Check inboxes, deadlines and deliveries, and invite the visited State's officials (¶8)."""
    world.narrator.chapter("Notifications (¶8, ¶23): each party was told")
    await _invite(world, visited)
    told = await _inboxes(world, visited, helped)
    world.narrator.tell("Told in their inboxes: " + ", ".join(f"{k} {n}" for k, n in told.items()))
    await _deadlines(world)
    await _deliveries(world, webhooks)


async def _invite(world: World, visited: Visited) -> None:
    chair = world.api("notifications", "committee_chair")
    held_on = await world.today() + timedelta(days=30)
    meeting = await chair.post(
        "/v1/meetings",
        {"title": "Follow-up of visits", "held_on": held_on.isoformat(), "kind": "plenary"},
    )
    requested = await world.api("visits", "cted_officer").post(
        "/v1/invitation-requests",
        {
            "member_state": visited.member_state,
            "meeting_id": meeting["id"],
            "officials": ["Minister of Justice"],
            "reason": "To tell of the steps taken (illustrative).",
        },
    )
    issued = await world.expect(
        "notifications.invitation-issued", invitation_request_id=requested["id"]
    )
    focal_point = world.api("notifications", "member_state", member_state=visited.member_state)
    await focal_point.post(
        f"/v1/invitations/{issued['data']['invitation_id']}/answer",
        {"attends": True, "delegates": ["A. Minister"]},
    )
    await world.api("visits", "committee_chair").until(
        "The answer shows where the invitation was asked for",
        f"/v1/invitation-requests/{requested['id']}",
        lambda body: body["status"] == "accepted",
    )
    world.narrator.tell(
        f"Senior officials of {visited.member_state} are invited to a plenary and accept (¶8)"
    )


async def _inboxes(world: World, visited: Visited, helped: Helped) -> dict[str, int]:
    state = {"member_state": visited.member_state}
    partner = {"organisation": helped.provider}
    expected = [
        (visited.member_state, "member_state", state, "visits.follow-up-due"),
        ("the Committee", "committee_member", {}, "visits.report-submitted"),
        ("OCT", "oct", {}, "visits.report-submitted"),
        ("CTED", "cted_officer", {}, "visits.follow-up-reported"),
    ]
    if helped.provider != "OCT":
        expected.append((helped.provider, "partner", partner, "assistance.match-proposed"))
    told: dict[str, int] = {}
    for name, role, claims, event in expected:
        api = world.api("notifications", role, **claims)
        await api.until(
            f"{name} is told of {event}",
            "/v1/messages",
            lambda page: bool(page["items"]),
            event_type=f"org.un.ctc.{event}.v1",
        )
        told[name] = len(await api.all_items("/v1/messages"))
    return told


async def _deadlines(world: World) -> None:
    officer = world.api("notifications", "cted_officer")
    deadlines = await officer.all_items("/v1/deadlines")
    by_status: dict[str, int] = {}
    for deadline in deadlines:
        by_status[deadline["status"]] = by_status.get(deadline["status"], 0) + 1
    if not {"met", "missed"} <= set(by_status):
        raise WalkFailedError(f"Deadlines were to be met and missed; they are {by_status}")
    world.narrator.tell(
        "Deadlines scheduled from events: " + ", ".join(f"{n} {k}" for k, n in by_status.items())
    )
    world.facts["Deadlines"] = ", ".join(f"{n} {k}" for k, n in by_status.items())


async def _deliveries(world: World, webhooks: WebhookReceiver) -> None:
    try:
        async with asyncio.timeout(world.patience_seconds):
            await webhooks.wait_for(_OCT, "org.un.ctc.visits.follow-up-reported.v1")
            await webhooks.wait_for(_OCT, "org.un.ctc.notifications.deadline-missed.v1")
            await webhooks.wait_for(_STATE, "org.un.ctc.assessment.recommendation-issued.v1")
    except TimeoutError:
        raise WalkFailedError("A webhook was not delivered in time") from None
    of_oct, of_state = webhooks.inbox(_OCT), webhooks.inbox(_STATE)
    leaked = [e["type"] for e in of_oct.events.values() if e["subject"] == CONFIDENTIAL]
    strange = {e["subject"] for e in of_state.events.values()} - {CONFIDENTIAL, "programme"}
    if leaked or strange or of_oct.refused or of_state.refused:
        raise WalkFailedError(
            f"Delivered to the wrong party: to OCT {leaked}, to {CONFIDENTIAL} about {strange}; "
            f"wrongly signed: {of_oct.refused + of_state.refused}"
        )
    counts = f"{len(of_oct.events)} to OCT, {len(of_state.events)} to {CONFIDENTIAL}"
    world.narrator.tell(
        f"Webhooks delivered, every signature verified: {counts}; nothing confidential to OCT"
    )
    world.facts["Webhook deliveries"] = f"{counts}, all signatures verified"
