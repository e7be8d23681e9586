"""Many machines as processes on one: nginx, web nodes, workers, PgBouncer, three PostgreSQL."""

from __future__ import annotations

import http.client
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from sqlalchemy import select

from app.domain.deeds import Doer
from app.services import webhooks
from app.store.tables import event
from tests.processes.clock import Clock
from tests.processes.cluster import OWNER, READER, Cluster, running_cluster
from tests.processes.front import Nginx, PgBouncer, Process, program
from tests.processes.installation import (
    LINK_SECRET,
    SAYSO,
    SECRETS,
    Installation,
    Shop,
    free_port,
    until,
)
from tests.processes.post import Post, listening
from tests.worker.receiver import Receiver, receiving

THREADS = ("--workers", "2", "--threads", "4")

log = logging.getLogger(__name__)


class Node:
    """A machine of ours: a directory of its own, and what runs there."""

    def __init__(self, home: Path, settings: dict[str, str], *command: str, port: int = 0) -> None:
        home.mkdir()
        self.port = port
        self.installation = Installation(home, {**settings})
        self.clock = Clock(self.installation)
        environment = self.installation.environment
        self.process = Process(home / "log", SAYSO, *command, cwd=home, env=environment)

    def start(self) -> None:
        """As systemd does after a kill."""
        self.process.start()
        if self.port:
            until(self._is_ready, "the node is ready")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
            with connection.getresponse() as response:
                return response.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Estate:
    """All of them, with the example in the database and a webhook that wants everything."""

    def __init__(self, home: Path, cluster: Cluster, post_url: str, receiver: Receiver) -> None:
        ports = [free_port(), free_port()]
        self.cluster = cluster
        self.bouncer = PgBouncer(cluster.home)
        self.nginx = Nginx(home, ports)
        self._link_secrets = home / "link-secrets"
        self._link_secrets.write_text(LINK_SECRET)
        self.settings = self._settings(post_url)
        self._receiver = receiver
        self.webs = [
            Node(
                home / f"web{port}",
                self.settings,
                "serve",
                "--port",
                str(port),
                *THREADS,
                port=port,
            )
            for port in ports
        ]
        self.workers = [Node(home / f"worker{at}", self.settings, "worker") for at in range(2)]

    def _settings(self, post_url: str) -> dict[str, str]:
        nodes = "&".join(f"host=127.0.0.1:{node.port}" for node in self.cluster.nodes)
        any_standby = f"{nodes}&target_session_attrs=prefer-standby"
        return {
            "SAYSO_ADDRESS_SECRET": SECRETS["SAYSO_ADDRESS_SECRET"],
            "SAYSO_LINK_SECRETS_FILE": str(self._link_secrets),
            "SAYSO_DATABASE_URL": self.bouncer.url("sayso", OWNER),
            "SAYSO_READ_DATABASE_URL": self.bouncer.url("sayso_reader", READER),
            "SAYSO_BROWSE_DATABASE_URL": f"postgresql+psycopg://sayso_reader:{READER}@/sayso?{any_standby}",
            "SAYSO_BASE_URL": f"https://127.0.0.1:{self.nginx.port}",
            "SAYSO_TRUSTED_PROXIES": "1",
            "SAYSO_WORKER": "off",
            "SAYSO_SMTP_URL": post_url,
            "SAYSO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }

    def start(self) -> None:
        """Start all of them, from an empty database on."""
        self.bouncer.start(self.cluster.primary)
        office = self.workers[0].installation
        until(lambda: _succeeded(office), "the example is made")
        self.shop = Shop(office.site())
        with self.shop.site.database.reading() as connection:
            self.settled = {bytes(key) for key in connection.scalars(select(event.c.address_key))}
        made = webhooks.Settings(self._receiver.url())
        now = self.shop.site.now()
        self.shop.site.database.write(webhooks.create, made, Doer(None, now))
        for node in (*self.webs, *self.workers):
            node.start()
        self.nginx.check()
        self.nginx.process.start()

    def rotate(self) -> None:
        """A new link secret for all, which each takes when it reloads."""
        with self._link_secrets.open("a") as file:
            file.write(f"\n{secrets.token_hex(24)}")

    def logged(self) -> str:
        """All that its programs wrote: ours, nginx, PgBouncer and PostgreSQL."""
        nodes = (*self.webs, *self.workers)
        said = [process.log() for process in (*(n.process for n in nodes), self.bouncer.process)]
        return "\n".join((*said, self.nginx.told, self.cluster.told))

    def stop(self) -> None:
        """End all that runs."""
        with suppress(AttributeError):
            self.shop.site.database.close()
            self.shop.site.counts.close()
        nodes = (*self.webs, *self.workers)
        for process in (self.nginx.process, *(n.process for n in nodes), self.bouncer.process):
            process.kill()


def _succeeded(office: Installation) -> bool:
    done = office.run("init", "--example")
    if done.returncode:
        log.warning("The example is not made: %s", done.stderr)
    return done.returncode == 0


@contextmanager
def running_estate(
    home: Path, around: Callable[[Cluster], AbstractContextManager[object]] = nullcontext
) -> Iterator[tuple[Estate, Post, Receiver]]:
    """An estate, the mail server its worker sends to, and who listens to its webhook. `around` its
    PostgreSQL is what must be there before that is."""
    for name in ("nginx", "pgbouncer", "openssl"):
        program(name)
    post = Post()
    with running_cluster(around) as cluster, listening(post) as url, receiving() as receiver:
        estate = Estate(home, cluster, url, receiver)
        try:
            estate.start()
            yield estate, post, receiver
        finally:
            estate.stop()
