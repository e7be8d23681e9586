"""Who is erased while files wait is erased from these, too (R-79; rules.md, 2)."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from app.domain.importing.orders import Order, What
from app.domain.runs import Press, RowOutcome, RunState
from app.domain.standing import ALL
from app.domain.words import HOUR, Via
from app.files.parts import packed
from app.queries import imports as known
from app.services import erasure, imports
from app.services.imports import Given
from app.store import addresses, file_debts
from app.store.tables import import_part, metadata
from app.worker.import_erasing import ErasingFromImports, erase_from
from app.worker.loop import Worker
from app.worker.running import Running
from app.worker.sweeping import Sweeping
from tests.databases import ON_POSTGRES, ON_SQLITE
from tests.imports.files import Office
from tests.meetings import meeting
from tests.web.houses import Clock
from tests.world import by

ODA = "Oda.Quetzalcoatl@xylophone.example.com"
WORDS = ("quetzalcoatl", "xylophone", "zanzibar", "wombatia")
HERS = f"""{ODA},Oda Zanzibar,,yes
"odd, {ODA.lower()} of Wombatia",Zanzibar,,no
oda quetzalcoatl at xylophone,Zanzibar,,yes
friend@example.com,Friend,"of
<{ODA}>",yes
{ODA},Oda Zanzibar,,Wombatia
"""


def others(first: int, last: int) -> str:
    """Rows of other people."""
    return "".join(f'p{n}@example.com,"Person\n{n}",,yes\n' for n in range(first, last))


HEAD = "email,name,x,novels\n"
BROKEN = "broken@example.com,Ben,,perhaps\n"
FILE = HEAD + "\n" + others(0, 300) + HERS + BROKEN + others(300, 600)


def remains(office: Office, directory: Path) -> set[str]:
    """Which of her words are to be found in the database, in files unpacked, or beside them."""
    found = [p.read_bytes() for p in directory.rglob("*") if p.is_file()]
    with office.site.database.reading() as connection:
        packed = connection.scalars(select(import_part.c.content))
        found += [zlib.decompress(bytes(part)) for part in packed]
        for table in metadata.sorted_tables:
            found += [str(tuple(row)).encode() for row in connection.execute(select(table))]
    everything = b"\n".join(found).lower()
    return {word for word in WORDS if word.encode() in everything}


class Waiting(NamedTuple):
    """Imports with her in them: a draft, one that was checked, one in the midst, a list."""

    draft: int
    checked: int
    halfway: int
    opt_outs: int


def waiting(office: Office) -> Waiting:
    """Make them, and two that are over and have what stood in broken rows."""
    drafted, checked, halfway = (office.give(FILE) for _ in range(3))
    discarded, done = (office.give(HEAD + HERS + BROKEN) for _ in range(2))
    office.check(discarded)
    office.site.database.write(imports.discard, discarded, office.dora)
    office.do(done)
    assert len(values(office, done)) == 4, "a report tells what stood there"
    assert office.check(checked).forecast["BROKEN:UNKNOWN_STATUS"] == 2
    office.press(halfway, Press.START)
    assert office.chunk(halfway).done == 500
    office.press(halfway, Press.PAUSE)
    listed = office.give(HERS + others(0, 5), What.OPT_OUTS, ["address", *["left-out"] * 3])
    return Waiting(drafted, checked, halfway, listed)


def test_files_that_wait_forget_who_is_erased_and_all_others_are_imported_once(
    office: Office, tmp_path: Path
) -> None:
    """No word of hers is left in any, and no other row gets another line or place."""
    database, given = office.site.database, waiting(office)
    before = office.report(given.halfway)
    who = by(via=Via.ERASURE, at=office.site.now())
    database.write(erasure.erase, office.site.keys(ODA), who)
    assert remains(office, tmp_path) == set(WORDS)
    assert Worker(office.site).work()
    assert remains(office, tmp_path) == set()

    office.press(given.halfway, Press.RESUME)
    office.work()
    told = office.report(given.halfway)
    assert {line: told[line] for line in before} == before, "what was done is told as it was"
    for id_ in (given.draft, given.checked):
        counts = office.do(id_).counts
        assert {name: counts.get(name) for name in EXPECTED} == EXPECTED
        assert office.report(id_).keys() == told.keys()
        assert office.report(id_)[609] == (RowOutcome.BROKEN, "UNKNOWN_STATUS")
    assert office.run(given.halfway).done == len(told) == 606
    assert office.contact(ODA) is None
    assert office.known(ODA).held.opted_out(ALL)
    assert office.do(given.opt_outs).counts["CHANGED"] == 5


@ON_SQLITE
def test_what_a_file_and_its_columns_are_called_is_forgotten_where_it_may_be_anybodys(
    office: Office, tmp_path: Path
) -> None:
    """Of imports that wait and of such as are over, whoever is in them; headings that are known
    stay, and the file is read as before (R-79)."""
    database, word = office.site.database, "Zanzibar"
    text = f"Oda {word},email,novels,Wombatia\n,friend@example.com,yes,\n"
    waits, over = (office.give(text, file=f"{word}.csv") for _ in range(2))
    assert office.do(over).counts["CREATED"] == 1
    elsewhere = by(via=Via.ERASURE, at=office.site.now())
    database.write(erasure.erase, office.site.keys(ODA), elsewhere)
    assert remains(office, tmp_path) == {"zanzibar", "wombatia"}
    assert Worker(office.site).work()
    assert remains(office, tmp_path) == set()
    assert office.run(over).words["headings"] == ["", "email", "novels", ""]
    assert office.do(waits).counts["UNCHANGED"] == 1
    database.write(erasure.erase, office.site.keys(ODA), elsewhere)
    assert ErasingFromImports(office.site).work() == 0, "there is nothing left to take out"


@ON_POSTGRES
def test_of_two_workers_who_write_a_file_anew_the_later_one_keeps_what_it_owes(
    office: Office,
) -> None:
    """It knew of somebody more who was erased, and then found the file gone in its midst: that is
    no fault of the file, nor is anybody taken out of it (R-79)."""
    database, erased = office.site.database, [f"p0@{HOUSE}", ODA]
    keys = [office.site.keys(address) for address in erased]
    id_ = office.give(LARGE + HERS)
    for key in keys:
        database.write(erasure.erase, key, by(via=Via.ERASURE, at=office.site.now()))
    before = office.order(id_)
    after = replace(before, first=7, encoding="utf-8")

    def without_the_first(connection: Connection) -> None:
        for at, part in enumerate(made := list(packed([LARGE.replace(f"p0@{HOUSE}", ""), HERS]))):
            imports.add_part(connection, id_, after.first + at, part)
        assert imports.swap(connection, id_, before, after, len(made))
        file_debts.settle(connection, id_, frozenset(keys[:1]))

    meeting(
        database,
        lambda connection: connection.execute(text("LOCK TABLE import_part IN SHARE MODE")),
        lambda other: erase_from(replace(office.site, database=other), id_),
        without_the_first,
    )
    assert office.run(id_).state is RunState.DRAFT
    assert ErasingFromImports(office.site).work() == 1
    assert office.do(id_).counts["BROKEN:ERASED"] == 1 + 5
    assert office.contact(ODA) is None


@ON_POSTGRES
def test_who_is_erased_while_a_file_is_imported_does_not_come_back(office: Office) -> None:
    """R-79: the chunk had asked already whether somebody in it was erased. Each waits for the
    other, and one of them begins anew."""
    database, key = office.site.database, office.site.keys(ODA)
    id_ = office.give(HEAD + HERS)
    office.press(id_, Press.START)
    meeting(
        database,
        lambda connection: addresses.lock(connection, [key]),
        lambda other: Running(replace(office.site, database=other)).work(),
        lambda connection: erasure.erase(
            connection, key, by(via=Via.ERASURE, at=office.site.now())
        ),
    )
    assert ErasingFromImports(office.site).work() == 1
    office.work()
    assert office.run(id_).state is RunState.DONE
    assert office.contact(ODA) is None


HOUSE = "large.example.com"
LARGE = HEAD + "".join(f'p{n}@{HOUSE},,"{1000 * "long "}",yes\n' for n in range(600))
"""Wherever it is cut, it is cut within quotation marks."""

EXPECTED = {"UNCHANGED": 600, "BROKEN:ERASED": 5, "BROKEN:UNKNOWN_STATUS": 1}


@ON_SQLITE
def test_a_file_that_nobody_goes_on_handing_in_is_forgotten_whole(
    office: Office, tmp_path: Path
) -> None:
    """One that is still being handed in is looked into when it is whole."""
    database, clock = office.site.database, Clock()
    site = replace(office.site, now=clock)
    order = Order(What.CONTACTS, 9, "utf-8", ",", headed=True, columns=4)
    given = Given("oda.csv", ("email", "name", "x", "novels"), "user:7")
    id_ = database.write(imports.begin, order, given, office.dora)
    database.write(imports.add_part, id_, 0, next(packed([FILE])))
    database.write(erasure.erase, site.keys(ODA), by(via=Via.ERASURE, at=site.now()))
    assert ErasingFromImports(site).work() == 0
    clock.pass_(2 * HOUR)
    assert ErasingFromImports(site).work() == 1
    while Sweeping(site).work():
        pass
    assert remains(office, tmp_path) == set()


def values(office: Office, id_: int) -> list[object]:
    """What the report has of broken rows."""
    with office.site.database.browsing() as connection:
        rows = known.report(connection, office.run(id_), "broken")
        return [row.cells(("email",))[-1] for row in rows if row.content]
