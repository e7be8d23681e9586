"""HubSpot's envelopes: how answers and errors within them are wrapped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from app.domain.moments import moment
from app.domain.words import Instant
from app.web.api.models import Theirs
from app.web.api.problems import KINDS


class OfBrand(Theirs):
    """Calls that may name a business unit; 0 is none."""

    business_unit: int = Field(0, alias="businessUnitId")


def complete(results: Sequence[Any], now: Instant) -> dict[str, Any]:
    """Everything was done."""
    at = moment(now)
    return {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}


def with_errors(
    results: Sequence[Any], errors: Sequence[Mapping[str, Any]], now: Instant
) -> dict[str, Any]:
    """Each input was answered, some by an error."""
    return {**complete(results, now), "errors": errors, "numErrors": len(errors)}


def standard_error(kind: str, why: str, **context: str) -> dict[str, Any]:
    """One input that failed."""
    told = KINDS[kind]
    return {
        "status": "error",
        "id": str(uuid.uuid4()),
        "category": told.category,
        "message": f"{told.title}. {why}. {told.advice}",
        "context": {name: [value] for name, value in context.items()},
        "errors": [{"message": why}],
        "links": {},
    }
