"""Account, brands and types, and the versions kept of them (rules.md, 1, 5 and 7)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.words import DAY
from app.services import catalog
from app.services.catalog import NewBrand, NewType, Taken
from app.store.doors import Database
from app.store.tables import setting_version, text_version
from tests.web.houses import known, store
from tests.world import ANA, BEN, NOW, TOMORROW, YESTERDAY, World, seen

LARGEST_ID = 2**31 - 1


def settings_of(database: Database, id_: int) -> list[tuple[int, dict[str, Any]]]:
    """Every version of the settings of a type, a brand or (0) the account, with its time."""
    rows = select(setting_version.c.at, setting_version.c.content)
    own = rows.where(setting_version.c.scope_id == id_).order_by(setting_version.c.id)
    with database.reading() as connection:
        return [(row.at, row.content) for row in connection.execute(own)]


def texts_of(database: Database, id_: int) -> dict[int, Any]:
    """Every version of the texts of a type or a brand, by its number."""
    own = select(text_version).where(text_version.c.subject_id == id_)
    with database.reading() as connection:
        return {row.id: row.content for row in connection.execute(own)}


def test_the_world_is_as_it_was_told(world: World) -> None:
    slugs = {brand.slug: [t.slug for t in brand.types] for brand in world.catalog.active_brands}
    assert slugs == {
        "fernway": ["novels", "offers", "circle", "letter", "receipts"],
        "workshops": ["evenings"],
    }
    assert world.catalog.default_brand == world.fernway.id
    assert (world.circle.public, world.letter.confirms, world.receipts.transactional) == (
        False,
        True,
        True,
    )


def test_ids_are_random_positive_31_bit_numbers(database: Database, world: World) -> None:
    """R-123. After a restore, an old link must not come to name something new."""
    ids = [*world.catalog.brands, *world.catalog.types]
    assert all(0 < id_ <= LARGEST_ID for id_ in ids)
    assert len(set(ids)) == len(ids)
    assert max(ids) - min(ids) > 1_000 * len(ids)


def test_no_two_brands_and_no_two_types_have_one_slug(database: Database, world: World) -> None:
    with pytest.raises(Taken):
        database.write(catalog.add_brand, NewBrand("workshops", "Again"), NOW)
    again = NewType(world.workshops.id, "novels", {})
    with pytest.raises(Taken):
        database.write(catalog.add_type, again, NOW)
    assert seen(database) == world


def test_each_save_of_texts_is_a_new_version_and_the_old_one_stays(
    database: Database, world: World
) -> None:
    """R-72: text versions are immutable."""
    before = texts_of(database, world.novels.id)
    texts = {"en": {"name": "Novels, weekly"}, "nl": {"name": "Romans"}}
    database.write(catalog.edit_type_texts, world.novels.id, texts, TOMORROW)
    version = seen(database).novels.texts.version
    assert texts_of(database, world.novels.id) == {**before, version: texts}
    assert version not in before
    database.write(catalog.edit_brand, world.fernway.id, {"texts": texts}, TOMORROW)
    assert len(texts_of(database, world.fernway.id)) == 2


def test_archiving_a_brand_archives_its_types_only(database: Database, world: World) -> None:
    database.write(catalog.archive_brand, world.fernway.id, TOMORROW)
    after = seen(database)
    assert after.fernway.archived
    assert {t.archived for t in after.fernway.types} == {True}
    assert not after.workshops.archived
    assert not after.evenings.archived


def test_whatever_a_decision_reads_is_kept_with_the_time_it_began_to_hold(
    database: Database, world: World
) -> None:
    """R-72: so that a past day can be answered; with what is fixed of a type."""
    database.write(catalog.archive_type, world.circle.id, TOMORROW)
    fixed = {"brand": world.fernway.id, "transactional": False}
    type_settings = {**fixed, "public": False, "confirms": False}
    assert settings_of(database, world.circle.id) == [
        (YESTERDAY, {**type_settings, "archived": False}),
        (TOMORROW, {**type_settings, "archived": True}),
    ]
    for at, on in ((NOW, True), (NOW + 1, True), (TOMORROW, False)):
        database.write(catalog.switch_data_privacy, on, at)
    assert [(at, c["data_privacy"]) for at, c in settings_of(database, 0)] == [
        (YESTERDAY, False),
        (NOW, True),
        (TOMORROW, False),
    ]
    assert seen(database).catalog.policy.off_since == TOMORROW


def test_turned_off_it_keeps_from_mail_whom_a_clock_that_was_ahead_stored(
    database: Database, world: World
) -> None:
    """Rules 8: also when the time has come at which they say to be stored."""
    database.write(catalog.switch_data_privacy, True, NOW)
    store(database, ANA, at=NOW + 400 * DAY)
    store(database, BEN, at=NOW)
    database.write(catalog.switch_data_privacy, False, TOMORROW)
    assert (known(database, ANA).stored_at, known(database, BEN).stored_at) == (TOMORROW - 1, NOW)


def test_every_change_is_a_new_version_of_the_catalogue(database: Database, world: World) -> None:
    """By this number every process knows that what it keeps is old."""
    versions = [world.catalog.version]
    for work, *given in (
        (catalog.add_brand, NewBrand("third", "Third"), NOW),
        (catalog.add_type, NewType(world.workshops.id, "third", {}), NOW),
        (catalog.edit_type_texts, world.novels.id, {}, NOW),
        (catalog.edit_brand, world.fernway.id, {"name": "Fernway Books"}, NOW),
        (catalog.set_logo, world.fernway.id, "image/png", b"png"),
        (catalog.switch_data_privacy, True, NOW),
        (catalog.archive_type, world.offers.id, NOW),
        (catalog.set_default_brand, world.workshops.id),
    ):
        database.write(work, *given)
        versions.append(seen(database).catalog.version)
    assert versions == sorted(set(versions))
