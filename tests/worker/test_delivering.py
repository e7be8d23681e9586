"""Webhooks: signed, in order for each address, at least once, never lost (issue 4)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from app.domain.changes import Pause, Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.webhooks import AT_ONCE, EACH, LASTS, OLD_SECRET_LASTS, WAITS, State, Webhook
from app.domain.words import ACCOUNT, DAY, HOUR, Kind, Scope
from app.queries import webhooks as known
from app.services import webhooks
from app.services.webhooks import Settings as HookSettings
from app.store.tables import outbox
from app.web.site import Site
from app.worker import calling
from app.worker.delivering import Delivering
from app.worker.due import sequencing
from tests.databases import ON_SQLITE
from tests.lacking import lacks
from tests.web.admin.colleagues import DORA, STAFF, hire
from tests.web.houses import Clock, running, settings_for, site_of
from tests.worker.receiver import Receiver, receiving
from tests.world import ANA, BEN, CLEO, World, by, say

DORAS = Doer(None, 0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who listens."""
    with receiving() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    """Noon, until the test says otherwise."""
    return Clock()


@pytest.fixture
def site(database_url: str, tmp_path: Path, world: World, clock: Clock) -> Iterator[Site]:
    """An installation whose webhooks may reach this machine."""
    settings = settings_for(database_url, tmp_path)
    with running(replace(settings, webhook_networks=("127.0.0.0/8",)), clock) as app:
        yield site_of(app)


def made(site: Site, url: str, **more: Any) -> int:
    """A webhook."""
    named = {name: frozenset(values) for name, values in more.items()}
    return site.database.write(webhooks.create, HookSettings(url, **named), Doer(None, site.now()))


def hook(site: Site, id_: int) -> Webhook:
    """What is stored of it."""
    with site.database.reading() as connection:
        found = known.one(connection, id_, site.now())
    assert found
    return found


def owe(site: Site, many: int, ids: Sequence[int]) -> None:
    """Owe each of these webhooks so many changes, each of another address."""
    numbers = range(1, many + 1)
    rows = [{"position": n, "address_key": n.to_bytes(16), "number": 0} for n in numbers]
    hooks, wanted = [hook(site, id_) for id_ in ids], dict.fromkeys(ids, frozenset(numbers))
    site.database.write(webhooks.owe, rows, hooks, wanted, site.now())


def owed(site: Site, id_: int) -> tuple[int, int]:
    """How much is owed, and how much is dead."""
    with site.database.reading() as connection:
        counts = known.owed(connection, id_)
    return counts[State.OWED], counts[State.DEAD]


def tell(site: Site) -> None:
    """Tell all that is due."""
    sequencing(site).work()
    delivering = Delivering(site)
    while delivering.work():
        pass


def test_each_change_is_told_once_signed_and_in_order(
    site: Site, receiver: Receiver, world: World, clock: Clock
) -> None:
    """Pauses and one-clicks included; no event that the webhook does not want."""
    of_all, of_evenings = (
        made(site, receiver.url("/all")),
        made(site, receiver.url("/evenings"), types=[world.evenings.id]),
    )
    say(site.database, ANA, Subscribe(world.novels), by_=by(at=clock()))
    say(site.database, ANA, Unsubscribe(Scope.type(world.novels.id)), by_=by(at=clock()))
    say(site.database, BEN, Pause(world.fernway.id, clock() + DAY), by_=by(at=clock()))
    say(site.database, CLEO, Unsubscribe(ACCOUNT), by_=by(at=clock()))
    tell(site)
    all_, evenings = ([h for h in receiver.heard if h.path == p] for p in ("/all", "/evenings"))
    assert receiver.numbers(ANA.key) == [1, 2]
    assert len(all_) == 4
    assert [h.data["addressKey"] for h in evenings] == [CLEO.key.hex()]
    verifier = Verifier(hook(site, of_all).secrets[0])
    told = [verifier.verify(h.body, h.headers) for h in all_]
    assert {t["type"] for t in told} == {"preference.changed", "pause.started"}
    assert len({h.headers["webhook-id"] for h in all_}) == 4
    with pytest.raises(WebhookVerificationError):
        Verifier(hook(site, of_evenings).secrets[0]).verify(all_[0].body, all_[0].headers)
    tell(site)
    assert (len(receiver.heard), owed(site, of_all)) == (5, (0, 0))


def test_no_log_has_the_url_of_a_webhook(
    site: Site, receiver: Receiver, world: World, logged: StringIO
) -> None:
    """Whoever knows it may tell lies there: receivers put their secret into it."""
    made(site, receiver.url("/hook-secret"))
    say(site.database, ANA, Subscribe(world.novels))
    tell(site)
    assert receiver.numbers(ANA.key) == [1]
    receiver.answers["/hook-secret"] = 500
    say(site.database, BEN, Subscribe(world.novels))
    tell(site)
    assert "was not told: 500" in logged.getvalue()
    assert "hook-secret" not in logged.getvalue()


def test_a_failing_change_holds_back_its_address_for_a_while(
    site: Site, receiver: Receiver, world: World, clock: Clock
) -> None:
    """Others go on; after a quarter of an hour what came later is told first; each try has the
    same id."""
    id_ = made(site, receiver.url())
    say(site.database, ANA, Subscribe(world.novels))
    receiver.answers["/hook"] = 500
    tell(site)
    assert hook(site, id_).failing_since == clock()
    receiver.answers["/hook"] = 200
    say(site.database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    say(site.database, BEN, Subscribe(world.novels))
    tell(site)
    assert (receiver.numbers(ANA.key), receiver.numbers(BEN.key)) == ([1], [1])
    clock.pass_(HOUR)
    tell(site)
    assert receiver.numbers(ANA.key) == [1, 1, 2]
    assert len({h.headers["webhook-id"] for h in receiver.heard}) == 3
    assert (owed(site, id_), hook(site, id_).failing_since) == ((0, 0), None)


def test_what_fails_for_long_lets_later_ones_pass(
    site: Site, receiver: Receiver, world: World, clock: Clock
) -> None:
    made(site, receiver.url())
    say(site.database, ANA, Subscribe(world.novels))
    receiver.answers["/hook"] = 500
    tell(site)
    say(site.database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    clock.pass_(WAITS + 1)
    tell(site)
    assert 2 in receiver.numbers(ANA.key)


def test_after_three_days_it_is_a_dead_letter_and_the_webhook_is_off(
    site: Site, receiver: Receiver, world: World, clock: Clock
) -> None:
    """Who made it is told by mail, once; sent again, it is told."""
    dora = hire(site, DORA, STAFF[DORA])
    settings = HookSettings(receiver.url())
    id_ = site.database.write(webhooks.create, settings, Doer(dora.id, clock()))
    say(site.database, ANA, Subscribe(world.novels))
    receiver.answers["/hook"] = 302
    for _ in range(30):
        tell(site)
        clock.pass_(4 * HOUR)
    assert {h.path for h in receiver.heard} == {"/hook"}, "a redirect is not followed"
    assert (owed(site, id_), hook(site, id_).active) == ((0, 1), False)
    with site.database.reading() as connection:
        mails = connection.execute(select(outbox.c.recipient, outbox.c.record)).all()
        (dead,) = known.dead_letters(connection, id_)
    assert mails == [(DORA, id_)]
    assert (dead.address, dead.kind, dead.answer) == (
        ANA.address if dead.address else None,
        Kind.CHANGED,
        "302",
    )
    receiver.answers.clear()
    doer = Doer(dora.id, clock())
    site.database.write(webhooks.send_again, id_, [dead.position], doer)
    site.database.write(webhooks.switch_on, id_, doer)
    tell(site)
    assert owed(site, id_) == (0, 0)
    assert clock() - dead.created_at > LASTS


def test_one_that_is_gone_is_switched_off_at_once_and_keeps_what_it_is_owed(
    site: Site, receiver: Receiver, world: World
) -> None:
    id_ = made(site, receiver.url())
    say(site.database, ANA, Subscribe(world.novels))
    receiver.answers["/hook"] = 410
    tell(site)
    assert not hook(site, id_).active
    say(site.database, BEN, Subscribe(world.novels))
    tell(site)
    assert (len(receiver.heard), owed(site, id_)) == (1, (2, 0))


def test_of_an_answer_without_an_end_only_the_beginning_is_read(
    site: Site, receiver: Receiver
) -> None:
    """It holds up nobody, fills no memory, and its status counts."""
    id_ = made(site, receiver.url("/endless"))
    site.database.write(webhooks.owe_test, id_, site.now())
    tell(site)
    assert owed(site, id_) == (0, 0)
    assert receiver.hung_up.wait(60)


def test_one_that_hangs_holds_up_no_other(
    site: Site, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one whose name nobody tells, however much is owed to them; each is called by few at once.
    Once they answer they get the rest."""
    lookup, names_told = socket.getaddrinfo, threading.Event()

    def slow_lookup(host: str, *args: Any, **more: Any) -> Any:
        if host == "slow.example":
            names_told.wait()
        return lookup("127.0.0.1" if host == "slow.example" else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow_lookup)
    slow_name = f"http://slow.example:{receiver.port}/slow"
    urls = (receiver.url("/hanging"), slow_name, receiver.url("/well"))
    many, *ids = 3 * EACH, *(made(site, url) for url in urls)
    owe(site, many, ids)
    delivering = Delivering(site)
    try:
        while owed(site, ids[2]) != (0, 0) or receiver.paths()["/hanging"] < EACH:
            assert delivering.work() >= 2 * EACH
        assert receiver.paths() == {"/well": many, "/hanging": EACH}
    finally:
        receiver.may_answer.set()
        names_told.set()
    while delivering.work():
        pass
    assert receiver.paths() == {"/well": many, "/hanging": many, "/slow": many}
    assert [owed(site, id_) for id_ in ids] == [(0, 0)] * 3


def test_whose_last_call_failed_is_called_by_one_until_it_takes_something(
    site: Site, receiver: Receiver, clock: Clock
) -> None:
    """So many that hang do not hold up another, which would have no call left. decisions/0115."""
    ids = [made(site, receiver.url("/hanging")) for _ in range(AT_ONCE // EACH)]
    receiver.answers["/hanging"] = 500
    receiver.may_answer.set()
    for id_ in ids:
        site.database.write(webhooks.owe_test, id_, site.now())
    tell(site)
    assert receiver.paths() == {"/hanging": len(ids)}
    receiver.may_answer.clear()
    well, many = made(site, receiver.url("/well")), 3 * EACH
    owe(site, many, [*ids, well])
    delivering = Delivering(site)
    try:
        while owed(site, well) != (0, 0) or receiver.paths()["/hanging"] < 2 * len(ids):
            assert delivering.work() >= len(ids)
        assert receiver.paths() == {"/well": many, "/hanging": 2 * len(ids)}
    finally:
        receiver.answers.clear()
        receiver.may_answer.set()
    clock.pass_(HOUR)
    while delivering.work():
        pass
    assert {owed(site, id_) for id_ in ids} == {(0, 0)}


@pytest.mark.slow
@ON_SQLITE
def test_who_answers_in_bits_gets_no_more_time(
    site: Site, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is for the call, its name looked up and all, not for each of its steps."""
    monkeypatch.setattr(calling, "CALL_SECONDS", 1.0)
    id_ = made(site, receiver.url("/trickling"))
    site.database.write(webhooks.owe_test, id_, site.now())
    tell(site)
    assert owed(site, id_) == (1, 0)
    assert hook(site, id_).answer.endswith("Timeout")


def test_nothing_is_sent_to_a_private_address(site: Site, receiver: Receiver, world: World) -> None:
    """H-47: not by its number, not by a name."""
    closed = replace(site, settings=replace(site.settings, webhook_networks=()))
    hosts = ("127.0.0.1", "localhost", "2130706433")
    made_ = [made(site, f"http://{host}:{receiver.port}/hook") for host in hosts]
    say(site.database, ANA, Subscribe(world.novels))
    tell(closed)
    assert receiver.heard == []
    assert all(hook(site, id_).answer == "PermissionError" for id_ in made_)


def test_a_host_that_can_be_none_fails_like_any_other(site: Site, world: World) -> None:
    """It is tried again and dies in the end, and holds up nobody else's."""
    id_ = made(site, f"https://{'a' * 64}.example.com/hook")
    say(site.database, ANA, Subscribe(world.novels))
    tell(site)
    assert hook(site, id_).failing_since == site.now()


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(
    site: Site, receiver: Receiver, clock: Clock
) -> None:
    id_ = made(site, receiver.url())
    old = hook(site, id_).secrets[0]
    site.database.write(webhooks.renew_secret, id_, Doer(None, clock()))
    new, also = hook(site, id_).secrets
    assert also == old != new
    site.database.write(webhooks.owe_test, id_, clock())
    tell(site)
    (heard,) = receiver.heard
    for secret in (old, new):
        assert Verifier(secret).verify(heard.body, heard.headers)["type"] == "webhook.test"
    clock.pass_(OLD_SECRET_LASTS)
    assert hook(site, id_).secrets == (new,)


NODE = """
const {createHmac, timingSafeEqual} = require("crypto");
let all = ""; process.stdin.on("data", d => all += d).on("end", () => {
  const {secret, headers, body} = JSON.parse(all);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const made = Buffer.from(createHmac("sha256", key).update(signed).digest("base64"));
  const ok = headers["webhook-signature"].split(" ").some(s => {
    const given = Buffer.from(s.replace("v1,", ""));
    return given.length === made.length && timingSafeEqual(given, made);
  });
  process.exit(ok ? 0 : 1);
});
"""


def test_another_language_verifies_the_signature(site: Site, receiver: Receiver) -> None:
    """By Node's own means, as docs/senders shows."""
    node = shutil.which("node")
    if node is None:
        lacks("node is not on this machine")
    id_ = made(site, receiver.url())
    site.database.write(webhooks.owe_test, id_, site.now())
    tell(site)
    (heard,) = receiver.heard
    given = {"headers": heard.headers, "body": heard.body.decode()}
    for secret, status in ((hook(site, id_).secrets[0], 0), (webhooks.new_secret(), 1)):
        asked = json.dumps({**given, "secret": secret}).encode()
        assert subprocess.run([node, "-e", NODE], input=asked, check=False).returncode == status
