"""Many machines, and whatever dies of them (issue 6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.processes.counting import counted, named, wrong
from tests.processes.estate import Estate, running_estate
from tests.processes.post import Post
from tests.processes.public import Public
from tests.worker.receiver import Receiver

pytestmark = [pytest.mark.long, pytest.mark.postgres]
ADDRESS = "reader1@example.com"
Running = tuple[Estate, Post, Receiver]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """nginx, two web nodes, two workers, PgBouncer, a primary and two standbys."""
    with running_estate(tmp_path) as running:
        yield running


def browsed(estate: Estate) -> str:
    """Which PostgreSQL answers lists."""
    with estate.shop.site.database.browsing() as connection:
        return str(connection.scalar(text("SHOW cluster_name")))


def nodes_die(estate: Estate, public: Public) -> None:
    """The others go on, and whoever starts it again finds it as it was."""
    for node in (*estate.webs, estate.workers[0]):
        node.process.kill()
        public.is_answered(60)
        node.start()


def pooler_dies(estate: Estate, public: Public) -> None:
    """Without it nothing can be stored, and nobody is told that it was."""
    estate.bouncer.process.kill()
    public.is_refused()
    estate.bouncer.process.start()


def standby_dies(estate: Estate, public: Public) -> None:
    """`ANY 1`: the other one is enough, and it answers lists."""
    dead, other = estate.cluster.standbys
    estate.cluster.kill(dead)
    public.is_answered(60)
    assert browsed(estate) == other.name
    estate.cluster.rebuild(dead)


def primary_dies(estate: Estate, public: Public) -> None:
    """For good. Lists go on meanwhile; then a standby takes its place, and it comes back as one."""
    cluster = estate.cluster
    cluster.kill(cluster.primary)
    public.is_refused()
    assert browsed(estate) in {node.name for node in cluster.standbys}
    dead = cluster.promote()
    estate.bouncer.turn_to(cluster.primary)
    public.is_answered(60)
    cluster.rebuild(dead)


def test_whatever_dies_every_200_is_kept_and_all_that_is_owed_delivered_once(
    running: Running,
) -> None:
    """R-17, architecture 5 and 6. Web nodes, the worker, PgBouncer, a standby, and the primary for
    good, whose place the standby that has most takes; under load all the time. Nobody's log names a
    link or a person (R-113), and what looks for that finds one."""
    estate, post, receiver = running
    public = Public(estate)
    with public.busy(6):
        public.is_answered(60)
        for die in (nodes_die, pooler_dies, standby_dies, primary_dies):
            die(estate, public)
            public.is_answered(60)
    promised = counted(estate, public, post, receiver)
    assert wrong(estate, public, post, receiver) == {}, (promised, public.others)
    assert min(promised.values()) > 0, promised
    assert all(said.endswith(" 503") for said in public.others), public.others
    verified = estate.workers[0].installation.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    heard, token = estate.logged(), public.token(public.done["click"][0])
    assert all(at in heard for at in (" 503 POST /u/token ", "is ready", "streaming"))
    assert named(f"{heard} {token}?{ADDRESS}") == {"addresses": {ADDRESS}, "tokens": {token}}
