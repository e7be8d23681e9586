"""What stands around Sayso on many machines, with deploy/'s own settings: PgBouncer and nginx."""

from __future__ import annotations

import os
import re
import shutil
import signal
import ssl
import subprocess
from pathlib import Path
from typing import Any, NoReturn

from tests.databases import unprivileged
from tests.lacking import lacks
from tests.processes.cluster import OWNER, READER, Node
from tests.processes.installation import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
NODE = re.compile(r"^(    server 127\.0\.0\.1:)8000( .+\n)", re.MULTILINE)
"""Of an upstream in nginx/sayso.conf, with what it is left out for."""
DEBIAN = "/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """Where a program is. Skips where it is not installed; under CI that fails."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{DEBIAN}")
    return found or missing(name)


def missing(what: str) -> NoReturn:
    """Skip, saying what is not installed; under CI fail."""
    lacks(f"{what} is not installed (.ci/install says from which package it comes)")


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A file of deploy/ with what is another here. What is not in it fails."""
    for old, new in changes:
        assert old in text, f"deploy/ has no {old!r}"
        text = text.replace(old, new)
    return text


class Process:
    """A program in the foreground that is started, killed, and started again."""

    def __init__(self, log: Path, *command: str, **more: Any) -> None:
        """`more` is as subprocess takes it: another user, directory or environment."""
        self._log, self._command, self._more = log, command, more
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and write what it logs to its log, and what it says to a file beside."""
        with self._log.open("ab") as log, self._log.with_suffix(".out").open("ab") as out:
            self._process = subprocess.Popen(
                self._command, stdout=out, stderr=log, start_new_session=True, **self._more
            )

    @property
    def pid(self) -> int:
        """That of its first process."""
        assert self._process
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its first process."""
        os.kill(self.pid, number)

    def send_all(self, number: signal.Signals) -> None:
        """Send a signal to all its processes."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL to all its processes."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log(self) -> str:
        """What it logged."""
        return self._log.read_text()


class PgBouncer:
    """PgBouncer in transaction mode, in front of one node of PostgreSQL."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._home = home / "pgbouncer"
        self._home.mkdir()
        self._ini = self._home / "pgbouncer.ini"
        users = self._home / "userlist.txt"
        users.write_text(f'"sayso" "{OWNER}"\n"sayso_reader" "{READER}"\n')
        command = (program("pgbouncer"), str(self._ini))
        self.process = Process(self._home / "log", *command, **unprivileged())

    def url(self, user: str, password: str) -> str:
        """The database for a user, through here."""
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/sayso"

    def start(self, node: Node) -> None:
        """Serve this node."""
        self.start_before(_reached(node))

    def start_before(self, server: str) -> None:
        """Serve the server that is reached so."""
        self._write(server)
        self.process.start()

    def turn_to(self, node: Node) -> None:
        """From now on it serves this node: as after a promotion, by a reload."""
        self._write(_reached(node))
        self.process.send(signal.SIGHUP)

    def _write(self, server: str) -> None:
        text = changed(
            (DEPLOY / "pgbouncer/pgbouncer.ini").read_text(),
            ("host=postgresql port=5432", server),
            ("listen_addr = *", "listen_addr = 127.0.0.1"),
            ("listen_port = 6432", f"listen_port = {self.port}"),
            ("/etc/pgbouncer/userlist.txt", str(self._home / "userlist.txt")),
        )
        self._ini.write_text(text)


def _reached(node: Node) -> str:
    return f"host=127.0.0.1 port={node.port}"


def certified(home: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1, in `home`."""
    key, certificate = home / "key.pem", home / "certificate.pem"
    subprocess.run(
        (
            *(program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ),
        check=True,
        capture_output=True,
    )
    return key, certificate


def by_tls(home: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at 127.0.0.1 speaks TLS with, and its certificate, which it signed itself."""
    key, certificate = certified(home)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


class Nginx:
    """nginx with TLS in front of web nodes."""

    def __init__(self, home: Path, nodes: list[int]) -> None:
        self.port, self.plain_port = free_port(), free_port()
        self._home = home / "nginx"
        self._home.mkdir()
        key, certificate = certified(self._home)
        self.trust = ssl.create_default_context(cafile=certificate)
        settings = changed(
            NODE.sub(
                lambda found: "".join(f"{found[1]}{port}{found[2]}" for port in nodes),
                (DEPLOY / "nginx/sayso.conf").read_text(),
            ),
            ("listen 443 ssl http2", f"listen 127.0.0.1:{self.port} ssl http2"),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("    listen [::]:80;\n", ""),
            ("/etc/ssl/mail.example.com.pem", str(certificate)),
            ("/etc/ssl/private/mail.example.com.key", str(key)),
            ("/var/log/nginx", str(self._home)),
        )
        (self._home / "sayso.conf").write_text(settings)
        (self._home / "nginx.conf").write_text(self._around())
        self._command = (
            program("nginx"),
            "-p",
            str(self._home),
            "-c",
            str(self._home / "nginx.conf"),
        )
        self.process = Process(self._home / "log", *self._command)

    def _around(self) -> str:
        """What Debian's own nginx.conf is around a file in conf.d."""
        folders = "".join(
            f"    {name}_temp_path {self._home}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "" if os.geteuid() else "user root;\n"
        return (
            f"{user}daemon off;\nworker_processes 1;\npid {self._home}/pid;\n"
            f"error_log {self._home}/start.log crit;\nevents {{ worker_connections 512; }}\n"
            f"http {{\n{folders}    include {self._home}/sayso.conf;\n}}\n"
        )

    def check(self) -> str:
        """What `nginx -t` says of it; raises where that finds a fault."""
        done = subprocess.run([*self._command, "-t"], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stderr

    @property
    def told(self) -> str:
        """All that it wrote about requests."""
        return "".join(file.read_text() for file in self._home.glob("*.log"))
