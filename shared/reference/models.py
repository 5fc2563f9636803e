"""The reference data as tables, one copy in each service's database."""

from sqlalchemy.orm import Mapped, mapped_column

from shared.database.base import Base


class ReferenceMemberState(Base):
    """A Member State."""

    __tablename__ = "reference_member_states"

    alpha3: Mapped[str] = mapped_column(primary_key=True)
    alpha2: Mapped[str] = mapped_column(unique=True)
    m49: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(index=True)
    subregion: Mapped[str] = mapped_column(index=True)
    intermediate_region: Mapped[str | None]
    least_developed: Mapped[bool]


class ReferenceResolution(Base):
    """A resolution."""

    __tablename__ = "reference_resolutions"

    symbol: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    number: Mapped[int]
    year: Mapped[int]
    subject: Mapped[str]
    in_programme_list: Mapped[bool]


class ReferenceTheme(Base):
    """A thematic area."""

    __tablename__ = "reference_themes"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    resolutions: Mapped[list[int]]
