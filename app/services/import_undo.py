"""What an import made beside preferences, taken back: contacts that nobody touched since."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, not_, or_, update

from app.domain.contacts import Source, first_id
from app.domain.runs import Made
from app.store.runs import Run, RunRow
from app.store.tables import contact, email_address, event

_taking = event.alias()
_TAKEN_BACK = exists().where(
    _taking.c.address_key == event.c.address_key,
    _taking.c.undone == event.c.number,
    _taking.c.run.is_not(None),
)
"""Whether a run took the event back."""


def remove_made(
    connection: Connection, undone: Run, undoing: Run, rows: Sequence[RunRow]
) -> set[bytes]:
    """Delete the contacts that these rows of `undone` made, and forget the text of addresses that
    came with them; the keys of those deleted. Edited since, or decided about: it stays. What a
    later run changed and took back is as if it had not been."""
    keys = [row.key for row in rows if row.key and Made.CONTACT in row.made]
    if not keys:
        return set()
    since = exists().where(
        event.c.address_key == contact.c.address_key,
        event.c.at >= (undone.started_at or 0),
        event.c.run.is_distinct_from(undone.id),
        event.c.run.is_distinct_from(undoing.id),
        event.c.run.is_(None) | not_(or_(event.c.undone.is_not(None), _TAKEN_BACK)),
    )
    removed = connection.scalars(
        delete(contact)
        .where(
            contact.c.address_key.in_(keys),
            contact.c.source == Source.IMPORT,
            contact.c.touched_at.is_(None),
            contact.c.id < first_id((undone.ended_at or 0) + 1),
            ~since,
        )
        .returning(contact.c.address_key)
    )
    gone = {bytes(key) for key in removed}
    brought = [row.key for row in rows if row.key in gone and Made.TEXT in row.made]
    forgotten = update(email_address).where(email_address.c.key.in_(brought))
    if brought:
        connection.execute(forgotten.values(address=None, language=None))
    return gone
