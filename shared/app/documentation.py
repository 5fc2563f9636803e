"""What FastAPI cannot tell by itself of a service's HTTP interface."""

import json
import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.auth import Allow, permission_of
from shared.errors import PreconditionFailed, PreconditionRequired, Problem

_Json = dict[str, Any]
_PROBLEM: _Json = {"$ref": "#/components/schemas/ProblemDetails"}
_ETAG: _Json = {
    "ETag": {"description": "The version, to send as If-Match", "schema": {"type": "string"}}
}
_LOCATION: _Json = {
    "Location": {"description": "The path of the new record", "schema": {"type": "string"}}
}
_REPLAYED: _Json = {
    "Idempotency-Replayed": {
        "description": "Present where this is the first answer to the same Idempotency-Key",
        "schema": {"const": "true"},
    }
}
_PROBLEM_HEADERS: dict[str, _Json] = {
    "401": {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}},
    "503": {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}},
}


class DocumentedApp(FastAPI):
    """An application whose OpenAPI document says everything that callers may rely on."""

    def openapi(self) -> _Json:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = _with_page_names(super().openapi())
            permissions = {
                route.unique_id: permission_of(route.dependant)
                for route in iter_route_contexts(self.routes)
                if isinstance(route.original_route, APIRoute)
            }
            for path in document["paths"].values():
                for method, operation in path.items():
                    permission = permissions[operation["operationId"]]
                    if isinstance(permission, Allow):
                        operation["x-allowed-roles"] = sorted(permission.roles)
                    else:
                        operation["security"] = []
                    _describe(method, operation, document["components"]["schemas"])
            self.openapi_schema = document
        return self.openapi_schema


def described_tags(routers: Sequence[APIRouter]) -> list[dict[str, str]]:
    """The routers' tags in their order, each with the words of the capability that has it first."""
    told: dict[str, str] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                package = sys.modules[route.endpoint.__module__.rpartition(".")[0]]
                for tag in map(str, route.tags):
                    told.setdefault(tag, package.__doc__ or "")
    return [{"name": name, "description": words} for name, words in told.items()]


def _with_page_names(document: _Json) -> _Json:
    """A page of `SurveyRead` is a `SurveyPage`, for clients that are generated."""
    text = re.sub(r"\bPage[_\[](\w+?)(?:Read)?[_\]]", r"\1Page", json.dumps(document))
    named: _Json = json.loads(text)
    return named


def _describe(method: str, operation: _Json, schemas: _Json) -> None:
    words = operation["operationId"].replace("_", " ").capitalize()
    operation["summary"] = re.sub(
        r"\b(member )?state(?=s?\b)", lambda found: found[0].title(), words
    )
    answers: _Json = operation["responses"]
    parameters = [_sendable(parameter) for parameter in operation.pop("parameters", [])]
    if method != "post":  # PUT, PATCH and DELETE are repeatable by themselves, with If-Match
        parameters = [p for p in parameters if p["name"] != "Idempotency-Key"]
    if parameters:
        operation["parameters"] = parameters
    replayable = any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
    for parameter in parameters:
        if parameter["name"] == "If-Match":
            answers.setdefault("412", _problem(PreconditionFailed))
            if parameter["required"]:
                answers.setdefault("428", _problem(PreconditionRequired))
    for status, answer in answers.items():
        content: _Json = answer.get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema == _PROBLEM:
            content["application/problem+json"] = content.pop("application/json")
            headers = _PROBLEM_HEADERS.get(status, {})
        else:
            answer["description"] = answer["description"].replace(
                "Successful Response", HTTPStatus(int(status)).phrase
            )
            headers = _LOCATION if status == "201" else {}
            if _has_version(schema, schemas):
                headers = headers | _ETAG
            if replayable:
                headers = headers | _REPLAYED
        if headers:
            answer["headers"] = headers
    operation["responses"] = dict(sorted(answers.items()))


def _sendable(parameter: _Json) -> _Json:
    """The parameter without null as a value: a caller leaves it out instead."""
    alternatives = [
        schema for schema in parameter["schema"].get("anyOf", []) if schema != {"type": "null"}
    ]
    if len(alternatives) == 1:
        del parameter["schema"]["anyOf"]
        parameter["schema"] |= alternatives[0]
    parameter["schema"].pop("description", None)
    return parameter


def _has_version(schema: _Json | None, schemas: _Json) -> bool:
    name = (schema or {}).get("$ref", "").rpartition("/")[2]
    return "version" in schemas.get(name, {}).get("properties", {})


def _problem(kind: type[Problem]) -> _Json:
    return {
        "description": kind.title,
        "content": {"application/json": {"schema": _PROBLEM}},
    }
