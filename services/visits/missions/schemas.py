"""Requests and responses about missions."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.missions.models import (
    ItemStatus,
    MissionKind,
    MissionStatus,
    Modality,
    ParticipationStatus,
    TeamRole,
)
from services.visits.missions.organisations import Organisation
from services.visits.missions.template import Anchor
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode
from shared.texts import Reason

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_FOR_PARTIES = "told to CTED, the Committee and the State alone"
_FOR_CTED = "told to CTED and the Committee alone"


class TeamMember(BaseModel):
    """An officer of the register who goes, and what for."""

    model_config = ConfigDict(extra="forbid")

    officer_id: UUID
    role: TeamRole


class Participation(BaseModel):
    """An organisation that takes part, or was asked to; its experts are on the team."""

    model_config = ConfigDict(extra="forbid")

    organisation: Organisation
    status: ParticipationStatus = ParticipationStatus.INVITED
    contact: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""


Team = Annotated[
    list[TeamMember], Field(min_length=1, max_length=50, description="One of its members leads")
]
Organisations = Annotated[list[Participation], Field(max_length=50)]
Resolutions = Annotated[list[ResolutionNumber], Field(min_length=1, max_length=50)]
Themes = Annotated[list[ThemeCode], Field(max_length=50)]


class MissionCreate(BaseModel):
    """A visit to schedule; the State is that of the consent."""

    model_config = ConfigDict(extra="forbid")

    consent_id: UUID
    kind: MissionKind
    modality: Modality = Modality.ON_SITE
    follows_mission_id: UUID | None = Field(
        None, description="The completed visit that a focused or targeted one follows up on (¶7)"
    )
    starts_on: PlannedDay
    ends_on: PlannedDay
    resolutions: Resolutions
    themes: Themes = []
    team: Team
    organisations: Organisations = []


class MissionUpdate(BaseModel):
    """What changes of a scheduled visit; what is left out stays, and a list is given whole."""

    model_config = ConfigDict(extra="forbid")

    modality: Modality | None = None
    starts_on: PlannedDay | None = None
    ends_on: PlannedDay | None = None
    reason: Reason | None = Field(None, description="Why its dates change; kept with those before")
    resolutions: Resolutions | None = None
    themes: Themes | None = None
    team: Team | None = None
    organisations: Organisations | None = None


class Cancellation(BaseModel):
    """Why a visit will not take place."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class FormerDates(BaseModel):
    """The days that a visit was to take place before, and why they changed."""

    starts_on: date
    ends_on: date
    reason: str
    changed_on: date

    def __str__(self) -> str:
        """As one line, for a cell of a table."""
        return f"{self.starts_on} to {self.ends_on}: {self.reason}"


class ParticipationRead(BaseModel):
    """An organisation that takes part, or was asked to."""

    organisation: str
    status: ParticipationStatus
    contact: str | None = Field(description=_FOR_CTED)

    def __str__(self) -> str:
        """As one line, for a cell of a table."""
        return f"{self.organisation} ({self.status})"


class MemberRead(BaseModel):
    """Somebody on the team."""

    model_config = ConfigDict(from_attributes=True)

    officer_id: UUID
    name: str
    organisation: str
    role: TeamRole


class OtherVisitClash(BaseModel):
    """Another body's visit to the same State on these days, or within 14 of them (¶14)."""

    other_visit_id: UUID
    body: str
    purpose: str
    contact: str
    starts_on: date
    ends_on: date
    days_apart: int = Field(description="0 where they overlap")


class TeamClash(BaseModel):
    """Why a member of the team may not be able to go."""

    officer_id: UUID
    name: str
    reason: Literal[
        "another_visit", "off_duty", "inactive", "conflict_of_interest", "organisation_absent"
    ]
    mission_id: UUID | None = Field(description="The other visit, where that is the reason")


class MissionClashes(BaseModel):
    """What a visit clashes with at present; nothing is refused because of it."""

    other_visits: list[OtherVisitClash] = []
    team: list[TeamClash] = []


class ClashesRead(BaseModel):
    """What a visit clashes with at present, as far as the caller is told."""

    other_visits: list[OtherVisitClash]
    team: list[TeamClash] | None = Field(
        description="Told to CTED alone, as the register of officers is"
    )


class ClashCount(BaseModel):
    """How much a visit clashes with: /v1/missions/{id}/clashes says with what."""

    other_visits: int
    team: int


class ChecklistCount(BaseModel):
    """How far a checklist is settled, and what is still open of it."""

    total: int
    settled: int
    open: list[str]


class MissionPlan(BaseModel):
    """A visit as those read it who coordinate theirs with it: without the persons who go."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    consent_id: UUID
    member_state: str
    kind: MissionKind
    modality: Modality
    follows_mission_id: UUID | None = Field(description=_FOR_PARTIES)
    status: MissionStatus
    starts_on: date
    ends_on: date
    former_dates: list[FormerDates]
    resolutions: list[int]
    themes: list[str]
    confidential: bool
    completed_on: date | None
    report_due_on: date | None
    cancellation_reason: str | None
    consent_revoked_on: date | None = Field(
        description="Since when the State no longer consents: the visit is to be cancelled"
    )
    organisations: list[ParticipationRead]


class MissionRead(MissionPlan):
    """A visit."""

    team: list[MemberRead] | None = Field(None, description=_FOR_PARTIES)
    uncovered_themes: list[str] | None = Field(
        None, description=f"Of the scope, which nobody on the team is expert in; {_FOR_CTED}"
    )
    clashes: ClashCount | None = Field(None, description=_FOR_CTED)
    checklist: ChecklistCount | None = Field(None, description=_FOR_CTED)


class MissionQuery(ListQuery):
    """Filters and sort of the visits."""

    member_state: Alpha3 | None = None
    status: MissionStatus | None = None
    kind: MissionKind | None = None
    modality: Modality | None = None
    theme: ThemeCode | None = None
    organisation: Organisation | None = Field(None, description="Those that it takes part in")
    officer_id: UUID | None = Field(
        None, description="Those whose team has this officer; for CTED and the Committee"
    )
    ends_from: date | None = Field(None, description="Those that end on this day or later")
    starts_until: date | None = Field(None, description="Those that begin on this day or before")
    sort: Literal["starts_on", "-starts_on", "created_at", "-created_at"] = "-starts_on"


Offset = Annotated[
    int,
    Field(ge=-730, le=730, description="Days after the anchor that it is due; before, if negative"),
]


class ChecklistItemCreate(BaseModel):
    """An item to add to a checklist."""

    model_config = ConfigDict(extra="forbid")

    title: Label
    responsible: Label
    anchor: Anchor = Anchor.START
    days: Offset = 0


class ChecklistItemUpdate(BaseModel):
    """What changes of an item; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Label | None = None
    responsible: Label | None = None
    anchor: Anchor | None = None
    days: Offset | None = None


class ChecklistItemStatusChange(BaseModel):
    """That an item is done, or need not be, or is open again."""

    model_config = ConfigDict(extra="forbid")

    status: ItemStatus
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class ChecklistItemRead(BaseModel):
    """An item of a checklist."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    code: str | None = Field(description="Of an item of the template; none of one that was added")
    title: str
    responsible: str
    anchor: Anchor
    days: int
    due_on: date
    status: ItemStatus
    note: str
    settled_on: date | None
    settled_by: str | None


class ChecklistItemQuery(ListQuery):
    """Filters and sort of a checklist."""

    status: ItemStatus | None = None
    due_until: date | None = None
    sort: Literal["due_on", "-due_on"] = "due_on"
