"""The preferences link that a user mails to a contact, or copies: each is kept in the audit trail,
for whoever has the link speaks for the person."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from app.domain.deeds import Deed, Doer
from app.domain.limits import Limit
from app.domain.mailbox import link_refused
from app.domain.words import Reason
from app.services import audit, outbox
from app.services.outbox import Mail
from app.store import addresses
from app.store.mail import latest


def send(connection: Connection, mail: Mail, contact: int, by: Doer) -> Reason | Limit | None:
    """Owe the mail; why not, where it is refused."""
    addresses.lock(connection, [mail.key])
    known = addresses.known(connection, mail.key)
    refused = link_refused(known.address, known.held, latest(connection, mail.key), by.at)
    if refused is None:
        outbox.owe(connection, replace(mail, asked_by=by.user), by.at)
        audit.note(connection, by, Deed.LINK_MAILED, ("contact", contact), {"brand": mail.brand})
    return refused


def note_copied(connection: Connection, contact: int, brand: int, by: Doer) -> None:
    """Keep that the link was shown to a user."""
    audit.note(connection, by, Deed.LINK_COPIED, ("contact", contact), {"brand": brand})
