"""Delivers to webhooks what changed, signed as Standard Webhooks says, at least once, in order."""

from __future__ import annotations

import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Connection
from standardwebhooks import Webhook as Signer

from app.domain.mail import MailKind
from app.domain.moments import moment
from app.domain.webhooks import NAMES, TEST, Webhook, may_reach, message_id
from app.domain.words import Kind
from app.queries import webhooks as known
from app.services import webhooks
from app.services.outbox import Mail
from app.services.webhooks import Owed
from app.web.site import Site

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
MOST_OF_AN_ANSWER = 64 * 1024
AT_ONCE = 8
GONE = 410
UNTOLD = (OSError, UnicodeError, httpx.HTTPError, httpx.InvalidURL)
"""What a host that cannot be asked raises; UnicodeError where its name can be none."""


class Delivering:
    """Tells what is due. Any number of them may."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._client = httpx.Client(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )

    def work(self) -> int:
        """Tell some of what is due, of each address the earliest first."""
        site = self._site
        with site.database.reading() as connection:
            if not webhooks.due(connection, site.now()):
                return 0
        owed = site.database.write(webhooks.claim, site.now())
        with ThreadPoolExecutor(AT_ONCE) as together:
            list(together.map(self._tell, owed))
        return len(owed)

    def _tell(self, owed: Owed) -> None:
        """Tell one change, and note what came of it."""
        site = self._site
        with site.database.reading() as connection:
            hook = known.one(connection, owed.webhook, site.now())
            if hook is None:
                return None
            content = self._content(connection, owed)
        try:
            status = self._post(hook, owed, content)
        except UNTOLD as fault:
            return self._failed(hook, owed, type(fault).__name__, 0)
        if not 200 <= status < 300:
            return self._failed(hook, owed, f"{status}", status)
        site.database.write(webhooks.taken, owed, site.now())
        return None

    def _content(self, connection: Any, owed: Owed) -> str:
        site = self._site
        if owed.number == 0:
            told: dict[str, Any] = {"webhook": owed.webhook}
            kind, at = TEST, moment(site.now())
        else:
            catalog = site.catalogs.current(connection)
            told = known.told_of(connection, catalog, owed.key, owed.number, owed.position)
            kind, at = NAMES[Kind[told["kind"]]], told["at"]
        return json.dumps({"type": kind, "timestamp": at, "data": told}, ensure_ascii=False)

    def _post(self, hook: Webhook, owed: Owed, content: str) -> int:
        """The status of the answer. Raises OSError where the host may not be reached."""
        parts = urlsplit(hook.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = _resolved(host, port, self._site.settings.webhook_networks)
        number = owed.number or abs(owed.position) % 2**31
        id_, now = message_id(owed.key, number), datetime.now(UTC)
        signed = [Signer(secret).sign(id_, now, content) for secret in hook.secrets]
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Sayso",
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }
        pinned = f"[{address}]" if ":" in address else address
        url = parts._replace(netloc=f"{pinned}:{port}").geturl()
        request = self._client.build_request(
            "POST",
            url,
            content=content.encode(),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        ends = time.monotonic() + TIMEOUT_SECONDS
        response = self._client.send(request, stream=True)
        try:
            read = 0
            for chunk in response.iter_raw(4096):
                read += len(chunk)
                if read > MOST_OF_AN_ANSWER or time.monotonic() > ends:
                    break
            return response.status_code
        finally:
            response.close()

    def _failed(self, hook: Webhook, owed: Owed, answer: str, status: int) -> None:
        log.warning("Webhook %s was not told: %s", hook.id, answer)
        site, mail = self._site, partial(self._mail, hook)
        site.database.write(webhooks.failed, owed, answer, site.now(), mail, status == GONE)

    def _mail(self, hook: Webhook, connection: Connection) -> Mail | None:
        """Tells who made it that it was switched off."""
        site = self._site
        email, catalog = known.maker(connection, hook), site.catalogs.current(connection)
        if email is None:
            return None
        key, brand = site.keys(email), catalog.default_brand
        return Mail(MailKind.WEBHOOK_OFF, key, brand, catalog.language, email, hook.id)


def _resolved(host: str, port: int, networks: tuple[str, ...]) -> str:
    """The IP address to connect to; the one that was looked at is the one that is used, so that a
    name cannot change its mind in between. Raises OSError where none may be reached."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if not addresses or not all(may_reach(address, networks) for address in addresses):
        raise PermissionError("the host is not public")
    return addresses[0]
