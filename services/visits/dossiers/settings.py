"""Where the assessment service is and how long to wait for it, from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AssessmentSettings(BaseSettings):
    """The assessment service as this one calls it (ASSESSMENT_…)."""

    model_config = SettingsConfigDict(env_prefix="ASSESSMENT_", extra="ignore")

    url: str | None = Field(None, pattern=r"^https?://")
    connect_seconds: float = Field(1, gt=0)
    read_seconds: float = Field(3, gt=0)
    total_seconds: float = Field(10, gt=0)
    """For a whole dossier, retries included."""
    attempts: int = Field(3, ge=1)
    breaker_failures: int = Field(5, ge=1)
    """So many in a row, and it is not called for a while."""
    breaker_seconds: float = Field(30, gt=0)
