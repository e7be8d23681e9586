"""Who made what a call changed: the key, by its id (issue 4)."""

from __future__ import annotations

from flask import Flask

from app.domain.words import Actor, Via
from app.store.doors import Database
from app.web.site import Site
from tests.databases import ON_SQLITE
from tests.web.api.callers import Program, key_of
from tests.web.api.test_v1 import EVIDENCE, change
from tests.web.houses import events
from tests.world import ANA, BEN, World


@ON_SQLITE
def test_each_event_names_the_key_that_made_it(
    app: Flask, program: Program, database: Database, site: Site, world: World
) -> None:
    """Issue 4: actor API with the key's id, by whichever call; the person, where the key speaks for
    them."""
    theirs = {"subscriptionId": world.offers.id, "channel": "EMAIL", "statusState": "SUBSCRIBED"}
    yes = {"emailAddress": ANA.address, "subscriptionId": world.novels.id}
    no = change(ANA.address, world.novels, "UNSUBSCRIBED")
    calls = (
        ("/api/v1/preferences", no),
        ("/api/v1/preferences", {**no, "status": "SUBSCRIBED", **EVIDENCE}),
        ("/api/v1/preferences/batch", {"inputs": [no]}),
        (f"/communication-preferences/v4/statuses/{ANA.address}", theirs),
        ("/communication-preferences/v3/unsubscribe", {**yes, "subscriptionId": world.offers.id}),
        ("/api/v1/opt-outs", {"email": ANA.address}),
    )
    for path, sent in calls:
        assert program.post(path, sent).status_code == 200, path
    made, mine = events(database, ANA), key_of(site).reference
    assert len(made) == len(calls)
    assert {(e.actor, e.via, e.reference) for e in made} == {(Actor.API, Via.API, mine)}
    speaker = Program(app, speaks_for_person=True)
    out = speaker.post("/api/v1/preferences", change(BEN.address, world.novels, "UNSUBSCRIBED"))
    assert out.status_code == 200
    (own,) = events(database, BEN)
    assert (own.actor, own.via) == (Actor.CONTACT, Via.API)
    assert own.reference not in (None, "", mine)
