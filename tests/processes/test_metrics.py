"""Metrics and structured logs of a running server (issue 6)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.domain.words import HOUR
from app.services import keys, statistics
from app.services.keys import NewKey
from app.web.site import system_clock
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import Installation, Server, Shop, until

TOKEN = "a-token-for-those-who-watch"
ANA = "ana@fernway.example"


def scraped(server: Server) -> dict[str, float]:
    """Each sample by its name and labels."""
    answer = server.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200
    assert ANA not in answer.body.decode()
    lines = (line for line in answer.body.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.long
@FIRST_ON_SQLITE
def test_metrics_are_those_of_all_processes_and_only_for_who_has_the_token(
    installation: Installation, shop: Shop
) -> None:
    """Requests by route and status, decisions, opt-outs by channel, effect, queue ages; the log in
    lines of JSON that hold neither token nor address (R-113)."""
    installation.settings.update(SAYSO_METRICS_TOKEN=TOKEN, SAYSO_LOG_FORMAT="json")
    new = NewKey("asks", frozenset({KeyScope.DECISIONS}), None, None)
    secret = shop.site.database.write(keys.create, new, Doer(None, system_clock()))
    people = [f"reader{number}@example.com" for number in range(40)]
    with installation.serving(workers=2) as server:
        assert {server.one_click(shop.token(person)).status for person in people} == {200}
        assert server.one_click("x" * 58).status == 404
        asked = json.dumps({"type": shop.type_id(), "emails": [*people, ANA]}).encode()
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        assert server.ask("POST", "/api/v1/send-decisions", asked, **headers).status == 200
        later = system_clock() + HOUR
        while shop.site.database.write(statistics.count, shop.site.settings.time_zone, later):
            pass
        found = scraped(server)
        for wrong in ("", "Bearer ", f"Bearer {TOKEN}x", TOKEN):
            assert server.ask("GET", "/metrics", Authorization=wrong).status == 401
        server.ask("GET", f"/u/{shop.token(ANA)}?email={ANA}")
        server.reload()
        until(lambda: scraped(server), "the new processes answer too")
        assert scraped(server)[POSTS] == 40, "what ended processes counted stays"
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.log.splitlines()]
    assert found[POSTS] == 40
    assert found['sayso_requests_total{method="POST",route="/u/<token>",status="404"}'] == 1
    assert found['sayso_decisions_total{reason="UNSUBSCRIBED"}'] == 40
    assert found['sayso_outcomes_total{outcome="OPT_OUT",via="ONE_CLICK"}'] >= 40
    assert found['sayso_effect_seconds_count{route="/u/<token>"}'] == 40
    assert found['sayso_queue_age_seconds{queue="outbox"}'] == 0
    assert found["sayso_database_up"] == 1
    assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)


POSTS = 'sayso_requests_total{method="POST",route="/u/<token>",status="200"}'


@ON_SQLITE
def test_without_a_token_there_are_no_metrics_and_nothing_is_loaded_for_them(
    installation: Installation, shop: Shop
) -> None:
    program = (
        "import sys; from app.factory import create_app; browser = create_app().test_client(); "
        "print(browser.get('/metrics').status_code, 'prometheus_client' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["404", "False"]
