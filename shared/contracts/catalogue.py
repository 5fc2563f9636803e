"""Finds what each service publishes, without a network or a database."""

import importlib
import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from shared.events import Event


def events_of(service: str) -> list[type[Event]]:
    """Every event that `service` publishes, in the order of its events module."""
    module = importlib.import_module(f"services.{service}.events")
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Event) and "type" in vars(value)
    ]


def application_of(service: str, environment: str = "production") -> FastAPI:
    """The application of `service`, to be looked at and not run."""
    module = importlib.import_module(f"services.{service}.main")
    with _only_in_environment(
        {
            "ENVIRONMENT": environment,
            f"{service.upper()}_DATABASE_URL": "postgresql+asyncpg://nowhere/none",
            "KAFKA_BOOTSTRAP_SERVERS": "nowhere:9092",
            "OIDC_ISSUER": "https://nowhere",
            "OIDC_JWKS_URL": "https://nowhere/jwks",
        }
    ):
        app: FastAPI = module.create_app()
    return app


@contextmanager
def _only_in_environment(values: dict[str, str]) -> Iterator[None]:
    """These variables alone, so that the documents do not depend on who makes them."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
