"""What an error of the database means: try again later, or the value can never be stored."""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

# Connection lost, wrong credentials, read-only standby, serialization or deadlock, no resources,
# lock not available, the operator stopped the server.
_AWAY = ("08", "28", "40", "53", "3D", "57P", "25006", "55P03")


def is_transient(error: BaseException) -> bool:
    """Whether trying again later can help: the database is away, or two changes met."""
    if isinstance(error, (StaleDataError, PoolTimeoutError, OSError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
        return error.connection_invalidated or _sqlstate(error).startswith(_AWAY)
    return False


def is_unstorable(error: BaseException) -> bool:
    """Whether a value of the input is one that no column takes: NUL, too large, out of range."""
    return isinstance(error, DBAPIError) and _sqlstate(error).startswith("22")


def storable(text: str, limit: int = 4000) -> str:
    """`text` as PostgreSQL takes it, cut to `limit`: without NUL and lone surrogates."""
    return text[:limit].encode(errors="replace").decode().replace("\x00", "\ufffd")


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
