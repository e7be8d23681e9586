"""Users invited by mail. The link is made when the mail is, so that the outbox never holds it."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.deeds import Doer
from app.domain.users import Role
from app.services import outbox, users
from app.services.outbox import Mail


def send(connection: Connection, mail: Mail, role: Role, by: Doer) -> None:
    """Invite somebody who is no user, to the mail's recipient in matching form. Raises Taken."""
    users.add(connection, mail.recipient or "", role, by)
    outbox.owe(connection, mail, by.at)


def send_again(connection: Connection, mail: Mail, by: Doer) -> None:
    """Invite a user anew."""
    users.invite_again(connection, mail.recipient or "", by)
    outbox.owe(connection, mail, by.at)
