"""Files that mean harm, or come from somewhere strange: each is answered clearly, and nothing is
half done (issue 5)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli.importing import FAULTS
from app.domain.runs import Press, RunState
from app.files.listing import Format, written
from app.files.shapes import LONGEST_LINE, Unreadable
from app.queries.exports import Wanted, export
from app.queries.exports import What as List
from app.services import runs
from app.store.tables import contact, email_address, event, import_part
from tests.databases import ON_SQLITE
from tests.imports.files import Office
from tests.world import NOW

HEAD = b"email,name,novels\n"
GOOD = b"".join(b"good%d@example.com,Zo\xc3\xab,yes\n" % number for number in range(600))
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "nothing but NULs": (b"\0" * 10_000, "empty"),
    "a spreadsheet": (b"PK\x03\x04" + GOOD, "not-text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 99, "not-text"),
    "a million columns": (b"email" + b",x" * 1_000_000 + b"\n" + GOOD, "many-columns"),
    "a million cells in the midst": (
        HEAD + GOOD + b"x@example.com" + b",x" * 300_000,
        "many-columns",
    ),
    "a thousand cells in the midst": (HEAD + GOOD + b"x@example.com" + b",x" * 999, "many-columns"),
    "a line of megabytes": (HEAD + GOOD + b"x" * LONGEST_LINE * 2, "long-line"),
    "a quotation mark that never ends": (HEAD + GOOD + b'x@example.com,"x\n', "open-quote"),
    "one that swallows the rest": (HEAD + b'a@example.com,"' + GOOD * 99, "open-quote"),
}
"""Whole files that are refused, and the word that says why."""
AT_ONCE = [*REFUSED][:5]
"""Those that are refused when they are handed in."""
ROWS: dict[str, tuple[bytes, str]] = {
    "a NUL": (b"a\0na@example.com,Ana,yes", "CONTROL"),
    "a NUL in a name": (b"ana@example.com,A\0na,yes", "CONTROL"),
    "letters of another encoding": ("ana@example.com,Zoë,yes".encode("latin-1"), "UNREADABLE"),
    "half a letter": (b"ana@example.com,Zo\xc3,yes", "UNREADABLE"),
    "a formula for an address": (b"=cmd|'/C calc'!A0,Ana,yes", "NO_AT"),
    "a formula for a status": (b'ana@example.com,Ana,"=1+1"', "UNKNOWN_STATUS"),
    "a status that is no word of ours": (b"ana@example.com,Ana,active", "UNKNOWN_STATUS"),
    "markup": (b"<script>@</script>,Ana,yes", "NOT_SENDABLE"),
    "an address of a kilobyte": (b"a" * 1_000 + b"@example.com,Ana,yes", "TOO_LONG"),
    "a name of a kilobyte": (b"ana@example.com," + b"n" * 1_000 + b",yes", "TOO_LONG"),
    "more cells than headings": (b"ana@example.com,Ana,yes,no", "CELLS"),
    "a direction turned round": ("ana\u202e@example.com,Ana,yes".encode(), "NOT_SENDABLE"),
}
"""Rows among good ones, and why they are broken."""


def stored(office: Office) -> list[int | None]:
    """How much there is of what an import writes."""
    tables = (contact, email_address, event)
    with office.site.database.reading() as connection:
        return [connection.scalar(select(func.count()).select_from(t)) for t in tables]


@ON_SQLITE
@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused_changes_nothing(office: Office, tmp_path: Path, name: str) -> None:
    """The word that says why has words on the command line, and a line where there is one."""
    (content, word), before = REFUSED[name], stored(office)
    assert FAULTS[word]
    if name in AT_ONCE:
        with pytest.raises(Unreadable, match=word):
            office.give(content)
    else:
        run = office.do(office.give(content))
        assert run.state is RunState.FAILED
        assert (run.fault or "").startswith(f"{word}:")
        assert (run.done, run.counts) == (0, {})
        resumed = office.site.database.write(runs.press, run.id, Press.RESUME, office.dora)
        assert not resumed, "its file is gone"
    assert stored(office) == before
    with office.site.database.reading() as connection:
        assert connection.execute(select(import_part.c.run)).all() == [], "it is not kept"
    assert list(tmp_path.rglob("*.rows")) == []


@ON_SQLITE
def test_a_row_that_is_broken_is_left_out_whole_and_the_others_are_done(office: Office) -> None:
    rows = b"\n".join(content for content, _ in ROWS.values())
    id_ = office.give(HEAD + GOOD + rows + b"\n")
    run = office.do(id_)
    assert run.counts["CREATED"] == 600
    told = office.report(id_)
    found = {name: told.get(602 + at, (None, ""))[1] for at, name in enumerate(ROWS)}
    assert found == {name: problem for name, (_, problem) in ROWS.items()}
    assert office.contact("ana@example.com") is None


@ON_SQLITE
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp1250"])
def test_formulas_and_letters_come_back_as_they_were(office: Office, encoding: str) -> None:
    """Whatever the encoding; what a spreadsheet would run is kept as it is, and told as text."""
    text = "email;name\n" + "łucja@example.com;=2+3\nz@example.com;Žaneta Łączna-Świątek\n" * 9
    office.do(office.give(text.encode(encoding)))
    found = office.contact("z@example.com")
    assert found
    assert found.name == "Žaneta Łączna-Świątek"
    formula = office.contact("łucja@example.com")
    assert formula
    assert formula.name == "=2+3"
    wanted = Wanted(List.CONTACTS, office.world.catalog, NOW)
    sheet = "".join(written(Format.CSV, *export(office.site.database.browsing, wanted)))
    names = {row["name"] for row in csv.DictReader(io.StringIO(sheet, newline=""))}
    assert "'=2+3" in names
