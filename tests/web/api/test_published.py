"""What HubSpot publishes of its calls, word for word: every parameter and field is honoured or
refused, and every answer holds what is promised (issue 4; rules.md, 9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.web.api.rooms import THEIRS
from tests.databases import ON_SQLITE
from tests.web.api.callers import Program
from tests.web.api.test_every_call import ARGUMENT
from tests.world import World

PUBLISHED = Path(__file__).parents[2] / "published"
VERSIONS = {v: json.loads((PUBLISHED / f"hubspot-{v}.json").read_text()) for v in ("v3", "v4")}
RIGHT: dict[str, Any] = {
    "channel": "EMAIL",
    "businessUnitId": "{fernway}",
    "includeTranslations": "true",
    "verbose": "true",
    "emailAddress": "ana@example.com",
    "subscriberIdString": "ana@example.com",
    "subscriptionId": "{offers}",
    "statusState": "UNSUBSCRIBED",
    "legalBasis": "CONSENT_WITH_NOTICE",
    "legalBasisExplanation": "At our fair",
    "language": "nl",
}
WRONG: dict[str, Any] = {
    "channel": ["SMS", ""],
    "businessUnitId": ["7", "x", "-1", "1.5"],
    "includeTranslations": ["perhaps"],
    "verbose": ["perhaps"],
    "emailAddress": ["nobody"],
    "subscriberIdString": ["nobody"],
    "subscriptionId": [7, "x", 1.5],
    "statusState": ["GONE"],
    "legalBasis": ["BECAUSE"],
    "legalBasisExplanation": [7, "x" * 10_001],
    "language": ["xx", 7],
}
"""What a parameter or field cannot be. There is none that anything would do for."""


class Published(NamedTuple):
    """A published call: its parameters, and the fields of its body or of each of its inputs."""

    method: str
    path: str
    query: tuple[str, ...]
    fields: tuple[str, ...]
    batch: bool

    def ask(self, program: Program, names: dict[str, int], **wrong: Any) -> int:
        """The status of an answer, everything being as it should but for what is wrong."""
        told = {**RIGHT, **wrong}
        values = {n: names.get(v[1:-1], v) if isinstance(v, str) else v for n, v in told.items()}
        path = self.path
        for name in ("emailAddress", "subscriberIdString"):
            path = path.replace(f"{{{name}}}", str(values[name]))
        query = "&".join(f"{name}={values[name]}" for name in self.query)
        one: Any = {name: values[name] for name in self.fields}
        body = {"inputs": [one or values["subscriberIdString"]]} if self.batch else one
        return self._status(program.send(self.method, f"{path}?{query}", body or None))

    @staticmethod
    def _status(answer: Any) -> int:
        """Of an input that was refused within a batch that was not: 400."""
        errors = answer.json.get("numErrors")
        return 400 if errors else int(answer.status_code)


def published() -> list[Published]:
    """Every call of both versions."""
    found = []
    for content in VERSIONS.values():
        schemas = content["components"]["schemas"]
        for path, methods in content["paths"].items():
            for method, told in methods.items():
                query = [p["name"] for p in told.get("parameters", ()) if p["in"] == "query"]
                fields, batch = _fields(told, schemas)
                found.append(Published(method.upper(), path, tuple(query), fields, batch))
    return found


def _fields(told: Any, schemas: Any) -> tuple[tuple[str, ...], bool]:
    if "requestBody" not in told:
        return (), False
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    shape = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
    if "inputs" not in shape:
        return tuple(shape), False
    of = shape["inputs"]["items"].get("$ref", "").rpartition("/")[2]
    return (tuple(schemas[of]["properties"]) if of else ()), True


def test_every_published_call_is_served_and_no_other() -> None:
    served = {(o.method, ARGUMENT.sub("*", o.path)) for room in THEIRS for o in room}
    asked = {(one.method, "*".join(_outside(one.path))) for one in published()}
    assert served == asked


def _outside(path: str) -> list[str]:
    """The path without its parameters."""
    return [part.rpartition("}")[2] for part in path.split("{")]


@ON_SQLITE
@pytest.mark.parametrize("version", VERSIONS)
def test_every_published_parameter_is_honoured_or_refused(
    program: Program, world: World, version: str
) -> None:
    """A value that it cannot have is an error, so nobody's parameter is ignored."""
    names = {"fernway": world.fernway.id, "offers": world.offers.id}
    calls = [one for one in published() if f"/{version}/" in one.path]
    for one in calls:
        assert one.ask(program, names) == 200, one
        named = {*one.query, *one.fields}
        named |= {name for name in RIGHT if f"{{{name}}}" in one.path}
        if one.batch and not one.fields:
            named.add("subscriberIdString")
        for name in named:
            for value in WRONG[name]:
                assert one.ask(program, names, **{name: value}) == 400, (one, name, value)
    assert len(calls) == {"v3": 4, "v4": 10}[version]
