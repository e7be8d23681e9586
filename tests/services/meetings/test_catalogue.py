"""Brands, types and settings, where two come at once on PostgreSQL (H-23)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, select

from app.services import brands, catalog, settings, types, versions
from app.services.catalog import NewType
from app.services.settings import Settings
from app.store.doors import Database
from app.store.tables import setting_version
from tests.databases import ON_POSTGRES
from tests.meetings import meeting, rows, unblocked
from tests.world import NOW, World, seen

pytestmark = ON_POSTGRES


def wearing(world: World, brand: int) -> Settings:
    """The settings with the look of this brand."""
    return Settings("Fernway", "en", brand, fallback_form=True, network_days=None)


def test_the_default_brand_is_never_archived(database: Database, world: World) -> None:
    with pytest.raises(brands.DefaultBrand):
        meeting(
            database,
            lambda connection: settings.save(connection, wearing(world, world.workshops.id)),
            lambda other: other.write(brands.archive, world.workshops.id, NOW),
        )


def test_no_archived_brand_becomes_the_default_one(database: Database, world: World) -> None:
    with pytest.raises(settings.NoBrand):
        meeting(
            database,
            lambda connection: brands.archive(connection, world.workshops.id, NOW),
            lambda other: other.write(settings.save, wearing(world, world.workshops.id)),
        )


def test_no_type_of_a_brand_that_is_being_archived_comes_back(
    database: Database, world: World
) -> None:
    database.write(catalog.archive_type, world.evenings.id, NOW)
    with pytest.raises(types.ArchivedBrand):
        meeting(
            database,
            lambda connection: brands.archive(connection, world.workshops.id, NOW),
            lambda other: other.write(types.restore_type, world.evenings.id, NOW),
        )


def test_no_type_is_made_for_a_brand_that_is_being_archived(
    database: Database, world: World
) -> None:
    new = NewType(world.workshops.id, "walks", {"en": {"name": "Walks"}})
    with pytest.raises(types.ArchivedBrand):
        meeting(
            database,
            lambda connection: brands.archive(connection, world.workshops.id, NOW),
            lambda other: other.write(catalog.add_type, new, NOW),
        )


def test_who_archives_a_type_and_who_archives_its_brand_do_not_block_each_other(
    database: Database, world: World
) -> None:
    unblocked(
        database,
        versions.hold,
        lambda connection: catalog.archive_type(connection, world.evenings.id, NOW),
        lambda connection: brands.archive(connection, world.workshops.id, NOW),
    )


def test_two_who_put_types_in_order_at_once_are_both_heard(
    database: Database, world: World
) -> None:
    before = [t.slug for t in world.fernway.types]
    meeting(
        database,
        lambda connection: types.move_type(connection, world.novels.id, 1),
        lambda other: other.write(types.move_type, world.receipts.id, -1),
    )
    after = [t.slug for t in seen(database).fernway.types]
    assert before == ["novels", "offers", "circle", "letter", "receipts"]
    assert after == ["offers", "novels", "circle", "receipts", "letter"]


def test_two_who_word_a_brand_at_once_are_both_heard(database: Database, world: World) -> None:
    def word(connection: Connection, words: Mapping[str, str]) -> None:
        catalog.edit_brand(connection, world.fernway.id, {"texts": {"en": words}}, NOW)

    meeting(
        database,
        lambda connection: word(connection, {"notice": "Once a month."}),
        lambda other: other.write(word, {"subject": "Your choices"}),
    )
    texts = seen(database).fernway.texts.by_language["en"]
    assert (texts["notice"], texts["subject"]) == ("Once a month.", "Your choices")


def test_the_switch_of_data_privacy_stands_as_it_is_remembered(
    database: Database, world: World
) -> None:
    """R-87: turned on and off at once, its times are kept, and nobody stored before is mailed."""
    meeting(
        database,
        lambda connection: catalog.switch_data_privacy(connection, True, NOW),
        lambda other: other.write(catalog.switch_data_privacy, False, NOW + 1),
    )
    policy = seen(database).catalog.policy
    assert (policy.data_privacy, policy.off_since) == (False, NOW + 1)
    own = select(setting_version.c.content).where(setting_version.c.scope_id == 0)
    remembered = [row.content for row in rows(database, own.order_by(setting_version.c.id))]
    assert [each["data_privacy"] for each in remembered[-2:]] == [True, False]
