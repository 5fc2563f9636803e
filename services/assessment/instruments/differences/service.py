"""Finds the two instruments and compares them."""

import asyncio
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.instruments import service
from services.assessment.instruments.differences.rules import differences
from services.assessment.instruments.differences.schemas import InstrumentDifferences
from services.assessment.instruments.models import Instrument, InstrumentStatus
from services.assessment.instruments.schemas import sections_of
from shared.auth import Caller
from shared.errors import Invalid, NotFound


async def compare(
    session: AsyncSession, caller: Caller, instrument_id: UUID, earlier_id: UUID | None
) -> InstrumentDifferences:
    """What changed from the earlier instrument, or from the previous edition, to this one."""
    after = await service.read(session, caller, instrument_id)
    if earlier_id is None:
        before = await _previous_edition(session, after)
    else:
        try:
            before = await service.read(session, caller, earlier_id)
        except NotFound as error:
            raise Invalid.of_field(
                "query.from", "No such instrument; see /v1/instruments."
            ) from error
    return await asyncio.to_thread(_compared, before, after)


async def _previous_edition(session: AsyncSession, instrument: Instrument) -> Instrument:
    """The last edition before this one; before a draft, the last of all."""
    statement = select(Instrument).where(
        Instrument.code == instrument.code, Instrument.status == InstrumentStatus.PUBLISHED
    )
    if instrument.edition is not None:
        statement = statement.where(Instrument.edition < instrument.edition)
    before = await session.scalar(statement.order_by(Instrument.edition.desc()).limit(1))
    if before is None:
        raise Invalid.of_field(
            "query.from", f"{instrument.code} has no earlier edition; name what to compare with."
        )
    return before


def _compared(before: Instrument, after: Instrument) -> InstrumentDifferences:
    found = differences(sections_of(before), sections_of(after))
    return InstrumentDifferences.model_validate(
        {
            "before": before,
            "after": after,
            "added": found.added,
            "dropped": found.dropped,
            "changed": found.changed,
            "coverage": found.coverage,
        },
        from_attributes=True,
    )
