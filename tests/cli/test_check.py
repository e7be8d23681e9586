"""sayso check: may these addresses be mailed, and if not, why (rules.md, 6)."""

from __future__ import annotations

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT, Scope
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, choose
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Shop


def answers(sayso: Sayso, type_: str, *addresses: str) -> list[tuple[str, str]]:
    """What it says of each."""
    finished = sayso("check", "--type", type_, stdin="\n".join(("email", *addresses)))
    assert (finished.status, finished.err) == (0, "")
    assert [row["email"] for row in finished.rows] == list(addresses)
    return [(row["allowed"], row["reason"]) for row in finished.rows]


def test_each_address_gets_its_answer_in_its_place(sayso: Sayso, shop: Shop) -> None:
    """Rules 6: unknown ones are judged like all others, a malformed one keeps its place."""
    offers = shop.type_id()
    choose(shop, ANA, Unsubscribe(Scope.type(offers)))
    choose(shop, "ben@example.com", Unsubscribe(Scope.brand(shop.catalog.default_brand)))
    choose(shop, "cleo@example.com", Unsubscribe(ACCOUNT))
    assert answers(
        *(sayso, "offers", "new@example.com", ANA, "nonsense", "ben@example.com"),
        *("cleo@example.com", ANA.upper(), "emil@fernway.example"),
    ) == [
        ("yes", "NOT_SPECIFIED"),
        ("no", "UNSUBSCRIBED"),
        ("no", "INVALID_ADDRESS"),
        ("no", "OPTED_OUT_OF_BRAND"),
        ("no", "OPTED_OUT_OF_ALL"),
        ("no", "UNSUBSCRIBED"),
        ("yes", "NOT_SPECIFIED"),
    ]


@ON_SQLITE
def test_what_stands_around_an_address_in_a_file_is_no_part_of_it(sayso: Sayso, shop: Shop) -> None:
    """Mail to `<ana@…>` goes to Ana, so her opt-out answers."""
    choose(shop, ANA, Unsubscribe(ACCOUNT))
    rows = f'name, email\nAna, "{ANA}"\n,<{ANA}>\n,mailto:{ANA}\n,{ANA};\n,Ana <{ANA}>\n'
    told = sayso("check", "--type", "offers", stdin=rows)
    assert [(row["email"], row["reason"]) for row in told.rows] == [(ANA, "OPTED_OUT_OF_ALL")] * 5


def test_other_types_are_judged_by_themselves(sayso: Sayso, shop: Shop) -> None:
    """R-148, rules 6: a private type is opt-in only; must-send mail goes whatever was chosen."""
    choose(shop, ANA, Unsubscribe(Scope.type(shop.type_id())))
    ana = "ana@fernway.example"
    assert answers(sayso, "long-read", ANA) == [("yes", "NOT_SPECIFIED")]
    assert answers(sayso, "reading-circle", ANA, ana) == [
        ("no", "NOT_OPTED_IN"),
        ("yes", "SUBSCRIBED"),
    ]
    choose(shop, ANA, Unsubscribe(ACCOUNT))
    assert answers(sayso, "receipts", ANA) == [("yes", "TRANSACTIONAL")]
    assert sayso("types", "archive", "long-read").status == 0
    assert answers(sayso, "long-read", ANA) == [("no", "TYPE_INACTIVE")]


@ON_SQLITE
def test_a_long_file_is_answered_in_order(sayso: Sayso, shop: Shop) -> None:
    """More than one part of what is asked at once."""
    choose(shop, "reader10500@example.com", Unsubscribe(ACCOUNT))
    addresses = [f"reader{number}@example.com" for number in range(10_600)]
    found = answers(sayso, "offers", *addresses)
    refused = [at for at, (allowed, _) in enumerate(found) if allowed == "no"]
    assert (len(found), refused) == (10_600, [10_500])


@ON_SQLITE
def test_bytes_that_are_no_utf8_go_out_as_they_came_in(sayso: Sayso) -> None:
    content = "zoé@example.com\nben@example.org\n".encode("latin-1")
    finished = sayso("check", "--type", "offers", stdin=content)
    assert finished.out.encode(errors="surrogateescape").splitlines()[1:] == [
        b"zo\xe9@example.com,no,INVALID_ADDRESS",
        b"ben@example.org,yes,NOT_SPECIFIED",
    ]


@ON_SQLITE
def test_it_reads_the_same_files_as_links(sayso: Sayso) -> None:
    """With semicolons or tabs as well; what is no text is told."""
    for text in ("name;email\nBen;ben@example.org\n", "name\temail\nBen\tben@example.org\n"):
        assert [row["email"] for row in sayso("check", "--type", "offers", stdin=text).rows] == [
            "ben@example.org"
        ]
    refused = sayso("check", "--type", "offers", stdin=b"PK\x03\x04\x00\x00@\n")
    assert (refused.status, refused.rows) == (2, [])
    assert "This is no text: save the list as CSV." in refused.err


@ON_SQLITE
def test_an_unknown_type_is_told_with_those_there_are(sayso: Sayso) -> None:
    finished = sayso("check", "--type", "nope")
    assert finished.status == 2
    assert "There is no type 'nope'. Types: long-read, new-arrivals, offers," in finished.err
