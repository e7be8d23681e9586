"""The explanation of an import, given once for all of its rows, is what each record sealed."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from app.domain.rights import Right
from app.domain.words import Basis
from app.queries.proof import Proof, prove
from app.services.rights import Asked, erase
from app.store.tables import file_debt, import_part, run, run_row
from tests.imports.files import Office
from tests.world import ANA, BEN, CLEO, NOW

TEXT = f"""email,novels,legal basis,explanation
{ANA.address},yes,,
{BEN.address},yes,,
{CLEO.address},yes,existing customer,She bought a book.
"""
WHY = "They asked at the fair."


def proof(office: Office) -> Proof:
    """What is wrong with the three, in the order of who they are."""
    with office.site.database.reading() as connection:
        return prove(connection, [ANA.key, BEN.key, CLEO.key], office.site.keys, NOW)


def test_who_changes_or_removes_what_a_run_says_is_found_out(office: Office) -> None:
    """decisions/0032, on both databases. Cleo has an explanation of her own and was erased; that
    she comes back makes the run's, which her record never sealed, no fraud."""
    id_ = office.give(TEXT, basis=Basis.CONSENT_WITH_NOTICE, explanation=WHY)
    assert office.do(id_).counts["CREATED"] == 3
    assert proof(office)[:3] == (3, [], 0)
    asked = Asked(Right.ERASURE, CLEO.key, office.world.catalog.default_brand, "en", NOW)
    office.site.database.write(erase, asked, office.world.catalog.policy)
    assert proof(office)[:3] == (3, [], 1)
    office.do(office.give(f"email\n{CLEO.address}\n"))
    assert office.known(CLEO.address).address == CLEO.address
    assert proof(office)[:3] == (3, [], 1)

    def says(connection: Connection, words: str | None) -> None:
        connection.execute(update(run).where(run.c.id == id_).values(explanation=words))

    for words in ("They never said anything.", None, ""):
        office.site.database.write(says, words)
        found = proof(office)
        assert found.erased == 1
        told = f"the explanation of run {id_} is not what record 1 sealed"
        assert found.problems == [(ANA.key.hex(), told), (BEN.key.hex(), told)]
    office.site.database.write(says, WHY)
    assert proof(office)[:3] == (3, [], 1)

    def remove(connection: Connection) -> None:
        for table in (import_part, file_debt, run_row):
            connection.execute(delete(table).where(table.c.run == id_))
        connection.execute(delete(run).where(run.c.id == id_))

    office.site.database.write(remove)
    told = f"run {id_}, whose record 1 is, is missing"
    keys = [ANA.key, BEN.key, CLEO.key]
    assert sorted(proof(office).problems) == sorted((key.hex(), told) for key in keys)
