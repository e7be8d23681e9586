"""Delivers to webhooks what changed, signed as Standard Webhooks says, at least once, in order."""

from __future__ import annotations

import json
import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection
from standardwebhooks import Webhook as Signer

from app.domain.mail import MailKind
from app.domain.moments import moment
from app.domain.webhooks import AT_ONCE, NAMES, TEST, Webhook, message_id, room
from app.domain.words import Kind
from app.queries import webhooks as known
from app.services import webhooks
from app.services.outbox import Mail
from app.services.webhooks import Owed
from app.web.site import Site
from app.worker.calling import UNTOLD, Calls

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
"""After so long it looks again for what is due, though a call still waits for its answer."""
GONE = 410


class Delivering:
    """Tells what is due. Any number of them may. What one webhook lets wait holds up no other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._calls = Calls(site.settings.webhook_networks)
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._calling: dict[Future[None], int] = {}
        """The calls that are being made, each with its webhook."""

    def work(self) -> int:
        """Begin to tell some of what is due, of each address the earliest first, and wait a moment
        for the answers; how many calls were made or still wait for one."""
        if begun := self._begin():
            wait(begun, LOOK_SECONDS)
        else:
            wait(self._calling, LOOK_SECONDS, FIRST_COMPLETED)
        many = len(self._calling)
        ended = [call for call in self._calling if call.done()]
        self._calling = {c: of for c, of in self._calling.items() if c not in ended}
        for call in ended:
            call.result()
        return many

    def _begin(self) -> list[Future[None]]:
        """Begin as many calls as there is room for."""
        site = self._site
        with site.database.reading() as connection:
            due = webhooks.due(connection, site.now())
        more = room(due, Counter(self._calling.values()))
        owed = site.database.write(webhooks.claim, site.now(), more) if more else []
        begun = {self._threads.submit(self._tell, one): one.webhook for one in owed}
        self._calling |= begun
        return list(begun)

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
        """The status of the answer. Raises one of UNTOLD where there is none."""
        number = owed.number or abs(owed.position) % 2**31
        id_, now = message_id(owed.key, number), datetime.now(UTC)
        signed = [Signer(secret).sign(id_, now, content) for secret in hook.secrets]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Sayso",
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }
        return self._calls.post(hook.url, headers, content.encode())

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
