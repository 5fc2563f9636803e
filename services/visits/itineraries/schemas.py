"""Requests and responses about itineraries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    StringConstraints,
)

from services.visits.itineraries.models import ItineraryItem, ItineraryItemKind, ItineraryItemStatus
from services.visits.itineraries.rules import Flag, FlagKind
from shared.database import ListQuery

_known_zones = cache(available_timezones)


def _known_zone(name: str) -> str:
    if name not in _known_zones():
        raise ValueError("give a name of the IANA time zone database, such as Africa/Nairobi")
    return name


def _to_the_minute(local: datetime) -> datetime:
    if local.second or local.microsecond:
        raise ValueError("give it to the minute, such as 2020-05-04T09:30")
    return local


ZoneName = Annotated[str, AfterValidator(_known_zone), Field(examples=["Africa/Nairobi"])]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Notes = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Participants = Annotated[
    list[UUID],
    Field(max_length=50, description="`officer_id` of members of the team; nobody is everybody"),
]
Hosts = Annotated[list[Name], Field(max_length=50)]
ConsultationId = Annotated[
    UUID | None,
    Field(description="What the State asked for; needed for a consultation, at its behest (¶7)"),
]


class LocalTime(BaseModel):
    """A time as the clocks of a place show it."""

    model_config = ConfigDict(extra="forbid")

    local: Annotated[
        NaiveDatetime,
        AfterValidator(_to_the_minute),
        Field(
            ge=datetime(1945, 1, 1),  # noqa: DTZ001 - of a place's clocks
            le=datetime(2999, 12, 30),  # noqa: DTZ001
            examples=["2020-05-04T09:30"],
        ),
    ]
    time_zone: ZoneName
    occurrence: Literal["first", "second"] | None = Field(
        None, description="Which of the two, where clocks are put back and show a time twice"
    )


class ItineraryItemCreate(BaseModel):
    """An item to put on the programme."""

    model_config = ConfigDict(extra="forbid")

    kind: ItineraryItemKind
    title: Name
    location: Place = ""
    starts_at: LocalTime
    ends_at: LocalTime
    participants: Participants = []
    hosts: Hosts = []
    notes: Notes = ""
    confidential: bool = Field(default=False, description="At the State's request (¶23)")
    consultation_id: ConsultationId = None


class ItineraryItemUpdate(BaseModel):
    """What changes of an item; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    kind: ItineraryItemKind | None = None
    title: Name | None = None
    location: Place | None = None
    starts_at: LocalTime | None = None
    ends_at: LocalTime | None = None
    participants: Participants | None = None
    hosts: Hosts | None = None
    notes: Notes | None = None
    confidential: bool | None = None
    consultation_id: ConsultationId = None


class ZonedTime(BaseModel):
    """A local time, its zone, and the instant that they mean."""

    local: datetime
    time_zone: str
    instant: datetime = Field(description="UTC")


class ParticipantRead(BaseModel):
    """Somebody who takes part."""

    officer_id: UUID
    name: str

    def __str__(self) -> str:
        """As one line, for a cell of a table."""
        return self.name


class ItineraryFlagRead(BaseModel):
    """Something to look at again; none of it stops the programme."""

    kind: FlagKind
    officer_id: UUID | None = Field(description="Whom it is about, where it is about one")
    name: str | None
    item_id: UUID | None = Field(description="The other item of an overlap")

    def __str__(self) -> str:
        """As one line, for a cell of a table."""
        return " ".join(str(part) for part in (self.kind, self.name, self.item_id) if part)


class ItineraryItemRead(BaseModel):
    """An item of the programme."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    mission_id: UUID
    member_state: str
    status: ItineraryItemStatus
    kind: ItineraryItemKind
    title: str
    location: str
    starts_at: ZonedTime
    ends_at: ZonedTime
    participants: list[ParticipantRead]
    hosts: list[str]
    notes: str
    confidential: bool
    consultation_id: UUID | None
    flags: list[ItineraryFlagRead]

    @classmethod
    def of(cls, item: ItineraryItem, flags: Sequence[Flag], names: Mapping[str, str]) -> Self:
        """The item, with what is to be looked at again and the names of whom it speaks of."""
        return cls(
            **{name: getattr(item, name) for name in _AS_KEPT},
            starts_at=ZonedTime(
                local=item.starts_local, time_zone=item.starts_zone, instant=item.starts_at
            ),
            ends_at=ZonedTime(
                local=item.ends_local, time_zone=item.ends_zone, instant=item.ends_at
            ),
            participants=[
                ParticipantRead(officer_id=UUID(key), name=names[key]) for key in item.participants
            ],
            flags=[
                ItineraryFlagRead(
                    kind=flag.kind,
                    officer_id=flag.person and UUID(flag.person),
                    name=flag.person and names[flag.person],
                    item_id=flag.item,
                )
                for flag in flags
            ],
        )


_AS_KEPT = ItineraryItemRead.model_fields.keys() - {
    "starts_at",
    "ends_at",
    "participants",
    "flags",
}


class ItineraryQuery(ListQuery):
    """Filters of the programme, which is in its own order."""

    status: ItineraryItemStatus = ItineraryItemStatus.PLANNED
    kind: ItineraryItemKind | None = None
    officer_id: UUID | None = Field(None, description="Who takes part, named or with all the team")
    sort: Literal["starts_at", "-starts_at"] = "starts_at"
