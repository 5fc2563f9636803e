"""PostgreSQL: sessions, one transaction a request, versions, idempotency, lists."""

from shared.database.base import Base, Record, new_id
from shared.database.confidentiality import StateRecord, read_visible, visible_to
from shared.database.locks import take_turn
from shared.database.pagination import (
    MOST_RECORDS,
    HistoryQuery,
    ListQuery,
    Page,
    RecordPage,
    matching,
    paginate,
)
from shared.database.reading import read_one
from shared.database.routing import (
    OptionalVersion,
    ReadSession,
    RequiredVersion,
    SnapshotSession,
    Today,
    TransactionalRoute,
    UnrepeatedSession,
    WriteSession,
    created,
    set_etag,
)
from shared.database.unit_of_work import UnitOfWork

__all__ = [
    "MOST_RECORDS",
    "Base",
    "HistoryQuery",
    "ListQuery",
    "OptionalVersion",
    "Page",
    "ReadSession",
    "Record",
    "RecordPage",
    "RequiredVersion",
    "SnapshotSession",
    "StateRecord",
    "Today",
    "TransactionalRoute",
    "UnitOfWork",
    "UnrepeatedSession",
    "WriteSession",
    "created",
    "matching",
    "new_id",
    "paginate",
    "read_one",
    "read_visible",
    "set_etag",
    "take_turn",
    "visible_to",
]
