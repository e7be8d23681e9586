"""The mail that is owed: leased, made, and handed to the mail system."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from app.domain.catalog import Brand
from app.domain.limits import limit_met
from app.domain.mail import MailKind, State
from app.domain.mailbox import sendable
from app.domain.standing import BOUNCE, COMPLAINT
from app.domain.words import DAY, MINUTE, Instant
from app.logs import redacted
from app.services import outbox
from app.services.outbox import LEASE, Owed
from app.store.addresses import known
from app.store.doors import Unavailable
from app.web.site import Site
from app.worker.mail import MailSystem, Nobody, NotNow, Refused, compose, mail_system

log = logging.getLogger(__name__)
LONGEST_MAIL = MINUTE
"""How much of a lease must be left for a mail to be begun."""
AT_ONCE = 4
"""Connections to the mail system. It is waited for several times a mail: one after the other, a
system fifty milliseconds away would take three a second."""
WAIT = (MailKind.CONFIRMATION,)
"""Kinds that wait until one more may go: a request has one mail, and is answered by no other. What
else is missed is asked for again."""
ENOUGH = "the address had enough of these mails"


class Early(Exception):
    """One more mail of this kind may go a little later."""


class Mailing:
    """Sends service mail. Any number of them may, on any number of machines."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Do what is due now; how many mails were dealt with."""
        site = self._site
        with site.database.reading() as connection:
            if not outbox.owed_count(connection, site.now()):
                return 0
        leased_to = site.now() + LEASE
        claimed = site.database.write(outbox.claim, site.now())
        if not claimed:
            return 0
        shares = [claimed[at::AT_ONCE] for at in range(min(AT_ONCE, len(claimed)))]
        with ThreadPoolExecutor(AT_ONCE, "mail") as hands:
            list(hands.map(self._hand_over, shares, repeat(leased_to)))
        return len(claimed)

    def _hand_over(self, share: Sequence[Owed], leased_to: Instant) -> None:
        """Deal with these mails one after the other, on one connection."""
        site = self._site
        try:
            with mail_system(site) as system:
                for owed in share:
                    if site.now() + LONGEST_MAIL > leased_to:
                        break  # soon they are anybody's: two would send them
                    self._deal_with(owed, system)
        except (OSError, smtplib.SMTPException) as fault:
            log.warning("The mail system does not take mail now: %s", fault)
            for owed in share if site.now() < leased_to else ():
                self._put_off(owed, str(fault))

    def _deal_with(self, owed: Owed, system: MailSystem) -> None:
        """Send one mail, unless nobody is to get it; note what came of it before the next."""
        try:
            recipient = self._recipient(owed)
            answer = system.send(compose(self._site, owed, recipient, self._brand(owed)), owed)
        except Nobody as nobody:
            return self._end(owed, State.DROPPED, str(nobody))
        except Early:
            return self._site.database.write(outbox.wait, owed, self._site.now())
        except Refused as refusal:
            return self._end(owed, State.FAILED, str(refusal))
        except NotNow as refusal:
            return self._put_off(owed, str(refusal))
        except (Unavailable, OSError, smtplib.SMTPException):
            raise  # not this mail's own fault
        except Exception as mistake:
            log.exception("Mail %s cannot be made", owed.message_id)
            return self._put_off(owed, str(mistake))
        log.info("Mail %s %s", owed.message_id, answer)
        return self._end(owed, State.SENT, answer)

    def _recipient(self, owed: Owed) -> str:
        """The stored address, or the typed one that has this key. Raises Nobody, and Early."""
        site = self._site
        with site.database.reading() as connection:
            found = known(connection, owed.mail.key)
            day_ago = site.now() - DAY
            sent = outbox.sent_since(connection, owed.mail.key, day_ago)
        address = found.address or owed.mail.recipient
        if address is None:
            raise Nobody("the address is not known")
        if found.held.opted_out(BOUNCE):
            raise Nobody("a bounce stands")
        if owed.mail.asked_by is not None and found.held.opted_out(COMPLAINT):
            raise Nobody("a complaint stands")
        if limit_met(owed.mail.kind, sent, site.now()):
            raise Early if owed.mail.kind in WAIT else Nobody(ENOUGH)
        if not sendable(address):
            raise Nobody("mail cannot be sent to this address")
        return address

    def _brand(self, owed: Owed) -> Brand:
        return self._site.catalog().brand_or_default(owed.mail.brand)

    def _end(self, owed: Owed, state: State, answer: str) -> None:
        self._site.database.write(outbox.end, owed.id, state, redacted(answer), self._site.now())

    def _put_off(self, owed: Owed, answer: str) -> None:
        """Try again later, unless it was dealt with."""
        self._site.database.write(outbox.put_off, owed, redacted(answer), self._site.now())
