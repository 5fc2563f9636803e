"""The Alembic environment that every service's `migrations/env.py` runs."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

import shared.events.consumer
import shared.events.dead_letters
import shared.events.outbox
import shared.reference.models
import shared.scheduling.jobs  # noqa: F401 - the backbone's tables are in every database
from shared.database.base import Base
from shared.database.idempotency import IdempotentRequest  # noqa: F401

_ONE_MIGRATION_AT_A_TIME = 0x637463  # an advisory lock: replicas start together


def run_migrations() -> None:
    """Apply the revisions, with one replica at a time at work."""
    asyncio.run(_run(str(context.config.attributes["database_url"])))


async def _run(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_MIGRATION_AT_A_TIME}
        )
        await connection.run_sync(_migrate)
    await engine.dispose()


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=False
    )
    with context.begin_transaction():
        context.run_migrations()
