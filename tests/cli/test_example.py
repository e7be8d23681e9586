"""sayso example remove: the example goes, what was mailed with it goes on working."""

from __future__ import annotations

from contextlib import closing

from app.domain.invented import EXAMPLES
from app.domain.words import ACCOUNT
from app.factory import create_app
from app.links.tokens import Link, Purpose
from app.store.doors import Database
from tests.cli.conftest import Sayso
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import FORM, ONE_CLICK, Installation, Shop


def everything(installation: Installation) -> str:
    """All that the tables hold, as text."""
    settings = installation.site().settings
    with closing(Database(settings.database_url)) as database, database.reading() as connection:
        return "\n".join(
            str(row)
            for table in ("contact", "email_address", "evidence", "outbox", "preference", "event")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )


def test_its_people_are_erased_and_its_brand_archived(
    installation: Installation, sayso: Sayso, shop: Shop
) -> None:
    """Rules 2: opt-outs stay, under a key that says nothing; every yes ends. Their contacts go."""
    before = everything(installation)
    assert all(person.name in before for person in EXAMPLES)
    chiara = EXAMPLES[2].address
    assert sayso("example", "remove") == (0, "The example is removed.\n", "")
    left = everything(installation)
    assert not [p.address for p in EXAMPLES if p.address in left or p.name in left]
    assert [place.scope for place in shop.held(chiara)] == [ACCOUNT]
    assert all(
        shop.held(p.address) == {} for p in EXAMPLES if "*" not in p.choices and p != EXAMPLES[1]
    )
    listed = sayso("brands", "list").out.splitlines()
    assert [line.partition("  ")[2] for line in listed] == [
        "fernway  Fernway Books  (archived)",
        "default  Our email",
    ]
    assert sayso("types", "list").out.count("(archived)") == 5
    assert sayso("example", "remove") == (0, "There is no example.\n", "")


@ON_SQLITE
def test_no_file_of_the_database_holds_an_address_any_more(
    installation: Installation, sayso: Sayso
) -> None:
    """Rules 2: secure_delete overwrites, and no log of the database keeps a copy."""
    files = [installation.database_file, *installation.var.glob("sayso.db-*")]
    words = [word.encode() for p in EXAMPLES for word in (p.address, p.name, p.name.lower())]
    before = b"".join(file.read_bytes() for file in files)
    assert all(word in before for word in words)
    assert sayso("example", "remove").status == 0
    for file in installation.var.rglob("*"):
        content = file.read_bytes()
        assert not [word for word in words if word in content], file


def test_its_links_go_on_opting_out(installation: Installation, sayso: Sayso, shop: Shop) -> None:
    """Rules 1: archived, a brand's links go on opting out."""
    ana = EXAMPLES[0].address
    brand, key = shop.catalog.default_brand, shop.site.keys(ana)
    tokens = [shop.token(ana), shop.site.tokens.mint(Link(Purpose.BRAND, key, brand, 0))]
    assert sayso("example", "remove").status == 0
    app = create_app(installation.site().settings)
    client = app.test_client(use_cookies=False)
    for token in tokens:
        assert client.get(f"/u/{token}").status_code == 200
        posted = client.post(f"/u/{token}", data=ONE_CLICK, headers=FORM)
        assert posted.status_code == 200
    app.extensions["sayso"].database.close()
    assert len(shop.held(ana)) == 2
    assert sayso("verify").status == 0


@ON_SQLITE
def test_a_brand_of_ones_own_takes_over(sayso: Sayso, shop: Shop) -> None:
    """The account's own pages wear a brand that is left."""
    assert sayso("brands", "add", "tea", "Tea").status == 0
    assert sayso("example", "remove").status == 0
    assert shop.catalog.brand_or_default(0).slug == "tea"
