"""A brand's own words for its service mail: kept among its texts, each save a new version."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.deeds import Deed, Doer
from app.domain.letters import BODY, SUBJECT, Letter
from app.services import audit, catalog
from app.store.tables import brand, text_version


def word(connection: Connection, id_: int, language: str, letter: Letter, by: Doer) -> None:
    """Give the brand's mail these words in one language; its other texts stay as they are."""
    kept = select(text_version.c.content).join(brand, brand.c.texts == text_version.c.id)
    texts = dict(connection.execute(kept.where(brand.c.id == id_)).scalar_one())
    others = {n: t for n, t in texts.get(language, {}).items() if n not in (SUBJECT, BODY)}
    texts[language] = others | letter.texts()
    worded = {spoken: said for spoken, said in texts.items() if said}
    catalog.edit_brand(connection, id_, {"texts": worded}, by.at)
    audit.note(connection, by, Deed.MAIL_WORDED, ("brand", id_), {"language": language})
