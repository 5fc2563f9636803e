"""Settings of the deliveries, from the environment (WEBHOOK_…)."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DeliverySettings(BaseSettings):
    """How patiently webhooks are delivered; the defaults are the documented promise."""

    model_config = SettingsConfigDict(env_prefix="WEBHOOK_", extra="ignore")

    timeout_seconds: float = Field(10, gt=0)
    """For the whole of a request, from look-up to the first bytes of the answer."""
    lease_seconds: float = Field(60, gt=0)
    first_retry_seconds: float = Field(5, gt=0)
    longest_retry_seconds: float = Field(8 * 3600, gt=0)
    give_up_seconds: float = Field(5 * 24 * 3600, gt=0)
    at_once: int = Field(100, ge=1)
    """Requests that are answered promptly."""
    slow_at_once: int = Field(300, ge=0)
    """Requests beyond these that keep us waiting, so that they hold up nobody else."""

    @property
    def lease(self) -> timedelta:
        """How long a worker has for a delivery before another takes it up."""
        return timedelta(seconds=max(self.lease_seconds, 2 * self.timeout_seconds))

    @property
    def first_retry(self) -> timedelta:
        """The wait after the first failure."""
        return timedelta(seconds=self.first_retry_seconds)

    @property
    def longest_retry(self) -> timedelta:
        """The longest wait between two attempts."""
        return timedelta(seconds=self.longest_retry_seconds)

    @property
    def give_up_after(self) -> timedelta:
        """How long a delivery is tried."""
        return timedelta(seconds=self.give_up_seconds)
