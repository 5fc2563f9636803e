"""Due jobs: planned in the transaction that makes them necessary."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.base import Base, new_id
from shared.database.unit_of_work import UnitOfWork

JobHandler = Callable[["DueJob", UnitOfWork], Awaitable[None]]
Jobs = Mapping[str, JobHandler]
"""Each kind of due job, and the one function that does it."""


class DueJob(Base):
    """Something to do on a date; done at most once for its kind and key."""

    __tablename__ = "due_jobs"
    __table_args__ = (
        Index("uq_due_jobs_kind_key", "kind", "key", unique=True),
        Index("ix_due_jobs_pending", "due_on", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    key: Mapped[str]
    due_on: Mapped[date]
    details: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    retry_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    error: Mapped[str | None] = mapped_column(Text)


async def schedule(work: UnitOfWork, kind: str, key: str, due_on: date, **details: object) -> None:
    """Plan a job, or move one that is not yet done to another date.

    One that is done stays done: what recurs takes another key, such as one with its year.
    """
    statement = insert(DueJob).values(
        id=new_id(), kind=kind, key=key, due_on=due_on, details=details
    )
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"],
            set_={
                "due_on": due_on,
                "details": details,
                "attempts": 0,
                "retry_at": func.clock_timestamp(),
                "error": None,
            },
            where=DueJob.done_at.is_(None),
        )
    )


async def cancel(work: UnitOfWork, kind: str, key: str) -> None:
    """Forget a job that is not yet done.

    One that is in hand is not waited for, as it may itself wait for what this transaction has
    changed: a job looks, once it has its record, whether it still has something to do.
    """
    pending = (
        select(DueJob.id)
        .where(DueJob.kind == kind, DueJob.key == key, DueJob.done_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    await work.session.execute(delete(DueJob).where(DueJob.id.in_(pending)))
