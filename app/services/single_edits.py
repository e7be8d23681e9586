"""What a user does about one contact's preferences: one change, and its undo for a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.catalog import Policy
from app.domain.changes import By, Change, Hand
from app.domain.deeds import Deed, Doer
from app.domain.offers import Verb
from app.domain.undo import undoable_by_user
from app.domain.words import Actor, Basis, Instant, Via
from app.services import audit, contacts, preferences
from app.services.contacts import Processed
from app.services.preferences import Instruction, Outcome, Source, TakenBack, always

DEEDS = {
    Verb.SUBSCRIBE: Deed.SUBSCRIBED,
    Verb.RESUBSCRIBE: Deed.SUBSCRIBED,
    Verb.RENEW: Deed.CONSENT_RENEWED,
    Verb.UNSUBSCRIBE: Deed.UNSUBSCRIBED,
    Verb.OPT_OUT: Deed.OPTED_OUT,
    Verb.REMOVE_OPT_OUT: Deed.OPT_OUT_REMOVED,
    Verb.LIFT_BOUNCE: Deed.BOUNCE_LIFTED,
}


@dataclass(frozen=True, slots=True)
class SingleEdit:
    """Whose preferences, by whom, and what there is to show for it."""

    contact: int
    key: bytes
    policy: Policy
    by: Doer
    basis: Basis | None = None
    basis_ends: Instant | None = None
    explanation: str = ""
    processing: Processed | None = None

    def instruction(self, via: Via, plan: preferences.Plan) -> Instruction:
        """What the one writer is asked to do."""
        by = By(
            Actor.USER,
            via,
            Hand.USER,
            self.by.at,
            self.policy,
            self.basis,
            self.basis_ends,
            explained=bool(self.explanation),
        )
        said = {"of": "user", "explanation": self.explanation} if self.explanation else {}
        source = Source(reference=self.by.reference)
        return Instruction(self.key, by, plan, evidence=said, source=source)


def make(connection: Connection, edit: SingleEdit, verb: Verb, change: Change) -> Outcome:
    """Judge and write one change, and with it the legal basis for processing that was given."""
    outcome = preferences.apply(connection, edit.instruction(Via.ADMIN, always(change)))
    if edit.processing and outcome.verdicts[0].refused is None:
        contacts.keep_processing(connection, edit.contact, edit.processing, edit.by)
    if outcome.record is not None:
        kept = {"record": outcome.record}
        audit.note(connection, edit.by, DEEDS[verb], ("contact", edit.contact), kept)
    return outcome


def undo(connection: Connection, edit: SingleEdit, record: int, mark: str) -> TakenBack:
    """Take back the change that has the mark, where this user made it in the last day; else it
    stays."""
    undone = preferences.take_back(
        connection,
        edit.instruction(Via.UNDO, always()),
        record,
        lambda event: undoable_by_user(event, edit.by.reference, edit.by.at),
        mark,
    )
    if undone.effects:
        kept = {"record": record}
        audit.note(connection, edit.by, Deed.EDIT_UNDONE, ("contact", edit.contact), kept)
    return undone
