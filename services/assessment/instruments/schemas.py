"""Requests and responses about instruments."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.instruments.models import Tool
from shared.database import ListQuery
from shared.reference import ResolutionNumber, ThemeCode


class Question(BaseModel):
    """One question, about one provision."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[A-Za-z0-9.-]{1,30}$", examples=["CFT-1"])
    text: str = Field(min_length=5, max_length=1000)
    theme: ThemeCode
    resolution: ResolutionNumber
    paragraph: str | None = Field(None, max_length=20, examples=["2(e)"])
    weight: int = Field(1, ge=1, le=5, description="5 is what matters most")


class InstrumentCreate(BaseModel):
    """A survey tool to publish."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[a-z0-9-]{2,60}$", examples=["oia-1373"])
    title: str = Field(min_length=3, max_length=200)
    tool: Tool
    questions: list[Question] = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _distinct_codes(self) -> Self:
        codes = [question.code for question in self.questions]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise ValueError(f"question codes must be distinct; used twice: {', '.join(doubled)}")
        return self


class InstrumentRead(BaseModel):
    """A published survey tool."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    code: str
    edition: int
    title: str
    tool: Tool
    questions: list[Question]


class InstrumentQuery(ListQuery):
    """Filters and sort of the instruments."""

    tool: Tool | None = None
    code: str | None = None
    sort: Literal["code", "-code", "created_at", "-created_at"] = "-created_at"
