"""Health and readiness (issue 6)."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import Connection, text

from app.config import Settings
from app.domain.address import fingerprint
from app.store.revisions import NEWEST
from app.web.site import Site


def test_a_node_is_ready_with_the_schema_of_its_release(app: Flask, site: Site) -> None:
    """What is owed is told, by queue; an old schema takes the node out of the proxy's turn."""
    browser = app.test_client()
    ready = browser.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["ready"] is True
    prints = ready.get_json()["linkSecrets"]
    assert [len(prints[use]) for use in ("verify", "sign", "optOutOnly")] == [1, 1, 0]
    assert set(ready.get_json()["waitingSeconds"]) == {"outbox", "runs", "webhooks", "unsequenced"}
    site.database.write(_revise, "0001")
    old = browser.get("/readyz")
    site.database.write(_revise, NEWEST)
    assert (old.status_code, old.headers["Retry-After"]) == (503, "30")
    assert (old.get_json()["ready"], old.get_json()["waitingSeconds"]) == (False, {})
    assert browser.get("/healthz").status_code == 200


def test_link_secrets_are_told_by_what_each_does(settings: Settings) -> None:
    """One that leaked verifies for opting out only, wherever else it stands."""
    old, leaked, new, coming = (word.encode() * 8 for word in ("old1", "leak", "new1", "next"))
    several = replace(
        settings,
        link_secrets=(old, leaked, new),
        link_secrets_next=(coming,),
        link_secrets_leaked=(leaked,),
    )
    prints = [fingerprint(secret)[:4].hex() for secret in (old, new, coming, leaked)]
    assert several.link_fingerprints == {
        "verify": prints[:3],
        "sign": [prints[1]],
        "optOutOnly": prints[3:],
    }
    told = "verifying {0}, {1}, {2}; signing {1}; opting out only {3}".format(*prints)
    assert several.link_secrets_told == told


def _revise(connection: Connection, revision: str) -> None:
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
