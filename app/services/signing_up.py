"""A sign-up form's request: nobody proved the mailbox, so it only asks there (rules.md, 4)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from app.domain.catalog import Brand, SubscriptionType
from app.domain.changes import Ask
from app.domain.deeds import Deed, Doer
from app.domain.mail import MailKind
from app.domain.page import CONFIRMATION_LASTS
from app.domain.signing_up import NOTICE
from app.services import audit, catalog, outbox, preferences
from app.services.choices import Press
from app.services.outbox import Mail
from app.services.preferences import always
from app.store.tables import sign_up


def ask(
    connection: Connection,
    press: Press,
    brand: Brand,
    types: Sequence[SubscriptionType],
    typed: str,
) -> None:
    """Open a request for what was ticked and owe its mailbox one mail. What was asked for a moment
    ago is not asked again, nor is a mailbox that had its mails of the day."""
    if outbox.had_enough(connection, MailKind.CONFIRMATION, press.key, press.at):
        return
    ends_at = press.at + CONFIRMATION_LASTS
    asked = press.instruction(always(*(Ask(type_, ends_at) for type_ in types)))
    outcome = preferences.apply(connection, asked)
    if outcome.record is None:
        return
    language = press.shown.language or brand.language
    connection.execute(
        insert(sign_up).values(
            address_key=press.key,
            record=outcome.record,
            address=typed,
            language=language,
            ends_at=ends_at,
        )
    )
    recipient = None if outcome.known.address else typed
    mail = Mail(MailKind.CONFIRMATION, press.key, brand.id, language, recipient, outcome.record)
    outbox.owe(connection, mail, press.at)


def word(connection: Connection, id_: int, language: str, notice: str, by: Doer) -> None:
    """Have a brand's form say this of consent in one language, as a new version of its texts."""
    words = {language: {NOTICE: notice}}
    catalog.edit_brand(connection, id_, {"texts": words}, by.at)
    audit.note(connection, by, Deed.SIGN_UP_WORDED, ("brand", id_), {"language": language})
