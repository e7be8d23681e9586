"""sayso verify and sayso digest find what was done beside the ledger, too (rules.md, 7)."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from app.domain.changes import Unsubscribe
from app.domain.deeds import Deed, Doer
from app.domain.words import Scope
from app.services import audit, catalog
from app.services.feed import sequence
from app.store.tables import (
    account,
    brand,
    feed,
    setting_version,
    subscription_type,
    text_version,
    unsequenced,
)
from app.store.tables import audit as audit_table
from tests.cli.ledgers import ANA, choose
from tests.cli.running import run
from tests.cli.spoiling import SOUND, shop, spoil, spoilt, verify
from tests.cli.test_verify import change_event, cut_tail
from tests.processes.installation import Installation, Shop
from tests.world import NOW

__all__ = ["shop", "spoilt"]


def spoil_what_lies_beside(connection: Connection, key: bytes) -> None:
    """Who opted out gets offers all the same; a brand is archived, a type is not, whom the switch
    protects is protected no more; what people agreed to is unsaid; and two of Ana's opt-outs reach
    no sender: one had its place in the feed, one waited for it."""
    types = subscription_type
    offers = types.c.slug == "offers"
    texts = select(types.c.texts).where(offers).scalar_subquery()
    position = feed.c.address_key == key, feed.c.number == 1
    for change in (
        update(types).where(offers).values(transactional=True),
        update(types).where(types.c.slug == "long-read").values(archived_at=None),
        update(brand).values(archived_at=1),
        update(account).values(privacy_off_since=None),
        update(text_version).where(text_version.c.id == texts).values(content={}),
        delete(feed).where(*position),
        delete(unsequenced).where(unsequenced.c.address_key == key),
    ):
        assert connection.execute(change).rowcount == 1, change


def test_what_lies_beside_the_ledger_is_looked_at_too(spoilt: Installation, shop: Shop) -> None:
    """Settings that decisions read, the words of a consent, and the feed, by which senders hear."""
    write, of = shop.site.database.write, shop.catalog.named_type("long-read")
    assert of
    for on, at in ((True, NOW), (False, NOW + 1)):
        write(catalog.switch_data_privacy, on, at)
    write(catalog.archive_type, of.id, NOW)
    while write(sequence, NOW):
        pass
    choose(shop, ANA, Unsubscribe(Scope.type(of.id), of))
    assert verify(spoilt) == (0, SOUND, "")
    spoil(shop, spoil_what_lies_beside)
    key, offers = shop.site.keys(ANA).hex(), shop.catalog.named_type("offers")
    assert offers
    assert set(verify(spoilt).out.splitlines()) == {
        "type offers: transactional was set to False, what stands is True",
        "type long-read: archived was set to True, what stands is False",
        "brand fernway: archived was set to False, what stands is True",
        f"account: privacy_off_since was set to {NOW + 1}, what stands is None",
        f"texts {offers.texts.version}: the words were changed",
        f"{key}: event 1 is not in the feed",
        f"{key}: event 4 is not in the feed",
    }

    def forget_settings(connection: Connection, key: bytes) -> None:
        connection.execute(delete(setting_version))

    spoil(shop, forget_settings)
    told = set(verify(spoilt).out.splitlines())
    assert "type offers: no version says what transactional was set to" in told
    assert "account: no version says what data_privacy was set to" in told


def line(installation: Installation) -> list[str]:
    """What the digest says of a day when all of it was over."""
    done = run(("digest", "--day", "2026-11-01"), installation.environment)
    assert done.status == 0, done.err
    return done.out.split("  ")


def test_a_forged_event_shows_in_the_digest_and_answers_nothing(
    spoilt: Installation, shop: Shop
) -> None:
    """Its hash left as it was: each is made anew."""
    decide = ("decision", ANA, "offers")
    assert run(decide, spoilt.environment).out.startswith("no, OPTED_OUT_OF_ALL, at ")
    before = line(spoilt)
    spoil(shop, change_event)
    after = line(spoilt)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, *[True] * 6]
    told = "event 2 was changed, or the one before it is not its own"
    refused = run(decide, spoilt.environment)
    assert (refused.status, refused.out) == (1, "")
    assert f"is not what was written, and answers nothing: {told}." in refused.err
    spoil(shop, cut_tail)
    assert "was left at event 3, the ledger ends at 2" in run(decide, spoilt.environment).err


def test_old_versions_and_deeds_that_were_changed_show_in_the_digest(
    spoilt: Installation, shop: Shop
) -> None:
    """Whose last ones agree with what stands, so that verify sees nothing."""
    write = shop.site.database.write
    for on, at in ((True, NOW), (False, NOW + 1)):
        write(catalog.switch_data_privacy, on, at)
    deed = Doer(None, NOW), Deed.USER_INVITED, ("user", 7)
    write(audit.note, *deed)
    before = line(spoilt)

    def rewrite(connection: Connection, key: bytes) -> None:
        first = setting_version.c.at == NOW
        connection.execute(update(setting_version).where(first).values(content={"data_privacy": 1}))

    def another(connection: Connection, key: bytes) -> None:
        connection.execute(update(audit_table).values(user=9))

    spoil(shop, rewrite)
    versions = line(spoilt)
    assert [a == b for a, b in zip(before, versions, strict=True)] == [
        *[True] * 4,
        False,
        *[True] * 3,
    ]
    spoil(shop, another)
    deeds = line(spoilt)
    assert [a == b for a, b in zip(versions, deeds, strict=True)] == [*[True] * 6, False, True]
    assert verify(spoilt).status == 0
