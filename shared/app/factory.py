"""Makes a service out of its routers, its event handlers and its due jobs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from shared.app import health
from shared.app.body_limit import BodyLimitMiddleware
from shared.app.documentation import DocumentedApp, described_tags
from shared.app.settings import Settings, load_settings
from shared.auth import JwksVerifier
from shared.clock import FileClock, SystemClock
from shared.errors.handlers import install_error_handlers
from shared.events.broker import BrokerSettings
from shared.events.consumer import Consumer
from shared.events.inbox import Subscriptions
from shared.events.relay import Relay
from shared.events.topics import dead_letter_topic_of, topic_of
from shared.objects import ObjectStore
from shared.operations.housekeeping import Housekeeper
from shared.operations.router import development
from shared.operations.router import router as operations
from shared.reference.router import router as reference
from shared.scheduling import JobRunner, Jobs
from shared.telemetry import RequestContextMiddleware, configure_logging

log = structlog.get_logger(__name__)
_CONNECT_SECONDS = 5.0
_DRAIN_AT_LEAST_SECONDS = 2.0
_RESTART_WORKER_SECONDS = 1.0

Worker = Callable[[FastAPI], Coroutine[Any, Any, None]]
"""A loop of the service's own, run beside relay and consumer until it is cancelled."""


def create_service(
    name: str,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    subscriptions: Subscriptions,
    jobs: Jobs,
    workers: Sequence[Worker] = (),
    stores_files: bool = False,
    settings: Settings | None = None,
) -> FastAPI:
    """The FastAPI application of the service `name`, with relay, consumer and job runner."""
    settings = settings or load_settings(name)
    configure_logging(name, settings.log_level)

    app = DocumentedApp(
        title=title,
        description=description,
        version="1.0.0",
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        openapi_tags=[
            *described_tags([*routers, reference, operations]),
            {"name": "health", "description": health.__doc__},
        ],
    )
    clock = FileClock(settings.clock_file) if settings.clock_file else SystemClock()
    app.state.settings = settings
    app.state.clock = clock
    app.state.subscriptions = subscriptions
    app.state.jobs = jobs
    app.state.workers = workers
    app.state.stores_files = stores_files
    app.add_middleware(BodyLimitMiddleware, settings.max_request_mebibytes)
    app.add_middleware(RequestContextMiddleware)
    install_error_handlers(app)
    app.include_router(health.router)
    for router in (*routers, reference, operations):
        app.include_router(router)
    if settings.environment == "development":
        app.include_router(development)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if app.state.stores_files:
        if settings.object_store_url is None:
            raise RuntimeError("Set OBJECT_STORE_URL, such as s3://bucket/prefix or file:///path")
        app.state.objects = ObjectStore(settings.object_store_url)
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size,
        pool_pre_ping=True,
        connect_args={"timeout": _CONNECT_SECONDS},
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    broker = BrokerSettings(
        settings.kafka_bootstrap_servers,
        settings.kafka_replication_factor,
        # The embedded broker does not offer it; the inbox makes duplicates harmless there.
        idempotent=settings.environment == "production",
    )
    relay = Relay(
        engine,
        sessions,
        broker,
        [topic_of(settings.service), dead_letter_topic_of(settings.service)],
    )
    housekeeper = Housekeeper(sessions, timedelta(days=settings.outbox_retention_days))
    consumer = (
        Consumer(settings.service, broker, app.state.subscriptions, sessions, app.state.clock)
        if app.state.subscriptions
        else None
    )
    runner = JobRunner(
        settings.service,
        app.state.jobs,
        sessions,
        app.state.clock,
        # After an outage the answer to what is due may be among the events that wait.
        may_run=lambda: consumer is None or consumer.caught_up,
    )
    async with httpx.AsyncClient() as http:
        app.state.http = http
        app.state.sessions = sessions
        app.state.relay = relay
        app.state.consumer = consumer
        app.state.token_verifier = JwksVerifier(
            settings.oidc_jwks_url, settings.oidc_issuer, settings.oidc_audience, http
        )
        relaying = asyncio.create_task(relay.run(), name="relay")
        working = [asyncio.create_task(runner.run(), name="jobs")]
        if consumer is not None:
            working.append(asyncio.create_task(consumer.run(), name="consumer"))
        looping = [
            asyncio.create_task(housekeeper.run(), name="housekeeper"),
            *(asyncio.create_task(_lasting(worker, app)) for worker in app.state.workers),
        ]
        try:
            yield
        finally:
            until = time.monotonic() + settings.shutdown_seconds
            runner.stop()
            if consumer is not None:
                consumer.stop()
            _, unfinished = await asyncio.wait(working, timeout=settings.shutdown_seconds)
            for task in (*unfinished, relaying, *looping):
                task.cancel()
            await asyncio.gather(relaying, *looping, *working, return_exceptions=True)
            await relay.drain(max(_DRAIN_AT_LEAST_SECONDS, until - time.monotonic()))
            await engine.dispose()
            log.info("stopped", drained=not unfinished)


async def _lasting(worker: Worker, app: FastAPI) -> None:
    """Run the worker for as long as the application, whatever it raises."""
    while True:
        try:
            await worker(app)
        except Exception:
            log.exception("worker-restarts", worker=worker.__name__)
            await asyncio.sleep(_RESTART_WORKER_SECONDS)
        else:
            return
