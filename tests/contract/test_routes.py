"""Every route says who may call it, and every route that writes commits."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.auth import Allow, AnyCaller, CurrentCaller, Public, permission_of
from shared.contracts.catalogue import application_of
from shared.database import TransactionalRoute, WriteSession
from shared.database.routing import _unrepeated_session
from shared.events.topics import SERVICES

DOCUMENTATION = {"/docs", "/docs/oauth2-redirect", "/openapi.json", "/redoc"}
OPEN_TO_ALL = {"/health/live", "/health/ready", "/metrics"}
OPEN_BY_SECRET = {"visits": {"/v1/calendar-feeds/{token}.ics"}}
"""The addresses that are themselves the permission."""

of_each_service = pytest.mark.parametrize("service", SERVICES)


def served(app: FastAPI) -> Iterator[RouteContext]:
    """Every route but the documentation's own."""
    for route in iter_route_contexts(app.routes):
        if route.path not in DOCUMENTATION:
            yield route


def undeclared(app: FastAPI) -> list[str]:
    """The routes that do not say who may call them."""
    return [
        f"{route.path} ({route.name})"
        for route in served(app)
        if not isinstance(route.original_route, APIRoute) or permission_of(route.dependant) is None
    ]


def uncommitted(app: FastAPI) -> list[str]:
    """The routes that take a unit of work and would never commit it."""

    def writes(dependant: Dependant) -> bool:
        return dependant.call is _unrepeated_session or any(map(writes, dependant.dependencies))

    return [
        f"{route.path} ({route.name})"
        for route in served(app)
        if isinstance(route.original_route, APIRoute)
        and writes(route.dependant)
        and not isinstance(route.original_route, TransactionalRoute)
    ]


@of_each_service
def test_every_route_declares_who_may_call_it(service: str) -> None:
    assert undeclared(application_of(service, "development")) == []


@of_each_service
def test_only_health_metrics_and_secret_addresses_are_public(service: str) -> None:
    public = {
        route.path
        for route in served(application_of(service, "development"))
        if isinstance(permission_of(route.dependant), Public)
    }
    assert public == OPEN_TO_ALL | OPEN_BY_SECRET.get(service, set())


@of_each_service
def test_every_route_that_writes_commits(service: str) -> None:
    assert uncommitted(application_of(service, "development")) == []


def test_a_route_that_declares_nothing_is_found() -> None:
    router = APIRouter()

    @router.get("/open")
    async def forgotten() -> None: ...

    @router.get("/authenticated-only")
    async def known(caller: CurrentCaller) -> None: ...

    @router.get("/allowed")
    async def allowed(caller: AnyCaller) -> None: ...

    @router.get("/public", dependencies=[Depends(Public())])
    async def public() -> None: ...

    app = FastAPI()
    app.include_router(router, prefix="/v1")
    app.add_route("/raw", lambda request: Response())
    assert sorted(undeclared(app)) == [
        "/raw (<lambda>)",
        "/v1/authenticated-only (known)",
        "/v1/open (forgotten)",
    ]


def test_a_route_that_would_not_commit_is_found() -> None:
    app = FastAPI()

    @app.post("/forgotten")
    async def forgotten(caller: AnyCaller, work: WriteSession) -> None: ...

    assert uncommitted(app) == ["/forgotten (forgotten)"]


def test_no_permission_allows_nobody() -> None:
    for service in SERVICES:
        for route in served(application_of(service, "development")):
            permission = permission_of(route.dependant)
            assert not isinstance(permission, Allow) or permission.roles, route.path
