"""Writing a ledger for the commands to read: what Ana chose, each choice as a person makes it."""

from __future__ import annotations

from app.domain.changes import By, Change, Hand, Subscribe, Unsubscribe
from app.domain.words import ACCOUNT, Actor, Instant, Scope, Via
from app.services import preferences
from app.services.instructions import Source
from app.services.preferences import Evidence, Instruction, always
from tests.processes.installation import Shop
from tests.world import NOW

ANA = "ana@example.com"


def choose(
    shop: Shop,
    address: str,
    *changes: Change,
    actor: Actor = Actor.CONTACT,
    at: Instant = NOW,
    mailing: int = 0,
    **evidence: str,
) -> None:
    """Let the one writer write these changes for an address."""
    by = By(actor, Via.PREFERENCE_PAGE, Hand.CONTACT, at)
    given: Evidence = {"of": "person", **evidence}
    instruction = Instruction(
        shop.site.keys(address),
        by,
        always(*changes),
        evidence=given,
        source=Source(message=mailing),
    )
    assert shop.site.database.write(preferences.apply, instruction).record is not None


def settle_three_choices(shop: Shop) -> None:
    """Ana: offers no, offers yes, no to everything. Three events, two preferences, evidence."""
    offers = shop.catalog.named_type("offers")
    assert offers
    choose(shop, ANA, Unsubscribe(Scope.type(offers.id), offers), ip="192.0.2.7")
    choose(shop, ANA, Subscribe(offers))
    choose(shop, ANA, Unsubscribe(ACCOUNT), words="Enough, thank you.")
