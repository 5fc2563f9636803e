"""Requests and responses about officers."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.visits.missions.organisations import CTED, Organisation
from services.visits.officers.languages import Language
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode
from shared.texts import Reason


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Nationalities = Annotated[list[Alpha3], Field(min_length=1, max_length=10), AfterValidator(_once)]
Languages = Annotated[list[Language], Field(max_length=50), AfterValidator(_once)]
Expertise = Annotated[list[ThemeCode], Field(max_length=50), AfterValidator(_once)]
Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255),
    Field(description="`sub` of the officer's tokens, by which the officer is recognised"),
]


class Absence(BaseModel):
    """Days, first and last included, on which an officer cannot travel; nobody is told why."""

    model_config = ConfigDict(extra="forbid")

    starts_on: PlannedDay
    ends_on: PlannedDay

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on is before the first day, {self.starts_on}")
        return self


OffDuty = Annotated[list[Absence], Field(max_length=200)]


class OfficerCreate(BaseModel):
    """An officer or expert to enter in the register."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    organisation: Organisation = CTED
    subject: Subject | None = None
    nationalities: Nationalities
    languages: Languages = []
    expertise: Expertise = []
    off_duty: OffDuty = []
    active: bool = True


class OfficerUpdate(BaseModel):
    """What changes of an entry; what is left out stays, and null empties the subject."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    organisation: Organisation | None = None
    subject: Subject | None = None
    nationalities: Nationalities | None = None
    languages: Languages | None = None
    expertise: Expertise | None = None
    off_duty: OffDuty | None = None
    active: bool | None = None


class OfficerRead(BaseModel):
    """An officer or expert."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    name: str
    organisation: str
    subject: str | None
    nationalities: list[str]
    languages: list[str]
    expertise: list[str]
    off_duty: list[Absence]
    active: bool


class OfficerQuery(ListQuery):
    """Filters and sort of the register."""

    organisation: Organisation | None = None
    active: bool | None = None
    expertise: ThemeCode | None = None
    language: Language | None = Field(None, description="`fr` finds `fr-CA` as well")
    may_assess: Alpha3 | None = Field(
        None, description="Neither a national of this State nor in conflict with it (¶4)"
    )
    available_from: date | None = Field(
        None, description="Active, on duty and on no visit, from this day until available_until"
    )
    available_until: date | None = None
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name"

    @model_validator(mode="after")
    def _of_days_in_order(self) -> Self:
        first, last = self.available_from, self.available_until
        if (first is None) != (last is None):
            raise ValueError("give both available_from and available_until, or neither")
        if first and last and last < first:
            raise ValueError(f"available_until is before the first day, {first}")
        return self


class ConflictCreate(BaseModel):
    """A State that an officer is not to assess, and why (¶4)."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    reason: Reason


class ConflictRead(BaseModel):
    """A conflict of interest that was declared."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    officer_id: UUID
    member_state: str
    reason: str
    declared_on: date
    declared_by: str
    ended_on: date | None
    ended_by: str | None


class ConflictQuery(ListQuery):
    """Filters and sort of the conflicts that an officer declared."""

    member_state: Alpha3 | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"
