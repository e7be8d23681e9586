"""sayso doctor tells what is not as it should be, and what to do; sayso keys rotate-links."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.cli import examining_outside as outside
from app.domain.changes import Unsubscribe
from app.domain.mail import MailKind
from app.domain.words import ACCOUNT, HOUR, MINUTE
from app.links.tokens import Tokens
from app.services import outbox
from app.services.outbox import Mail
from app.store.revisions import NEWEST
from app.store.schema import config
from app.web.site import system_clock
from app.worker.due import sequencing
from tests.cli.conftest import Sayso
from tests.cli.ledgers import choose
from tests.cli.running import run
from tests.processes.clock import Clock
from tests.processes.fixtures import ON_SQLITE
from tests.processes.front import Nginx, by_tls
from tests.processes.installation import Installation, Shop, free_port, until
from tests.processes.post import Post, listening

ABOUTS = ["version", "settings", "permissions", "disk", "database", "clock", "queue", "headers"]


def graded(sayso: Sayso) -> tuple[int, dict[str, set[str]]]:
    """The exit status, and what was found about what."""
    done = sayso("doctor", "--json")
    found: dict[str, set[str]] = {}
    for one in json.loads(done.out):
        found.setdefault(one["about"], set()).add(one["grade"])
    return done.status, found


def test_a_sound_installation_has_no_fault(
    sayso: Sayso, shop: Shop, installation: Installation
) -> None:
    """Issue 6: a line each; the mail server is asked; what nobody reads as a setting is told."""
    sequencing(shop.site).work()
    with listening(Post()) as url:
        installation.settings["SAYSO_SMTP_URL"] = url
        installation.settings["SAYSO_MAIL_FROM"] = "post@fernway.example"
        status, found = graded(sayso)
        assert status == 0
        assert [found[about] for about in (*ABOUTS, "mail")] == [{"ok"}] * 9
        installation.settings["SAYSO_MAIL_FORM"] = "post@fernway.example"
        assert graded(sayso)[1]["settings"] == {"warning"}
    done = sayso("doctor")
    assert "SAYSO_MAIL_FORM is no setting: is SAYSO_MAIL_FROM meant? See docs/" in done.out
    assert (done.status, "fault    mail: The server does not take us" in done.out) == (1, True)


def test_each_fault_says_what_to_do(
    sayso: Sayso, shop: Shop, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6: schema, queue, secrets, DNS and base URL."""
    installation.settings["SAYSO_UNSUBSCRIBE_DOMAIN"] = "unsubscribe.example"
    installation.settings["SAYSO_BASE_URL"] = "https://127.0.0.1:9"
    monkeypatch.setattr(outside, "has_mail_exchanger", lambda domain, server: False)
    secret = installation.var / "address-secret"
    if secret.exists():
        secret.chmod(0o644)
    shop.site.database.write(behind)
    choose(shop, "ana@example.com", Unsubscribe(ACCOUNT), at=system_clock() - 2 * MINUTE)
    installation.settings["SAYSO_WORKER"] = "off"
    done = sayso("doctor")
    assert done.status == 1
    assert "Run: sayso upgrade" in done.out
    assert "warning  queue: outbox: the oldest that is due has been waiting for 3,6" in done.out
    assert "fault    DNS: unsubscribe.example has no MX record." in done.out
    assert re.search(r"base URL: Nobody answers there: .+[^.]\. Is it served", done.out)
    (feed,) = re.findall(r"warning  queue: unsequenced: .+", done.out)
    assert "SAYSO_WORKER=off: does a sayso worker run somewhere?" in feed
    assert (f"chmod 600 {secret}" in done.out) == secret.exists()
    shop.site.database.write(put_right)


@ON_SQLITE
def test_a_certificate_that_nobody_trusts_is_told(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """As one that ran out: somebody answers, and people are warned."""
    nginx = Nginx(tmp_path, [free_port()])
    installation.settings["SAYSO_BASE_URL"] = f"https://127.0.0.1:{nginx.port}"
    nginx.process.start()
    try:
        said = (
            "fault    base URL: Its certificate is not trusted: self-signed certificate. Renew it"
        )
        until(lambda: said in sayso("doctor").out, "nginx serves")
    finally:
        nginx.process.kill()


@pytest.fixture
def public(tmp_path: Path) -> Iterator[tuple[ThreadingHTTPServer, Path]]:
    """A server for https, its requests answered with its `status`, and the certificate it has."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(vars(self.server)["status"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    context, certificate = by_tls(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    answering = threading.Thread(target=server.serve_forever)
    answering.start()
    yield server, certificate
    server.shutdown()
    answering.join()
    server.server_close()


@ON_SQLITE
def test_the_public_address_must_answer_by_https_and_redirect_nobody(
    sayso: Sayso, installation: Installation, public: tuple[ThreadingHTTPServer, Path]
) -> None:
    """Issue 6, R-08: asked as a mailbox provider would."""
    server, certificate = public
    where = f"https://127.0.0.1:{server.server_port}"
    installation.settings["SAYSO_BASE_URL"] = where
    installation.settings["SSL_CERT_FILE"] = str(certificate)
    vars(server)["status"] = 200
    assert f"ok       base URL: {where} answers." in sayso("doctor").out
    vars(server)["status"] = 301
    redirected = sayso("doctor")
    assert redirected.status == 1
    assert f"fault    base URL: {where}/healthz answers 301." in redirected.out
    installation.settings["SAYSO_BASE_URL"] = "http://127.0.0.1:9"
    installation.var.chmod(0o755)
    told = sayso("doctor").out
    assert "warning  base URL: http://127.0.0.1:9 is not reached by others." in told
    assert f"warning  permissions: Others may look into {installation.var}." in told
    assert "warning  mail: No server: mail lies in files." in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_clock_that_is_not_the_databases_is_told(installation: Installation, shop: Shop) -> None:
    """Issue 6: and, of this server of the tests, that it loses what was answered."""
    Clock(installation).set(2)
    told = installation.run("doctor").stdout
    assert "warning  clock: It differs from the database's by 172" in told
    assert "warning  PostgreSQL: fsync is off: what was answered 200 may be lost." in told


@pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_each_role_and_the_replica_are_asked(
    sayso: Sayso, shop: Shop, installation: Installation
) -> None:
    """All read well, while no opt-out could be stored, or no list be read; the setting is named."""
    url = installation.settings["SAYSO_DATABASE_URL"]
    nobody = f"postgresql+psycopg://sayso@127.0.0.1:{free_port()}/sayso"
    installation.settings.update(SAYSO_READ_DATABASE_URL=url, SAYSO_BROWSE_DATABASE_URL=url)
    assert "warning  replica: What answers is no standby" in sayso("doctor").out
    installation.settings["SAYSO_DATABASE_URL"] = nobody
    done = sayso("doctor")
    assert done.status == 1
    assert "fault    database: Nothing can be stored in it: " in done.out
    assert "See SAYSO_DATABASE_URL." in done.out
    installation.settings.update(SAYSO_DATABASE_URL=url, SAYSO_BROWSE_DATABASE_URL=nobody)
    assert "fault    replica: Lists, searches and exports fail: " in sayso("doctor").out
    installation.settings["SAYSO_READ_DATABASE_URL"] = nobody
    assert "See SAYSO_READ_DATABASE_URL." in sayso("doctor").out


@ON_SQLITE
def test_reading_another_database_than_is_written_is_told(
    sayso: Sayso, shop: Shop, installation: Installation, tmp_path: Path
) -> None:
    """As after a restore elsewhere, with one of the settings left as it was."""
    other = tmp_path / "restored.db"
    with (
        closing(sqlite3.connect(installation.database_file)) as from_,
        closing(sqlite3.connect(other)) as to,
    ):
        from_.backup(to)
        to.execute("UPDATE feed_state SET epoch = epoch + 1")
        to.commit()
    installation.settings["SAYSO_READ_DATABASE_URL"] = f"sqlite:///{other}"
    done = sayso("doctor")
    assert (done.status, "fault    database: Another one is read than is" in done.out) == (1, True)


def behind(connection: Connection) -> None:
    """An old schema, and a mail that nobody has sent for an hour."""
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{int(NEWEST) - 1:04}'"))
    mail = Mail(MailKind.PREFERENCES_LINK, bytes(16), 1, "en")
    outbox.owe(connection, mail, system_clock() - HOUR)


def put_right(connection: Connection) -> None:
    """The schema that it has."""
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))


@ON_SQLITE
def test_without_a_database_or_secrets_it_says_so(installation: Installation) -> None:
    done = run(("doctor",), installation.environment)
    assert done.status == 1
    assert "sayso init" in done.out
    installation.settings.update(SAYSO_WORKER="maybe", SAYSO_API_CALLS="many")
    told = run(("doctor",), installation.environment).out.splitlines()
    assert [line.partition(": must be")[0] for line in told] == [
        "fault    settings: SAYSO_API_CALLS",
        "fault    settings: SAYSO_WORKER",
    ]


def test_the_newest_revision_is_alembics() -> None:
    """The web asks for it without loading what upgrades."""
    assert ScriptDirectory.from_config(config()).get_current_head() == NEWEST


@pytest.mark.parametrize(("code", "records", "has"), [(0, 2, True), (0, 0, False), (3, 0, False)])
def test_a_name_server_is_asked_for_the_mail_exchanger(code: int, records: int, has: bool) -> None:
    """RFC 1035: the question names the domain and MX; what it says is believed, and no failure."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        asked: list[bytes] = []

        def answer(code: int) -> None:
            question, who = server.recvfrom(512)
            asked.append(question)
            head = struct.pack(">6H", *struct.unpack(">H", question[:2]), code, 1, records, 0, 0)
            server.sendto(head + question[12:], who)

        def told(code: int) -> bool:
            answering = threading.Thread(target=answer, args=(code,))
            answering.start()
            try:
                return outside.has_mail_exchanger("unsub.example.com", server.getsockname())
            finally:
                answering.join()

        assert told(code) is has
        assert asked[0][12:] == b"\x05unsub\x07example\x03com\0\0\x0f\0\x01"
        with pytest.raises(OSError, match="refused"):
            told(5)


@ON_SQLITE
def test_a_new_link_secret_signs_and_the_old_ones_verify(
    sayso: Sayso, shop: Shop, installation: Installation
) -> None:
    """Rules.md 5: links already mailed go on working; the file stays for its owner alone."""
    file = installation.var / "link-secrets"
    before, token = file.read_text(), shop.token("ana@example.com")
    done = sayso("keys", "rotate-links")
    assert (done.status, "It signs" in done.out) == (0, True)
    assert file.stat().st_mode & 0o777 == 0o600
    old, new = file.read_text().split()
    assert old == before.strip()
    again = installation.site()
    assert again.tokens.read(token)
    assert again.settings.link_secrets == (old.encode(), new.encode())
    assert Tokens((new.encode(),)).read(Shop(again).token("ana@example.com"))
    again.database.close()

    installation.settings["SAYSO_LINK_SECRETS"] = file.read_text()
    refused = sayso("keys", "rotate-links")
    assert (refused.status, "SAYSO_LINK_SECRETS_NEXT" in refused.out) == (0, True)
    assert "After each, restart" in refused.out
    assert Path(file).read_text().split() == [old, new]
