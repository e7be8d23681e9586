"""Every call as its description says it, tried by schemathesis: no server errors, no status, no
content type and no shape that is not described (issue 4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok

from tests.databases import ON_SQLITE
from tests.web.api.callers import Program
from tests.web.houses import BASE_URL
from tests.world import World

PUBLISHED = Path(__file__).parents[2] / "published"
EXAMPLES = 25
WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance")


def described(app: Flask, name: str) -> dict[str, Any]:
    """Our description, or a published one with our URL in it."""
    if name == "ours":
        content: Any = app.test_client().get("/api/openapi.json", base_url=BASE_URL).json
    else:
        content = json.loads((PUBLISHED / f"hubspot-{name}.json").read_text())
    return {**content, "servers": [{"url": BASE_URL}]}


@pytest.mark.long
@ON_SQLITE
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", ["ours", "v3", "v4"])
def test_nothing_is_found(
    app: Flask, program: Program, world: World, name: str, mode: GenerationMode
) -> None:
    """Neither by what the description allows nor by what it does not."""
    schema = schemathesis.openapi.from_dict(described(app, name))
    schema.app = app
    headers = {"Authorization": f"Bearer {program.secret}", "Accept-Encoding": "identity"}
    wanted = checks.CHECKS.get_by_names([*WANTED, "response_schema_conformance"])
    tried, found = 0, []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=wanted)

        try:
            holds()
        except Unsatisfiable:  # nothing of it can be wrong
            continue
        except Exception as fault:
            found.append(f"{operation.label}: {fault}")
        tried += 1
    assert found == []
    assert tried >= {"ours": 25, "v3": 2, "v4": 9}[name]
