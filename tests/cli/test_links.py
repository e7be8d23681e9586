"""sayso links: what a sender merges into a mailing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from email import message_from_string, policy
from pathlib import Path

import pytest

from app.links.tokens import Link, Purpose
from tests.cli.conftest import Sayso
from tests.cli.running import Finished, run
from tests.processes.installation import SAYSO, SECRETS, Installation, Shop

COLUMNS = [
    "email",
    "preferences_url",
    "unsubscribe_url",
    "unsubscribe_all_url",
    "list_unsubscribe",
    "list_unsubscribe_post",
    "list_id",
]
BASE = "http://127.0.0.1:8000"
ANA, BEN = "Ana+News@EXAMPLE.com", "ben@example.org"
MEGABYTE = 1 << 20


@pytest.fixture
def nowhere(tmp_path: Path) -> Installation:
    """Secrets, and a database that cannot be reached."""
    away = {"SAYSO_DATABASE_URL": "postgresql://127.0.0.1:9/nothing"}
    return Installation(tmp_path, {"SAYSO_BASE_URL": BASE, **SECRETS, **away})


def with_ids(installation: Installation, stdin: str | bytes, *more: str) -> Finished:
    """`sayso links` for brand 3 and type 7."""
    content = stdin.encode() if isinstance(stdin, str) else stdin
    arguments = ("links", "--brand", "3", "--type", "7", *more)
    return run(arguments, installation.environment, content)


def test_a_row_has_the_links_and_headers_of_one_message(sayso: Sayso, shop: Shop) -> None:
    """R-01, R-02, R-03, R-04, R-27: for this address, brand, type and mailing."""
    finished = sayso(
        *("links", "--brand", "fernway", "--type", "offers", "--message", "812"),
        stdin=f"email\n{ANA}\n",
    )
    (row,) = finished.rows
    assert (finished.status, finished.err, list(row)) == (0, "", COLUMNS)
    key, brand, type_ = shop.site.keys(ANA), shop.catalog.default_brand, shop.type_id()
    url = shop.site.links.url
    one_click = url(Link(Purpose.TYPE, key, type_, 812))
    assert row == {
        "email": ANA,
        "preferences_url": f"{url(Link(Purpose.PREFERENCES, key, brand, 812))}?type={type_}",
        "unsubscribe_url": one_click,
        "unsubscribe_all_url": url(Link(Purpose.BRAND, key, brand, 812)),
        "list_unsubscribe": f"<{one_click}>",
        "list_unsubscribe_post": "List-Unsubscribe=One-Click",
        "list_id": f'"Fernway Books: Offers" <t{type_}.b{brand}.127.0.0.1>',
    }


def test_without_a_type_the_headers_opt_out_of_the_brand(sayso: Sayso, shop: Shop) -> None:
    """R-19: a list of its own, with the brand's name."""
    finished = sayso("links", "--brand", "fernway", stdin=f"{ANA}\n")
    (row,) = finished.rows
    key, brand = shop.site.keys(ANA), shop.catalog.default_brand
    all_of_brand = shop.site.links.url(Link(Purpose.BRAND, key, brand, 0))
    assert (finished.status, list(row)) == (0, COLUMNS)
    assert row["unsubscribe_url"] == row["unsubscribe_all_url"] == all_of_brand
    assert row["list_id"] == f'"Fernway Books" <b{brand}.127.0.0.1>'


def test_a_slug_and_its_id_name_the_same(sayso: Sayso, shop: Shop) -> None:
    by_name = sayso("links", "--brand", "fernway", "--type", "offers", stdin=ANA)
    ids = (str(shop.catalog.default_brand), str(shop.type_id()))
    by_id = sayso("links", "--brand", ids[0], "--type", ids[1], stdin=ANA)
    for row in (*by_name.rows, *by_id.rows):
        row["list_id"] = row["list_id"].rpartition(" ")[2]
    assert len(by_name.rows) == 1
    assert [row["unsubscribe_url"] for row in by_name.rows] == [
        row["unsubscribe_url"] for row in by_id.rows
    ]


def test_ids_ask_no_database(nowhere: Installation) -> None:
    """Rules 5: senders mint offline."""
    finished = with_ids(nowhere, f"email\n{ANA}\n")
    assert (finished.status, finished.err, len(finished.rows)) == (0, "", 1)
    assert not nowhere.var.exists()


def test_without_a_base_url_it_says_where_the_links_lead(nowhere: Installation) -> None:
    """A mailing whose links lead to this machine is soon seen, and the links are no row of it."""
    del nowhere.settings["SAYSO_BASE_URL"]
    finished = with_ids(nowhere, ANA)
    assert (finished.status, len(finished.rows)) == (0, 1)
    assert finished.err == f"SAYSO_BASE_URL is not set: links lead to {BASE}\n"


def test_headers_are_those_a_mail_program_reads(nowhere: Installation) -> None:
    """R-20, R-21, R-24: as they stand, one line each, also after a mailer read and wrote them."""
    nowhere.settings["SAYSO_UNSUBSCRIBE_DOMAIN"] = "example.com"
    (row,) = with_ids(nowhere, ANA).rows
    fields = {
        "List-Unsubscribe": row["list_unsubscribe"],
        "List-Unsubscribe-Post": row["list_unsubscribe_post"],
        "List-Id": row["list_id"],
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    assert dict(message_from_string(text, policy=policy.default).items()) == fields


def test_mailto_is_offered_only_where_a_domain_takes_it(nowhere: Installation) -> None:
    """R-23, R-31: without SAYSO_UNSUBSCRIBE_DOMAIN such mail would go nowhere."""
    (row,) = with_ids(nowhere, ANA).rows
    assert row["list_unsubscribe"] == f"<{row['unsubscribe_url']}>"
    nowhere.settings["SAYSO_UNSUBSCRIBE_DOMAIN"] = "Post.Example.com"
    (row,) = with_ids(nowhere, ANA).rows
    token = row["unsubscribe_url"].removeprefix(f"{BASE}/u/")
    assert row["list_unsubscribe"] == (
        f"<{row['unsubscribe_url']}>, <mailto:unsub+{token}@post.example.com>"
    )


def test_every_spelling_of_an_address_has_the_same_links(nowhere: Installation) -> None:
    """Rules 2, H-32: what differs only in case or at the ends is one subscriber."""
    rows = with_ids(nowhere, f"email\n{ANA}\n ana+news@example.COM. \nana@example.com\n").rows
    first, same, other = (row["unsubscribe_url"] for row in rows)
    assert first == same != other


READABLE = {
    "header": "email\nana@example.com\n",
    "header in capitals, another column first": "Name,E-Mail\nAna,ana@example.com\n",
    "two words": "name,Email address,x\nAna,ana@example.com,1\n",
    "no header": "ana@example.com\n",
    "no header, no line end": "ana@example.com",
    "no header, several columns": "Ana,ana@example.com\n",
    "byte order mark": "\ufeffemail\nana@example.com\n",
    "byte order mark, no header": "\ufeffana@example.com\n",
    "line ends of Windows": "email\r\nana@example.com\r\n",
    "quoted": '"name","email"\n"Ana, or ""Anna""","ana@example.com"\n',
    "a quoted line break before it": 'note,email\n"two\nlines",ana@example.com\n',
    "empty lines": "email\n\nana@example.com\n\n",
    "semicolons": "name;email\nAna, of Leeds;ana@example.com\n",
    "semicolons, no header": "Ana;ana@example.com;Leeds, or York\n",
    "semicolons beside more commas": "name, first, last;email\nAna;ana@example.com\n",
    "tabs": 'name\temail\n"Ana, or ""Anna"""\tana@example.com\n',
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE.keys())
def test_a_file_may_look_as_programs_write_it(nowhere: Installation, text: str) -> None:
    finished = with_ids(nowhere, text)
    assert (finished.status, finished.err) == (0, "")
    assert [row["email"] for row in finished.rows] == ["ana@example.com"]


def test_a_file_may_be_named(nowhere: Installation) -> None:
    file = nowhere.home / "addresses.csv"
    file.write_text("email\nana@example.com\n")
    assert with_ids(nowhere, "", str(file)) == with_ids(nowhere, file.read_text())
    missing = with_ids(nowhere, "", "nowhere.csv")
    assert missing.status == 2
    assert "nowhere.csv" in missing.err


def test_an_empty_file_has_no_rows(nowhere: Installation) -> None:
    for text in ("", "email\n"):
        finished = with_ids(nowhere, text)
        assert (finished.status, finished.out) == (0, ",".join(COLUMNS) + "\n")


def test_malformed_rows_are_named_by_line_and_the_rest_goes_through(
    nowhere: Installation,
) -> None:
    """Rules 6: a malformed address gets its answer, and the batch goes on."""
    text = (
        'name,email\nAna,ana@example.com\nX,nonsense\nY\n"a\nb",ben@example.org\nZ,a b@c.example\n'
    )
    finished = with_ids(nowhere, text)
    assert [row["email"] for row in finished.rows] == ["ana@example.com", "ben@example.org"]
    assert finished.err.splitlines() == [
        "line 3: there is no @ in the address; it was left out",
        "line 4: there is no address; it was left out",
        "line 7: there is a space in the address; it was left out",
    ]
    assert finished.status == 3


def test_bytes_that_are_no_utf8_spoil_their_own_address_and_no_other(
    nowhere: Installation,
) -> None:
    """A name in Latin-1 beside the address, as old programs write it, does no harm."""
    content = "name,email\nChloé,chloe@example.com\nX,zoé@example.com\nB,ben@example.org\n"
    finished = with_ids(nowhere, content.encode("latin-1"))
    assert [row["email"] for row in finished.rows] == ["chloe@example.com", "ben@example.org"]
    assert finished.status == 3
    unreadable = "some letters are not in the file's encoding"
    assert finished.err == f"line 3: {unreadable}; it was left out\n"


def test_addresses_of_other_scripts_go_through(nowhere: Installation) -> None:
    """R-38, R-39."""
    addresses = ["用户@例え.jp", "josé@bücher.example", '"john.doe"@example.com']
    quoted = "\n".join('"{}"'.format(address.replace('"', '""')) for address in addresses)
    finished = with_ids(nowhere, f"email\n{quoted}\n")
    assert (finished.status, [row["email"] for row in finished.rows]) == (0, addresses)


REFUSED = {
    ("--brand", "fernway", "--type", "receipts"): "receipts is transactional: its mail carries no",
    ("--brand", "fernway", "--type", "nope"): "There is no type 'nope'. Types: long-read, new-arr",
    ("--brand", "nope"): "There is no brand 'nope'. Brands: fernway",
    ("--brand", "tea", "--type", "offers"): "offers is not a type of tea.",
    ("--brand", "0"): "brand is the number Sayso gave it, 1 to 2147483647, and not 0",
    ("--brand", "3", "--type", "99999999999"): "type is the number Sayso gave it, 1 to 2147483647",
    ("--brand", "3", "--message", "-1"): "Invalid value for '--message'",
    (): "Missing option '--brand'",
}


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_what_no_link_can_be_made_for_is_refused_in_words(sayso: Sayso) -> None:
    """Rules 5: no link or header for a type known to be transactional."""
    assert sayso("brands", "add", "tea", "Tea").status == 0
    for arguments, told in REFUSED.items():
        finished = sayso("links", *arguments, stdin="email\nana@example.com\n")
        assert (finished.status, finished.out) == (2, ""), arguments
        assert told in finished.err


UNREADABLE = {
    "name,town\nAna,Leeds\n": "The first line names no column called email.",
    "PK\x03\x04\x14\x00\x06@\n": "This is no text: save the list as CSV.",
    "email\nana@example.com\n".encode("utf-16"): "This is no text: save the list as CSV.",
    b"\xd0\xcf\x11\xe0 and so on\n": "This is no text: save the list as CSV.",
    '"' + "x" * 140_000: "line 1: field larger than field limit (131072). Is a quote left",
    'email\n"' + "x" * 140_000: "line 2: field larger than field limit (131072). Is a quote left",
}


@pytest.mark.parametrize(("text", "told"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_a_file_that_cannot_be_read_is_told_in_words(
    nowhere: Installation, text: str | bytes, told: str
) -> None:
    finished = with_ids(nowhere, text)
    assert (finished.status, finished.rows) == (2, [])
    assert told in finished.err


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_it_quietly(nowhere: Installation) -> None:
    """As in `sayso links … | head -1`."""
    file = nowhere.home / "many.csv"
    file.write_text("\n".join(f"reader{at}@example.com" for at in range(20_000)))
    command = [SAYSO, "links", "--brand", "3", str(file)]
    with subprocess.Popen(
        command, env=nowhere.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == (",".join(COLUMNS) + "\n").encode()
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 1)


@pytest.mark.slow
def test_on_a_terminal_it_shows_how_far_it_is(nowhere: Installation) -> None:
    """Each ten thousand, written over by what was refused meanwhile, and at the end."""
    file = nowhere.home / "many.csv"
    file.write_text("\n".join(["email", *(f"r{n}@example.com" for n in range(10_000)), "nobody"]))
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [SAYSO, "links", "--brand", "3", str(file)],
        env=nowhere.environment,
        stdout=subprocess.DEVNULL,
        stderr=its_end,
    )
    os.close(its_end)
    shown = b""
    with suppress(OSError):  # which is how a terminal says that nobody writes to it any more
        while more := os.read(terminal, 4096):
            shown += more
    os.close(terminal)
    assert process.wait(60) == 3
    assert shown.decode().replace("\r\n", "\n") == (
        "\r10,000 addresses\rline 10002: there is no @ in the address; it was left out\n"
        "\r10,001 addresses, 1 refused\n"
    )


def peak(installation: Installation, addresses: int) -> int:
    """How many octets of memory a run over so many addresses took at most."""
    file, out = installation.home / "in.csv", installation.home / "out.csv"
    with file.open("w") as rows:
        rows.writelines(f"reader{number}@example.com\n" for number in range(addresses))
    with out.open("wb") as to:
        process = subprocess.Popen(
            [SAYSO, "links", "--brand", "3", "--type", "7", str(file)],
            env=installation.environment,
            stdout=to,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    with out.open() as made:
        assert sum(1 for _ in made) == addresses + 1
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.long
def test_memory_is_flat_over_200_000_addresses(nowhere: Installation) -> None:
    """A million addresses as one."""
    few, many = peak(nowhere, 100), peak(nowhere, 200_000)
    assert many - few < 4 * MEGABYTE
