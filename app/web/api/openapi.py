"""The OpenAPI 3.1 description, made of the operations that are served."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from app.domain.keys import KeyScope
from app.web.api.operations import Operation
from app.web.api.problems import KINDS

ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
TYPES = {"int": {"type": "integer"}}
USUAL = ("malformed", "no-key", "bad-key", "scope", "brand", "too-many", "failed", "unavailable")
ABOUT = (
    "Links, send decisions, preferences and lists for whoever sends the mail. Moments are ISO "
    "8601 in UTC. Unknown fields are refused. What a partial update leaves out stays."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "instance": {"type": "string", "description": "The id of this problem."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}


def described(operations: Iterable[Operation], base_url: str) -> dict[str, Any]:
    """The description of these calls, served at `base_url`."""
    served = list(operations)
    refs, schemas = _schemas(served)
    paths: dict[str, dict[str, Any]] = {}
    for operation in served:
        path = ARGUMENT.sub(r"{\2}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sayso", "version": "v1", "description": ABOUT},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(served: list[Operation]) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """A reference for each body and answer, and the schemas that they refer to."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for operation in served:
        if operation.body is not None:
            wanted.append((operation.name, "validation", TypeAdapter(operation.body)))
        wanted += [
            (f"{operation.name}.{status}", "serialization", TypeAdapter(shape))
            for status, shape in operation.answers.items()
            if shape is not None
        ]
    refs, defs = TypeAdapter.json_schemas(wanted, ref_template="#/components/schemas/{model}")
    return {(name, mode): ref for (name, mode), ref in refs.items()}, defs.get("$defs", {})


def _operation(operation: Operation, refs: dict[tuple[str, str], Any]) -> dict[str, Any]:
    summary, _, more = (operation.run.__doc__ or "").partition("\n\n")
    told: dict[str, Any] = {
        "operationId": operation.name.replace(".", "_"),
        "summary": " ".join(summary.split()),
        "description": " ".join(f"{more} {_needs(operation.scope)}".split()),
        "tags": [operation.path.split("/")[3]],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": {**_answers(operation, refs), **_problems(operation)},
    }
    if operation.body is not None:
        schema = refs[operation.name, "validation"]
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    if operation.takes:
        text = {"schema": {"type": "string"}}
        told["requestBody"] = {"required": True, "content": dict.fromkeys(operation.takes, text)}
    if operation.writes or operation.takes:
        told["parameters"].append(IDEMPOTENCY_KEY)
    return told


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeated within 24 hours, the same request is answered as before and not "
    "carried out again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _needs(scope: KeyScope | None) -> str:
    return f"Needs the scope {scope}." if scope else "Any key will do."


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": "",
            "schema": TYPES.get(kind, {"type": "string"}),
        }
        for kind, name in ARGUMENT.findall(operation.path)
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    schema = operation.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": shape.pop("description", ""),
            "schema": {k: v for k, v in shape.items() if k != "title"},
        }
        for name, shape in schema.get("properties", {}).items()
    ]


def _answers(operation: Operation, refs: dict[tuple[str, str], Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for status, shape in operation.answers.items():
        told[str(status)] = {"description": HTTPStatus(status).phrase}
        if shape is not None:
            schema = refs[f"{operation.name}.{status}", "serialization"]
            told[str(status)]["content"] = {
                media: {"schema": schema if media == "application/json" else {"type": "string"}}
                for media in operation.media
            }
    return told


def _problems(operation: Operation) -> dict[str, Any]:
    named = ("nothing-here",) if ARGUMENT.search(operation.path) else ()
    statuses = sorted({KINDS[name].status for name in (*USUAL, *named, *operation.problems)})
    if operation.body is not None or operation.takes:
        statuses = sorted({*statuses, 413, 415})
    titles = {
        status: "; ".join(kind.title for kind in KINDS.values() if kind.status == status)
        for status in statuses
    }
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(s): {"description": title, "content": content} for s, title in titles.items()}
