"""The frame of the API: keys, problems, limits, sizes, packing (issue 4)."""

from __future__ import annotations

import gzip
import subprocess
import sys
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.domain.words import DAY
from app.services import keys
from app.web.site import Site
from tests.web.api.callers import Program, key_of
from tests.web.houses import BASE_URL, Clock, running, settings_for, site_of
from tests.world import NOW, World

WHO = "/api/v1/key"
THEIRS = "/communication-preferences/v4/definitions"


def told(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """A problem as RFC 9457 has it, its kind documented on the page it names."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    content: dict[str, Any] = answer.json
    assert content["status"] == status
    assert content["type"] == f"{BASE_URL}/api/docs#problem-{kind}"
    assert content["title"]
    assert content["detail"]
    UUID(content["instance"])
    return content


def told_theirs(answer: Any, status: int, category: str) -> dict[str, Any]:
    """An error as HubSpot's clients expect it."""
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    content: dict[str, Any] = answer.json
    assert content["category"] == category
    assert content["message"]
    UUID(content["correlationId"])
    return content


def test_a_key_says_what_it_may(app: Flask, site: Site, world: World) -> None:
    program = Program(app, [KeyScope.LINKS], brands=[world.fernway.id], expires_at=NOW + DAY)
    assert program.get(WHO).json == {
        "id": key_of(site).id,
        "name": "Fernway's shop",
        "scopes": ["links"],
        "brands": [world.fernway.id],
        "speaksForPerson": False,
        "expiresAt": "2026-06-02T12:00:00.000Z",
    }


def test_the_text_of_a_key_is_stored_nowhere(site: Site, program: Program) -> None:
    with site.database.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM api_key").all())
        stored += str(connection.exec_driver_sql("SELECT * FROM audit").all())
    assert program.secret not in stored
    assert program.secret[6:] not in stored


def test_without_a_key_that_works_nothing_is_answered(
    app: Flask, program: Program, clock: Clock
) -> None:
    dying = Program(app, expires_at=NOW + DAY)
    assert dying.get(WHO).status_code == 200
    clock.pass_(DAY)
    told(dying.get(WHO), 401, "bad-key")
    told_theirs(dying.get(THEIRS), 401, "INVALID_AUTHENTICATION")
    for authorization in ("", "Bearer", "Basic YTpi", f"Bearer{program.secret}"):
        answer = program.get(WHO, Authorization=authorization)
        told(answer, 401, "no-key")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    told(program.get(WHO, Authorization="Bearer sayso_nonsense"), 401, "bad-key")


def test_a_revoked_key_ends_at_once(site: Site, program: Program) -> None:
    id_ = key_of(site).id
    assert site.database.write(keys.revoke, id_, Doer(None, NOW))
    assert not site.database.write(keys.revoke, id_, Doer(None, NOW))
    told(program.get(WHO), 401, "bad-key")


def test_a_key_in_the_query_is_refused_with_the_header_too(program: Program) -> None:
    """Rules.md 9: it would end up in logs."""
    told_theirs(program.get(f"{THEIRS}?hapikey={program.secret}"), 401, "INVALID_AUTHENTICATION")
    assert program.get(THEIRS).status_code == 200


def test_a_key_does_only_what_its_scopes_say(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    lacking = told_theirs(Program(app, [KeyScope.LINKS]).get(THEIRS), 403, "MISSING_SCOPES")
    assert lacking["context"] == {"requiredScope": ["definitions"]}
    assert "was refused: it lacks the scope definitions" in caplog.text


def test_calls_have_no_session_and_no_cookie(program: Program) -> None:
    answer = program.get(WHO)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_there_is_a_problem_too(program: Program) -> None:
    told(program.get("/api/v1/nothing"), 404, "nothing-here")
    told_theirs(program.get("/communication-preferences/v4/nothing"), 404, "OBJECT_NOT_FOUND")
    answer = program.send("DELETE", WHO, None)
    told(answer, 405, "method")
    assert "GET" in answer.headers["Allow"]
    told(program.get(f"{WHO}?colour=red"), 400, "malformed")


@pytest.mark.usefixtures("one_minute")
def test_a_key_has_so_many_calls(database_url: str, tmp_path: Any, world: World) -> None:
    """The headers say what is left, before and after it is too many."""
    settings = settings_for(database_url, tmp_path, api_calls=2)
    with running(settings, Clock()) as app:
        program, other = Program(app), Program(app)
        left = [program.get(WHO).headers["RateLimit"] for _ in range(2)]
        assert left == ['"key";r=1;t=10', '"key";r=0;t=10']
        answer = program.get(WHO)
        told(answer, 429, "too-many")
        assert answer.headers["Retry-After"] == "10"
        assert answer.headers["RateLimit-Policy"] == '"key";q=2;w=10'
        told_theirs(program.get(THEIRS), 429, "RATE_LIMITS")
        assert other.get(WHO).headers["X-HubSpot-RateLimit-Remaining"] == "1"


def test_when_counting_fails_calls_pass(database_url: str, tmp_path: Any, world: World) -> None:
    settings = settings_for(database_url, tmp_path, data_dir=tmp_path / "nowhere")
    with running(replace(settings), Clock()) as app:
        if site_of(app).database.dialect == "sqlite":
            assert Program(app).get(WHO).status_code == 200


def test_a_key_is_seen_in_use(app: Flask, site: Site, clock: Clock) -> None:
    program = Program(app)
    reference = key_of(site).reference
    assert site.counts.all_last_seen([reference]) == {}
    program.get(WHO)
    assert site.counts.all_last_seen([reference]) == {reference: NOW}
    clock.pass_(300 * DAY)
    program.get(WHO)
    assert site.counts.all_last_seen([reference]) == {reference: NOW + 300 * DAY}


def test_large_answers_are_packed_for_who_accepts_it(program: Program) -> None:
    plain = program.get("/api/openapi.json")
    packed = program.get("/api/openapi.json", Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_description_and_its_page_are_open_to_all_and_kept(app: Flask) -> None:
    client = app.test_client()
    described: Any = client.get("/api/openapi.json", base_url=BASE_URL).json
    assert described["openapi"] == "3.1.0"
    page = client.get("/api/docs", base_url=BASE_URL)
    assert all(path in page.text for path in described["paths"])
    assert "problem-too-many" in page.text
    assert "://" not in page.text.replace(BASE_URL, "").replace("\\u", "")
    again = client.get(
        "/api/docs", base_url=BASE_URL, headers={"If-None-Match": page.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/api/docs.css", base_url=BASE_URL).mimetype == "text/css"


def test_pages_of_recipients_never_load_what_the_api_needs() -> None:
    """So that a process starts in under a second, and stays small (performance.md)."""
    program = "import sys, app.factory, app.web.apart; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"pydantic", "app.web.api.application"} & set(run.stdout.split())
