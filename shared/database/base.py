"""The declarative base and what every record carries."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Enum, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid6 import uuid7

from shared.errors import PreconditionFailed


def new_id() -> UUID:
    """A time-ordered identifier (UUIDv7)."""
    return UUID(int=uuid7().int)


class Base(DeclarativeBase):
    """All tables; constraints are named so that migrations and errors can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own spelling
        datetime: DateTime(timezone=True),
        date: Date(),
        # By value, as text: a new member needs no migration.
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            length=60,
            values_callable=lambda kind: [member.value for member in kind],
        ),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        list[int]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Record(Base):
    """A versioned record: its version is its ETag, and a lost update is refused."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(nullable=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a directive is a class method
        return {"version_id_col": cls.__table__.c.version}

    def check_version(self, expected: int | None) -> None:
        """Refuse a change that was decided on another version.

        Raises:
            PreconditionFailed: `expected` is given and is not the present version.
        """
        if expected is not None and expected != self.version:
            raise PreconditionFailed(
                f'You read version "{expected}", it is now "{self.version}"; read it again.'
            )
