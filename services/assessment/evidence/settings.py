"""Limits of evidence, from the environment (EVIDENCE_…)."""

from functools import cache
from typing import Annotated

from fastapi import Depends
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_MEBIBYTE = 1024 * 1024


class EvidenceSettings(BaseSettings):
    """How much evidence a State may attach."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", extra="ignore")

    max_file_mebibytes: int = Field(25, ge=1, le=1024)
    """MAX_REQUEST_MEBIBYTES must leave room for a file of this size and its form."""
    max_survey_mebibytes: int = Field(500, ge=1)
    max_files_per_question: int = Field(20, ge=1)

    @property
    def max_file_bytes(self) -> int:
        """The largest file."""
        return self.max_file_mebibytes * _MEBIBYTE

    @property
    def max_survey_bytes(self) -> int:
        """All files of a survey together."""
        return self.max_survey_mebibytes * _MEBIBYTE


@cache
def _limits() -> EvidenceSettings:
    return EvidenceSettings()


Limits = Annotated[EvidenceSettings, Depends(_limits)]
