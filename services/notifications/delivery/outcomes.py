"""Records what came of attempts, many in one transaction, and gives up what cannot arrive."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlalchemy import insert, text

from services.notifications.delivery.claims import Claim
from services.notifications.delivery.models import Attempt, DeliveryStatus
from services.notifications.delivery.rules import (
    GONE,
    PAUSE_AFTER_GIVE_UPS,
    gives_up,
    hold_for,
    retry_after,
    succeeded,
)
from services.notifications.delivery.sender import Answer
from services.notifications.delivery.settings import DeliverySettings
from services.notifications.events import DeliveryFailed
from shared.database import UnitOfWork, new_id

_attempts_total = Counter("ctc_webhook_attempts_total", "Webhook requests by outcome", ["outcome"])
_attempt_seconds = Histogram("ctc_webhook_attempt_seconds", "Time of a webhook request")

_FINISH = text("""
    UPDATE deliveries d
    SET status = o.status, leased_until = NULL, last_status = o.last_status,
        last_error = o.last_error,
        finished_at = CASE WHEN o.status = 'pending' THEN NULL ELSE now() END,
        next_attempt_at = now() + o.wait
    FROM (
        SELECT unnest(CAST(:ids AS uuid[])) AS id,
               unnest(CAST(:leases AS timestamptz[])) AS leased_until,
               unnest(CAST(:statuses AS text[])) AS status,
               unnest(CAST(:last_statuses AS integer[])) AS last_status,
               unnest(CAST(:last_errors AS text[])) AS last_error,
               unnest(CAST(:waits AS interval[])) AS wait
    ) AS o
    WHERE d.id = o.id AND d.leased_until = o.leased_until
    RETURNING d.id
""")
_ENDPOINTS_ANSWERED = text("""
    UPDATE subscriptions SET failures = 0, give_ups = 0, held_until = NULL
    WHERE id = ANY (CAST(:ids AS uuid[])) AND (failures > 0 OR give_ups > 0)
""")
_ENDPOINT_FAILED = text("""
    UPDATE subscriptions
    SET failures = failures + :failures, held_until = now() + CAST(:hold AS interval)
    WHERE id = :id
""")
_ENDPOINT_GIVEN_UP = text("""
    UPDATE subscriptions
    SET give_ups = give_ups + :given_up,
        paused = paused OR :gone OR give_ups + :given_up >= :pause_after,
        pause_reason = CASE
            WHEN paused THEN pause_reason
            WHEN :gone THEN 'its endpoint answered 410 Gone'
            WHEN give_ups + :given_up >= :pause_after THEN 'its deliveries kept failing'
        END,
        version = version + 1
    WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one claim; no answer where the event was withheld at the last moment."""

    claim: Claim
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: Outcome
    status: DeliveryStatus
    wait: timedelta
    error: str | None


async def record(work: UnitOfWork, outcomes: Sequence[Outcome], settings: DeliverySettings) -> None:
    """Write outcomes, attempts and the endpoints' health; the caller commits.

    A claim whose lease has passed to another worker meanwhile is left to that one.
    """
    verdicts = [_judge(outcome, settings) for outcome in outcomes]
    finished = await work.session.scalars(
        _FINISH,
        {
            "ids": [verdict.outcome.claim.id for verdict in verdicts],
            "leases": [verdict.outcome.claim.leased_until for verdict in verdicts],
            "statuses": [verdict.status.value for verdict in verdicts],
            "last_statuses": [_http_status(verdict.outcome) for verdict in verdicts],
            "last_errors": [verdict.error for verdict in verdicts],
            "waits": [verdict.wait for verdict in verdicts],
        },
    )
    ours = set(finished)
    mine = [verdict for verdict in verdicts if verdict.outcome.claim.id in ours]
    await _log(work, mine)
    await _note_health(work, mine, settings)
    for verdict in mine:
        claim = verdict.outcome.claim
        # Of a failure to tell of a failure nobody is told, or two dead endpoints feed each other.
        if verdict.status is DeliveryStatus.FAILED and claim.event.type != DeliveryFailed.type:
            work.publish(
                DeliveryFailed(
                    delivery_id=claim.id,
                    subscription_id=claim.subscriber.id,
                    attempts=claim.attempt,
                    error=verdict.error or "",
                )
            )


def _judge(outcome: Outcome, settings: DeliverySettings) -> _Verdict:
    claim, answer = outcome.claim, outcome.answer
    if answer is None:
        return _Verdict(outcome, DeliveryStatus.WITHHELD, timedelta(0), None)
    _attempt_seconds.observe(answer.milliseconds / 1000)
    if succeeded(answer.status):
        _attempts_total.labels("delivered").inc()
        return _Verdict(outcome, DeliveryStatus.DELIVERED, timedelta(0), None)
    _attempts_total.labels("failed").inc()
    error = answer.error or f"HTTP {answer.status}"
    wait = retry_after(claim.attempt, settings.first_retry, settings.longest_retry, random.random())
    hopeless = answer.status == GONE or gives_up(
        claim.planned_at, claim.claimed_at + wait, settings.give_up_after
    )
    return _Verdict(
        outcome, DeliveryStatus.FAILED if hopeless else DeliveryStatus.PENDING, wait, error
    )


def _http_status(outcome: Outcome) -> int | None:
    return outcome.answer.status if outcome.answer else None


async def _log(work: UnitOfWork, verdicts: Sequence[_Verdict]) -> None:
    rows = [
        {
            "id": new_id(),
            "delivery_id": verdict.outcome.claim.id,
            "attempted_at": verdict.outcome.claim.claimed_at,
            "status": answer.status,
            "error": answer.error,
            "response": answer.response,
            "milliseconds": answer.milliseconds,
        }
        for verdict in verdicts
        if (answer := verdict.outcome.answer) is not None
    ]
    if rows:
        await work.session.execute(insert(Attempt), rows)


async def _note_health(
    work: UnitOfWork, verdicts: Sequence[_Verdict], settings: DeliverySettings
) -> None:
    answered: set[UUID] = set()
    failed: dict[UUID, list[_Verdict]] = defaultdict(list)
    for verdict in verdicts:
        endpoint = verdict.outcome.claim.subscriber.id
        if verdict.status is DeliveryStatus.DELIVERED:
            answered.add(endpoint)
        elif verdict.status is not DeliveryStatus.WITHHELD:
            failed[endpoint].append(verdict)
    if answered:
        await work.session.execute(_ENDPOINTS_ANSWERED, {"ids": sorted(answered)})
    for endpoint in sorted(failed.keys() - answered):
        await _note_failure(work, endpoint, failed[endpoint], settings)


async def _note_failure(
    work: UnitOfWork, endpoint: UUID, verdicts: Sequence[_Verdict], settings: DeliverySettings
) -> None:
    failures = verdicts[0].outcome.claim.endpoint_failures + len(verdicts)
    parameters: dict[str, Any] = {
        "id": endpoint,
        "failures": len(verdicts),
        "hold": hold_for(failures, settings.first_retry),
    }
    await work.session.execute(_ENDPOINT_FAILED, parameters)
    given_up = sum(verdict.status is DeliveryStatus.FAILED for verdict in verdicts)
    if given_up:
        gone = any(_http_status(verdict.outcome) == GONE for verdict in verdicts)
        await work.session.execute(
            _ENDPOINT_GIVEN_UP,
            {
                "id": endpoint,
                "given_up": given_up,
                "gone": gone,
                "pause_after": PAUSE_AFTER_GIVE_UPS,
            },
        )
