"""What reads for long from a standby, while the primary cleans up (issue 6; deploy/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from app.store.doors import Database, Unavailable
from tests.processes.cluster import Cluster, Node, running_cluster
from tests.processes.installation import until

pytestmark = [pytest.mark.long, pytest.mark.postgres]
ROWS = 10_000
COUNT = "SELECT count(*) FROM things"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A primary, and a standby that waits for no reader when it follows."""
    with running_cluster() as cluster:
        settled(cluster.standbys[0], "max_standby_streaming_delay = 0")
        yield cluster


def settled(node: Node, setting: str) -> None:
    """It goes by this from now on."""
    with node.connected() as connection:
        connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    name, _, value = setting.partition(" = ")
    until(lambda: node.ask(f"SHOW {name}") == value, setting)


def read_while_the_primary_cleans_up(cluster: Cluster) -> list[int]:
    """How many rows a reader of the standby finds before they are deleted and vacuumed away, and
    after."""
    standby, primary = cluster.standbys[0], cluster.primary
    with primary.connected("sayso") as connection:
        connection.execute("DROP TABLE IF EXISTS things")
        connection.execute(f"CREATE TABLE things AS SELECT generate_series(1, {ROWS})".encode())
        followed(cluster)
        url = f"postgresql+psycopg://postgres@/sayso?host={standby.home}&port={standby.port}"
        with closing(Database(url)) as database, database.browsing() as lines:
            before = lines.scalar(text(COUNT))
            if standby.ask("SHOW hot_standby_feedback") == "on":
                until(lambda: knows(primary, standby), "the primary knows of the reader")
            connection.execute("DELETE FROM things")
            connection.execute("VACUUM things")
            followed(cluster)
            return [before or 0, lines.scalar(text(COUNT)) or 0]


def knows(primary: Node, standby: Node) -> bool:
    """Whether the primary has been told what the readers of a standby still see."""
    told = f"SELECT backend_xmin FROM pg_stat_replication WHERE application_name = '{standby.name}'"
    return primary.ask(told) is not None


def followed(cluster: Cluster) -> None:
    """The standby has come as far as the primary."""
    there = cluster.primary.ask("SELECT pg_current_wal_lsn()::text")
    behind = f"SELECT pg_last_wal_replay_lsn() >= '{there}'::pg_lsn"
    until(lambda: cluster.standbys[0].ask(behind), "the standby has come so far")


def test_is_ended_in_words_where_the_standby_must_go_on(cluster: Cluster) -> None:
    """Nothing is left out unsaid, and it may be asked again."""
    with pytest.raises(Unavailable, match="conflict with recovery"):
        read_while_the_primary_cleans_up(cluster)


def test_goes_on_where_the_standby_tells_the_primary_of_its_readers(cluster: Cluster) -> None:
    settled(cluster.standbys[0], "hot_standby_feedback = on")
    assert read_while_the_primary_cleans_up(cluster) == [ROWS, ROWS]
