"""sayso import: a file foreseen, done and reported from the command line (issue 5, F23)."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select

from app.cli import importing
from app.domain.contacts import Processing, Source
from app.domain.deeds import Doer
from app.domain.runs import Press, RunState
from app.queries.contacts import by_key
from app.services import runs
from app.services.catalog import switch_data_privacy
from app.store.tables import contact, import_part, run
from app.worker.running import Running
from tests.cli.conftest import Sayso
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Shop

CONTACTS = (
    "email;first_name;offers;shoe size\nana.new@example.com;Ana;yes;38\nben.new@example.com;Ben;;\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Somewhere to write a list."""
    return tmp_path / "list.csv"


def test_contacts_are_imported_and_said_how_they_were_understood(sayso: Sayso, file: Path) -> None:
    file.write_text(CONTACTS)
    why = ("--legal-basis", "consent", "--explanation", "Asked in the shop.")
    done = sayso("import", "contacts", str(file), *why, "--basis-ends", "2030-06-01", "--yes")
    assert (done.status, done.err) == (0, "")
    assert "list.csv: utf-8, separated by semicolons" in done.out
    assert "offers      status of offers" in done.out
    assert "shoe size   left out          38" in done.out
    assert "ana.new@example.com, ben.new@example.com" in done.out, "its first rows"
    assert "2 were created" in done.out
    (event,) = [line for line in sayso("history", "ana.new@example.com").out.splitlines() if line]
    assert "SUBSCRIBED" in event
    assert "by IMPORT via IMPORT" in event
    assert sayso("verify").status == 0


def test_a_pipe_is_imported_too(sayso: Sayso) -> None:
    """It can be read only once."""
    end, other_end = os.pipe()
    os.write(other_end, b"ana.new@example.com\n")
    os.close(other_end)
    done = sayso("import", "opt-outs", f"/dev/fd/{end}", "--yes")
    os.close(end)
    assert (done.status, done.err) == (0, "")
    assert "1 was changed" in done.out


def test_implied_consent_ends_and_a_later_purchase_moves_its_end(sayso: Sayso, file: Path) -> None:
    """Issue 5; rules.md 3 and 6: an earlier end than the one that stands is no change."""
    file.write_text("email,offers\nana.new@example.com,yes\n")
    why = ("--legal-basis", "LEGITIMATE_INTEREST_CLIENT", "--explanation", "Bought a book.")
    said = []
    for day in ("2020-06-01", "2090-06-01", "2025-06-01"):
        done = sayso("import", "contacts", str(file), *why, "--basis-ends", day, "--yes")
        assert done.status == 0
        (row,) = sayso("check", "--type", "offers", stdin="email\nana.new@example.com").rows
        said.append((row["allowed"], row["reason"]))
    assert said == [("no", "CONSENT_EXPIRED"), *[("yes", "SUBSCRIBED")] * 2]


def test_a_dry_run_says_what_would_be_and_writes_nothing(sayso: Sayso, file: Path) -> None:
    file.write_text(CONTACTS + "no address;;;\n")
    told = sayso("import", "contacts", str(file), "--dry-run")
    assert told.status == 3
    assert "2 would be created" in told.out
    assert "1 would be broken: there is no @ in the address" in told.out
    assert told.err == "line 4: there is no @ in the address\n"
    again = sayso("import", "contacts", str(file), "--yes")
    assert "2 were created" in again.out


def test_rows_left_out_are_status_3_and_stand_in_the_report(sayso: Sayso, file: Path) -> None:
    """A word that is no status is an error of its row, never a yes."""
    file.write_text("email,offers\nana.new@example.com,active\nben.new@example.com,yes\n")
    report = file.with_name("report.csv")
    done = sayso("import", "contacts", str(file), "--yes", "--report", str(report))
    assert done.status == 3
    rows = sorted(csv.DictReader(report.read_text().splitlines()), key=lambda row: int(row["line"]))
    assert [(r["line"], r["outcome"], r["reason"], r["column"]) for r in rows] == [
        ("2", "BROKEN", "UNKNOWN_STATUS", "offers"),
        ("3", "CREATED", "", ""),
    ]


def test_an_opt_out_list_opts_out_and_an_import_lifts_nothing(sayso: Sayso, file: Path) -> None:
    file.write_text("ana.new@example.com\nnever-seen@example.net\n")
    assert "2 were changed" in sayso("import", "opt-outs", str(file), "--yes").out
    file.write_text("email,offers\nana.new@example.com,yes\n")
    done = sayso("import", "contacts", str(file), "--yes")
    assert done.status == 3
    assert "1 was refused: they opted out of all email" in done.out
    one_type = sayso("import", "opt-outs", str(file), "--type", "offers", "--yes")
    assert (one_type.status, "1 was changed" in one_type.out) == (0, True)


@ON_SQLITE
def test_who_is_told_to_be_unsubscribed_is_so_in_whatever_words(sayso: Sayso, file: Path) -> None:
    """A column of opt-outs says yes by that word too; one that is not known makes nobody mailable:
    it breaks a contact's row, and counts as an opt-out on a list of them."""
    gone, unknown = "gone@example.com", "unknown@example.com"
    file.write_text(f"email,Unsubscribed from all email\n{gone},Unsubscribed\n{unknown},left\n")
    assert sayso("import", "contacts", str(file), "--yes").status == 3
    heading = "Email,Klaviyo ID,Email Suppressions\n"
    words = {"c": "UNSUBSCRIBE", "d": "UNSUBSCRIBED", "e": "HARD_BOUNCE", "f": "next year's"}
    rows = "".join(f"{name}@example.com,01HX,{word}\n" for name, word in words.items())
    file.write_text(heading + rows + "stays@example.com,01HX,\n")
    assert "4 were changed" in sayso("import", "opt-outs", str(file), "--yes").out
    people = (gone, *(f"{name}@example.com" for name in words), unknown, "stays@example.com")
    told = sayso("check", "--type", "offers", stdin="email\n" + "\n".join(people)).rows
    assert [row["reason"] for row in told[:-2]] == ["OPTED_OUT_OF_ALL"] * 5
    assert {row["reason"] for row in told[-2:]} == {"NOT_SPECIFIED"}
    assert sayso("history", unknown).out.strip() == "", "its row was left out whole"


def test_what_cannot_be_done_is_said_in_words(sayso: Sayso, file: Path) -> None:
    file.write_bytes(b"PK\x03\x04")
    assert "save the list as CSV" in sayso("import", "contacts", str(file), "--yes").err
    file.write_text("name\nAna\n")
    assert "No column holds email addresses" in sayso("import", "contacts", str(file)).err
    file.write_text("email\nana.new@example.com\n")
    unasked = sayso("import", "contacts", str(file))
    assert (unasked.status, "add --yes" in unasked.err) == (2, True)
    wrong = sayso("import", "contacts", str(file), "--legal-basis", "because")
    assert (wrong.status, "CONSENT_WITH_NOTICE" in wrong.err) == (2, True)
    file.write_text("email\n" + "a@example.com\n" * 9_999 + '"' + "x\n" * 90_000)
    broken = sayso("import", "contacts", str(file), "--yes")
    assert broken.status == 1
    assert "A quotation mark in line 10001 never ends. Nothing was imported." in broken.err


@ON_SQLITE
def test_a_column_may_bear_the_name_that_people_know_a_type_by(sayso: Sayso, file: Path) -> None:
    """Not only its slug."""
    renamed = sayso("types", "edit", "offers", "--language", "en", "--name", "Sales & vouchers")
    assert renamed.status == 0, renamed.err
    file.write_text("email,Sales & vouchers\nana.new@example.com,yes\n")
    told = sayso("import", "contacts", str(file), "--yes")
    assert "Sales & vouchers  status of offers" in told.out


@ON_SQLITE
def test_with_data_privacy_on_the_file_brings_its_legal_bases(
    sayso: Sayso, shop: Shop, file: Path
) -> None:
    """Rules 8: both are asked for; the one for communication counts for both where there is one."""
    site = shop.site
    site.database.write(switch_data_privacy, True, site.now())
    file.write_text("email,offers\nana.new@example.com,yes\n")
    lacking = sayso("import", "contacts", str(file), "--yes")
    assert lacking.status == 2
    assert "Data privacy is on: give --legal-basis" in lacking.err
    assert "Data privacy is on: give --explanation" in lacking.err
    why = ("--legal-basis", "consent", "--explanation", "Asked in the shop.")
    processing = ("--processing-basis", "contract", "--processing-explanation", "They buy.")
    assert sayso("import", "contacts", str(file), *why, *processing, "--yes").status == 0
    with site.database.reading() as connection:
        ana = by_key(connection, site.keys("ana.new@example.com"))
    assert ana
    assert (ana.processing, ana.explanation) == (Processing.CONTRACT, "They buy.")
    assert "CONSENT_WITH_NOTICE" in sayso("history", "ana.new@example.com", "--json").out


@ON_SQLITE
def test_an_opt_out_list_asks_whoever_is_there_for_the_number(
    by_hand: Sayso, shop: Shop, file: Path
) -> None:
    """Another one, or none, and nothing is imported, nor is the file kept."""
    file.write_text("ana.new@example.com\nben.new@example.com\n")
    for typed, status in (("3\n", 1), ("\n", 1), ("", 130)):
        asked = by_hand("import", "opt-outs", str(file), stdin=typed)
        assert (asked.status, "Type the number 2 to opt them out" in asked.out) == (status, True)
        assert nothing_is_kept(shop)
    done = by_hand("import", "opt-outs", str(file), stdin="2\n")
    assert (done.status, "2 were changed" in done.out) == (0, True)
    file.write_text("email\n" + "".join(f"a{number}@example.com\n" for number in range(600)))
    refused = by_hand("import", "contacts", str(file), stdin="n\n")
    assert (refused.status, "Nothing was imported." in refused.err) == (1, True)
    assert nothing_is_kept(shop)
    agreed = by_hand("import", "contacts", str(file), stdin="y\n")
    assert agreed.status == 0
    assert re.search(r"500 of 600 rows, \d+ s left", agreed.err), "it says how far it is"


def nothing_is_kept(shop: Shop) -> bool:
    """Of a file that nobody said go for."""
    with shop.site.database.reading() as connection:
        parts = connection.execute(select(import_part.c.run)).all()
        states = connection.scalars(select(run.c.state)).all()
    return not parts and set(states) <= {RunState.CANCELLED, RunState.DONE}


@ON_SQLITE
def test_a_suppression_export_is_not_taken_for_contacts_unsaid(sayso: Sayso, file: Path) -> None:
    file.write_text("Email Address,UNSUB_TIME\nana.new@example.com,2024-03-01 10:00:00\n")
    told = sayso("import", "contacts", str(file), "--dry-run")
    assert "It looks like a suppression export of Mailchimp." in told.err
    assert "looks like" not in sayso("import", "opt-outs", str(file), "--dry-run").err


def ctrl_c(_: object) -> NoReturn:
    """What somebody presses who sees how far it is, between two chunks."""
    raise KeyboardInterrupt


@ON_SQLITE
def test_an_import_that_is_interrupted_waits_for_somebody(
    sayso: Sayso, shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paused where it is, and whole once it goes on; while it is only checked, nothing is kept."""
    file.write_text("email\n" + "".join(f"a{number}@example.com\n" for number in range(600)))
    with monkeypatch.context() as patch:
        patch.setattr(importing, "progress_of", lambda _: ctrl_c)
        checked = sayso("import", "contacts", str(file), "--dry-run")
        assert (checked.status, nothing_is_kept(shop)) == (130, True)
        stopped = sayso("import", "contacts", str(file), "--yes")
    assert stopped.status == 1
    assert "Paused after 500 rows. Go on with it, or cancel the rest" in stopped.err
    site = shop.site
    running = Running(site)
    assert running.work() == 0, "nobody said so"
    with site.database.reading() as connection:
        (paused,) = connection.scalars(select(run.c.id).where(run.c.state == RunState.PAUSED))
    assert site.database.write(runs.press, paused, Press.RESUME, Doer(None, site.now()))
    while running.work():
        pass
    with site.database.reading() as connection:
        imported = select(contact.c.id).where(contact.c.source == Source.IMPORT)
        assert len(connection.execute(imported).all()) == 600


def test_encoding_and_delimiter_may_be_chosen(sayso: Sayso, file: Path) -> None:
    """And a choice that cannot be right is told, with nothing kept."""
    file.write_bytes("email,first_name;x\nzoe@example.pl,Łucja;y\n".encode("cp1250"))
    how = ("--encoding", "windows-1250", "--delimiter", "comma")
    done = sayso("import", "contacts", str(file), *how, "--yes")
    assert "list.csv: windows-1250, separated by commas" in done.out
    assert "1 was created" in done.out
    wrong = sayso("import", "contacts", str(file), "--encoding", "utf-8-sig", "--yes")
    assert (wrong.status, wrong.out) == (1, "")
    assert "not written in the encoding of --encoding" in wrong.err
    wrong = sayso("import", "opt-outs", str(file), "--delimiter", "tab", "--yes")
    assert "not divided by the delimiter of --delimiter" in wrong.err
