"""Settings of a service, from the environment."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a service needs to know of where it runs."""

    model_config = SettingsConfigDict(extra="ignore")

    service: str
    database_url: str = Field(pattern=r"^postgresql\+asyncpg://")
    environment: Literal["development", "production"] = "production"
    kafka_bootstrap_servers: str
    kafka_replication_factor: int = Field(1, ge=1)
    oidc_issuer: str
    oidc_jwks_url: str
    oidc_audience: str = "ctc"
    clock_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    max_request_mebibytes: int = Field(32, ge=1)
    object_store_url: str | None = None
    outbox_retention_days: int = Field(90, ge=1)
    database_pool_size: int = Field(10, ge=1)
    ready_max_outbox_age_seconds: float = Field(60, gt=0)
    shutdown_seconds: float = Field(10, gt=0)

    @model_validator(mode="after")
    def _development_only(self) -> Self:
        if self.clock_file is not None and self.environment != "development":
            raise ValueError("CLOCK_FILE is for ENVIRONMENT=development only; unset it")
        return self


def database_url_of(service: str) -> str:
    """The address of the service's database, from `<SERVICE>_DATABASE_URL`.

    Raises:
        RuntimeError: it is not set.
    """
    name = f"{service.upper()}_DATABASE_URL"
    url = os.environ.get(name)
    if url is None:
        raise RuntimeError(f"Set {name}, such as postgresql+asyncpg://user:password@host/database")
    return url


def load_settings(service: str) -> Settings:
    """The settings of `service`.

    Raises:
        RuntimeError: the database's address is not set.
        pydantic.ValidationError: another setting is missing or wrong.
    """
    known = {"service": service, "database_url": database_url_of(service)}
    return Settings(**known)  # type: ignore[arg-type] # the rest comes from the environment
