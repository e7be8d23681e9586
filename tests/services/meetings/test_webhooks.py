"""What is owed to webhooks and mailboxes, and answers that are kept, where two come at once on
PostgreSQL (H-23)."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.words import DAY
from app.queries import webhooks as hooks
from app.services import repeats, webhooks
from app.services.outbox import LEASE, Mail, claim, owe, put_off
from app.services.repeats import Asked as Asking
from app.services.repeats import Said
from app.store.doors import Database
from app.store.tables import outbox
from tests.databases import ON_POSTGRES
from tests.meetings import meeting, rows, unblocked
from tests.world import ANA, NOW, World

pytestmark = ON_POSTGRES
DORA = Doer(7, NOW)
LATER = NOW + 31 * DAY


def owed(database: Database) -> tuple[int, webhooks.Owed]:
    """A webhook, and a test that is owed to it."""
    id_ = database.write(webhooks.create, webhooks.Settings("https://example.com/"), DORA)
    database.write(webhooks.owe_test, id_, NOW)
    (one,) = database.write(webhooks.claim, NOW, {id_: 1})
    return id_, one


def nobody(_: Connection) -> Mail | None:
    """Who made it is gone."""
    return None


def test_a_webhook_that_is_switched_off_while_it_fails_stays_off(database: Database) -> None:
    id_, one = owed(database)
    meeting(
        database,
        lambda connection: webhooks.switch_off(connection, id_, DORA),
        lambda other: other.write(webhooks.failed, one, "500", NOW, nobody, False),
    )
    with database.reading() as connection:
        hook = hooks.one(connection, id_, NOW)
    assert hook is not None
    assert not hook.active


def test_who_removes_a_webhook_and_who_tells_it_do_not_block_each_other(database: Database) -> None:
    id_, one = owed(database)
    unblocked(
        database,
        lambda connection: webhooks.hold(connection, id_),
        lambda connection: webhooks.failed(connection, one, "500", NOW, nobody, False),
        lambda connection: webhooks.remove(connection, id_, DORA),
    )


def test_no_test_is_owed_to_a_webhook_that_is_being_removed(database: Database) -> None:
    id_, _ = owed(database)
    assert not meeting(
        database,
        lambda connection: webhooks.remove(connection, id_, DORA),
        lambda other: other.write(webhooks.owe_test, id_, NOW),
    )


def test_what_is_owed_anew_is_not_put_off_by_a_call_from_before(database: Database) -> None:
    """It was made before the webhook was switched off and on, and would be a dead letter."""
    id_, one = owed(database)
    meeting(
        database,
        lambda connection: webhooks.switch_on(connection, id_, Doer(7, LATER)),
        lambda other: other.write(webhooks.failed, one, "500", LATER, nobody, False),
    )
    assert len(database.write(webhooks.claim, LATER, {id_: 1})) == 1


def test_who_made_a_webhook_is_told_once_that_it_is_gone(database: Database, world: World) -> None:
    """Two calls to it may be answered so at once."""
    id_, one = owed(database)
    database.write(webhooks.owe_test, id_, NOW)
    (two,) = database.write(webhooks.claim, NOW, {id_: 1})
    mail = Mail(MailKind.WEBHOOK_OFF, ANA.key, world.fernway.id, "en", "dora@example.com", id_)

    def letter(_: Connection) -> Mail:
        return mail

    gone = "410", NOW, letter, True
    meeting(
        database,
        lambda connection: webhooks.failed(connection, one, *gone),
        lambda other: other.write(webhooks.failed, two, *gone),
    )
    assert len(rows(database, select(outbox))) == 1


def test_a_worker_whose_lease_ran_out_puts_no_mail_off_that_another_one_has(
    database: Database,
) -> None:
    """A third one would send it too."""
    mail = Mail(MailKind.ACCESS_LINK, ANA.key, 1, "en", ANA.address)
    database.write(owe, mail, NOW)
    (late,) = database.write(claim, NOW)
    again = NOW + LEASE
    assert len(database.write(claim, again)) == 1
    database.write(put_off, late, "451", again)
    assert database.write(claim, again + LEASE - 1) == []


def test_an_answer_under_a_key_that_is_used_anew_is_not_forgotten_as_old(
    database: Database,
) -> None:
    """A day later to the second: asked once more, it would be done once more."""
    done = []

    def work(_: Connection) -> Said:
        done.append("it")
        return Said(200, "{}")

    def ask(connection: Connection, at: int) -> None:
        repeats.once(connection, Asking(b"d" * 32, b"r" * 32, at), work)

    database.write(ask, NOW)
    meeting(
        database,
        lambda connection: connection.execute(text("LOCK TABLE api_answer IN SHARE MODE")),
        lambda other: other.write(repeats.forget, NOW + DAY),
        lambda connection: ask(connection, NOW + DAY),
    )
    database.write(ask, NOW + DAY + 1)
    assert done == ["it", "it"]
