"""Removes files whose record was never committed, or was removed just before a crash."""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.assessment.evidence.models import OBJECTS, Evidence
from shared.errors import Unavailable
from shared.objects import ObjectStore

log = structlog.get_logger(__name__)
_EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 60.0
_KEPT = timedelta(days=1)
"""Far longer than a request takes from storing its file to committing its record."""


async def sweep(app: FastAPI) -> None:
    """Sweep from time to time until cancelled; replicas may do so at once."""
    while True:
        try:
            await _remove_orphans(app.state.sessions, app.state.objects)
            await asyncio.sleep(_EVERY_SECONDS)
        except Exception as error:
            log.warning("evidence-sweep-retries", error=repr(error))
            await asyncio.sleep(_RETRY_SECONDS)


async def forget(objects: ObjectStore, key: str) -> None:
    """Remove a file whose record is gone; where that fails, a later sweep does."""
    try:
        await objects.delete(key)
    except Unavailable:
        log.warning("evidence-left-to-the-sweep", key=key)


def _id_of(key: str) -> UUID | None:
    """The record's id; what is no file of ours is left alone."""
    try:
        return UUID(key.removeprefix(f"{OBJECTS}/"))
    except ValueError:
        return None


async def _remove_orphans(sessions: async_sessionmaker[AsyncSession], objects: ObjectStore) -> None:
    """Remove, once, what is old enough and has no record."""
    async with sessions() as session:
        # The database's clock: the injected one may be a year ahead of the files.
        now = (await session.scalars(select(func.now()))).one()
    async for keys in objects.stored_before(OBJECTS, now - _KEPT):
        stored = {found: key for key in keys if (found := _id_of(key)) is not None}
        async with sessions() as session:
            recorded = await session.scalars(select(Evidence.id).where(Evidence.id.in_(stored)))
        for orphan in stored.keys() - set(recorded):
            await objects.delete(stored[orphan])
            log.info("evidence-orphan-removed", key=stored[orphan])
