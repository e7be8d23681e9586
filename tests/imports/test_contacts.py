"""Contacts imported: foreseen, done, told line by line, and taken back (issue 5, F23)."""

from __future__ import annotations

import pytest

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Processing, PropertyKind
from app.domain.importing.orders import What, lacking
from app.domain.runs import Press, RowOutcome, RunState
from app.domain.standing import ALL, BOUNCE, COMPLAINT, of_brand, of_type
from app.domain.words import ACCOUNT, Actor, Basis, Cause, Reason, Scope, Status, Via
from app.queries.imports import part, report
from app.queries.runs import rows
from app.services import erasure, imports, properties
from app.services.contacts import Edit, edit
from app.services.properties import NewProperty
from tests.imports.files import Office
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, by, say

CREATED, UPDATED, UNCHANGED = RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.UNCHANGED
REFUSED, BROKEN, REPEATED = RowOutcome.REFUSED, RowOutcome.BROKEN, RowOutcome.REPEATED
SHOP = """email;first_name;last_name;lang;novels
ana@example.com;Ana;Marques;pt;yes
ben@example.org;Ben;;en;
dan@example.net;Dan;Öz;tr;no
not an address;;;;
eve@example.net;Eve;;;active
"""


def test_a_file_is_foreseen_then_done_and_the_same(office: Office) -> None:
    """What the check says is what the run does; the check itself writes nothing."""
    id_ = office.give(SHOP)
    assert [str(target) for target in office.order(id_).targets] == [
        *("address", "first-name", "last-name", "language"),
        f"type:{office.world.novels.id}",
    ]
    checked = office.check(id_)
    assert (checked.state, checked.total) == (RunState.CHECKED, 5)
    assert office.contact(ANA.address) is None
    assert office.known("dan@example.net").stored_at is None
    expected = {"CREATED": 3, "BROKEN:NO_AT": 1, "BROKEN:UNKNOWN_STATUS": 1}
    foreseen = {k: v for k, v in checked.forecast.items() if k[0] != "@"}
    assert foreseen == expected
    done = office.do(id_)
    assert done.state is RunState.DONE
    assert done.counts == checked.forecast
    ana, dan = office.contact(ANA.address), office.contact("dan@example.net")
    assert ana
    assert dan
    assert (ana.name, ana.language, dan.name) == ("Ana Marques", "pt", "Dan Öz")
    novels = of_type(office.world.novels.id)
    stands = office.known(ANA.address).held[novels]
    assert (stands.status, stands.actor, stands.via) == (
        *(Status.SUBSCRIBED, Actor.IMPORT, Via.IMPORT),
    )
    assert office.known("dan@example.net").held.opted_out(novels)
    assert not office.known(BEN.address).held
    assert office.report(id_) == {
        2: (CREATED, ""),
        3: (CREATED, ""),
        4: (CREATED, ""),
        5: (BROKEN, "NO_AT"),
        6: (BROKEN, "UNKNOWN_STATUS"),
    }


def test_a_second_import_changes_only_what_differs(office: Office) -> None:
    office.do(office.give("email,name\nana@example.com,Ana\nben@example.org,Ben\n"))
    id_ = office.give("email,name\nana@example.com,Ana\nben@example.org,Benjamin\n")
    assert office.check(id_).forecast == {"UNCHANGED": 1, "UPDATED": 1}
    assert office.do(id_).counts == {"UNCHANGED": 1, "UPDATED": 1}
    ben = office.contact(BEN.address)
    assert ben
    assert ben.name == "Benjamin"


def test_an_import_lifts_no_opt_out_and_names_each_it_met(office: Office) -> None:
    """Rules 3: whoever has left stays away, whoever made it so."""
    world, database = office.world, office.site.database
    novels = of_type(world.novels.id)
    dan, eve, flo = (ANA._replace(address=f"{n}@example.net") for n in ("dan", "eve", "flo"))
    say(database, ANA, Unsubscribe(novels.scope, world.novels))
    say(database, BEN, Unsubscribe(ACCOUNT), by_=by(Hand.USER))
    say(database, CLEO, Unsubscribe(Scope.brand(world.fernway.id)), by_=by(Hand.API))
    say(database, dan, Report(Cause.BOUNCE, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.BOUNCE))
    say(database, eve, Report(Cause.COMPLAINT, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.COMPLAINT))
    say(database, flo, Unsubscribe(novels.scope, world.novels), by_=by(Hand.USER))
    people = [ANA, BEN, CLEO, dan, eve, flo]
    text = "email,novels\n" + "".join(f"{person.address},yes\n" for person in people)
    id_ = office.give(text, basis=Basis.CONSENT_WITH_NOTICE, explanation="They asked in the shop.")
    checked = office.check(id_)
    refused = {k: v for k, v in checked.forecast.items() if k.startswith("REFUSED")}
    assert refused == {
        "REFUSED:UNSUBSCRIBED": 2,
        "REFUSED:OPTED_OUT_OF_ALL": 1,
        "REFUSED:OPTED_OUT_OF_BRAND": 1,
        "REFUSED:BOUNCED": 1,
        "REFUSED:COMPLAINED": 1,
    }
    assert checked.examples["REFUSED:BOUNCED"] == [dan.key.hex()]
    before = [office.known(person.address).held for person in people]
    office.do(id_)
    assert [office.known(person.address).held for person in people] == before
    assert before[1].opted_out(ALL)
    assert before[2].opted_out(of_brand(world.fernway.id))
    assert before[3].opted_out(BOUNCE)
    assert before[4].opted_out(COMPLAINT)
    assert [why for _, (_, why) in sorted(office.report(id_).items())] == [
        *("UNSUBSCRIBED", "OPTED_OUT_OF_ALL", "OPTED_OUT_OF_BRAND"),
        *("BOUNCED", "COMPLAINED", "UNSUBSCRIBED"),
    ]


@pytest.mark.parametrize("way", ["check", "do"])
def test_the_report_names_each_opt_out_that_a_row_met(office: Office, way: str) -> None:
    """By the column that was refused; what the row asks for besides is done, and the number of each
    reason leads to the row."""
    world, database = office.world, office.site.database
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels), by_=by(Hand.USER))
    say(database, ANA, Unsubscribe(Scope.brand(world.workshops.id)))
    text = "email,evenings,offers,novels\n" + f"{ANA.address},yes,yes,yes\n{BEN.address},yes,,\n"
    id_ = office.give(text)
    run = office.check(id_) if way == "check" else office.do(id_)
    counts = run.forecast if way == "check" else run.counts
    met = Reason.OPTED_OUT_OF_BRAND, Reason.UNSUBSCRIBED
    assert counts["CREATED"] == 2
    with database.browsing() as connection:
        told = [row.cells(run.words["headings"]) for row in report(connection, run)]
        for reason in met:
            assert counts[f"REFUSED:{reason.name}"] == 1
            (row,), _ = rows(connection, id_, REFUSED, reason, -1)
            assert row.row.key == ANA.key
    line = 2, ANA.address, "REFUSED"
    assert sorted(told, key=str)[:2] == [
        (*line, "OPTED_OUT_OF_BRAND", "evenings", None),
        (*line, "UNSUBSCRIBED", "novels", None),
    ]
    assert len(told) == (2 if way == "check" else 3)
    offers = office.known(ANA.address).held.status(of_type(world.offers.id))
    assert (offers is Status.SUBSCRIBED) is (way == "do")


def test_of_an_address_twice_in_a_file_the_later_row_wins(office: Office) -> None:
    """The report says so."""
    text = "email,name,novels\nana@example.com,First,yes\nAna@EXAMPLE.com,Last,no\n"
    id_ = office.give(text)
    assert office.check(id_).forecast["REPEATED"] == 1
    office.do(id_)
    ana = office.contact(ANA.address)
    assert ana
    assert ana.name == "Last"
    assert office.known(ANA.address).held.opted_out(of_type(office.world.novels.id))
    assert office.report(id_) == {2: (REPEATED, ""), 3: (CREATED, "")}


def test_an_opt_out_of_an_earlier_row_holds_where_the_later_one_says_nothing(
    office: Office,
) -> None:
    """However many rows of others lie between, and however often the address comes."""
    others = "".join(f"a{n}@example.net,,yes\n" for n in range(300))
    rows = (f"{ANA.address},no,\n", f"{BEN.address},,yes\n", f"{CLEO.address},no,yes\n")
    later = f"{ANA.address},,\n{BEN.address},yes,\n{CLEO.address},yes,no\n{ANA.address},,\n"
    id_ = office.give("email,novels,unsubscribed from all email\n" + "".join(rows) + others + later)
    counts = office.do(id_).counts
    assert counts["REPEATED"] == 4
    novels = of_type(office.world.novels.id)
    assert office.known(ANA.address).held.opted_out(novels)
    assert office.known(BEN.address).held.opted_out(ALL)
    assert office.known(BEN.address).held.status(novels) is not Status.SUBSCRIBED
    assert not office.known(CLEO.address).held.opted_out(ALL), "the later row says so"
    assert office.known(CLEO.address).held.status(novels) is Status.SUBSCRIBED


def test_who_was_erased_before_comes_back_opted_out_and_the_report_says_so(office: Office) -> None:
    """Rules 2: imported again, contact and text come back, the opt-outs hold."""
    database = office.site.database
    database.write(erasure.erase, ANA.key, by(at=YESTERDAY, via=Via.ERASURE))
    id_ = office.give("email,novels\nana@example.com,yes\n")
    expected = {"CREATED": 1, "REFUSED:OPTED_OUT_OF_ALL": 1, "ERASED_BEFORE": 1}
    assert {k: v for k, v in office.check(id_).forecast.items() if k[0] != "@"} == expected
    office.do(id_)
    assert office.known(ANA.address).address == ANA.address
    assert office.contact(ANA.address)
    assert office.known(ANA.address).held.opted_out(ALL)
    office.undo(id_)
    assert office.contact(ANA.address) is None
    assert office.known(ANA.address).address is None


@pytest.mark.parametrize("privacy", [True])
def test_with_data_privacy_on_a_basis_is_asked_for(office: Office) -> None:
    """Rules 8: for the file, or for each row in columns."""
    policy = office.world.catalog.policy
    bare = office.give("email,novels\nana@example.com,yes\n")
    assert lacking(office.order(bare), False, policy) == {
        "basis": "basis-required",
        "explanation": "explanation-required",
    }
    text = """email,novels,legal basis,explanation
ana@example.com,yes,consent,She ticked the box.
ben@example.org,yes,,He did not.
cleo@example.net,yes,existing customer,
"""
    rows = office.give(text)
    assert lacking(office.order(rows), False, policy) == {}
    office.do(rows)
    assert office.report(rows) == {
        2: (CREATED, ""),
        3: (REFUSED, "LEGAL_BASIS_REQUIRED"),
        4: (REFUSED, "EXPLANATION_REQUIRED"),
    }
    stands = office.known(ANA.address).held[of_type(office.world.novels.id)]
    assert stands.basis is Basis.CONSENT_WITH_NOTICE
    ana = office.contact(ANA.address)
    assert ana
    assert (ana.processing, ana.assumed) == (Processing.CONSENT, True)
    assert ana.explanation == "She ticked the box."
    assert office.contact(BEN.address) is None


@pytest.mark.parametrize("privacy", [True])
def test_a_basis_for_processing_of_its_own_is_not_assumed(office: Office) -> None:
    text = "email,novels\nana@example.com,yes\n"
    basis, processing = Basis.CONSENT_WITH_NOTICE, Processing.CONTRACT
    why = "Asked in the shop."
    office.do(office.give(text, explanation=why, basis=basis, processing=processing))
    ana = office.contact(ANA.address)
    assert ana
    assert (ana.processing, ana.assumed) == (Processing.CONTRACT, False)


def test_properties_are_columns_and_their_values_are_judged(office: Office) -> None:
    database = office.site.database
    new = NewProperty("born", "Birthday", PropertyKind.DATE)
    born = database.write(properties.define, new, office.dora)
    id_ = office.give("email,Birthday\nana@example.com,1990-04-01\nben@example.org,in April\n")
    office.do(id_)
    assert office.values(ANA.address) == {born: "1990-04-01"}
    assert office.report(id_) == {2: (CREATED, ""), 3: (BROKEN, "BAD_VALUE")}
    again = office.give("email,Birthday\nana@example.com,1990-04-01\n")
    assert office.check(again).forecast == {"UNCHANGED": 1}


def test_undo_restores_statuses_and_removes_who_was_created_and_not_touched(
    office: Office,
) -> None:
    database, world = office.site.database, office.world
    novels = of_type(world.novels.id)
    say(database, BEN, Subscribe(world.novels), by_=by(Hand.USER))
    text = "email,novels\nana@example.com,yes\nben@example.org,no\ncleo@example.net,yes\n"
    text += "dan@example.net,yes\n"
    id_ = office.give(text)
    office.do(id_)
    dan = office.contact("dan@example.net")
    assert dan
    made = Edit("Daniel", None, {})
    database.write(edit, dan.id, made, world.catalog.policy, office.dora)
    say(database, CLEO, Unsubscribe(novels.scope, world.novels))
    undone = office.undo(id_)
    assert undone.state is RunState.DONE
    assert office.contact(ANA.address) is None
    assert office.known(ANA.address).held == {}
    assert office.known(BEN.address).held[novels].status is Status.SUBSCRIBED
    assert office.known(BEN.address).held[novels].actor is Actor.USER
    assert office.known(CLEO.address).held.opted_out(novels)
    assert office.contact(CLEO.address), "she decided anew since: somebody touched her"
    assert office.contact("dan@example.net"), "he was edited since"
    assert office.known("dan@example.net").held == {}


def test_a_file_is_forgotten_when_it_was_imported(office: Office) -> None:
    id_ = office.give(SHOP)
    office.do(id_)
    with office.site.database.reading() as connection:
        assert part(connection, id_, 0) is None


def test_a_file_that_cannot_be_read_on_changes_nothing(office: Office) -> None:
    """Nothing half done, and the answer says where."""
    good = "".join(f"a{number}@example.com,x\n" for number in range(3_000))
    id_ = office.give("email,name\n" + good + 'z@example.com,"' + "open\n" * 60_000)
    run = office.do(id_)
    assert (run.state, run.fault, run.counts) == (RunState.FAILED, "open-quote:3002", {})
    assert office.contact("a1@example.com") is None


def test_an_import_can_be_paused_gone_on_with_and_cancelled(office: Office) -> None:
    text = "email\n" + "".join(f"a{number}@example.com\n" for number in range(1_200))
    id_ = office.give(text)
    office.press(id_, Press.START)
    running = office.chunk(id_)
    assert (running.done, running.state) == (500, RunState.RUNNING)
    office.press(id_, Press.PAUSE)
    office.work()
    assert office.run(id_).done == 500
    office.press(id_, Press.RESUME)
    assert office.chunk(id_).done == 1_000
    office.press(id_, Press.CANCEL)
    office.work()
    assert (office.run(id_).done, office.run(id_).counts) == (1_000, {"CREATED": 1_000})
    assert len(office.report(id_)) == 1_000


def test_an_order_is_not_changed_under_way(office: Office) -> None:
    id_ = office.give(SHOP, What.CONTACTS)
    office.do(id_)
    assert not office.site.database.write(imports.order, id_, office.order(id_), {})
