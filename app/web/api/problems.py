"""What is told when a call fails: one shape for ours (RFC 9457), HubSpot's on HubSpot's paths."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from app.domain.words import Reason
from app.web.current import site

THEIRS = "/communication-preferences/"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, what it is, what to do about it, and HubSpot's category."""

    status: int
    title: str
    advice: str
    category: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(
        400,
        "The request cannot be read",
        "Send what /api/docs describes for this call: each error says which field and why.",
        "VALIDATION_ERROR",
    ),
    "no-key": Kind(
        401,
        "A key is needed",
        "Send the header Authorization: Bearer KEY. Keys are made in the admin under API keys, or "
        "by `sayso keys create`. A key in the query is never taken: it would end up in logs.",
        "INVALID_AUTHENTICATION",
    ),
    "bad-key": Kind(
        401,
        "This key does not work",
        "It is unknown, revoked or expired. Make a new one in the admin under API keys, or by "
        "`sayso keys create`.",
        "INVALID_AUTHENTICATION",
    ),
    "scope": Kind(
        403,
        "The key may not do this",
        "Use a key that has the scope that is named, or none of its restrictions.",
        "MISSING_SCOPES",
    ),
    "brand": Kind(
        403,
        "The key is restricted to other brands",
        "Use a key of this brand, or one for every brand.",
        "MISSING_SCOPES",
    ),
    "nothing-here": Kind(
        404,
        "There is nothing at this address",
        "Check it against /api/docs: what it names may be gone, or was never there.",
        "OBJECT_NOT_FOUND",
    ),
    "method": Kind(
        405, "This method is not for this address", "See the header Allow.", "VALIDATION_ERROR"
    ),
    "refused": Kind(
        409,
        "What stands does not allow it",
        "Each refusal has its reason: a person's own choice is theirs to take back, by their "
        "preference page. Send them its link.",
        "CONFLICT",
    ),
    "taken": Kind(
        409, "There is one already", "Use another name, or change what is there.", "CONFLICT"
    ),
    "changed-meanwhile": Kind(
        412,
        "It was changed meanwhile",
        "Read it again, and send its new ETag in If-Match.",
        "CONFLICT",
    ),
    "restored": Kind(
        410,
        "The database was restored, and this cursor belongs to what it was before",
        "Read the feed again from the start, without after: what you know already does no harm.",
        "CONFLICT",
    ),
    "large": Kind(
        413, "The request is too large", "Divide it into several calls.", "VALIDATION_ERROR"
    ),
    "media": Kind(
        415,
        "This is not the kind of content that is taken here",
        "Send application/json, in UTF-8; a file to import as text/csv.",
        "VALIDATION_ERROR",
    ),
    "evidence": Kind(
        422,
        "This needs a legal basis or an explanation",
        "Send legalBasis and legalBasisExplanation: why this person may be mailed.",
        "VALIDATION_ERROR",
    ),
    "other-request": Kind(
        422,
        "This Idempotency-Key was used for another request",
        "Use a new key for each new request, and the same one only to repeat it.",
        "VALIDATION_ERROR",
    ),
    "too-many": Kind(
        429, "Too many calls", "Wait as many seconds as Retry-After says.", "RATE_LIMITS"
    ),
    "failed": Kind(
        500,
        "This is a mistake of ours",
        "Try again later. If it stays, tell us the id of this problem.",
        "INTERNAL_ERROR",
    ),
    "unavailable": Kind(
        503,
        "Nothing can be read or stored now",
        "Nothing was changed. Try again in as many seconds as Retry-After says.",
        "INTERNAL_ERROR",
    ),
}
EVIDENCE = {Reason.LEGAL_BASIS_REQUIRED, Reason.EXPLANATION_REQUIRED}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a request: where, and why."""

    where: str
    why: str
    code: str = ""


class Problem(Exception):
    """A call that fails, as one of KINDS."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **context: str,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.faults = kind, detail, faults
        self.headers, self.context = dict(headers or {}), context


def refusal(reason: Reason) -> Problem:
    """What was refused for this reason."""
    kind = "evidence" if reason in EVIDENCE else "refused"
    return Problem(kind, faults=[Fault("", reason.name, reason.name)], reason=reason.name)


def told(problem: Problem) -> Response:
    """The problem in the shape that this path speaks."""
    kind = KINDS[problem.kind]
    if request.path.startswith(THEIRS):
        content, media_type = _theirs(problem, kind), "application/json"
    else:
        content, media_type = _ours(problem, kind), "application/problem+json"
    response = Response(json.dumps(content), kind.status, mimetype=media_type)
    response.headers.update(problem.headers)
    return response


def _ours(problem: Problem, kind: Kind) -> dict[str, Any]:
    content: dict[str, Any] = {
        "type": f"{site().links.base.text}/api/docs#problem-{problem.kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": " ".join(filter(None, (problem.detail, kind.advice))),
        "instance": f"urn:uuid:{uuid.uuid4()}",
        **problem.context,
    }
    if problem.faults:
        content["errors"] = [
            {"pointer": f.where, "detail": f.why, **({"code": f.code} if f.code else {})}
            for f in problem.faults
        ]
    return content


def _theirs(problem: Problem, kind: Kind) -> dict[str, Any]:
    words = ". ".join(filter(None, (kind.title, problem.detail, *(f.why for f in problem.faults))))
    content: dict[str, Any] = {
        "status": "error",
        "message": f"{words}. {kind.advice}",
        "correlationId": str(uuid.uuid4()),
        "category": kind.category,
    }
    if problem.context:
        content["context"] = {name: [value] for name, value in problem.context.items()}
    if problem.faults:
        content["errors"] = [
            {"message": f.why, **({"in": f.where} if f.where else {})} for f in problem.faults
        ]
    return content
