"""What is read from the assessment service: these fields of its API, and no others.

Its values are taken as they come, so that a new one there is no fault here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.visits.dossiers.rules import UnreadReason
from services.visits.dossiers.upstream import Parameters, Upstream, UpstreamError

T = TypeVar("T")
_PAGE = 200


class DossierScore(BaseModel):
    """The share of what is asked that is implemented, 0 to 1, and how sure that is."""

    score: float | None
    low: float
    high: float
    asked: int
    answered: int


class EarlierAssessment(BaseModel):
    """A completed assessment in a few words."""

    id: UUID
    completed_on: date | None
    overall: DossierScore | None
    rating: str | None


class DossierAssessment(EarlierAssessment):
    """A completed assessment."""

    survey_id: UUID
    summary: str
    by_theme: dict[str, DossierScore]


class DossierRating(BaseModel):
    """How far assessors found a provision implemented."""

    theme: str
    provision: str
    rating: str
    reasons: str
    score: float | None


class DossierGap(BaseModel):
    """A gap."""

    id: UUID
    theme: str
    resolution: int
    severity: str
    description: str
    answer: str
    identified_on: date


class DossierRecommendation(BaseModel):
    """A recommendation that is not implemented yet."""

    id: UUID
    theme: str
    resolution: int
    text: str
    priority: str
    status: str
    target_on: date
    technical_assistance_needed: bool


class DossierTrend(BaseModel):
    """A trend, an emerging issue or an event."""

    id: UUID
    kind: str
    title: str
    description: str
    theme: str
    severity: str
    observed_from: date
    source_reference: str


class DossierStrategy(BaseModel):
    """A strategy of the State, or of a region that it is in."""

    id: UUID
    title: str
    kind: str
    status: str
    adopted_on: date | None
    valid_until: date | None
    missing: list[str]


class DossierProduct(BaseModel):
    """A piece of published analysis."""

    id: UUID
    title: str
    abstract: str
    kind: str
    themes: list[str]
    published_on: date | None


class DossierEvidence(BaseModel):
    """A file that the State sent."""

    id: UUID
    question: str
    file_name: str
    description: str
    attached_on: date
    confidential: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A list to read, and what of each of its records."""

    path: str
    kind: type[BaseModel]
    parameters: Mapping[str, str | Sequence[str]]
    by: str | None = "member_state"
    """The filter that narrows it to the State or the assessment, if its path does not."""


OF_STATE: Final[Mapping[str, Reading]] = {
    "recommendations": Reading(
        "/v1/recommendations",
        DossierRecommendation,
        {
            "status": ("issued", "accepted", "in_progress", "partly_implemented"),
            "sort": "target_on",
        },
    ),
    "trends": Reading("/v1/trends", DossierTrend, {"status": "open", "sort": "-severity"}),
    "strategies": Reading("/v1/strategies", DossierStrategy, {"sort": "-updated_at"}),
    "products": Reading(
        "/v1/products",
        DossierProduct,
        {"status": "published", "sort": "-published_on"},
    ),
}
"""What is asked for by State."""

ASSESSMENTS: Final = Reading(
    "/v1/assessments",
    EarlierAssessment,
    {"status": "completed", "sort": "-completed_on"},
)

OF_ASSESSMENT: Final[Mapping[str, Reading]] = {
    "ratings": Reading("/v1/assessments/{assessment_id}/ratings", DossierRating, {}, by=None),
    "gaps": Reading("/v1/gaps", DossierGap, {"sort": "-severity"}, by="assessment_id"),
    "evidence": Reading("/v1/surveys/{survey_id}/evidence", DossierEvidence, {}, by=None),
}
"""What is asked for by the State's latest assessment."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads in the name of one caller."""

    upstream: Upstream
    http: httpx.AsyncClient
    authorization: str

    async def one(self, path: str, kind: type[T]) -> T:
        """One record.

        Raises:
            UpstreamError: it could not be read.
        """
        return self._understood(kind, await self._body(path, {}), path)

    async def every(self, reading: Reading, known: Mapping[str, str]) -> list[Any]:
        """Every record of a list, over all of its pages; `known` says whose.

        Raises:
            UpstreamError: it could not be read.
        """
        path = reading.path.format_map(known)
        filters = {} if reading.by is None else {reading.by: known[reading.by]}
        parameters: Parameters = {**reading.parameters, **filters, "limit": _PAGE}
        records: list[Any] = []
        while True:
            page = self._understood(_Page, await self._body(path, parameters), path)
            records += [self._understood(reading.kind, item, path) for item in page.items]
            if page.next_cursor is None:
                return records
            parameters = {**parameters, "cursor": page.next_cursor}

    async def _body(self, path: str, parameters: Parameters) -> object:
        answer = await self.upstream.get(self.http, self.authorization, path, parameters)
        try:
            return answer.json()
        except ValueError as error:
            told = f"{self.upstream.name}'s answer to {path} is no JSON."
            raise UpstreamError(UnreadReason.MALFORMED, told) from error

    def _understood(self, kind: type[T], body: object, path: str) -> T:
        try:
            return TypeAdapter(kind).validate_python(body)
        except ValidationError as error:
            field = ".".join(map(str, error.errors()[0]["loc"])) or "its beginning"
            told = f"{self.upstream.name}'s answer to {path} cannot be understood at {field}."
            raise UpstreamError(UnreadReason.MALFORMED, told) from error


class _Page(BaseModel):
    items: list[Any]
    next_cursor: str | None
