"""Two who come at once on PostgreSQL, where writers go side by side: what the second one finds, and
does, is as if it had come later (H-23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, update

from app.domain.catalog import Policy
from app.domain.changes import Ask, End, Unsubscribe
from app.domain.contacts import Source as Way
from app.domain.deeds import Doer
from app.domain.mail import MailKind
from app.domain.rights import Agreed, Right
from app.domain.runs import Press, RunKind, RunState
from app.domain.standing import request_of
from app.domain.triggers import Trigger, TriggerKind
from app.domain.users import Role, TokenPurpose, digest
from app.domain.words import ACCOUNT, DAY, MINUTE, Via
from app.domain.workflows import Action, ActionKind, Definition
from app.domain.workflows import Press as ToFlow
from app.queries import webhooks as hooks
from app.services import (
    brands,
    catalog,
    choices,
    contacts,
    credentials,
    enrolment_runs,
    enrolment_walks,
    erasure,
    evidence,
    feed,
    imports,
    invitations,
    own_move,
    repeats,
    runs,
    sessions,
    settings,
    signing_up,
    tidying,
    types,
    undoing,
    users,
    versions,
    webhooks,
    workflows,
)
from app.services.catalog import NewType
from app.services.choices import Press as Pressed
from app.services.contacts import Draft, Origin
from app.services.outbox import LEASE, Mail, claim, owe, put_off
from app.services.own_move import Yes
from app.services.preferences import Source
from app.services.repeats import Asked as Asking
from app.services.repeats import Said
from app.services.rights import Asked
from app.services.runs import NewRun
from app.services.sessions import Arrival
from app.services.settings import Settings
from app.store import addresses
from app.store.doors import Database
from app.store.runs import read
from app.store.tables import (
    account,
    admin_user,
    contact,
    enrolment,
    feed_state,
    import_part,
    outbox,
    rights_request,
    run,
    setting_version,
    sign_up,
    workflow_mark,
)
from app.store.tables import evidence as kept
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
from tests.world import ANA, BEN, CLEO, NOW, World, by, say, seen

pytestmark = ON_POSTGRES
SAID = {"of": "person", "explanation": "At the fair.", "ip": "192.0.2.1"}
DORA = Doer(7, NOW)
ERASURE = by(via=Via.ERASURE, at=NOW + 40 * DAY)
LATER = NOW + 31 * DAY


def rows(database: Database, asked: Any) -> Sequence[Any]:
    """What is stored."""
    with database.reading() as connection:
        return connection.execute(asked).all()


@pytest.fixture
def told(database: Database, world: World) -> World:
    """Ana left and said why, by a machine of which it is known for thirty days."""
    say(database, ANA, Unsubscribe(ACCOUNT), by_=by(at=NOW), evidence=SAID)
    database.write(lambda c: c.execute(update(account).values(network_days=30)).rowcount)
    return world


@pytest.mark.usefixtures("told")
def test_evidence_that_ages_comes_back_from_no_erasure(database: Database) -> None:
    """R-79: what stays of it was to be written anew, by who had read it before."""
    meeting(
        database,
        lambda connection: erasure.erase(connection, ANA.key, ERASURE),
        lambda other: other.write(evidence.age_out, LATER),
    )
    assert rows(database, select(kept)) == []


@pytest.mark.usefixtures("told")
def test_evidence_that_just_aged_is_erased_too(database: Database) -> None:
    """R-79."""
    meeting(
        database,
        lambda connection: evidence.age_out(connection, LATER),
        lambda other: other.write(erasure.erase, ANA.key, ERASURE),
    )
    assert rows(database, select(kept)) == []


def test_who_confirms_at_the_last_moment_keeps_what_they_read(
    database: Database, world: World
) -> None:
    """R-84: the request is answered, and its evidence is that of a contact."""
    pressed = Pressed(
        CLEO.key, world.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence={"of": "person"}
    )
    asked = world.fernway, [world.novels], CLEO.address
    database.write(signing_up.ask, pressed, *asked)
    yes = Pressed(CLEO.key, world.catalog, Via.CONFIRMATION, NOW + 7 * DAY - 1, Source())
    meeting(
        database,
        lambda connection: choices.confirm(connection, yes, world.fernway, 1),
        lambda other: other.write(tidying.tidy, NOW + 7 * DAY),
    )
    assert len(rows(database, select(contact))) == 1
    assert len(rows(database, select(kept))) == 1


def test_who_typed_what_nobody_confirmed_is_forgotten_while_it_ages(
    database: Database, told: World
) -> None:
    """R-84: nothing waits for a yes of its mailbox, and of who asked nothing is left."""
    asked = told.fernway, [told.novels], CLEO.address
    pressed = Pressed(CLEO.key, told.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence=SAID)
    database.write(signing_up.ask, pressed, *asked)
    say(database, CLEO, End(request_of(told.novels.id)), by_=by(at=NOW + 1))
    meeting(
        database,
        lambda connection: evidence.age_out(connection, LATER),
        lambda other: other.write(tidying.tidy, LATER),
    )
    assert rows(database, select(kept).where(kept.c.address_key == CLEO.key)) == []


def test_who_tidies_takes_addresses_in_the_order_in_which_all_others_do(
    database: Database, told: World
) -> None:
    """Else they would block each other, and one of them begin anew after a second."""
    low, high = sorted([BEN, CLEO], key=lambda person: person.key)
    pressed = Pressed(low.key, told.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence=SAID)
    database.write(signing_up.ask, pressed, told.fernway, [told.novels], low.address)
    say(database, low, End(request_of(told.novels.id)), by_=by(at=NOW + 1))
    say(database, high, Ask(told.novels, NOW + DAY), by_=by(at=NOW))
    begun = []

    def tidy(connection: Connection) -> None:
        begun.append("tidying")
        tidying.tidy(connection, LATER)

    def first(connection: Connection) -> None:
        begun.append("writer")
        addresses.lock(connection, [low.key])

    meeting(
        database,
        first,
        lambda other: other.write(tidy),
        lambda connection: addresses.lock(connection, [high.key]),
    )
    assert begun == ["writer", "tidying"]
    assert rows(database, select(sign_up)) == []


def moving(database: Database, world: World, key: bytes, address: str) -> int:
    """A request of Ana's to move there, to which her present mailbox agreed."""
    asked = Asked(Right.ADDRESS_CHANGE, ANA.key, world.fernway.id, "en", NOW, key + key)
    database.write(own_move.ask, asked, ANA.address, key, address)
    (*_, row) = rows(database, select(rights_request.c.id).order_by(rights_request.c.id))
    database.write(own_move.agree, Yes(row.id, ANA.key, world.catalog, NOW, SAID))
    return int(row.id)


def test_who_is_erased_while_they_move_is_erased_where_they_came_from(
    database: Database, told: World
) -> None:
    """R-79: what lies under the address that they just left is theirs too."""
    id_ = moving(database, told, CLEO.key, CLEO.address)
    yes = Yes(id_, CLEO.key, told.catalog, NOW, SAID)
    meeting(
        database,
        lambda connection: own_move.agree(connection, yes),
        lambda other: other.write(erasure.erase, CLEO.key, ERASURE),
    )
    assert rows(database, select(kept)) == []


def test_who_is_erased_and_who_agrees_to_their_move_do_not_block_each_other(
    database: Database, told: World
) -> None:
    """Blocked, one of them would begin anew after a second."""
    yes = Yes(moving(database, told, CLEO.key, CLEO.address), CLEO.key, told.catalog, NOW, SAID)
    begun = []

    def agree(connection: Connection) -> Agreed:
        begun.append("yes")
        return own_move.agree(connection, yes)

    def first(connection: Connection) -> None:
        begun.append("erasure")
        addresses.lock(connection, [ANA.key])

    agreed = meeting(
        database,
        first,
        lambda other: other.write(agree),
        lambda connection: erasure.erase(connection, ANA.key, ERASURE),
    )
    assert (agreed, begun) == (Agreed.NOBODY, ["erasure", "yes"])


def test_of_two_moves_at_once_the_first_counts(database: Database, told: World) -> None:
    """R-85: a person is at one address then."""
    to_ben = moving(database, told, BEN.key, BEN.address)
    to_cleo = moving(database, told, CLEO.key, CLEO.address)
    yeses = (
        Yes(to_ben, BEN.key, told.catalog, NOW, SAID),
        Yes(to_cleo, CLEO.key, told.catalog, NOW, SAID),
    )
    second = meeting(
        database,
        lambda connection: own_move.agree(connection, yeses[0]),
        lambda other: other.write(own_move.agree, yeses[1]),
    )
    assert second is Agreed.NOBODY


def test_a_contact_that_is_deleted_while_it_is_changed_stays_deleted(database: Database) -> None:
    draft = Draft(ANA.key, ANA.address, "Ana")
    id_ = database.write(contacts.create, draft, Policy(), DORA)
    meeting(
        database,
        lambda connection: contacts.locked(connection, id_),
        lambda other: other.write(contacts.delete_contact, id_, DORA),
        lambda connection: contacts.save_all(connection, [draft], Origin(NOW, Way.API, "key:1")),
    )
    assert rows(database, select(contact)) == []


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


def test_who_removes_a_webhook_and_who_tells_it_do_not_block_each_other(
    database: Database,
) -> None:
    """Blocked, one of them would begin anew after a second."""
    id_, one = owed(database)
    begun = []

    def fail(connection: Connection) -> None:
        begun.append("call")
        webhooks.failed(connection, one, "500", NOW, nobody, False)

    def first(connection: Connection) -> None:
        begun.append("removal")
        webhooks.hold(connection, id_)

    meeting(
        database,
        first,
        lambda other: other.write(fail),
        lambda connection: webhooks.remove(connection, id_, DORA),
    )
    assert begun == ["removal", "call"]


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


def test_of_two_workflows_activated_at_once_the_first_misses_nothing(
    database: Database, world: World
) -> None:
    """The second one finds nobody active yet, and what happened meanwhile in the feed already."""
    made = Definition((Trigger(TriggerKind.OPT_OUT),), actions=(Action(ActionKind.WAIT, count=1),))
    ids = [database.write(workflows.make, name, made, DORA) for name in ("First", "Second")]
    before = rows(database, select(feed_state.c.position))

    def first(connection: Connection) -> None:
        assert workflows.press(connection, ids[0], ToFlow.ACTIVATE, DORA)
        say(database, ANA, Unsubscribe(ACCOUNT))
        assert database.write(feed.sequence, NOW) == 1

    meeting(
        database,
        first,
        lambda other: other.write(workflows.press, ids[1], ToFlow.ACTIVATE, DORA),
    )
    events = select(workflow_mark.c.at).where(workflow_mark.c.walk == "events")
    assert rows(database, events) == before


def test_who_enrols_and_who_walks_do_not_block_each_other(database: Database, world: World) -> None:
    """Blocked, one of them would begin anew after a second."""
    made = Definition((Trigger(TriggerKind.CREATED),), actions=(Action(ActionKind.WAIT, count=1),))
    id_ = database.write(workflows.make, "Welcome", made, DORA)
    assert database.write(workflows.press, id_, ToFlow.ACTIVATE, DORA)
    draft, later = Draft(ANA.key, ANA.address), NOW + 2 * MINUTE
    (ana,) = database.write(contacts.save_all, [draft], Origin(NOW, Way.API, "key:1"))
    begun = []

    def walk(connection: Connection) -> int:
        begun.append("walk")
        return enrolment_walks.go_on(connection, "created", later)

    def first(connection: Connection) -> None:
        begun.append("enrolment")
        workflows.locked(connection, id_)

    meeting(
        database,
        first,
        lambda other: other.write(walk),
        lambda c: enrolment_runs.enrol_ticked(c, id_, [ana.id], Doer(7, later)),
    )
    assert begun == ["enrolment", "walk"]
    assert len(rows(database, select(enrolment))) == 1


def test_who_invites_a_user_and_who_deactivates_them_do_not_block_each_other(
    database: Database,
) -> None:
    """Blocked, one of them would begin anew after a second."""
    database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    database.write(lambda c: c.execute(update(admin_user).values(password_hash="x")).rowcount)
    finn = database.write(users.invite, "finn@example.com", Role.VIEWER, DORA)
    begun = []

    def invite(connection: Connection) -> None:
        begun.append("invitation")
        users.invite(connection, "finn@example.com", Role.EDITOR, DORA)

    def first(connection: Connection) -> None:
        begun.append("deactivation")
        owners = select(admin_user.c.id).where(admin_user.c.role == Role.OWNER)
        connection.execute(owners.with_for_update())

    meeting(
        database,
        first,
        lambda other: other.write(invite),
        lambda connection: users.deactivate(connection, finn, DORA),
    )
    assert begun == ["deactivation", "invitation"]


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
    """Blocked, one of them would begin anew after a second."""
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    arrival = Arrival(id_, None, True, NOW, "192.0.2.1", "")
    old = digest(database.write(sessions.begin, arrival, None))
    begun = []

    def begin(connection: Connection) -> None:
        begun.append("session")
        sessions.begin(connection, arrival, old)

    def first(connection: Connection) -> None:
        begun.append("end")
        mine = select(admin_user.c.id).where(admin_user.c.id == id_)
        connection.execute(mine.with_for_update(key_share=True))

    meeting(
        database,
        first,
        lambda other: other.write(begin),
        lambda connection: sessions.end_everywhere(connection, id_, DORA),
    )
    assert begun == ["end", "session"]


def test_who_sets_a_password_by_a_link_and_who_deactivates_them_do_not_block_each_other(
    database: Database,
) -> None:
    """Blocked, one of them would begin anew after a second."""
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    token = database.write(users.issue, "dora@example.com", TokenPurpose.INVITATION, NOW) or ""
    begun = []

    def redeem(connection: Connection) -> None:
        begun.append("password")
        credentials.redeem(connection, token, "x", None, NOW)

    def first(connection: Connection) -> None:
        begun.append("deactivation")
        mine = select(admin_user.c.id).where(admin_user.c.id == id_)
        connection.execute(mine.with_for_update(key_share=True))

    with pytest.raises(credentials.SpentLink):
        meeting(
            database,
            first,
            lambda other: other.write(redeem),
            lambda connection: users.deactivate(connection, id_, DORA),
        )
    assert begun == ["deactivation", "password"]


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


def test_a_recovery_code_is_good_once_for_two_at_once(database: Database) -> None:
    """R-137."""
    id_ = database.write(users.invite, "dora@example.com", Role.OWNER, DORA)
    code, *_ = database.write(credentials.make_recovery_codes, id_, DORA)
    assert not meeting(
        database,
        lambda connection: credentials.use_recovery_code(connection, id_, code, DORA),
        lambda other: other.write(credentials.use_recovery_code, id_, code, DORA),
    )


def wearing(world: World, brand: int) -> Settings:
    """The settings with the look of this brand."""
    return Settings("Fernway", "en", brand, fallback_form=True, network_days=None)


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
    """Blocked, one of them would begin anew after a second."""
    begun = []

    def archive(connection: Connection) -> None:
        begun.append("type")
        catalog.archive_type(connection, world.evenings.id, NOW)

    def first(connection: Connection) -> None:
        begun.append("brand")
        versions.hold(connection)

    meeting(
        database,
        first,
        lambda other: other.write(archive),
        lambda connection: brands.archive(connection, world.workshops.id, NOW),
    )
    assert begun == ["brand", "type"]


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


def test_an_import_that_begins_at_the_last_moment_has_its_file(database: Database) -> None:
    """It had waited for seven days."""
    new = NewRun(RunKind.IMPORT, RunState.CHECKED, "user:7")
    id_ = database.write(runs.make, new, NOW)
    database.write(imports.add_part, id_, 0, b"x")
    meeting(
        database,
        lambda connection: runs.press(connection, id_, Press.START, DORA),
        lambda other: other.write(imports.tidy, [id_], NOW + 7 * DAY),
    )
    assert len(rows(database, select(import_part))) == 1


def test_what_is_taken_back_does_not_go_on(database: Database) -> None:
    """A bulk edit that failed on its way, which somebody undoes and somebody else resumes."""
    id_ = database.write(runs.make, NewRun(RunKind.BULK_EDIT, RunState.RUNNING, "user:7"), NOW)
    failed = {"state": RunState.FAILED, "resumes": RunState.WAITING, "counts": {"CHANGED": 1}}
    database.write(lambda c: c.execute(update(run).values(failed)).rowcount)
    assert not meeting(
        database,
        lambda connection: undoing.begin(connection, id_, "user:7", DORA),
        lambda other: other.write(runs.press, id_, Press.RESUME, DORA),
    )


def test_an_import_that_failed_and_may_go_on_keeps_its_file(database: Database) -> None:
    """Whoever discards one meets the worker that failed."""
    new = NewRun(RunKind.IMPORT, RunState.CHECKING, "user:7")
    id_ = database.write(runs.make, new, NOW)
    database.write(imports.add_part, id_, 0, b"x")
    with database.reading() as connection:
        stumbled = read(connection, id_)
    assert stumbled is not None
    for _ in range(9):
        database.write(runs.stumble, stumbled, "Mistake", NOW)
    assert not database.write(imports.discard, id_, DORA)
    assert len(rows(database, select(import_part))) == 1
