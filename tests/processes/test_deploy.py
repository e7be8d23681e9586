"""What deploy/ holds is taken by the programs it is for: nginx, PgBouncer, systemd."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shlex import quote
from typing import Any

import jsonschema_rs
import pytest
import yaml  # type: ignore[import-untyped]

from tests.processes.fixtures import ON_SQLITE
from tests.processes.front import DEPLOY, Nginx, Process, changed, program
from tests.processes.installation import PATIENCE, SAYSO, Installation, Shop, free_port, until

COMPOSE_SCHEMA = Path(__file__).parents[1] / "published/compose-spec.json"


def test_nginx_takes_the_reverse_proxys_file(tmp_path: Path) -> None:
    """With TLS, two nodes, and logs without tokens; but for names and places nothing is changed."""
    assert "test is successful" in Nginx(tmp_path, [free_port(), free_port()]).check()


def test_the_reverse_proxys_log_names_nobody(tmp_path: Path) -> None:
    """R-113: neither a link nor an address, however a path has it; no node needs to answer."""
    nginx, token = Nginx(tmp_path, [free_port()]), "a2" * 29
    told = {
        "/links": "/links",
        f"/u/{token}/undo": "/u/token",
        f"//u%2F{token}": "/u/token",
        f"/c/{'x.-_' * 20}": "/c/token",
        f"/admin/password/{token}": "/admin/password/token",
        f"/mail/u/{token}": "token",
        "/communication-preferences/v4/statuses/a%2Fna%40x.yz/unsubscribe-all": (
            "/communication-preferences/address"
        ),
        "/api/v1/preferences/a2na@x.yz": "/api/address",
        "/a2na%2540x.yz": "address",
    }
    nginx.process.start()
    try:
        until(lambda: _asked(nginx, "/healthz"), "the proxy answers")
        assert all(_asked(nginx, path) for path in told)
        until(lambda: len(nginx.told.splitlines()) > len(told), "it wrote them down")
    finally:
        nginx.process.kill()
    wrote = [line.split()[3] for line in nginx.told.splitlines()]
    assert wrote[-len(told) :] == list(told.values())


def test_nginx_lets_through_what_may_be_handed_in(tmp_path: Path) -> None:
    """Files of imports, by the admin and by the API."""
    nginx, file = Nginx(tmp_path, [free_port()]), bytes(10 * 2**20)
    nginx.process.start()
    try:
        until(lambda: _asked(nginx, "/healthz"), "the proxy answers")
        for path in ("/admin/imports/new", "/api/v1/imports?what=contacts"):
            assert _asked(nginx, path, file)
        assert not _asked(nginx, "/api/v1/preferences/batch", file)
    finally:
        nginx.process.kill()


class Full(BaseHTTPRequestHandler):
    """A node whose database takes nothing more: pages are 200, what writes is 503."""

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(503)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "30")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def full_nodes() -> Iterator[list[int]]:
    """The ports of two nodes that can store nothing."""
    nodes = [ThreadingHTTPServer(("127.0.0.1", 0), Full) for _ in range(2)]
    serving = [threading.Thread(target=node.serve_forever) for node in nodes]
    for each in serving:
        each.start()
    yield [node.server_port for node in nodes]
    for node, each in zip(nodes, serving, strict=True):
        node.shutdown()
        each.join()
        node.server_close()


def test_pages_go_on_where_no_opt_out_can_be_stored(tmp_path: Path, full_nodes: list[int]) -> None:
    """The proxy leaves no node out for its 503, and Sayso's own Retry-After comes through."""
    nginx = Nginx(tmp_path, full_nodes)
    nginx.process.start()
    try:
        until(lambda: _answered(nginx, "/healthz") == (200, "30"), "the proxy answers")
        for _ in range(4):
            assert _answered(nginx, "/u/token", b"List-Unsubscribe=One-Click") == (503, "30")
            assert _answered(nginx, "/p/token") == _answered(nginx, "/u/token") == (200, "30")
    finally:
        nginx.process.kill()


def _answered(nginx: Nginx, path: str, body: bytes = b"") -> tuple[int, str | None]:
    """What the proxy answers, and when to come back; 0 where it does not."""
    connection = HTTPSConnection("127.0.0.1", nginx.port, timeout=30, context=nginx.trust)
    with suppress(ConnectionError), closing(connection):
        connection.request("POST" if body else "GET", path, body or None)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After")
    return 0, None


def _asked(nginx: Nginx, path: str, body: bytes = b"") -> bool:
    """Whether the proxy answers, and that nobody behind it does."""
    return _answered(nginx, path, body)[0] == 503


def test_pgbouncer_takes_its_file_and_its_start_script(tmp_path: Path) -> None:
    """Debian's 1.18 too; it refuses a setting that it does not know."""
    port, pooler = free_port(), program("pgbouncer")
    ini = changed(
        (DEPLOY / "pgbouncer/pgbouncer.ini").read_text(),
        ("listen_addr = *", "listen_addr = 127.0.0.1\nunix_socket_dir ="),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer", str(tmp_path)),
        *([("[pgbouncer]", "[pgbouncer]\nuser = nobody")] if not os.geteuid() else []),
    )
    (tmp_path / "pgbouncer.ini").write_text(ini)
    script = changed(
        (DEPLOY / "pgbouncer/start.sh").read_text(),
        ("/etc/pgbouncer", str(tmp_path)),
        ("exec pgbouncer", f"exec {pooler}"),
    )
    (tmp_path / "start.sh").write_text(script)
    passwords = {"OWNER_PASSWORD": "owner's", "READER_PASSWORD": "reader's"}
    command = ("sh", str(tmp_path / "start.sh"))
    process = Process(tmp_path / "log", *command, env={**os.environ, **passwords})
    process.start()
    try:
        until(lambda: "process up" in process.log(), "it is up")
    finally:
        process.kill()
    assert not re.search(r"ERROR|WARNING|FATAL", process.log()), process.log()
    assert '"sayso_reader" "reader\'s"' in (tmp_path / "userlist.txt").read_text()
    assert (tmp_path / "userlist.txt").stat().st_mode & 0o077 == 0


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Their settings exist, and the one starts what the other names."""
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        units.append(tmp_path / unit.name)
        units[-1].write_text(unit.read_text().replace("/opt/sayso/.venv/bin/sayso", f'"{SAYSO}"'))
    done = subprocess.run(
        [program("systemd-analyze"), "verify", *units], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@ON_SQLITE
def test_the_nightly_unit_may_run_twice_a_day_and_writes_its_digest_whatever_happens(
    installation: Installation, shop: Shop
) -> None:
    """Each run has a file of its own; without room for it the digest is written all the same."""
    kept = installation.home / "kept"
    kept.mkdir()
    unit = (DEPLOY / "systemd/sayso-nightly.service").read_text()
    (written,) = re.findall(r"^ExecStart=/bin/sh -c '(.+)'$", unit, re.MULTILINE)
    command = changed(
        written.replace("/opt/sayso/.venv/bin/sayso", quote(SAYSO)).replace("%%", "%"),
        ("backup /var/backups/sayso/", f"backup {kept}/"),
        ("/var/backups/sayso/digests", f"{installation.home}/digests"),
    )

    def run_now() -> int:
        with installation.started("/bin/sh", "-c", command) as started:
            return started.process.wait(PATIENCE)

    assert run_now() == 0
    (first,) = kept.iterdir()
    until(lambda: f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}" != first.name, "another second")
    assert run_now() == 0
    assert len(list(kept.iterdir())) == 2
    kept.rename(kept.with_name("away"))
    assert run_now() != 0
    assert len((installation.home / "digests").read_text().splitlines()) == 3


def test_a_command_is_run_with_what_the_units_have() -> None:
    """deploy/sayso: their user, settings and program; systemd-run knows each option."""
    script = (DEPLOY / "sayso").read_text()
    unit = (DEPLOY / "systemd/sayso-worker.service").read_text()
    for line in ("User", "Group", "EnvironmentFile", "Environment", "WorkingDirectory", "UMask"):
        (value,) = re.findall(rf"^{line}=(.+)$", unit, re.MULTILINE)
        assert f"={value} " in script.replace("\n", " \n"), line
    known = subprocess.run(
        [program("systemd-run"), "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert all(option in known for option in re.findall(r"--[a-z-]+(?==| )", script))


def test_the_compose_file_is_whole() -> None:
    """Docker itself is not needed: what each service depends on, mounts and is told exists."""
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services, example = compose["services"], (DEPLOY / "sayso.env.example").read_text()
    for name, service in services.items():
        assert "image" in service or "build" in service, name
        assert set(service.get("depends_on", ())) <= services.keys()
        for secret in service.get("secrets", ()):
            assert secret in compose["secrets"]
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            there = DEPLOY / source if source.startswith(".") else None
            assert there.exists() if there else source in compose["volumes"]
        if "build" in service:
            build = service["build"]
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_the_compose_file_is_what_the_specification_allows() -> None:
    """By the schema that is published; one with a mistake is found."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    schema = jsonschema_rs.validator_for(json.loads(COMPOSE_SCHEMA.read_text()))
    assert [error.message for error in schema.iter_errors(compose)] == []
    compose["services"]["web"]["restrat"] = "always"
    assert not schema.is_valid(compose)


@pytest.mark.parametrize("file", ["Containerfile", "pgbouncer/Containerfile"])
def test_a_container_file_copies_what_is_there(file: str) -> None:
    """Every source of a COPY exists in its context."""
    context = DEPLOY.parent if "/" not in file else (DEPLOY / file).parent
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / file).read_text(), re.M):
        assert all((context / source).exists() for source in sources.split())
