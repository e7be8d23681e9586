"""Users, their sessions and passwords, where two come at once on PostgreSQL (H-23)."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, update

from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.users import Role, TokenPurpose, digest
from app.services import credentials, invitations, sessions, users
from app.services.outbox import Mail
from app.services.sessions import Arrival
from app.store.doors import Database
from app.store.tables import admin_user
from tests.databases import ON_POSTGRES
from tests.meetings import meeting, rows, unblocked
from tests.world import ANA, NOW

pytestmark = ON_POSTGRES
DORA = Doer(7, NOW)


def held(connection: Connection, user: int) -> None:
    """A user, as who ends their sessions or lets them in no more begins."""
    mine = select(admin_user.c.id).where(admin_user.c.id == user)
    connection.execute(mine.with_for_update(key_share=True))


def test_who_invites_a_user_and_who_deactivates_them_do_not_block_each_other(
    database: Database,
) -> None:
    database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    database.write(lambda c: c.execute(update(admin_user).values(password_hash="x")).rowcount)
    finn = database.write(users.invite, "finn@example.com", Role.VIEWER, DORA)
    owners = select(admin_user.c.id).where(admin_user.c.role == Role.OWNER)
    unblocked(
        database,
        lambda connection: connection.execute(owners.with_for_update()),
        lambda connection: users.invite(connection, "finn@example.com", Role.EDITOR, DORA),
        lambda connection: users.deactivate(connection, finn, DORA),
    )


def test_of_two_owners_who_go_at_once_the_last_one_stays(database: Database) -> None:
    """R-137."""
    both = [
        database.write(users.invite, f"{n}@example.com", Role.OWNER, DORA) for n in ("dora", "elif")
    ]
    database.write(lambda c: c.execute(update(admin_user).values(password_hash="x")).rowcount)
    with pytest.raises(users.LastOwner):
        meeting(
            database,
            lambda connection: users.deactivate(connection, both[0], DORA),
            lambda other: other.write(users.deactivate, both[1], DORA),
        )


def test_who_signs_in_anew_and_who_ends_their_sessions_do_not_block_each_other(
    database: Database,
) -> None:
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    arrival = Arrival(id_, None, True, NOW, "192.0.2.1", "")
    old = digest(database.write(sessions.begin, arrival, None))
    unblocked(
        database,
        lambda connection: held(connection, id_),
        lambda connection: sessions.begin(connection, arrival, old),
        lambda connection: sessions.end_everywhere(connection, id_, DORA),
    )


def test_who_sets_a_password_by_a_link_and_who_deactivates_them_do_not_block_each_other(
    database: Database,
) -> None:
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    token = database.write(users.issue, "dora@example.com", TokenPurpose.INVITATION, NOW) or ""
    with pytest.raises(credentials.SpentLink):
        unblocked(
            database,
            lambda connection: held(connection, id_),
            lambda connection: credentials.redeem(connection, token, "x", None, NOW),
            lambda connection: users.deactivate(connection, id_, DORA),
        )


def test_a_recovery_code_is_good_once_for_two_at_once(database: Database) -> None:
    """R-137."""
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    code, *_ = database.write(credentials.make_recovery_codes, id_, DORA)
    assert not meeting(
        database,
        lambda connection: credentials.use_recovery_code(connection, id_, code, DORA),
        lambda other: other.write(credentials.use_recovery_code, id_, code, DORA),
    )


def test_who_is_invited_anew_has_the_role_that_they_were_given_meanwhile(
    database: Database,
) -> None:
    database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    id_ = database.write(users.invite, "elif@example.com", Role.OWNER, DORA)
    mail = Mail(MailKind.INVITATION, ANA.key, 1, "en", "elif@example.com")
    meeting(
        database,
        lambda connection: users.change_role(connection, id_, Role.VIEWER, DORA),
        lambda other: other.write(invitations.send_again, mail, DORA),
    )
    role = select(admin_user.c.role).where(admin_user.c.id == id_)
    assert rows(database, role) == [(Role.VIEWER,)]


def test_a_second_factor_is_taken_once_by_two_at_once(database: Database) -> None:
    """The codes of the first one, which were shown, stay good."""
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    second = meeting(
        database,
        lambda connection: credentials.turn_second_factor_on(connection, id_, "A", 1, DORA),
        lambda other: other.write(credentials.turn_second_factor_on, id_, "B", 1, DORA),
    )
    assert second is None
    assert rows(database, select(admin_user.c.totp_secret)) == [("A",)]
