"""What could not be consumed: kept, published on the dead-letter topic, and replayable."""

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Text, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.base import Record, new_id
from shared.database.failures import is_transient, storable
from shared.database.unit_of_work import UnitOfWork
from shared.errors import IllegalTransition, Invalid
from shared.events.envelope import Envelope
from shared.events.inbox import Subscriptions, handle_once
from shared.events.outbox import store_envelopes
from shared.events.topics import dead_letter_topic_of
from shared.telemetry import handling

_TOLD_CHARACTERS = 100_000  # of the payload, on the topic; the letter keeps all of it


class DeadLetterStatus(StrEnum):
    """What became of a dead letter."""

    DEAD = "dead"
    REPLAYED = "replayed"


class DeadLetter(Record):
    """A message that this service could not consume, with the reason."""

    __tablename__ = "dead_letters"

    fingerprint: Mapped[str] = mapped_column(unique=True)
    topic: Mapped[str]
    lane: Mapped[int]
    kafka_offset: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str | None]
    event_id: Mapped[UUID | None]
    event_type: Mapped[str | None]
    payload: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    status: Mapped[DeadLetterStatus] = mapped_column(index=True)
    failed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


async def bury(
    work: UnitOfWork,
    *,
    topic: str,
    lane: int,
    offset: int,
    key: str | None,
    payload: bytes,
    envelope: Envelope | None,
    error: Exception,
    attempts: int,
) -> None:
    """Keep the message and announce it on the service's dead-letter topic, once, in `work`."""
    # Whatever a stranger sent must be storable and pass the broker, or it would stop its lane.
    text = storable(payload.decode("utf-8", errors="replace"), len(payload))
    reason = storable(f"{type(error).__name__}: {error}")
    key = storable(key, 200) if key else None
    place = f"{topic} {key} ".encode()
    now = work.clock.now()
    new = await work.session.execute(
        insert(DeadLetter)
        .values(
            id=new_id(),
            version=1,
            created_at=now,
            updated_at=now,
            fingerprint=hashlib.sha256(place + payload).hexdigest(),
            topic=topic,
            lane=lane,
            kafka_offset=offset,
            key=key,
            event_id=envelope.id if envelope else None,
            event_type=envelope.type if envelope else None,
            payload=text,
            error=reason,
            attempts=attempts,
            status=DeadLetterStatus.DEAD,
        )
        .on_conflict_do_nothing(index_elements=["fingerprint"])
        .returning(DeadLetter.id)
    )
    letter_id = new.scalar()
    if letter_id is None:
        return
    notice = Envelope(
        id=letter_id,
        source=f"/ctc/{work.service}",
        type=f"org.un.ctc.{work.service}.dead-letter.v1",
        subject=key or "unknown",
        time=now,
        data={
            "topic": topic,
            "partition": lane,
            "offset": offset,
            "error": reason,
            "payload": text[:_TOLD_CHARACTERS],
        },
    )
    await store_envelopes(work.session, dead_letter_topic_of(work.service), [notice])


async def replay(letter: DeadLetter, subscriptions: Subscriptions, work: UnitOfWork) -> DeadLetter:
    """Carry out the letter's effect now; the caller commits.

    Raises:
        IllegalTransition: it was replayed before.
        Invalid: it still cannot be consumed; the detail says why.
    """
    if letter.status != DeadLetterStatus.DEAD:
        raise IllegalTransition("dead letter", letter.status, DeadLetterStatus.REPLAYED, [])
    try:
        envelope = Envelope.model_validate_json(letter.payload)
        # In the cause's own trace, so that what follows from it is still joined to it.
        with handling(envelope.type, envelope.correlationid, envelope.traceparent):
            await handle_once(envelope, subscriptions, work)
            await work.store_events()
    except Exception as error:  # whatever the handler raises is the answer to the operator
        if is_transient(error):
            raise
        raise Invalid(f"Still not consumable: {type(error).__name__}: {error}") from error
    letter.status = DeadLetterStatus.REPLAYED
    await work.save(letter)
    return letter
