"""Every list of a service can be had as a file, by whoever may read the list."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import compile_path

from shared.auth import Allow, AnyCaller, permission_of
from shared.contracts.catalogue import application_of
from shared.database import ListQuery, Page, ReadSession
from shared.exports import exported

Made = dict[PurePosixPath, dict[str, Any]]
EXPORTING = ("assessment", "visits")
NOT_EXPORTED: dict[str, str] = {}
"""The lists that are no files, by their paths, and why."""
MEDIA_TYPES = {
    "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
}

of_each_exporting_service = pytest.mark.parametrize("service", EXPORTING)


def gets(app: FastAPI) -> list[RouteContext]:
    """The routes that answer GET, in the order in which they are tried."""
    return [
        route
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and "GET" in (route.methods or ())
    ]


def lists(app: FastAPI) -> Iterator[RouteContext]:
    """The routes that answer a page."""
    for route in gets(app):
        if isinstance(route.response_model, type) and issubclass(route.response_model, Page):
            yield route


def export_of(app: FastAPI, path: str) -> RouteContext | None:
    """The route that answers GET for the export of the list at this path."""
    sent = f"{path}/export"
    return next(
        (route for route in gets(app) if compile_path(str(route.path))[0].match(sent)), None
    )


def without_export(app: FastAPI) -> list[str]:
    """The lists that nobody can have as a file, or not whoever may read them."""
    missing = []
    for route in lists(app):
        found = export_of(app, str(route.path))
        if found is None or not str(found.name).startswith("export_"):
            missing.append(f"{route.name}: put @exported(router) above it, and it above /{{id}}")
        elif _roles(found) != _roles(route):
            missing.append(f"{route.name}: its export is for others than the list")
    return missing


def _roles(route: RouteContext) -> frozenset[str]:
    permission = permission_of(route.dependant)
    assert isinstance(permission, Allow)
    return permission.roles


@of_each_exporting_service
def test_every_list_has_an_export(service: str) -> None:
    missing = without_export(application_of(service, "development"))
    assert [fault for fault in missing if fault.partition(":")[0] not in NOT_EXPORTED] == []


@of_each_exporting_service
def test_an_export_takes_what_its_list_takes_and_a_format(made: Made, service: str) -> None:
    paths = made[PurePosixPath(f"openapi/{service}.json")]["paths"]
    exports = [path for path in paths if path.endswith("/export")]
    assert exports
    for path in exports:
        listed, export = (paths[p]["get"] for p in (path.removesuffix("/export"), path))
        names, own = (
            {parameter["name"] for parameter in operation["parameters"]}
            for operation in (listed, export)
        )
        assert own == names - {"limit", "cursor"} | {"format"}, path
        assert export["operationId"] == listed["operationId"].replace("list_", "export_", 1)
        answers = export["responses"]
        assert answers["200"]["content"].keys() == MEDIA_TYPES, path
        assert answers.keys() == listed["responses"].keys() | {"413"}, path


def test_a_list_without_an_export_is_found() -> None:
    app, router = FastAPI(), APIRouter(prefix="/v1/notes")

    @router.get("/{note}")
    async def read_note(caller: AnyCaller, note: str) -> None: ...

    @exported(router)
    @router.get("")
    async def list_notes(
        caller: AnyCaller, session: ReadSession, query: Annotated[ListQuery, Query()]
    ) -> Page[dict[str, str]]:
        raise NotImplementedError

    @router.get("/forgotten")
    async def list_forgotten(caller: AnyCaller) -> Page[dict[str, str]]:
        raise NotImplementedError

    app.include_router(router)
    assert [fault.partition(":")[0] for fault in without_export(app)] == [
        "list_notes",
        "list_forgotten",
    ]


def test_only_a_list_is_exported() -> None:
    router = APIRouter()

    async def list_notes() -> Page[dict[str, str]]:
        raise NotImplementedError

    with pytest.raises(TypeError, match=r"above the @router\.get"):
        exported(router)(list_notes)
    router.get("/notes")(list_notes)
    with pytest.raises(TypeError, match="must take a ReadSession and a ListQuery"):
        exported(router)(list_notes)
