"""Programs read the changes feed and hand in feedback (issue 4)."""

from __future__ import annotations

from typing import Any

from app.domain.changes import Unsubscribe
from app.domain.keys import KeyScope
from app.domain.standing import BOUNCE, COMPLAINT
from app.domain.words import Scope
from app.services import feed
from app.store.doors import Database
from tests.web.api.callers import Program
from tests.web.houses import everything, known
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, say

CHANGES, FEEDBACK = "/api/v1/changes", "/api/v1/feedback"


def told(program: Program, query: str = "") -> Any:
    """What the feed answers."""
    return program.get(CHANGES + query).get_json()


def happen(database: Database, world: World) -> None:
    """Three events at three scopes."""
    said = (
        (ANA, Unsubscribe(Scope.type(world.novels.id), world.novels)),
        (BEN, Unsubscribe(Scope.type(world.evenings.id), world.evenings)),
        (CLEO, Unsubscribe(Scope.brand(world.fernway.id))),
    )
    for later, (person, change) in enumerate(said):
        say(database, person, change, by_=by(at=NOW + later))
    database.write(feed.sequence, NOW)


def test_a_reader_that_keeps_its_cursor_gets_each_event_once(
    program: Program, database: Database, world: World, heard: list[str]
) -> None:
    happen(database, world)
    first = told(program, "?limit=2")
    assert [c["email"] for c in first["changes"]] == [ANA.address, BEN.address]
    assert (first["changes"][0]["status"], first["more"]) == ("UNSUBSCRIBED", True)
    rest = told(program, f"?after={first['next']}")
    assert [c["email"] for c in rest["changes"]] == [None], "only Cleo's key is known"
    assert rest["changes"][0]["addressKey"] == CLEO.key.hex()
    heard.clear()
    last = program.get(f"{CHANGES}?after={rest['next']}")
    assert last.get_json() == {"changes": [], "next": rest["next"], "more": False}
    assert len([s for s in heard if s.startswith("SELECT")]) <= 3
    again = program.get(f"{CHANGES}?after={rest['next']}", If_None_Match=last.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert told(program, "?after=end")["changes"] == []


def test_what_is_read_may_be_about_one_type_or_brand(
    program: Program, database: Database, world: World
) -> None:
    """And a key that is restricted to brands reads no others'."""
    happen(database, world)
    of_type = told(program, f"?type={world.novels.id}")["changes"]
    assert [c["addressKey"] for c in of_type] == [ANA.key.hex(), CLEO.key.hex()]
    of_brand = told(program, f"?brand={world.workshops.id}")["changes"]
    assert [c["addressKey"] for c in of_brand] == [BEN.key.hex()]
    restricted = Program(program.app, brands=[world.workshops.id])
    own = told(restricted)["changes"]
    assert [c["addressKey"] for c in own] == [BEN.key.hex()]
    assert restricted.get(f"{CHANGES}?brand={world.fernway.id}").status_code == 403


def test_a_cursor_of_before_a_restore_says_what_to_do(program: Program) -> None:
    assert program.get(f"{CHANGES}?after=0.0").status_code == 410
    assert "from the start" in told(program, "?after=0.0")["detail"]
    assert program.get(f"{CHANGES}?after=junk").status_code == 400
    assert program.get(f"{CHANGES}?since=1").status_code == 400, "unknown fields are refused"


def test_feedback_suppresses_once(program: Program, database: Database, world: World) -> None:
    """R-146. An address that nobody knows is kept by its key."""
    events = [
        {"email": ANA.address, "kind": "BOUNCE", "id": "1", "answer": "550 gone"},
        {"email": "stranger@example.com", "kind": "COMPLAINT", "happenedAt": "2026-05-01T00:00Z"},
        {"email": ANA.address, "kind": "COMPLAINT", "id": "2", "message": 812},
    ]
    assert program.post(FEEDBACK, {"events": events}).json == {"new": 3}
    assert {BOUNCE, COMPLAINT} <= known(database, ANA).held.keys()
    assert program.post(FEEDBACK, {"events": events[:1]}).json == {"new": 0}
    stranger = known(database, Person("Stranger", "stranger@example.com"))
    assert (set(stranger.held), stranger.address) == ({COMPLAINT}, None)


def test_feedback_that_cannot_be_read_does_nothing(
    program: Program, database: Database, world: World
) -> None:
    """Each error names its field, never its value."""
    before = everything(database)
    bad = [{"email": ANA.address, "kind": "BOUNCE"}, {"email": "no address", "kind": "BOUNCE"}]
    answer = program.post(FEEDBACK, {"events": bad})
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/events/1/email"
    assert "no address" not in answer.text
    wrong = {"events": [{"email": "a@b.c", "kind": "SOFT"}]}
    bodies: list[Any] = [{}, {"events": []}, wrong, "[", {"x": 1}]
    for body in bodies:
        assert program.post(FEEDBACK, body).status_code == 400
    weak = Program(program.app, [KeyScope.CHANGES])
    assert weak.post(FEEDBACK, {"events": bad}).status_code == 403
    assert everything(database) == before
