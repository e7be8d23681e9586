"""A brand's own words for its service mail: kept among its texts, each save a new version."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.deeds import Deed, Doer
from app.domain.letters import BODY, SUBJECT, Letter
from app.services import audit, catalog


def word(connection: Connection, id_: int, language: str, letter: Letter, by: Doer) -> None:
    """Give the brand's mail these words in one language, as a new version of its texts."""
    words = {SUBJECT: letter.subject, BODY: letter.body}
    catalog.edit_brand(connection, id_, {"texts": {language: words}}, by.at)
    audit.note(connection, by, Deed.MAIL_WORDED, ("brand", id_), {"language": language})
