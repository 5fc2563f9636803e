"""Each OpenAPI document is valid and says what callers and their generators rely on."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from types import FunctionType
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from openapi_spec_validator import OpenAPIV31SpecValidator

import services.visits.consents
import services.visits.reports
from shared.contracts.catalogue import application_of
from shared.events.topics import SERVICES

Made = dict[PurePosixPath, dict[str, Any]]
SERVED_WITHOUT_PROBLEMS = {"/health/live", "/health/ready", "/metrics"}
OPEN_BY_SECRET = {"/v1/calendar-feeds/{token}.ics"}

of_each_service = pytest.mark.parametrize("service", SERVICES)


def operations(made: Made, service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made[PurePosixPath(f"openapi/{service}.json")]["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@of_each_service
def test_document_is_valid_openapi_3_1(made: Made, service: str) -> None:
    document = made[PurePosixPath(f"openapi/{service}.json")]
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


@of_each_service
def test_operation_ids_are_distinct_method_names(made: Made, service: str) -> None:
    names = [operation["operationId"] for _, _, operation in operations(made, service)]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() and name == name.lower() for name in names)


@of_each_service
def test_no_schema_is_named_after_a_module(made: Made, service: str) -> None:
    """Two of one name are told apart by their modules, and so would be the clients' classes."""
    names = made[PurePosixPath(f"openapi/{service}.json")]["components"]["schemas"]
    assert not [name for name in names if "__" in name]


@of_each_service
def test_no_two_schemas_share_a_name(made: Made, service: str) -> None:
    """One that is sent and another that is read would be told apart as if they were one."""
    schemas = made[PurePosixPath(f"openapi/{service}.json")]["components"]["schemas"]
    sent = {name.removesuffix("-Input") for name in schemas if name.endswith("-Input")}
    read = {name.removesuffix("-Output") for name in schemas if name.endswith("-Output")}
    assert sent == read
    for name in sent:
        of_both = [schemas[f"{name}-{way}"]["description"] for way in ("Input", "Output")]
        assert of_both[0] == of_both[1], f"{name} names two schemas"


@of_each_service
def test_no_development_route_is_published(made: Made, service: str) -> None:
    assert not [path for _, path, _ in operations(made, service) if "development" in path]


@of_each_service
def test_every_error_is_problem_details(made: Made, service: str) -> None:
    for method, path, operation in operations(made, service):
        if path in SERVED_WITHOUT_PROBLEMS:
            continue
        always = {"422", "503"} | (set() if path in OPEN_BY_SECRET else {"401", "403"})
        assert always <= operation["responses"].keys(), f"{method} {path}"
        for status, answer in operation["responses"].items():
            if status >= "400":
                kinds = list(answer["content"])
                assert kinds == ["application/problem+json"], f"{method} {path} {status}"


@of_each_service
def test_conditional_requests_and_repeats_are_documented(made: Made, service: str) -> None:
    for method, path, operation in operations(made, service):
        headers = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "header"}
        answers = operation["responses"]
        if "If-Match" in headers:
            assert "412" in answers, f"{method} {path}"
            assert ("428" in answers) == headers["If-Match"]["required"], f"{method} {path}"
        assert ("Idempotency-Key" in headers) <= (method == "post"), f"{method} {path}"
        if "201" in answers:
            assert "Location" in answers["201"]["headers"], f"{method} {path}"


@of_each_service
def test_every_operation_is_told_in_words(made: Made, service: str) -> None:
    document = made[PurePosixPath(f"openapi/{service}.json")]
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    for method, path, operation in operations(made, service):
        assert operation["description"], f"{method} {path}"
        assert set(operation["tags"]) <= described, f"{method} {path}"
        is_open = path in SERVED_WITHOUT_PROBLEMS | OPEN_BY_SECRET
        assert operation["security"] == ([] if is_open else [{"bearer": []}]), f"{method} {path}"
        assert is_open or operation["x-allowed-roles"], f"{method} {path}"


def test_a_tag_of_several_capabilities_is_told_by_the_first(made: Made) -> None:
    """The reports themselves, not the copies of them, say what reports are."""
    document = made[PurePosixPath("openapi/visits.json")]
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert told["reports"] == services.visits.reports.__doc__
    assert told["consents"] == services.visits.consents.__doc__


def words_of(*functions: Callable[..., Any]) -> set[object]:
    """The names and texts that functions, and those beside them that they call, work with."""
    words: set[object] = set()
    waiting, known = list(functions), set(functions)
    while waiting:
        function = waiting.pop()
        words |= {*function.__code__.co_names, *function.__code__.co_consts}
        beside = map(function.__globals__.get, function.__code__.co_names)
        called = {found for found in beside if isinstance(found, FunctionType)}
        called = {found for found in called if found.__module__ == function.__module__}
        waiting += called - known
        known |= called
    return words


@of_each_service
def test_routes_send_the_headers_that_the_document_promises(service: str) -> None:
    """ETag where the body has a version; Location where something was created."""
    silent = []
    for route in iter_route_contexts(application_of(service).routes):
        if isinstance(route.original_route, APIRoute):
            words = words_of(route.original_route.endpoint)
            fields = getattr(route.response_model, "model_fields", {})
            if route.status_code == 201 and not words & {"created", "Location"}:
                silent.append(f"{route.name} sends no Location: call created(...)")
            if "version" in fields and not words & {"created", "set_etag"}:
                silent.append(f"{route.name} sends no ETag: call set_etag(...)")
    assert silent == []
